package customeruser_test

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

func listed(customerID, key, email, name, role string) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"id":          knownvalue.StringExact(customerID + "/" + key),
		"customer_id": knownvalue.StringExact(customerID),
		"email":       knownvalue.StringExact(email),
		"name":        knownvalue.StringExact(name),
		"role":        knownvalue.StringExact(role),
		"status":      knownvalue.StringExact("active"),
	})
}

func TestAccCustomerUsers_filters(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	put(t, s, ana, "Ana at Initech", "audit")
	elsewhere := listed(initech, ana, ana, "Ana at Initech", "audit")
	master, support := listed(umbrella, ana, anaText, "Ana Silva", "master_admin"), listed(umbrella, tom, tom, "Tom Reed", "standard_support")
	for name, c := range map[string]struct {
		arguments string
		want      []knownvalue.Check
	}{
		"all":                 {"", []knownvalue.Check{elsewhere, master, support}},
		"customer":            {`customer_id = "` + umbrella + `"`, []knownvalue.Check{master, support}},
		"address":             {`email = "ANA.silva@umbrella.example"`, []knownvalue.Check{elsewhere, master}},
		"role":                {`role = "master_admin"`, []knownvalue.Check{master}},
		"domain":              {`email_domain = "Umbrella.example"`, []knownvalue.Check{elsewhere, master, support}},
		"another domain":      {`email_domain = "initech.example"`, nil},
		"customer and person": {`customer_id = "` + umbrella + `"; email = "TOM@umbrella.example"`, []knownvalue.Check{support}},
		"customer and role":   {`customer_id = "` + umbrella + `"; role = "audit"`, nil},
		"customer and domain": {`customer_id = "` + umbrella + `"; email_domain = "elsewhere.example"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_customer_users", c.arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.msp_customer_users.test", tfjsonpath.New("customer_users"), knownvalue.ListExact(c.want)),
				},
			})
		})
	}
}

func TestAccCustomerUsers_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no such customer":   {`customer_id = "cus_nobody"`, []string{"No such customer", "Attribute customer_id"}},
		"another's customer": {`customer_id = "cus_tailspin222222222222"`, []string{"No such customer", "Attribute customer_id"}},
		"referral":           {`customer_id = "` + globex + `"`, []string{"Could not list customer users", "not_managed"}},
		"no address":         {`email = "ana"`, []string{"Attribute email"}},
		"no role":            {`role = "king"`, []string{"Attribute role"}},
		"no domain":          {`email_domain = "example"`, []string{"Attribute email_domain"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.DataBlock("msp_customer_users", c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}
	sales := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspSales))
	sales.Test(t, resource.TestStep{Config: acctest.DataBlock("msp_customer_users", ""), ExpectError: acctest.Says("customer_users.manage", "forbidden")})
}

// More users than a page holds.
func TestAccCustomerUsers_pages(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const inSeed, batches = 2, 6
	name, role := "User", api.CustomerUserRoleAudit
	for i := range batches {
		items := make([]api.CustomerUserBatchItem, api.MaxCustomerUserBatch)
		for j := range items {
			items[j] = api.CustomerUserBatchItem{Operation: api.BatchOperationPut, CustomerID: initech, Email: fmt.Sprintf("user-%d-%d@initech.example", i, j), Name: &name, Role: &role}
		}
		if _, err := s.Client(t).BatchCustomerUsers(t.Context(), items); err != nil {
			t.Fatal(err)
		}
	}
	s.Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_customer_users", "") + fmt.Sprintf(`
output "distinct" {
  value = length(toset(data.msp_customer_users.test.customer_users[*].id)) == %d
}
`, inSeed+batches*api.MaxCustomerUserBatch),
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("distinct", knownvalue.Bool(true))},
	})
}
