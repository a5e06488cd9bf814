package client

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// surveyed is an API of cus_1 and others that has what is to be found.
type surveyed struct {
	admins   []api.ExternalAdmin
	findings []api.ValidationFinding
	refuse   string // requests whose path ends so
	requests atomic.Int32
	before   func(r *http.Request)
}

func (s *surveyed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if s.before != nil {
		s.before(r)
	}
	var in api.ExternalAdminBatch
	switch {
	case s.refuse != "" && strings.HasSuffix(r.URL.Path, s.refuse):
		writeProblem(w, api.Problem{Status: http.StatusForbidden, Code: api.ErrorCodeForbidden})
	case r.Method == http.MethodGet:
		writeJSON(w, http.StatusOK, api.ExternalAdminPage{Items: append([]api.ExternalAdmin{}, s.admins...)})
	case r.Method == http.MethodPost:
		_ = json.NewDecoder(r.Body).Decode(&in)
		results := make([]api.ExternalAdminBatchItemResult, len(in.Items))
		for i := range results {
			results[i] = api.ExternalAdminBatchItemResult{Status: http.StatusOK}
			if r.URL.Query().Get("validate_only") != "" {
				results[i].Validation = &api.ValidationResult{Findings: append([]api.ValidationFinding{}, s.findings...)}
			}
		}
		writeJSON(w, http.StatusOK, api.ExternalAdminBatchResult{Results: results})
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		writeAdmin(w)
	}
}

func itemFor(customerID, email, role string, end *time.Time) api.ExternalAdminBatchItem {
	return api.ExternalAdminBatchItem{Operation: api.BatchOperationPut, CustomerID: customerID, Email: email, Role: &role, ExpiresAt: end}
}

