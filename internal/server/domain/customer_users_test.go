package domain_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Managed customers of northwind that usersWorld adds.
const (
	hooli   = "cus_hooli"   // was taken over: no built-in administrator; ana is its only master_admin, tom has standard_support
	vandely = "cus_vandely" // with a built-in administrator and ana as master_admin
	ana     = "ana@hooli.example"
	tom     = "tom@hooli.example"
)

// withUsers brings in customers with users.
func withUsers(w *world) {
	w.t.Helper()
	no := false
	people := []domain.SeedCustomerUser{{Email: "Ana@hooli.example", Name: "Ana", Role: domain.UserMasterAdmin}, {Email: tom, Name: "Tom", Role: domain.UserStandardSupport}}
	_, err := w.s.ApplySeed(w.t.Context(), "users", domain.Seed{Partners: []domain.SeedPartner{{
		Partner: seed().Partners[0].Partner,
		Customers: []domain.SeedCustomer{
			{ID: hooli, Name: "Hooli", Domain: "hooli.example", Relationship: domain.RelationshipManaged, BuiltinAdmin: &no, DeletionProtection: &no, Users: people},
			{ID: vandely, Name: "Vandely", Domain: "vandely.example", Relationship: domain.RelationshipManaged, DeletionProtection: &no, Users: people[:1]},
		},
	}}})
	if err != nil {
		w.t.Fatal(err)
	}
}

func usersWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	withUsers(w)
	return w
}

func putCustomerUser(client, customerID, email string, role domain.CustomerUserRole) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutCustomerUser(ctx, w.as(client), customerID, email, domain.CustomerUserInput{Name: "Somebody", Role: role}, domain.Precondition{})
		return err
	}
}

func deleteCustomerUser(client, customerID, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeleteCustomerUser(ctx, w.as(client), customerID, email, domain.Precondition{})
	}
}

func getCustomerUser(client, customerID, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, err := w.s.GetCustomerUser(ctx, w.as(client), customerID, email)
		return err
	}
}

