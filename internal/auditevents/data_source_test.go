package auditevents_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

const (
	initech = "cus_initech2222222222222"
	robin   = "robin@northwind-msp.example"
	address = "data.msp_audit_events.test"
)

// world is a server on which things happened: robin came to initech, changed roles ten minutes later, and went another ten
// minutes later, when also a partner user came.
type world struct {
	*acctest.Server
	events []api.AuditEvent // all of them
	start  time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	var clock acctest.Clock
	w := &world{Server: acctest.NewServer(t, acctest.WithClock(clock.Now)), start: time.Now()}
	c := w.Client(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	put := func(role string) error {
		_, err := c.PutExternalAdmin(t.Context(), initech, robin, api.ExternalAdminInput{Role: role}, client.WriteOptions{})
		return err
	}
	must(put("basic_administrator"))
	clock.Pass(10 * time.Minute)
	must(put("partner_administrator"))
	clock.Pass(10 * time.Minute)
	must(c.DeleteExternalAdmin(t.Context(), initech, robin, client.MatchOptions{}))
	_, err := c.PutPartnerUser(t.Context(), "dana@northwind-msp.example", api.PartnerUserInput{Name: "Dana"}, client.WriteOptions{})
	must(err)
	w.events, err = client.Collect(c.ListAuditEvents(t.Context(), client.AuditEventFilter{}))
	must(err)
	return w
}

// event is how the data source has to show what the server has.
func event(t *testing.T, e api.AuditEvent) knownvalue.Check {
	t.Helper()
	optional := func(text *string) knownvalue.Check {
		if text == nil {
			return knownvalue.Null()
		}
		return knownvalue.StringExact(*text)
	}
	object := func(object *map[string]any) knownvalue.Check {
		if object == nil {
			return knownvalue.Null()
		}
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		return knownvalue.StringExact(string(text))
	}
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"id": knownvalue.StringExact(e.ID), "time": knownvalue.StringExact(e.Time.Format(time.RFC3339Nano)),
		"request_id": knownvalue.StringExact(e.RequestID), "actor": knownvalue.StringExact(e.Actor), "acts_for": optional(e.ActsFor), "session_id": optional(e.SessionID),
		"action": knownvalue.StringExact(string(e.Action)), "kind": knownvalue.StringExact(e.Kind), "object_id": knownvalue.StringExact(e.ObjectID),
		"customer_id": optional(e.CustomerID), "before": object(e.Before), "after": object(e.After),
	})
}

func TestAccAuditEvents_filters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := func(minutes int) string {
		return w.start.Add(time.Duration(minutes) * time.Minute).In(time.FixedZone("", 7200)).Format(time.RFC3339)
	}
	own := fmt.Sprintf("actor = %q; ", w.ClientID)
	all := len(w.events)
	brought := func(e api.AuditEvent) bool { return e.Actor == "seed" }
	mine := func(e api.AuditEvent) bool { return !brought(e) }
	grants := func(e api.AuditEvent) bool { return mine(e) && e.Kind == "external_admin" }
	if all < 20 || all > 100 {
		t.Fatalf("there are %d events; the test wants some, and no more than are shown by default", all)
	}
	for name, c := range map[string]struct {
		arguments string
		want      func(api.AuditEvent) bool
		number    int // of events, at most if truncated
		truncated bool
	}{
		"all":                       {"", func(api.AuditEvent) bool { return true }, all, false},
		"actor":                     {own, mine, 4, false},
		"actor and kind":            {own + `kind = "external_admin"`, grants, 3, false},
		"actor and customer":        {own + `customer_id = "` + initech + `"`, grants, 3, false},
		"of the partner":            {own + `kind = "partner_user"`, func(e api.AuditEvent) bool { return mine(e) && e.Kind == "partner_user" }, 1, false},
		"no such kind":              {`kind = "nothing"`, func(api.AuditEvent) bool { return false }, 0, false},
		"no such customer":          {`customer_id = "cus_nobody"`, func(api.AuditEvent) bool { return false }, 0, false},
		"since":                     {`since = "` + at(5) + `"`, func(e api.AuditEvent) bool { return e.Time.After(w.start.Add(5 * time.Minute)) }, 3, false},
		"until":                     {own + `until = "` + at(15) + `"`, func(e api.AuditEvent) bool { return mine(e) && e.Time.Before(w.start.Add(15*time.Minute)) }, 2, false},
		"since and until":           {`since = "` + at(5) + `"; until = "` + at(15) + `"`, func(e api.AuditEvent) bool { return e.Action == "update" && grants(e) }, 1, false},
		"the oldest":                {"limit = 3", brought, 3, true},
		"as many as there are":      {own + "limit = 4", mine, 4, false},
		"one less":                  {own + "limit = 3", mine, 3, true},
		"more than there are":       {own + "limit = 10000", mine, 4, false},
		"of a person, as it ended":  {own + `kind = "external_admin"; customer_id = "` + initech + `"; since = "` + at(15) + `"`, func(e api.AuditEvent) bool { return grants(e) && e.Action == "delete" }, 1, false},
		"another partner's is none": {`actor = "contoso-automation"`, func(api.AuditEvent) bool { return false }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want []knownvalue.Check
			for _, e := range w.events {
				if c.want(e) && len(want) < c.number {
					want = append(want, event(t, e))
				}
			}
			if len(want) != c.number {
				t.Fatalf("the server has %d of them, want %d", len(want), c.number)
			}
			w.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_audit_events", c.arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("events"), knownvalue.ListExact(want)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("truncated"), knownvalue.Bool(c.truncated)),
				},
			})
		})
	}
}