// What a plan found is taken by the apply of just the same, once, while nothing that this process does can have changed it.
func TestExternalAdminSurveys(t *testing.T) {
	t.Parallel()
	end := time.Unix(1800000000, 0)
	asked := []api.ExternalAdminBatchItem{itemFor("cus_1", "a@x.example", "desk", nil), itemFor("cus_1", "b@x.example", "desk", &end)}
	for name, c := range map[string]struct {
		found   *surveyed
		off     bool
		later   time.Duration
		between func(t *testing.T, c *Client) error
		taken   []api.ExternalAdminBatchItem // asked if nil
		want    bool
	}{
		"nothing happened": {want: true},
		"nobody but by protected roles": {
			found: &surveyed{admins: []api.ExternalAdmin{{CustomerID: "cus_1", Email: "c@x.example", ContentProtected: true}}}, want: true,
		},
		"somebody has access": {found: &surveyed{admins: []api.ExternalAdmin{{CustomerID: "cus_1", Email: "c@x.example"}}}},
		"a finding":           {found: &surveyed{findings: []api.ValidationFinding{{Code: api.ErrorCodeNotAPortalAdmin, Severity: api.SeverityPending}}}},
		"no list":             {found: &surveyed{refuse: "external-admins"}},
		"no verdicts":         {found: &surveyed{refuse: ":batch"}},
		"switched off":        {off: true},

		"one more":         {taken: append(asked[:2:2], itemFor("cus_1", "c@x.example", "desk", nil))},
		"one less":         {taken: asked[:1]},
		"nobody":           {taken: []api.ExternalAdminBatchItem{}},
		"another role":     {taken: []api.ExternalAdminBatchItem{itemFor("cus_1", "a@x.example", "admin", nil), asked[1]}},
		"another end":      {taken: []api.ExternalAdminBatchItem{asked[0], itemFor("cus_1", "b@x.example", "desk", nil)}},
		"another person":   {taken: []api.ExternalAdminBatchItem{itemFor("cus_1", "c@x.example", "desk", nil), asked[1]}},
		"another spelling": {taken: []api.ExternalAdminBatchItem{itemFor("cus_1", "A@x.example", "desk", nil), asked[1]}},

		"moments later": {later: surveyLife - 1, want: true},
		"too late":      {later: surveyLife},
		"taken already": {between: func(t *testing.T, c *Client) error {
			if c.TakeExternalAdminSurvey("cus_1", asked) == nil {
				t.Error("there was none")
			}
			return nil
		}},
		"reads": {want: true, between: func(t *testing.T, c *Client) error {
			_, err := c.GetExternalAdmin(t.Context(), "cus_1", "a@x.example")
			return err
		}},

		// Writes of this process.
		"somebody let in elsewhere": {want: true, between: func(t *testing.T, c *Client) error {
			_, err := c.PutExternalAdmin(t.Context(), "cus_2", "a@x.example", api.ExternalAdminInput{Role: "desk"}, WriteOptions{})
			return err
		}},
		"somebody put out elsewhere": {want: true, between: func(t *testing.T, c *Client) error {
			return c.DeleteExternalAdmin(t.Context(), "cus_2", "a@x.example", MatchOptions{})
		}},
		"a batch elsewhere": {want: true, between: func(t *testing.T, c *Client) error {
			_, err := c.BatchExternalAdmins(t.Context(), []api.ExternalAdminBatchItem{itemFor("cus_2", "a@x.example", "desk", nil), itemFor("cus_3", "a@x.example", "desk", nil)})
			return err
		}},
		"somebody let in": {between: func(t *testing.T, c *Client) error {
			_, err := c.PutExternalAdmin(t.Context(), "cus_1", "c@x.example", api.ExternalAdminInput{Role: "desk"}, WriteOptions{})
			return err
		}},
		"somebody put out": {between: func(t *testing.T, c *Client) error {
			return c.DeleteExternalAdmin(t.Context(), "cus_1", "c@x.example", MatchOptions{})
		}},
		"a batch here and elsewhere": {between: func(t *testing.T, c *Client) error {
			_, err := c.BatchExternalAdmins(t.Context(), []api.ExternalAdminBatchItem{itemFor("cus_2", "a@x.example", "desk", nil), itemFor("cus_1", "c@x.example", "desk", nil)})
			return err
		}},
		"by another client of the process": {between: func(t *testing.T, c *Client) error {
			return clientOf(t, c.base.String()).DeleteExternalAdmin(t.Context(), "cus_1", "c@x.example", MatchOptions{})
		}},
		"a portal admin goes": {between: func(t *testing.T, c *Client) error {
			return c.DeletePortalAdmin(t.Context(), "a@x.example", MatchOptions{})
		}},
		"a partner user goes": {between: func(t *testing.T, c *Client) error {
			return c.DeletePartnerUser(t.Context(), "a@x.example", MatchOptions{})
		}},
		"a role goes": {between: func(t *testing.T, c *Client) error { return c.DeleteRole(t.Context(), "cus_1", "desk", MatchOptions{}) }},
		"a customer goes": {between: func(t *testing.T, c *Client) error {
			return c.DeleteCustomer(t.Context(), "cus_9", DeleteCustomerOptions{})
		}},
		"a write that never ends": {between: func(_ *testing.T, c *Client) error { c.writes.begin([]string{"cus_1"}); return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var now atomic.Int64
			found := c.found
			if found == nil {
				found = &surveyed{}
			}
			client := serve(t, found.ServeHTTP, func(config *Config) {
				config.Now = func() time.Time { return time.Unix(1700000000, now.Load()) }
				config.NoSnapshots = c.off
			})
			first := client.SurveyExternalAdmins(t.Context(), "cus_1", asked)
			now.Store(int64(c.later))
			if c.between != nil {
				if err := c.between(t, client); err != nil {
					t.Fatal(err)
				}
			}
			taken := c.taken
			if taken == nil {
				taken = asked
			}
			requests := found.requests.Load()
			got := client.TakeExternalAdminSurvey("cus_1", taken)
			if (got != nil) != c.want || found.requests.Load() != requests {
				t.Fatalf("taken was %+v, by %d requests", got, found.requests.Load()-requests)
			}
			if got != nil && (len(got.Outcomes) != len(asked) || len(got.Admins) != len(first.Admins)) {
				t.Errorf("found was %+v, taken %+v", first, got)
			}
			if client.TakeExternalAdminSurvey("cus_1", taken) != nil {
				t.Error("taken twice")
			}
		})
	}
}

