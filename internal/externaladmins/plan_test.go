package externaladmins_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// While a value is unknown nothing is asked about it; what it turns out to be is judged by the apply.
func TestAccExternalAdmins_unknown(t *testing.T) {
	t.Parallel()
	const later = `
resource "terraform_data" "later" {
  input = { customer = %q, email = %q, role = %q }
}
`
	s := acctest.NewServer(t)
	for name, c := range map[string]struct{ customerID, admins string }{
		"customer": {"terraform_data.later.output.customer", roles{robin: basic}.hcl()},
		"key":      {`"` + initech + `"`, `{ (terraform_data.later.output.email) = { role = "` + basic + `" } }`},
		"role":     {`"` + initech + `"`, `{ "` + robin + `" = { role = terraform_data.later.output.role } }`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t)
			all := fmt.Sprintf(later, initech, robin, basic) + configOf(c.customerID, c.admins)
			s.Test(t,
				resource.TestStep{Config: all, PlanOnly: true, ExpectNonEmptyPlan: true},
				resource.TestStep{
					PreConfig: func() {
						for _, r := range s.Requests() {
							if strings.Contains(string(r.Body), basic) && strings.Contains(string(r.Body), robin) {
								t.Errorf("a plan with an unknown %s asked %s %s", name, r.Method, r.Path)
							}
						}
					},
					Config: all, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
					Check: onServer(t, s, initech, roles{robin: basic}),
				},
			)
		})
	}
	// What is known is judged all the same.
	s.Test(t, resource.TestStep{
		Config:      fmt.Sprintf(later, initech, robin, basic) + configOf(`"`+initech+`"`, `{ "`+robin+`" = { role = terraform_data.later.output.role }, "`+lee+`" = { role = "full_administrator" } }`),
		ExpectError: acctest.Says("Would be refused", lee, "protected_role", "asked before writing"),
	})
	s.Test(t, resource.TestStep{
		Config:   fmt.Sprintf(later, initech, robin, basic) + configOf("terraform_data.later.output.customer", roles{robin: basic, lee: "discovery_officer"}.hcl()),
		PlanOnly: true, ExpectError: acctest.Says("Would be refused", lee, "Attribute "+`admins["`+lee+`"].role`, "protected_role"),
	})
	s.Test(t, resource.TestStep{
		Config:      fmt.Sprintf(later, "cus_nobody", robin, basic) + configOf("terraform_data.later.output.customer", roles{robin: basic}.hcl()),
		ExpectError: acctest.Says("No such customer", "Attribute customer_id", "cus_nobody"),
	})
}

// Only what changes is asked about.
func TestAccExternalAdmins_asksOnlyAboutChanges(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	before := roles{robin: basic, lee: basic, kim: basic}
	s.Test(t,
		resource.TestStep{Config: config(initech, before)},
		resource.TestStep{PreConfig: s.ResetRequests, Config: config(initech, before), PlanOnly: true},
		resource.TestStep{
			PreConfig: func() {
				if s.Count("") != s.Count("listCustomerExternalAdmins") {
					t.Errorf("a plan without changes asked %+v", s.Requests())
				}
				s.ResetRequests()
			},
			Config: config(initech, roles{robin: partner, lee: basic}), PlanOnly: true, ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			PreConfig: func() {
				for _, r := range s.Requests() {
					if body := string(r.Body); r.OperationID == "batchExternalAdmins" && (strings.Contains(body, lee) || !strings.Contains(body, robin) || !strings.Contains(body, kim)) {
						t.Errorf("the plan asked about %s, want robin and kim", body)
					}
				}
			},
			Config: config(initech, before),
		},
	)
}

// A map and a single resource for one customer would undo each other's work.
func TestAccExternalAdmins_claims(t *testing.T) {
	t.Parallel()
	both := acctest.Says("Managed by two kinds of resources", "Attribute customer_id", typeName)
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{Config: config(initech, roles{robin: basic}) + single(initech, lee), ExpectError: both},
		resource.TestStep{Config: config(initech, roles{robin: basic}) + single(globex, lee)},
		// What stays as it is claims too.
		resource.TestStep{Config: config(initech, roles{robin: basic}) + single(initech, lee), ExpectError: both},
		resource.TestStep{Config: config(globex, roles{robin: basic}) + single(globex, lee), ExpectError: both},
		// What is to be destroyed does not.
		resource.TestStep{Config: single(initech, kim), PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{Config: config(initech, roles{robin: basic})},
		resource.TestStep{Config: single(initech, kim), PlanOnly: true, ExpectNonEmptyPlan: true},
	)

	// A customer of the same run has no id before the apply, which finds out then.
	const customer = `
resource "msp_customer" "new" {
  name                = "Contoso Retail"
  domain              = "contoso-retail.example"
  deletion_protection = false
  force_destroy       = true
}
`
	later := acctest.NewServer(t)
	ofNew := strings.ReplaceAll(config("NEW", roles{robin: basic})+single("NEW", lee), `"NEW"`, "msp_customer.new.id")
	later.Test(t, resource.TestStep{Config: customer + ofNew, ExpectError: both})
}

