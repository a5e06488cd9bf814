package externaladmin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

const (
	basic   = "basic_administrator"
	partner = "partner_administrator"
	day     = 24 * time.Hour
)

// cest is a time as somebody east of Greenwich writes it.
func cest(at time.Time) string { return at.In(time.FixedZone("", 7200)).Format(time.RFC3339) }

func utc(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// until is a grant of robin at initech that ends.
func until(role, end string) string {
	return strings.TrimSuffix(config(initech, robin, role), "}\n") + fmt.Sprintf("  expires_at = %q\n}\n", end)
}

// grantUntil changes robin's grant at initech behind Terraform's back; nil is without an end.
func grantUntil(t *testing.T, s *acctest.Server, end *time.Time) {
	t.Helper()
	in := api.ExternalAdminInput{Role: basic, ExpiresAt: end}
	if _, err := s.Client(t).PutExternalAdmin(t.Context(), initech, robin, in, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func inState(end, status string) []statecheck.StateCheck {
	var wanted knownvalue.Check = knownvalue.Null()
	if end != "" {
		wanted = knownvalue.StringExact(end)
	}
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, tfjsonpath.New("expires_at"), wanted),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact(status)),
	}
}

// onServer expects when robin's access to initech ends, nil for never, and its status.
func onServer(t *testing.T, s *acctest.Server, end *time.Time, status api.ExternalAdminStatus) resource.TestCheckFunc {
	return func(*terraform.State) error {
		got, err := s.Client(t).GetExternalAdmin(t.Context(), initech, robin)
		if err != nil {
			return err
		}
		there := got.Value.ExpiresAt
		if (there == nil) != (end == nil) || end != nil && !there.Equal(*end) || got.Value.Status != status {
			return fmt.Errorf("the server has the end %v and the status %s, want %v and %s", there, got.Value.Status, end, status)
		}
		return nil
	}
}

func TestAccExternalAdmin_expiry(t *testing.T) {
	t.Parallel()
	var clock acctest.Clock
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	now := time.Now().Truncate(time.Second)
	end, later := now.Add(30*day), now.Add(90*day)
	s.Test(t,
		resource.TestStep{
			Config:            until(basic, cest(end)),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: inState(cest(end), "active"),
			Check:             onServer(t, s, &end, "active"),
		},
		// Two spellings of one moment.
		resource.TestStep{Config: until(basic, utc(end)), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop), ConfigStateChecks: inState(cest(end), "active")},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"expires_at"}},
		resource.TestStep{Config: until(basic, cest(end)), ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// The time comes: nothing to plan, also when refreshing wrote it into the state.
		resource.TestStep{
			PreConfig:         func() { clock.Pass(31 * day) },
			Config:            until(basic, cest(end)),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: inState(cest(end), "expired"),
		},
		resource.TestStep{Config: until(basic, utc(end)), PlanOnly: true},
		// That the time is past hinders no other change.
		resource.TestStep{
			Config:            until(partner, cest(end)),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: inState(cest(end), "expired"),
			Check:             onServer(t, s, &end, "expired"),
		},
		resource.TestStep{Config: until(partner, utc(end.Add(time.Second))), PlanOnly: true, ExpectError: acctest.Says("Would be refused", "Attribute expires_at", "has come already", "invalid_value")},
		// A later time brings it back, in place.
		resource.TestStep{
			Config: until(partner, cest(later)),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("status")),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: inState(cest(later), "active"),
			Check:             onServer(t, s, &later, "active"),
		},
		// Without a time there is no end.
		resource.TestStep{
			Config:            config(initech, robin, partner),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: inState("", "active"),
			Check:             onServer(t, s, nil, "active"),
		},
		resource.TestStep{Config: until(partner, utc(later)), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate), Check: onServer(t, s, &later, "active")},
		// What has expired is removed like anything else.
		resource.TestStep{
			PreConfig: func() { clock.Pass(90 * day) }, Config: until(partner, utc(later)), Destroy: true, Check: gone(t, s, initech, robin),
		},
	)
}

