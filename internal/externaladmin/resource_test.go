package externaladmin_test

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
	typeName = "msp_external_admin"
	address  = typeName + ".test"
)

// Customers and people of the seed.
const (
	acme    = "cus_acme2222222222222222" // has custom roles, another internal domain and a protected grant
	globex  = "cus_globex22222222222222"
	initech = "cus_initech2222222222222"
	lee     = "lee@northwind-msp.example"
	robin   = "robin@northwind-msp.example"
	ines    = "ines@northwind-msp.example" // super_administrator at acme
)

func config(customerID, email, role string) string {
	return fmt.Sprintf("\nresource %q \"test\" {\n  customer_id = %q\n  email       = %q\n  role        = %q\n}\n", typeName, customerID, email, role)
}

func importing(id string) string {
	return fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
}

func grant(t *testing.T, s *acctest.Server, customerID, email, role string) {
	t.Helper()
	if _, err := s.Client(t).PutExternalAdmin(t.Context(), customerID, email, api.ExternalAdminInput{Role: role}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func take(t *testing.T, s *acctest.Server, customerID, email string) {
	t.Helper()
	if err := s.Client(t).DeleteExternalAdmin(t.Context(), customerID, email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

// gone expects that the person can't enter the customer any more.
func gone(t *testing.T, s *acctest.Server, customerID, email string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, err := s.Client(t).GetExternalAdmin(t.Context(), customerID, email); !client.IsNotFound(err) {
			return fmt.Errorf("%s/%s should be gone, but reading it answers %w", customerID, email, err)
		}
		return nil
	}
}

func TestAccExternalAdmin_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           config(initech, "Robin@Northwind-MSP.example", "basic_administrator"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(initech+"/"+robin)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("email"), knownvalue.StringExact("Robin@Northwind-MSP.example")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("active")),
			},
		},
		// Case alone is no change.
		resource.TestStep{
			Config:           config(initech, robin, "basic_administrator"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{
			Config: config(initech, robin, "partner_administrator"),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("active")),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: func(*terraform.State) error {
				return s.Expect(t, func(c *client.Client) (any, error) {
					got, err := c.GetExternalAdmin(t.Context(), initech, robin)
					if err != nil {
						return nil, err
					}
					return got.Value, nil
				}, api.ExternalAdmin{
					CustomerID: initech, Email: "Robin@Northwind-MSP.example", Role: "partner_administrator", Status: api.ExternalAdminStatusActive,
				})
			},
		},
		// The import ID has the address in lower case, and state keeps the spelling of an import.
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"email"}},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// Another person, then another customer, is another grant.
		resource.TestStep{
			Config:           config(initech, lee, "partner_administrator"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, robin),
		},
		resource.TestStep{
			Config:           config(globex, lee, "partner_administrator"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, lee),
		},
		resource.TestStep{Config: config(globex, lee, "partner_administrator"), Destroy: true, Check: gone(t, s, globex, lee)},
	)
}

