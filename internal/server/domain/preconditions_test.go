package domain_test

import (
	"slices"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// preconditioned is an object that is there, and its writes.
type preconditioned struct {
	name, revision, id string
	put, putMissing    func(domain.Precondition) error // putMissing is nil for what always exists or is never created by put
	remove             func(domain.Precondition) error
}

func TestPreconditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.create(acme())
	for _, o := range slices.Concat(preconditionedAccount(w), preconditionedPeople(w), preconditionedCustomer(w, c), preconditionedAccess(w, c)) {
		w.silent(func() {
			e := refusal(t, o.put(domain.Precondition{CreateOnly: true}))
			if e.Code != domain.CodeAlreadyExists || !e.Precondition || e.ExistingID != o.id {
				t.Errorf("%s, create only: %+v", o.name, e)
			}
			for _, stale := range []func(domain.Precondition) error{o.put, o.remove} {
				if e := refusal(t, stale(domain.Precondition{IfMatch: "stale"})); e.Code != domain.CodePreconditionFailed {
					t.Errorf("%s, stale: %v", o.name, e)
				}
			}
			if o.putMissing != nil {
				for _, match := range []string{"any", "*"} {
					if e := refusal(t, o.putMissing(domain.Precondition{IfMatch: match})); e.Code != domain.CodePreconditionFailed {
						t.Errorf("%s, missing, If-Match %s: %v", o.name, match, e)
					}
				}
			}
			for _, fresh := range []string{o.revision, "*"} {
				if err := o.put(domain.Precondition{IfMatch: fresh}); err != nil {
					t.Errorf("%s, If-Match %s: %v", o.name, fresh, err)
				}
			}
		})
	}
}

