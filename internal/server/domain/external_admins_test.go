package domain_test

import (
	"context"
	"slices"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func putGrant(client, customerID, email, role string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutExternalAdmin(ctx, w.as(client), customerID, email, domain.ExternalAdminInput{Role: role}, domain.Precondition{})
		return err
	}
}

func deleteGrant(client, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeleteExternalAdmin(ctx, w.as(client), globex, email, domain.Precondition{})
	}
}

func TestExternalAdminRefusals(t *testing.T) {
	t.Parallel()
	const (
		sales = "sales@northwind.example"
		basic = domain.AccountBasicAdministrator
	)
	inside := func(address string) func(*world) {
		return given(
			putUser(address, domain.PartnerUserInput{Name: "In"}),
			putAdmin("administrator", address, domain.PortalAdminInput{Name: "In", Role: domain.RoleHelpdesk}),
		)
	}
	runRefused(t, []refused{
		{name: "reseller", do: putGrant("resale", "cus_resale", "admin@resale.example", basic), code: domain.CodePartnerKind},
		{name: "address", do: putGrant("administrator", globex, "sales", basic), code: domain.CodeInvalidValue, field: "/email"},
		{name: "no portal admin", do: putGrant("administrator", globex, "plain@northwind.example", basic), code: domain.CodeNotAPortalAdmin, field: "/email"},
		{name: "another partner's admin", do: putGrant("administrator", globex, "admin@contoso.example", basic), code: domain.CodeNotAPortalAdmin, field: "/email"},
		{name: "internal domain", given: inside("in@GLOBEX.example"), do: putGrant("administrator", globex, "IN@globex.example", basic), code: domain.CodeInternalDomain, field: "/email"},
		{name: "other internal domain", given: inside("in@globex.net"), do: putGrant("administrator", globex, "in@globex.net", basic), code: domain.CodeInternalDomain, field: "/email"},
		{name: "internal, though no admin yet", do: putGrant("administrator", globex, "new@globex.net", basic), code: domain.CodeInternalDomain, field: "/email"},
		{name: "unknown role", do: putGrant("administrator", globex, sales, "king"), code: domain.CodeUnknownRole, field: "/role"},
		{name: "role in another case", do: putGrant("administrator", globex, sales, "Basic_Administrator"), code: domain.CodeUnknownRole, field: "/role"},
		{name: "no role", do: putGrant("administrator", globex, sales, ""), code: domain.CodeUnknownRole, field: "/role"},
		{name: "another customer's role", do: putGrant("administrator", initech, sales, "desk"), code: domain.CodeUnknownRole, field: "/role"},
		{name: "super administrator", do: putGrant("administrator", globex, sales, domain.AccountSuperAdministrator), code: domain.CodeProtectedRole, field: "/role"},
		{name: "full administrator", do: putGrant("administrator", globex, sales, domain.AccountFullAdministrator), code: domain.CodeProtectedRole, field: "/role"},
		{name: "discovery officer", do: putGrant("administrator", globex, sales, domain.AccountDiscoveryOfficer), code: domain.CodeProtectedRole, field: "/role"},
		{name: "custom role that reads messages", do: putGrant("administrator", globex, sales, "vault"), code: domain.CodeProtectedRole, field: "/role"},
		{name: "change of a protected grant", do: putGrant("administrator", globex, "boss@northwind.example", basic), code: domain.CodeProtectedRole, field: "/role"},
		{name: "protected grant as it is", do: putGrant("administrator", globex, "boss@northwind.example", domain.AccountSuperAdministrator), code: domain.CodeProtectedRole, field: "/role"},
		{name: "deleting a protected grant", do: deleteGrant("administrator", "Boss@northwind.example"), code: domain.CodeProtectedRole},
		{name: "deleting none", do: deleteGrant("administrator", sales), code: domain.CodeNotFound, request: true},
		{name: "unknown customer", do: putGrant("administrator", "cus_none", sales, basic), code: domain.CodeNotFound, request: true},
		{name: "another partner's customer", do: putGrant("administrator", "cus_contoso", sales, basic), code: domain.CodeNotFound, request: true},
		{name: "helpdesk", do: putGrant("helpdesk", globex, sales, basic), code: domain.CodeForbidden, request: true},
		{name: "helpdesk deletes", do: deleteGrant("helpdesk", "help@northwind.example"), code: domain.CodeForbidden, request: true},
		{name: "a customer's own client", do: putGrant("globex-decider", globex, sales, basic), code: domain.CodeForbidden, request: true},
		{name: "a partner administrator adds another role", do: putGrant("for-help", globex, sales, basic), code: domain.CodeForbidden, request: true},
		{name: "a partner administrator elsewhere", do: putGrant("for-help", initech, sales, domain.AccountPartnerAdministrator), code: domain.CodeForbidden, request: true},
		{name: "a partner administrator changes", do: putGrant("for-help", globex, "boss@northwind.example", domain.AccountPartnerAdministrator), code: domain.CodeForbidden, request: true},
		{name: "a partner administrator removes", do: deleteGrant("for-help", "help@northwind.example"), code: domain.CodeForbidden, request: true},
	})
}

func TestExternalAdminLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	in := domain.ExternalAdminInput{Email: "Sales@northwind.example", Role: "desk"}
	grant, created, err := w.s.PutExternalAdmin(ctx, actor, globex, "sales@northwind.example", in, domain.Precondition{CreateOnly: true})
	if err != nil || !created || grant.Email != in.Email || grant.ContentProtected {
		t.Fatalf("created %+v, %v, %v", grant, created, err)
	}
	w.silent(func() {
		in.Email = "SALES@northwind.example"
		same, created, err := w.s.PutExternalAdmin(ctx, actor, globex, "SALES@northwind.example", in, domain.Precondition{})
		if err != nil || created || same != grant {
			t.Errorf("no change: %+v, %v, %v", same, created, err)
		}
	})
	in.Role = domain.AccountPartnerAdministrator
	changed, created, err := w.s.PutExternalAdmin(ctx, actor, globex, "sales@northwind.example", in, domain.Precondition{IfMatch: grant.Revision})
	if err != nil || created || changed.Role != in.Role || changed.Revision == grant.Revision || changed.Email != grant.Email {
		t.Errorf("changed %+v, %v, %v", changed, created, err)
	}
	if got := must(w.s.GetExternalAdmin(ctx, actor, globex, "SALES@Northwind.example"))(t); got != changed {
		t.Errorf("read %+v", got)
	}
	if err := w.s.DeleteExternalAdmin(ctx, actor, globex, "Sales@northwind.example", domain.Precondition{IfMatch: changed.Revision}); err != nil {
		t.Error(err)
	}
	events := w.events()
	if len(events) != 3 {
		t.Fatalf("%d audit events", len(events))
	}
	for _, e := range events {
		if e.ObjectID != globex+"/sales@northwind.example" || e.CustomerID != globex || e.Actor != "administrator" || e.ActsFor != "Admin@northwind.example" || e.RequestID != "req_administrator" {
			t.Errorf("event %+v", e)
		}
	}
}

// Nobody is let in at a disabled customer, so its partner administrators do nothing there either.
func TestPartnerAdministratorOfDisabledCustomer(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	_, _, err := w.s.PutExternalAdmin(t.Context(), w.as("administrator"), massive, signer, domain.ExternalAdminInput{Role: domain.AccountPartnerAdministrator}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	list := func() error {
		_, err := w.s.ListCustomerExternalAdmins(t.Context(), w.as("for-signer"), massive, domain.Page{})
		return err
	}
	if err := list(); err != nil {
		t.Error(err)
	}
	w.set(massive, func(in *domain.CustomerInput) { in.Enabled = new(bool) })
	wantCode(t, list(), domain.CodeForbidden)
	wantCode(t, putGrant("for-signer", massive, planner, domain.AccountPartnerAdministrator)(t.Context(), w), domain.CodeForbidden)
}

func TestPartnerAdministratorAddsFurtherOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("for-help")
	if err := putGrant("for-help", globex, "sales@northwind.example", domain.AccountPartnerAdministrator)(ctx, w); err != nil {
		t.Fatal(err)
	}
	if list := must(w.s.ListCustomerExternalAdmins(ctx, actor, globex, domain.Page{}))(t); len(list.Items) != 3 {
		t.Errorf("%d grants, want 3", len(list.Items))
	}
	if _, err := w.s.GetExternalAdmin(ctx, actor, globex, "sales@northwind.example"); err != nil {
		t.Error(err)
	}
	for _, customer := range []string{initech, "cus_contoso", "cus_none"} {
		_, err := w.s.ListCustomerExternalAdmins(ctx, actor, customer, domain.Page{})
		wantCode(t, err, domain.CodeForbidden) // without telling which of them exist
	}
	_, err := w.s.ListExternalAdmins(ctx, actor, domain.ExternalAdminFilter{CustomerID: globex}, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
	// With the grant goes the right.
	if err := deleteGrant("administrator", "help@northwind.example")(ctx, w); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.ListCustomerExternalAdmins(ctx, actor, globex, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
}

func TestExternalAdminLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.grant(initech, "help@northwind.example")
	w.grant(initech, "sales@northwind.example")
	for _, c := range []struct {
		client string
		filter domain.ExternalAdminFilter
		want   []string
	}{
		{"administrator", domain.ExternalAdminFilter{}, []string{globex + "/boss@northwind.example", globex + "/help@northwind.example", initech + "/help@northwind.example", initech + "/sales@northwind.example"}},
		{"administrator", domain.ExternalAdminFilter{CustomerID: initech}, []string{initech + "/help@northwind.example", initech + "/sales@northwind.example"}},
		{"administrator", domain.ExternalAdminFilter{Email: "HELP@northwind.example"}, []string{globex + "/help@northwind.example", initech + "/help@northwind.example"}},
		{"administrator", domain.ExternalAdminFilter{Role: "super_administrator"}, []string{globex + "/boss@northwind.example"}},
		{"administrator", domain.ExternalAdminFilter{EmailDomain: "Northwind.example", CustomerID: globex, Role: "super_administrator"}, []string{globex + "/boss@northwind.example"}},
		{"administrator", domain.ExternalAdminFilter{EmailDomain: "example"}, nil},
		{"administrator", domain.ExternalAdminFilter{CustomerID: "cus_contoso"}, nil},
		{"contoso", domain.ExternalAdminFilter{CustomerID: globex}, nil},
	} {
		var got []string
		for page := (domain.Page{Size: 1}); ; {
			list := must(w.s.ListExternalAdmins(ctx, w.as(c.client), c.filter, page))(t)
			for _, grant := range list.Items {
				got = append(got, grant.CustomerID+"/"+grant.EmailKey)
			}
			if page.Token = list.NextToken; page.Token == "" {
				break
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %+v: %q, want %q", c.client, c.filter, got, c.want)
		}
	}
	_, err := w.s.ListCustomerExternalAdmins(ctx, w.as("administrator"), "cus_contoso", domain.Page{})
	wantCode(t, err, domain.CodeNotFound)
}
