package authorizedcontact_test

import (
	"fmt"
	"net/http"
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
	typeName = "msp_authorized_contact"
	address  = typeName + ".test"
)

// Customers and contacts of the seed.
const (
	acme     = "cus_acme2222222222222222" // referral, of which the partner is a decision maker
	globex   = "cus_globex22222222222222" // referral, of which it is not
	initech  = "cus_initech2222222222222" // managed
	umbrella = "cus_umbrella222222222222" // managed prospect
	mara     = "mara.lind@acme.example"   // the only decision_maker of acme, and its billing_contact
	noc      = "noc@acme.example"         // technical_contact and emergency_contact
	gil      = "gil@globex.example"       // decision_maker
	eve      = "eve@consult.example"
)

// config has roles as "a,b".
func config(customerID, email, name, roles string, more ...string) string {
	quoted := fmt.Sprintf("%q", strings.Split(roles, ","))
	return fmt.Sprintf("\nresource %q \"test\" {\n  customer_id = %q\n  email       = %q\n  name        = %q\n  roles       = %s\n%s}\n",
		typeName, customerID, email, name, strings.ReplaceAll(quoted, `" "`, `", "`), strings.Join(more, ""))
}

func importing(id string) string {
	return fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
}

func put(t *testing.T, s *acctest.Server, email, name string, roles ...api.ContactRole) {
	t.Helper()
	in := api.AuthorizedContactInput{Name: name, Roles: roles}
	if _, err := s.Client(t).PutAuthorizedContact(t.Context(), initech, email, in, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, s *acctest.Server, email string) {
	t.Helper()
	if err := s.Client(t).DeleteAuthorizedContact(t.Context(), initech, email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

func gone(t *testing.T, s *acctest.Server, customerID, email string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, err := s.Client(t).GetAuthorizedContact(t.Context(), customerID, email); !client.IsNotFound(err) {
			return fmt.Errorf("%s/%s should be gone, but reading it answers %w", customerID, email, err)
		}
		return nil
	}
}

func attribute(name, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.StringExact(want))
}

func TestAccAuthorizedContact_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const phone = "  phone       = \"+44 20 7946 0100\"\n"
	expect := func(want api.AuthorizedContact) resource.TestCheckFunc {
		return func(*terraform.State) error {
			return s.Expect(t, func(c *client.Client) (any, error) {
				got, err := c.GetAuthorizedContact(t.Context(), initech, eve)
				if err != nil {
					return nil, err
				}
				return got.Value, nil
			}, want)
		}
	}
	s.Test(t,
		resource.TestStep{
			Config:            config(initech, "Eve@Consult.example", "Eve", "technical_contact,billing_contact", phone),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("id", initech+"/"+eve), attribute("email", "Eve@Consult.example"), attribute("phone", "+44 20 7946 0100")},
		},
		// Neither case nor the order of roles is a change.
		resource.TestStep{Config: config(initech, eve, "Eve", "billing_contact,technical_contact", phone), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		// Roles come and go in place, and so does what else is said of the person.
		resource.TestStep{
			Config:           config(initech, eve, "Eve Adams", "decision_maker,phone_manager,billing_contact,technical_contact,emergency_contact"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: expect(api.AuthorizedContact{CustomerID: initech, Email: "Eve@Consult.example", Name: "Eve Adams", Roles: []api.ContactRole{
				"decision_maker", "phone_manager", "billing_contact", "technical_contact", "emergency_contact",
			}}),
		},
		resource.TestStep{
			Config:           config(initech, eve, "Eve Adams", "decision_maker,emergency_contact"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            expect(api.AuthorizedContact{CustomerID: initech, Email: "Eve@Consult.example", Name: "Eve Adams", Roles: []api.ContactRole{"decision_maker", "emergency_contact"}}),
		},
		// The import ID has the address in lower case, and state keeps the spelling of an import.
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"email"}},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// Another address, then another customer, is another contact. The built-in administrator is the decision maker that stays.
		resource.TestStep{
			Config:           config(initech, "adam@consult.example", "Adam", "decision_maker"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, eve),
		},
		resource.TestStep{
			Config:           config(umbrella, "adam@consult.example", "Adam", "decision_maker"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, "adam@consult.example"),
		},
		resource.TestStep{Config: config(umbrella, "adam@consult.example", "Adam", "decision_maker"), Destroy: true, Check: gone(t, s, umbrella, "adam@consult.example")},
	)
}