func TestCustomerUserRefusals(t *testing.T) {
	t.Parallel()
	audit, master := domain.UserAudit, domain.UserMasterAdmin
	named := func(in domain.CustomerUserInput) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			_, _, err := w.s.PutCustomerUser(ctx, w.as("administrator"), hooli, "eve@hooli.example", in, domain.Precondition{})
			return err
		}
	}
	cases := []refused{
		{name: "referral", do: putCustomerUser("administrator", globex, "eve@x.example", audit), code: domain.CodeNotManaged},
		{name: "deletion at a referral", do: deleteCustomerUser("administrator", globex, "eve@x.example"), code: domain.CodeNotManaged},
		{name: "another's customer", do: putCustomerUser("administrator", "cus_contoso", "eve@x.example", audit), code: domain.CodeNotFound, request: true},
		{name: "no such role", do: putCustomerUser("administrator", hooli, "eve@x.example", "king"), code: domain.CodeInvalidValue, field: "/role"},
		{name: "a role of accounts", do: putCustomerUser("administrator", hooli, "eve@x.example", "basic_administrator"), code: domain.CodeInvalidValue, field: "/role"},
		{name: "no role", do: putCustomerUser("administrator", hooli, "eve@x.example", ""), code: domain.CodeInvalidValue, field: "/role"},
		{name: "address", do: putCustomerUser("administrator", hooli, "eve", audit), code: domain.CodeInvalidValue, field: "/email"},
		{name: "another spelling", do: named(domain.CustomerUserInput{Email: "adam@hooli.example", Name: "Eve", Role: audit}), code: domain.CodeInvalidValue, field: "/email"},
		{name: "no name", do: named(domain.CustomerUserInput{Role: audit}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "two lines", do: named(domain.CustomerUserInput{Name: "E\nve", Role: audit}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "the built-in administrator", do: putCustomerUser("administrator", vandely, "MSP_Vandely@vandely.example", master), code: domain.CodeInvalidValue, field: "/email"},
		{name: "deletion of the built-in administrator", do: deleteCustomerUser("administrator", vandely, "MSP_Vandely@vandely.example"), code: domain.CodeInvalidValue},
		{name: "reading the built-in administrator", do: getCustomerUser("administrator", vandely, "msp_vandely@vandely.example"), code: domain.CodeNotFound, request: true},
		{name: "nobody", do: deleteCustomerUser("administrator", hooli, "eve@x.example"), code: domain.CodeNotFound, request: true},
		{name: "last master admin, another role", do: putCustomerUser("administrator", hooli, ana, audit), code: domain.CodeLastMasterAdmin, field: "/role"},
		{name: "last master admin, deletion", do: deleteCustomerUser("administrator", hooli, ana), code: domain.CodeLastMasterAdmin},
	}
	for _, client := range []string{"helpdesk", "lead"} {
		cases = append(cases, []refused{
			{name: client + " makes a master admin", do: putCustomerUser(client, hooli, "eve@x.example", master), code: domain.CodeForbidden, field: "/role", request: true},
			{name: client + " promotes", do: putCustomerUser(client, hooli, tom, master), code: domain.CodeForbidden, field: "/role", request: true},
			{name: client + " changes a master admin", do: putCustomerUser(client, hooli, ana, master), code: domain.CodeForbidden, field: "/role", request: true},
			{name: client + " demotes", do: putCustomerUser(client, vandely, ana, audit), code: domain.CodeForbidden, field: "/role", request: true},
			{name: client + " deletes a master admin", do: deleteCustomerUser(client, vandely, ana), code: domain.CodeForbidden, request: true},
		}...)
	}
	for _, client := range []string{"sales", "prospects", "globex-decider"} {
		cases = append(cases, []refused{
			{name: client + " makes", do: putCustomerUser(client, hooli, "eve@x.example", audit), code: domain.CodeForbidden, request: true},
			{name: client + " deletes", do: deleteCustomerUser(client, hooli, tom), code: domain.CodeForbidden, request: true},
			{name: client + " reads", do: getCustomerUser(client, hooli, tom), code: domain.CodeForbidden, request: true},
		}...)
	}
	for i := range cases {
		cases[i].given = withUsers
	}
	runRefused(t, cases)
}

// Of two master admins one may go; the built-in administrator counts as one.
func TestMasterAdminsThatMayGo(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *world) error{
		"demoted beside the built-in one": putCustomerUser("administrator", vandely, ana, domain.UserAudit),
		"deleted beside the built-in one": deleteCustomerUser("administrator", vandely, ana),
		"demoted beside another":          putCustomerUser("administrator", hooli, ana, domain.UserAudit),
		"deleted beside another":          deleteCustomerUser("administrator", hooli, ana),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := usersWorld(t)
			given(putCustomerUser("administrator", hooli, tom, domain.UserMasterAdmin))(w)
			if err := do(t.Context(), w); err != nil {
				t.Error(err)
			}
		})
	}
}

// Helpdesk and implementation leads look after all other users.
func TestCustomerUsersOfHelpers(t *testing.T) {
	t.Parallel()
	for _, client := range []string{"helpdesk", "lead"} {
		w := usersWorld(t)
		for _, do := range []func(context.Context, *world) error{
			putCustomerUser(client, hooli, "eve@x.example", domain.UserBackupAdmin), putCustomerUser(client, hooli, tom, domain.UserFullSupport),
			deleteCustomerUser(client, hooli, tom), getCustomerUser(client, hooli, ana),
		} {
			if err := do(t.Context(), w); err != nil {
				t.Errorf("%s: %v", client, err)
			}
		}
	}
}

