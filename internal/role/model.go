package role

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// model has a null customer_id where the account is the partner's own.
type model struct {
	ID               types.String `tfsdk:"id"`
	CustomerID       types.String `tfsdk:"customer_id"`
	Name             types.String `tfsdk:"name"`
	Description      types.String `tfsdk:"description"`
	Permissions      types.Set    `tfsdk:"permissions"`
	Editable         types.Bool   `tfsdk:"editable"`
	ContentProtected types.Bool   `tfsdk:"content_protected"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Name       types.String `tfsdk:"name"`
}

// importID is what an import takes. It is at hand before id is known.
func (m *model) importID() string {
	if m.CustomerID.IsNull() {
		return m.Name.ValueString()
	}
	return m.CustomerID.ValueString() + "/" + m.Name.ValueString()
}

func (m *model) fromAPI(role api.Role) {
	m.CustomerID = types.StringPointerValue(role.CustomerID)
	m.Name = types.StringValue(role.Name)
	m.ID = types.StringValue(m.importID())
	m.Description = types.StringNull()
	if role.Description != "" {
		m.Description = types.StringValue(role.Description)
	}
	m.Permissions = textSet(role.Permissions)
	m.Editable = types.BoolValue(role.Editable)
	m.ContentProtected = types.BoolValue(role.ContentProtected)
}

func (m *model) toAPI() api.RoleInput {
	return api.RoleInput{Description: tfkit.StringPointer(m.Description), Permissions: tfkit.Strings(m.Permissions)}
}

func (m *model) identity() identityModel {
	return identityModel{CustomerID: m.CustomerID, Name: m.Name}
}

// sameRole reports whether both are the same role of the same account; what is unknown is neither.
func (m *model) sameRole(other *model) bool {
	return m.CustomerID.Equal(other.CustomerID) && m.Name.Equal(other.Name)
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(role api.Role) []string {
	var names []string
	if m.Description.ValueString() != role.Description {
		names = append(names, "description")
	}
	if !m.Permissions.Equal(textSet(role.Permissions)) {
		names = append(names, "permissions")
	}
	return names
}

func textSet(texts []string) types.Set {
	elements := make([]attr.Value, len(texts))
	for i, text := range texts {
		elements[i] = types.StringValue(text)
	}
	return types.SetValueMust(types.StringType, elements)
}
