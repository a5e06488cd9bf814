package accessgroupmember_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

const (
	typeName = "msp_partner_access_group_member"
	address  = typeName + ".test"
)

// Customers of the seed, and people of the partner.
const (
	acme    = "cus_acme2222222222222222" // gave decision_maker; kim is a member
	initech = "cus_initech2222222222222" // managed, gave nothing
	kim     = "kim@northwind-msp.example"
	jordan  = "jordan@northwind-msp.example"
	pat     = "pat@northwind-msp.example"
)

func config(customerID, role, email string) string {
	return acctest.Block(typeName, fmt.Sprintf("customer_id = %q; role = %q; email = %q", customerID, role, email))
}

func give(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName) {
	t.Helper()
	if _, err := s.Client(t).PutAccessRole(t.Context(), customerID, role, api.AccessRoleInput{NotifyEmails: []string{"it@x.example"}}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func leave(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName, email string) {
	t.Helper()
	if err := s.Client(t).DeleteAccessGroupMember(t.Context(), customerID, role, email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

func gone(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName, email string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, err := s.Client(t).GetAccessGroupMember(t.Context(), customerID, role, email); !client.IsNotFound(err) {
			return fmt.Errorf("%s/%s/%s should be gone, but reading it answers %w", customerID, role, email, err)
		}
		return nil
	}
}

func named(name string) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("group_name"), knownvalue.StringExact(name))}
}

func TestAccPartnerAccessGroupMember_life(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	give(t, s, acme, api.AccessRoleNamePhoneManager)
	importing := fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, acme+"/decision_maker/"+jordan)
	s.Test(t,
		resource.TestStep{
			Config:            config(acme, "decision_maker", "Jordan@northwind-msp.example"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: append(named("Acme Ltd Decision Maker"), statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(acme+"/decision_maker/"+jordan))),
		},
		// Another spelling is no difference.
		resource.TestStep{Config: config(acme, "decision_maker", jordan), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: acme + "/decision_maker/" + strings.ToUpper(jordan), ImportStateVerify: true, ImportStateVerifyIgnore: []string{"email"}},
		resource.TestStep{
			Config: importing + config(acme, "decision_maker", jordan), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		// Everything else is another member.
		resource.TestStep{
			Config:            config(acme, "phone_manager", jordan),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionReplace),
			ConfigStateChecks: named("Acme Ltd Phone Manager"),
			Check:             gone(t, s, acme, api.AccessRoleNameDecisionMaker, jordan),
		},
		resource.TestStep{
			Config: config(acme, "phone_manager", pat), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check: gone(t, s, acme, api.AccessRoleNamePhoneManager, jordan),
		},
		// Taken out by somebody else: to be put in again, and no error on destroy.
		resource.TestStep{
			PreConfig: func() { leave(t, s, acme, api.AccessRoleNamePhoneManager, pat) },
			Config:    config(acme, "phone_manager", pat), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{
			PreConfig: func() { leave(t, s, acme, api.AccessRoleNamePhoneManager, pat) },
			Config:    config(acme, "phone_manager", pat), Destroy: true,
		},
	)
}

