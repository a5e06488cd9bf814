package customeruser

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func TestModel(t *testing.T) {
	t.Parallel()
	user := api.CustomerUser{CustomerID: "cus_1", Email: "Ana.Silva@x.example", Name: "Ana Silva", Role: api.CustomerUserRoleMasterAdmin, Status: api.CustomerUserStatusDisabled}
	m := model{Email: tfkit.EmailType.Value("ANA.silva@x.example")}
	m.fromAPI(user)
	if m.ID.ValueString() != "cus_1/ana.silva@x.example" || m.importID() != m.ID.ValueString() || m.Email.ValueString() != "ANA.silva@x.example" ||
		m.Name.ValueString() != "Ana Silva" || m.Role.ValueString() != "master_admin" || m.Status.ValueString() != "disabled" {
		t.Errorf("got %+v", m)
	}
	if in := m.toAPI(); *in.Email != "ANA.silva@x.example" || in.Name != "Ana Silva" || in.Role != api.CustomerUserRoleMasterAdmin {
		t.Errorf("sends %+v", in)
	}
	if id := m.identity(); id.CustomerID.ValueString() != "cus_1" || id.Email.ValueString() != "ana.silva@x.example" {
		t.Errorf("identity %+v", id)
	}
	if differing := m.differing(user); differing != nil {
		t.Errorf("differs from itself in %v", differing)
	}
	user.Name, user.Role, user.Status = "Ana", api.CustomerUserRoleAudit, api.CustomerUserStatusActive
	if differing := m.differing(user); !slices.Equal(differing, []string{"name", "role"}) {
		t.Errorf("differs in %v", differing)
	}
	user.Email = "other@x.example"
	if m.fromAPI(user); m.Email.ValueString() != "other@x.example" {
		t.Errorf("keeps the address %s", m.Email)
	}
}

func TestSameUser(t *testing.T) {
	t.Parallel()
	one := func(customerID types.String, email tfkit.Text) *model {
		return &model{CustomerID: customerID, Email: email}
	}
	id, ana := types.StringValue("cus_1"), tfkit.EmailType.Value("ana@x.example")
	for _, c := range []struct {
		a, b *model
		want bool
	}{
		{one(id, ana), one(id, ana), true},
		{one(id, ana), one(id, tfkit.EmailType.Value("ANA@x.example")), true},
		{one(id, ana), one(id, tfkit.EmailType.Value("tom@x.example")), false},
		{one(id, ana), one(types.StringValue("cus_2"), ana), false},
		{one(types.StringUnknown(), ana), one(id, ana), false},
	} {
		if c.a.sameUser(c.b) != c.want {
			t.Errorf("%v and %v: want %v", c.a.identity(), c.b.identity(), c.want)
		}
	}
}
