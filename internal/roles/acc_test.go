package roles_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

func role(name string, builtin, editable, protected, assignable bool, permissions ...knownvalue.Check) knownvalue.Check {
	return knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"name":              knownvalue.StringExact(name),
		"builtin":           knownvalue.Bool(builtin),
		"editable":          knownvalue.Bool(editable),
		"content_protected": knownvalue.Bool(protected),
		"assignable":        knownvalue.Bool(assignable),
		"permissions":       knownvalue.SetPartial(permissions),
	})
}

// builtin are the roles that every account has.
func builtin(own ...knownvalue.Check) knownvalue.Check {
	return knownvalue.ListExact(append([]knownvalue.Check{
		role("super_administrator", true, false, true, false),
		role("partner_administrator", true, false, false, true),
		role("full_administrator", true, true, true, false),
		role("discovery_officer", true, true, true, false, knownvalue.StringExact("content.search")),
		role("basic_administrator", true, true, false, true, knownvalue.StringExact("users.manage")),
	}, own...))
}

func TestAccRoles(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      knownvalue.Check
	}{
		"the partner's own account": {"", builtin(
			role("Front Office", false, true, false, true),
			role("People Desk", false, true, false, true, knownvalue.StringExact("users.read")),
		)},
		"a customer's account": {`customer_id = "cus_acme2222222222222222"`, builtin(
			role("Content Auditor", false, true, true, false, knownvalue.StringExact("content.read")),
			role("Mail Tracker", false, true, false, true, knownvalue.StringExact("messages.track")),
		)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_roles", c.arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.msp_roles.test", tfjsonpath.New("roles"), c.want),
				},
			})
		})
	}
	t.Run("unknown customer", func(t *testing.T) {
		t.Parallel()
		s.Test(t, resource.TestStep{
			Config:      acctest.DataBlock("msp_roles", `customer_id = "cus_nobody"`),
			ExpectError: acctest.Says("No such customer", "Attribute customer_id", `"cus_nobody"`),
		})
	})
}

func TestAccPortalRoles(t *testing.T) {
	t.Parallel()
	portalRole := func(name string, permissions ...string) knownvalue.Check {
		checks := make([]knownvalue.Check, len(permissions))
		for i, permission := range permissions {
			checks[i] = knownvalue.StringExact(permission)
		}
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"name": knownvalue.StringExact(name), "description": knownvalue.NotNull(), "permissions": knownvalue.SetPartial(checks),
		})
	}
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_portal_roles", ""),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_portal_roles.test", tfjsonpath.New("portal_roles"), knownvalue.ListExact([]knownvalue.Check{
				portalRole("msp_administrator", "partner.manage", "external_admins.manage"),
				portalRole("msp_helpdesk", "customers.manage", "customers.sign_in"),
				portalRole("msp_implementation_lead", "orders.lead"),
				portalRole("msp_prospects", "prospects.create"),
				portalRole("msp_sales", "orders.place", "orders.upgrade"),
			})),
		},
	})
}
