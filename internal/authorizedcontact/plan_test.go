package authorizedcontact_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestAccAuthorizedContact_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"no address":           {config(initech, "eve", "Eve", "technical_contact"), []string{"Invalid e-mail address", "Attribute email"}},
		"no customer id":       {config("", eve, "Eve", "technical_contact"), []string{"Attribute customer_id"}},
		"no name":              {config(initech, eve, "", "technical_contact"), []string{"Attribute name"}},
		"two lines":            {config(initech, eve, "E\nve", "technical_contact"), []string{"Would be refused", "Attribute name", "control characters", "invalid_value"}},
		"phone":                {config(initech, eve, "Eve", "technical_contact", "  phone = \"112\"\n"), []string{"Attribute phone"}},
		"no roles":             {strings.Replace(config(initech, eve, "Eve", "x"), `"x"`, "", 1), []string{"Attribute roles", "at least 1"}},
		"no such role":         {config(initech, eve, "Eve", "technical_contact,owner"), []string{"Attribute roles", "decision_maker", "emergency_contact"}},
		"in another case":      {config(initech, eve, "Eve", "Decision_Maker"), []string{"Attribute roles"}},
		"no such customer":     {config("cus_nobody", eve, "Eve", "technical_contact"), []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer":   {config("cus_tailspin222222222222", eve, "Eve", "technical_contact"), []string{"No such customer", "Attribute customer_id"}},
		"no decision maker":    {config(globex, eve, "Eve", "technical_contact"), []string{"Would be refused", "Only a decision maker", "not_decision_maker", "asked before writing"}},
		"built-in":             {config(initech, "MSP_initech@initech.example", "Eve", "technical_contact"), []string{"Would be refused", "Attribute email", "built-in administrator", "invalid_value"}},
		"built-in, in a hurry": {config(initech, "msp_INITECH@initech.example", "Eve", "decision_maker"), []string{"Would be refused", "Attribute email"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccAuthorizedContact_notAllowed(t *testing.T) {
	t.Parallel()
	for _, role := range []api.PortalRoleName{api.PortalRoleNameMspSales, api.PortalRoleNameMspHelpdesk} {
		s := acctest.NewServer(t, acctest.WithRole(role))
		s.Test(t, resource.TestStep{
			Config: config(initech, eve, "Eve", "technical_contact"), PlanOnly: true,
			ExpectError: acctest.Says("access_roles.manage", "msp_administrator", "msp_current_client", "forbidden", "Request id: "),
		})
	}
}

// A customer's own client manages its contacts with the contact role decision_maker, and not without.
func TestAccAuthorizedContact_ownClient(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("globex-decision"))
	s.Test(t,
		resource.TestStep{Config: config(globex, eve, "Eve", "technical_contact"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: config(globex, eve, "Eve", "billing_contact"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: config(acme, eve, "Eve", "billing_contact"), PlanOnly: true, ExpectError: acctest.Says("No such customer")},
	)
	acctest.NewServer(t, acctest.WithClient("acme-billing")).Test(t, resource.TestStep{
		Config: config(acme, eve, "Eve", "technical_contact"), PlanOnly: true, ExpectError: acctest.Says("contact role decision_maker", "not_decision_maker"),
	})
}

// The last decision maker stays until there is another one, which the same run may add: so the apply refuses, not the plan.
func TestAccAuthorizedContact_lastDecisionMaker(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const phone = "  phone       = \"+44 20 7946 0958\"\n"
	const dependent = "  depends_on  = [msp_authorized_contact.second]\n"
	held := config(acme, mara, "Mara Lind", "decision_maker,billing_contact", phone)
	demoted := config(acme, mara, "Mara Lind", "billing_contact", phone)
	second := strings.Replace(config(acme, eve, "Eve", "decision_maker"), `"test"`, `"second"`, 1)
	successor := config(acme, eve, "Eve", "decision_maker")
	s.Test(t,
		resource.TestStep{Config: importing(acme+"/"+mara) + held, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{Config: demoted, ExpectError: acctest.Says("Could not update authorized contact", "Attribute roles", "last decision_maker", "depends_on", "last_decision_maker", "Request id: ")},
		resource.TestStep{Config: "\nlocals {\n}\n", ExpectError: acctest.Says("Could not remove authorized contact", "last decision_maker", "last_decision_maker")},
		resource.TestStep{Config: successor, ExpectError: acctest.Says("Could not remove authorized contact", "create_before_destroy", "last_decision_maker")},
		// The ways that the error names.
		resource.TestStep{
			Config:           strings.TrimSuffix(successor, "}\n") + "  lifecycle {\n    create_before_destroy = true\n  }\n}\n",
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace), Check: gone(t, s, acme, mara),
		},
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address)},
	)
	s = acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{Config: importing(acme+"/"+mara) + held},
		resource.TestStep{Config: strings.TrimSuffix(demoted, "}\n") + dependent + "}\n" + second, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s.second\n  lifecycle {\n    destroy = false\n  }\n}\n", typeName)}, // mara goes
	)
}

// What the plan says when the last decision maker would go.
func TestAccAuthorizedContact_warned(t *testing.T) {
	t.Parallel()
	object := func(customerID, email string, roles ...string) map[string]any {
		return map[string]any{"id": customerID + "/" + email, "customer_id": customerID, "email": email, "name": "Mara Lind", "roles": roles}
	}
	last := object(acme, mara, "decision_maker", "billing_contact")
	created := maps.Clone(last)
	delete(created, "id")
	asNew := func(o map[string]any) map[string]any {
		o = maps.Clone(o)
		delete(o, "id")
		return o
	}
	s := acctest.NewServer(t)
	put(t, s, eve, "Eve", "decision_maker") // of initech, which has a built-in administrator
	for name, c := range map[string]struct {
		prior, wanted map[string]any
		replaced      bool // on demand: Terraform asks a second time, as for a creation
		warns, fails  string
		at            string
	}{
		"destroyed":                     {prior: last, warns: "removal of authorized contact " + acme + "/" + mara},
		"another address":               {prior: last, wanted: asNew(object(acme, "new@acme.example", "decision_maker")), warns: "removal of authorized contact " + acme + "/" + mara},
		"another customer":              {prior: last, wanted: asNew(object(initech, mara, "decision_maker")), warns: "removal of authorized contact " + acme + "/" + mara},
		"without the role":              {prior: last, wanted: object(acme, mara, "billing_contact"), warns: "authorized contact " + acme + "/" + mara, at: "roles"},
		"replaced on demand":            {prior: last, wanted: last, replaced: true, fails: "Would be refused: replacement of authorized contact " + acme + "/" + mara},
		"another role beside":           {prior: last, wanted: object(acme, mara, "decision_maker", "phone_manager")},
		"met by a creation":             {wanted: created},
		"no decision maker":             {prior: object(acme, noc, "technical_contact")},
		"no decision maker, replaced":   {prior: object(acme, noc, "technical_contact"), wanted: object(acme, noc, "technical_contact"), replaced: true},
		"where somebody else is one":    {prior: object(initech, eve, "decision_maker")},
		"without the right":             {prior: object(globex, gil, "decision_maker"), fails: "Would be refused: removal of authorized contact " + globex + "/" + gil, warns: "removal of authorized contact " + globex + "/" + gil},
		"gone already":                  {prior: object(acme, "gone@acme.example", "decision_maker")},
		"of a customer that is no more": {prior: object("cus_nobody", mara, "decision_maker")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := s.Protocol(t)
			p.Plan(typeName, c.prior, c.wanted)
			if c.replaced {
				if len(p.Said) > 0 {
					t.Errorf("the first question is answered %q", p.Said[0].Summary)
				}
				p.Plan(typeName, nil, asNew(c.wanted))
			}
			var warned, failed, at string
			for _, d := range p.Said {
				if d.Severity == tfprotov6.DiagnosticSeverityError {
					failed = d.Summary
					continue
				}
				warned = strings.TrimPrefix(d.Summary, "Would be refused as things are: ")
				at = strings.TrimSuffix(strings.TrimPrefix(d.Attribute.String(), `AttributeName("`), `")`)
				if !strings.Contains(d.Detail, "last decision_maker") || !strings.Contains(d.Detail, "depends_on") {
					t.Errorf("the warning says %q", d.Detail)
				}
			}
			if warned != c.warns || failed != c.fails || at != c.at {
				t.Errorf("warned of %q at %q, want %q at %q; failed with %q, want %q", warned, at, c.warns, c.at, failed, c.fails)
			}
		})
	}
}

