package externaladmins_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

// noRetries leaves a failure to what the resource makes of it.
var noRetries = map[string]any{"max_retries": int64(0)}

// One of the writes of a creation fails although all were checked: what was done is in state.
func TestAccExternalAdmins_createdInPart(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	meddle(t, s, func(n int, _ []api.ExternalAdminBatchItem) {
		if n == 1 {
			s.Dismiss(t, robin)
		}
	})
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, nil, object(globex, roles{robin: basic, lee: basic, pat: partner, kim: partner}))
	if !strings.HasPrefix(refusal, "Could not create external administrator "+globex+"/"+robin) || !strings.Contains(refusal, "not_a_portal_admin") {
		t.Errorf("the creation is answered %q", refusal)
	}
	if at := p.Said[0].Attribute.String(); at != `AttributeName("admins").ElementKeyString("`+robin+`")` {
		t.Errorf("the error is at %s", at)
	}
	if len(p.Said) != 2 || !strings.Contains(p.Said[1].Detail, "terraform untaint msp_external_admins.NAME") {
		t.Errorf("said was %+v, want a way out of the taint", p.Said)
	}
	done := roles{lee: basic, pat: partner, kim: partner}
	wantRoles(t, "the state", rolesOf(t, after), done)
	wantRoles(t, "the server", has(t, s, globex), done)
}

// Nothing was done, so there is nothing to keep, and nothing that could be tainted.
func TestAccExternalAdmins_nothingCreated(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	meddle(t, s, func(_ int, items []api.ExternalAdminBatchItem) { s.Dismiss(t, items[0].Email) })
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, nil, object(globex, roles{robin: basic, kim: partner}))
	if !strings.Contains(refusal, "not_a_portal_admin") || after != nil || len(p.Said) != 1 {
		t.Errorf("said was %+v, the state is %v", p.Said, after)
	}
	// A refusal by the check comes before all writes.
	s.ResetRequests()
	if after, refusal = p.Apply(typeName, nil, object(globex, roles{robin: basic, lee: basic, kim: partner})); !strings.Contains(refusal, "asked before writing") || after != nil {
		t.Errorf("the creation is answered %q, the state is %v", refusal, after)
	}
	if len(batchWrites(t, s)) != 0 {
		t.Error("something was written although the check failed")
	}
}

// An addition fails: the others are done, and nobody goes before those who are to come are there.
func TestAccExternalAdmins_updatedInPart(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	grant(t, s, lee, basic)
	grant(t, s, kim, basic)
	meddle(t, s, func(n int, _ []api.ExternalAdminBatchItem) {
		if n == 1 {
			s.Dismiss(t, robin)
		}
	})
	p := s.Protocol(t)
	prior := roles{lee: basic, kim: basic}
	after, refusal := p.Apply(typeName, object(initech, prior), object(initech, roles{lee: partner, pat: basic, robin: basic}))
	if !strings.HasPrefix(refusal, "Could not create external administrator "+initech+"/"+robin) {
		t.Errorf("the update is answered %q", refusal)
	}
	if len(p.Said) != 2 || !strings.Contains(p.Said[1].Detail, "Nobody's access was taken away") {
		t.Errorf("said was %+v", p.Said)
	}
	done := roles{lee: partner, pat: basic, kim: basic}
	wantRoles(t, "the state", rolesOf(t, after), done)
	wantRoles(t, "the server", has(t, s, initech), done)

	after, refusal = p.Apply(typeName, object(initech, done), object(initech, roles{lee: partner, pat: basic}))
	if refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{lee: partner, pat: basic})
	wantRoles(t, "the server", has(t, s, initech), roles{lee: partner, pat: basic})
	writtenOnce(t, s)
}

// Somebody else's write comes in between looking and writing: theirs stands.
func TestAccExternalAdmins_writtenAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	grant(t, s, lee, basic)
	meddle(t, s, func(n int, _ []api.ExternalAdminBatchItem) {
		if n == 1 {
			grant(t, s, lee, "partner_administrator")
			grant(t, s, lee, basic) // as it was, but another version
			grant(t, s, robin, partner)
		}
	})
	p := s.Protocol(t)
	after, _ := p.Apply(typeName, object(initech, roles{lee: basic}), object(initech, roles{lee: partner, robin: basic, pat: basic}))
	var said string
	for _, d := range p.Said {
		said += d.Detail + "\n"
	}
	for _, want := range []string{"precondition_failed", "already_exists", "2 of 3"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{lee: basic, pat: basic})
	wantRoles(t, "the server", has(t, s, initech), roles{lee: basic, pat: basic, robin: partner})
}

