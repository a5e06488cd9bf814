package customer_test

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
)

const (
	typeName = "msp_customer"
	address  = "msp_customer.test"

	// A new customer, which the end of a test can destroy.
	tailwind = `name = "Tailwind Traders"; domain = "tailwind.example"; deletion_protection = false`
)

func block(arguments string) string { return acctest.Block(typeName, arguments) }

func attribute(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

func texts(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, value := range values {
		checks[i] = knownvalue.StringExact(value)
	}
	return knownvalue.SetExact(checks)
}

// find answers the customer of a domain, or fails.
func find(t *testing.T, s *acctest.Server, domain string) api.Customer {
	t.Helper()
	found, err := client.Collect(s.Client(t).ListCustomers(t.Context(), client.CustomerFilter{Domain: domain}))
	if err != nil || len(found) != 1 {
		t.Fatalf("looking for %s: found %d, %v", domain, len(found), err)
	}
	return found[0]
}

// create makes a customer without Terraform.
func create(t *testing.T, s *acctest.Server, in api.CustomerInput) api.Customer {
	t.Helper()
	created, err := s.Client(t).CreateCustomer(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return created.Value
}

// change rewrites a customer without Terraform.
func change(t *testing.T, s *acctest.Server, in api.CustomerInput) {
	t.Helper()
	if _, err := s.Client(t).PutCustomer(t.Context(), find(t, s, in.Domain).ID, in, client.MatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestAccCustomer_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	var first string
	s.Test(t,
		resource.TestStep{
			Config:           block(tailwind),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("stage", knownvalue.StringExact("customer")),
				attribute("enabled", knownvalue.Bool(true)),
				attribute("require_sso", knownvalue.Bool(false)),
				attribute("force_destroy", knownvalue.Bool(false)),
				attribute("relationship", knownvalue.StringExact("managed")),
				attribute("account_type", knownvalue.StringExact("customer")),
				attribute("admin_username", knownvalue.StringExact("msp_tailwindtraders@tailwind.example")),
				attribute("internal_domains", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("tailwind.example")})),
				attribute("created_at", knownvalue.NotNull()),
			},
			Check: resource.TestCheckResourceAttrWith(address, "id", func(id string) error { first = id; return nil }),
		},
		resource.TestStep{
			Config: block(`name = "Tailwind Traders Ltd"; domain = "tailwind.example"; deletion_protection = false; enabled = false; require_sso = true
				seats = 40; product = "Email Security"; country = "GB"; external_id = "CRM-2001"; implementation_lead = "lee@northwind-msp.example"
				allowed_ip_ranges = ["203.0.113.0/24", "2001:db8::1"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("name", knownvalue.StringExact("Tailwind Traders Ltd")),
				attribute("seats", knownvalue.Int64Exact(40)),
				attribute("allowed_ip_ranges", texts("203.0.113.0/24", "2001:db8::1")),
			},
			Check: resource.TestCheckResourceAttrWith(address, "id", same(&first)),
		},
		// Spelling alone is no change.
		resource.TestStep{
			Config: block(`name = "Tailwind Traders Ltd"; domain = "TailWind.Example"; deletion_protection = false; enabled = false; require_sso = true
				seats = 40; product = "Email Security"; country = "GB"; external_id = "CRM-2001"; implementation_lead = "Lee@Northwind-MSP.example"
				allowed_ip_ranges = ["2001:DB8:0::1", "203.0.113.0/24"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// What is left out is cleared.
		resource.TestStep{
			Config:           block(tailwind),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("seats", knownvalue.Null()),
				attribute("implementation_lead", knownvalue.Null()),
				attribute("allowed_ip_ranges", knownvalue.Null()),
				attribute("enabled", knownvalue.Bool(true)),
			},
		},
		// Another domain is another customer.
		resource.TestStep{
			Config:           block(`name = "Tailwind Traders"; domain = "tailwind.test"; deletion_protection = false`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check: resource.TestCheckResourceAttrWith(address, "id", func(id string) error {
				if id == first {
					return fmt.Errorf("the id is still %s", id)
				}
				return nil
			}),
		},
	)
}

func same(want *string) resource.CheckResourceAttrWithFunc {
	return func(got string) error {
		if got != *want {
			return fmt.Errorf("got %q, want %q", got, *want)
		}
		return nil
	}
}

func TestAccCustomer_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: block(tailwind), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("id")),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// As above, on any Terraform.
func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	identity := map[string]any{"id": "cus_initech2222222222222"}
	attributes, after := acctest.NewServer(t).Protocol(t).Import(typeName, identity)
	for name, want := range map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, identity["id"]), "domain": tftypes.NewValue(tftypes.String, "initech.example"),
		"deletion_protection": tftypes.NewValue(tftypes.Bool, false), "force_destroy": tftypes.NewValue(tftypes.Bool, false),
	} {
		if got := attributes[name]; !got.Equal(want) {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if !after["id"].Equal(attributes["id"]) {
		t.Errorf("the identity is %s", after)
	}
}

func TestAccCustomer_stage(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t,
		resource.TestStep{Config: block(tailwind + `; stage = "prospect"`), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{
			Config:            block(tailwind),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("stage", knownvalue.StringExact("customer"))},
		},
		resource.TestStep{
			Config:      block(tailwind + `; stage = "prospect"`),
			PlanOnly:    true,
			ExpectError: acctest.Says("Would be refused", "Attribute stage", "invalid_transition"),
		},
	)
}

