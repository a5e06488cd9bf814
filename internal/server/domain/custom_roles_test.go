package domain_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// own stands for the customer's id where the account is the partner's.
const own = ""

func putRole(client, customerID, name string, permissions ...string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutRole(ctx, w.as(client), customerID, name, domain.RoleInput{Permissions: permissions}, domain.Precondition{})
		return err
	}
}

func deleteRole(client, customerID, name string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeleteRole(ctx, w.as(client), customerID, name, domain.Precondition{})
	}
}

func TestRoleRefusals(t *testing.T) {
	t.Parallel()
	const read = "users.read"
	longLine := func(ctx context.Context, w *world) error {
		in := domain.RoleInput{Description: strings.Repeat("d", 201), Permissions: []string{read}}
		_, _, err := w.s.PutRole(ctx, w.as("administrator"), globex, "new", in, domain.Precondition{})
		return err
	}
	createOnly := func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutRole(ctx, w.as("administrator"), globex, "desk", domain.RoleInput{}, domain.Precondition{CreateOnly: true})
		return err
	}
	stale := func(ctx context.Context, w *world) error {
		return w.s.DeleteRole(ctx, w.as("administrator"), globex, "desk", domain.Precondition{IfMatch: "old"})
	}
	runRefused(t, []refused{
		{name: "unknown permission", do: putRole("administrator", globex, "new", read, "users.delete"), code: domain.CodeInvalidValue, field: "/permissions/1"},
		{name: "permission in another case", do: putRole("administrator", globex, "new", "Users.Read"), code: domain.CodeInvalidValue, field: "/permissions/0"},
		{name: "permission twice", do: putRole("administrator", globex, "new", read, read), code: domain.CodeInvalidValue, field: "/permissions/1"},
		{name: "name", do: putRole("administrator", globex, "a/b", read), code: domain.CodeInvalidValue, field: "/name"},
		{name: "long description", do: longLine, code: domain.CodeInvalidValue, field: "/description"},
		{name: "built-in", do: putRole("administrator", globex, domain.AccountBasicAdministrator, read), code: domain.CodeInvalidValue, field: "/name"},
		{name: "built-in but for the case", do: putRole("administrator", own, "Basic_Administrator", read), code: domain.CodeInvalidValue, field: "/name"},
		{name: "deleting a built-in", do: deleteRole("administrator", globex, domain.AccountBasicAdministrator), code: domain.CodeInvalidValue},
		{name: "content", do: putRole("administrator", globex, "new", read, "content.read"), code: domain.CodeProtectedRole, field: "/permissions/1"},
		{name: "content search", do: putRole("administrator", own, "new", "content.search"), code: domain.CodeProtectedRole, field: "/permissions/0"},
		{name: "content for a role that has none", do: putRole("administrator", globex, "desk", "messages.read"), code: domain.CodeProtectedRole, field: "/permissions/0"},
		{name: "taking content away", do: putRole("administrator", globex, "vault", read), code: domain.CodeProtectedRole},
		{name: "protected as it is", do: putRole("administrator", globex, "vault", read, "messages.read"), code: domain.CodeProtectedRole},
		{name: "deleting a protected one", do: deleteRole("administrator", globex, "vault"), code: domain.CodeProtectedRole},
		{
			name: "held by external administrators", given: given(putGrant("administrator", globex, "sales@northwind.example", "desk")),
			do: deleteRole("administrator", globex, "desk"), code: domain.CodeInUse, blockers: []domain.Blocker{{Kind: domain.KindExternalAdmin, ID: globex + "/sales@northwind.example"}},
		},
		{
			name: "held by partner users", do: deleteRole("administrator", own, "user manager"),
			code: domain.CodeInUse, blockers: []domain.Blocker{{Kind: domain.KindPartnerUser, ID: "custom@northwind.example"}},
		},
		{name: "exists", do: createOnly, code: domain.CodeAlreadyExists, existing: globex + "/desk", request: true},
		{name: "changed since", do: stale, code: domain.CodePreconditionFailed, request: true},
		{name: "deleting none", do: deleteRole("administrator", globex, "Desk"), code: domain.CodeNotFound, request: true},
		{name: "another account's role", do: deleteRole("administrator", own, "desk"), code: domain.CodeNotFound, request: true},
		{name: "another partner's customer", do: putRole("administrator", "cus_contoso", "new", read), code: domain.CodeNotFound, request: true},
		{name: "helpdesk at a customer", do: putRole("helpdesk", globex, "new", read), code: domain.CodeForbidden, request: true},
		{name: "helpdesk in the own account", do: deleteRole("helpdesk", own, "reader"), code: domain.CodeForbidden, request: true},
		{name: "who manages the own users only", do: putRole("for-basic", own, "user manager", "account.manage"), code: domain.CodeForbidden, request: true},
		{name: "a partner administrator there", do: putRole("for-help", globex, "new", read), code: domain.CodeForbidden, request: true},
		{name: "a customer's own client", do: putRole("globex-decider", globex, "new", read), code: domain.CodeForbidden, request: true},
	})
}

func TestUnknownPermissionListsPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := refusal(t, putRole("administrator", globex, "new", "users.delete")(t.Context(), w))
	for _, permission := range domain.AccountPermissions {
		open := !slices.Contains([]string{"content.read", "content.search", "messages.read"}, permission) // support alone gives those
		if strings.Contains(e.Detail, permission) != open {
			t.Errorf("%s is offered: %v, want %v: %s", permission, !open, open, e.Detail)
		}
	}
}

func TestRoleLife(t *testing.T) {
	t.Parallel()
	for _, account := range []string{globex, own} {
		w := newWorld(t)
		ctx, actor := t.Context(), w.as("administrator")
		id := strings.TrimPrefix(account+"/Mail Tracker", "/")
		in := domain.RoleInput{Description: "Follows mail.", Permissions: []string{"messages.track", "account.read"}}
		role, created, err := w.s.PutRole(ctx, actor, account, "Mail Tracker", in, domain.Precondition{CreateOnly: true})
		if err != nil || !created || !role.Editable || !role.Assignable || role.ContentProtected || role.Builtin || role.CustomerID != account ||
			!slices.Equal(role.Permissions, []string{"account.read", "messages.track"}) {
			t.Fatalf("created %+v, %v, %v", role, created, err)
		}
		w.silent(func() {
			in.Permissions = []string{"account.read", "messages.track"}
			same, created, err := w.s.PutRole(ctx, actor, account, "Mail Tracker", in, domain.Precondition{})
			if err != nil || created || same.Revision != role.Revision {
				t.Errorf("no change: %+v, %v, %v", same, created, err)
			}
		})
		in.Permissions = []string{}
		changed, created, err := w.s.PutRole(ctx, actor, account, "Mail Tracker", in, domain.Precondition{IfMatch: role.Revision})
		if err != nil || created || len(changed.Permissions) != 0 || changed.Revision == role.Revision || changed.Description != in.Description {
			t.Errorf("changed %+v, %v, %v", changed, created, err)
		}
		if got := must(w.s.GetRole(ctx, actor, account, "Mail Tracker"))(t); fmt.Sprint(got) != fmt.Sprint(changed) {
			t.Errorf("read %+v, want %+v", got, changed)
		}
		other, created, err := w.s.PutRole(ctx, actor, account, "mail tracker", in, domain.Precondition{CreateOnly: true})
		if err != nil || !created || other.Name != "mail tracker" {
			t.Errorf("another case is another role: %+v, %v, %v", other, created, err)
		}
		if err := w.s.DeleteRole(ctx, actor, account, "Mail Tracker", domain.Precondition{IfMatch: changed.Revision}); err != nil {
			t.Error(err)
		}
		_, err = w.s.GetRole(ctx, actor, account, "Mail Tracker")
		wantCode(t, err, domain.CodeNotFound)
		var actions []string
		for _, e := range w.events() {
			actions = append(actions, fmt.Sprintf("%s %s %s at %q", e.Action, e.Kind, e.ObjectID, e.CustomerID))
		}
		want := fmt.Sprintf("create role %[1]s at %[2]q, update role %[1]s at %[2]q, create role %[3]s at %[2]q, delete role %[1]s at %[2]q", id, account, strings.ToLower(id))
		if got := strings.Join(actions, ", "); got != want {
			t.Errorf("audit: %s\nwant: %s", got, want)
		}
	}
}

