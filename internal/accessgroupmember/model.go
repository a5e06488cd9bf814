package accessgroupmember

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Role       types.String `tfsdk:"role"`
	Email      tfkit.Text   `tfsdk:"email"`
	GroupName  types.String `tfsdk:"group_name"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Role       types.String `tfsdk:"role"`
	Email      types.String `tfsdk:"email"`
}

// importID is what an import takes. It is at hand before id is known.
func (m *model) importID() string {
	return m.CustomerID.ValueString() + "/" + m.Role.ValueString() + "/" + tfkit.EmailType.Key(m.Email.ValueString())
}

func (m *model) roleName() api.AccessRoleName { return api.AccessRoleName(m.Role.ValueString()) }

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(member api.AccessGroupMember) {
	m.CustomerID = types.StringValue(member.CustomerID)
	m.Role = types.StringValue(string(member.Role))
	if remote := tfkit.EmailType.Value(member.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.ID = types.StringValue(m.importID())
	m.GroupName = types.StringValue(member.GroupName)
}

func (m *model) toAPI() api.AccessGroupMemberInput {
	return api.AccessGroupMemberInput{Email: tfkit.StringPointer(m.Email)}
}

func (m *model) identity() identityModel {
	return identityModel{CustomerID: m.CustomerID, Role: m.Role, Email: types.StringValue(m.Email.Key())}
}
