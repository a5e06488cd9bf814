package currentclient_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

func TestAccCurrentClient(t *testing.T) {
	t.Parallel()
	text := func(s string) knownvalue.Check { return knownvalue.StringExact(s) }
	for id, want := range map[string]map[string]knownvalue.Check{
		"northwind-alex": {
			"partner_id": text("prt_northwind"), "partner_kind": text("msp"), "portal_role": text("msp_administrator"),
			"acts_for": text("alex@northwind-msp.example"), "customer_id": knownvalue.Null(), "session_id": knownvalue.Null(), "contact_roles": knownvalue.SetSizeExact(0),
			"permissions": knownvalue.SetPartial([]knownvalue.Check{text("external_admins.manage"), text("partner.manage")}),
		},
		"northwind-prospects": {
			"portal_role": text("msp_prospects"), "acts_for": knownvalue.Null(),
			"permissions": knownvalue.SetExact([]knownvalue.Check{text("catalogue.read"), text("prospects.create")}),
		},
		"acme-decision": {
			"partner_id": text("prt_northwind"), "portal_role": knownvalue.Null(), "acts_for": knownvalue.Null(), "customer_id": knownvalue.NotNull(),
			"contact_roles": knownvalue.SetExact([]knownvalue.Check{text("decision_maker")}), "permissions": knownvalue.SetSizeExact(0),
		},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			want["id"], want["client_id"] = text(id), text(id)
			var checks []statecheck.StateCheck
			for attribute, check := range want {
				checks = append(checks, statecheck.ExpectKnownValue("data.msp_current_client.test", tfjsonpath.New(attribute), check))
			}
			acctest.NewServer(t, acctest.WithClient(id)).Test(t, resource.TestStep{
				Config:            acctest.DataBlock("msp_current_client", ""),
				ConfigStateChecks: checks,
			})
		})
	}
}
