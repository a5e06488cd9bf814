package domain_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func putMember(client, customerID string, role domain.AccessRoleName, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutAccessGroupMember(ctx, w.as(client), customerID, role, email, domain.AccessGroupMemberInput{}, domain.Precondition{})
		return err
	}
}

func deleteMember(client, customerID string, role domain.AccessRoleName, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeleteAccessGroupMember(ctx, w.as(client), customerID, role, email, domain.Precondition{})
	}
}

// join puts a partner user into a group.
func (w *world) join(customerID string, role domain.AccessRoleName, email string) domain.AccessGroupMember {
	w.t.Helper()
	member, _, err := w.s.PutAccessGroupMember(w.t.Context(), w.as("administrator"), customerID, role, email, domain.AccessGroupMemberInput{}, domain.Precondition{})
	if err != nil {
		w.t.Fatalf("member: %v", err)
	}
	return member
}

func TestAccessGroupMemberRefusals(t *testing.T) {
	t.Parallel()
	const decides, phones, plain = domain.AccessDecisionMaker, domain.AccessPhoneManager, "plain@northwind.example"
	joined := func(w *world) { w.join(initech, decides, plain) }
	id := initech + "/decision_maker/" + plain
	runRefused(t, []refused{
		{name: "put without scope", do: putMember("helpdesk", initech, decides, plain), code: domain.CodeForbidden, request: true},
		{name: "put by a customer's own decision maker", do: putMember("globex-decider", globex, decides, plain), code: domain.CodeForbidden, request: true},
		{name: "put at another partner's customer", do: putMember("administrator", "cus_contoso", decides, plain), code: domain.CodeNotFound, request: true},
		{name: "no such role", do: putMember("administrator", initech, "billing_contact", plain), code: domain.CodeNotFound, request: true},
		{name: "a role that was not given", do: putMember("administrator", initech, phones, plain), code: domain.CodeUnknownRole, field: "/role"},
		{name: "no partner user", do: putMember("administrator", initech, decides, "nobody@northwind.example"), code: domain.CodeNotAPartnerUser, field: "/email"},
		{name: "another partner's user", do: putMember("administrator", initech, decides, "admin@contoso.example"), code: domain.CodeNotAPartnerUser, field: "/email"},
		{name: "an alias", do: putMember("administrator", initech, decides, "alias@northwind.example"), code: domain.CodeInvalidValue, field: "/email"},
		{name: "no address", do: putMember("administrator", initech, decides, "plain"), code: domain.CodeInvalidValue, field: "/email"},
		{
			name: "disabled", given: func(w *world) { w.disable("dir@northwind.example") },
			do: putMember("administrator", initech, decides, "dir@northwind.example"), code: domain.CodeUserDisabled, field: "/email",
		},
		{
			name: "somebody who is a member, as new", given: joined, code: domain.CodeAlreadyExists, existing: id, request: true,
			do: func(ctx context.Context, w *world) error {
				_, _, err := w.s.PutAccessGroupMember(ctx, w.as("administrator"), initech, decides, strings.ToUpper(plain), domain.AccessGroupMemberInput{}, domain.Precondition{CreateOnly: true})
				return err
			},
		},
		{name: "delete without scope", given: joined, do: deleteMember("sales", initech, decides, plain), code: domain.CodeForbidden, request: true},
		{name: "delete nobody", do: deleteMember("administrator", initech, decides, plain), code: domain.CodeNotFound, request: true},
		{
			name: "delete what was changed", given: joined, code: domain.CodePreconditionFailed, request: true,
			do: func(ctx context.Context, w *world) error {
				return w.s.DeleteAccessGroupMember(ctx, w.as("administrator"), initech, decides, plain, domain.Precondition{IfMatch: "old"})
			},
		},
		{
			name: "delete a partner user who is a member", given: joined, code: domain.CodeInUse, blockers: []domain.Blocker{{Kind: "access_group_member", ID: id}},
			do: func(ctx context.Context, w *world) error {
				return w.s.DeletePartnerUser(ctx, w.as("administrator"), plain, domain.Precondition{})
			},
		},
	})
}

