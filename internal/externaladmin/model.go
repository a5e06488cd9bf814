package externaladmin

import (
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const attrExpiresAt = "expires_at"

type model struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Email      tfkit.Text   `tfsdk:"email"`
	Role       types.String `tfsdk:"role"`
	ExpiresAt  tfkit.Text   `tfsdk:"expires_at"`
	Status     types.String `tfsdk:"status"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Email      types.String `tfsdk:"email"`
}

// importID is what an import takes, and what error texts call the grant.
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
		Role:       attributes.String("role"),
		ExpiresAt:  attributes.Text(tfkit.InstantType, attrExpiresAt),
		Status:     attributes.String("status"),
	}
}

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(admin api.ExternalAdmin) {
	m.ID = types.StringValue(importID(admin.CustomerID, admin.Email))
	m.CustomerID = types.StringValue(admin.CustomerID)
	if remote := tfkit.EmailType.Value(admin.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.Role = types.StringValue(admin.Role)
	if remote := tfkit.InstantOf(admin.ExpiresAt); !m.ExpiresAt.Same(remote) {
		m.ExpiresAt = remote
	}
	m.Status = types.StringValue(string(admin.Status))
}

func (m *model) toAPI() api.ExternalAdminInput {
	return api.ExternalAdminInput{
		Email:     tfkit.StringPointer(m.Email),
		Role:      m.Role.ValueString(),
		ExpiresAt: tfkit.Instant(m.ExpiresAt),
	}
}

func (m *model) identity() identityModel {
	return identityModel{CustomerID: m.CustomerID, Email: types.StringValue(m.Email.Key())}
}

// sameGrant reports whether both are about the same person at the same customer; what is unknown is nobody's.
func (m *model) sameGrant(other *model) bool {
	return m.CustomerID.Equal(other.CustomerID) && m.Email.Same(other.Email)
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(admin api.ExternalAdmin) (attributes []string) {
	if m.Role.ValueString() != admin.Role {
		attributes = append(attributes, "role")
	}
	if !m.ExpiresAt.Same(tfkit.InstantOf(admin.ExpiresAt)) {
		attributes = append(attributes, attrExpiresAt)
	}
	return attributes
}
