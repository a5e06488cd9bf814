package domain_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// What is of another partner answers as what does not exist.
func TestTenantsApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, foreign := t.Context(), w.as("contoso")
	w.grant(initech, "sales@northwind.example")
	pre := domain.Precondition{}
	for name, call := range map[string]func(customerID, email string) error{
		"get user":     func(_, email string) error { _, err := w.s.GetPartnerUser(ctx, foreign, email); return err },
		"delete user":  func(_, email string) error { return w.s.DeletePartnerUser(ctx, foreign, email, pre) },
		"get admin":    func(_, email string) error { _, err := w.s.GetPortalAdmin(ctx, foreign, email); return err },
		"delete admin": func(_, email string) error { return w.s.DeletePortalAdmin(ctx, foreign, email, pre) },
		"get customer": func(id, _ string) error { _, err := w.s.GetCustomer(ctx, foreign, id); return err },
		"put customer": func(id, _ string) error { _, err := w.s.PutCustomer(ctx, foreign, id, acme(), pre); return err },
		"delete customer": func(id, _ string) error {
			return w.s.DeleteCustomer(ctx, foreign, id, true, pre)
		},
		"roles":        func(id, _ string) error { _, err := w.s.CustomerRoles(ctx, foreign, id); return err },
		"get grant":    func(id, email string) error { _, err := w.s.GetExternalAdmin(ctx, foreign, id, email); return err },
		"delete grant": func(id, email string) error { return w.s.DeleteExternalAdmin(ctx, foreign, id, email, pre) },
		"put grant": func(id, _ string) error {
			_, _, err := w.s.PutExternalAdmin(ctx, foreign, id, "admin@contoso.example", domain.ExternalAdminInput{Role: "basic_administrator"}, pre)
			return err
		},
		"list grants": func(id, _ string) error {
			_, err := w.s.ListCustomerExternalAdmins(ctx, foreign, id, domain.Page{})
			return err
		},
		"get access": func(id, _ string) error {
			_, err := w.s.GetAccessRole(ctx, foreign, id, domain.AccessDecisionMaker)
			return err
		},
		"put access": func(id, _ string) error {
			_, _, err := w.s.PutAccessRole(ctx, foreign, id, domain.AccessDecisionMaker, domain.AccessRoleInput{NotifyEmails: []string{"a@x.example"}}, pre)
			return err
		},
		"delete access": func(id, _ string) error {
			return w.s.DeleteAccessRole(ctx, foreign, id, domain.AccessDecisionMaker, pre)
		},
		"list access": func(id, _ string) error {
			_, err := w.s.ListCustomerAccessRoles(ctx, foreign, id, domain.Page{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there, absent := refusal(t, call(initech, "sales@northwind.example")), refusal(t, call("cus_absentx", "absnt@northwind.example"))
			if there.Code != domain.CodeNotFound || absent.Code != domain.CodeNotFound || len(there.Detail) == 0 || there.Field != absent.Field {
				t.Errorf("there: %v, absent: %v", there, absent)
			}
		})
	}
	if events := must(w.s.ListAuditEvents(ctx, foreign, domain.AuditFilter{CustomerID: initech}, domain.Page{}))(t); len(events.Items) != 0 {
		t.Errorf("another partner's audit log: %+v", events.Items)
	}
	if mails := must(w.s.ListOutbox(ctx, foreign, domain.Page{}))(t); len(mails.Items) != 0 {
		t.Errorf("another partner's mail: %+v", mails.Items)
	}
}

func TestValidateUndoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	actor := w.as("administrator")
	w.silent(func() {
		found, err := w.s.Validate(t.Context(), func(ctx context.Context) error {
			customer, err := w.s.CreateCustomer(ctx, actor, acme())
			if err != nil {
				return err
			}
			// Within the validation the customer is there, and each step of it has findings of its own.
			inner, err := w.s.Validate(ctx, func(ctx context.Context) error {
				_, _, err := w.s.PutExternalAdmin(ctx, actor, customer.ID, "nobody@x.example", domain.ExternalAdminInput{Role: "king"}, domain.Precondition{})
				return err
			})
			if err != nil || len(inner) != 2 {
				t.Errorf("inner findings %v, %v", inner, err)
			}
			_, _, err = w.s.PutAccessRole(ctx, actor, customer.ID, domain.AccessPhoneManager, domain.AccessRoleInput{NotifyEmails: []string{"a@x.example"}}, domain.Precondition{})
			return err
		})
		if err != nil || len(found) != 0 {
			t.Errorf("found %v, %v", found, err)
		}
		if list := must(w.s.ListCustomers(t.Context(), actor, domain.CustomerFilter{Domain: "acme.example"}, domain.Page{}))(t); len(list.Items) != 0 {
			t.Error("the customer is there after the validation")
		}
	})
	failure := errors.New("broken")
	if _, err := w.s.Validate(t.Context(), func(context.Context) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("a failure became %v", err)
	}
	err := w.s.Atomically(t.Context(), func(ctx context.Context) error {
		_, err := w.s.Validate(ctx, func(context.Context) error { t.Error("ran"); return nil })
		return err
	})
	if err == nil {
		t.Error("Validate inside Atomically can't undo, but runs")
	}
}

