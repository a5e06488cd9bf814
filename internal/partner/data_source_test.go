package partner_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// shows expects the attribute to have just this value.
func shows(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.msp_partner.test", tfjsonpath.New(attribute), want)
}

// object of texts; what the server does not have is null.
func object(texts map[string]*string) knownvalue.Check {
	attributes := map[string]knownvalue.Check{}
	for name, value := range texts {
		if attributes[name] = knownvalue.Null(); value != nil {
			attributes[name] = knownvalue.StringExact(*value)
		}
	}
	return knownvalue.ObjectExact(attributes)
}

func contact(c *api.Contact) knownvalue.Check {
	if c == nil {
		return knownvalue.Null()
	}
	return object(map[string]*string{"name": &c.Name, "email": &c.Email, "phone": c.Phone})
}

// Everything that the server says, for every portal role.
func TestAccPartner(t *testing.T) {
	t.Parallel()
	for _, role := range []api.PortalRoleName{
		api.PortalRoleNameMspAdministrator, api.PortalRoleNameMspHelpdesk, api.PortalRoleNameMspImplementationLead,
		api.PortalRoleNameMspProspects, api.PortalRoleNameMspSales,
	} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t, acctest.WithRole(role))
			p, err := s.Client(t).GetPartner(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if p.Contact == nil || p.BillingContact == nil || p.Address == nil || p.TechnicalStatus == nil || len(p.Products) < 2 {
				t.Fatalf("the server has nothing to show: %+v", p)
			}
			products := make([]knownvalue.Check, len(p.Products))
			for i, sold := range p.Products {
				products[i] = object(map[string]*string{"name": &sold.Name, "price": &sold.Price, "currency": &sold.Currency})
			}
			s.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_partner", ""),
				ConfigStateChecks: []statecheck.StateCheck{
					shows("id", knownvalue.StringExact(p.ID)),
					shows("name", knownvalue.StringExact(p.Name)),
					shows("kind", knownvalue.StringExact(string(p.Kind))),
					shows("contact", contact(p.Contact)),
					shows("billing_contact", contact(p.BillingContact)),
					shows("status", object(map[string]*string{"technical": p.TechnicalStatus, "sales": p.SalesStatus})),
					shows("address", object(map[string]*string{
						"street": p.Address.Street, "city": p.Address.City, "postal_code": p.Address.PostalCode, "country": p.Address.Country,
					})),
					shows("products", knownvalue.ListExact(products)),
				},
			})
		})
	}
}

// What is not on record is null, not empty.
func TestAccPartner_bare(t *testing.T) {
	t.Parallel()
	seed := []byte(`{"partners": [{
		"id": "prt_bare", "name": "Bare", "kind": "reseller", "products": [],
		"clients": [{"client_id": "bare", "client_secret": "secret-of-bare", "portal_role": "msp_sales"}],
		"users": [{"email": "a@bare.example", "name": "A"}], "portal_admins": [{"email": "a@bare.example", "role": "msp_administrator"}]
	}]}`)
	acctest.NewServer(t, acctest.WithSeed(seed)).Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_partner", ""),
		ConfigStateChecks: []statecheck.StateCheck{
			shows("id", knownvalue.StringExact("prt_bare")),
			shows("kind", knownvalue.StringExact("reseller")),
			shows("contact", knownvalue.Null()),
			shows("billing_contact", knownvalue.Null()),
			shows("status", object(map[string]*string{"technical": nil, "sales": nil})),
			shows("address", knownvalue.Null()),
			shows("products", knownvalue.ListSizeExact(0)),
		},
	})
}

func TestAccPartner_refused(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithClient("acme-decision")).Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_partner", ""), ExpectError: acctest.Says("catalogue.read", "forbidden"),
	})
}