func preconditionedAccount(w *world) []preconditioned {
	t, actor := w.t, w.as("administrator")
	config := must(w.s.GetPartnerConfig(t.Context(), actor))(t)
	contact, _, err := w.s.PutEmergencyContact(t.Context(), actor, onCall(), domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	return []preconditioned{
		{
			name: "partner config", revision: config.Revision, id: "partner",
			put: func(pre domain.Precondition) error {
				_, err := w.s.PutPartnerConfig(t.Context(), actor, domain.PartnerConfigInput{}, pre)
				return err
			},
			remove: func(pre domain.Precondition) error { return w.s.DeletePartnerConfig(t.Context(), actor, pre) },
		},
		{
			name: "emergency contact", revision: contact.Revision, id: "emergency_contact",
			put: func(pre domain.Precondition) error {
				_, _, err := w.s.PutEmergencyContact(t.Context(), actor, onCall(), pre)
				return err
			},
			putMissing: func(pre domain.Precondition) error {
				_, _, err := w.s.PutEmergencyContact(t.Context(), w.as("contoso"), onCall(), pre)
				return err
			},
			remove: func(pre domain.Precondition) error { return w.s.DeleteEmergencyContact(t.Context(), actor, pre) },
		},
	}
}

func preconditionedPeople(w *world) []preconditioned {
	t, actor := w.t, w.as("administrator")
	user := must(w.s.GetPartnerUser(t.Context(), actor, "plain@northwind.example"))(t)
	admin := must(w.s.GetPortalAdmin(t.Context(), actor, "sales@northwind.example"))(t)
	return []preconditioned{
		{
			name: "partner user", revision: user.Revision, id: user.EmailKey,
			put: func(pre domain.Precondition) error {
				_, _, err := w.s.PutPartnerUser(t.Context(), actor, "PLAIN@northwind.example", domain.PartnerUserInput{Name: user.Name}, pre)
				return err
			},
			putMissing: func(pre domain.Precondition) error {
				_, _, err := w.s.PutPartnerUser(t.Context(), actor, "eve@northwind.example", domain.PartnerUserInput{Name: "Eve"}, pre)
				return err
			},
			remove: func(pre domain.Precondition) error {
				return w.s.DeletePartnerUser(t.Context(), actor, user.Email, pre)
			},
		},
		{
			name: "portal admin", revision: admin.Revision, id: admin.EmailKey,
			put: func(pre domain.Precondition) error {
				_, _, err := w.s.PutPortalAdmin(t.Context(), actor, admin.Email, domain.PortalAdminInput{Name: admin.Name, Role: admin.Role}, pre)
				return err
			},
			putMissing: func(pre domain.Precondition) error {
				_, _, err := w.s.PutPortalAdmin(t.Context(), actor, user.Email, domain.PortalAdminInput{Name: admin.Name, Role: admin.Role}, pre)
				return err
			},
			remove: func(pre domain.Precondition) error {
				return w.s.DeletePortalAdmin(t.Context(), actor, admin.Email, pre)
			},
		},
	}
}

func preconditionedCustomer(w *world, c domain.Customer) []preconditioned {
	t, actor := w.t, w.as("administrator")
	eve, _, err := w.s.PutCustomerUser(t.Context(), actor, c.ID, "Eve@x.example", domain.CustomerUserInput{Name: "Eve", Role: domain.UserAudit}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	return []preconditioned{
		{
			name: "customer", revision: c.Revision, id: c.ID,
			put: func(pre domain.Precondition) error {
				_, err := w.s.PutCustomer(t.Context(), actor, c.ID, acme(), pre)
				return err
			},
			remove: func(pre domain.Precondition) error { return w.s.DeleteCustomer(t.Context(), actor, c.ID, true, pre) },
		},
		{
			name: "customer user", revision: eve.Revision, id: c.ID + "/eve@x.example",
			put: func(pre domain.Precondition) error {
				_, _, err := w.s.PutCustomerUser(t.Context(), actor, c.ID, "EVE@x.example", domain.CustomerUserInput{Name: "Eve", Role: domain.UserAudit}, pre)
				return err
			},
			putMissing: func(pre domain.Precondition) error {
				_, _, err := w.s.PutCustomerUser(t.Context(), actor, c.ID, "adam@x.example", domain.CustomerUserInput{Name: "Adam", Role: domain.UserAudit}, pre)
				return err
			},
			remove: func(pre domain.Precondition) error {
				return w.s.DeleteCustomerUser(t.Context(), actor, c.ID, "eve@x.example", pre)
			},
		},
	}
}

func preconditionedAccess(w *world, c domain.Customer) []preconditioned {
	t, actor := w.t, w.as("administrator")
	access := w.give(c.ID, domain.AccessPhoneManager, "a@x.example")
	grant := must(w.s.GetExternalAdmin(t.Context(), actor, globex, "help@northwind.example"))(t)
	return []preconditioned{
		{
			name: "external admin", revision: grant.Revision, id: globex + "/help@northwind.example",
			put: func(pre domain.Precondition) error {
				_, _, err := w.s.PutExternalAdmin(t.Context(), actor, globex, grant.Email, domain.ExternalAdminInput{Role: grant.Role}, pre)
				return err
			},
			putMissing: func(pre domain.Precondition) error {
				_, _, err := w.s.PutExternalAdmin(t.Context(), actor, globex, "lead@northwind.example", domain.ExternalAdminInput{Role: grant.Role}, pre)
				return err
			},
			remove: func(pre domain.Precondition) error {
				return w.s.DeleteExternalAdmin(t.Context(), actor, globex, grant.Email, pre)
			},
		},
		{
			name: "access role", revision: access.Revision, id: c.ID + "/phone_manager",
			put: func(pre domain.Precondition) error {
				_, _, err := w.s.PutAccessRole(t.Context(), actor, c.ID, domain.AccessPhoneManager, domain.AccessRoleInput{NotifyEmails: []string{"a@x.example"}}, pre)
				return err
			},
			putMissing: func(pre domain.Precondition) error {
				_, _, err := w.s.PutAccessRole(t.Context(), actor, c.ID, domain.AccessDecisionMaker, domain.AccessRoleInput{NotifyEmails: []string{"a@x.example"}}, pre)
				return err
			},
			remove: func(pre domain.Precondition) error {
				return w.s.DeleteAccessRole(t.Context(), actor, c.ID, domain.AccessPhoneManager, pre)
			},
		},
	}
}