// What a write may have changed while it was asked for is not kept.
func TestExternalAdminSurveyDuringWrites(t *testing.T) {
	t.Parallel()
	items := []api.ExternalAdminBatchItem{itemFor("cus_1", "a@x.example", "desk", nil)}
	for name, c := range map[string]struct {
		customers []string
		want      bool
	}{
		"of the customer": {[]string{"cus_1"}, false},
		"of another":      {[]string{"cus_2"}, true},
		"of several":      {[]string{"cus_2", "cus_1"}, false},
		"of anything":     {nil, false},
	} {
		for when, from := range map[string]func(found *surveyed, c *Client, begin func()) (before func()){
			"before": func(_ *surveyed, _ *Client, begin func()) func() { return begin },
			"meanwhile": func(found *surveyed, _ *Client, begin func()) func() {
				found.before = func(r *http.Request) {
					if r.Method == http.MethodGet {
						begin()
					}
				}
				return func() {}
			},
		} {
			t.Run(name+", begun "+when, func(t *testing.T) {
				t.Parallel()
				var found surveyed
				client := serve(t, found.ServeHTTP)
				var end func(bool)
				from(&found, client, func() { end = client.writes.begin(c.customers) })()
				client.SurveyExternalAdmins(t.Context(), "cus_1", items)
				end(true)
				if got := client.TakeExternalAdminSurvey("cus_1", items); (got != nil) != c.want {
					t.Errorf("taken was %+v", got)
				}
			})
		}
	}
}

// Neither request is answered before the other one is there.
func TestExternalAdminSurveyAsksAtOnce(t *testing.T) {
	t.Parallel()
	met := make(chan struct{})
	var waiting atomic.Int32
	found := surveyed{findings: []api.ValidationFinding{{Code: api.ErrorCodeUnknownRole, Severity: api.SeverityFatal}}}
	found.before = func(r *http.Request) {
		if waiting.Add(1) == 2 {
			close(met)
		}
		select {
		case <-met:
		case <-r.Context().Done():
		}
	}
	client := serve(t, found.ServeHTTP, func(c *Config) { c.RequestTimeout, c.MaxRetries = 20*time.Second, 0 })
	got := client.SurveyExternalAdmins(t.Context(), "cus_1", []api.ExternalAdminBatchItem{itemFor("cus_1", "a@x.example", "desk", nil)})
	if got.Err != nil || len(got.Admins) != 0 || len(got.Outcomes) != 1 || got.Outcomes[0].Err != nil || len(got.Outcomes[0].Findings) != 1 {
		t.Errorf("found was %+v", got)
	}
}

// A survey with a question leaves nothing of an earlier one without.
func TestExternalAdminSurveyIsTheNewest(t *testing.T) {
	t.Parallel()
	items := []api.ExternalAdminBatchItem{itemFor("cus_1", "a@x.example", "desk", nil)}
	s := &surveyed{}
	c := serve(t, s.ServeHTTP)
	c.SurveyExternalAdmins(t.Context(), "cus_1", items)
	s.admins = []api.ExternalAdmin{{CustomerID: "cus_1", Email: "foreign@x.example", Role: "desk", Status: "active"}}
	c.SurveyExternalAdmins(t.Context(), "cus_1", items)
	if found := c.TakeExternalAdminSurvey("cus_1", items); found != nil {
		t.Errorf("got %+v, which is older than the last answer", found)
	}
}

func TestFindingsAreMaskedAndTellTheRequest(t *testing.T) {
	t.Parallel()
	echo := []api.ValidationFinding{{Code: api.ErrorCodeInvalidValue, Severity: api.SeverityFatal, Detail: "There is no role " + testToken + "."}}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(api.HeaderRequestID, "req_9")
		if strings.HasSuffix(r.URL.Path, ":batch") {
			(&surveyed{findings: echo}).ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", api.ValidationMediaType)
		_ = json.NewEncoder(w).Encode(api.ValidationResult{Findings: echo})
	})
	one, err := c.ValidatePutExternalAdmin(t.Context(), "cus_1", "a@x.example", api.ExternalAdminInput{Role: "desk"}, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	of := c.CheckExternalAdmins(t.Context(), []api.ExternalAdminBatchItem{itemFor("cus_1", "a@x.example", "desk", nil)})[0]
	for name, findings := range map[string][]Finding{"single": one.Findings, "batch": of.Findings} {
		if len(findings) != 1 || strings.Contains(findings[0].Detail, testToken) || findings[0].RequestID != "req_9" {
			t.Errorf("%s: %+v", name, findings)
		}
	}
}
