package domain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// pathsOf are an answer's paths as "kind role via open" lines.
func pathsOf(v domain.EffectiveAccess) (lines []string) {
	for _, p := range v.Paths {
		open := "closed"
		if p.Allowed {
			open = "open"
		}
		lines = append(lines, strings.Join([]string{p.Kind, p.Role, string(p.Via), open}, " "))
	}
	return lines
}

func wantPaths(t *testing.T, v domain.EffectiveAccess, want ...string) {
	t.Helper()
	if got := pathsOf(v); !slices.Equal(got, want) {
		t.Errorf("paths of %s %q, want %q", v.Email, got, want)
	}
	if open := slices.ContainsFunc(v.Paths, func(p domain.AccessPath) bool { return p.Allowed }); open != v.Allowed {
		t.Errorf("allowed is %v", v.Allowed)
	}
}

// Each role that somebody has through a group is a way in of its own, with what the role permits.
func TestAccessOfGroupMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := func() domain.EffectiveAccess { return w.ask(initech, strings.ToUpper(helper), "", "") }
	wantPaths(t, ask()) // the partner holds the role, the person is in no group
	if says := ask().Reasons[0]; !strings.Contains(says, "nor as member of the group of an access role") {
		t.Errorf("says %q", says)
	}
	w.join(initech, domain.AccessDecisionMaker, "Help@northwind.example")
	v := ask()
	wantPaths(t, v, "access_group_member decision_maker portal open", "access_group_member decision_maker direct open")
	if path := v.Paths[0]; path.ID != initech+"/decision_maker/"+helper ||
		!slices.Contains(path.Reasons, `Help@northwind.example is a member of the group "Initech Decision Maker", whose role decision_maker Initech gave to the partner.`) {
		t.Errorf("path %+v", path)
	}
	if !slices.Contains(v.Permissions, "invoices.read") || !slices.Contains(v.Permissions, "phones.manage") {
		t.Errorf("a decision maker may %q", v.Permissions)
	}

	w.give(initech, domain.AccessPhoneManager, "a@x.example")
	w.join(initech, domain.AccessPhoneManager, helper)
	wantPaths(t, ask(),
		"access_group_member decision_maker portal open", "access_group_member decision_maker direct open",
		"access_group_member phone_manager portal open", "access_group_member phone_manager direct open")

	// Taking the role away takes its way in, and leaves the other one.
	if err := deleteAccess("administrator", initech, domain.AccessDecisionMaker)(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	v = ask()
	wantPaths(t, v, "access_group_member phone_manager portal open", "access_group_member phone_manager direct open")
	if slices.Contains(v.Permissions, "invoices.read") || !slices.Contains(v.Permissions, "phones.manage") {
		t.Errorf("a phone manager may %q", v.Permissions)
	}

	// Beside a grant of the person's own.
	w.grant(initech, helper)
	wantPaths(t, w.ask(initech, helper, "", domain.ViaPortal), "external_admin basic_administrator portal open", "access_group_member phone_manager portal open")
}