// Customer, role, person and membership in one run: what is missing at the plan is there at the apply. The group follows its
// customer's name without a difference to plan, and everything goes in the right order.
func TestAccPartnerAccessGroupMember_wholeRun(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	whole := func(name string) string {
		return fmt.Sprintf(`
resource "msp_customer" "test" {
  name                = %q
  domain              = "fourth-coffee.example"
  deletion_protection = false
}

resource "msp_partner_access_role" "test" {
  customer_id   = msp_customer.test.id
  role          = "decision_maker"
  notify_emails = ["boss@fourth-coffee.example"]
}

resource "msp_partner_user" "test" {
  email = "new@northwind-msp.example"
  name  = "New"
}

resource "msp_partner_access_group_member" "test" {
  customer_id = msp_partner_access_role.test.customer_id
  role        = msp_partner_access_role.test.role
  email       = msp_partner_user.test.email
}
`, name)
	}
	s.Test(t,
		resource.TestStep{Config: whole("Fourth Coffee"), ConfigStateChecks: named("Fourth Coffee Decision Maker")},
		resource.TestStep{Config: whole("Fifth Coffee"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{RefreshState: true},
		resource.TestStep{Config: whole("Fifth Coffee"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop), ConfigStateChecks: named("Fifth Coffee Decision Maker")},
		resource.TestStep{Config: whole("Fifth Coffee"), Destroy: true},
	)
}

func TestAccPartnerAccessGroupMember_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(acme, "decision_maker", jordan), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{
					"customer_id": knownvalue.StringExact(acme), "role": knownvalue.StringExact("decision_maker"), "email": knownvalue.StringExact(jordan),
				}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked.
func TestAccPartnerAccessGroupMember_identityProtocol(t *testing.T) {
	t.Parallel()
	given := map[string]any{"customer_id": acme, "role": "decision_maker", "email": kim}
	attributes, identity := acctest.NewServer(t).Protocol(t).Import(typeName, given)
	for name, want := range map[string]string{"id": acme + "/decision_maker/" + kim, "group_name": "Acme Ltd Decision Maker"} {
		if got := attributes[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s is %s, want %q", name, got, want)
		}
	}
	for name, want := range given {
		if got := identity[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s of the identity is %s, want %q", name, got, want)
		}
	}
}

// A removal that the server confirms but does not show is no success.
func TestAccPartnerAccessGroupMember_notTakenAway(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	if _, err := s.Client(t).GetAccessGroupMember(t.Context(), acme, "decision_maker", kim); err != nil {
		t.Fatal(err) // what a stale read then answers
	}
	if err := s.Faults.Add(rest.Fault{Operation: "getAccessGroupMember", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	state := map[string]any{
		"id": acme + "/decision_maker/" + kim, "customer_id": acme, "role": "decision_maker", "email": kim, "group_name": "Acme Ltd Decision Maker",
	}
	if after, refusal := p.Apply(typeName, state, nil); !strings.HasPrefix(refusal, "Access was not taken away") || after == nil {
		t.Errorf("a removal that can't be seen is answered %q and leaves %v in state", refusal, after)
	}
	s.Faults.Clear()
	if after, refusal := p.Apply(typeName, state, nil); refusal != "" || after != nil {
		t.Errorf("removing who is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccPartnerAccessGroupMember_alreadyExists(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      config(acme, "decision_maker", "KIM@northwind-msp.example"),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_partner_access_group_member.NAME", `id = "`+acme+`/decision_maker/`+kim+`"`),
	})
	adopting := func() *acctest.Server {
		return acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	}
	adopting().Test(t, resource.TestStep{
		Config: config(acme, "decision_maker", "KIM@northwind-msp.example"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
	})
	wanted := config(acme, "decision_maker", jordan)
	adopting().Test(t, resource.TestStep{
		Config: wanted + strings.Replace(wanted, `"test"`, `"again"`, 1), ExpectError: acctest.Says("this very run made or adopted it"),
	})
}

func TestAccPartnerAccessGroupMember_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"no customer id":     {config("", "decision_maker", jordan), []string{"Attribute customer_id"}},
		"no such role":       {config(acme, "billing_contact", jordan), []string{"Attribute role", "decision_maker"}},
		"no address":         {config(acme, "decision_maker", "jordan"), []string{"Invalid e-mail address", "Attribute email"}},
		"no such customer":   {config("cus_nobody", "decision_maker", jordan), []string{"No such customer", "Attribute customer_id"}},
		"another's customer": {config("cus_tailspin222222222222", "decision_maker", jordan), []string{"No such customer", "Attribute customer_id"}},
		"an alias":           {config(acme, "decision_maker", acctest.DirectoryAlias), []string{"Would be refused", "Attribute email", "alias", "asked before writing"}},
		// What another resource could cure is refused by the apply.
		"role not given":  {config(initech, "decision_maker", jordan), []string{"Attribute role", "has not given the access role", "unknown_role"}},
		"no partner user": {config(acme, "decision_maker", "nobody@northwind-msp.example"), []string{"Attribute email", "no partner user", "not_a_partner_user"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, ExpectError: acctest.Says(c.want...)})
		})
	}
	for name, curable := range map[string]string{
		"role not given": config(initech, "decision_maker", jordan), "no partner user": config(acme, "decision_maker", "nobody@northwind-msp.example"),
	} {
		t.Run(name+", planned", func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: curable, PlanOnly: true, ExpectNonEmptyPlan: true})
		})
	}
}

func TestAccPartnerAccessGroupMember_notAllowed(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk)).Test(t, resource.TestStep{
		Config:      config(acme, "decision_maker", jordan),
		ExpectError: acctest.Says("access_group_members.manage", "msp_administrator", "forbidden", "Request id: "),
	})
}

func TestAccPartnerAccessGroupMember_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		id   string
		want []string
	}{
		"no address": {acme + "/decision_maker", []string{"Invalid import ID", "customer_id/role/email"}},
		"no member":  {acme + "/decision_maker/" + jordan, []string{"Cannot import non-existent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			importing := fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, c.id)
			s.Test(t, resource.TestStep{Config: importing + config(acme, "decision_maker", kim), ExpectError: acctest.Says(c.want...)})
		})
	}
}

// While a value is unknown nothing is asked; what it turns out to be is judged by the apply.
func TestAccPartnerAccessGroupMember_unknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	unknown := func(customerID, role, email string) string {
		return fmt.Sprintf(`
resource "terraform_data" "later" {
  input = { customer_id = %q, role = "decision_maker", email = %q }
}
`, acme, jordan) + strings.ReplaceAll(acctest.Block(typeName, "customer_id = "+customerID+"; role = "+role+"; email = "+email), "later.", "terraform_data.later.output.")
	}
	const customerID, role, email = `"` + acme + `"`, `"decision_maker"`, `"` + jordan + `"`
	plans := func(config string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}
	}
	s.Test(t,
		plans(unknown("later.customer_id", role, email)),
		plans(unknown(customerID, "later.role", email)),
		plans(unknown(customerID, role, "later.email")),
		resource.TestStep{
			PreConfig: func() {
				for _, request := range s.Requests() {
					if request.OperationID == "putAccessGroupMember" {
						t.Errorf("a plan with an unknown value asked %s %s", request.Method, request.Path)
					}
				}
			},
			Config: unknown("later.customer_id", "later.role", "later.email"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
	)
}
