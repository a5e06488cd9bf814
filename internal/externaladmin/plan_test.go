package externaladmin_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// A protected grant is imported and read, and its plan is empty. Whatever else is tried is refused while planning.
func TestAccExternalAdmin_protected(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	held := config(acme, ines, "super_administrator")
	refused := func(texts ...string) resource.TestStep {
		return resource.TestStep{ExpectError: acctest.Says(append(append([]string{"Would be refused"}, texts...), "Attribute role", "super_administrator", "protected_role", "asked before writing")...)}
	}
	change, person, destroy, dropped := refused(), refused("removal of"), refused("removal of"), refused("removal of")
	change.Config = config(acme, ines, "basic_administrator")
	person.Config = config(acme, robin, "basic_administrator")
	destroy.Config, destroy.Destroy = held, true
	dropped.Config = "\nlocals {\n}\n"
	s.Test(t,
		resource.TestStep{
			Config:           importing(acme+"/"+ines) + held,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("role"), knownvalue.StringExact("super_administrator")),
			},
		},
		resource.TestStep{Config: config(acme, "INES@northwind-msp.example", "super_administrator"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		change, person, destroy, dropped,
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address)},
	)
}

// While a value is unknown nothing is asked; what it turns out to be is judged by the apply.
func TestAccExternalAdmin_unknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	// Each argument stands as it is in the block; later.X is known after the apply of another resource.
	unknown := func(customerID, email, role string) string {
		block := acctest.Block(typeName, "customer_id = "+customerID+"; email = "+email+"; role = "+role)
		return fmt.Sprintf(`
resource "terraform_data" "known_later" {
  input = { customer_id = %q, nobody = "cus_nobody", email = %q, role = "basic_administrator" }
}
`, initech, robin) + strings.ReplaceAll(block, "later.", "terraform_data.known_later.output.")
	}
	const customerID, email, role = `"` + initech + `"`, `"` + robin + `"`, `"basic_administrator"`
	plans := func(config string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}
	}
	s.Test(t,
		plans(unknown("later.customer_id", email, role)),
		plans(unknown(customerID, "later.email", role)),
		plans(unknown(customerID, email, "later.role")),
		resource.TestStep{
			PreConfig: func() {
				for _, request := range s.Requests() {
					if request.OperationID == "putExternalAdmin" {
						t.Errorf("a plan with an unknown value asked %s %s", request.Method, request.Path)
					}
				}
			},
			Config:           unknown("later.customer_id", "later.email", "later.role"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		// They turn out to be the same: no change of the grant.
		resource.TestStep{
			Config:           unknown(customerID, "later.email", role),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
	)
	// What holds for every customer does not wait for the customer.
	s.Test(t, resource.TestStep{
		Config: unknown("later.customer_id", "later.email", `"full_administrator"`), PlanOnly: true,
		ExpectError: acctest.Says("Would be refused", "Attribute role", "full_administrator", "protected_role"),
	})
	s.Test(t, resource.TestStep{
		Config:      unknown("later.nobody", email, role),
		ExpectError: acctest.Says("No such customer", "Attribute customer_id", "not_found"),
	})
}

// Only what changes is asked about, and a spelling is no change.
func TestAccExternalAdmin_asksOnlyAboutChanges(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	asked := func(want bool) func() {
		return func() {
			got := false
			for _, request := range s.Requests() {
				got = got || strings.Contains(request.Query, "validate_only=true")
			}
			s.ResetRequests()
			if got != want {
				t.Errorf("the API was asked to validate: %t, want %t", got, want)
			}
		}
	}
	same := config(initech, robin, "basic_administrator")
	s.Test(t,
		resource.TestStep{Config: same},
		resource.TestStep{PreConfig: s.ResetRequests, Config: same, PlanOnly: true},
		resource.TestStep{PreConfig: asked(false), Config: config(initech, strings.ToUpper(robin), "basic_administrator"), PlanOnly: true},
		resource.TestStep{PreConfig: asked(false), Config: config(initech, robin, "partner_administrator"), PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{PreConfig: asked(true), Config: same},
	)
}

// Of many that are to come or to go, most are beyond doubt: what was asked about some answers for the others.
func TestAccExternalAdmin_manyAskLittle(t *testing.T) {
	t.Parallel()
	if os.Getenv("MSP_NO_SNAPSHOTS") != "" {
		t.Skip("each is asked about then")
	}
	const rows, plans = 2 * 5, 2 // the test of a plan makes two
	s := acctest.NewServer(t)
	many := fmt.Sprintf(`
resource %q "test" {
  for_each = { for pair in setproduct([%q, %q], ["lee", "robin", "pat", "alex", "kim"]) : join("/", pair) => pair }

  customer_id = each.value[0]
  email       = "${each.value[1]}@northwind-msp.example"
  role        = "basic_administrator"
}
`, typeName, initech, "cus_umbrella222222222222")
	atMost := func(allowed int) func() {
		return func() {
			asked := 0
			for _, request := range s.Requests() {
				if strings.Contains(request.Query, "validate_only=true") {
					asked++
				}
			}
			s.ResetRequests()
			if asked > plans*allowed {
				t.Errorf("%d of %d were asked about in %d plans, want at most %d in each", asked, plans*rows, plans, allowed)
			}
		}
	}
	s.Test(t,
		resource.TestStep{Config: many, PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{PreConfig: atMost(9), Config: many},
		resource.TestStep{PreConfig: s.ResetRequests, Config: "\nlocals {\n}\n", PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{PreConfig: atMost(5), Config: many, Destroy: true},
	)
}
