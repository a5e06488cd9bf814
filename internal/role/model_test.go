package role

import (
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestModel(t *testing.T) {
	t.Parallel()
	own := api.Role{Name: "Desk", Permissions: []string{"users.read", "users.manage"}, Editable: true}
	customers := api.Role{CustomerID: new("cus_1"), Name: "Vault", Description: "Reads.", Permissions: []string{}, ContentProtected: true}
	for want, role := range map[string]api.Role{"Desk": own, "cus_1/Vault": customers} {
		var m model
		m.fromAPI(role)
		if m.ID.ValueString() != want || m.importID() != want || m.CustomerID.IsNull() != (role.CustomerID == nil) || m.Description.IsNull() != (role.Description == "") ||
			m.Editable.ValueBool() != role.Editable || m.ContentProtected.ValueBool() != role.ContentProtected {
			t.Errorf("%s: got %+v", want, m)
		}
		in := m.toAPI()
		if !reflect.DeepEqual(in.Permissions, role.Permissions) || (in.Description == nil) != (role.Description == "") {
			t.Errorf("%s: sends %+v", want, in)
		}
		if differing := m.differing(role); differing != nil {
			t.Errorf("%s differs from itself in %v", want, differing)
		}
		role.Description, role.Permissions = "Other.", []string{"users.read"}
		if differing := m.differing(role); !slices.Equal(differing, []string{"description", "permissions"}) {
			t.Errorf("%s differs in %v", want, differing)
		}
	}
}

func TestPermissionsHaveNoOrder(t *testing.T) {
	t.Parallel()
	var m model
	m.fromAPI(api.Role{Name: "Desk", Permissions: []string{"users.read", "users.manage"}})
	if differing := m.differing(api.Role{Name: "Desk", Permissions: []string{"users.manage", "users.read"}}); differing != nil {
		t.Errorf("differs in %v", differing)
	}
}

func TestSameRole(t *testing.T) {
	t.Parallel()
	role := func(customerID, name types.String) *model { return &model{CustomerID: customerID, Name: name} }
	text, null, unknown := types.StringValue, types.StringNull(), types.StringUnknown()
	for _, c := range []struct {
		a, b *model
		want bool
	}{
		{role(null, text("Desk")), role(null, text("Desk")), true},
		{role(text("cus_1"), text("Desk")), role(text("cus_1"), text("Desk")), true},
		{role(text("cus_1"), text("Desk")), role(text("cus_1"), text("desk")), false},
		{role(text("cus_1"), text("Desk")), role(text("cus_2"), text("Desk")), false},
		{role(text("cus_1"), text("Desk")), role(null, text("Desk")), false},
		{role(unknown, text("Desk")), role(text("cus_1"), text("Desk")), false},
	} {
		if c.a.sameRole(c.b) != c.want {
			t.Errorf("%v and %v: want %v", c.a.identity(), c.b.identity(), c.want)
		}
	}
}
