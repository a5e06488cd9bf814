package domain_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const noor = "noor@consult.example"

func putContact(client, customerID, email string, roles ...string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutContact(ctx, w.as(client), customerID, email, domain.ContactInput{Name: "Somebody", Roles: roles}, domain.Precondition{})
		return err
	}
}

func deleteContact(client, customerID, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.s.DeleteContact(ctx, w.as(client), customerID, email, domain.Precondition{})
	}
}

func getContact(client, customerID, email string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, err := w.s.GetContact(ctx, w.as(client), customerID, email)
		return err
	}
}

func listContacts(client, customerID string) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, err := w.s.ListContactsOfCustomer(ctx, w.as(client), customerID, domain.Page{})
		return err
	}
}

// contact adds somebody to an account of which northwind is a decision maker.
func (w *world) contact(customerID, email string, roles ...string) domain.AuthorizedContact {
	w.t.Helper()
	contact, _, err := w.s.PutContact(w.t.Context(), w.as("administrator"), customerID, email, domain.ContactInput{Name: "Somebody", Roles: roles}, domain.Precondition{})
	if err != nil {
		w.t.Fatalf("contact: %v", err)
	}
	return contact
}

func TestContactRefusals(t *testing.T) {
	t.Parallel()
	const decides, phones, billing = domain.ContactDecisionMaker, domain.ContactPhoneManager, domain.ContactBilling
	with := func(in domain.ContactInput) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			_, _, err := w.s.PutContact(ctx, w.as("administrator"), initech, noor, in, domain.Precondition{})
			return err
		}
	}
	added := func(roles ...string) func(*world) {
		return func(w *world) { w.contact(initech, noor, roles...) }
	}
	builtin := func(do func(customerID string) func(context.Context, *world) error) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error { return do(w.idOf(ctx, "acme.example"))(ctx, w) }
	}
	runRefused(t, []refused{
		{name: "no role", do: putContact("administrator", initech, noor), code: domain.CodeInvalidValue, field: "/roles"},
		{name: "unknown role", do: putContact("administrator", initech, noor, billing, "owner"), code: domain.CodeInvalidValue, field: "/roles/1"},
		{name: "role twice", do: putContact("administrator", initech, noor, billing, phones, billing), code: domain.CodeInvalidValue, field: "/roles/2"},
		{name: "no address", do: putContact("administrator", initech, "noor", billing), code: domain.CodeInvalidValue, field: "/email"},
		{name: "another's spelling", do: with(domain.ContactInput{Email: "n@consult.example", Name: "Noor", Roles: []string{billing}}), code: domain.CodeInvalidValue, field: "/email"},
		{name: "no name", do: with(domain.ContactInput{Roles: []string{billing}}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "phone", do: with(domain.ContactInput{Name: "Noor", Phone: "1", Roles: []string{billing}}), code: domain.CodeInvalidValue, field: "/phone"},
		{
			name: "the built-in administrator", given: given(createAs("administrator")), code: domain.CodeInvalidValue, field: "/email",
			do: builtin(func(id string) func(context.Context, *world) error {
				return putContact("administrator", id, "MSP_acmeltd@acme.example", billing)
			}),
		},
		{
			name: "removal of the built-in administrator", given: given(createAs("administrator")), code: domain.CodeInvalidValue,
			do: builtin(func(id string) func(context.Context, *world) error {
				return deleteContact("administrator", id, "msp_acmeltd@acme.example")
			}),
		},
		{
			name: "as new", given: added(billing), code: domain.CodeAlreadyExists, existing: initech + "/" + noor, request: true,
			do: func(ctx context.Context, w *world) error {
				_, _, err := w.s.PutContact(ctx, w.as("administrator"), initech, strings.ToUpper(noor), domain.ContactInput{Name: "Noor", Roles: []string{billing}}, domain.Precondition{CreateOnly: true})
				return err
			},
		},
		{
			name: "removal of what was changed", given: added(billing), code: domain.CodePreconditionFailed, request: true,
			do: func(ctx context.Context, w *world) error {
				return w.s.DeleteContact(ctx, w.as("administrator"), initech, noor, domain.Precondition{IfMatch: "old"})
			},
		},
		{name: "removal of nobody", do: deleteContact("administrator", initech, noor), code: domain.CodeNotFound, request: true},
		{name: "reading nobody", do: getContact("administrator", initech, noor), code: domain.CodeNotFound, request: true},
		{name: "another partner", do: putContact("contoso", initech, noor, billing), code: domain.CodeNotFound, request: true},
		{name: "without the scope", do: putContact("sales", initech, noor, billing), code: domain.CodeForbidden, request: true},
		{name: "removal without the scope", given: added(billing), do: deleteContact("helpdesk", initech, noor), code: domain.CodeForbidden, request: true},

		// The last decision maker of an account without a built-in administrator.
		{name: "the last one goes", given: added(decides, billing), do: deleteContact("administrator", initech, noor), code: domain.CodeLastDecisionMaker},
		{name: "the last one has another role", given: added(decides), do: putContact("administrator", initech, "NOOR@consult.example", billing), code: domain.CodeLastDecisionMaker, field: "/roles"},
		{
			name: "other contacts are no decision makers", given: func(w *world) { added(decides)(w); w.contact(initech, "b@consult.example", billing, phones) },
			do: deleteContact("administrator", initech, noor), code: domain.CodeLastDecisionMaker,
		},
		{
			name: "those of another account do not count", given: func(w *world) {
				added(decides)(w)
				w.contact(w.create(acme()).ID, "b@consult.example", decides)
			},
			do: deleteContact("administrator", initech, noor), code: domain.CodeLastDecisionMaker,
		},
		{
			name: "nor does the customer's own client, which is no person", given: given(putContact("globex-decider", globex, noor, decides)),
			do: deleteContact("globex-decider", globex, noor), code: domain.CodeLastDecisionMaker,
		},
	})
}