// Somebody else changes, between looking and writing, whom this is about to take access from: that is to be seen first.
func TestAccExternalAdmins_changedBeforeTheRemoval(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for _, email := range []string{lee, kim, pat, robin} {
		grant(t, s, email, basic)
	}
	meddle(t, s, func(n int, _ []api.ExternalAdminBatchItem) {
		if n == 1 {
			grant(t, s, kim, partner)
			take(t, s, pat) // what the removal is about to do
		}
	})
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, object(initech, roles{lee: basic, kim: basic, pat: basic, robin: basic}), object(initech, roles{lee: basic}))
	if !strings.HasPrefix(refusal, "Could not remove external administrator "+initech+"/"+kim) || !strings.Contains(refusal, "precondition_failed") || !strings.Contains(refusal, "Plan again") {
		t.Errorf("the update is answered %q", refusal)
	}
	if len(p.Said) != 1 || p.Said[0].Attribute.String() != `AttributeName("admins").ElementKeyString("`+kim+`")` {
		t.Errorf("said was %+v", p.Said)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{lee: basic, kim: basic})
	wantRoles(t, "the server", has(t, s, initech), roles{lee: basic, kim: partner})
}

// The server does a batch, and its answer is lost: every time, so that repeating does not help.
func TestAccExternalAdmins_lostAnswers(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]rest.Fault{
		"dropped":   {Operation: "batchExternalAdmins", Kind: rest.FaultDropAnswer},
		"truncated": {Operation: "batchExternalAdmins", Kind: rest.FaultTruncatedBody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t, acctest.WithFaults(fault))
			p := s.Protocol(t, noRetries)
			first, second := roles{robin: basic, lee: basic, pat: basic}, roles{robin: partner, pat: basic, kim: basic}
			for _, step := range []struct{ from, to roles }{{nil, first}, {first, second}, {second, nil}} {
				var prior, planned map[string]any
				if step.from != nil {
					prior = object(initech, step.from)
				}
				if step.to != nil {
					planned = object(initech, step.to)
				}
				after, refusal := p.Apply(typeName, prior, planned)
				if refusal != "" {
					t.Errorf("from %v to %v: %s", step.from, step.to, refusal)
				}
				wantRoles(t, "the state", rolesOf(t, after), step.to)
				wantRoles(t, "the server", has(t, s, initech), step.to)
			}
			writtenOnce(t, s)
		})
	}
	// With repeats, the server recognizes the batch and answers as it did the first time.
	t.Run("repeated", func(t *testing.T) {
		t.Parallel()
		s := acctest.NewServer(t, acctest.WithFaults())
		s.Test(t,
			resource.TestStep{
				PreConfig: func() {
					if err := s.Faults.Add(rest.Fault{Operation: "batchExternalAdmins", Kind: rest.FaultDropAnswer, Times: 4}); err != nil {
						t.Fatal(err)
					}
				},
				Config:           config(initech, roles{robin: basic, lee: basic}),
				ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
				Check:            onServer(t, s, initech, roles{robin: basic, lee: basic}),
			},
		)
		writtenOnce(t, s)
		if n := s.Count("putExternalAdmin"); n != 0 {
			t.Errorf("%d single writes, want none where repeating the batch is enough", n)
		}
	})
}

// A batch takes longer than a request may: nobody knows what became of it, until it is looked up.
func TestAccExternalAdmins_timeout(t *testing.T) {
	t.Parallel()
	const patience = 4 * time.Second // enough for every other request, however busy the machine is
	for name, server := range map[string]func(t *testing.T) *acctest.Server{
		"not done": func(t *testing.T) *acctest.Server {
			return acctest.NewServer(t, acctest.WithFaults(rest.Fault{Operation: "batchExternalAdmins", Kind: rest.FaultSlow, Delay: time.Hour}))
		},
		"done": func(t *testing.T) *acctest.Server {
			s := acctest.NewServer(t)
			between(t, s, func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
				next.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
				<-r.Context().Done() // until nobody waits any more
			})
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t)
			p := s.Protocol(t, noRetries, map[string]any{"request_timeout": patience.String()})
			first, second := roles{robin: basic, lee: basic}, roles{robin: partner, pat: basic}
			after, refusal := p.Apply(typeName, nil, object(initech, first))
			if refusal != "" {
				t.Error(refusal)
			}
			wantRoles(t, "the state", rolesOf(t, after), first)
			if after, refusal = p.Apply(typeName, object(initech, first), object(initech, second)); refusal != "" {
				t.Error(refusal)
			}
			wantRoles(t, "the state", rolesOf(t, after), second)
			wantRoles(t, "the server", has(t, s, initech), second)
			writtenOnce(t, s)
		})
	}
}