func TestAccExternalAdmin_expiryRefused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	past := utc(time.Now().Add(-day))
	const later = `
resource "terraform_data" "later" {
  input = { customer_id = "` + initech + `", role = "` + basic + `" }
}
`
	unknown := func(argument string) string {
		return later + strings.Replace(until(basic, past), map[string]string{
			"customer_id": `"` + initech + `"`, "role": `"` + basic + `"`,
		}[argument], "terraform_data.later.output."+argument, 1)
	}
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"past":                        {until(basic, past), []string{"Would be refused", "Attribute expires_at", "has come already", "asked before writing"}},
		"past, at an unknown account": {unknown("customer_id"), []string{"Would be refused", "Attribute expires_at", "has come already", "Nothing was asked"}},
		"past, with an unknown role":  {unknown("role"), []string{"Would be refused", "Attribute expires_at", "has come already", "Nothing was asked"}},
		"a date":                      {until(basic, "2027-03-31"), []string{"Invalid point in time", "Attribute expires_at", "RFC 3339", "2027-03-31T18:00:00Z"}},
		"no offset":                   {until(basic, "2027-03-31T18:00:00"), []string{"Invalid point in time", "Attribute expires_at"}},
		"empty":                       {until(basic, ""), []string{"Invalid point in time", "Attribute expires_at"}},
		"beyond the calendar":         {until(basic, "9999-12-31T23:59:59-12:00"), []string{"Invalid point in time", "Attribute expires_at", "10000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccExternalAdmin_expiryChanged(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	end, other := time.Now().Add(30*day).Truncate(time.Second), time.Now().Add(40*day).Truncate(time.Second)
	again := func(behind *time.Time) resource.TestStep {
		return resource.TestStep{
			PreConfig: func() { grantUntil(t, s, behind) }, Config: until(basic, cest(end)),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate), Check: onServer(t, s, &end, "active"),
		}
	}
	unlimited := config(initech, robin, basic)
	s.Test(t,
		resource.TestStep{Config: until(basic, cest(end))},
		again(nil),
		again(&other),
		resource.TestStep{Config: unlimited, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{
			PreConfig: func() { grantUntil(t, s, &other) }, Config: unlimited,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate), Check: onServer(t, s, nil, "active"),
		},
	)

	// Between plan and apply.
	grantUntil(t, s, &other)
	object := func(end any) map[string]any {
		return map[string]any{"id": initech + "/" + robin, "customer_id": initech, "email": robin, "role": basic, "expires_at": end, "status": "active"}
	}
	after, refusal := s.Protocol(t).Apply(typeName, object(cest(end)), object(nil))
	if !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, "expires_at") {
		t.Errorf("an update over somebody's change is answered %q", refusal)
	}
	if !after["expires_at"].Equal(tftypes.NewValue(tftypes.String, cest(end))) {
		t.Errorf("the state has %s although nothing was written", after["expires_at"])
	}

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	grantUntil(t, adopting, &end)
	adopting.Test(t,
		resource.TestStep{Config: until(basic, utc(other)), ExpectError: acctest.Says("not taken over", "differs in: expires_at")},
		resource.TestStep{Config: until(basic, cest(end)), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate), ConfigStateChecks: inState(cest(end), "active")},
	)
}

// passing lets time go by between plan and apply.
type passing func()

func (p passing) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	p()
}

// The status that a write leaves behind is nothing that a plan can promise.
func TestAccExternalAdmin_expiryWhileApplying(t *testing.T) {
	t.Parallel()
	var clock acctest.Clock
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	end := utc(time.Now().Add(day))
	s.Test(t,
		resource.TestStep{Config: until(basic, end)},
		resource.TestStep{
			Config:            until(partner, end),
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{passing(func() { clock.Pass(2 * day) })}},
			ConfigStateChecks: inState(end, "expired"),
		},
	)
}

func TestAccExternalAdmin_expiryUnknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	end := time.Now().Add(30 * day).Truncate(time.Second)
	later := fmt.Sprintf("\nresource \"terraform_data\" \"later\" {\n  input = %q\n}\n", cest(end)) +
		strings.Replace(until(basic, "X"), `"X"`, "terraform_data.later.output", 1)
	s.Test(t,
		resource.TestStep{Config: later, PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{Config: later, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate), Check: onServer(t, s, &end, "active")},
	)
}

