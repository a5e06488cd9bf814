package effectiveaccess_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	typeName = "msp_effective_access"
	address  = "data." + typeName + ".test"

	acme = "cus_acme2222222222222222" // takes direct logins from 203.0.113.0/24; the partner comes from 192.0.2.10
	lee  = "lee@northwind-msp.example"
)

func config(customerID, email, more string) string {
	return acctest.DataBlock(typeName, fmt.Sprintf("customer_id = %q; email = %q; %s", customerID, email, more))
}

func attribute(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

func texts(values ...string) []knownvalue.Check {
	checks := make([]knownvalue.Check, len(values))
	for i, value := range values {
		checks[i] = knownvalue.StringExact(value)
	}
	return checks
}

func path(via string, allowed bool, reasons ...string) knownvalue.Check {
	return knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"kind": knownvalue.StringExact("external_admin"), "id": knownvalue.StringExact(acme + "/" + lee), "role": knownvalue.StringExact("basic_administrator"),
		"via": knownvalue.StringExact(via), "allowed": knownvalue.Bool(allowed), "permissions": knownvalue.SetPartial(texts("users.manage")),
		"reasons": knownvalue.ListExact(texts(reasons...)),
	})
}

// What the partner config and the customer say, as the server puts it.
const (
	isAdmin    = lee + ` is an external administrator of Acme Ltd with the role "basic_administrator".`
	fromRange  = "203.0.113.9 lies in 203.0.113.0/24, one of the ranges from which Acme Ltd takes direct logins."
	withSSO    = "Acme Ltd makes single sign-on mandatory (require_sso): this way is open by single sign-on alone, and not with a password."
	notPartner = "203.0.113.9 lies in none of the outbound addresses of the partner config, which judges logins through the portal instead of the customer's ranges: 192.0.2.10, 2001:db8::/48."
	ofPartner  = "2001:db8::9 lies in 2001:db8::/48, one of the outbound addresses of the partner config, which judges logins through the portal instead of the customer's ranges."
)

func TestAccEffectiveAccess(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		config string
		want   []statecheck.StateCheck
	}{
		"either way": {config(acme, "LEE@northwind-msp.example", `source_ip = "203.0.113.9"`), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(true)),
			attribute("email", knownvalue.StringExact("LEE@northwind-msp.example")),
			attribute("permissions", knownvalue.SetPartial(texts("users.manage", "account.read"))),
			attribute("paths", knownvalue.ListExact([]knownvalue.Check{path("portal", false, isAdmin, notPartner, withSSO), path("direct", true, isAdmin, fromRange, withSSO)})),
			attribute("reasons", knownvalue.ListExact(texts(isAdmin, fromRange, withSSO))),
		}},
		"through the portal": {config(acme, lee, `source_ip = "2001:DB8::9"; via = "portal"`), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(true)),
			attribute("paths", knownvalue.ListExact([]knownvalue.Check{path("portal", true, isAdmin, ofPartner, withSSO)})),
		}},
		"through the portal, refused": {config(acme, lee, `source_ip = "203.0.113.9"; via = "portal"`), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(false)),
			attribute("permissions", knownvalue.SetSizeExact(0)),
			attribute("reasons", knownvalue.ListExact(texts(isAdmin, notPartner, withSSO))),
		}},
		"a user of the account": {config("cus_umbrella222222222222", "TOM@umbrella.example", ""), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(true)),
			attribute("permissions", knownvalue.SetExact(texts("account.read", "messages.track", "reports.read", "users.read"))),
			attribute("paths", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"kind": knownvalue.StringExact("customer_user"), "id": knownvalue.StringExact("cus_umbrella222222222222/tom@umbrella.example"),
				"via": knownvalue.StringExact("direct"), "role": knownvalue.StringExact("standard_support"),
			})})),
		}},
		"a member of a group": {config(acme, "KIM@northwind-msp.example", `via = "direct"; source_ip = "203.0.113.9"`), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(true)),
			attribute("permissions", knownvalue.SetExact(texts("account.read", "invoices.read", "phones.manage"))),
			attribute("paths", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"kind": knownvalue.StringExact("access_group_member"), "id": knownvalue.StringExact(acme + "/decision_maker/kim@northwind-msp.example"),
				"via": knownvalue.StringExact("direct"), "role": knownvalue.StringExact("decision_maker"),
			})})),
			attribute("reasons", knownvalue.ListExact(texts(`kim@northwind-msp.example is a member of the group "Acme Ltd Decision Maker", whose role decision_maker Acme Ltd gave to the partner.`, fromRange, withSSO))),
		}},
		"by delegated sign-in": {config("cus_initech2222222222222", "alex@northwind-msp.example", ""), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(true)),
			attribute("paths", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"kind": knownvalue.StringExact("delegated_sign_in"), "id": knownvalue.StringExact("alex@northwind-msp.example"),
				"via": knownvalue.StringExact("portal"), "role": knownvalue.StringExact("master_admin"),
			})})),
		}},
		"nobody": {config(acme, "pat@northwind-msp.example", `via = "direct"`), []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(false)),
			attribute("permissions", knownvalue.SetSizeExact(0)),
			attribute("paths", knownvalue.ListSizeExact(0)),
			attribute("reasons", knownvalue.ListExact(texts("Nothing lets pat@northwind-msp.example in at Acme Ltd directly: neither as external administrator, nor as member of the group of an access role, nor as authorized contact, nor as user of the account, nor as built-in administrator, nor by delegated sign-in."))),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, ConfigStateChecks: c.want})
		})
	}
}

