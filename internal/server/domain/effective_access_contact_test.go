package domain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Each role of an authorized contact is a way into the customer's own console, with what the role permits.
func TestAccessOfContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := func() domain.EffectiveAccess { return w.ask(initech, strings.ToUpper(noor), "", "") }
	wantPaths(t, ask())
	if says := ask().Reasons[0]; !strings.Contains(says, "nor as authorized contact") {
		t.Errorf("says %q", says)
	}
	w.contact(initech, "Noor@consult.example", domain.ContactPhoneManager, domain.ContactEmergency)
	v := ask()
	wantPaths(t, v, "authorized_contact phone_manager direct open", "authorized_contact emergency_contact direct open")
	if path := v.Paths[0]; path.ID != initech+"/"+noor || path.Reasons[0] != "Noor@consult.example (Somebody) is an authorized contact of Initech with the role phone_manager." {
		t.Errorf("path %+v", path)
	}
	if !slices.Equal(v.Permissions, []string{"account.read", "phones.manage"}) {
		t.Errorf("a phone manager may %q", v.Permissions)
	}
	w.contact(initech, noor, domain.ContactBilling, domain.ContactTechnical)
	if v := ask(); !slices.Equal(v.Permissions, []string{"account.read"}) {
		t.Errorf("a billing contact may %q", v.Permissions)
	}
	w.contact(initech, noor, domain.ContactDecisionMaker)
	if v := ask(); !slices.Equal(v.Permissions, []string{"account.read", "invoices.read", "phones.manage"}) {
		t.Errorf("a decision maker may %q", v.Permissions)
	}
	wantPaths(t, w.ask(initech, noor, "", domain.ViaPortal))
	wantPaths(t, w.ask(globex, noor, "", ""))

	// People of the partner can be contacts too, and remain ones if their directory drops them: the account is another.
	w.contact(initech, helper, domain.ContactTechnical)
	w.disable(helper)
	wantPaths(t, w.ask(initech, helper, "", ""), "authorized_contact technical_contact direct open")

	managed := w.create(acme())
	w.contact(managed.ID, noor, domain.ContactDecisionMaker)
	disabled, no := acme(), false
	disabled.Enabled = &no
	if _, err := w.s.PutCustomer(t.Context(), w.as("administrator"), managed.ID, disabled, domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	wantPaths(t, w.ask(managed.ID, noor, "", ""), "authorized_contact decision_maker direct closed")

	w.contact(initech, "b@consult.example", domain.ContactDecisionMaker)
	given(deleteContact("administrator", initech, noor))(w)
	wantPaths(t, ask())
}

func TestContactRolesPermitSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, role := range []string{domain.ContactDecisionMaker, domain.ContactPhoneManager, domain.ContactBilling, domain.ContactTechnical, domain.ContactEmergency} {
		w.contact(initech, "b@consult.example", domain.ContactDecisionMaker)
		w.contact(initech, noor, role)
		v := w.ask(initech, noor, "", "")
		if !slices.Contains(v.Permissions, "account.read") || slices.Contains(v.Permissions, "invoices.read") != (role == domain.ContactDecisionMaker) {
			t.Errorf("%s may %q", role, v.Permissions)
		}
	}
}
