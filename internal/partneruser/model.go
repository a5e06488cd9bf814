package partneruser

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID          types.String `tfsdk:"id"`
	Email       tfkit.Text   `tfsdk:"email"`
	Name        types.String `tfsdk:"name"`
	Phone       types.String `tfsdk:"phone"`
	AccountRole types.String `tfsdk:"account_role"`
	Source      types.String `tfsdk:"source"`
	Enabled     types.Bool   `tfsdk:"enabled"`
}

type identityModel struct {
	Email types.String `tfsdk:"email"`
}

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(user api.PartnerUser) {
	m.ID = types.StringValue(tfkit.EmailType.Key(user.Email))
	if remote := tfkit.EmailType.Value(user.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.Name = types.StringValue(user.Name)
	m.Phone = types.StringPointerValue(user.Phone)
	m.AccountRole = types.StringPointerValue(user.AccountRole)
	m.Source = types.StringValue(string(user.Source))
	m.Enabled = types.BoolValue(user.Enabled)
}

func (m *model) toAPI() api.PartnerUserInput {
	return api.PartnerUserInput{
		Email:       tfkit.StringPointer(m.Email),
		Name:        m.Name.ValueString(),
		Phone:       tfkit.StringPointer(m.Phone),
		AccountRole: tfkit.StringPointer(m.AccountRole),
	}
}

func (m *model) identity() identityModel {
	return identityModel{Email: types.StringValue(m.Email.Key())}
}

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(user api.PartnerUser) []string {
	var names []string
	if m.Name.ValueString() != user.Name {
		names = append(names, "name")
	}
	if !tfkit.SameString(m.Phone, user.Phone) {
		names = append(names, "phone")
	}
	if !tfkit.SameString(m.AccountRole, user.AccountRole) {
		names = append(names, "account_role")
	}
	return names
}