// An account keeps one decision maker, not each of them; the built-in administrator of a managed customer is one.
func TestDecisionMakersThatMayGo(t *testing.T) {
	t.Parallel()
	const decides, billing, other = domain.ContactDecisionMaker, domain.ContactBilling, "b@consult.example"
	w := newWorld(t)
	ctx := t.Context()
	w.contact(initech, noor, decides)
	w.contact(initech, other, decides)
	for _, step := range []func(context.Context, *world) error{
		putContact("administrator", initech, noor, billing), // other stays
		putContact("administrator", initech, noor, decides), // and is not the only one any more
		deleteContact("administrator", initech, other),
		putContact("administrator", initech, noor, decides, billing), // remains one
	} {
		if err := step(ctx, w); err != nil {
			t.Error(err)
		}
	}
	wantCode(t, deleteContact("administrator", initech, noor)(ctx, w), domain.CodeLastDecisionMaker)

	managed := w.create(acme())
	w.contact(managed.ID, noor, decides)
	for _, step := range []func(context.Context, *world) error{
		putContact("administrator", managed.ID, noor, billing), putContact("administrator", managed.ID, noor, decides), deleteContact("administrator", managed.ID, noor),
	} {
		if err := step(ctx, w); err != nil {
			t.Error(err)
		}
	}

	// One that was taken over has no built-in administrator.
	withUsers(w)
	w.contact(hooli, noor, decides)
	wantCode(t, deleteContact("administrator", hooli, noor)(ctx, w), domain.CodeLastDecisionMaker)
}

