package emergencycontact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

const (
	typeName = "msp_emergency_contact"
	address  = typeName + ".test"
)

const full = `
resource "msp_emergency_contact" "test" {
  name             = "Northwind on call"
  email            = "On-Call@northwind-msp.example"
  mobile           = "+49 170 5550100"
  phone            = "+49 30 1234567"
  alternate_emails = ["Robin@northwind-msp.example", "lee@northwind-msp.example"]
}
`

// cleared takes the contact away, behind Terraform's back.
func cleared(t *testing.T, s *acctest.Server) {
	t.Helper()
	if err := s.Client(t).DeleteEmergencyContact(t.Context(), client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, s *acctest.Server, in api.EmergencyContactInput) {
	t.Helper()
	if _, err := s.Client(t).PutEmergencyContact(t.Context(), in, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func TestAccEmergencyContact_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	cleared(t, s)
	s.Test(t,
		resource.TestStep{
			Config:           full,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("emergency_contact")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("email"), knownvalue.StringExact("On-Call@northwind-msp.example")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("alternate_emails"), knownvalue.SetExact([]knownvalue.Check{
					knownvalue.StringExact("Robin@northwind-msp.example"), knownvalue.StringExact("lee@northwind-msp.example"),
				})),
			},
		},
		// Other spellings of the same are no change.
		resource.TestStep{
			Config:           strings.NewReplacer("On-Call@", "ON-CALL@", "Robin@", "robin@", "lee@", "LEE@").Replace(full),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: "other", ExpectError: acctest.Says("Invalid import ID", `"emergency_contact"`)},
		// Everything in place; what is optional is left out.
		resource.TestStep{
			Config:           acctest.Block(typeName, `name = "Night shift"; email = "night@northwind-msp.example"; mobile = "+49 170 5550101"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("phone"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("alternate_emails"), knownvalue.Null()),
			},
		},
		resource.TestStep{
			Config:           acctest.Block(typeName, `name = "Night shift"; email = "night@northwind-msp.example"; mobile = "+49 170 5550101"; alternate_emails = []`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
	)
	// Destroying clears it.
	if _, err := s.Client(t).GetEmergencyContact(t.Context()); !client.IsNotFound(err) {
		t.Errorf("after the destroy the server answers %v", err)
	}
}

func TestAccEmergencyContact_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: full, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"id": knownvalue.StringExact("emergency_contact")}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked.
func TestAccEmergencyContact_identityProtocol(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	attributes, identity := s.Protocol(t).Import(typeName, map[string]any{"id": "emergency_contact"})
	var name, id string
	if err := attributes["name"].As(&name); err != nil || name != "Alex Morgan" {
		t.Errorf("the import has the name %q, %v", name, err)
	}
	if err := identity["id"].As(&id); err != nil || id != "emergency_contact" {
		t.Errorf("the identity is %q, %v", id, err)
	}
}

func TestAccEmergencyContact_nothingToImport(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	cleared(t, s)
	s.Test(t, resource.TestStep{
		Config:      fmt.Sprintf("\nimport {\n  to = %s\n  id = \"emergency_contact\"\n}\n", address) + full,
		ExpectError: acctest.Says("Cannot import non-existent"),
	})
}

// Creating takes over the contact of the seed, and tells what was there.
func TestAccEmergencyContact_takesOver(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	p := s.Protocol(t)
	planned := map[string]any{"id": "emergency_contact", "name": "Alex Morgan", "email": "ALEX@northwind-msp.example", "mobile": "+49 170 5550199"}
	if _, refusal := p.Apply(typeName, nil, planned); refusal != "" {
		t.Fatal(refusal)
	}
	if len(p.Said) != 1 || p.Said[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Fatalf("said was %+v, want a warning", p.Said)
	}
	said := p.Said[0].Summary + "\n" + p.Said[0].Detail
	for _, want := range []string{"Replaced the existing emergency contact", "mobile: +49 170 5550100", "alternate_emails: on-call@northwind-msp.example"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
	if strings.Contains(said, "email: alex") || strings.Contains(said, "name:") {
		t.Errorf("%q tells of what stays as it was", said)
	}
	// With what is there already, nothing is replaced.
	again := s.Protocol(t)
	if _, refusal := again.Apply(typeName, nil, planned); refusal != "" || len(again.Said) != 0 {
		t.Errorf("said was %+v", again.Said)
	}
}

func TestAccEmergencyContact_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{Config: full},
		resource.TestStep{
			PreConfig: func() {
				put(t, s, api.EmergencyContactInput{Name: "Somebody", Email: "on-call@northwind-msp.example", Mobile: "+49 170 5550100"})
			},
			Config: full, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{PreConfig: func() { cleared(t, s) }, Config: full, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: func() { cleared(t, s) }, Config: full, Destroy: true},
	)
}

// Somebody's change between plan and apply stands; what is gone by then is no error to remove.
func TestAccEmergencyContact_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	object := func(name string) map[string]any {
		return map[string]any{"id": "emergency_contact", "name": name, "email": "on-call@northwind-msp.example", "mobile": "+49 170 5550100"}
	}
	put(t, s, api.EmergencyContactInput{Name: "Theirs", Email: "on-call@northwind-msp.example", Mobile: "+49 170 5550100"})
	p := s.Protocol(t)
	_, refusal := p.Apply(typeName, object("Before"), object("Ours"))
	if !strings.HasPrefix(refusal, "Changed since the plan") || p.Said[0].Attribute.String() != `AttributeName("name")` {
		t.Errorf("said was %+v", p.Said)
	}
	if now, err := s.Client(t).GetEmergencyContact(t.Context()); err != nil || now.Value.Name != "Theirs" {
		t.Errorf("the server has %+v, %v", now, err)
	}
	cleared(t, s)
	if _, refusal := p.Apply(typeName, object("Theirs"), nil); refusal != "" {
		t.Error(refusal)
	}
}

func TestAccEmergencyContact_declaredTwice(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      full + strings.Replace(full, `"test"`, `"second"`, 1),
		ExpectError: acctest.Says("exists already", "Declare it once"),
	})
}

func TestAccEmergencyContact_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	arguments := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(`name = "On call"; email = "on-call@x.example"; mobile = "+49 170 5550100"; alternate_emails = ["a@x.example"]`)
	}
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no name":        {arguments("On call", ""), []string{"Attribute name"}},
		"61 characters":  {arguments("On call", strings.Repeat("ü", 61)), []string{"Attribute name", "60"}},
		"blank name":     {arguments("On call", " "), []string{"Would be refused", "Attribute name", "invalid_value"}},
		"no address":     {arguments("on-call@x.example", "on-call"), []string{"Invalid e-mail address", "Attribute email"}},
		"no country":     {arguments("+49 170", "0170"), []string{"Attribute mobile", "international phone number"}},
		"phone":          {arguments(`mobile = "`, `phone = "12"; mobile = "`), []string{"Attribute phone", "international phone number"}},
		"no alternate":   {arguments("a@x.example", "a"), []string{"Invalid e-mail address", "Attribute alternate_emails"}},
		"twice":          {arguments(`["a@x.example"]`, `["a@x.example", "A@x.example"]`), []string{"The same e-mail address twice", "Attribute alternate_emails"}},
		"five":           {arguments(`["a@x.example"]`, `[for i in range(5) : "a${i}@x.example"]`), []string{"Attribute alternate_emails", "at most 4"}},
		"main as others": {arguments("a@x.example", "ON-CALL@x.example"), []string{"The main address among the others", "Attribute alternate_emails"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.Block(typeName, c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccEmergencyContact_unknownValues(t *testing.T) {
	t.Parallel()
	config := func(second string) string {
		return fmt.Sprintf(`
resource "terraform_data" "later" {
  input = { email = "on-call@x.example", name = "On call" }
}

resource "msp_emergency_contact" "test" {
  name             = terraform_data.later.output.name
  email            = terraform_data.later.output.email
  mobile           = "+49 170 5550100"
  alternate_emails = [%q, terraform_data.later.output.email]
}
`, second)
	}
	acctest.NewServer(t).Test(t, resource.TestStep{Config: config("a@x.example"), ExpectError: acctest.Says("The main address among the others", "Attribute alternate_emails")})
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:           strings.Replace(config("a@x.example"), ", terraform_data.later.output.email]", `, "${terraform_data.later.output.name == "" ? "x" : "b"}@x.example"]`, 1),
		ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
	})
}

func TestAccEmergencyContact_notAllowed(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspSales)).Test(t, resource.TestStep{
		Config: full, ExpectError: acctest.Says("partner.manage", "msp_administrator", "forbidden", "Request id: "),
	})
}
