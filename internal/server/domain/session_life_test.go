package domain_test

import (
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Sessions end when their time is over, and with all that they rest on; and do not come back with it.
func TestEndsOfSessions(t *testing.T) {
	t.Parallel()
	admin := func(w *world) domain.Actor { return w.as("administrator") }
	put := func(w *world, email string, role domain.PortalRole) error {
		_, _, err := w.s.PutPortalAdmin(w.t.Context(), admin(w), email, domain.PortalAdminInput{Name: "S", Role: role}, domain.Precondition{})
		return err
	}
	grant := func(w *world, customer string) error {
		_, _, err := w.s.PutExternalAdmin(w.t.Context(), admin(w), customer, signer, domain.ExternalAdminInput{Role: "desk"}, domain.Precondition{})
		return err
	}
	ungrant := func(w *world, customer string) error {
		return w.s.DeleteExternalAdmin(w.t.Context(), admin(w), customer, signer, domain.Precondition{})
	}
	enabled := func(w *world, yes bool) error {
		w.set(massive, func(in *domain.CustomerInput) { in.Enabled = &yes })
		return nil
	}
	for name, test := range map[string]struct {
		customer string
		in       domain.SessionInput
		end      func(*world, domain.OpenedSession) error
		undo     func(*world) error
	}{
		"its time": {massive, delegated, func(w *world, o domain.OpenedSession) error { w.now = o.ExpiresAt; return nil }, nil},
		"closed": {massive, delegated, func(w *world, o domain.OpenedSession) error {
			return w.s.CloseSession(w.t.Context(), w.as("for-signer"), massive, o.ID)
		}, nil},
		"customer disabled": {massive, delegated, func(w *world, _ domain.OpenedSession) error { return enabled(w, false) }, func(w *world) error { return enabled(w, true) }},
		"customer deleted": {massive, delegated, func(w *world, _ domain.OpenedSession) error {
			return w.s.DeleteCustomer(w.t.Context(), admin(w), massive, true, domain.Precondition{})
		}, nil},
		"another portal role": {massive, delegated, func(w *world, _ domain.OpenedSession) error { return put(w, signer, domain.RoleProspects) }, func(w *world) error { return put(w, signer, domain.RoleHelpdesk) }},
		"no portal admin any more": {massive, delegated, func(w *world, _ domain.OpenedSession) error {
			for _, customer := range []string{globex, stark} {
				if err := ungrant(w, customer); err != nil {
					return err
				}
			}
			return w.s.DeletePortalAdmin(w.t.Context(), admin(w), signer, domain.Precondition{})
		}, func(w *world) error { return put(w, signer, domain.RoleHelpdesk) }},
		"grant ended": {globex, externalAdmin, func(w *world, _ domain.OpenedSession) error {
			soon := w.now.Add(5 * time.Minute)
			_, _, err := w.s.PutExternalAdmin(w.t.Context(), admin(w), globex, signer, domain.ExternalAdminInput{Role: "desk", ExpiresAt: &soon}, domain.Precondition{})
			w.now = w.now.Add(6 * time.Minute)
			return err
		}, func(w *world) error { return grant(w, globex) }},
		"grant removed": {globex, externalAdmin, func(w *world, _ domain.OpenedSession) error { return ungrant(w, globex) }, func(w *world) error { return grant(w, globex) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := sessionWorld(t)
			o := must(w.open("for-signer", test.customer, test.in))(t)
			other := must(w.open("for-signer", stark, delegated))(t)
			w.inside(o)
			if err := test.end(w, o); err != nil {
				t.Fatal(err)
			}
			w.ended(name, o)
			if test.undo != nil {
				if err := test.undo(w); err != nil {
					t.Fatal(err)
				}
				w.ended(name+" and undone", o)
			}
			w.now = w.now.Add(time.Second)
			if err := w.s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			begun, over := 0, 0
			for _, e := range w.events() {
				if e.Kind == domain.KindCustomerSession && e.ObjectID == test.customer+"/"+o.ID {
					switch e.Action {
					case domain.AuditCreate:
						begun++
					case domain.AuditDelete:
						over++
					case domain.AuditUpdate:
					}
				}
			}
			if begun != 1 || over != 1 {
				t.Errorf("the log tells of %d beginnings and %d ends", begun, over)
			}
			if name == "closed" || name == "customer disabled" || name == "grant removed" {
				w.inside(other)
			}
		})
	}
}

// What only the moment tells: mandatory single sign-on, a client that lost its role, a person whom a directory disabled.
func TestSessionRulesHoldWhileItLasts(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	withUsers(w)
	_, _, err := w.s.PutExternalAdmin(t.Context(), w.as("administrator"), hooli, signer, domain.ExternalAdminInput{Role: "basic_administrator"}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	o := must(w.open("for-signer", hooli, externalAdmin))(t)
	partners := must(w.open("for-signer", hooli, delegated))(t)
	yes := true
	w.set(hooli, func(in *domain.CustomerInput) { in.RequireSSO = &yes })
	w.ended("single sign-on is mandatory now", o)
	w.inside(partners)
	o = must(w.open("for-signer", massive, domain.SessionInput{Email: "dir@northwind.example"}))(t)
	w.disable("dir@northwind.example")
	w.ended("the person is disabled", o)
	w.inside(partners)
	w.disable(signer) // for whom the client acts, too
	w.ended("the client has lost its rights", partners)
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	o := must(w.open("for-signer", massive, delegated))(t)
	renew := func() (domain.CustomerSession, error) {
		return w.s.RenewSession(t.Context(), w.as("for-signer"), massive, o.ID)
	}
	for began := w.now; w.now.Before(began.Add(24*time.Hour - 15*time.Minute)); w.now = w.now.Add(10 * time.Minute) {
		if got := must(renew())(t); !got.ExpiresAt.Equal(w.now.Add(15 * time.Minute)) {
			t.Fatalf("after %s: %s", w.now.Sub(began), got.ExpiresAt)
		}
	}
	if got := must(renew())(t); !got.ExpiresAt.Equal(o.OpenedAt.Add(24 * time.Hour)) {
		t.Errorf("it goes on until %s", got.ExpiresAt)
	}
	w.actors = map[string]domain.Actor{}
	_, err := w.s.RenewSession(t.Context(), w.as("administrator"), massive, o.ID)
	wantCode(t, err, domain.CodeNotFound) // another client's
	_, err = w.s.GetSession(t.Context(), w.as("for-signer"), stark, o.ID)
	wantCode(t, err, domain.CodeNotFound)
	if list := must(w.s.ListSessions(t.Context(), w.as("for-signer"), massive, domain.Page{}))(t); len(list.Items) != 1 || list.Items[0].ID != o.ID {
		t.Errorf("got %+v", list)
	}
	if list := must(w.s.ListSessions(t.Context(), w.as("administrator"), massive, domain.Page{}))(t); len(list.Items) != 0 {
		t.Errorf("another client sees %+v", list)
	}
	w.now = o.OpenedAt.Add(24 * time.Hour)
	_, err = renew()
	wantCode(t, err, domain.CodeNotFound)
	w.set(massive, func(in *domain.CustomerInput) { in.Enabled = new(bool) })
}