// What a plan says of grants that end.
func TestAccExternalAdmin_expiryWarnings(t *testing.T) {
	t.Parallel()
	var clock acctest.Clock
	clock.Pass(-40 * day) // so that a time that is past by now can be set
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	p := s.Protocol(t)
	now := time.Now()
	grantUntil(t, s, nil)
	object := func(role string, end any) map[string]any {
		return map[string]any{"id": initech + "/" + robin, "customer_id": initech, "email": robin, "role": role, "expires_at": end, "status": "active"}
	}
	for name, c := range map[string]struct {
		prior, wanted any // expires_at
		role          string
		want          string
	}{
		"none":               {nil, nil, basic, ""},
		"far":                {cest(now.Add(15 * day)), cest(now.Add(15 * day)), basic, ""},
		"near":               {cest(now.Add(13*day + time.Hour)), cest(now.Add(13*day + time.Hour)), basic, "Access ends soon"},
		"near, other change": {cest(now.Add(2 * day)), cest(now.Add(2 * day)), partner, "Access ends soon"},
		"near, new":          {nil, cest(now.Add(2 * day)), basic, "Access ends soon"},
		"near, prolonged":    {cest(now.Add(2 * day)), cest(now.Add(30 * day)), basic, ""},
		"over":               {cest(now.Add(-day)), cest(now.Add(-day)), basic, "Access has ended"},
		"over, taken out":    {cest(now.Add(-day)), nil, basic, ""},
	} {
		if refusal := p.Plan(typeName, object(basic, c.prior), object(c.role, c.wanted)); refusal != "" {
			t.Errorf("%s: %s", name, refusal)
		}
		wantWarning(t, name, p.Said, c.want, robin)
	}
	// Of a customer that this run makes there is no id yet.
	unborn := object(basic, cest(now.Add(2*day)))
	unborn["customer_id"], unborn["id"] = tftypes.UnknownValue, tftypes.UnknownValue
	if refusal := p.Plan(typeName, nil, unborn); refusal != "" {
		t.Error(refusal)
	}
	wantWarning(t, "no customer yet", p.Said, "Access ends soon", "external administrator "+robin+",")
	// What is refused is not warned of, and what goes neither.
	clock.Pass(40 * day)
	if refusal := p.Plan(typeName, object(basic, nil), object(basic, cest(now.Add(-day)))); !strings.HasPrefix(refusal, "Would be refused") || len(p.Said) != 1 {
		t.Errorf("a past time is answered %q, %d diagnostics", refusal, len(p.Said))
	}
	if refusal := p.Plan(typeName, object(basic, cest(now.Add(day))), nil); refusal != "" || len(p.Said) != 0 {
		t.Errorf("a removal is answered %q, %+v", refusal, p.Said)
	}
}

func wantWarning(t *testing.T, name string, said []*tfprotov6.Diagnostic, summary, who string) {
	t.Helper()
	if summary == "" {
		if len(said) != 0 {
			t.Errorf("%s: said is %+v", name, said[0])
		}
		return
	}
	if len(said) != 1 || said[0].Severity != tfprotov6.DiagnosticSeverityWarning || said[0].Summary != summary ||
		said[0].Attribute.String() != `AttributeName("expires_at")` || !strings.Contains(said[0].Detail, who) {
		t.Errorf("%s: said are %+v, want %q", name, said, summary)
	}
}

func TestAccExternalAdmins_expiry(t *testing.T) {
	t.Parallel()
	var clock acctest.Clock
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	end := time.Now().Add(30 * day).Truncate(time.Second)
	grantUntil(t, s, &end)
	lists := func(status string) resource.TestStep {
		return resource.TestStep{
			Config: acctest.DataBlock("msp_external_admins", `email = "`+robin+`"`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.msp_external_admins.test", tfjsonpath.New("external_admins"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectPartial(map[string]knownvalue.Check{
						"email": knownvalue.StringExact(robin), "expires_at": knownvalue.StringExact(utc(end)), "status": knownvalue.StringExact(status),
					}),
				})),
			},
		}
	}
	expired := lists("expired")
	expired.PreConfig = func() { clock.Pass(30 * day) }
	s.Test(t, lists("active"), expired)
}
