package portaladmins_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

// noRetries leaves a failure to what the resource makes of it.
var noRetries = map[string]any{"max_retries": int64(0)}

// addUser adds a partner user, behind Terraform's back.
func addUser(t *testing.T, s *acctest.Server, email string) {
	t.Helper()
	if _, err := s.Client(t).PutPartnerUser(t.Context(), email, api.PartnerUserInput{Name: nameOf(email)}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

// sizes of batches.
func sizes(writes [][]api.PortalAdminBatchItem) []int {
	var all []int
	for _, items := range writes {
		all = append(all, len(items))
	}
	slices.Sort(all)
	return all
}

// 23 people are three requests, to come, to change and to go.
func TestAccPortalAdmins_inTens(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	team := func(role string) roles {
		all := roles{alex: administrator, robin: helpdesk}
		for i := range 23 {
			all[person(i)] = role
		}
		return all
	}
	inThrees := func(what string) {
		t.Helper()
		if got := sizes(batchWrites(t, s)); !slices.Equal(got, []int{3, 10, 10}) {
			t.Errorf("%s were batches of %v", what, got)
		}
		if n := s.Count("putPortalAdmin") + s.Count("deletePortalAdmin"); n != 0 {
			t.Errorf("%s were %d single requests", what, n)
		}
		s.ResetRequests()
	}
	s.Test(t,
		resource.TestStep{
			PreConfig: s.ResetRequests,
			Config:    config(team(sales)), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			Check: onServer(t, s, team(sales)),
		},
		resource.TestStep{
			PreConfig: func() { inThrees("additions") },
			Config:    config(team(administrator)), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: onServer(t, s, team(administrator)),
		},
		resource.TestStep{
			PreConfig: func() { inThrees("changes") },
			Config:    config(roles{alex: administrator, robin: helpdesk}), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: onServer(t, s, roles{alex: administrator, robin: helpdesk}),
		},
		resource.TestStep{
			PreConfig: func() { inThrees("removals") },
			Config:    config(roles{alex: administrator, robin: helpdesk}), PlanOnly: true,
		},
	)
}

// Some of the writes of a creation fail although all were checked: what was done is in state, whatever batch it was in.
func TestAccPortalAdmins_createdInPart(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	meddle(t, s, func(n int, _ []api.PortalAdminBatchItem) {
		if n == 1 {
			leave(t, s, dana)
			leave(t, s, person(7))
		}
	})
	wanted := roles{alex: administrator, robin: sales, dana: sales, kim: sales}
	for i := range 12 {
		wanted[person(i)] = helpdesk
	}
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, nil, object(wanted))
	if !strings.HasPrefix(refusal, "Could not create portal admin "+dana) || !strings.Contains(refusal, "not_a_partner_user") {
		t.Errorf("the creation is answered %q", refusal)
	}
	var places []string
	for _, d := range p.Said {
		if d.Attribute != nil && strings.HasPrefix(d.Summary, "Could not") {
			places = append(places, d.Attribute.String())
		}
	}
	if want := []string{`AttributeName("admins").ElementKeyString("` + dana + `")`, `AttributeName("admins").ElementKeyString("` + person(7) + `")`}; !slices.Equal(places, want) {
		t.Errorf("the errors are at %q, want %q", places, want)
	}
	if last := p.Said[len(p.Said)-1]; !strings.Contains(last.Detail, "terraform untaint msp_portal_admins.NAME") || !strings.HasPrefix(last.Detail, "2 of 15") {
		t.Errorf("said was %+v, want a way out of the taint", last)
	}
	delete(wanted, dana)
	delete(wanted, person(7))
	wantRoles(t, "the state", rolesOf(t, after), wanted)
	wantRoles(t, "the server", has(t, s), wanted)
	writtenOnce(t, s)
}

// Nothing was done, so there is nothing to keep, and nothing that could be tainted.
func TestAccPortalAdmins_nothingCreated(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	meddle(t, s, func(_ int, items []api.PortalAdminBatchItem) { leave(t, s, items[0].Email) })
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, nil, object(roles{alex: administrator, robin: helpdesk, dana: sales}))
	if !strings.Contains(refusal, "not_a_partner_user") || after != nil || len(p.Said) != 1 {
		t.Errorf("said was %+v, the state is %v", p.Said, after)
	}
	// A refusal by the check comes before all writes. What failed holds nothing back for the next try.
	s.ResetRequests()
	if after, refusal = p.Apply(typeName, nil, object(roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales})); !strings.Contains(refusal, "asked before writing") || after != nil {
		t.Errorf("the creation is answered %q, the state is %v", refusal, after)
	}
	if len(batchWrites(t, s)) != 0 {
		t.Error("something was written although the check failed")
	}
}