// Moving from single resources to a map: out of state with what was, then all is taken over.
func TestAccExternalAdmins_fromSingles(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{Config: single(initech, robin)},
		resource.TestStep{PreConfig: s.ResetRequests, Config: "\nremoved {\n  from = msp_external_admin.test\n  lifecycle {\n    destroy = false\n  }\n}\n" +
			config(initech, roles{robin: basic, lee: basic})},
	)
	if writes := batchWrites(t, s); len(writes) == 0 || len(writes[0]) != 1 || writes[0][0].Email != lee {
		t.Errorf("written was %+v, want lee only", writes)
	}
}

// A customer and people of the same run.
func TestAccExternalAdmins_withTheRest(t *testing.T) {
	t.Parallel()
	const all = acctest.NewCustomerAndAdmin + `
resource "msp_external_admins" "test" {
  customer_id = msp_customer.new.id
  admins = {
    (msp_portal_admin.nia.email)  = { role = "partner_administrator" }
    "lee@northwind-msp.example"   = { role = "basic_administrator" }
  }
}
`
	acctest.NewServer(t).Test(t,
		resource.TestStep{Config: all, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: all, Destroy: true},
	)
}

// Two maps for one customer: each would take away what the other gives, apply after apply.
func TestAccExternalAdmins_declaredTwice(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      config(initech, roles{robin: basic}) + strings.Replace(config(initech, roles{lee: basic}), `"test"`, `"second"`, 1),
		ExpectError: acctest.Says(typeName, initech, "exists already", "Declare it once"),
	})

	s := acctest.NewServer(t)
	p := s.Protocol(t)
	robins, lees := object(initech, roles{robin: basic}), object(initech, roles{lee: basic})
	if _, refusal := p.Apply(typeName, nil, robins); refusal != "" {
		t.Fatal(refusal)
	}
	if _, refusal := p.Apply(typeName, nil, lees); !strings.Contains(refusal, "Declare it once") {
		t.Errorf("a second map is answered %q", refusal)
	}
	wantRoles(t, "the server", has(t, s, initech), roles{robin: basic})
	if _, refusal := p.Apply(typeName, nil, object(globex, roles{kim: partner})); refusal != "" {
		t.Errorf("another customer's map is answered %q", refusal)
	}
	// A replacement is no second one, nor is a creation after one that failed.
	if _, refusal := p.Apply(typeName, robins, nil); refusal != "" {
		t.Error(refusal)
	}
	grant(t, s, kim, basic)
	if _, refusal := p.Apply(typeName, nil, lees); !strings.Contains(refusal, "Others have access already") {
		t.Errorf("a creation over others is answered %q", refusal)
	}
	take(t, s, kim)
	if _, refusal := p.Apply(typeName, nil, lees); refusal != "" {
		t.Error(refusal)
	}
}

// A role that the account does not have may be made by another resource of the run, so that the apply is who says what is wrong.
func TestAccExternalAdmins_unknownRole(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	grant(t, s, lee, basic)
	p := s.Protocol(t)
	before, wanted := object(initech, roles{lee: basic}), object(initech, roles{lee: "Basic_Administrator"})
	if refusal := p.Plan(typeName, before, wanted); refusal != "" {
		t.Errorf("the plan is answered %q", refusal)
	}
	after, refusal := p.Apply(typeName, before, wanted)
	if want := acctest.Says("Could not update external administrator", lee, `no role "Basic_Administrator"`, "its roles are", basic, "unknown_role"); !want.MatchString(refusal) {
		t.Errorf("the update is answered %q", refusal)
	}
	if len(p.Said) == 0 || p.Said[0].Attribute.String() != `AttributeName("admins").ElementKeyString("`+lee+`").AttributeName("role")` {
		t.Errorf("said was %+v", p.Said)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{lee: basic})
}