func TestAccAuthorizedContact_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(initech, "Eve@consult.example", "Eve", "technical_contact"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"customer_id": knownvalue.StringExact(initech), "email": knownvalue.StringExact(eve)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked: an identity in any spelling imports, and ends up in lower case.
func TestAccAuthorizedContact_identityProtocol(t *testing.T) {
	t.Parallel()
	p := acctest.NewServer(t).Protocol(t)
	attributes, identity := p.Import(typeName, map[string]any{"customer_id": acme, "email": strings.ToUpper(mara)})
	for name, want := range map[string]string{"id": acme + "/" + mara, "name": "Mara Lind", "phone": "+44 20 7946 0958"} {
		if got := attributes[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s is %s, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"customer_id": acme, "email": mara} {
		if got := identity[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s of the identity is %s, want %q", name, got, want)
		}
	}
}

func TestAccAuthorizedContact_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		id   string
		want []string
	}{
		"no e-mail":         {acme, []string{"Invalid import ID", "customer_id/email"}},
		"no customer":       {"/" + mara, []string{"Invalid import ID", "customer_id/email"}},
		"no such contact":   {acme + "/" + eve, []string{"Cannot import non-existent"}},
		"built-in":          {umbrella + "/msp_umbrella@umbrella.example", []string{"Cannot import non-existent"}},
		"not the partner's": {"cus_tailspin222222222222/" + mara, []string{"Cannot import non-existent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: importing(c.id) + config(acme, noc, "Network Desk", "technical_contact,emergency_contact"), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccAuthorizedContact_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	wanted := config(initech, eve, "Eve", "technical_contact")
	s.Test(t,
		resource.TestStep{Config: wanted},
		resource.TestStep{
			PreConfig:        func() { put(t, s, eve, "Eve", "emergency_contact") },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig:        func() { remove(t, s, eve) },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{PreConfig: func() { remove(t, s, eve) }, Config: wanted, Destroy: true},
	)
}

// What happens between plan and apply.
func TestAccAuthorizedContact_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	object := func(roles ...string) map[string]any {
		return map[string]any{"id": initech + "/" + eve, "customer_id": initech, "email": eve, "name": "Eve", "roles": roles}
	}
	put(t, s, eve, "Eve", "emergency_contact")
	s.ResetRequests()
	after, refusal := p.Apply(typeName, object("technical_contact"), object("billing_contact"))
	if !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, "roles") {
		t.Errorf("an update over somebody's change is answered %q", refusal)
	}
	set := tftypes.Set{ElementType: tftypes.String}
	if !after["roles"].Equal(tftypes.NewValue(set, []tftypes.Value{tftypes.NewValue(tftypes.String, "technical_contact")})) {
		t.Errorf("the state has the roles %s although nothing was written", after["roles"])
	}
	for _, request := range s.Requests() {
		if request.Method == http.MethodPut {
			t.Error("somebody's change was written over")
		}
	}
	if _, refusal = p.Apply(typeName, object("emergency_contact"), object("technical_contact")); refusal != "" {
		t.Error(refusal)
	}
	if written := s.Requests()[len(s.Requests())-1]; written.Method != http.MethodPut || len(written.Header["If-Match"]) != 1 {
		t.Errorf("the update was written with %s and If-Match %v, want the ETag that was read", written.Method, written.Header["If-Match"])
	}

	// A removal that the server confirms but does not show is no success. Reading before makes the old answer known.
	if _, err := s.Client(t).GetAuthorizedContact(t.Context(), initech, eve); err != nil {
		t.Error(err)
	}
	if err := s.Faults.Add(rest.Fault{Operation: "getAuthorizedContact", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal = p.Apply(typeName, object("technical_contact"), nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") || after == nil {
		t.Errorf("a removal that can't be seen is answered %q and leaves %v in state", refusal, after)
	}
	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, object("technical_contact"), nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccAuthorizedContact_alreadyExists(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      config(acme, strings.ToUpper(noc), "Network Desk", "technical_contact,emergency_contact"),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_authorized_contact.NAME", `id = "`+acme+"/"+noc+`"`),
	})

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	adopting.Test(t,
		resource.TestStep{Config: config(acme, noc, "Desk", "emergency_contact", "  phone       = \"+44 20 7946 0100\"\n"), ExpectError: acctest.Says("not taken over", "differs in: name, phone, roles")},
		resource.TestStep{
			Config:            config(acme, "NOC@acme.example", "Network Desk", "emergency_contact,technical_contact"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("email", "NOC@acme.example"), attribute("id", acme+"/"+noc)},
		},
	)

	// One contact declared twice: whichever comes second must not adopt what the first one made.
	twice := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	again := strings.Replace(config(initech, strings.ToUpper(eve), "Eve", "technical_contact"), `"test"`, `"again"`, 1)
	twice.Test(t, resource.TestStep{Config: config(initech, eve, "Eve", "technical_contact") + again, ExpectError: acctest.Says("this very run made or adopted it")})
}