// An addition fails: the others are done, and nobody goes before those who are to come are there.
func TestAccPortalAdmins_updatedInPart(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	meddle(t, s, func(n int, _ []api.PortalAdminBatchItem) {
		if n == 1 {
			leave(t, s, dana)
		}
	})
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, object(roles{alex: administrator, robin: helpdesk}), object(roles{alex: administrator, dana: sales, kim: sales}))
	if !strings.HasPrefix(refusal, "Could not create portal admin "+dana) {
		t.Errorf("the update is answered %q", refusal)
	}
	if len(p.Said) != 2 || !strings.Contains(p.Said[1].Detail, "Nobody's access was taken away") {
		t.Errorf("said was %+v", p.Said)
	}
	done := roles{alex: administrator, robin: helpdesk, kim: sales}
	wantRoles(t, "the state", rolesOf(t, after), done)
	wantRoles(t, "the server", has(t, s), done)

	after, refusal = p.Apply(typeName, object(done), object(roles{alex: administrator, kim: sales}))
	if refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{alex: administrator, kim: sales})
	wantRoles(t, "the server", has(t, s), roles{alex: administrator, kim: sales})
	writtenOnce(t, s)
}

// Somebody else's write comes in between looking and writing: theirs stands.
func TestAccPortalAdmins_writtenAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	meddle(t, s, func(n int, _ []api.PortalAdminBatchItem) {
		if n == 1 {
			appoint(t, s, robin, administrator)
			appoint(t, s, robin, helpdesk) // as it was, but another version
			appoint(t, s, dana, administrator)
		}
	})
	p := s.Protocol(t)
	after, _ := p.Apply(typeName, object(roles{alex: administrator, robin: helpdesk}), object(roles{alex: administrator, robin: sales, dana: sales, kim: sales}))
	var said string
	for _, d := range p.Said {
		said += d.Detail + "\n"
	}
	for _, want := range []string{"precondition_failed", "already_exists", "2 of 3"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{alex: administrator, robin: helpdesk, kim: sales})
	wantRoles(t, "the server", has(t, s), roles{alex: administrator, robin: helpdesk, dana: administrator, kim: sales})
}

// Somebody else changes, between looking and writing, whom this is about to take access from: that is to be seen first.
func TestAccPortalAdmins_changedBeforeTheRemoval(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	prior := roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales}
	for email, role := range prior {
		appoint(t, s, email, role)
	}
	meddle(t, s, func(n int, _ []api.PortalAdminBatchItem) {
		if n == 1 {
			appoint(t, s, dana, administrator)
			s.Dismiss(t, kim) // what the removal is about to do
		}
	})
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, object(prior), object(roles{alex: administrator}))
	if !strings.HasPrefix(refusal, "Could not remove portal admin "+dana) || !strings.Contains(refusal, "precondition_failed") || !strings.Contains(refusal, "Plan again") {
		t.Errorf("the update is answered %q", refusal)
	}
	if len(p.Said) != 1 || p.Said[0].Attribute.String() != `AttributeName("admins").ElementKeyString("`+dana+`")` {
		t.Errorf("said was %+v", p.Said)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{alex: administrator, dana: sales})
	wantRoles(t, "the server", has(t, s), roles{alex: administrator, dana: administrator})
}

// The server does a batch, and its answer is lost: every time, so that repeating does not help.
func TestAccPortalAdmins_lostAnswers(t *testing.T) {
	t.Parallel()
	start := roles{alex: administrator, robin: helpdesk}
	for name, fault := range map[string]rest.Fault{
		"dropped":   {Operation: "batchPortalAdmins", Kind: rest.FaultDropAnswer},
		"truncated": {Operation: "batchPortalAdmins", Kind: rest.FaultTruncatedBody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, acctest.WithFaults(fault))
			p := s.Protocol(t, noRetries)
			first := roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales}
			for i := range 12 {
				first[person(i)] = sales
			}
			second := roles{alex: administrator, robin: sales, dana: helpdesk, lee: administrator}
			for _, step := range []struct{ from, to roles }{{start, first}, {first, second}} {
				after, refusal := p.Apply(typeName, object(step.from), object(step.to))
				if refusal != "" {
					t.Errorf("from %v to %v: %s", step.from, step.to, refusal)
				}
				wantRoles(t, "the state", rolesOf(t, after), step.to)
				wantRoles(t, "the server", has(t, s), step.to)
			}
			if after, refusal := p.Apply(typeName, object(second), nil); refusal != "" || after != nil {
				t.Errorf("the destroy is answered %q and leaves %v in state", refusal, after)
			}
			wantRoles(t, "the server", has(t, s), roles{alex: administrator})
			writtenOnce(t, s)
		})
	}
	// With repeats, the server recognizes the batch and answers as it did the first time.
	t.Run("repeated", func(t *testing.T) {
		t.Parallel()
		s := newServer(t, acctest.WithFaults())
		wanted := roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales}
		s.Test(t, resource.TestStep{
			PreConfig: func() {
				if err := s.Faults.Add(rest.Fault{Operation: "batchPortalAdmins", Kind: rest.FaultDropAnswer, Times: 4}); err != nil {
					t.Fatal(err)
				}
			},
			Config: config(wanted), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			Check: onServer(t, s, wanted),
		})
		writtenOnce(t, s)
		if n := s.Count("putPortalAdmin"); n != 0 {
			t.Errorf("%d single writes, want none where repeating the batch is enough", n)
		}
	})
}

