package externaladmin_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const kim = "kim@northwind-msp.example" // partner_administrator at globex

func listed(customerID, email, role string, protected bool) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"id":                knownvalue.StringExact(customerID + "/" + email),
		"customer_id":       knownvalue.StringExact(customerID),
		"email":             knownvalue.StringExact(email),
		"role":              knownvalue.StringExact(role),
		"content_protected": knownvalue.Bool(protected),
		"expires_at":        knownvalue.Null(),
		"status":            knownvalue.StringExact("active"),
	})
}

func TestAccExternalAdmins_filters(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	inesAtAcme, leeAtAcme, kimAtGlobex := listed(acme, ines, "super_administrator", true), listed(acme, lee, "basic_administrator", false), listed(globex, kim, "partner_administrator", false)
	for name, c := range map[string]struct {
		arguments string
		want      []knownvalue.Check
	}{
		"all":                    {"", []knownvalue.Check{inesAtAcme, leeAtAcme, kimAtGlobex}},
		"customer":               {`customer_id = "` + acme + `"`, []knownvalue.Check{inesAtAcme, leeAtAcme}},
		"customer without any":   {`customer_id = "` + initech + `"`, nil},
		"person":                 {`email = "KIM@northwind-msp.example"`, []knownvalue.Check{kimAtGlobex}},
		"role":                   {`role = "basic_administrator"`, []knownvalue.Check{leeAtAcme}},
		"domain":                 {`email_domain = "Northwind-MSP.example"`, []knownvalue.Check{inesAtAcme, leeAtAcme, kimAtGlobex}},
		"another domain":         {`email_domain = "msp.example"`, nil},
		"customer and person":    {`customer_id = "` + acme + `"; email = "LEE@northwind-msp.example"`, []knownvalue.Check{leeAtAcme}},
		"customer and role":      {`customer_id = "` + acme + `"; role = "super_administrator"`, []knownvalue.Check{inesAtAcme}},
		"customer and domain":    {`customer_id = "` + acme + `"; email_domain = "elsewhere.example"`, nil},
		"person and other role":  {`email = "` + kim + `"; role = "basic_administrator"`, nil},
		"everything that is her": {`customer_id = "` + globex + `"; email = "` + kim + `"; role = "partner_administrator"; email_domain = "northwind-msp.example"`, []knownvalue.Check{kimAtGlobex}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_external_admins", c.arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.msp_external_admins.test", tfjsonpath.New("external_admins"), knownvalue.ListExact(c.want)),
				},
			})
		})
	}
}

func TestAccExternalAdmins_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no such customer":   {`customer_id = "cus_nobody"`, []string{"No such customer", "Attribute customer_id"}},
		"another's customer": {`customer_id = "cus_tailspin222222222222"`, []string{"No such customer", "Attribute customer_id"}},
		"no address":         {`email = "kim"`, []string{"Attribute email"}},
		"no domain":          {`email_domain = "example"`, []string{"Attribute email_domain"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.DataBlock("msp_external_admins", c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}
}

// More grants than a page holds.
func TestAccExternalAdmins_pages(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	people := []string{lee, robin, kim, ines, "pat@northwind-msp.example", "alex@northwind-msp.example"}
	const inSeed, customers = 3, 84
	role := "basic_administrator"
	for i := range customers {
		created, err := s.Client(t).CreateCustomer(t.Context(), api.CustomerInput{Name: fmt.Sprintf("Customer %d", i), Domain: fmt.Sprintf("customer-%d.example", i)})
		if err != nil {
			t.Fatal(err)
		}
		items := make([]api.ExternalAdminBatchItem, len(people))
		for i, email := range people {
			items[i] = api.ExternalAdminBatchItem{Operation: api.BatchOperationPut, CustomerID: created.Value.ID, Email: email, Role: &role}
		}
		if _, err := s.Client(t).BatchExternalAdmins(t.Context(), items); err != nil {
			t.Fatal(err)
		}
	}
	s.Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_external_admins", "") + fmt.Sprintf(`
output "distinct" {
  value = length(toset(data.msp_external_admins.test.external_admins[*].id)) == %d
}
`, inSeed+customers*len(people)),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("distinct", knownvalue.Bool(true)),
		},
	})
}

// Who acts for a partner_administrator of a customer sees that customer's list, and no other.
func TestAccExternalAdmins_partnerAdministrator(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("northwind-kim"))
	s.Test(t,
		resource.TestStep{
			Config: acctest.DataBlock("msp_external_admins", `customer_id = "`+globex+`"`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.msp_external_admins.test", tfjsonpath.New("external_admins"), knownvalue.ListSizeExact(1)),
			},
		},
		resource.TestStep{Config: acctest.DataBlock("msp_external_admins", `customer_id = "`+acme+`"`), ExpectError: acctest.Says("external_admins.manage", "forbidden")},
		resource.TestStep{Config: acctest.DataBlock("msp_external_admins", ""), ExpectError: acctest.Says("external_admins.manage", "forbidden")},
	)
}