func TestCustomerUserLife(t *testing.T) {
	t.Parallel()
	w := usersWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	in := domain.CustomerUserInput{Email: "Eve@Hooli.example", Name: "Eve", Role: domain.UserBackupAdmin}
	user, created, err := w.s.PutCustomerUser(ctx, actor, hooli, "eve@hooli.example", in, domain.Precondition{CreateOnly: true})
	if err != nil || !created || user.Email != in.Email || user.Status != domain.UserActive || user.EmailKey != "eve@hooli.example" {
		t.Fatalf("created %+v, %v, %v", user, created, err)
	}
	// The same address in another case is the same user, in the spelling it was first given.
	w.silent(func() {
		in.Email = "EVE@hooli.example"
		same, created, err := w.s.PutCustomerUser(ctx, actor, hooli, "EVE@hooli.example", in, domain.Precondition{})
		if err != nil || created || same != user {
			t.Errorf("no change: %+v, %v, %v", same, created, err)
		}
		_, _, err = w.s.PutCustomerUser(ctx, actor, hooli, "EVE@hooli.example", in, domain.Precondition{CreateOnly: true})
		if e := refusal(t, err); e.Code != domain.CodeAlreadyExists || e.ExistingID != hooli+"/eve@hooli.example" {
			t.Errorf("got %v", e)
		}
	})
	for _, role := range domain.CustomerUserRoles {
		in.Role = role.Name
		changed, created, err := w.s.PutCustomerUser(ctx, actor, hooli, "eve@hooli.example", in, domain.Precondition{})
		if err != nil || created || changed.Role != role.Name || changed.Email != user.Email {
			t.Errorf("%s: %+v, %v, %v", role.Name, changed, created, err)
		}
	}
	if len(domain.CustomerUserRoles) != 8 {
		t.Errorf("there are %d roles", len(domain.CustomerUserRoles))
	}
	// Another account may have a user with the same address.
	if err := putCustomerUser("administrator", vandely, "eve@hooli.example", domain.UserAudit)(ctx, w); err != nil {
		t.Error(err)
	}
	if err := deleteCustomerUser("administrator", hooli, "EVE@hooli.example")(ctx, w); err != nil {
		t.Error(err)
	}
	events := w.events()
	last := events[len(events)-1]
	if len(events) != 11 || last.Kind != domain.KindCustomerUser || last.Action != domain.AuditDelete || last.ObjectID != hooli+"/eve@hooli.example" ||
		last.CustomerID != hooli || !strings.Contains(string(last.Before), `"role":"sso_admin"`) || last.After != nil {
		t.Errorf("%d audit events, the last is %+v", len(events), last)
	}
}

