package domain_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func putAccess(client, customerID string, role domain.AccessRoleName, notify ...string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutAccessRole(ctx, w.as(client), customerID, role, domain.AccessRoleInput{NotifyEmails: notify}, domain.Precondition{})
		return err
	}
}

func deleteAccess(client, customerID string, role domain.AccessRoleName) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeleteAccessRole(ctx, w.as(client), customerID, role, domain.Precondition{})
	}
}

func TestAccessRoleRefusals(t *testing.T) {
	t.Parallel()
	const (
		phones  = domain.AccessPhoneManager
		decider = domain.AccessDecisionMaker
	)
	runRefused(t, []refused{
		{name: "nobody to notify", do: putAccess("administrator", initech, phones), code: domain.CodeInvalidValue, field: "/notify_emails"},
		{name: "address", do: putAccess("administrator", initech, phones, "a@x.example", "a"), code: domain.CodeInvalidValue, field: "/notify_emails/1"},
		{name: "twice", do: putAccess("administrator", initech, phones, "a@x.example", "b@x.example", "A@x.example"), code: domain.CodeInvalidValue, field: "/notify_emails/2"},
		{name: "referral that gave nothing", do: putAccess("administrator", globex, phones, "a@x.example"), code: domain.CodeNotDecisionMaker},
		{name: "decision maker itself", do: putAccess("administrator", globex, decider, "a@x.example"), code: domain.CodeNotDecisionMaker},
		{
			name: "phone manager is not enough", given: given(putAccess("globex-decider", globex, phones, "a@x.example")),
			do: putAccess("administrator", globex, decider, "a@x.example"), code: domain.CodeNotDecisionMaker,
		},
		{name: "client that decides nothing", do: putAccess("globex-phones", globex, phones, "a@x.example"), code: domain.CodeNotDecisionMaker},
		{
			name: "takes away without deciding", given: given(putAccess("globex-decider", globex, phones, "a@x.example")),
			do: deleteAccess("globex-phones", globex, phones), code: domain.CodeNotDecisionMaker,
		},
		{name: "another customer's client", do: putAccess("globex-decider", initech, phones, "a@x.example"), code: domain.CodeNotFound, request: true},
		{name: "another partner", do: putAccess("contoso", initech, phones, "a@x.example"), code: domain.CodeNotFound, request: true},
		{name: "another partner takes away", do: deleteAccess("contoso", initech, decider), code: domain.CodeNotFound, request: true},
		{name: "unknown role", do: putAccess("administrator", initech, "billing_contact", "a@x.example"), code: domain.CodeNotFound, request: true},
		{name: "taking away what was not given", do: deleteAccess("administrator", initech, phones), code: domain.CodeNotFound, request: true},
		{name: "sales", do: putAccess("sales", initech, phones, "a@x.example"), code: domain.CodeForbidden, request: true},
		{name: "sales take away", do: deleteAccess("sales", initech, decider), code: domain.CodeForbidden, request: true},
	})
}

func TestNotDecisionMakerNamesTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := refusal(t, putAccess("administrator", globex, domain.AccessPhoneManager, "a@x.example")(t.Context(), w))
	for _, part := range []string{"contact role decision_maker", "holds decision_maker", "authorized contact"} {
		if !strings.Contains(e.Detail, part) {
			t.Errorf("%q is missing in %q", part, e.Detail)
		}
	}
}

// Who is not the partner of record learns the way, and nothing of whether there is such a customer.
func TestOnlyThePartnerOfRecordGetsAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var told []string
	for _, id := range []string{initech, "cus_none"} {
		e := refusal(t, putAccess("contoso", id, domain.AccessDecisionMaker, "a@x.example")(t.Context(), w))
		if e.Code != domain.CodeNotFound || !strings.Contains(e.Detail, "partner of record") || !strings.Contains(e.Detail, "authorized contact") {
			t.Errorf("%s: %v", id, e)
		}
		told = append(told, strings.ReplaceAll(e.Detail, id, "ID"))
	}
	if told[0] != told[1] {
		t.Errorf("answers differ: %q", told)
	}
}

func TestAccessRoleLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.create(acme())
	told := func(from int) (event string, to []string) {
		for _, mail := range w.mails()[from:] {
			event = mail.Event
			to = append(to, mail.To)
			for _, part := range []string{"Northwind", "Acme Ltd", "Phone Manager", "Admin@northwind.example", "01 Mar 2026 12:00:00 UTC"} {
				if !strings.Contains(mail.Subject+mail.Body, part) {
					t.Errorf("%q is missing in the mail %+v", part, mail)
				}
			}
			if mail.Status != domain.MailPending || !mail.CreatedAt.Equal(w.now) || strings.Contains(mail.Subject, "\n") {
				t.Errorf("mail %+v", mail)
			}
		}
		return event, to
	}
	access := w.give(c.ID, domain.AccessPhoneManager, "Ann@acme.example", "bob@acme.example")
	if access.GroupName != "Acme Ltd Phone Manager" || !access.GrantedAt.Equal(w.now) || access.PartnerID != "northwind" {
		t.Errorf("given %+v", access)
	}
	if event, to := told(0); event != "access_role_granted" || !slices.Equal(to, []string{"Ann@acme.example", "bob@acme.example"}) {
		t.Errorf("granted: %s to %q", event, to)
	}
	w.silent(func() {
		same := w.give(c.ID, domain.AccessPhoneManager, "BOB@acme.example", "ann@acme.example")
		if same.Revision != access.Revision || !slices.Equal(same.NotifyEmails, access.NotifyEmails) {
			t.Errorf("no change: %+v", same)
		}
	})
	before := len(w.mails())
	changed := w.give(c.ID, domain.AccessPhoneManager, "ANN@acme.example", "cid@acme.example")
	if !slices.Equal(changed.NotifyEmails, []string{"Ann@acme.example", "cid@acme.example"}) || changed.Revision == access.Revision || !changed.GrantedAt.Equal(access.GrantedAt) {
		t.Errorf("changed %+v", changed)
	}
	if event, to := told(before); event != "access_role_changed" || !slices.Equal(to, []string{"Ann@acme.example", "bob@acme.example", "cid@acme.example"}) {
		t.Errorf("changed: %s to %q", event, to)
	}
	before = len(w.mails())
	if err := w.s.DeleteAccessRole(ctx, w.as("administrator"), c.ID, domain.AccessPhoneManager, domain.Precondition{IfMatch: changed.Revision}); err != nil {
		t.Fatal(err)
	}
	if event, to := told(before); event != "access_role_revoked" || !slices.Equal(to, []string{"Ann@acme.example", "cid@acme.example"}) {
		t.Errorf("revoked: %s to %q", event, to)
	}
	if list := must(w.s.ListAccessRoles(ctx, w.as("administrator"), domain.AccessRoleFilter{CustomerID: c.ID}, domain.Page{}))(t); len(list.Items) != 0 {
		t.Errorf("left: %+v", list.Items)
	}
	var actions []string
	for _, e := range w.events()[1:] { // after the customer's creation
		actions = append(actions, string(e.Action)+" "+strings.TrimPrefix(e.ObjectID, c.ID))
	}
	if got, want := strings.Join(actions, ", "), "create /phone_manager, update /phone_manager, delete /phone_manager"; got != want {
		t.Errorf("audit: %s", got)
	}
}

func TestWhoGivesAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, step := range []struct {
		name string
		do   func(context.Context, *world) error
	}{
		{"a partner that holds decision_maker gives the other role", putAccess("administrator", initech, domain.AccessPhoneManager, "a@x.example")},
		{"and changes whom to notify of its own", putAccess("administrator", initech, domain.AccessDecisionMaker, "b@x.example")},
		{"and gives back", deleteAccess("administrator", initech, domain.AccessDecisionMaker)},
		{"what it no longer decides it may give back too", deleteAccess("administrator", initech, domain.AccessPhoneManager)},
		{"the customer's own client gives", putAccess("globex-decider", globex, domain.AccessDecisionMaker, "a@x.example")},
		{"and the partner then may", putAccess("administrator", globex, domain.AccessPhoneManager, "a@x.example")},
		{"the customer's own client takes away", deleteAccess("globex-decider", globex, domain.AccessPhoneManager)},
	} {
		if err := step.do(ctx, w); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	wantCode(t, putAccess("administrator", initech, domain.AccessPhoneManager, "a@x.example")(ctx, w), domain.CodeNotDecisionMaker)
}

func TestCustomersOwnClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, decider, phones := t.Context(), w.as("globex-decider"), w.as("globex-phones")
	if len(decider.Scopes) != 0 || decider.PartnerID != "northwind" || decider.CustomerID != globex {
		t.Errorf("actor %+v", decider)
	}
	if err := putAccess("globex-decider", globex, domain.AccessPhoneManager, "a@x.example")(ctx, w); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []domain.Actor{decider, phones} {
		if c := must(w.s.GetCustomer(ctx, actor, globex))(t); c.Name != "Globex" {
			t.Errorf("own account: %+v", c)
		}
		if roles := must(w.s.CustomerRoles(ctx, actor, globex))(t); len(roles) != 7 {
			t.Errorf("%d roles", len(roles))
		}
		if me := must(w.s.CurrentClient(ctx, actor))(t); me.PartnerName != "Northwind" || me.PartnerKind != domain.KindMSP {
			t.Errorf("me %+v", me)
		}
		_, err := w.s.GetCustomer(ctx, actor, initech)
		wantCode(t, err, domain.CodeNotFound)
		_, err = w.s.CustomerRoles(ctx, actor, initech)
		wantCode(t, err, domain.CodeNotFound)
	}
	if list := must(w.s.ListCustomerAccessRoles(ctx, decider, globex, domain.Page{}))(t); len(list.Items) != 1 {
		t.Errorf("access roles %+v", list)
	}
	if _, err := w.s.GetAccessRole(ctx, decider, globex, domain.AccessPhoneManager); err != nil {
		t.Error(err)
	}
	_, err := w.s.ListCustomerAccessRoles(ctx, phones, globex, domain.Page{})
	wantCode(t, err, domain.CodeNotDecisionMaker)
	_, err = w.s.GetAccessRole(ctx, decider, initech, domain.AccessDecisionMaker)
	wantCode(t, err, domain.CodeNotFound)
	for name, call := range map[string]func() error{
		"partner":           func() error { _, err := w.s.GetPartner(ctx, decider); return err },
		"emergency contact": func() error { _, err := w.s.GetEmergencyContact(ctx, decider); return err },
		"config":            func() error { _, err := w.s.GetPartnerConfig(ctx, decider); return err },
		"portal roles":      func() error { _, err := w.s.PortalRoleCatalogue(ctx, decider); return err },
		"partner roles":     func() error { _, err := w.s.PartnerRoles(ctx, decider); return err },
		"users": func() error {
			_, err := w.s.ListPartnerUsers(ctx, decider, domain.PartnerUserFilter{}, domain.Page{})
			return err
		},
		"admins": func() error {
			_, err := w.s.ListPortalAdmins(ctx, decider, domain.PortalAdminFilter{}, domain.Page{})
			return err
		},
		"grants": func() error {
			_, err := w.s.ListExternalAdmins(ctx, decider, domain.ExternalAdminFilter{}, domain.Page{})
			return err
		},
		"own grants": func() error {
			_, err := w.s.ListCustomerExternalAdmins(ctx, decider, globex, domain.Page{})
			return err
		},
		"access roles": func() error {
			_, err := w.s.ListAccessRoles(ctx, decider, domain.AccessRoleFilter{}, domain.Page{})
			return err
		},
		"audit": func() error {
			_, err := w.s.ListAuditEvents(ctx, decider, domain.AuditFilter{}, domain.Page{})
			return err
		},
		"outbox":   func() error { _, err := w.s.ListOutbox(ctx, decider, domain.Page{}); return err },
		"training": func() error { _, err := w.s.ListTraining(ctx, decider, domain.Page{}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantCode(t, call(), domain.CodeForbidden)
		})
	}
}
