package partneraccess_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestAccPartnerAccessGroups_filters(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	give(t, s, acme, api.AccessRoleNamePhoneManager, "it@acme.example")
	give(t, s, initech, api.AccessRoleNamePhoneManager, "it@initech.example")
	group := func(name, customerID, role string, members ...knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": knownvalue.StringExact(name), "customer_id": knownvalue.StringExact(customerID), "role": knownvalue.StringExact(role),
			"members": knownvalue.ListExact(members),
		})
	}
	decides := group("Acme Ltd Decision Maker", acme, "decision_maker", knownvalue.StringExact("kim@northwind-msp.example"))
	phones := group("Acme Ltd Phone Manager", acme, "phone_manager")
	otherPhones := group("Initech Phone Manager", initech, "phone_manager")
	for name, c := range map[string]struct {
		arguments string
		want      []knownvalue.Check
	}{
		"all":                  {"", []knownvalue.Check{decides, phones, otherPhones}},
		"customer":             {`customer_id = "` + acme + `"`, []knownvalue.Check{decides, phones}},
		"role":                 {`role = "phone_manager"`, []knownvalue.Check{phones, otherPhones}},
		"customer and role":    {`customer_id = "` + acme + `"; role = "phone_manager"`, []knownvalue.Check{phones}},
		"customer without any": {`customer_id = "` + globex + `"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_partner_access_groups", c.arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.msp_partner_access_groups.test", tfjsonpath.New("groups"), knownvalue.ListExact(c.want)),
				},
			})
		})
	}
}

// A customer's own client sees its groups, but not whom the partner puts there.
func TestAccPartnerAccessGroups_asCustomer(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithClient("acme-decision")).Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_partner_access_groups", `customer_id = "`+acme+`"`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_partner_access_groups.test", tfjsonpath.New("groups").AtSliceIndex(0).AtMapKey("name"), knownvalue.StringExact("Acme Ltd Decision Maker")),
			statecheck.ExpectKnownValue("data.msp_partner_access_groups.test", tfjsonpath.New("groups").AtSliceIndex(0).AtMapKey("members"), knownvalue.Null()),
		},
	})
}

func TestAccPartnerAccessGroups_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no such customer": {`customer_id = "cus_nobody"`, []string{"No such customer", "Attribute customer_id"}},
		"no such role":     {`role = "billing_contact"`, []string{"Attribute role", "decision_maker"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.DataBlock("msp_partner_access_groups", c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}

	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspSales)).Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_partner_access_groups", ""), ExpectError: acctest.Says("access_roles.manage", "forbidden"),
	})
}