// Only a decision maker manages contacts: the customer's own client with that role, the partner that holds it, and for a
// managed customer the partner's administrators. Who may see access roles sees contacts too.
func TestWhoManagesContacts(t *testing.T) {
	t.Parallel()
	const billing, decides = domain.ContactBilling, domain.ContactDecisionMaker
	for _, c := range []struct {
		who, client string
		customer    string // empty for a managed one
		see, manage domain.Code
	}{
		{"an administrator, at a managed customer", "administrator", "", "", ""},
		{"a partner that holds the role", "administrator", initech, "", ""},
		{"a partner that does not", "administrator", globex, "", domain.CodeNotDecisionMaker},
		{"the customer's own decision maker", "globex-decider", globex, "", ""},
		{"the customer's own phone manager", "globex-phones", globex, domain.CodeNotDecisionMaker, domain.CodeNotDecisionMaker},
		{"another customer's decision maker", "globex-decider", initech, domain.CodeNotFound, domain.CodeNotFound},
		{"another partner", "contoso", initech, domain.CodeNotFound, domain.CodeNotFound},
		{"helpdesk, at a managed customer", "helpdesk", "", domain.CodeForbidden, domain.CodeForbidden},
	} {
		t.Run(c.who, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.customer == "" {
				c.customer = w.create(acme()).ID
			}
			// Who is there already, by somebody who may.
			by := map[string]string{globex: "globex-decider"}[c.customer]
			if by == "" {
				by = "administrator"
			}
			given(putContact(by, c.customer, "a@consult.example", decides))(w)
			given(putContact(by, c.customer, "b@consult.example", billing))(w)
			verdict := func(what string, want domain.Code, do func(context.Context, *world) error) {
				t.Helper()
				err := do(t.Context(), w)
				if want == "" && err != nil {
					t.Errorf("%s: %v", what, err)
				} else if want != "" {
					wantCode(t, err, want)
				}
			}
			verdict("list", c.see, listContacts(c.client, c.customer))
			verdict("get", c.see, getContact(c.client, c.customer, "b@consult.example"))
			verdict("add", c.manage, putContact(c.client, c.customer, noor, billing))
			verdict("change", c.manage, putContact(c.client, c.customer, "b@consult.example", domain.ContactTechnical))
			verdict("remove", c.manage, deleteContact(c.client, c.customer, "b@consult.example"))
		})
	}
	w := newWorld(t)
	given(deleteAccess("administrator", initech, domain.AccessDecisionMaker))(w)
	e := refusal(t, putContact("administrator", initech, noor, billing)(t.Context(), w)) // gave the role back
	if e.Code != domain.CodeNotDecisionMaker || !strings.Contains(e.Detail, "contact role decision_maker") || !strings.Contains(e.Detail, "access role decision_maker") {
		t.Errorf("got %v", e)
	}
}

func TestContactLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	put := func(email string, in domain.ContactInput) (domain.AuthorizedContact, bool) {
		t.Helper()
		contact, created, err := w.s.PutContact(ctx, actor, initech, email, in, domain.Precondition{})
		if err != nil {
			t.Fatal(err)
		}
		return contact, created
	}
	first, created := put("Noor@consult.example", domain.ContactInput{Name: "Noor Haddad", Phone: "+44 20 7946 0100", Roles: []string{"technical_contact", "billing_contact"}})
	if !created || first.Email != "Noor@consult.example" || first.Phone != "+44 20 7946 0100" || !slices.Equal(first.Roles(), []string{"billing_contact", "technical_contact"}) {
		t.Errorf("created: %t, %+v", created, first)
	}
	w.silent(func() {
		same, created := put("NOOR@consult.example", domain.ContactInput{Name: "Noor Haddad", Phone: "+44 20 7946 0100", Roles: []string{"billing_contact", "technical_contact"}})
		if created || same != first {
			t.Errorf("created: %t, %+v", created, same)
		}
	})
	// Each role can be had, with others or alone, and another set replaces it in place.
	for _, roles := range [][]string{
		{"decision_maker", "phone_manager", "billing_contact", "technical_contact", "emergency_contact"},
		{"decision_maker", "phone_manager"},
		{"decision_maker", "emergency_contact"},
	} {
		changed, created := put(noor, domain.ContactInput{Name: "Noor", Roles: roles})
		if created || !slices.Equal(changed.Roles(), roles) || changed.Email != first.Email || changed.Phone != "" || changed.Revision == first.Revision {
			t.Errorf("created: %t, %+v", created, changed)
		}
		if got := must(w.s.GetContact(ctx, actor, initech, "NOOR@consult.example"))(t); got != changed {
			t.Errorf("got %+v", got)
		}
	}
	w.contact(initech, "b@consult.example", "decision_maker")
	if err := deleteContact("administrator", initech, "NOOR@consult.example")(ctx, w); err != nil {
		t.Fatal(err)
	}
	wantCode(t, getContact("administrator", initech, noor)(ctx, w), domain.CodeNotFound)

	var actions []string
	for _, e := range w.events() {
		if e.Kind == domain.KindAuthorizedContact && e.CustomerID == initech && e.ObjectID == initech+"/"+noor {
			actions = append(actions, string(e.Action))
		}
	}
	if !slices.Equal(actions, []string{"create", "update", "update", "update", "delete"}) {
		t.Errorf("audit %q", actions)
	}
	var shown map[string]any
	if err := json.Unmarshal(w.events()[0].After, &shown); err != nil {
		t.Fatal(err)
	}
	if want := map[string]any{
		"customer_id": initech, "email": "Noor@consult.example", "name": "Noor Haddad", "phone": "+44 20 7946 0100", "roles": []any{"billing_contact", "technical_contact"},
	}; !reflect.DeepEqual(shown, want) {
		t.Errorf("audit shows %v", shown)
	}
	if mails := w.mails(); len(mails) > 0 {
		t.Errorf("mails %+v", mails)
	}
}

func TestContactLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	managed := w.create(acme()).ID
	w.contact(initech, noor, "decision_maker", "billing_contact")
	w.contact(initech, "amy@initech.example", "emergency_contact")
	w.contact(managed, noor, "billing_contact", "technical_contact")
	for _, c := range []struct {
		filter domain.ContactFilter
		want   int
	}{
		{domain.ContactFilter{}, 3},
		{domain.ContactFilter{CustomerID: initech}, 2},
		{domain.ContactFilter{CustomerID: globex}, 0},
		{domain.ContactFilter{Email: "NOOR@consult.example"}, 2},
		{domain.ContactFilter{Email: noor, CustomerID: managed}, 1},
		{domain.ContactFilter{EmailDomain: "Consult.example"}, 2},
		{domain.ContactFilter{Role: "decision_maker"}, 1},
		{domain.ContactFilter{Role: "phone_manager"}, 0},
		{domain.ContactFilter{Role: "billing_contact"}, 2},
		{domain.ContactFilter{Role: "billing_contact", CustomerID: managed}, 1},
		{domain.ContactFilter{Role: "technical_contact"}, 1},
		{domain.ContactFilter{Role: "emergency_contact"}, 1},
	} {
		if list := must(w.s.ListContacts(ctx, actor, c.filter, domain.Page{}))(t); len(list.Items) != c.want || list.NextToken != "" {
			t.Errorf("%+v: %d, want %d", c.filter, len(list.Items), c.want)
		}
	}
	if list := must(w.s.ListContactsOfCustomer(ctx, actor, initech, domain.Page{}))(t); len(list.Items) != 2 || list.Items[0].Email != "amy@initech.example" {
		t.Errorf("got %+v", list.Items)
	}
	for client, want := range map[string]domain.Code{"sales": domain.CodeForbidden, "globex-decider": domain.CodeForbidden} {
		_, err := w.s.ListContacts(ctx, w.as(client), domain.ContactFilter{}, domain.Page{})
		wantCode(t, err, want)
	}
	if list := must(w.s.ListContacts(ctx, w.as("contoso"), domain.ContactFilter{CustomerID: initech}, domain.Page{}))(t); len(list.Items) != 0 {
		t.Errorf("another partner's: %+v", list.Items)
	}
}

// Contacts stand in the way of deleting their customer; forced, they go with it, the last decision maker too.
func TestDeletionWithContacts(t *testing.T) {
	t.Parallel()
	w := usersWorld(t)
	ctx := t.Context()
	for _, email := range []string{ana, tom} {
		given(putCustomerUser("administrator", hooli, ana, domain.UserMasterAdmin))(w)
		w.contact(hooli, email, domain.ContactDecisionMaker)
	}
	w.silent(func() {
		e := refusal(t, deleteAs("administrator", "hooli.example", false)(ctx, w))
		for _, want := range []domain.Blocker{{Kind: "authorized_contact", ID: hooli + "/" + ana}, {Kind: "authorized_contact", ID: hooli + "/" + tom}} {
			if e.Code != domain.CodeInUse || !slices.Contains(e.Blockers, want) {
				t.Errorf("got %v, blockers %v", e, e.Blockers)
			}
		}
	})
	before := len(w.events())
	if err := deleteAs("administrator", "hooli.example", true)(ctx, w); err != nil {
		t.Fatal(err)
	}
	gone := 0
	for _, e := range w.events()[before:] {
		if e.Kind == domain.KindAuthorizedContact && e.Action == domain.AuditDelete {
			gone++
		}
	}
	if gone != 2 {
		t.Errorf("%d contacts in the audit log, want 2", gone)
	}
}

