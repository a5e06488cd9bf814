package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const (
	acme    = "cus_acme2222222222222222"
	globex  = "cus_globex22222222222222"
	initech = "cus_initech2222222222222"
	robin   = "robin@northwind-msp.example"
	basic   = "basic_administrator"
)

func clientAs(t *testing.T, s *servertest.Server, clientID string, change ...func(*client.Config)) *client.Client {
	t.Helper()
	now := time.Now() // and no time passes for it: what it has read does not age, however busy the machine is
	config := client.Config{
		Endpoint: s.URL, ClientID: clientID, ClientSecret: s.Secret(t, clientID), MaxRetries: 2, Now: func() time.Time { return now },
	}
	for _, f := range change {
		f(&config)
	}
	c, err := client.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// informed lets the client learn what a plan of many learns: the checks of one person at two customers ask for it.
func informed(t *testing.T, c *client.Client, customerIDs ...string) *client.Client {
	t.Helper()
	for range 8 {
		for _, customerID := range append(customerIDs, acme, initech) {
			_, _ = c.PlanPutExternalAdmin(t.Context(), customerID, "pat@northwind-msp.example", api.ExternalAdminInput{Role: basic})
		}
	}
	return c
}

// verdict is what matters of an answer in a plan: an error, or what is fatal.
func verdict(t *testing.T, result *client.Validation, err error) string {
	t.Helper()
	var refused *client.Error
	if errors.As(err, &refused) {
		return string(refused.Code)
	}
	if err != nil {
		t.Fatal(err)
	}
	var fatal []string
	for _, f := range result.Findings {
		if f.Severity == api.SeverityFatal {
			field := ""
			if f.Field != nil {
				field = *f.Field
			}
			fatal = append(fatal, string(f.Code)+field)
		}
	}
	return strings.Join(fatal, ", ")
}

// TestPlansOfExternalAdmins compares each verdict with the server's, and holds who is asked about: those of whom something
// known leaves a doubt, and no others.
func TestPlansOfExternalAdmins(t *testing.T) {
	t.Parallel()
	const main = "northwind-automation"
	other := "lee@northwind-msp.example"
	spelled := "Robin@northwind-msp.example"
	late := time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -2*60*60)) // in UTC, in the year 10000
	within := func(d time.Duration) *time.Time { at := time.Now().Add(d).UTC(); return &at }
	for name, c := range map[string]struct {
		clientID, customerID, email, role string
		spelling                          *string
		remove, asks                      bool
		want                              string
		expires                           *time.Time
	}{
		"somebody new":                {main, initech, robin, basic, nil, false, false, "", nil},
		"in another spelling":         {main, initech, strings.ToUpper(robin), basic, &spelled, false, false, "", nil},
		"by a custom role":            {main, acme, robin, "Mail Tracker", nil, false, false, "", nil},
		"a change of role":            {main, acme, other, "partner_administrator", nil, false, false, "", nil},
		"no portal admin yet":         {main, initech, "jordan@northwind-msp.example", basic, nil, false, false, "", nil},
		"no such role":                {main, initech, robin, "nope", nil, false, true, "?", nil},
		"another customer's role":     {main, initech, robin, "Mail Tracker", nil, false, true, "?", nil},
		"a role in another case":      {main, initech, robin, "Basic_Administrator", nil, false, true, "?", nil},
		"no role":                     {main, initech, robin, "", nil, false, true, "?", nil},
		"a protected role":            {main, initech, robin, "super_administrator", nil, false, true, "protected_role/role", nil},
		"a protected custom role":     {main, acme, robin, "Content Auditor", nil, false, true, "protected_role/role", nil},
		"who has a protected role":    {main, acme, "INES@northwind-msp.example", basic, nil, false, true, "protected_role/role", nil},
		"an internal domain":          {main, acme, "it@ACME.example", basic, nil, false, true, "internal_domain/email", nil},
		"another internal domain":     {main, acme, "it@acme-mail.example", basic, nil, false, true, "internal_domain/email", nil},
		"no address":                  {main, initech, "robin", basic, nil, false, true, "?", nil},
		"the spelling of another":     {main, initech, robin, basic, &other, false, true, "?", nil},
		"no such customer":            {main, "cus_nobody", robin, basic, nil, false, true, "not_found", nil},
		"another partner's customer":  {main, "cus_tailspin222222222222", robin, basic, nil, false, true, "not_found", nil},
		"a caller without the right":  {"northwind-helpdesk", initech, robin, basic, nil, false, true, "forbidden", nil},
		"a partner administrator":     {"northwind-kim", globex, robin, "partner_administrator", nil, false, true, "", nil},
		"one who gives another role":  {"northwind-kim", globex, robin, basic, nil, false, true, "forbidden", nil},
		"a customer's own client":     {"acme-decision", acme, robin, basic, nil, false, true, "forbidden", nil},
		"a reseller":                  {"fabrikam-automation", "cus_woodgrove22222222222", "riley@fabrikam.example", basic, nil, false, true, "partner_kind", nil},
		"removed":                     {main, acme, "LEE@northwind-msp.example", "", nil, true, false, "", nil},
		"removed already":             {main, acme, robin, "", nil, true, false, "", nil},
		"removed with the customer":   {main, "cus_nobody", robin, "", nil, true, false, "", nil},
		"removal of a protected role": {main, acme, "ines@northwind-msp.example", "", nil, true, true, "protected_role", nil},
		"removal without the right":   {"northwind-helpdesk", acme, other, "", nil, true, true, "forbidden", nil},
		"with an end":                 {main, initech, robin, basic, nil, false, false, "", within(365 * 24 * time.Hour)},
		"that ends soon":              {main, initech, robin, basic, nil, false, true, "", within(time.Hour)},
		"that ends too late":          {main, initech, robin, basic, nil, false, true, "invalid_value/expires_at", &late},
		"that has ended":              {main, initech, robin, basic, nil, false, true, "invalid_value/expires_at", within(-time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.NewServer(t)
			c1 := informed(t, clientAs(t, s, c.clientID), c.customerID)
			in := api.ExternalAdminInput{Role: c.role, Email: c.spelling, ExpiresAt: c.expires}
			plan := func() (*client.Validation, error) {
				if c.remove {
					return c1.PlanDeleteExternalAdmin(t.Context(), c.customerID, c.email)
				}
				return c1.PlanPutExternalAdmin(t.Context(), c.customerID, c.email, in)
			}
			validate := func() (*client.Validation, error) {
				if c.remove {
					return c1.ValidateDeleteExternalAdmin(t.Context(), c.customerID, c.email, client.MatchOptions{})
				}
				return c1.ValidatePutExternalAdmin(t.Context(), c.customerID, c.email, in, client.WriteOptions{})
			}
			s.ResetRequests()
			result, err := plan()
			got := verdict(t, result, err)
			asked := slices.ContainsFunc(s.Requests(), isValidation)
			if asked != c.asks || !asked && len(s.Requests()) > 0 {
				t.Errorf("asked to validate: %t, want %t; requests: %v", asked, c.asks, s.Requests())
			}
			result, err = validate()
			want := verdict(t, result, err)
			if c.remove && client.IsNotFound(err) {
				want = "" // in a plan, there is nothing left to do then
			}
			if got != want || c.want != "?" && got != c.want {
				t.Errorf("%q, the server says %q, want %q", got, want, c.want)
			}
		})
	}
}

