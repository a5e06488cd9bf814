package emergencycontact

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func TestModel(t *testing.T) {
	t.Parallel()
	phone := "+49 30 1234567"
	remote := api.EmergencyContact{Name: "On call", Email: "On.Call@x.example", Mobile: "+49 170 5550100", Phone: &phone, AlternateEmails: []string{"A@x.example"}}
	m := model{AlternateEmails: types.SetNull(tfkit.EmailType)}
	m.fromAPI(remote)
	if m.Email.ValueString() != remote.Email || m.Phone.ValueString() != phone || m.identity().ID.ValueString() != importID || len(m.differing(remote)) != 0 {
		t.Errorf("got %+v, differing %q", m, m.differing(remote))
	}
	in := m.toAPI()
	if in.Name != remote.Name || in.Email != remote.Email || in.Mobile != remote.Mobile || *in.Phone != phone || !slices.Equal(*in.AlternateEmails, remote.AlternateEmails) {
		t.Errorf("sends %+v", in)
	}

	// The spelling of what is there already stays.
	m.fromAPI(api.EmergencyContact{Name: "Night shift", Email: "on.call@X.example", Mobile: "+49 170 5550101", AlternateEmails: []string{"a@x.example"}})
	if m.Email.ValueString() != remote.Email || tfkit.Strings(m.AlternateEmails)[0] != "A@x.example" || !m.Phone.IsNull() {
		t.Errorf("got %+v", m)
	}
	if got, want := m.differing(remote), []string{"mobile", "name", "phone"}; !slices.Equal(got, want) {
		t.Errorf("differing %q, want %q", got, want)
	}
	m.fromAPI(api.EmergencyContact{Email: "other@x.example"})
	if got, want := m.differing(remote), []string{"alternate_emails", "email", "mobile", "name", "phone"}; !slices.Equal(got, want) {
		t.Errorf("differing %q, want %q", got, want)
	}
	if got := describe(api.EmergencyContact{Name: "A", AlternateEmails: []string{"a@x.example", "b@x.example"}}, []string{"alternate_emails", "phone"}); got !=
		"An emergency contact existed and was taken over. Before:\n  - alternate_emails: a@x.example, b@x.example\n  - phone: (nothing)" {
		t.Errorf("says %q", got)
	}
}
