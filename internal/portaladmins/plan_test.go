package portaladmins_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// While a value is unknown nothing is asked about it; what it turns out to be is judged by the apply.
func TestAccPortalAdmins_unknown(t *testing.T) {
	t.Parallel()
	const later = `
resource "terraform_data" "later" {
  input = { email = "dana@msp.example", name = "Person dana", role = "msp_sales" }
}
`
	others := fmt.Sprintf(`%q = { name = %q, role = "msp_administrator" }, %q = { name = %q, role = "msp_helpdesk" }`, alex, nameOf(alex), robin, nameOf(robin))
	for name, entry := range map[string]string{
		"key":  `(terraform_data.later.output.email) = { name = "Person dana", role = "msp_sales" }`,
		"role": `"dana@msp.example" = { name = "Person dana", role = terraform_data.later.output.role }`,
		"name": `"dana@msp.example" = { name = terraform_data.later.output.name, role = "msp_sales" }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			all := later + configOf("{ "+others+", "+entry+" }")
			s.Test(t,
				resource.TestStep{Config: all, PlanOnly: true, ExpectNonEmptyPlan: true},
				resource.TestStep{
					PreConfig: func() {
						for _, r := range s.Requests() {
							if strings.Contains(string(r.Body), dana) {
								t.Errorf("a plan with an unknown %s asked %s %s", name, r.Method, r.Path)
							}
						}
					},
					Config: all, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
					Check: onServer(t, s, roles{alex: administrator, robin: helpdesk, dana: sales}),
				},
			)
		})
	}
	// What is known is judged all the same; whether an administrator is left is not known.
	s := newServer(t)
	s.Test(t, resource.TestStep{
		Config: later + configOf(`{ "`+alex+`" = { name = "A", role = terraform_data.later.output.role }, "`+robin+`" = { name = " ", role = "msp_helpdesk" } }`), PlanOnly: true,
		ExpectError: acctest.Says("Would be refused", robin, "invalid_value"),
	})
	s.Test(t, resource.TestStep{
		Config:      later + configOf(`{ "`+alex+`" = { name = "A", role = terraform_data.later.output.role }, "`+robin+`" = { name = "R", role = "msp_helpdesk" } }`),
		ExpectError: acctest.Says("No administrator left", alex),
	})
	wantRoles(t, "the server", has(t, s), roles{alex: administrator, robin: helpdesk})
}

// Only what changes is asked about.
func TestAccPortalAdmins_asksOnlyAboutChanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	before := roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales}
	s.Test(t,
		resource.TestStep{Config: config(before)},
		resource.TestStep{PreConfig: s.ResetRequests, Config: config(before), PlanOnly: true},
		resource.TestStep{
			PreConfig: func() {
				if s.Count("") != s.Count("listPortalAdmins") {
					t.Errorf("a plan without changes asked %+v", s.Requests())
				}
				s.ResetRequests()
			},
			Config: config(roles{alex: administrator, robin: sales, dana: sales}), PlanOnly: true, ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			PreConfig: func() {
				for _, r := range s.Requests() {
					if body := string(r.Body); r.OperationID == "batchPortalAdmins" && (strings.Contains(body, dana) || !strings.Contains(body, robin) || !strings.Contains(body, kim)) {
						t.Errorf("the plan asked about %s, want robin and kim", body)
					}
				}
			},
			Config: config(before),
		},
	)
}

// A map and a single resource would undo each other's work.
func TestAccPortalAdmins_claims(t *testing.T) {
	t.Parallel()
	both := acctest.Says("Managed by two kinds of resources", "Attribute", "msp_portal_admin")
	s := newServer(t)
	all := config(roles{alex: administrator, robin: helpdesk})
	s.Test(t,
		resource.TestStep{Config: all + single, PlanOnly: true, ExpectError: both},
		resource.TestStep{Config: all},
		// What stays as it is claims too.
		resource.TestStep{Config: all + single, PlanOnly: true, ExpectError: both},
		// What is to be destroyed does not.
		resource.TestStep{Config: single, PlanOnly: true, ExpectNonEmptyPlan: true},
	)
	other := newServer(t)
	other.Test(t,
		resource.TestStep{Config: single},
		resource.TestStep{Config: single + config(roles{alex: administrator, robin: helpdesk, dana: sales}), PlanOnly: true, ExpectError: both},
		resource.TestStep{Config: single},
	)
}

// Moving from single resources to the map: out of state with what was, then all is taken over.
func TestAccPortalAdmins_fromSingles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Test(t,
		resource.TestStep{Config: single},
		resource.TestStep{PreConfig: s.ResetRequests, Config: "\nremoved {\n  from = msp_portal_admin.test\n  lifecycle {\n    destroy = false\n  }\n}\n" +
			config(roles{alex: administrator, robin: helpdesk, dana: sales, kim: sales})},
	)
	if writes := batchWrites(t, s); len(writes) == 0 || len(writes[0]) != 1 || writes[0][0].Email != kim {
		t.Errorf("written was %+v, want kim only", writes)
	}
}

// People who become partner users in the same run.
func TestAccPortalAdmins_withPartnerUsers(t *testing.T) {
	t.Parallel()
	const all = `
locals {
  team = {
    "nia.okafor@msp.example" = { name = "Nia Okafor", role = "msp_helpdesk" }
    "Omar.Haddad@msp.example" = { name = "Omar Haddad", role = "msp_sales", phone = "+49 89 1234567" }
  }
}

resource "msp_partner_user" "team" {
  for_each = local.team
  email    = each.key
  name     = each.value.name
}

resource "msp_portal_admins" "test" {
  admins = merge(
    { for email, person in local.team : msp_partner_user.team[email].email => person },
    {
      "alex@msp.example"  = { name = "Person alex", role = "msp_administrator" }
      "robin@msp.example" = { name = "Person robin", role = "msp_helpdesk" }
    },
  )
}
`
	newServer(t).Test(t,
		resource.TestStep{Config: all, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: all, Destroy: true},
	)
}
