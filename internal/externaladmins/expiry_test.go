package externaladmins_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

const day = 24 * time.Hour

// cest is a time as somebody east of Greenwich writes it.
func cest(at time.Time) string { return at.In(time.FixedZone("", 7200)).Format(time.RFC3339) }

func utc(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// grantUntil changes a grant at initech behind Terraform's back.
func grantUntil(t *testing.T, s *acctest.Server, email, role string, end time.Time) {
	t.Helper()
	in := api.ExternalAdminInput{Role: role, ExpiresAt: &end}
	if _, err := s.Client(t).PutExternalAdmin(t.Context(), initech, email, in, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func TestAccExternalAdmins_expiry(t *testing.T) {
	t.Parallel()
	var clock acctest.Clock
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	now := time.Now().Truncate(time.Second)
	end, later := now.Add(30*day), now.Add(90*day)
	first := roles{robin: basic + " until " + cest(end), lee: partner, kim: basic}
	second := roles{robin: partner + " until " + utc(later), lee: partner + " until " + cest(later), kim: basic + " until " + utc(end)}
	s.Test(t,
		resource.TestStep{
			Config:            config(initech, first),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{inState(first)},
			Check:             onServer(t, s, initech, roles{robin: basic + " until " + utc(end), lee: partner, kim: basic}),
		},
		// Two spellings of one moment.
		resource.TestStep{
			Config:            config(initech, roles{robin: basic + " until " + utc(end), lee: partner, kim: basic}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{inState(first)},
		},
		resource.TestStep{Config: config(initech, first), ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// A role and a time, a time alone: one batch, each under the version that was read.
		resource.TestStep{
			PreConfig:         s.ResetRequests,
			Config:            config(initech, second),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{inState(second)},
			Check:             onServer(t, s, initech, roles{robin: partner + " until " + utc(later), lee: partner + " until " + utc(later), kim: basic + " until " + utc(end)}),
		},
		// The time comes: nothing to plan.
		resource.TestStep{
			PreConfig: func() {
				writes := batchWrites(t, s)
				if len(writes) != 1 || len(writes[0]) != 3 || slices.ContainsFunc(writes[0], func(item api.ExternalAdminBatchItem) bool { return item.IfMatch == nil }) {
					t.Errorf("written were %+v", writes)
				}
				clock.Pass(31 * day)
			},
			Config:            config(initech, second),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{inState(second)},
		},
		// Past times are refused for those for whom they are new, and for nobody else.
		resource.TestStep{
			Config:   config(initech, roles{robin: partner + " until " + utc(end), kim: basic + " until " + utc(end)}),
			PlanOnly: true, ExpectError: acctest.Says("Would be refused", robin, "Attribute "+`admins["`+robin+`"].expires_at`, "has come already"),
		},
		resource.TestStep{
			Config: config(initech, roles{kim: partner + " until " + utc(end)}),
			Check:  onServer(t, s, initech, roles{kim: partner + " until " + utc(end)}),
		},
		// Brought back, then without an end.
		resource.TestStep{
			Config:           config(initech, roles{kim: partner + " until " + cest(later)}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, initech, roles{kim: partner + " until " + utc(later)}),
		},
		resource.TestStep{
			Config:            config(initech, roles{kim: partner}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{kim: partner})},
			Check:             onServer(t, s, initech, roles{kim: partner}),
		},
		// Changed by somebody else.
		resource.TestStep{
			PreConfig:        func() { grantUntil(t, s, kim, partner, later) },
			Config:           config(initech, roles{kim: partner}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, initech, roles{kim: partner}),
		},
		// A key that changes in case alone writes nothing, its time in another spelling neither.
		resource.TestStep{Config: config(initech, roles{kim: partner + " until " + cest(later)})},
		resource.TestStep{
			PreConfig: s.ResetRequests,
			Config:    config(initech, roles{strings.ToUpper(kim): partner + " until " + utc(later)}),
		},
		resource.TestStep{
			PreConfig: func() {
				if writes := batchWrites(t, s); len(writes) != 0 {
					t.Errorf("spelling was written: %+v", writes)
				}
			},
			Config: config(initech, roles{strings.ToUpper(kim): partner + " until " + utc(later)}), Destroy: true, Check: onServer(t, s, initech, roles{}),
		},
	)
}

func TestAccExternalAdmins_expiryRefused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const later = `
resource "terraform_data" "later" {
  input = "` + initech + `"
}
`
	past := utc(time.Now().Add(-day))
	mixed := roles{robin: basic + " until " + past, lee: basic + " until " + utc(time.Now().Add(day))}
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"past":                        {config(initech, mixed), []string{"Would be refused", robin, `admins["` + robin + `"].expires_at`, "asked before writing"}},
		"past, at an unknown account": {later + configOf("terraform_data.later.output", mixed.hcl()), []string{"Would be refused", robin, `admins["` + robin + `"].expires_at`, "Nothing was asked"}},
		"a date":                      {config(initech, roles{robin: basic + " until 2027-03-31"}), []string{"Invalid point in time", `admins["` + robin + `"].expires_at`, "RFC 3339"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccExternalAdmins_expiryUnknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	end := time.Now().Add(30 * day).Truncate(time.Second)
	later := fmt.Sprintf("\nresource \"terraform_data\" \"later\" {\n  input = %q\n}\n", cest(end)) +
		configOf(`"`+initech+`"`, `{ "`+robin+`" = { role = "`+basic+`", expires_at = terraform_data.later.output } }`)
	s.Test(t,
		resource.TestStep{Config: later, PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{Config: later, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate), Check: onServer(t, s, initech, roles{robin: basic + " until " + utc(end)})},
	)
}

// Between plan and apply, and while taking over.
func TestAccExternalAdmins_expiryChanged(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	p := s.Protocol(t)
	end, other := time.Now().Add(30*day).Truncate(time.Second), time.Now().Add(40*day).Truncate(time.Second)
	grantUntil(t, s, robin, basic, other)
	prior := roles{robin: basic + " until " + utc(end)}
	after, refusal := p.Apply(typeName, object(initech, prior), object(initech, roles{robin: partner}))
	if !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, utc(other)) ||
		p.Said[0].Attribute.String() != `AttributeName("admins").ElementKeyString("`+robin+`").AttributeName("expires_at")` {
		t.Errorf("an update over somebody's change is answered %q, at %s", refusal, p.Said[0].Attribute)
	}
	wantRoles(t, "the state", rolesOf(t, after), prior)

	wanted := roles{robin: basic + " until " + cest(end)}
	after, refusal = p.Apply(typeName, nil, object(initech, wanted))
	if refusal != "" || len(p.Said) != 1 || !strings.Contains(p.Said[0].Detail, utc(other)) || !strings.Contains(p.Said[0].Detail, utc(end)) {
		t.Errorf("%s; said was %+v, want a warning of the time that was", refusal, p.Said)
	}
	wantRoles(t, "the state", rolesOf(t, after), wanted)
	wantRoles(t, "the server", has(t, s, initech), roles{robin: basic + " until " + utc(end)})
}

// What a plan says of access that ends: one warning for all that ends soon, one for all that has ended.
func TestAccExternalAdmins_expiryWarnings(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	p := s.Protocol(t)
	until := func(in time.Duration) string { return basic + " until " + cest(time.Now().Add(in)) }
	soon, over := until(13*day), until(-day)
	state := object(initech, roles{robin: soon, lee: over, kim: until(20 * day), pat: over, ines: basic})
	if refusal := p.Plan(typeName, state, state); refusal != "" {
		t.Fatal(refusal)
	}
	if len(p.Said) != 2 {
		t.Fatalf("said was %+v", p.Said)
	}
	for i, want := range []struct {
		summary     string
		names, lack []string
	}{
		{"Access ends soon", []string{robin}, []string{lee, kim, pat, ines}},
		{"Access has ended", []string{lee, pat}, []string{robin, kim, ines}},
	} {
		d := p.Said[i]
		if d.Severity != tfprotov6.DiagnosticSeverityWarning || d.Summary != want.summary || d.Attribute.String() != `AttributeName("admins")` {
			t.Errorf("said was %+v", d)
		}
		for _, name := range want.names {
			if !strings.Contains(d.Detail, name) {
				t.Errorf("%s does not name %s: %s", d.Summary, name, d.Detail)
			}
		}
		for _, name := range want.lack {
			if strings.Contains(d.Detail, name) {
				t.Errorf("%s names %s: %s", d.Summary, name, d.Detail)
			}
		}
	}
	quiet := object(initech, roles{kim: until(20 * day), ines: basic})
	if refusal := p.Plan(typeName, quiet, quiet); refusal != "" || len(p.Said) != 0 {
		t.Errorf("%s, %+v", refusal, p.Said)
	}
}