func TestAccExternalAdmin_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(initech, "Robin@northwind-msp.example", "basic_administrator"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"customer_id": knownvalue.StringExact(initech), "email": knownvalue.StringExact(robin)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked: an identity in any spelling imports, and ends up in lower case.
func TestAccExternalAdmin_identityProtocol(t *testing.T) {
	t.Parallel()
	p := acctest.NewServer(t).Protocol(t)
	attributes, identity := p.Import(typeName, map[string]any{"customer_id": acme, "email": "LEE@northwind-msp.example"})
	for name, want := range map[string]string{"id": acme + "/" + lee, "role": "basic_administrator", "status": "active"} {
		if got := attributes[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s is %s, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"customer_id": acme, "email": lee} {
		if got := identity[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s of the identity is %s, want %q", name, got, want)
		}
	}
}

func TestAccExternalAdmin_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		id   string
		want []string
	}{
		"no e-mail":    {acme, []string{"Invalid import ID", "customer_id/email"}},
		"no customer":  {"/" + lee, []string{"Invalid import ID", "customer_id/email"}},
		"no such":      {acme + "/" + robin, []string{"Cannot import non-existent"}},
		"not the ours": {"cus_tailspin222222222222/casey@contoso-msp.example", []string{"Cannot import non-existent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: importing(c.id) + config(acme, lee, "basic_administrator"), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccExternalAdmin_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	wanted := config(initech, robin, "basic_administrator")
	s.Test(t,
		resource.TestStep{Config: wanted},
		resource.TestStep{
			PreConfig:        func() { grant(t, s, initech, robin, "partner_administrator") },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig:        func() { take(t, s, initech, robin) },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{PreConfig: func() { take(t, s, initech, robin) }, Config: wanted, Destroy: true},
	)
}

// What happens between plan and apply.
func TestAccExternalAdmin_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	object := func(role string) map[string]any {
		return map[string]any{"id": initech + "/" + robin, "customer_id": initech, "email": robin, "role": role, "status": "active"}
	}

	grant(t, s, initech, robin, "partner_administrator")
	s.ResetRequests()
	after, refusal := p.Apply(typeName, object("basic_administrator"), object("Mail Tracker"))
	if !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, "role") {
		t.Errorf("an update over somebody's change is answered %q", refusal)
	}
	if !after["role"].Equal(tftypes.NewValue(tftypes.String, "basic_administrator")) {
		t.Errorf("the state has the role %s although nothing was written", after["role"])
	}
	for _, request := range s.Requests() {
		if request.Method == http.MethodPut {
			t.Error("somebody's change was written over")
		}
	}

	// Of a write that waits between reading and writing, the ETag tells.
	if _, refusal = p.Apply(typeName, object("partner_administrator"), object("basic_administrator")); refusal != "" {
		t.Error(refusal)
	}
	written := s.Requests()[len(s.Requests())-1]
	if written.Method != http.MethodPut || len(written.Header["If-Match"]) != 1 {
		t.Errorf("the update was written with %s and If-Match %v, want the ETag that was read", written.Method, written.Header["If-Match"])
	}

	// A removal that the server confirms but does not show is no success. Reading before makes the old answer known.
	if _, err := s.Client(t).GetExternalAdmin(t.Context(), initech, robin); err != nil {
		t.Error(err)
	}
	if err := s.Faults.Add(rest.Fault{Operation: "getExternalAdmin", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal = p.Apply(typeName, object("basic_administrator"), nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") || after == nil {
		t.Errorf("a removal that can't be seen is answered %q and leaves %v in state", refusal, after)
	}

	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, object("basic_administrator"), nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccExternalAdmin_alreadyExists(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t, resource.TestStep{
		Config:      config(acme, "LEE@northwind-msp.example", "basic_administrator"),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_external_admin.NAME", `id = "`+acme+"/"+lee+`"`),
	})

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	adopting.Test(t,
		resource.TestStep{Config: config(acme, lee, "partner_administrator"), ExpectError: acctest.Says("not taken over", "differs in: role")},
		resource.TestStep{
			Config:           config(acme, "LEE@northwind-msp.example", "basic_administrator"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("email"), knownvalue.StringExact("LEE@northwind-msp.example")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(acme+"/"+lee)),
			},
		},
	)

	// One grant declared twice: whichever comes second must not adopt what the first one made.
	twice := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	again := fmt.Sprintf("\nresource %q \"again\" {\n  customer_id = %q\n  email       = %q\n  role        = \"basic_administrator\"\n}\n", typeName, initech, "ROBIN@northwind-msp.example")
	twice.Test(t, resource.TestStep{Config: config(initech, robin, "basic_administrator") + again, ExpectError: acctest.Says("this very run made or adopted it")})
}

func TestAccExternalAdmin_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		customerID, email, role string
		want                    []string
	}{
		"no address":              {initech, "robin", "basic_administrator", []string{"Invalid e-mail address", "Attribute email"}},
		"no customer id":          {"", robin, "basic_administrator", []string{"Attribute customer_id"}},
		"no role":                 {initech, robin, "", []string{"Attribute role"}},
		"no such customer":        {"cus_nobody", robin, "basic_administrator", []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer":      {"cus_tailspin222222222222", robin, "basic_administrator", []string{"No such customer", "Attribute customer_id"}},
		"protected role":          {initech, robin, "full_administrator", []string{"Would be refused", "Attribute role", "protected_role"}},
		"protected custom role":   {acme, robin, "Content Auditor", []string{"Would be refused", "Attribute role", "protected_role"}},
		"protected role held now": {acme, ines, "basic_administrator", []string{"Would be refused", "Attribute role", "super_administrator", "protected_role"}},
		"primary domain":          {acme, "it@ACME.example", "basic_administrator", []string{"Would be refused", "Attribute email", "internal_domain"}},
		"other internal domain":   {acme, "it@acme-mail.example", "basic_administrator", []string{"Would be refused", "Attribute email", "acme-mail.example", "internal_domain"}},
		// Something else in the run could make these people and roles, so they are judged when they are needed.
		"no portal admin":         {initech, "jordan@northwind-msp.example", "basic_administrator", []string{"Could not create external administrator", "Attribute email", "msp_portal_admin", "not_a_portal_admin", "Request id: "}},
		"unknown role":            {initech, robin, "nope", []string{"Could not create external administrator", "Attribute role", "basic_administrator", "unknown_role", "Request id: "}},
		"role in another case":    {initech, robin, "Basic_Administrator", []string{"Could not create external administrator", "Attribute role", "unknown_role"}},
		"other customer's custom": {initech, robin, "Mail Tracker", []string{"Could not create external administrator", "Attribute role", "unknown_role"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: config(c.customerID, c.email, c.role), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccExternalAdmin_customRole(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:           config(acme, robin, "Mail Tracker"),
		ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
	})
}

func TestAccExternalAdmin_reseller(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("fabrikam-automation"))
	s.Test(t, resource.TestStep{
		Config:      config("cus_woodgrove22222222222", "riley@fabrikam.example", "basic_administrator"),
		ExpectError: acctest.Says("Would be refused", "partner_kind"),
	})
}

func TestAccExternalAdmin_notAllowed(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	s.Test(t, resource.TestStep{
		Config:      config(initech, robin, "basic_administrator"),
		ExpectError: acctest.Says("external_admins.manage", "msp_administrator", "msp_current_client", "forbidden", "Request id: "),
	})
}

// Who acts for a partner_administrator of a customer may add further ones there, and nothing else.
func TestAccExternalAdmin_furtherPartnerAdministrator(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("northwind-kim"))
	s.Test(t,
		resource.TestStep{Config: config(globex, robin, "basic_administrator"), ExpectError: acctest.Says("partner_administrator", "forbidden")},
		resource.TestStep{Config: config(globex, robin, "partner_administrator"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: config(globex, robin, "partner_administrator"), Destroy: true, ExpectError: acctest.Says("external_admins.manage", "forbidden")},
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address)},
	)
}

// A customer and people of the same run.
func TestAccExternalAdmin_withTheRest(t *testing.T) {
	t.Parallel()
	const all = acctest.NewCustomerAndAdmin + `
resource "msp_external_admin" "test" {
  customer_id = msp_customer.new.id
  email       = msp_portal_admin.nia.email
  role        = "partner_administrator"
}
`
	acctest.NewServer(t).Test(t,
		resource.TestStep{Config: all, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{Config: all, Destroy: true},
	)
}
