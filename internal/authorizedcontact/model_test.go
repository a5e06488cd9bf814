package authorizedcontact

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func TestModel(t *testing.T) {
	t.Parallel()
	contact := api.AuthorizedContact{
		CustomerID: "cus_1", Email: "Ana.Silva@x.example", Name: "Ana Silva", Phone: new("+49 30 1234567"),
		Roles: []api.ContactRole{api.ContactRoleDecisionMaker, api.ContactRoleBillingContact},
	}
	m := model{Email: tfkit.EmailType.Value("ANA.silva@x.example")}
	m.fromAPI(contact)
	if m.ID.ValueString() != "cus_1/ana.silva@x.example" || m.importID() != m.ID.ValueString() || m.Email.ValueString() != "ANA.silva@x.example" ||
		m.Name.ValueString() != "Ana Silva" || m.Phone.ValueString() != "+49 30 1234567" || !slices.Equal(tfkit.Strings(m.Roles), []string{"decision_maker", "billing_contact"}) {
		t.Errorf("got %+v", m)
	}
	if in := m.toAPI(); *in.Email != "ANA.silva@x.example" || in.Name != "Ana Silva" || *in.Phone != "+49 30 1234567" || !slices.Equal(in.Roles, contact.Roles) {
		t.Errorf("sends %+v", in)
	}
	if id := m.identity(); id.CustomerID.ValueString() != "cus_1" || id.Email.ValueString() != "ana.silva@x.example" {
		t.Errorf("identity %+v", id)
	}
	slices.Reverse(contact.Roles)
	if differing := m.differing(contact); differing != nil {
		t.Errorf("differs from itself in %v", differing)
	}
	contact.Name, contact.Phone, contact.Roles = "Ana", nil, contact.Roles[:1]
	if differing := m.differing(contact); !slices.Equal(differing, []string{"name", "phone", "roles"}) {
		t.Errorf("differs in %v", differing)
	}
	contact.Email = "other@x.example"
	if m.fromAPI(contact); m.Email.ValueString() != "other@x.example" || !m.Phone.IsNull() {
		t.Errorf("keeps %+v", m)
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	known := func() *model {
		return &model{
			CustomerID: types.StringValue("cus_1"), Email: tfkit.EmailType.Value("ana@x.example"), Name: types.StringValue("Ana"),
			Phone: types.StringNull(), Roles: roleSet([]api.ContactRole{api.ContactRoleBillingContact}),
		}
	}
	if !known().known() || !known().sameContact(known()) {
		t.Error("what is known is not")
	}
	for name, spoil := range map[string]func(*model){
		"customer_id": func(m *model) { m.CustomerID = types.StringUnknown() },
		"email":       func(m *model) { m.Email = tfkit.Text{StringValue: types.StringUnknown()} },
		"name":        func(m *model) { m.Name = types.StringUnknown() },
		"phone":       func(m *model) { m.Phone = types.StringUnknown() },
		"roles":       func(m *model) { m.Roles = types.SetUnknown(types.StringType) },
	} {
		m := known()
		if spoil(m); m.known() {
			t.Errorf("%s is unknown", name)
		}
	}
	other := known()
	other.Email = tfkit.EmailType.Value("ANA@x.example")
	if !known().sameContact(other) {
		t.Error("case makes another contact")
	}
	other.CustomerID = types.StringValue("cus_2")
	if known().sameContact(other) {
		t.Error("of another customer, but the same contact")
	}
}