// Built-in roles can be read wherever there is an account, and have a version too.
func TestBuiltinRoleIsReadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, account := range []string{globex, own} {
		role := must(w.s.GetRole(t.Context(), w.as("prospects"), account, domain.AccountSuperAdministrator))(t)
		if !role.Builtin || role.Editable || !role.ContentProtected || role.Revision == "" || role.CustomerID != account {
			t.Errorf("got %+v", role)
		}
	}
	if _, err := w.s.GetRole(t.Context(), w.as("globex-phones"), globex, "desk"); err != nil {
		t.Errorf("a customer's own client: %v", err)
	}
	_, err := w.s.GetRole(t.Context(), w.as("globex-phones"), own, "reader")
	wantCode(t, err, domain.CodeForbidden)
}

func TestCustomRoleLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names := func(f domain.RoleFilter, page domain.Page) (got []string, next string) {
		list := must(w.s.ListCustomRoles(t.Context(), w.as("helpdesk"), f, page))(t)
		for _, role := range list.Items {
			if role.Assignable == role.ContentProtected {
				t.Errorf("flags of %+v", role)
			}
			got = append(got, role.CustomerID+"/"+role.Name)
		}
		return got, list.NextToken
	}
	all, _ := names(domain.RoleFilter{}, domain.Page{})
	if want := []string{"/reader", "/searcher", "/user manager", globex + "/desk", globex + "/vault"}; !slices.Equal(all, want) {
		t.Errorf("got %v, want %v", all, want)
	}
	if got, _ := names(domain.RoleFilter{CustomerID: globex}, domain.Page{}); !slices.Equal(got, all[3:]) {
		t.Errorf("of a customer: %v", got)
	}
	first, next := names(domain.RoleFilter{}, domain.Page{Size: 2})
	second, _ := names(domain.RoleFilter{}, domain.Page{Token: next})
	if !slices.Equal(append(first, second...), all) {
		t.Errorf("in pages: %v, %v", first, second)
	}
}

// What a role of the own account permits counts at once for whoever holds it: a token that is out already gains and
// loses with it.
func TestChangedRoleCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	token := must(w.s.IssueToken(ctx, "for-custom", secret, nil))(t)
	manages := func() bool {
		return slices.Contains(must(w.s.Authenticate(ctx, token.AccessToken))(t).Scopes, domain.ScopePartnerUsersManage)
	}
	if !manages() {
		t.Fatal("a custom role with users.manage must let its holder manage partner users")
	}
	if err := putRole("administrator", own, "user manager", "users.read")(ctx, w); err != nil {
		t.Fatal(err)
	}
	if manages() {
		t.Error("the role lost users.manage, the token did not")
	}
	if err := putRole("administrator", own, "user manager", "users.manage")(ctx, w); err != nil {
		t.Fatal(err)
	}
	if !manages() {
		t.Error("the role has users.manage again, the token has not")
	}
}

// A role that a customer's external administrators hold can be removed once nobody does, and goes with the customer.
func TestRoleAfterItsHolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	const sales = "sales@northwind.example"
	for _, step := range []func(context.Context, *world) error{
		putGrant("administrator", globex, sales, "desk"),
		putGrant("administrator", globex, sales, domain.AccountBasicAdministrator),
		deleteRole("administrator", globex, "desk"),
	} {
		if err := step(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	customer := w.create(acme())
	if err := putRole("administrator", customer.ID, "desk", "users.read")(ctx, w); err != nil {
		t.Fatal(err)
	}
	if err := w.s.DeleteCustomer(ctx, w.as("administrator"), customer.ID, false, domain.Precondition{}); err != nil {
		t.Fatalf("a role nobody holds stands in the way: %v", err)
	}
	list := must(w.s.ListCustomRoles(ctx, w.as("administrator"), domain.RoleFilter{CustomerID: customer.ID}, domain.Page{}))(t)
	if len(list.Items) != 0 {
		t.Errorf("left behind: %+v", list.Items)
	}
}