// Whoever a client acts for sees invoices as a decision maker among a customer's contacts, as a member of the group does.
func TestContactsSeeInvoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	const help = "help@northwind.example"
	see := func(client, customerID string) error {
		_, err := w.s.ListInvoices(ctx, w.as(client), customerID, domain.Page{})
		return err
	}
	for _, roles := range [][]string{{domain.ContactPhoneManager}, {domain.ContactBilling, domain.ContactTechnical, domain.ContactEmergency}} {
		w.contact(initech, "Help@northwind.example", roles...)
		wantCode(t, see("for-help", initech), domain.CodeForbidden)
	}
	w.contact(initech, noor, domain.ContactDecisionMaker)
	wantCode(t, see("for-help", initech), domain.CodeForbidden)
	w.contact(initech, help, domain.ContactDecisionMaker, domain.ContactPhoneManager)
	if err := see("for-help", initech); err != nil {
		t.Error(err)
	}
	wantCode(t, see("for-basic", initech), domain.CodeForbidden)            // another person
	wantCode(t, see("for-help", globex), domain.CodeForbidden)              // another customer
	wantCode(t, see("administrator", initech), domain.CodeNotDecisionMaker) // acts for somebody else

	w.disable(help)
	_, err := w.s.ListInvoices(ctx, w.signIn("for-help"), initech, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
	given(deleteContact("administrator", initech, help))(w)
	wantCode(t, see("for-help", initech), domain.CodeForbidden)
}

func TestSeedOfContacts(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t) // one for all cases, since none of them leaves anything
	good := domain.SeedContact{Email: ana, Name: "Ana", Roles: []string{"decision_maker"}}
	for path, spoil := range map[string]func(*domain.SeedCustomer){
		"contacts[0].email":    func(c *domain.SeedCustomer) { c.Contacts[0].Email = "ana" },
		"contacts[0].name":     func(c *domain.SeedCustomer) { c.Contacts[0].Name = "" },
		"contacts[0].phone":    func(c *domain.SeedCustomer) { c.Contacts[0].Phone = "1" },
		"contacts[0].roles":    func(c *domain.SeedCustomer) { c.Contacts[0].Roles = nil },
		"contacts[0].roles[0]": func(c *domain.SeedCustomer) { c.Contacts[0].Roles = []string{"king"} },
		"contacts[1].email": func(c *domain.SeedCustomer) {
			twin := good
			twin.Email = strings.ToUpper(ana)
			c.Contacts = append(c.Contacts, twin)
		},
		"contacts[1].email: \"msp_new@new.example\" is the built-in administrator": func(c *domain.SeedCustomer) {
			c.Relationship = domain.RelationshipManaged
			c.Contacts = append(c.Contacts, domain.SeedContact{Email: "MSP_new@new.example", Name: "New", Roles: good.Roles})
		},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := seed()
			customer := domain.SeedCustomer{Name: "New", Domain: "new.example", Contacts: []domain.SeedContact{good}}
			spoil(&customer)
			s.Partners[0].Customers = []domain.SeedCustomer{customer}
			_, err := w.s.ApplySeed(t.Context(), "hash", s)
			if err == nil || !strings.Contains(err.Error(), "\npartners[0].customers[0]."+path) {
				t.Errorf("got %v, want a fault at %s", err, path)
			}
		})
	}
	there := emptyWorld(t)
	s := seed()
	s.Partners[0].Customers[0].Contacts = []domain.SeedContact{good}
	if _, err := there.s.ApplySeed(t.Context(), "hash", s); err != nil {
		t.Fatal(err)
	}
	// A referral customer's own decision makers count.
	wantCode(t, deleteContact("globex-decider", globex, ana)(t.Context(), there), domain.CodeLastDecisionMaker)
	given(putContact("globex-decider", globex, noor, "decision_maker"))(there)
	given(deleteContact("globex-decider", globex, ana))(there)
}
