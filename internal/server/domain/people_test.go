package domain_test

import (
	"context"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func putUser(email string, in domain.PartnerUserInput) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutPartnerUser(ctx, w.as("administrator"), email, in, domain.Precondition{})
		return err
	}
}

func deleteUser(email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeletePartnerUser(ctx, w.as("administrator"), email, domain.Precondition{})
	}
}

func putAdmin(client, email string, in domain.PortalAdminInput) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutPortalAdmin(ctx, w.as(client), email, in, domain.Precondition{})
		return err
	}
}

func deleteAdmin(client, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeletePortalAdmin(ctx, w.as(client), email, domain.Precondition{})
	}
}

// given turns a write into a preparation.
func given(steps ...func(context.Context, *world) error) func(*world) {
	return func(w *world) {
		for _, step := range steps {
			if err := step(w.t.Context(), w); err != nil {
				w.t.Fatalf("preparation: %v", err)
			}
		}
	}
}

func TestPartnerUserRefusals(t *testing.T) {
	t.Parallel()
	const eve = "eve@northwind.example"
	runRefused(t, []refused{
		{name: "no address", do: putUser("eve", domain.PartnerUserInput{Name: "Eve"}), code: domain.CodeInvalidValue, field: "/email"},
		{name: "another spelling", do: putUser(eve, domain.PartnerUserInput{Name: "Eve", Email: "adam@northwind.example"}), code: domain.CodeInvalidValue, field: "/email"},
		{name: "blank name", do: putUser(eve, domain.PartnerUserInput{Name: " "}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "long name", do: putUser(eve, domain.PartnerUserInput{Name: strings.Repeat("e", 201)}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "phone", do: putUser(eve, domain.PartnerUserInput{Name: "Eve", Phone: "030 123456"}), code: domain.CodeInvalidValue, field: "/phone"},
		{name: "unknown role", do: putUser(eve, domain.PartnerUserInput{Name: "Eve", AccountRole: "king"}), code: domain.CodeUnknownRole, field: "/account_role"},
		{name: "a customer's role", do: putUser(eve, domain.PartnerUserInput{Name: "Eve", AccountRole: "desk"}), code: domain.CodeUnknownRole, field: "/account_role"},
		{name: "protected role", do: putUser(eve, domain.PartnerUserInput{Name: "Eve", AccountRole: domain.AccountFullAdministrator}), code: domain.CodeProtectedRole, field: "/account_role"},
		{name: "protected custom role", do: putUser(eve, domain.PartnerUserInput{Name: "Eve", AccountRole: "searcher"}), code: domain.CodeProtectedRole, field: "/account_role"},
		{name: "protected role taken", do: putUser("super@northwind.example", domain.PartnerUserInput{Name: "super"}), code: domain.CodeProtectedRole, field: "/account_role"},
		{name: "protected role deleted", do: deleteUser("super@northwind.example"), code: domain.CodeProtectedRole},
		{name: "alias of another", do: putUser("ALIAS@northwind.example", domain.PartnerUserInput{Name: "Al"}), code: domain.CodeAlreadyExists, field: "/email", existing: "dir@northwind.example"},
		{name: "put one of a directory", do: putUser("dir@northwind.example", domain.PartnerUserInput{Name: "Dora"}), code: domain.CodeManagedByDirectory, field: "/email"},
		{name: "phone of one of a directory", do: putUser("dir@northwind.example", domain.PartnerUserInput{Name: "dir", Phone: "+49 30 123456"}), code: domain.CodeManagedByDirectory, field: "/email"},
		{name: "protected role for one of a directory", do: putUser("dir@northwind.example", domain.PartnerUserInput{Name: "dir", AccountRole: domain.AccountFullAdministrator}), code: domain.CodeProtectedRole, field: "/account_role"},
		{name: "delete one of a directory", do: deleteUser("dir@northwind.example"), code: domain.CodeManagedByDirectory, field: "/email"},
		{name: "delete nobody", do: deleteUser(eve), code: domain.CodeNotFound, request: true},
		{
			name: "delete a portal admin", do: deleteUser("Sales@northwind.example"), code: domain.CodeInUse,
			blockers: []domain.Blocker{{Kind: "portal_admin", ID: "sales@northwind.example"}},
		},
		{
			name: "delete one with a protected grant", do: deleteUser("boss@northwind.example"), code: domain.CodeProtectedRole,
			blockers: []domain.Blocker{{Kind: "external_admin", ID: globex + "/boss@northwind.example"}},
		},
	})
}

func TestAllFindingsAtOnceFatalOnesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("administrator")
	found, err := w.s.Validate(t.Context(), func(ctx context.Context) error {
		return putUser("eve@northwind.example", domain.PartnerUserInput{Name: "", Phone: "1", AccountRole: "king"})(ctx, w)
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range found {
		got = append(got, e.Field+" "+string(e.Severity()))
	}
	if want := "/name fatal, /phone fatal, /account_role pending"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPartnerUserLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, admin := t.Context(), w.as("administrator")
	in := domain.PartnerUserInput{Email: "Eve@Northwind.example", Name: "Eve", Phone: "+49 30 123456", AccountRole: "user manager"}
	user, created, err := w.s.PutPartnerUser(ctx, admin, "eve@northwind.example", in, domain.Precondition{CreateOnly: true})
	if err != nil || !created || user.Email != in.Email || user.EmailKey != "eve@northwind.example" || user.Source != domain.SourceManual || user.Revision == "" {
		t.Fatalf("created %+v, %v, %v", user, created, err)
	}
	w.silent(func() {
		in.Email = "EVE@northwind.example"
		same, created, err := w.s.PutPartnerUser(ctx, admin, "EVE@northwind.example", in, domain.Precondition{IfMatch: user.Revision})
		if err != nil || created || same.Email != user.Email || same.Revision != user.Revision {
			t.Errorf("no change: %+v, %v, %v", same, created, err)
		}
	})
	in.AccountRole = ""
	changed, _, err := w.s.PutPartnerUser(ctx, admin, "eve@northwind.example", in, domain.Precondition{})
	if err != nil || changed.AccountRole != "" || changed.Email != user.Email || changed.Revision == user.Revision {
		t.Errorf("changed %+v, %v", changed, err)
	}
	if got := must(w.s.GetPartnerUser(ctx, admin, "EVE@NORTHWIND.example"))(t); got.Revision != changed.Revision {
		t.Errorf("read %+v", got)
	}
	if err := w.s.DeletePartnerUser(ctx, admin, "Eve@northwind.example", domain.Precondition{IfMatch: changed.Revision}); err != nil {
		t.Error(err)
	}
	_, err = w.s.GetPartnerUser(ctx, admin, "eve@northwind.example")
	wantCode(t, err, domain.CodeNotFound)
	var actions []string
	for _, e := range w.events() {
		actions = append(actions, string(e.Action)+" "+e.Kind+" "+e.ObjectID)
	}
	if got, want := strings.Join(actions, ", "), "create partner_user eve@northwind.example, update partner_user eve@northwind.example, delete partner_user eve@northwind.example"; got != want {
		t.Errorf("audit: %s", got)
	}
}

func TestPortalAdminRefusals(t *testing.T) {
	t.Parallel()
	const plain = "plain@northwind.example"
	helpdesk := domain.PortalAdminInput{Name: "P", Role: domain.RoleHelpdesk}
	lead := func(ctx context.Context, w *world) error {
		in := acme()
		in.ImplementationLead = "Lead@northwind.example"
		_, err := w.s.CreateCustomer(ctx, w.as("administrator"), in)
		return err
	}
	led := func(w *world) []domain.Blocker {
		list := must(w.s.ListCustomers(w.t.Context(), w.as("administrator"), domain.CustomerFilter{Name: "acme ltd"}, domain.Page{}))(w.t)
		return []domain.Blocker{{Kind: "customer", ID: list.Items[0].ID}}
	}
	runRefused(t, []refused{
		{name: "not a user", do: putAdmin("administrator", "eve@northwind.example", helpdesk), code: domain.CodeNotAPartnerUser, field: "/email"},
		{name: "an alias", do: putAdmin("administrator", "alias@Northwind.example", helpdesk), code: domain.CodeInvalidValue, field: "/email"},
		{name: "unknown role", do: putAdmin("administrator", plain, domain.PortalAdminInput{Name: "P", Role: "msp_king"}), code: domain.CodeInvalidValue, field: "/role"},
		{name: "no role", do: putAdmin("administrator", plain, domain.PortalAdminInput{Name: "P"}), code: domain.CodeInvalidValue, field: "/role"},
		{name: "no name", do: putAdmin("administrator", plain, domain.PortalAdminInput{Role: domain.RoleSales}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "phone", do: putAdmin("administrator", plain, domain.PortalAdminInput{Name: "P", Phone: "1", Role: domain.RoleSales}), code: domain.CodeInvalidValue, field: "/phone"},
		{name: "address", do: putAdmin("administrator", "plain", helpdesk), code: domain.CodeInvalidValue, field: "/email"},
		{name: "own demotion", do: putAdmin("administrator", "admin@northwind.example", helpdesk), code: domain.CodeOwnAccount, field: "/role"},
		{name: "own removal", do: deleteAdmin("administrator", "ADMIN@northwind.example"), code: domain.CodeOwnAccount},
		{
			name: "last demotion", given: given(putAdmin("robot", "boss@northwind.example", helpdesk)),
			do: putAdmin("robot", "admin@northwind.example", helpdesk), code: domain.CodeLastAdministrator, field: "/role",
		},
		{
			name: "last removal", given: given(putAdmin("robot", "boss@northwind.example", helpdesk)),
			do: deleteAdmin("robot", "admin@northwind.example"), code: domain.CodeLastAdministrator,
		},
		{
			name: "removal of an external administrator", do: deleteAdmin("robot", "help@northwind.example"), code: domain.CodeInUse,
			blockers: []domain.Blocker{{Kind: "external_admin", ID: globex + "/help@northwind.example"}},
		},
		{
			name: "removal of one with a protected grant", do: deleteAdmin("robot", "boss@northwind.example"), code: domain.CodeProtectedRole,
			blockers: []domain.Blocker{{Kind: "external_admin", ID: globex + "/boss@northwind.example"}},
		},
		{name: "removal of nobody", do: deleteAdmin("robot", plain), code: domain.CodeNotFound, request: true},
	})
	// The blocker's id is made up, so these two are no cases of the table.
	for name, do := range map[string]func(context.Context, *world) error{
		"removal of a lead": deleteAdmin("robot", "lead@northwind.example"), "demotion of a lead": putAdmin("robot", "lead@northwind.example", helpdesk),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			given(lead)(w)
			e := refusal(t, do(t.Context(), w))
			if want := led(w); e.Code != domain.CodeInUse || len(e.Blockers) != 1 || e.Blockers[0] != want[0] {
				t.Errorf("got %v, blockers %v, want %v", e, e.Blockers, want)
			}
		})
	}
}

func TestPortalAdminLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	in := domain.PortalAdminInput{Email: "Plain@northwind.example", Name: "P", Role: domain.RoleImplementationLead}
	admin, created, err := w.s.PutPortalAdmin(ctx, actor, "plain@northwind.example", in, domain.Precondition{})
	if err != nil || !created || admin.Status != domain.StatusUnregistered || admin.Email != in.Email {
		t.Fatalf("created %+v, %v, %v", admin, created, err)
	}
	w.silent(func() {
		in.Email = "PLAIN@northwind.example"
		same, created, err := w.s.PutPortalAdmin(ctx, actor, "PLAIN@northwind.example", in, domain.Precondition{})
		if err != nil || created || same != admin {
			t.Errorf("no change: %+v, %v, %v", same, created, err)
		}
	})
	in.Role = domain.RoleSales // a lead without customers may become something else
	changed, created, err := w.s.PutPortalAdmin(ctx, actor, "plain@northwind.example", in, domain.Precondition{IfMatch: admin.Revision})
	if err != nil || created || changed.Role != domain.RoleSales || changed.Revision == admin.Revision {
		t.Errorf("changed %+v, %v, %v", changed, created, err)
	}
	if err := w.s.DeletePortalAdmin(ctx, actor, "plain@northwind.example", domain.Precondition{}); err != nil {
		t.Error(err)
	}
	// Among several administrators one may go, and one's own name may change.
	if err := putAdmin("administrator", "Admin@northwind.example", domain.PortalAdminInput{Name: "New", Role: domain.RoleAdministrator})(ctx, w); err != nil {
		t.Error(err)
	}
	if got := len(w.events()); got != 4 {
		t.Errorf("%d audit events, want 4", got)
	}
}

func TestPeopleLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	if err := putUser("out@sub.northwind.example", domain.PartnerUserInput{Name: "Out"})(ctx, w); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter domain.PartnerUserFilter
		want   int
	}{
		{domain.PartnerUserFilter{}, 12},
		{domain.PartnerUserFilter{EmailDomain: "NORTHWIND.example"}, 11},
		{domain.PartnerUserFilter{EmailDomain: "sub.northwind.example"}, 1},
		{domain.PartnerUserFilter{Source: domain.SourceDirectory}, 1},
		{domain.PartnerUserFilter{EmailDomain: "contoso.example"}, 0},
	} {
		if list := must(w.s.ListPartnerUsers(ctx, actor, c.filter, domain.Page{}))(t); len(list.Items) != c.want || list.NextToken != "" {
			t.Errorf("users, %+v: %d, want %d", c.filter, len(list.Items), c.want)
		}
	}
	for _, c := range []struct {
		filter domain.PortalAdminFilter
		want   int
	}{
		{domain.PortalAdminFilter{}, 8},
		{domain.PortalAdminFilter{Role: domain.RoleHelpdesk}, 4},
		{domain.PortalAdminFilter{Role: domain.RoleProspects}, 0},
		{domain.PortalAdminFilter{EmailDomain: "northwind.example", Role: domain.RoleSales}, 1},
	} {
		if list := must(w.s.ListPortalAdmins(ctx, actor, c.filter, domain.Page{}))(t); len(list.Items) != c.want {
			t.Errorf("admins, %+v: %d, want %d", c.filter, len(list.Items), c.want)
		}
	}
}