// A batch takes longer than a request may: nobody knows what became of it, until it is looked up.
func TestAccPortalAdmins_timeout(t *testing.T) {
	t.Parallel()
	const patience = 4 * time.Second // enough for every other request, however busy the machine is
	for name, server := range map[string]func(t *testing.T) *acctest.Server{
		"not done": func(t *testing.T) *acctest.Server {
			return newServer(t, acctest.WithFaults(rest.Fault{Operation: "batchPortalAdmins", Kind: rest.FaultSlow, Delay: time.Hour}))
		},
		"done": func(t *testing.T) *acctest.Server {
			s := newServer(t)
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
			first, second := roles{alex: administrator, robin: helpdesk, dana: sales}, roles{alex: administrator, robin: sales, kim: sales}
			after, refusal := p.Apply(typeName, object(roles{alex: administrator, robin: helpdesk}), object(first))
			if refusal != "" {
				t.Error(refusal)
			}
			wantRoles(t, "the state", rolesOf(t, after), first)
			if after, refusal = p.Apply(typeName, object(first), object(second)); refusal != "" {
				t.Error(refusal)
			}
			wantRoles(t, "the state", rolesOf(t, after), second)
			wantRoles(t, "the server", has(t, s), second)
			writtenOnce(t, s)
		})
	}
}

// The batch as a whole is refused: single requests do it.
func TestAccPortalAdmins_batchRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, acctest.WithFaults(rest.Fault{Operation: "batchPortalAdmins", Kind: rest.FaultConflict}))
	p := s.Protocol(t, noRetries)
	wanted := roles{alex: administrator, robin: helpdesk, dana: sales}
	after, refusal := p.Apply(typeName, nil, object(wanted))
	if refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), wanted)
	if after, refusal = p.Apply(typeName, object(wanted), object(roles{alex: administrator, dana: helpdesk})); refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{alex: administrator, dana: helpdesk})
	wantRoles(t, "the server", has(t, s), roles{alex: administrator, dana: helpdesk})
}

// The API is away in the middle of an update: one error, not one for each person, and the state stays.
func TestAccPortalAdmins_away(t *testing.T) {
	t.Parallel()
	s := newServer(t, acctest.WithFaults(
		rest.Fault{Operation: "batchPortalAdmins", Kind: rest.FaultUnavailable},
		rest.Fault{Operation: "putPortalAdmin", Kind: rest.FaultUnavailable},
	))
	p := s.Protocol(t, noRetries)
	start := roles{alex: administrator, robin: helpdesk}
	after, refusal := p.Apply(typeName, object(start), object(roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales, lee: sales}))
	if len(p.Said) != 2 || !strings.Contains(refusal, "unavailable") || !strings.Contains(p.Said[0].Summary, "3 portal admins") {
		t.Errorf("said was %+v", p.Said)
	}
	wantRoles(t, "the state", rolesOf(t, after), start)
}

// The statuses can't be read after the writes: no reason to fail, which would taint what was created.
func TestAccPortalAdmins_statusesUnread(t *testing.T) {
	t.Parallel()
	s := newServer(t, acctest.WithFaults())
	meddle(t, s, func(int, []api.PortalAdminBatchItem) {
		if err := s.Faults.Add(rest.Fault{Operation: "listPortalAdmins", Kind: rest.FaultUnavailable}); err != nil {
			t.Error(err)
		}
	})
	p := s.Protocol(t, noRetries)
	after, refusal := p.Apply(typeName, nil, object(roles{alex: administrator, robin: helpdesk, dana: sales}))
	if refusal != "" || after == nil || len(p.Said) != 1 || p.Said[0].Summary != "The statuses could not be read" {
		t.Errorf("said was %+v, the state is %v", p.Said, after)
	}
}