func TestAtomically(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	actor := w.as("administrator")
	failure := errors.New("broken")
	w.silent(func() {
		err := w.s.Atomically(t.Context(), func(ctx context.Context) error {
			if _, err := w.s.CreateCustomer(ctx, actor, acme()); err != nil {
				t.Error(err)
			}
			return failure
		})
		if !errors.Is(err, failure) {
			t.Errorf("got %v", err)
		}
	})
	// A refused item leaves nothing behind, its neighbors stay.
	err := w.s.Atomically(t.Context(), func(ctx context.Context) error {
		c, err := w.s.CreateCustomer(ctx, actor, acme())
		if err != nil {
			return err
		}
		_, _, err = w.s.PutExternalAdmin(ctx, actor, c.ID, "sales@northwind.example", domain.ExternalAdminInput{Role: "king"}, domain.Precondition{})
		wantCode(t, err, domain.CodeUnknownRole)
		_, _, err = w.s.PutExternalAdmin(ctx, actor, c.ID, "help@northwind.example", domain.ExternalAdminInput{Role: "basic_administrator"}, domain.Precondition{})
		return err
	})
	if err != nil || len(w.events()) != 2 {
		t.Errorf("%v, %d audit events", err, len(w.events()))
	}
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, start := t.Context(), w.now
	w.now = w.now.Add(time.Hour)
	c := w.create(acme())
	w.now = w.now.Add(time.Hour)
	if err := putAs("sales", "acme.example", acme, func(in *domain.CustomerInput) { in.Seats = 7 })(ctx, w); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	if err := deleteAs("robot", "acme.example", false)(ctx, w); err != nil {
		t.Fatal(err)
	}
	events := w.events()
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	seats := func(raw json.RawMessage) any {
		if raw == nil {
			return "absent"
		}
		var object map[string]any
		if err := json.Unmarshal(raw, &object); err != nil {
			t.Fatal(err)
		}
		if _, leaked := object["revision"]; leaked || object["domain"] != "acme.example" {
			t.Errorf("object %v", object)
		}
		return object["seats"]
	}
	for i, want := range []struct {
		action        domain.AuditAction
		actor         string
		before, after any
	}{
		{"create", "administrator", "absent", nil}, {"update", "sales", nil, 7.0}, {"delete", "robot", 7.0, "absent"},
	} {
		e := events[i]
		if e.Action != want.action || e.Actor != want.actor || seats(e.Before) != want.before || seats(e.After) != want.after ||
			e.RequestID != "req_"+want.actor || e.ObjectID != c.ID || e.Kind != "customer" || !e.Time.Equal(start.Add(time.Duration(i+1)*time.Hour)) {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	count := func(f domain.AuditFilter) int {
		return len(must(w.s.ListAuditEvents(ctx, w.as("administrator"), f, domain.Page{Size: 500}))(t).Items)
	}
	second, third := start.Add(2*time.Hour), start.Add(3*time.Hour)
	for _, c := range []struct {
		filter domain.AuditFilter
		want   int
	}{
		{domain.AuditFilter{Actor: "sales"}, 1},
		{domain.AuditFilter{CustomerID: c.ID}, 3},
		{domain.AuditFilter{Kind: "portal_admin", Actor: "sales"}, 0},
		{domain.AuditFilter{Since: &second}, 2},
		{domain.AuditFilter{Since: &second, Until: &third}, 1},
		{domain.AuditFilter{Until: &start}, 0},
	} {
		if got := count(c.filter); got != c.want {
			t.Errorf("%+v: %d, want %d", c.filter, got, c.want)
		}
	}
	_, err := w.s.ListAuditEvents(ctx, w.as("sales"), domain.AuditFilter{}, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
}

// Pages neither skip nor repeat, whatever comes and goes meanwhile.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	add := func(name string) {
		if err := putUser(name+"@page.example", domain.PartnerUserInput{Name: name})(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"b", "d", "f", "h", "j"} {
		add(name)
	}
	var got []string
	page := domain.Page{Size: 2}
	for i := 0; ; i++ {
		list := must(w.s.ListPartnerUsers(ctx, actor, domain.PartnerUserFilter{EmailDomain: "page.example"}, page))(t)
		for _, user := range list.Items {
			got = append(got, user.Name)
		}
		if i == 0 { // d, the last one seen, goes; what comes before it is not seen, what comes after is
			if err := deleteUser("d@page.example")(ctx, w); err != nil {
				t.Fatal(err)
			}
			add("a")
			add("e")
		}
		if page.Token = list.NextToken; page.Token == "" {
			break
		}
	}
	if !slices.Equal(got, []string{"b", "d", "e", "f", "h", "j"}) {
		t.Errorf("got %q", got)
	}
	_, err := w.s.ListPartnerUsers(ctx, actor, domain.PartnerUserFilter{}, domain.Page{Token: "x"})
	wantCode(t, err, domain.CodeInvalidRequest)
	list := must(w.s.ListPartnerUsers(ctx, actor, domain.PartnerUserFilter{}, domain.Page{Size: 5}))(t)
	_, err = w.s.ListCustomers(ctx, actor, domain.CustomerFilter{}, domain.Page{Token: list.NextToken})
	wantCode(t, err, domain.CodeInvalidRequest)
}
