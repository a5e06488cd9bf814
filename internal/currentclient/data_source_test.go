package currentclient

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestFromAPI(t *testing.T) {
	t.Parallel()
	role, person, customer := api.PortalRoleNameMspAdministrator, "kim@msp.example", "cus_1"
	for name, c := range map[string]struct {
		caller api.CurrentClient
		want   model
	}{
		"a partner's client": {
			api.CurrentClient{
				ClientID: "tf", PartnerID: "p", PartnerName: "P", PartnerKind: api.PartnerKindMsp, PortalRole: &role, ActsFor: &person,
				Permissions: []string{"audit.read"}, ContactRoles: []string{},
			},
			model{
				ID: types.StringValue("tf"), ClientID: types.StringValue("tf"), PartnerID: types.StringValue("p"), PartnerName: types.StringValue("P"),
				PartnerKind: types.StringValue("msp"), PortalRole: types.StringValue("msp_administrator"), ActsFor: types.StringValue(person),
				Permissions: []string{"audit.read"}, ContactRoles: []string{},
			},
		},
		"a customer's own client": {
			api.CurrentClient{
				ClientID: "own", PartnerID: "p", PartnerName: "P", PartnerKind: api.PartnerKindReseller, CustomerID: &customer,
				Permissions: []string{}, ContactRoles: []string{"decision_maker"},
			},
			model{
				ID: types.StringValue("own"), ClientID: types.StringValue("own"), PartnerID: types.StringValue("p"), PartnerName: types.StringValue("P"),
				PartnerKind: types.StringValue("reseller"), CustomerID: types.StringValue(customer),
				Permissions: []string{}, ContactRoles: []string{"decision_maker"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fromAPI(&c.caller); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}
