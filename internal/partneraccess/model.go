package partneraccess

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID           types.String `tfsdk:"id"`
	CustomerID   types.String `tfsdk:"customer_id"`
	Role         types.String `tfsdk:"role"`
	NotifyEmails types.Set    `tfsdk:"notify_emails"`
	GroupName    types.String `tfsdk:"group_name"`
	GrantedAt    types.String `tfsdk:"granted_at"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Role       types.String `tfsdk:"role"`
}

// importID is what an import takes. It is at hand before id is known.
func (m *model) importID() string { return m.CustomerID.ValueString() + "/" + m.Role.ValueString() }

func (m *model) roleName() api.AccessRoleName { return api.AccessRoleName(m.Role.ValueString()) }

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(role api.AccessRole) {
	m.CustomerID = types.StringValue(role.CustomerID)
	m.Role = types.StringValue(string(role.Role))
	m.ID = types.StringValue(m.importID())
	m.NotifyEmails = tfkit.SetOf(tfkit.EmailType, m.NotifyEmails, role.NotifyEmails)
	m.GroupName = types.StringValue(role.GroupName)
	m.GrantedAt = types.StringValue(role.GrantedAt.UTC().Format(time.RFC3339))
}

func (m *model) toAPI() api.AccessRoleInput {
	return api.AccessRoleInput{NotifyEmails: tfkit.Strings(m.NotifyEmails)}
}

func (m *model) identity() identityModel {
	return identityModel{CustomerID: m.CustomerID, Role: m.Role}
}

// sameGrant reports whether both are the same role at the same customer; what is unknown is neither.
func (m *model) sameGrant(other *model) bool {
	return m.CustomerID.Equal(other.CustomerID) && m.Role.Equal(other.Role)
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(role api.AccessRole) []string {
	if !tfkit.SameSet(tfkit.EmailType, m.NotifyEmails, role.NotifyEmails) {
		return []string{"notify_emails"}
	}
	return nil
}