// disable somebody, as a directory that does not name the person any more does.
func (w *world) disable(email string) {
	w.t.Helper()
	err := w.store.Write(w.t.Context(), func(ctx context.Context, tx domain.Tx) error {
		user, err := tx.PartnerUsers().Get(ctx, "northwind", email)
		if err != nil {
			return err
		}
		user.Disabled = true
		return tx.PartnerUsers().Put(ctx, user)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Members come and go, each is told, and each change is in the audit log; the group follows its customer's name.
func TestAccessGroupMemberLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, decides, phones := t.Context(), domain.AccessDecisionMaker, domain.AccessPhoneManager
	c := w.create(acme())
	w.give(c.ID, decides, "ann@acme.example")
	w.give(c.ID, phones, "ann@acme.example")
	before := len(w.mails())
	told := func() (all []string) {
		mails := w.mails()
		for _, mail := range mails[before:] {
			all = append(all, mail.Event+" "+mail.To)
		}
		before = len(mails)
		return all
	}

	member := w.join(c.ID, decides, "Plain@northwind.example")
	if member.GroupName != "Acme Ltd Decision Maker" || member.Email != "Plain@northwind.example" || !member.AddedAt.Equal(w.now) {
		t.Errorf("joined %+v", member)
	}
	if mail := w.mails()[before]; !strings.Contains(mail.Body, `"Acme Ltd Decision Maker"`) || !strings.Contains(mail.Subject, "Decision Maker at Acme Ltd") || !strings.Contains(mail.Body, "Admin@northwind.example") {
		t.Errorf("mail %+v", mail)
	}
	if got := told(); !slices.Equal(got, []string{"access_group_joined Plain@northwind.example"}) {
		t.Errorf("told %q", got)
	}
	w.silent(func() {
		if again := w.join(c.ID, decides, "PLAIN@northwind.example"); again != member {
			t.Errorf("a member already: %+v", again)
		}
	})

	// Both groups stand side by side, and a list tells them apart.
	w.join(c.ID, phones, "help@northwind.example")
	w.join(c.ID, phones, "plain@northwind.example")
	told()
	emails := func(f domain.AccessGroupMemberFilter) (all []string) {
		for _, m := range must(w.s.ListAccessGroupMembers(ctx, w.as("administrator"), f, domain.Page{}))(t).Items {
			all = append(all, string(m.Role)+" "+m.EmailKey)
		}
		return all
	}
	all := []string{"decision_maker plain@northwind.example", "phone_manager help@northwind.example", "phone_manager plain@northwind.example"}
	if got := emails(domain.AccessGroupMemberFilter{CustomerID: c.ID}); !slices.Equal(got, all) {
		t.Errorf("got %q", got)
	}
	if got := emails(domain.AccessGroupMemberFilter{Email: "PLAIN@northwind.example", Role: phones}); !slices.Equal(got, all[2:]) {
		t.Errorf("got %q", got)
	}
	if got := must(w.s.ListOneAccessGroupsMembers(ctx, w.as("administrator"), c.ID, decides, domain.Page{}))(t).Items; len(got) != 1 || got[0] != member {
		t.Errorf("got %+v", got)
	}

	renamed := acme()
	renamed.Name = "Ajax Ltd"
	if _, err := w.s.PutCustomer(ctx, w.as("administrator"), c.ID, renamed, domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	now := must(w.s.GetAccessGroupMember(ctx, w.as("administrator"), c.ID, decides, "plain@northwind.example"))(t)
	if now.GroupName != "Ajax Ltd Decision Maker" || now.Revision == member.Revision {
		t.Errorf("renamed %+v", now)
	}
	if got := told(); len(got) > 0 {
		t.Errorf("a name is no news: %q", got)
	}

	if err := deleteMember("administrator", c.ID, decides, "PLAIN@northwind.example")(ctx, w); err != nil {
		t.Fatal(err)
	}
	if got := told(); !slices.Equal(got, []string{"access_group_left Plain@northwind.example"}) {
		t.Errorf("told %q", got)
	}
	// With the role go its group and all memberships.
	if err := deleteAccess("administrator", c.ID, phones)(ctx, w); err != nil {
		t.Fatal(err)
	}
	want := []string{"access_group_left help@northwind.example", "access_group_left plain@northwind.example", "access_role_revoked ann@acme.example"}
	if got := told(); !slices.Equal(got, want) {
		t.Errorf("told %q", got)
	}
	if got := emails(domain.AccessGroupMemberFilter{CustomerID: c.ID}); got != nil {
		t.Errorf("left %q", got)
	}
	_, err := w.s.ListOneAccessGroupsMembers(ctx, w.as("administrator"), c.ID, phones, domain.Page{})
	wantCode(t, err, domain.CodeNotFound)

	var actions []string
	for _, e := range w.events() {
		if e.Kind == domain.KindAccessGroupMember {
			actions = append(actions, string(e.Action)+" "+strings.TrimPrefix(e.ObjectID, c.ID+"/"))
		}
	}
	audited := []string{
		"create decision_maker/plain@northwind.example", "create phone_manager/help@northwind.example", "create phone_manager/plain@northwind.example",
		"update decision_maker/plain@northwind.example", "update phone_manager/help@northwind.example", "update phone_manager/plain@northwind.example",
		"delete decision_maker/plain@northwind.example", "delete phone_manager/help@northwind.example", "delete phone_manager/plain@northwind.example",
	}
	if !slices.Equal(actions, audited) {
		t.Errorf("audit %q", actions)
	}
}

// What members may at a customer: phone managers do not see what it pays, decision makers do.
func TestWhoSeesInvoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	managed := w.create(acme())
	const help = "help@northwind.example"
	see := func(client, customerID string) error {
		_, err := w.s.ListInvoices(ctx, w.as(client), customerID, domain.Page{})
		return err
	}
	allowed := func(client, customerID string) {
		t.Helper()
		if err := see(client, customerID); err != nil {
			t.Errorf("%s at %s: %v", client, customerID, err)
		}
	}
	allowed("globex-decider", globex)
	wantCode(t, see("globex-phones", globex), domain.CodeNotDecisionMaker)
	wantCode(t, see("globex-decider", initech), domain.CodeNotFound)
	allowed("administrator", managed.ID)
	wantCode(t, see("helpdesk", managed.ID), domain.CodeForbidden)
	wantCode(t, see("administrator", initech), domain.CodeNotDecisionMaker) // although the partner holds the role: nobody is in its group
	wantCode(t, see("administrator", "cus_contoso"), domain.CodeNotFound)

	wantCode(t, see("for-help", initech), domain.CodeForbidden)
	w.give(initech, domain.AccessPhoneManager, "a@x.example")
	w.join(initech, domain.AccessPhoneManager, help)
	wantCode(t, see("for-help", initech), domain.CodeForbidden)
	w.join(initech, domain.AccessDecisionMaker, help)
	allowed("for-help", initech)
	wantCode(t, see("for-basic", initech), domain.CodeForbidden) // another person
	wantCode(t, see("for-help", globex), domain.CodeForbidden)   // another customer

	w.disable(help)
	wantCode(t, func() error {
		_, err := w.s.ListInvoices(ctx, w.signIn("for-help"), initech, domain.Page{})
		return err
	}(), domain.CodeForbidden)
	if err := deleteAccess("administrator", initech, domain.AccessDecisionMaker)(ctx, w); err != nil {
		t.Fatal(err)
	}
	wantCode(t, see("for-help", initech), domain.CodeForbidden)
}

// A disabled customer lets nobody in: members have no rights there until it is enabled again. Who manages it still does.
func TestMembersOfDisabledCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := acme()
	c := w.create(in)
	w.give(c.ID, domain.AccessDecisionMaker, "a@x.example")
	w.join(c.ID, domain.AccessDecisionMaker, helper)
	for _, enabled := range []bool{true, false, true} {
		in.Enabled = &enabled
		if _, err := w.s.PutCustomer(t.Context(), w.as("administrator"), c.ID, in, domain.Precondition{}); err != nil {
			t.Fatal(err)
		}
		_, err := w.s.ListInvoices(t.Context(), w.as("for-help"), c.ID, domain.Page{})
		switch {
		case enabled && err != nil:
			t.Errorf("enabled: %v", err)
		case !enabled:
			if e := refusal(t, err); e.Code != domain.CodeForbidden || !strings.Contains(e.Detail, "is disabled") {
				t.Errorf("disabled: %v", e)
			}
		}
		if told := w.ask(c.ID, helper, "", "").Allowed; told != enabled {
			t.Errorf("enabled %v: effective access says %v", enabled, told)
		}
		if _, err := w.s.ListInvoices(t.Context(), w.as("administrator"), c.ID, domain.Page{}); err != nil {
			t.Errorf("enabled %v: %v for the administrator", enabled, err)
		}
	}
}
