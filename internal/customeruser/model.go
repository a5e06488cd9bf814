package customeruser

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Email      tfkit.Text   `tfsdk:"email"`
	Name       types.String `tfsdk:"name"`
	Role       types.String `tfsdk:"role"`
	Status     types.String `tfsdk:"status"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Email      types.String `tfsdk:"email"`
}

// roleName takes the roles of the contract, which are the same in every account.
func roleName() validator.String {
	return stringvalidator.OneOf(
		string(api.CustomerUserRoleMasterAdmin), string(api.CustomerUserRoleBackupAdmin), string(api.CustomerUserRoleComplianceAdmin),
		string(api.CustomerUserRoleFullSupport), string(api.CustomerUserRoleStandardSupport), string(api.CustomerUserRoleLimitedSupport),
		string(api.CustomerUserRoleAudit), string(api.CustomerUserRoleSsoAdmin),
	)
}

// importID is what an import takes, and what error texts call the user.
func importID(customerID, email string) string {
	return customerID + "/" + tfkit.EmailType.Key(email)
}

// importID is that of the model, whose id is not known before it is created.
func (m *model) importID() string { return importID(m.CustomerID.ValueString(), m.Email.ValueString()) }

// modelOf decodes a state as the framework does, at a tenth of its cost.
func modelOf(state tftypes.Value) model {
	attributes := tfkit.AttributesOf(state)
	return model{
		ID:         attributes.String("id"),
		CustomerID: attributes.String("customer_id"),
		Email:      attributes.Text(tfkit.EmailType, "email"),
		Name:       attributes.String("name"),
		Role:       attributes.String("role"),
		Status:     attributes.String("status"),
	}
}

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(user api.CustomerUser) {
	m.ID = types.StringValue(importID(user.CustomerID, user.Email))
	m.CustomerID = types.StringValue(user.CustomerID)
	if remote := tfkit.EmailType.Value(user.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.Name = types.StringValue(user.Name)
	m.Role = types.StringValue(string(user.Role))
	m.Status = types.StringValue(string(user.Status))
}

func (m *model) toAPI() api.CustomerUserInput {
	return api.CustomerUserInput{
		Email: tfkit.StringPointer(m.Email),
		Name:  m.Name.ValueString(),
		Role:  api.CustomerUserRole(m.Role.ValueString()),
	}
}

func (m *model) identity() identityModel {
	return identityModel{CustomerID: m.CustomerID, Email: types.StringValue(m.Email.Key())}
}

// sameUser reports whether both are the same user of the same account; what is unknown is nobody.
func (m *model) sameUser(other *model) bool {
	return m.CustomerID.Equal(other.CustomerID) && m.Email.Same(other.Email)
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(user api.CustomerUser) []string {
	var names []string
	if m.Name.ValueString() != user.Name {
		names = append(names, "name")
	}
	if m.Role.ValueString() != string(user.Role) {
		names = append(names, "role")
	}
	return names
}
