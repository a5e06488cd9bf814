package customersession

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID          types.String `tfsdk:"id"`
	CustomerID  types.String `tfsdk:"customer_id"`
	Email       tfkit.Text   `tfsdk:"email"`
	Password    types.String `tfsdk:"password"`
	Mode        types.String `tfsdk:"mode"`
	TTL         types.String `tfsdk:"ttl"`
	Token       types.String `tfsdk:"token"`
	Endpoint    types.String `tfsdk:"endpoint"`
	Permissions []string     `tfsdk:"permissions"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
}

func (m *model) input() api.CustomerSessionInput {
	return api.CustomerSessionInput{
		Email: m.Email.ValueStringPointer(), Password: m.Password.ValueString(), Mode: (*api.SessionMode)(m.Mode.ValueStringPointer()), TTLSeconds: tfkit.TTLSeconds(m.TTL),
	}
}

// set takes over what the API answered. What is configured stays as it is written.
func (m *model) set(opened *api.OpenedCustomerSession) {
	s := opened.Session
	m.ID = types.StringValue(s.ID)
	if m.Email.IsNull() {
		m.Email = tfkit.EmailType.Value(s.Email)
	}
	if m.Mode.IsNull() {
		m.Mode = types.StringValue(string(s.Mode))
	}
	if m.TTL.IsNull() {
		m.TTL = types.StringValue((time.Duration(s.TTLSeconds) * time.Second).String())
	}
	m.Token, m.Endpoint = types.StringValue(opened.Token), types.StringPointerValue(opened.Endpoint)
	m.Permissions = opened.Permissions
	m.ExpiresAt = types.StringValue(s.ExpiresAt.Format(time.RFC3339))
}
