package customeruser_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestAccCustomerUser_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		customerID, email, name, role string
		want                          []string
	}{
		"no address":         {initech, "eve", "Eve", "audit", []string{"Invalid e-mail address", "Attribute email"}},
		"no customer id":     {"", eve, "Eve", "audit", []string{"Attribute customer_id"}},
		"no name":            {initech, eve, "", "audit", []string{"Attribute name"}},
		"two lines":          {initech, eve, "E\nve", "audit", []string{"Would be refused", "Attribute name", "control characters", "invalid_value"}},
		"no role":            {initech, eve, "Eve", "", []string{"Attribute role"}},
		"no such role":       {initech, eve, "Eve", "basic_administrator", []string{"Attribute role", "master_admin", "sso_admin"}},
		"in another case":    {initech, eve, "Eve", "Master_Admin", []string{"Attribute role"}},
		"no such customer":   {"cus_nobody", eve, "Eve", "audit", []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer": {"cus_tailspin222222222222", eve, "Eve", "audit", []string{"No such customer", "Attribute customer_id"}},
		"referral":           {globex, eve, "Eve", "audit", []string{"Would be refused", "referral customer", "not_managed", "asked before writing"}},
		"built-in":           {initech, "MSP_initech@initech.example", "Eve", "audit", []string{"Would be refused", "Attribute email", "built-in administrator", "invalid_value"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: config(c.customerID, c.email, c.name, c.role), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccCustomerUser_notAllowed(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspSales))
	s.Test(t, resource.TestStep{
		Config: config(initech, eve, "Eve", "audit"), PlanOnly: true,
		ExpectError: acctest.Says("customer_users.manage", "msp_administrator, msp_helpdesk, msp_implementation_lead", "msp_current_client", "forbidden", "Request id: "),
	})
}

// The help desk looks after users, but neither makes, changes nor deletes a master admin; the plan says so.
func TestAccCustomerUser_helpdesk(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	held := config(umbrella, anaText, "Ana Silva", "master_admin")
	refused := acctest.Says("master_admins.manage", "role msp_administrator", "forbidden")
	s.Test(t,
		resource.TestStep{Config: config(umbrella, eve, "Eve", "master_admin"), PlanOnly: true, ExpectError: refused},
		resource.TestStep{Config: importing(umbrella+"/"+ana) + held, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{Config: config(umbrella, anaText, "Ana", "master_admin"), PlanOnly: true, ExpectError: refused},
		resource.TestStep{Config: config(umbrella, anaText, "Ana Silva", "audit"), PlanOnly: true, ExpectError: refused},
		resource.TestStep{Config: held, Destroy: true, ExpectError: refused},
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address)},
		resource.TestStep{Config: config(umbrella, eve, "Eve", "audit"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: config(umbrella, eve, "Eve", "full_support"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
	)
}

// takenOver is a seed in which umbrella has no built-in administrator.
func takenOver(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "server", "testdata", "seed.json"))
	if err != nil {
		t.Fatal(err)
	}
	const before = `"domain": "umbrella.example",`
	seed := []byte(strings.Replace(string(text), before, before+` "builtin_admin": false,`, 1))
	if !json.Valid(seed) || len(seed) == len(text) {
		t.Fatal("the seed is not what this test takes it for")
	}
	return seed
}

// The last master admin stays, until there is another one: which the same run may make, so that the plan does not refuse.
func TestAccCustomerUser_lastMasterAdmin(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithSeed(takenOver(t)))
	held := config(umbrella, anaText, "Ana Silva", "master_admin")
	demoted := config(umbrella, anaText, "Ana Silva", "audit")
	second := strings.Replace(config(umbrella, eve, "Eve", "master_admin"), `"test"`, `"second"`, 1)
	ordered := strings.TrimSuffix(demoted, "}\n") + "  depends_on  = [msp_customer_user.second]\n}\n"
	s.Test(t,
		resource.TestStep{Config: importing(umbrella+"/"+ana) + held, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{Config: demoted, ExpectError: acctest.Says("Could not update customer user", "Attribute role", "last master_admin", "last_master_admin", "Request id: ")},
		resource.TestStep{Config: "\nlocals {\n}\n", ExpectError: acctest.Says("Could not remove customer user", "last_master_admin")},
		resource.TestStep{Config: ordered + second, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: strings.Replace(ordered, `"audit"`, `"master_admin"`, 1) + second},
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address)}, // the second one is deleted
	)
}