// Before and after are what jsondecode takes.
func TestAccAuditEvents_decoded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_audit_events", fmt.Sprintf("actor = %q; kind = \"external_admin\"", w.ClientID)) + `
output "roles" {
  value = [for e in data.msp_audit_events.test.events : [e.before == null ? "" : jsondecode(e.before).role, e.after == null ? "" : jsondecode(e.after).role]]
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("roles", knownvalue.ListExact([]knownvalue.Check{
				texts("", "basic_administrator"), texts("basic_administrator", "partner_administrator"), texts("partner_administrator", ""),
			})),
		},
	})
}

func texts(all ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(all))
	for i, text := range all {
		checks[i] = knownvalue.StringExact(text)
	}
	return knownvalue.ListExact(checks)
}

// Without a limit, a long log does not fill the state.
func TestAccAuditEvents_long(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for i := range 101 {
		email := fmt.Sprintf("p%03d@elsewhere.example", i)
		if _, err := s.Client(t).PutPartnerUser(t.Context(), email, api.PartnerUserInput{Name: "P"}, client.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(arguments string, number int, truncated bool) resource.TestStep {
		return resource.TestStep{
			Config: acctest.DataBlock("msp_audit_events", fmt.Sprintf("actor = %q; %s", s.ClientID, arguments)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("events"), knownvalue.ListSizeExact(number)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("truncated"), knownvalue.Bool(truncated)),
			},
		}
	}
	s.Test(t, shows("", 100, true), shows("limit = 101", 101, false))
}

func TestAccAuditEvents_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no moment":         {`since = "yesterday"`, []string{"Attribute since", "RFC 3339"}},
		"nothing between":   {`since = "2027-03-31T14:00:00+02:00"; until = "2027-03-31T12:00:00Z"`, []string{"Attribute until", "is not after since"}},
		"the wrong way":     {`since = "2027-03-31T14:00:00Z"; until = "2027-03-30T14:00:00Z"`, []string{"Attribute until", "is not after since"}},
		"no event":          {`limit = 0`, []string{"Attribute limit", "between 1 and 10000"}},
		"too many":          {`limit = 10001`, []string{"Attribute limit", "between 1 and 10000"}},
		"an empty customer": {`customer_id = ""`, []string{"Attribute customer_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.DataBlock("msp_audit_events", c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
	for _, role := range []api.PortalRoleName{
		api.PortalRoleNameMspHelpdesk, api.PortalRoleNameMspImplementationLead, api.PortalRoleNameMspProspects, api.PortalRoleNameMspSales,
	} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			acctest.NewServer(t, acctest.WithRole(role)).Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_audit_events", ""), ExpectError: acctest.Says("audit.read", "forbidden"),
			})
		})
	}
}

// A moment that is known at apply only is judged then.
func TestAccAuditEvents_unknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const later = `
resource "terraform_data" "later" {
  input = "2027-03-31T12:00:00Z"
}

data "msp_audit_events" "test" {
  since = "2027-03-31T14:00:00+02:00"
  until = terraform_data.later.output
}
`
	s.Test(t, resource.TestStep{Config: later, ExpectError: acctest.Says("Attribute until", "is not after since")})
}
