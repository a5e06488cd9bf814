package portaladmins_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// The person for whom the client acts: a map without is refused while planning, and so is another role.
func TestAccPortalAdmins_caller(t *testing.T) {
	t.Parallel()
	s := newServer(t, acctest.WithClient("for-alex"))
	missing := acctest.Says("Your own access is missing", "Attribute admins", alex)
	s.Test(t,
		resource.TestStep{Config: config(roles{robin: helpdesk, dana: administrator}), PlanOnly: true, ExpectError: missing},
		resource.TestStep{Config: importing + config(roles{robin: helpdesk, dana: administrator}), PlanOnly: true, ExpectError: missing},
		// In any case it is there.
		resource.TestStep{Config: config(roles{"ALEX@MSP.example": administrator, robin: helpdesk, dana: administrator})},
		resource.TestStep{Config: config(roles{robin: helpdesk, dana: administrator}), PlanOnly: true, ExpectError: missing},
		resource.TestStep{
			Config: config(roles{"ALEX@MSP.example": helpdesk, robin: helpdesk, dana: administrator}), PlanOnly: true,
			ExpectError: acctest.Says("Would be refused", `Attribute admins["ALEX@MSP.example"].role`, "own_account"),
		},
	)
	// Dana was one of the administrators, so that only the caller stays.
	wantRoles(t, "after the destroy the server", has(t, s), roles{alex: administrator})
}

// The last administrator hands over in one apply: the successor comes first, whichever batch holds whom.
func TestAccPortalAdmins_handover(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	before, after := roles{alex: administrator, robin: helpdesk}, roles{alex: sales, robin: administrator}
	for i := range 24 {
		before[person(i)], after[person(i)] = sales, helpdesk
	}
	s.Test(t,
		resource.TestStep{Config: config(before)},
		resource.TestStep{
			Config: config(after), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: onServer(t, s, after),
		},
		// Removal of an administrator when there is another one.
		resource.TestStep{
			Config: config(roles{dana: administrator, alex: helpdesk}), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: onServer(t, s, roles{dana: administrator, alex: helpdesk}),
		},
		// No administrator at all is refused in the plan.
		resource.TestStep{Config: config(roles{dana: sales, alex: helpdesk}), PlanOnly: true, ExpectError: acctest.Says("No administrator left", "Attribute admins", dana)},
		resource.TestStep{Config: config(roles{}), PlanOnly: true, ExpectError: acctest.Says("No administrator left")},
	)
	wantRoles(t, "after the destroy the server", has(t, s), roles{dana: administrator})

	// The same while a map takes over.
	over := newServer(t)
	taken := roles{alex: helpdesk, robin: administrator}
	over.Test(t, resource.TestStep{Config: config(taken), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate), Check: onServer(t, over, taken)})
}

// Destroying leaves the caller and a last administrator, and says so.
func TestAccPortalAdmins_destroyLeaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		client  string
		more    roles // besides alex, administrator, and robin, helpdesk
		outside string
		left    roles
		said    []string
	}{
		"the caller is an administrator":   {"for-alex", roles{dana: administrator}, "", roles{alex: administrator}, []string{alex}},
		"the caller is none":               {"for-robin", roles{}, "", roles{robin: helpdesk, alex: administrator}, []string{alex, robin}},
		"nobody calls":                     {"robot", roles{kim: sales}, "", roles{alex: administrator}, []string{alex}},
		"rather somebody who can sign in":  {"robot", roles{"aaron@msp.example": administrator}, "", roles{alex: administrator}, []string{alex}},
		"somebody outside of the map will": {"robot", roles{}, dana, roles{dana: administrator}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, acctest.WithClient(c.client))
			all := roles{alex: administrator, robin: helpdesk}
			for email, role := range c.more {
				if email == "aaron@msp.example" {
					addUser(t, s, email)
				}
				appoint(t, s, email, role)
				all[email] = role
			}
			if c.outside != "" {
				appoint(t, s, c.outside, administrator)
			}
			p := s.Protocol(t)
			said := func(when, summary string) {
				t.Helper()
				var warnings []string
				for _, d := range p.Said {
					if d.Severity != tfprotov6.DiagnosticSeverityWarning {
						t.Errorf("%s: %s: %s", when, d.Summary, d.Detail)
					} else if d.Summary == summary {
						warnings = append(warnings, d.Detail)
					}
				}
				if want := "It leaves: " + strings.Join(c.said, ", ") + "."; len(c.said) == 0 && len(warnings) > 0 ||
					len(c.said) > 0 && (len(warnings) != 1 || !strings.HasSuffix(warnings[0], want)) {
					t.Errorf("%s: warned was %q, want one that ends with %q", when, warnings, want)
				}
			}
			if refusal := p.Plan(typeName, object(all), nil); refusal != "" {
				t.Error(refusal)
			}
			said("plan", "Not everybody loses access")
			after, refusal := p.Apply(typeName, object(all), nil)
			if refusal != "" || after != nil {
				t.Errorf("the destroy is answered %q and leaves %v in state", refusal, after)
			}
			said("apply", "Not everybody lost access")
			wantRoles(t, "the server", has(t, s), c.left)
		})
	}
}

// Who holds roles at customers keeps access to the portal: protected ones are refused in the plan, others stay in state.
func TestAccPortalAdmins_grantsInTheWay(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	all := func(without string) string {
		var lines string
		for _, admin := range [][2]string{{"alex", administrator}, {"ines", administrator}, {"lee", "msp_implementation_lead"}, {"kim", helpdesk}, {"robin", helpdesk}, {"pat", sales}} {
			if admin[0] != without {
				lines += fmt.Sprintf("    \"%s@northwind-msp.example\" = { name = %q, role = %q }\n", admin[0], admin[0], admin[1])
			}
		}
		return importing + configOf("{\n"+lines+"  }")
	}
	s.Test(t,
		resource.TestStep{Config: all("")},
		resource.TestStep{Config: all("ines"), PlanOnly: true, ExpectError: acctest.Says("Would be refused", "removal of portal admin ines@northwind-msp.example", "protected_role")},
		resource.TestStep{Config: all("kim"), ExpectError: acctest.Says("Could not remove portal admin kim@northwind-msp.example", "In the way", "external_admin cus_globex", "in_use")},
		resource.TestStep{
			PreConfig: func() {
				if got := has(t, s)["kim@northwind-msp.example"]; got != helpdesk {
					t.Errorf("kim is %q", got)
				}
			},
			Config: all(""), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{Config: all(""), Destroy: true, ExpectError: acctest.Says("Would be refused", "ines@northwind-msp.example", "protected_role")},
		resource.TestStep{Config: forget},
	)
}
