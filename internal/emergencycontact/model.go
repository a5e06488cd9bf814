package emergencycontact

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// importID is the import ID and id of the singleton.
const importID = "emergency_contact"

type model struct {
	ID              types.String `tfsdk:"id"`
	Name            types.String `tfsdk:"name"`
	Email           tfkit.Text   `tfsdk:"email"`
	Mobile          types.String `tfsdk:"mobile"`
	Phone           types.String `tfsdk:"phone"`
	AlternateEmails types.Set    `tfsdk:"alternate_emails"`
}

type identityModel struct {
	ID types.String `tfsdk:"id"`
}

func (m *model) identity() identityModel { return identityModel{ID: m.ID} }

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(contact api.EmergencyContact) {
	m.ID = types.StringValue(importID)
	m.Name = types.StringValue(contact.Name)
	if remote := tfkit.EmailType.Value(contact.Email); !m.Email.Same(remote) {
		m.Email = remote
	}
	m.Mobile = types.StringValue(contact.Mobile)
	m.Phone = types.StringPointerValue(contact.Phone)
	m.AlternateEmails = tfkit.SetOf(tfkit.EmailType, m.AlternateEmails, contact.AlternateEmails)
}

func (m *model) toAPI() api.EmergencyContactInput {
	alternates := tfkit.Strings(m.AlternateEmails)
	return api.EmergencyContactInput{
		Name:            m.Name.ValueString(),
		Email:           m.Email.ValueString(),
		Mobile:          m.Mobile.ValueString(),
		Phone:           tfkit.StringPointer(m.Phone),
		AlternateEmails: &alternates,
	}
}

// differing names the attributes in which the server's contact is another one.
func (m *model) differing(contact api.EmergencyContact) []string {
	var names []string
	for name, same := range map[string]bool{
		"name":             m.Name.ValueString() == contact.Name,
		"email":            m.Email.Key() == tfkit.EmailType.Key(contact.Email),
		"mobile":           m.Mobile.ValueString() == contact.Mobile,
		"phone":            tfkit.SameString(m.Phone, contact.Phone),
		"alternate_emails": tfkit.SameSet(tfkit.EmailType, m.AlternateEmails, contact.AlternateEmails),
	} {
		if !same {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
