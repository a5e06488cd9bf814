package role_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// A role that people hold stands, and who holds it is told.
func TestAccRole_inUse(t *testing.T) {
	t.Parallel()
	const robin, jordan = "robin@northwind-msp.example", "jordan@northwind-msp.example"
	s := acctest.NewServer(t)
	hold := func(customers, own string) func() {
		return func() {
			c := s.Client(t)
			if _, err := c.PutExternalAdmin(t.Context(), initech, robin, api.ExternalAdminInput{Role: customers}, client.WriteOptions{}); err != nil {
				t.Error(err)
			}
			if _, err := c.PutPartnerUser(t.Context(), jordan, api.PartnerUserInput{Name: "Jordan Weber", AccountRole: &own}, client.WriteOptions{}); err != nil {
				t.Error(err)
			}
		}
	}
	own := strings.Replace(block(ownDesk), `"test"`, `"own"`, 1)
	s.Test(t,
		resource.TestStep{Config: block(desk) + own},
		resource.TestStep{
			PreConfig: hold("Mail Desk", "basic_administrator"), Config: own,
			ExpectError: acctest.Says("Could not remove role", "In the way:", "- external_admin "+initech+"/"+robin, "in_use"),
		},
		resource.TestStep{
			PreConfig: hold("basic_administrator", "Mail Desk"), Config: block(desk),
			ExpectError: acctest.Says("Could not remove role", "In the way:", "- partner_user "+jordan, "in_use"),
		},
		resource.TestStep{PreConfig: hold("basic_administrator", "basic_administrator"), Config: block(desk) + own},
	)
}

// With who holds it in the same configuration, a role is made before and removed after, and with create_before_destroy it
// gets another name at the same time as its holders get the other role.
func TestAccRole_withHolders(t *testing.T) {
	t.Parallel()
	config := func(name string) string {
		return fmt.Sprintf(`
resource "msp_role" "test" {
  customer_id = %[1]q
  name        = %[2]q
  permissions = ["messages.track"]
  lifecycle {
    create_before_destroy = true
  }
}

resource "msp_external_admin" "robin" {
  customer_id = %[1]q
  email       = "robin@northwind-msp.example"
  role        = msp_role.test.name
}

resource "msp_role" "own" {
  name        = %[2]q
  permissions = ["users.manage"]
  lifecycle {
    create_before_destroy = true
  }
}

resource "msp_partner_user" "eve" {
  email        = "eve@northwind-msp.example"
  name         = "Eve"
  account_role = msp_role.own.name
}
`, initech, name)
	}
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{Config: config("Mail Desk"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{
			Config:           config("Mail Room"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreateBeforeDestroy),
			Check:            resource.ComposeTestCheckFunc(gone(t, s, initech, "Mail Desk"), gone(t, s, "", "Mail Desk")),
		},
		resource.TestStep{Config: config("Mail Room"), Destroy: true, Check: gone(t, s, initech, "Mail Room")},
	)
}
