package customer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func data(typeName, arguments string) string {
	return fmt.Sprintf("\ndata %q \"test\" {\n%s\n}\n", typeName, arguments)
}

// acmeExactly is every attribute of the seed's customer Acme.
var acmeExactly = map[string]knownvalue.Check{
	"id":                  knownvalue.StringExact("cus_acme2222222222222222"),
	"name":                knownvalue.StringExact("Acme Ltd"),
	"domain":              knownvalue.StringExact("acme.example"),
	"internal_domains":    knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("acme.example"), knownvalue.StringExact("acme-mail.example")}),
	"stage":               knownvalue.StringExact("customer"),
	"implementation_lead": knownvalue.Null(),
	"seats":               knownvalue.Int64Exact(250),
	"product":             knownvalue.StringExact("Email Security"),
	"country":             knownvalue.StringExact("GB"),
	"external_id":         knownvalue.StringExact("CRM-1001"),
	"enabled":             knownvalue.Bool(true),
	"require_sso":         knownvalue.Bool(true),
	"allowed_ip_ranges":   texts("203.0.113.0/24"),
	"rfi":                 knownvalue.NotNull(),
	"deletion_protection": knownvalue.Bool(true),
	"relationship":        knownvalue.StringExact("referral"),
	"account_type":        knownvalue.StringExact("customer"),
	"admin_username":      knownvalue.Null(),
	"created_at":          knownvalue.StringExact("2024-03-01T09:00:00Z"),
}

func TestAccCustomer_dataSource(t *testing.T) {
	t.Parallel()
	var config strings.Builder
	var checks []statecheck.StateCheck
	for i, by := range []string{
		`id = "cus_acme2222222222222222"`, `name = "Acme Ltd"`, `name = "ACME ltd"`, `domain = "acme.example"`, `external_id = "CRM-1001"`,
	} {
		fmt.Fprintf(&config, "data %q \"by%d\" { %s }\n", typeName, i, by)
		for name, want := range acmeExactly {
			checks = append(checks, statecheck.ExpectKnownValue(fmt.Sprintf("data.msp_customer.by%d", i), tfjsonpath.New(name), want))
		}
	}
	acctest.NewServer(t).Test(t, resource.TestStep{Config: config.String(), ConfigStateChecks: checks})
}

// The spelling of the configuration is kept where it is no other value.
func TestAccCustomer_dataSourceSpelling(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: data(typeName, `domain = "ACME.example"`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_customer.test", tfjsonpath.New("id"), knownvalue.StringExact("cus_acme2222222222222222")),
		},
	})
}

func TestAccCustomer_dataSourceRefused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	first := create(t, s, api.CustomerInput{Name: "Wingtip", Domain: "wingtip.example"})
	second := create(t, s, api.CustomerInput{Name: "WINGTIP", Domain: "wingtip.test"})
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no way of looking":      {``, []string{"Exactly one of these attributes must be configured", "external_id"}},
		"two ways of looking":    {"id = \"cus_acme2222222222222222\"\nname = \"Acme Ltd\"", []string{"Exactly one of these attributes must be configured"}},
		"unknown id":             {`id = "cus_nobody"`, []string{"No such customer", "Attribute id: ", `"cus_nobody"`}},
		"of another partner":     {`id = "cus_tailspin222222222222"`, []string{"No such customer", "Attribute id: "}},
		"empty id":               {`id = ""`, []string{"No such customer", "Attribute id: "}},
		"unknown name":           {`name = "Nobody"`, []string{"No such customer", "Attribute name: "}},
		"empty name":             {`name = ""`, []string{"No such customer", "Attribute name: "}},
		"unknown domain":         {`domain = "nobody.example"`, []string{"No such customer", "Attribute domain: "}},
		"malformed domain":       {`domain = "nobody"`, []string{"Attribute domain: ", "at least two labels"}},
		"unknown external id":    {`external_id = "CRM-0"`, []string{"No such customer", "Attribute external_id: "}},
		"several with this name": {`name = "Wingtip"`, []string{"Several customers found", "Attribute name: 2 customers", min(first.ID, second.ID), max(first.ID, second.ID)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: data(typeName, c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccCustomer_dataSourceAfterResource(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: block(tailwind) + data(typeName, "id = msp_customer.test.id"),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_customer.test", tfjsonpath.New("name"), knownvalue.StringExact("Tailwind Traders")),
			statecheck.ExpectKnownValue("data.msp_customer.test", tfjsonpath.New("rfi").AtMapKey("outbound_ips"), prefilledOutbound),
			statecheck.ExpectKnownValue("data.msp_customer.test", tfjsonpath.New("allowed_ip_ranges"), knownvalue.SetSizeExact(0)),
		},
	})
}

