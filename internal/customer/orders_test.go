package customer_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// Who sells wins a prospect, takes the order and upgrades it, without an administrator.
func TestAccCustomer_ordersBySales(t *testing.T) {
	t.Parallel()
	step := func(action plancheck.ResourceActionType, more string) resource.TestStep {
		return resource.TestStep{Config: block(tailwind + more), ConfigPlanChecks: acctest.Does(address, action)}
	}
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspSales)).Test(t,
		step(plancheck.ResourceActionCreate, `; stage = "prospect"`),
		step(plancheck.ResourceActionUpdate, `; stage = "customer"; product = "Email Security"; seats = 5`),
		step(plancheck.ResourceActionUpdate, `; product = "Email Continuity"; seats = 50`),
	)
}

// Who leads implementations creates prospects and names the lead, and no more: neither the order nor an upgrade.
func TestAccCustomer_implementationLead(t *testing.T) {
	t.Parallel()
	const named = tailwind + `; stage = "prospect"; seats = 5; implementation_lead = "Lee@northwind-msp.example"`
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspImplementationLead)).Test(t,
		resource.TestStep{Config: block(named), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		// An administrator may be one too.
		resource.TestStep{
			Config:           block(tailwind + `; stage = "prospect"; seats = 6; implementation_lead = "ines@northwind-msp.example"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{Config: block(tailwind + `; seats = 5`), PlanOnly: true, ExpectError: acctest.Says("Attribute stage", "orders.place", "msp_sales", "forbidden")},
	)
}

// Who wins prospects takes no order of one that is there, and the plan says so.
func TestAccCustomer_noOrderByProspects(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspProspects)).Test(t, resource.TestStep{
		Config:   block(`name = "Umbrella"; domain = "umbrella.example"`) + importBlock("cus_umbrella222222222222"),
		PlanOnly: true, ExpectError: acctest.Says("Attribute stage", "orders.place", "forbidden"),
	})
}

// The partner's configuration fills the RFI of who is created afterwards, and rewrites no other, configured or not.
func TestAccCustomer_rfiAndLaterPartnerConfig(t *testing.T) {
	t.Parallel()
	config := func(outbound, more string) string {
		return fmt.Sprintf(`
resource "msp_partner_config" "ours" {
  outbound_ips = [%q]
}

resource "msp_customer" "test" {
  name                = "Tailwind Traders"
  domain              = "tailwind.example"
  deletion_protection = false
  depends_on          = [msp_partner_config.ours]
}
`, outbound) + more
	}
	const later = `
resource "msp_customer" "later" {
  name                = "Wingtip"
  domain              = "wingtip.example"
  deletion_protection = false
  depends_on          = [msp_partner_config.ours]
}
`
	outbound := func(of, want string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(of, tfjsonpath.New("rfi").AtMapKey("outbound_ips"), knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact(want)}))
	}
	acctest.NewServer(t).Test(t,
		resource.TestStep{Config: config("192.0.2.1", ""), ConfigStateChecks: []statecheck.StateCheck{outbound(address, "192.0.2.1")}},
		resource.TestStep{
			Config:            config("192.0.2.2", later),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{outbound(address, "192.0.2.1"), outbound("msp_customer.later", "192.0.2.2")},
		},
		resource.TestStep{Config: config("192.0.2.2", later), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
	)
}
