package authorizedcontact

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Email      tfkit.Text   `tfsdk:"email"`
	Name       types.String `tfsdk:"name"`
	Phone      types.String `tfsdk:"phone"`
	Roles      types.Set    `tfsdk:"roles"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Email      types.String `tfsdk:"email"`
}

// contactRoles are those of the contract.
var contactRoles = []string{
	string(api.ContactRoleDecisionMaker), string(api.ContactRolePhoneManager), string(api.ContactRoleBillingContact),
	string(api.ContactRoleTechnicalContact), string(api.ContactRoleEmergencyContact),
}

// importID is what an import takes, and what error texts call the contact.
func importID(customerID, email string) string {
	return customerID + "/" + tfkit.EmailType.Key(email)
}

// importID is that of the model, whose id is not known before it is created.
func (m *model) importID() string { return importID(m.CustomerID.ValueString(), m.Email.ValueString()) }

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(contact api.AuthorizedContact) {
	m.ID = types.StringValue(importID(contact.CustomerID, contact.Email))
	m.CustomerID = types.StringValue(contact.CustomerID)
	if remote := tfkit.EmailType.Value(contact.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.Name = types.StringValue(contact.Name)
	m.Phone = types.StringPointerValue(contact.Phone)
	m.Roles = roleSet(contact.Roles)
}

func (m *model) toAPI() api.AuthorizedContactInput {
	in := api.AuthorizedContactInput{
		Email: tfkit.StringPointer(m.Email),
		Name:  m.Name.ValueString(),
		Phone: tfkit.StringPointer(m.Phone),
	}
	for _, role := range tfkit.Strings(m.Roles) {
		in.Roles = append(in.Roles, api.ContactRole(role))
	}
	return in
}

func (m *model) identity() identityModel {
	return identityModel{CustomerID: m.CustomerID, Email: types.StringValue(m.Email.Key())}
}

// known reports whether the server can be asked about what is planned.
func (m *model) known() bool {
	for _, value := range []attr.Value{m.CustomerID, m.Email, m.Name, m.Phone} {
		if value.IsUnknown() {
			return false
		}
	}
	return tfkit.FullyKnown(m.Roles)
}

// sameContact reports whether both are the same contact of the same account; what is unknown is nobody.
func (m *model) sameContact(other *model) bool {
	return m.CustomerID.Equal(other.CustomerID) && m.Email.Same(other.Email)
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(contact api.AuthorizedContact) []string {
	var names []string
	if m.Name.ValueString() != contact.Name {
		names = append(names, "name")
	}
	if !tfkit.SameString(m.Phone, contact.Phone) {
		names = append(names, "phone")
	}
	if !m.Roles.Equal(roleSet(contact.Roles)) {
		names = append(names, "roles")
	}
	return names
}

func roleSet(roles []api.ContactRole) types.Set {
	elements := make([]attr.Value, len(roles))
	for i, role := range roles {
		elements[i] = types.StringValue(string(role))
	}
	return types.SetValueMust(types.StringType, elements)
}