// Of what the same run makes, the answer waits for it: also the built-in administrator of a new customer.
func TestAccEffectiveAccess_afterResources(t *testing.T) {
	t.Parallel()
	customer := `
resource "msp_customer" "new" {
  name                = "Tailwind"
  domain              = "tailwind.example"
  deletion_protection = false
}
`
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: customer + acctest.DataBlock(typeName, `customer_id = msp_customer.new.id; email = msp_customer.new.admin_username`),
		ConfigStateChecks: []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(true)),
			attribute("paths", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"kind": knownvalue.StringExact("builtin_admin"), "via": knownvalue.StringExact("direct"), "role": knownvalue.StringExact("basic_administrator"),
			})})),
		},
	})
}

// Who has been invited and has not registered yet gets in once that is done.
func TestAccEffectiveAccess_unregistered(t *testing.T) {
	t.Parallel()
	const pat = "pat@northwind-msp.example"
	grant := acctest.Block("msp_external_admin", fmt.Sprintf("customer_id = %q; email = %q; role = %q", acme, pat, "basic_administrator"))
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: grant + acctest.DataBlock(typeName, fmt.Sprintf("customer_id = %q; email = msp_external_admin.test.email; via = %q", acme, "portal")),
		ConfigStateChecks: []statecheck.StateCheck{
			attribute("allowed", knownvalue.Bool(false)),
			attribute("permissions", knownvalue.SetSizeExact(0)),
			attribute("reasons", knownvalue.ListPartial(map[int]knownvalue.Check{
				1: knownvalue.StringRegexp(regexp.MustCompile("^" + pat + " is unregistered: ")),
			})),
		},
	})
}

func TestAccEffectiveAccess_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"no address":         {config(acme, "lee", ""), []string{"Invalid e-mail address", "Attribute email"}},
		"no source":          {config(acme, lee, `source_ip = "here"`), []string{"Attribute source_ip: "}},
		"a range":            {config(acme, lee, `source_ip = "192.0.2.0/24"`), []string{"Attribute source_ip: ", "one address"}},
		"no such way":        {config(acme, lee, `via = "door"`), []string{"Attribute via"}},
		"no customer id":     {config("", lee, ""), []string{"Attribute customer_id"}},
		"no such customer":   {config("cus_nobody", lee, ""), []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer": {config("cus_tailspin222222222222", lee, ""), []string{"No such customer", "Attribute customer_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: c.config, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccEffectiveAccess_notAllowed(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk)).Test(t, resource.TestStep{
		Config:      config(acme, lee, ""),
		ExpectError: acctest.Says("Could not read the access of "+lee, "external_admins.manage", "msp_current_client", "forbidden", "Request id: "),
	})
}