// Disabling a customer disables its users, which is no difference to plan for them, also where they change in the same run.
func TestAccCustomerUser_disabledCustomer(t *testing.T) {
	t.Parallel()
	both := func(enabled bool, role string) string {
		return fmt.Sprintf(`
resource "msp_customer" "new" {
  name                = "Tailwind"
  domain              = "tailwind.example"
  enabled             = %t
  deletion_protection = false
}

resource "msp_customer_user" "test" {
  customer_id = msp_customer.new.id
  email       = "eve@tailwind.example"
  name        = "Eve"
  role        = %q
}
`, enabled, role)
	}
	acctest.NewServer(t).Test(t,
		resource.TestStep{
			Config: both(true, "audit"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("status", "active")},
		},
		resource.TestStep{Config: both(false, "audit"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{
			Config: both(false, "audit"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{attribute("status", "disabled")},
		},
		resource.TestStep{
			Config: both(true, "full_support"),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("status")),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{attribute("status", "active")},
		},
	)
}

// While a value is unknown nothing is asked; what it turns out to be is judged by the apply.
func TestAccCustomerUser_unknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	// Each argument stands as it is in the block; later.X is known after the apply of another resource.
	unknown := func(customerID, email, name, role string) string {
		block := acctest.Block(typeName, "customer_id = "+customerID+"; email = "+email+"; name = "+name+"; role = "+role)
		return fmt.Sprintf(`
resource "terraform_data" "known_later" {
  input = { customer_id = %q, referral = %q, nobody = "cus_nobody", email = %q, name = "Eve", role = "audit" }
}
`, initech, globex, eve) + strings.ReplaceAll(block, "later.", "terraform_data.known_later.output.")
	}
	const customerID, email, name, role = `"` + initech + `"`, `"` + eve + `"`, `"Eve"`, `"audit"`
	plans := func(config string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}
	}
	s.Test(t,
		plans(unknown("later.customer_id", email, name, role)),
		plans(unknown(customerID, "later.email", name, role)),
		plans(unknown(customerID, email, "later.name", role)),
		plans(unknown(customerID, email, name, "later.role")),
		resource.TestStep{
			PreConfig: func() {
				for _, request := range s.Requests() {
					if request.OperationID == "putCustomerUser" {
						t.Errorf("a plan with an unknown value asked %s %s", request.Method, request.Path)
					}
				}
			},
			Config:           unknown("later.customer_id", "later.email", "later.name", "later.role"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		// They turn out to be the same: no change of the user.
		resource.TestStep{Config: unknown(customerID, "later.email", name, role), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
	)
	s.Test(t, resource.TestStep{
		Config:      unknown("later.nobody", email, name, role),
		ExpectError: acctest.Says("No such customer", "Attribute customer_id", "not_found"),
	})
	s.Test(t, resource.TestStep{
		Config:      unknown("later.referral", email, name, role),
		ExpectError: acctest.Says("referral customer", "not_managed"),
	})
}

// Only what changes is asked about, and a spelling is no change.
func TestAccCustomerUser_asksOnlyAboutChanges(t *testing.T) {
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
	same := config(initech, eve, "Eve", "audit")
	s.Test(t,
		resource.TestStep{Config: same},
		resource.TestStep{PreConfig: s.ResetRequests, Config: same, PlanOnly: true},
		resource.TestStep{PreConfig: asked(false), Config: config(initech, strings.ToUpper(eve), "Eve", "audit"), PlanOnly: true},
		resource.TestStep{PreConfig: asked(false), Config: config(initech, eve, "Eve", "sso_admin"), PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{PreConfig: asked(true), Config: same},
	)
}
