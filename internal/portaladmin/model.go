package portaladmin

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID     types.String `tfsdk:"id"`
	Email  tfkit.Text   `tfsdk:"email"`
	Name   types.String `tfsdk:"name"`
	Phone  types.String `tfsdk:"phone"`
	Role   types.String `tfsdk:"role"`
	Status types.String `tfsdk:"status"`
}

type identityModel struct {
	Email types.String `tfsdk:"email"`
}

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(admin api.PortalAdmin) {
	m.ID = types.StringValue(tfkit.EmailType.Key(admin.Email))
	if remote := tfkit.EmailType.Value(admin.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.Name = types.StringValue(admin.Name)
	m.Phone = types.StringPointerValue(admin.Phone)
	m.Role = types.StringValue(string(admin.Role))
	m.Status = types.StringValue(string(admin.Status))
}

func (m *model) toAPI() api.PortalAdminInput {
	return api.PortalAdminInput{
		Email: tfkit.StringPointer(m.Email),
		Name:  m.Name.ValueString(),
		Phone: tfkit.StringPointer(m.Phone),
		Role:  api.PortalRoleName(m.Role.ValueString()),
	}
}

func (m *model) identity() identityModel {
	return identityModel{Email: types.StringValue(m.Email.Key())}
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(admin api.PortalAdmin) []string {
	var names []string
	if m.Name.ValueString() != admin.Name {
		names = append(names, "name")
	}
	if !tfkit.SameString(m.Phone, admin.Phone) {
		names = append(names, "phone")
	}
	if m.Role.ValueString() != string(admin.Role) {
		names = append(names, "role")
	}
	return names
}