func TestAccCustomer_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	remove := func() {
		id := find(t, s, "tailwind.example").ID
		if err := s.Client(t).DeleteCustomer(t.Context(), id, client.DeleteCustomerOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s.Test(t,
		resource.TestStep{Config: block(tailwind)},
		resource.TestStep{
			PreConfig: func() {
				change(t, s, api.CustomerInput{Name: "Changed", Domain: "tailwind.example", Seats: new(7), DeletionProtection: new(false)})
			},
			Config:           block(tailwind),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				if now := find(t, s, "tailwind.example"); now.Name != "Tailwind Traders" || now.Seats != nil {
					return fmt.Errorf("not set right: %+v", now)
				}
				return nil
			},
		},
		resource.TestStep{PreConfig: remove, Config: block(tailwind), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: remove, Config: block(tailwind), Destroy: true},
	)
}

func TestAccCustomer_alreadyExists(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	existing := create(t, s, api.CustomerInput{Name: "Tailwind Traders", Domain: "tailwind.example", DeletionProtection: new(false)})
	s.Test(t,
		resource.TestStep{
			Config:      block(tailwind + "; seats = 3; country = \"DE\"\nrfi = { inbound_ips = [\"192.0.2.200\"] }"),
			ExpectError: acctest.Says("exists already", "not taken over", "differs in: seats, country, rfi", `id = "`+existing.ID+`"`),
		},
		// The rfi is compared in what is given.
		resource.TestStep{
			Config:           block(tailwind + "\nrfi = { inbound_ips = [\"198.51.100.0/24\"] }"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			Check:            resource.TestCheckResourceAttrWith(address, "id", same(&existing.ID)),
		},
		// The same customer declared twice is not taken over twice.
		resource.TestStep{
			Config: `
resource "msp_customer" "one" {
  name                = "Wingtip"
  domain              = "wingtip.example"
  deletion_protection = false
}

resource "msp_customer" "two" {
  name                = "Wingtip"
  domain              = "WINGTIP.example"
  deletion_protection = false
  depends_on          = [msp_customer.one]
}
` + block(tailwind),
			ExpectError: acctest.Says("exists already", "this very run made or adopted it", "Declare it once"),
		},
	)
}

func TestAccCustomer_alreadyExistsWithoutAdoption(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	existing := create(t, s, api.CustomerInput{Name: "Tailwind Traders", Domain: "TAILWIND.example", ExternalID: new("CRM-7"), DeletionProtection: new(false)})
	s.Test(t,
		resource.TestStep{Config: block(tailwind), ExpectError: acctest.Says("exists already", "to = msp_customer.NAME", `id = "`+existing.ID+`"`)},
		// An external_id in use is another customer's: nothing to import under this domain.
		resource.TestStep{
			Config:      block(`name = "Wingtip"; domain = "wingtip.example"; external_id = "CRM-7"`),
			ExpectError: acctest.Says("Could not create customer wingtip.example", "Attribute external_id", existing.ID, "already_exists"),
		},
	)
}

func TestAccCustomer_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no name":                {`name = ""; domain = "a.example"`, []string{"Attribute name"}},
		"blank name":             {`name = "  "; domain = "a.example"`, []string{"Would be refused", "Attribute name", "invalid_value"}},
		"single label":           {`name = "A"; domain = "example"`, []string{"Attribute domain: ", "at least two labels"}},
		"domain with scheme":     {`name = "A"; domain = "https://a.example"`, []string{"Attribute domain: "}},
		"unknown stage":          {`name = "A"; domain = "a.example"; stage = "lead"`, []string{"Attribute stage", "prospect"}},
		"no lead address":        {`name = "A"; domain = "a.example"; implementation_lead = "lee"`, []string{"Attribute implementation_lead: "}},
		"lead of another role":   {`name = "A"; domain = "a.example"; implementation_lead = "kim@northwind-msp.example"`, []string{"Would be refused", "Attribute implementation_lead", "msp_implementation_lead"}},
		"lead not in the portal": {`name = "A"; domain = "a.example"; implementation_lead = "jordan@northwind-msp.example"`, []string{"Could not create", "Attribute implementation_lead", "msp_portal_admin", "not_a_portal_admin", "Request id: "}},
		"no seats":               {`name = "A"; domain = "a.example"; seats = 0`, []string{"Attribute seats"}},
		"too many seats":         {`name = "A"; domain = "a.example"; seats = 1000001`, []string{"Attribute seats"}},
		"unknown product":        {`name = "A"; domain = "a.example"; product = "Backup"`, []string{"Would be refused", "Attribute product", "Email Security", "unknown_product"}},
		"account type":           {`name = "A"; domain = "a.example"; account_type = "partner"`, []string{"account_type", "read-only"}},
		"country in lower case":  {`name = "A"; domain = "a.example"; country = "de"`, []string{"Attribute country: "}},
		"empty external id":      {`name = "A"; domain = "a.example"; external_id = ""`, []string{"Attribute external_id"}},
		"host bits set":          {`name = "A"; domain = "a.example"; allowed_ip_ranges = ["10.0.0.1/8"]`, []string{"Attribute allowed_ip_ranges: ", "10.0.0.0/8"}},
		"leading zero":           {`name = "A"; domain = "a.example"; allowed_ip_ranges = ["10.0.0.0/08"]`, []string{"Attribute allowed_ip_ranges: "}},
		"one IP twice":           {`name = "A"; domain = "a.example"; allowed_ip_ranges = ["2001:DB8::1", "2001:db8::1"]`, []string{"Attribute allowed_ip_ranges: "}},
		"outbound, bad IP":       {`name = "A"; domain = "a.example"; rfi = { outbound_ips = ["300.0.0.1"] }`, []string{"Attribute rfi.outbound_ips: "}},
		"inbound, one IP twice":  {`name = "A"; domain = "a.example"; rfi = { inbound_ips = ["192.0.2.1", "192.0.2.1/32"] }`, []string{"Attribute rfi.inbound_ips: "}},
		"no host name":           {`name = "A"; domain = "a.example"; rfi = { smarthost = { host = "smtp" } }`, []string{"Attribute rfi.smarthost.host: "}},
		"no port":                {`name = "A"; domain = "a.example"; rfi = { smarthost = { host = "smtp.a.example", port = 0 } }`, []string{"Attribute rfi.smarthost.port"}},
		"port without host":      {`name = "A"; domain = "a.example"; rfi = { smarthost = { port = 25 } }`, []string{"Attribute rfi.smarthost.host: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: block(c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccCustomer_notAllowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		role      api.PortalRoleName
		arguments string
		want      []string
	}{
		"helpdesk creates nothing":      {api.PortalRoleNameMspHelpdesk, tailwind, []string{"msp_current_client", "forbidden", "Request id: "}},
		"prospects places no order":     {api.PortalRoleNameMspProspects, tailwind, []string{"Attribute stage", "forbidden"}},
		"sales names no lead":           {api.PortalRoleNameMspSales, tailwind + `; implementation_lead = "lee@northwind-msp.example"`, []string{"Attribute implementation_lead", "forbidden"}},
		"lead places no order":          {api.PortalRoleNameMspImplementationLead, tailwind, []string{"Attribute stage", "forbidden"}},
		"helpdesk changes no seats":     {api.PortalRoleNameMspHelpdesk, initech(`seats = 21; product = "Email Continuity"`), []string{"Attribute seats", "forbidden"}},
		"lead upgrades no product":      {api.PortalRoleNameMspImplementationLead, initech(`seats = 20; product = "Email Security"`), []string{"Attribute product", "forbidden"}},
		"sales changes no lead of them": {api.PortalRoleNameMspSales, initech(`seats = 20; product = "Email Continuity"; implementation_lead = "lee@northwind-msp.example"`), []string{"Attribute implementation_lead", "forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t, acctest.WithRole(c.role))
			s.Test(t, resource.TestStep{Config: block(c.arguments) + importing(c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

// initech is a managed customer of the seed.
func initech(more string) string {
	return `name = "Initech"; domain = "initech.example"; country = "US"; deletion_protection = false; ` + more
}

// importing adds the import block of the customer, if it is the seed's.
func importing(arguments string) string {
	if !strings.HasPrefix(arguments, initech("")) {
		return ""
	}
	return importBlock("cus_initech2222222222222")
}

func importBlock(id string) string {
	return fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
}

// Who sees prospects only is told of the customer in the way, and nothing more.
func TestAccCustomer_alreadyExistsHidden(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspProspects)).Test(t, resource.TestStep{
		Config:      block(`name = "Initech"; domain = "initech.example"; stage = "prospect"`),
		ExpectError: acctest.Says("Could not create customer initech.example", "Attribute domain", "cus_initech2222222222222", "already_exists"),
	})
}

func TestAccCustomer_unknownValues(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	config := func(version string) string {
		return fmt.Sprintf(`
resource "terraform_data" "facts" {
  triggers_replace = %[1]q
  input = {
    name    = "Tailwind %[1]s"
    domain  = "tailwind-%[1]s.example"
    seats   = 5
    lead    = "lee@northwind-msp.example"
    range   = "192.0.2.0/28"
    inbound = "192.0.2.77"
  }
}

resource "msp_customer" "test" {
  name                = terraform_data.facts.output.name
  domain              = terraform_data.facts.output.domain
  seats               = terraform_data.facts.output.seats
  implementation_lead = terraform_data.facts.output.lead
  allowed_ip_ranges   = [terraform_data.facts.output.range]
  deletion_protection = false
  rfi = {
    inbound_ips = [terraform_data.facts.output.inbound]
  }
}
`, version)
	}
	s.Test(t,
		resource.TestStep{
			Config:           config("one"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("name", knownvalue.StringExact("Tailwind one")),
				attribute("rfi", knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"inbound_ips":  texts("192.0.2.77"),
					"outbound_ips": texts("192.0.2.10", "2001:db8::/48"),
				})),
			},
		},
		resource.TestStep{
			Config:            config("two"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{attribute("domain", knownvalue.StringExact("tailwind-two.example"))},
		},
	)
}