// While a value is unknown nothing is asked; what it turns out to be is judged by the apply.
func TestAccAuthorizedContact_unknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	// Each argument stands as it is in the block; later.X is known after the apply of another resource.
	unknown := func(customerID, email, name, phone, roles string) string {
		block := acctest.Block(typeName, "customer_id = "+customerID+"; email = "+email+"; name = "+name+"; phone = "+phone+"; roles = "+roles)
		return fmt.Sprintf(`
resource "terraform_data" "known_later" {
  input = { customer_id = %q, referral = %q, nobody = "cus_nobody", email = %q, name = "Eve", phone = "+44 20 7946 0100", role = "technical_contact" }
}
`, initech, globex, eve) + strings.ReplaceAll(block, "later.", "terraform_data.known_later.output.")
	}
	const customerID, email, name, phone, roles = `"` + initech + `"`, `"` + eve + `"`, `"Eve"`, `"+44 20 7946 0100"`, `["technical_contact"]`
	plans := func(config string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}
	}
	s.Test(t,
		plans(unknown("later.customer_id", email, name, phone, roles)),
		plans(unknown(customerID, "later.email", name, phone, roles)),
		plans(unknown(customerID, email, "later.name", phone, roles)),
		plans(unknown(customerID, email, name, "later.phone", roles)),
		plans(unknown(customerID, email, name, phone, `[later.role]`)),
		resource.TestStep{
			PreConfig: func() {
				for _, request := range s.Requests() {
					if request.OperationID == "putAuthorizedContact" {
						t.Errorf("a plan with an unknown value asked %s %s", request.Method, request.Path)
					}
				}
			},
			Config:           unknown("later.customer_id", "later.email", "later.name", "later.phone", "[later.role]"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		// They turn out to be the same: no change of the contact.
		resource.TestStep{Config: unknown(customerID, "later.email", name, phone, roles), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
	)
	s.Test(t, resource.TestStep{
		Config:      unknown("later.nobody", email, name, phone, roles),
		ExpectError: acctest.Says("No such customer", "Attribute customer_id", "not_found"),
	})
	s.Test(t, resource.TestStep{
		Config:      unknown("later.referral", email, name, phone, roles),
		ExpectError: acctest.Says("Only a decision maker", "not_decision_maker"),
	})
}

// Only what changes is asked about, and a spelling is no change.
func TestAccAuthorizedContact_asksOnlyAboutChanges(t *testing.T) {
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
	same := config(initech, eve, "Eve", "technical_contact,billing_contact")
	s.Test(t,
		resource.TestStep{Config: same},
		resource.TestStep{PreConfig: s.ResetRequests, Config: same, PlanOnly: true},
		resource.TestStep{PreConfig: asked(false), Config: config(initech, strings.ToUpper(eve), "Eve", "billing_contact,technical_contact"), PlanOnly: true},
		resource.TestStep{PreConfig: asked(false), Config: config(initech, eve, "Eve", "technical_contact"), PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{PreConfig: asked(true), Config: same},
	)
}