// learned is what the client learns where somebody is planned to be let in at a customer again and again.
var learned = []string{"getCurrentClient", "listCustomers", "listCustomerExternalAdmins", "listCustomerRoles"}

func requestsOf(s *servertest.Server, operation string) []servertest.Request {
	return slices.DeleteFunc(s.Requests(), func(r servertest.Request) bool { return r.OperationID != operation })
}

// together lets no read pass before so many of them are under way. It counts those that passed alone: reads may go on when
// their test has ended.
func together(reads int) (passage http.RoundTripper, alone *atomic.Int32) {
	alone = &atomic.Int32{}
	var waiting atomic.Int32
	met := make(chan struct{})
	passage = roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			if int(waiting.Add(1)) == reads {
				close(met)
			}
			select {
			case <-met:
			case <-time.After(25 * time.Second): // it never comes to this but where one waits for another
				alone.Add(1)
				return nil, errors.New("alone")
			}
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	return passage, alone
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func isValidation(r servertest.Request) bool { return strings.Contains(r.Query, "validate_only") }

func TestPlansOfExternalAdminsLearn(t *testing.T) {
	t.Parallel()
	in := api.ExternalAdminInput{Role: basic}
	validations := func(t *testing.T, s *servertest.Server, c *client.Client) int {
		t.Helper()
		s.ResetRequests()
		for range 4 {
			if result, err := c.PlanPutExternalAdmin(t.Context(), initech, robin, in); err != nil || verdict(t, result, err) != "" {
				t.Errorf("%+v, %v", result, err)
			}
		}
		n := 0
		for _, r := range s.Requests() {
			if isValidation(r) {
				n++
			}
		}
		return n
	}
	t.Run("one or two are asked about and cost nothing else", func(t *testing.T) {
		t.Parallel()
		s := servertest.NewServer(t)
		c := clientAs(t, s, "northwind-automation")
		for range 2 {
			_, _ = c.PlanPutExternalAdmin(t.Context(), initech, robin, in)
		}
		for _, r := range s.Requests() {
			if !isValidation(r) && r.OperationID != "createToken" {
				t.Errorf("asked for %s %s", r.Method, r.Path)
			}
		}
	})
	t.Run("nothing that was known is left after a write", func(t *testing.T) {
		t.Parallel()
		s := servertest.NewServer(t)
		c := informed(t, clientAs(t, s, "northwind-automation"))
		if n := validations(t, s, c); n != 0 {
			t.Errorf("%d of 4 were asked about before", n)
		}
		if _, err := c.PutExternalAdmin(t.Context(), globex, robin, in, client.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if n := validations(t, s, c); n != 2 {
			t.Errorf("%d of 4 were asked about after, want those that come before it is worth while to learn anew", n)
		}
		for _, operation := range learned {
			if n := len(requestsOf(s, operation)); n != 1 {
				t.Errorf("%d %s after, want 1", n, operation)
			}
		}
	})
	t.Run("all at once", func(t *testing.T) {
		t.Parallel()
		s := servertest.NewServer(t)
		passage, alone := together(len(learned))
		c := clientAs(t, s, "northwind-automation", func(c *client.Config) { c.HTTPTransport = passage })
		if n := validations(t, s, c); n != 2 || len(s.Requests()) != 2+len(learned)+1 {
			t.Errorf("%d of 4 were asked about, by %d requests, want 2, and a token, and each list once", n, len(s.Requests()))
		}
		if n := alone.Load(); n > 0 {
			t.Errorf("%d reads wait for others", n)
		}
	})
	t.Run("what can't be read leaves a doubt", func(t *testing.T) {
		t.Parallel()
		for _, operations := range [][]string{
			{"getCurrentClient"}, {"listCustomers"}, {"listExternalAdmins", "listCustomerExternalAdmins"}, {"listCustomerRoles"},
		} {
			var faults []rest.Fault
			for _, operation := range operations {
				faults = append(faults, rest.Fault{Operation: operation, Kind: rest.FaultConflict})
			}
			s := servertest.NewServer(t, servertest.WithFaults(faults...))
			c := informed(t, clientAs(t, s, "northwind-automation"))
			if n := validations(t, s, c); n != 4 {
				t.Errorf("without %v, %d of 4 were asked about", operations, n)
			}
		}
	})
	t.Run("switched off", func(t *testing.T) {
		t.Parallel()
		s := servertest.NewServer(t)
		c := informed(t, clientAs(t, s, "northwind-automation", func(c *client.Config) { c.NoSnapshots = true }))
		if n := validations(t, s, c); n != 4 || len(s.Requests()) != 4 {
			t.Errorf("%d of 4 were asked about, by %d requests", n, len(s.Requests()))
		}
	})
}

// TestPlanOfThousandChanges is of 10 customers with 100 new people each, and of all of them going.
func TestPlanOfThousandChanges(t *testing.T) {
	t.Parallel()
	const customers, people = 10, 100
	run := func(t *testing.T, granted bool, plan func(ctx context.Context, c *client.Client, customerID, email string) (*client.Validation, error)) {
		t.Helper()
		s := servertest.NewServer(t, servertest.WithSeed(crowd(t, customers, people, granted)))
		c := clientAs(t, s, "crowd")
		rows := make(chan [2]string)
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				for row := range rows {
					result, err := plan(t.Context(), c, row[0], row[1])
					if v := verdict(t, result, err); v != "" {
						t.Errorf("%s: %s", row, v)
					}
				}
			})
		}
		for i := range customers {
			for j := range people {
				rows <- [2]string{fmt.Sprintf("cus_%d", i), fmt.Sprintf("p%d@crowd.example", j)}
			}
		}
		close(rows)
		group.Wait()
		if n := len(s.Requests()); n > 25 {
			t.Errorf("%d requests for %d changes", n, customers*people)
		}
	}
	t.Run("new", func(t *testing.T) {
		t.Parallel()
		run(t, false, func(ctx context.Context, c *client.Client, customerID, email string) (*client.Validation, error) {
			return c.PlanPutExternalAdmin(ctx, customerID, email, api.ExternalAdminInput{Role: basic})
		})
	})
	t.Run("gone", func(t *testing.T) {
		t.Parallel()
		run(t, true, func(ctx context.Context, c *client.Client, customerID, email string) (*client.Validation, error) {
			return c.PlanDeleteExternalAdmin(ctx, customerID, email)
		})
	})
}

// crowd is a seed.
func crowd(t *testing.T, customers, people int, granted bool) []byte {
	t.Helper()
	type object = map[string]any
	var users, admins, grants, accounts []object
	for j := range people {
		email := fmt.Sprintf("p%d@crowd.example", j)
		users = append(users, object{"email": email, "name": "P"})
		admins = append(admins, object{"email": email, "role": "msp_administrator"})
		grants = append(grants, object{"email": email, "role": basic})
	}
	for i := range customers {
		account := object{"id": fmt.Sprintf("cus_%d", i), "name": fmt.Sprintf("C%d", i), "domain": fmt.Sprintf("c%d.example", i)}
		if granted {
			account["external_admins"] = grants
		}
		accounts = append(accounts, account)
	}
	seed, err := json.Marshal(object{"partners": []object{{
		"id": "prt_crowd", "name": "Crowd", "kind": "msp", "users": users, "portal_admins": admins, "customers": accounts,
		"clients": []object{{"client_id": "crowd", "client_secret": "secret-of-crowd", "portal_role": "msp_administrator"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return seed
}