// What keeps members out, each with the reason.
func TestAccessOfGroupMembersClosed(t *testing.T) {
	t.Parallel()
	const dir = "dir@northwind.example"
	member := func(email string) func(*world) string {
		return func(w *world) string {
			w.join(initech, domain.AccessDecisionMaker, email)
			return initech
		}
	}
	for name, c := range map[string]struct {
		email          string
		given          func(*world) (customerID string)
		portal, direct string
		says           string
	}{
		"no portal admin": {plainUser, member(plainUser), "closed", "open", "is no portal admin"},
		"disabled": {dir, func(w *world) string {
			w.join(initech, domain.AccessDecisionMaker, dir)
			w.disable(dir)
			return initech
		}, "closed", "closed", `is disabled in the partner's own account, by the directory "staff"`},
		"unregistered": {plainUser, func(w *world) string {
			w.invited(plainUser)
			return member(plainUser)(w)
		}, "closed", "closed", "is unregistered"},
		"registered": {plainUser, func(w *world) string {
			w.admit(plainUser)
			return member(plainUser)(w)
		}, "open", "open", "is a member"},
		"of a disabled customer": {helper, func(w *world) string {
			in, no := acme(), false
			c := w.create(in)
			w.give(c.ID, domain.AccessDecisionMaker, "a@x.example")
			w.join(c.ID, domain.AccessDecisionMaker, helper)
			in.Enabled = &no
			if _, err := w.s.PutCustomer(w.t.Context(), w.as("administrator"), c.ID, in, domain.Precondition{}); err != nil {
				w.t.Fatal(err)
			}
			return c.ID
		}, "closed", "closed", "Acme Ltd is disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			v := w.ask(c.given(w), c.email, "", "")
			v.Paths = slices.DeleteFunc(v.Paths, func(p domain.AccessPath) bool { return p.Kind != domain.KindAccessGroupMember })
			wantPaths(t, v, "access_group_member decision_maker portal "+c.portal, "access_group_member decision_maker direct "+c.direct)
			if says := strings.Join(v.Paths[0].Reasons, " "); !strings.Contains(says, c.says) {
				t.Errorf("says %q, want %q", says, c.says)
			}
			if may := slices.Contains(v.Permissions, "invoices.read"); may != v.Allowed {
				t.Errorf("allowed is %v, permissions are %q", v.Allowed, v.Permissions)
			}
		})
	}
}

// Members come through the portal from the partner's addresses, directly from the customer's.
func TestAccessOfGroupMembersByAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure("198.51.100.0/24")
	given(putAccess("globex-decider", globex, domain.AccessPhoneManager, "a@x.example"))(w)
	w.join(globex, domain.AccessPhoneManager, sales)
	wantPaths(t, w.ask(globex, sales, fromMSP, ""), "access_group_member phone_manager portal open", "access_group_member phone_manager direct closed")
	wantPaths(t, w.ask(globex, sales, inRange, ""), "access_group_member phone_manager portal closed", "access_group_member phone_manager direct open")
}

// An external administrator who has not registered yet gets in nowhere, until then.
func TestAccessOfUnregisteredAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	temporary := w.invited(plainUser)
	w.grant(initech, plainUser)
	v := w.ask(initech, plainUser, "", "")
	wantPaths(t, v, "external_admin basic_administrator portal closed", "external_admin basic_administrator direct closed")
	if says := strings.Join(v.Reasons, " "); !strings.Contains(says, plainUser+" is unregistered") || len(v.Permissions) > 0 {
		t.Errorf("got %+v", v)
	}
	if err := w.register(plainUser, temporary); err != nil {
		t.Fatal(err)
	}
	wantPaths(t, w.ask(initech, plainUser, "", ""), "external_admin basic_administrator portal open", "external_admin basic_administrator direct open")
}

// What the answer says about invoices is what the server does.
func TestContactPermissionsAreReal(t *testing.T) {
	t.Parallel()
	for role, sees := range map[domain.AccessRoleName]bool{domain.AccessDecisionMaker: true, domain.AccessPhoneManager: false} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.create(acme())
			w.give(c.ID, role, "a@x.example")
			w.join(c.ID, role, helper)
			_, err := w.s.ListInvoices(t.Context(), w.as("for-help"), c.ID, domain.Page{})
			told := slices.Contains(w.ask(c.ID, helper, "", "").Permissions, domain.PermissionInvoicesRead)
			if told != sees || (err == nil) != sees {
				t.Errorf("told %v, listing answers %v, want %v", told, err, sees)
			}
		})
	}
}

// admit makes a partner user a portal admin who is registered.
func (w *world) admit(email string) {
	w.t.Helper()
	if err := w.register(email, w.invited(email)); err != nil {
		w.t.Fatal(err)
	}
}
