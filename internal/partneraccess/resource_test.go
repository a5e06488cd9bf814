package partneraccess_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
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
	typeName = "msp_partner_access_role"
	address  = typeName + ".test"
)

// Customers of the seed.
const (
	acme     = "cus_acme2222222222222222" // a referral that gave decision_maker to the partner
	globex   = "cus_globex22222222222222" // a referral that gave nothing
	initech  = "cus_initech2222222222222" // managed
	umbrella = "cus_umbrella222222222222" // managed
)

func config(customerID, role string, emails ...string) string {
	quoted := make([]string, len(emails))
	for i, email := range emails {
		quoted[i] = fmt.Sprintf("%q", email)
	}
	return fmt.Sprintf("\nresource %q \"test\" {\n  customer_id   = %q\n  role          = %q\n  notify_emails = [%s]\n}\n", typeName, customerID, role, strings.Join(quoted, ", "))
}

func give(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName, emails ...string) {
	t.Helper()
	if _, err := s.Client(t).PutAccessRole(t.Context(), customerID, role, api.AccessRoleInput{NotifyEmails: emails}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func take(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName) {
	t.Helper()
	if err := s.Client(t).DeleteAccessRole(t.Context(), customerID, role, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

// gone expects that the role is not given any more.
func gone(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, err := s.Client(t).GetAccessRole(t.Context(), customerID, role); !client.IsNotFound(err) {
			return fmt.Errorf("%s/%s should be gone, but reading it answers %w", customerID, role, err)
		}
		return nil
	}
}

// mailed expects that so far just these mails went out, each as "event address".
func mailed(t *testing.T, s *acctest.Server, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		mails, err := client.Collect(s.Client(t).ListOutbox(t.Context()))
		if err != nil {
			return err
		}
		var got []string
		for _, mail := range mails {
			got = append(got, mail.Event+" "+mail.To)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			return fmt.Errorf("mails went out: %q, want %q", got, want)
		}
		return nil
	}
}

func TestAccPartnerAccessRole_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           config(initech, "decision_maker", "Boss@initech.example"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(initech+"/decision_maker")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("group_name"), knownvalue.StringExact("Initech Decision Maker")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("granted_at"), knownvalue.StringRegexp(regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`))),
			},
			Check: mailed(t, s, "access_role_granted Boss@initech.example"),
		},
		// Case alone is no change, nobody is mailed.
		resource.TestStep{
			Config:           config(initech, "decision_maker", "boss@INITECH.example"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			Check:            mailed(t, s, "access_role_granted Boss@initech.example"),
		},
		resource.TestStep{
			Config: config(initech, "decision_maker", "boss@initech.example", "it@initech.example"),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("group_name")),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: resource.ComposeAggregateTestCheckFunc(
				mailed(t, s, "access_role_granted Boss@initech.example", "access_role_changed Boss@initech.example", "access_role_changed it@initech.example"),
				resource.TestCheckTypeSetElemAttr(address, "notify_emails.*", "boss@initech.example"),
			),
		},
		// An import knows the addresses, as the server spells them.
		resource.TestStep{
			ResourceName: address, ImportState: true,
			ImportStateVerify: true, ImportStateVerifyIgnore: []string{"notify_emails"},
			ImportStateCheck: func(states []*terraform.InstanceState) error {
				if got := states[0].Attributes; got["notify_emails.#"] != "2" || !slices.Contains([]string{got["notify_emails.0"], got["notify_emails.1"]}, "Boss@initech.example") {
					return fmt.Errorf("the import has %v", got)
				}
				return nil
			},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// Another role, then another customer, is another grant.
		resource.TestStep{
			Config:           config(initech, "phone_manager", "it@initech.example"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("group_name"), knownvalue.StringExact("Initech Phone Manager")),
			},
			Check: resource.ComposeAggregateTestCheckFunc(
				gone(t, s, initech, api.AccessRoleNameDecisionMaker),
				mailed(t, s, "access_role_granted Boss@initech.example", "access_role_changed Boss@initech.example", "access_role_changed it@initech.example",
					"access_role_revoked Boss@initech.example", "access_role_revoked it@initech.example", "access_role_granted it@initech.example"),
			),
		},
		resource.TestStep{
			Config:           config(umbrella, "phone_manager", "it@initech.example"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, api.AccessRoleNamePhoneManager),
		},
		resource.TestStep{
			Config: config(umbrella, "phone_manager", "it@initech.example"), Destroy: true,
			Check: gone(t, s, umbrella, api.AccessRoleNamePhoneManager),
		},
	)
}

func TestAccPartnerAccessRole_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(initech, "decision_maker", "boss@initech.example"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"customer_id": knownvalue.StringExact(initech), "role": knownvalue.StringExact("decision_maker")}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked.
func TestAccPartnerAccessRole_identityProtocol(t *testing.T) {
	t.Parallel()
	given := map[string]any{"customer_id": acme, "role": "decision_maker"}
	attributes, identity := acctest.NewServer(t).Protocol(t).Import(typeName, given)
	for name, want := range map[string]string{"id": acme + "/decision_maker", "group_name": "Acme Ltd Decision Maker"} {
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

func TestAccPartnerAccessRole_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		id   string
		want []string
	}{
		"no role":      {acme, []string{"Invalid import ID", "customer_id/role"}},
		"no such role": {acme + "/owner", []string{"Cannot import non-existent"}},
		"not given":    {acme + "/phone_manager", []string{"Cannot import non-existent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			importing := fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, c.id)
			s.Test(t, resource.TestStep{Config: importing + config(acme, "decision_maker", "it@acme.example"), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccPartnerAccessRole_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	wanted := config(initech, "decision_maker", "boss@initech.example")
	s.Test(t,
		resource.TestStep{Config: wanted},
		resource.TestStep{
			PreConfig: func() {
				give(t, s, initech, api.AccessRoleNameDecisionMaker, "boss@initech.example", "other@initech.example")
			},
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig:        func() { take(t, s, initech, api.AccessRoleNameDecisionMaker) },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{PreConfig: func() { take(t, s, initech, api.AccessRoleNameDecisionMaker) }, Config: wanted, Destroy: true},
	)
}

// The group follows the name of its customer, whoever renames it and when.
func TestAccPartnerAccessRole_renamedCustomer(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	renamed := func(name string, emails ...string) string {
		return fmt.Sprintf(`
resource "msp_customer" "renamed" {
  name                = %q
  domain              = "fourth-coffee.example"
  deletion_protection = false
}
`, name) + strings.Replace(config("", "decision_maker", emails...), `""`, "msp_customer.renamed.id", 1)
	}
	named := func(name string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("group_name"), knownvalue.StringExact(name))}
	}
	s.Test(t,
		resource.TestStep{
			Config:            renamed("Fourth Coffee", "boss@fourth-coffee.example"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: named("Fourth Coffee Decision Maker"),
		},
		// Together with another change of the role, in one run.
		resource.TestStep{
			Config:            renamed("Fifth Coffee", "boss@fourth-coffee.example", "it@fourth-coffee.example"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: named("Fifth Coffee Decision Maker"),
		},
		// Alone: nothing of the role is to be changed, and the next refresh has the name.
		resource.TestStep{
			Config:           renamed("Sixth Coffee", "boss@fourth-coffee.example", "it@fourth-coffee.example"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{RefreshState: true},
		resource.TestStep{
			Config:            renamed("Sixth Coffee", "BOSS@fourth-coffee.example", "it@fourth-coffee.example"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: named("Sixth Coffee Decision Maker"),
		},
	)
}

// What happens between plan and apply.
func TestAccPartnerAccessRole_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	object := func(emails ...string) map[string]any {
		return map[string]any{
			"id": initech + "/decision_maker", "customer_id": initech, "role": "decision_maker", "notify_emails": emails,
			"group_name": "Initech Decision Maker", "granted_at": "2025-01-31T09:30:00Z",
		}
	}

	give(t, s, initech, api.AccessRoleNameDecisionMaker, "other@initech.example")
	s.ResetRequests()
	after, refusal := p.Apply(typeName, object("boss@initech.example"), object("it@initech.example"))
	if !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, "notify_emails") {
		t.Errorf("an update over somebody's change is answered %q", refusal)
	}
	if want := []tftypes.Value{tftypes.NewValue(tftypes.String, "boss@initech.example")}; !after["notify_emails"].Equal(tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, want)) {
		t.Errorf("the state has %s although nothing was written", after["notify_emails"])
	}
	for _, request := range s.Requests() {
		if request.Method == http.MethodPut {
			t.Error("somebody's change was written over")
		}
	}

	// Of a write that waits between reading and writing, the ETag tells.
	_, refusal = p.Apply(typeName, object("OTHER@initech.example"), object("boss@initech.example"))
	written := s.Requests()[len(s.Requests())-1]
	if refusal != "" || written.Method != http.MethodPut || len(written.Header["If-Match"]) != 1 {
		t.Errorf("the update answered %q and was written with %s and If-Match %v, want the ETag that was read", refusal, written.Method, written.Header["If-Match"])
	}

	// A removal that the server confirms but does not show is no success.
	if err := s.Faults.Add(rest.Fault{Operation: "getAccessRole", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal = p.Apply(typeName, object("boss@initech.example"), nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") || after == nil {
		t.Errorf("a removal that can't be seen is answered %q and leaves %v in state", refusal, after)
	}

	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, object("boss@initech.example"), nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccPartnerAccessRole_alreadyExists(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t, resource.TestStep{
		Config:      config(acme, "decision_maker", "it@acme.example"),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_partner_access_role.NAME", `id = "`+acme+`/decision_maker"`),
	})

	// The same addresses in any order and case are the very same arguments.
	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	give(t, adopting, initech, api.AccessRoleNamePhoneManager, "One@initech.example", "two@initech.example")
	adopting.Test(t,
		resource.TestStep{Config: config(initech, "phone_manager", "one@initech.example"), ExpectError: acctest.Says("not taken over", "differs in: notify_emails")},
		resource.TestStep{
			Config:           config(initech, "phone_manager", "TWO@initech.example", "one@initech.example"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
	)

	// One role declared twice: whichever comes second must not adopt what the first one made.
	twice := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	wanted := config(initech, "decision_maker", "boss@initech.example")
	twice.Test(t, resource.TestStep{
		Config:      wanted + strings.Replace(wanted, `"test"`, `"again"`, 1),
		ExpectError: acctest.Says("this very run made or adopted it"),
	})
}

func TestAccPartnerAccessRole_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"no customer id":     {config("", "decision_maker", "boss@initech.example"), []string{"Attribute customer_id"}},
		"no such role":       {config(initech, "billing_contact", "boss@initech.example"), []string{"Attribute role", "decision_maker"}},
		"nobody to notify":   {config(initech, "decision_maker"), []string{"Attribute notify_emails"}},
		"no address":         {config(initech, "decision_maker", "it@initech.example", "boss"), []string{"Invalid e-mail address", "Attribute notify_emails", `"boss"`}},
		"somebody twice":     {config(initech, "decision_maker", "boss@initech.example", "BOSS@initech.example"), []string{"same e-mail address twice", "Attribute notify_emails"}},
		"no such customer":   {config("cus_nobody", "decision_maker", "boss@initech.example"), []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer": {config("cus_tailspin222222222222", "decision_maker", "boss@initech.example"), []string{"No such customer", "Attribute customer_id", "partner of record", "authorized contact", "msp_authorized_contact"}},
		// Only the customer could give the role, so nothing in the run can cure it.
		"no decision maker":     {config(globex, "phone_manager", "boss@globex.example"), []string{"Would be refused", "Attribute customer_id", "authorized contact", "msp_authorized_contact", "not_decision_maker", "asked before writing"}},
		"itself decision maker": {config(globex, "decision_maker", "boss@globex.example"), []string{"Would be refused", "Attribute customer_id", "not_decision_maker"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, ExpectError: acctest.Says(c.want...)})
		})
	}
}

// A partner that holds decision_maker at a referral gives itself the other role, and may always give roles back.
func TestAccPartnerAccessRole_asDecisionMaker(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	phone := config(acme, "phone_manager", "it@acme.example")
	s.Test(t,
		resource.TestStep{Config: phone, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: func() { take(t, s, acme, api.AccessRoleNameDecisionMaker) }, Config: phone, Destroy: true, Check: gone(t, s, acme, api.AccessRoleNamePhoneManager)},
	)
}

// A customer's own client gives and takes what only its decision makers may.
func TestAccPartnerAccessRole_asCustomer(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("globex-decision"))
	wanted := config(globex, "decision_maker", "boss@globex.example")
	s.Test(t,
		resource.TestStep{Config: wanted, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: wanted, Destroy: true, Check: gone(t, s, globex, api.AccessRoleNameDecisionMaker)},
	)

	acctest.NewServer(t, acctest.WithClient("acme-billing")).Test(t, resource.TestStep{
		Config: config(acme, "phone_manager", "it@acme.example"), ExpectError: acctest.Says("decision_maker", "not_decision_maker"),
	})
}

func TestAccPartnerAccessRole_notAllowed(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk)).Test(t, resource.TestStep{
		Config:      config(initech, "decision_maker", "boss@initech.example"),
		ExpectError: acctest.Says("access_roles.manage", "msp_administrator", "msp_current_client", "forbidden", "Request id: "),
	})
}

// While a value is unknown nothing is asked; what it turns out to be is judged by the apply.
func TestAccPartnerAccessRole_unknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	// Each argument stands as it is in the block; later.X is known after the apply of another resource.
	unknown := func(customerID, role, emails string) string {
		block := acctest.Block(typeName, "customer_id = "+customerID+"; role = "+role+"; notify_emails = "+emails)
		return fmt.Sprintf(`
resource "terraform_data" "known_later" {
  input = { customer_id = %q, nobody = "cus_nobody", role = "decision_maker", emails = ["boss@initech.example"] }
}
`, initech) + strings.ReplaceAll(block, "later.", "terraform_data.known_later.output.")
	}
	const customerID, role, emails = `"` + initech + `"`, `"decision_maker"`, `["boss@initech.example"]`
	const someEmails = `["it@initech.example", later.emails[0]]`
	plans := func(config string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true}
	}
	s.Test(t,
		plans(unknown("later.customer_id", role, emails)),
		plans(unknown(customerID, "later.role", emails)),
		plans(unknown(customerID, role, "later.emails")),
		plans(unknown(customerID, role, someEmails)),
		resource.TestStep{
			PreConfig: func() {
				for _, request := range s.Requests() {
					if request.OperationID == "putAccessRole" {
						t.Errorf("a plan with an unknown value asked %s %s", request.Method, request.Path)
					}
				}
			},
			Config:           unknown("later.customer_id", "later.role", someEmails),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{Config: unknown(customerID, role, "later.emails"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
	)
	s.Test(t, resource.TestStep{
		Config:      unknown("later.nobody", role, emails),
		ExpectError: acctest.Says("No such customer", "Attribute customer_id", "not_found"),
	})
}