// The users of a disabled customer are disabled, keep their roles, can still be managed, and are active again with it.
// What is deleted is gone.
func TestDisabledCustomerUsers(t *testing.T) {
	t.Parallel()
	w := usersWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	enable := func(enabled bool) {
		t.Helper()
		no := false
		in := domain.CustomerInput{Name: "Hooli", Domain: "hooli.example", Enabled: &enabled, DeletionProtection: &no}
		if _, err := w.s.PutCustomer(ctx, actor, hooli, in, domain.Precondition{}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(want domain.CustomerUserStatus) {
		t.Helper()
		one := must(w.s.GetCustomerUser(ctx, actor, hooli, tom))(t)
		of := must(w.s.ListUsersOfCustomer(ctx, actor, hooli, domain.Page{}))(t)
		all := must(w.s.ListCustomerUsers(ctx, actor, domain.CustomerUserFilter{}, domain.Page{}))(t)
		if one.Status != want || one.Role != domain.UserStandardSupport || len(of.Items) != 2 || len(all.Items) != 3 {
			t.Fatalf("want %s: %+v, %+v, %+v", want, one, of, all)
		}
		for _, user := range slices.Concat(of.Items, all.Items) {
			if user.CustomerID == hooli && user.Status != want || user.CustomerID == vandely && user.Status != domain.UserActive {
				t.Errorf("%s/%s is %s, want %s", user.CustomerID, user.Email, user.Status, want)
			}
		}
		if allowed := w.ask(hooli, tom, "", "").Allowed; allowed != (want == domain.UserActive) {
			t.Errorf("%s, but gets in: %v", want, allowed)
		}
	}
	has(domain.UserActive)
	revision := must(w.s.GetCustomerUser(ctx, actor, hooli, tom))(t).Revision
	enable(false)
	has(domain.UserDisabled)
	put, _, err := w.s.PutCustomerUser(ctx, actor, hooli, tom, domain.CustomerUserInput{Name: "Tom", Role: domain.UserStandardSupport}, domain.Precondition{IfMatch: revision})
	if err != nil || put.Status != domain.UserDisabled {
		t.Errorf("got %+v, %v", put, err)
	}
	enable(true)
	has(domain.UserActive)
	if err := deleteCustomerUser("administrator", hooli, tom)(ctx, w); err != nil {
		t.Error(err)
	}
	wantCode(t, getCustomerUser("administrator", hooli, tom)(ctx, w), domain.CodeNotFound)
}

func TestCustomerUserLists(t *testing.T) {
	t.Parallel()
	w := usersWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	for _, c := range []struct {
		filter domain.CustomerUserFilter
		want   int
	}{
		{domain.CustomerUserFilter{}, 3},
		{domain.CustomerUserFilter{CustomerID: hooli}, 2},
		{domain.CustomerUserFilter{CustomerID: globex}, 0},
		{domain.CustomerUserFilter{Email: "ANA@hooli.example"}, 2},
		{domain.CustomerUserFilter{Email: "ANA@hooli.example", CustomerID: vandely}, 1},
		{domain.CustomerUserFilter{Role: domain.UserStandardSupport}, 1},
		{domain.CustomerUserFilter{EmailDomain: "HOOLI.example"}, 3},
		{domain.CustomerUserFilter{EmailDomain: "vandely.example"}, 0},
	} {
		if list := must(w.s.ListCustomerUsers(ctx, actor, c.filter, domain.Page{}))(t); len(list.Items) != c.want || list.NextToken != "" {
			t.Errorf("%+v: %d, want %d", c.filter, len(list.Items), c.want)
		}
	}
	_, err := w.s.ListUsersOfCustomer(ctx, actor, globex, domain.Page{})
	wantCode(t, err, domain.CodeNotManaged)
	_, err = w.s.ListUsersOfCustomer(ctx, w.as("contoso"), hooli, domain.Page{})
	wantCode(t, err, domain.CodeNotFound)
	_, err = w.s.ListCustomerUsers(ctx, w.as("sales"), domain.CustomerUserFilter{}, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
}

// Users stand in the way of deleting their customer, the built-in administrator never does.
func TestDeletionWithCustomerUsers(t *testing.T) {
	t.Parallel()
	w := usersWorld(t)
	ctx := t.Context()
	w.silent(func() {
		e := refusal(t, deleteAs("administrator", "hooli.example", false)(ctx, w))
		want := []domain.Blocker{{Kind: "customer_user", ID: hooli + "/" + ana}, {Kind: "customer_user", ID: hooli + "/" + tom}}
		if e.Code != domain.CodeInUse || !slices.Equal(e.Blockers, want) {
			t.Errorf("got %v, blockers %v", e, e.Blockers)
		}
	})
	before := len(w.events())
	if err := deleteAs("administrator", "hooli.example", true)(ctx, w); err != nil {
		t.Fatal(err)
	}
	var gone []string
	for _, e := range w.events()[before:] {
		gone = append(gone, e.Kind+" "+e.ObjectID)
	}
	if want := []string{"customer_user " + hooli + "/" + ana, "customer_user " + hooli + "/" + tom, "customer " + hooli}; !slices.Equal(gone, want) {
		t.Errorf("audit %q, want %q", gone, want)
	}
	given(deleteCustomerUser("administrator", vandely, ana))(w)
	if err := deleteAs("administrator", "vandely.example", false)(ctx, w); err != nil {
		t.Error(err)
	}
}

func TestSeedOfCustomerUsers(t *testing.T) {
	t.Parallel()
	managed, no := domain.RelationshipManaged, false
	w := emptyWorld(t) // one for all cases, since none of them leaves anything
	for name, c := range map[string]struct {
		path     string
		customer domain.SeedCustomer
	}{
		"referral":             {"users", domain.SeedCustomer{Users: []domain.SeedCustomerUser{{Email: ana, Name: "Ana", Role: domain.UserAudit}}}},
		"built-in of referral": {"builtin_admin", domain.SeedCustomer{BuiltinAdmin: &no}},
		"no master admin":      {"users", domain.SeedCustomer{Relationship: managed, BuiltinAdmin: &no, Users: []domain.SeedCustomerUser{{Email: ana, Name: "Ana", Role: domain.UserAudit}}}},
		"address":              {"users[0].email", domain.SeedCustomer{Relationship: managed, Users: []domain.SeedCustomerUser{{Email: "ana", Name: "Ana", Role: domain.UserAudit}}}},
		"name":                 {"users[0].name", domain.SeedCustomer{Relationship: managed, Users: []domain.SeedCustomerUser{{Email: ana, Role: domain.UserAudit}}}},
		"role":                 {"users[0].role", domain.SeedCustomer{Relationship: managed, Users: []domain.SeedCustomerUser{{Email: ana, Name: "Ana", Role: "king"}}}},
		"built-in":             {"users[0].email", domain.SeedCustomer{Relationship: managed, Users: []domain.SeedCustomerUser{{Email: "MSP_new@new.example", Name: "Ana", Role: domain.UserAudit}}}},
		"twice": {"users[1].email", domain.SeedCustomer{Relationship: managed, Users: []domain.SeedCustomerUser{
			{Email: ana, Name: "Ana", Role: domain.UserAudit}, {Email: strings.ToUpper(ana), Name: "Ana", Role: domain.UserAudit},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := seed()
			c.customer.Name, c.customer.Domain = "New", "new.example"
			s.Partners[0].Customers = []domain.SeedCustomer{c.customer}
			_, err := w.s.ApplySeed(t.Context(), "hash", s)
			if err == nil || !strings.Contains(err.Error(), "\npartners[0].customers[0]."+c.path+": ") {
				t.Errorf("got %v, want a fault at %s", err, c.path)
			}
		})
	}
}

// A user signs in at the customer's own console, with what the role permits.
func TestAccessOfCustomerUser(t *testing.T) {
	t.Parallel()
	w := usersWorld(t)
	v := w.ask(hooli, "TOM@hooli.example", "", "")
	if !v.Allowed || len(v.Paths) != 1 || v.Paths[0].Kind != domain.KindCustomerUser || v.Paths[0].ID != hooli+"/"+tom || v.Paths[0].Via != domain.ViaDirect ||
		v.Paths[0].Role != "standard_support" || !slices.Equal(v.Permissions, []string{"account.read", "messages.track", "reports.read", "users.read"}) {
		t.Errorf("got %+v", v)
	}
	if v := w.ask(hooli, tom, "", domain.ViaPortal); v.Allowed || len(v.Paths) != 0 {
		t.Errorf("through the portal: %+v", v)
	}
	if v := w.ask(hooli, ana, "", ""); !slices.Equal(v.Permissions, slices.Sorted(slices.Values(append(slices.Clone(domain.AccountPermissions), domain.PermissionAPITokens)))) {
		t.Errorf("a master admin may %v", v.Permissions)
	}
	for _, role := range domain.CustomerUserRoles {
		for _, permission := range role.Permissions {
			if !slices.Contains(domain.AccountPermissions, permission) && (permission != domain.PermissionAPITokens || role.Name != domain.UserMasterAdmin) {
				t.Errorf("%s: there is no permission %s", role.Name, permission)
			}
		}
	}
}