// The batch as a whole is refused: single requests do it.
func TestAccExternalAdmins_batchRefused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults(rest.Fault{Operation: "batchExternalAdmins", Kind: rest.FaultConflict}))
	p := s.Protocol(t, noRetries)
	wanted := roles{robin: basic, lee: basic}
	after, refusal := p.Apply(typeName, nil, object(initech, wanted))
	if refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), wanted)
	if after, refusal = p.Apply(typeName, object(initech, wanted), object(initech, roles{robin: partner})); refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{robin: partner})
	if after, refusal = p.Apply(typeName, object(initech, roles{robin: partner}), nil); refusal != "" || after != nil {
		t.Errorf("the removal is answered %q, the state is %v", refusal, after)
	}
	wantRoles(t, "the server", has(t, s, initech), roles{})
}

// The API is away in the middle of an update: one error, not one for each person, and the state stays.
func TestAccExternalAdmins_away(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults(
		rest.Fault{Operation: "batchExternalAdmins", Kind: rest.FaultUnavailable},
		rest.Fault{Operation: "putExternalAdmin", Kind: rest.FaultUnavailable},
	))
	p := s.Protocol(t, noRetries)
	after, refusal := p.Apply(typeName, object(initech, roles{}), object(initech, roles{robin: basic, lee: basic, pat: basic, kim: basic}))
	if len(p.Said) != 2 || !strings.Contains(refusal, "unavailable") || !strings.Contains(p.Said[0].Summary, "4 external administrators of "+initech) {
		t.Errorf("said was %+v", p.Said)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{})
}

const (
	crowd     = 100
	companies = 10
)

// crowdSeed has a partner with many people and several customers.
func crowdSeed() []byte {
	var users, admins, customers []string
	for i := range crowd {
		users = append(users, fmt.Sprintf(`{"email":"person%d@northwind-msp.example","name":"Person %d"}`, i, i))
		admins = append(admins, fmt.Sprintf(`{"email":"person%d@northwind-msp.example","role":"msp_helpdesk"}`, i))
	}
	for i := range companies {
		customers = append(customers, fmt.Sprintf(`{"id":"cus_company%d","name":"Company %d","domain":"company%d.example"}`, i, i, i))
	}
	return fmt.Appendf(nil, `{"partners":[{"id":"prt_n","name":"Northwind MSP","kind":"msp",
		"clients":[{"client_id":"c","client_secret":"secret-of-c","portal_role":"msp_administrator"}],
		"users":[%s],"portal_admins":[%s],"customers":[%s]}]}`, strings.Join(users, ","), strings.Join(admins, ","), strings.Join(customers, ","))
}

// A thousand grants as ten maps: requests are few, the second plan is empty.
func TestAccExternalAdmins_thousand(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithSeed(crowdSeed()))
	all := func(role string) string {
		admins := fmt.Sprintf(`{ for i in range(%d) : "person${i}@northwind-msp.example" => { role = i %% 10 == 0 ? %q : %q } }`, crowd, role, basic)
		var text strings.Builder
		for i := range companies {
			text.WriteString(strings.ReplaceAll(configOf(fmt.Sprintf(`"cus_company%d"`, i), admins), `"test"`, fmt.Sprintf(`"of%d"`, i)))
		}
		return text.String()
	}
	first := typeName + ".of0"
	plan := crowd*companies/api.MaxPageSize + 3
	if os.Getenv("MSP_NO_SNAPSHOTS") != "" {
		plan = companies
	}
	requests := func(what string, want map[string]int) func() {
		return func() {
			t.Helper()
			for operation, n := range want {
				got := s.Count(operation)
				if operation == "writes" {
					got = len(batchWrites(t, s))
				}
				if got > n {
					t.Errorf("%s took %d %s, want at most %d", what, got, operation, n)
				}
			}
			s.ResetRequests()
		}
	}
	s.Test(t,
		resource.TestStep{
			PreConfig:        s.ResetRequests,
			Config:           all(basic),
			ConfigPlanChecks: acctest.Does(first, plancheck.ResourceActionCreate),
			Check:            func(*terraform.State) error { return s.Expect(t, counted(t), crowd*companies) },
		},
		resource.TestStep{
			PreConfig: requests("creating", map[string]int{"writes": companies, "putExternalAdmin": 0}),
			Config:    all(basic), PlanOnly: true,
		},
		resource.TestStep{
			PreConfig: requests("planning without changes", map[string]int{"": plan}),
			Config:    all(partner),
		},
		resource.TestStep{
			PreConfig: requests("changing every tenth", map[string]int{"writes": companies, "putExternalAdmin": 0}),
			Config:    all(partner), Destroy: true,
			Check: func(*terraform.State) error { return s.Expect(t, counted(t), 0) },
		},
	)
	requests("destroying", map[string]int{"writes": companies, "deleteExternalAdmin": 0})()
}

func counted(t *testing.T) func(*client.Client) (any, error) {
	return func(c *client.Client) (any, error) {
		all, err := client.Collect(c.ListExternalAdmins(t.Context(), client.ExternalAdminFilter{}))
		return len(all), err
	}
}