func TestAccCustomers_dataSource(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	create(t, s, api.CustomerInput{Name: "Acme LTD", Domain: "ACME-Two.example", Enabled: new(false)})
	two := find(t, s, "acme-two.example").ID
	acme, globex := "cus_acme2222222222222222", "cus_globex22222222222222"
	initech, umbrella := "cus_initech2222222222222", "cus_umbrella222222222222"
	var config strings.Builder
	var checks []statecheck.StateCheck
	for i, c := range []struct {
		arguments string
		want      map[string]string
	}{
		{``, map[string]string{"acme.example": acme, "acme-two.example": two, "globex.example": globex, "initech.example": initech, "umbrella.example": umbrella}},
		{`name = "acme ltd"`, map[string]string{"acme.example": acme, "acme-two.example": two}},
		{`domain = "Globex.EXAMPLE"`, map[string]string{"globex.example": globex}},
		{`external_id = "CRM-1001"`, map[string]string{"acme.example": acme}},
		{`stage = "prospect"`, map[string]string{"umbrella.example": umbrella}},
		{`relationship = "referral"`, map[string]string{"acme.example": acme, "globex.example": globex}},
		{`enabled = false`, map[string]string{"acme-two.example": two}},
		{"name = \"acme ltd\"\nenabled = true", map[string]string{"acme.example": acme}},
		{`name = "Nobody"`, nil},
	} {
		name := fmt.Sprintf("found%d", i)
		address := "data.msp_customers." + name
		fmt.Fprintf(&config, "data \"msp_customers\" %q {\n%s\n}\n", name, c.arguments)
		fmt.Fprintf(&config, "output %q {\n  value = %[2]s.customers[*].id == sort(%[2]s.customers[*].id)\n}\n", name, address)
		ids := map[string]knownvalue.Check{}
		for domain, id := range c.want {
			ids[domain] = knownvalue.StringExact(id)
		}
		checks = append(checks,
			statecheck.ExpectKnownValue(address, tfjsonpath.New("customers"), knownvalue.ListSizeExact(len(c.want))),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("ids_by_domain"), knownvalue.MapExact(ids)),
			statecheck.ExpectKnownOutputValue(name, knownvalue.Bool(true)), // sorted by id
		)
	}
	s.Test(t, resource.TestStep{Config: config.String(), ConfigStateChecks: checks})
}

func TestAccCustomers_dataSourceShowsEverything(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: data("msp_customers", `domain = "acme.example"`),
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.msp_customers.test", tfjsonpath.New("customers"),
			knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectExact(acmeExactly)}))},
	})
}

func TestAccCustomers_dataSourceRefused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for arguments, want := range map[string]string{
		`stage = "lead"`:          "Attribute stage",
		`relationship = "friend"`: "Attribute relationship",
		`domain = "acme"`:         "Attribute domain: ",
		`name = ""`:               "Attribute name",
		`external_id = ""`:        "Attribute external_id",
	} {
		t.Run(arguments, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: data("msp_customers", arguments), ExpectError: acctest.Says(want)})
		})
	}
}
