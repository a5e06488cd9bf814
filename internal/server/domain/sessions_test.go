package domain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Who signs in, and where, beside what newWorld has.
const (
	signer  = "signer@northwind.example" // helpdesk, external administrator of globex and stark as "desk" and basic_administrator
	planner = "planner@northwind.example"
	massive = "cus_massive" // managed
	stark   = "cus_stark"   // managed, single sign-on is mandatory
	pending = "cus_pending" // a managed prospect
)

// sessionWorld has people with passwords of their own, clients that act for them, and managed customers.
func sessionWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	no := false
	_, err := w.s.ApplySeed(t.Context(), "sessions", domain.Seed{Partners: []domain.SeedPartner{{
		Partner: seed().Partners[0].Partner,
		Users:   []domain.SeedUser{{Email: "Signer@northwind.example", Name: "S"}, {Email: planner, Name: "P"}},
		PortalAdmins: []domain.SeedPortalAdmin{
			{Email: signer, Role: domain.RoleHelpdesk, Password: ownPassword},
			{Email: planner, Role: domain.RoleProspects, Password: ownPassword},
			{Email: "dir@northwind.example", Role: domain.RoleSales, Password: ownPassword},
		},
		Clients: []domain.SeedClient{
			{ID: "for-signer", Secret: secret, PortalRole: domain.RoleHelpdesk, ActsFor: signer},
			{ID: "for-planner", Secret: secret, PortalRole: domain.RoleProspects, ActsFor: planner},
		},
		Customers: []domain.SeedCustomer{
			{ID: massive, Name: "Massive", Domain: "massive.example", Relationship: domain.RelationshipManaged, DeletionProtection: &no},
			{
				ID: stark, Name: "Stark", Domain: "stark.example", Relationship: domain.RelationshipManaged, RequireSSO: true, DeletionProtection: &no,
				ExternalAdmins: []domain.SeedExternalAdmin{{Email: signer, Role: domain.AccountBasicAdministrator}},
			},
			{ID: pending, Name: "Pending", Domain: "pending.example", Relationship: domain.RelationshipManaged, Stage: domain.StageProspect},
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = w.s.PutExternalAdmin(t.Context(), w.as("administrator"), globex, signer, domain.ExternalAdminInput{Role: "desk"}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) open(client, customerID string, in domain.SessionInput) (domain.OpenedSession, error) {
	if in.Password == "" {
		in.Password = ownPassword
	}
	return w.s.OpenSession(w.t.Context(), w.as(client), customerID, in)
}

// inside is the actor that a session's token makes.
func (w *world) inside(o domain.OpenedSession) domain.Actor {
	w.t.Helper()
	return must(w.s.Authenticate(w.t.Context(), o.Token))(w.t)
}

func (w *world) ended(why string, o domain.OpenedSession) {
	w.t.Helper()
	if _, err := w.s.Authenticate(w.t.Context(), o.Token); err == nil {
		w.t.Errorf("%s, and the session goes on", why)
	} else {
		wantCode(w.t, err, domain.CodeUnauthenticated)
	}
}

var (
	delegated     = domain.SessionInput{Mode: domain.ModeDelegated}
	externalAdmin = domain.SessionInput{Mode: domain.ModeExternalAdmin}
)

// A master admin's rights but for API tokens, at several customers at once, also where single sign-on is mandatory.
func TestDelegatedSessions(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	first := must(w.open("for-signer", massive, domain.SessionInput{}))(t) // delegated, and who the client acts for
	second := must(w.open("for-signer", stark, domain.SessionInput{Email: "SIGNER@northwind.example", TTL: time.Hour}))(t)
	again := must(w.open("administrator", massive, domain.SessionInput{Email: signer}))(t)
	if first.Email != "Signer@northwind.example" && first.Email != signer || first.Mode != domain.ModeDelegated || !first.ExpiresAt.Equal(w.now.Add(15*time.Minute)) || !second.ExpiresAt.Equal(w.now.Add(time.Hour)) {
		t.Errorf("got %+v and %+v", first.CustomerSession, second.CustomerSession)
	}
	want := slices.Clone(domain.AccountPermissions)
	slices.Sort(want)
	for _, o := range []domain.OpenedSession{first, second, again} {
		a := w.inside(o)
		if got := slices.Sorted(slices.Values(o.Permissions)); !slices.Equal(got, want) || !slices.Equal(slices.Sorted(slices.Values(a.Session.Permissions)), want) {
			t.Errorf("permits %v and %v, want %v", o.Permissions, a.Session.Permissions, want)
		}
		if got := must(w.s.GetCustomer(t.Context(), a, o.CustomerID))(t); got.ID != o.CustomerID {
			t.Errorf("got %+v", got)
		}
		_, _, err := w.s.CreateCustomerToken(t.Context(), a, o.CustomerID, 0)
		wantCode(t, err, domain.CodeNoAPITokens)
		_, _, err = w.s.CreateAccessToken(t.Context(), a, domain.APITokenInput{})
		wantCode(t, err, domain.CodeNoAPITokens)
		_, err = w.s.OpenSession(t.Context(), a, o.CustomerID, domain.SessionInput{Password: ownPassword})
		wantCode(t, err, domain.CodeForbidden)
	}
	a := w.inside(first)
	_, err := w.s.GetCustomer(t.Context(), a, stark)
	wantCode(t, err, domain.CodeNotFound)
	for role, email := range map[domain.CustomerUserRole]string{domain.UserMasterAdmin: "ma@massive.example", domain.UserAudit: "au@massive.example"} {
		if _, _, err := w.s.PutCustomerUser(t.Context(), a, massive, email, domain.CustomerUserInput{Name: "N", Role: role}, domain.Precondition{}); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	if list := must(w.s.ListUsersOfCustomer(t.Context(), a, massive, domain.Page{}))(t); len(list.Items) != 2 {
		t.Errorf("users: %+v", list)
	}
	if _, _, err := w.s.PutRole(t.Context(), a, massive, "reporter", domain.RoleInput{Permissions: []string{"reports.read"}}, domain.Precondition{}); err != nil {
		t.Error(err)
	}
	_, _, err = w.s.PutAccessRole(t.Context(), a, massive, domain.AccessPhoneManager, domain.AccessRoleInput{NotifyEmails: []string{cto}}, domain.Precondition{})
	wantCode(t, err, domain.CodeNotDecisionMaker)
	_, err = w.s.ListInvoices(t.Context(), a, massive, domain.Page{})
	wantCode(t, err, domain.CodeNotDecisionMaker)
	_, err = w.s.ListExternalAdmins(t.Context(), a, domain.ExternalAdminFilter{}, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)

	events := w.events()
	if e := events[len(events)-1]; e.SessionID != first.ID || e.Actor != "for-signer" || e.ActsFor != first.Email || e.Kind != domain.KindRole {
		t.Errorf("what was done in a session is told as %+v", e)
	}
}

// Just the permissions of the role, while the grant lasts.
func TestExternalAdminSessions(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	end := w.now.Add(10 * time.Minute)
	_, _, err := w.s.PutExternalAdmin(t.Context(), w.as("administrator"), globex, signer, domain.ExternalAdminInput{Role: domain.AccountBasicAdministrator, ExpiresAt: &end}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	o := must(w.open("for-signer", globex, externalAdmin))(t)
	if !o.ExpiresAt.Equal(end) || slices.Contains(o.Permissions, "account.manage") || !slices.Contains(o.Permissions, "users.manage") {
		t.Errorf("got %+v", o)
	}
	a := w.inside(o)
	if roles := must(w.s.CustomerRoles(t.Context(), a, globex))(t); len(roles) == 0 {
		t.Error("the roles are not seen")
	}
	_, _, err = w.s.PutRole(t.Context(), a, globex, "new", domain.RoleInput{Permissions: []string{"users.read"}}, domain.Precondition{})
	wantCode(t, err, domain.CodeForbidden)
	_, err = w.s.ListCustomerExternalAdmins(t.Context(), a, globex, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
	w.now = end
	w.ended("the grant has expired", o)
	_, err = w.open("for-signer", globex, externalAdmin)
	wantCode(t, err, domain.CodeForbidden)

	// Whatever the role is changed to counts at once.
	_, _, err = w.s.PutExternalAdmin(t.Context(), w.as("administrator"), globex, signer, domain.ExternalAdminInput{Role: domain.AccountPartnerAdministrator}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	o = must(w.open("for-signer", globex, externalAdmin))(t)
	if grants := must(w.s.ListCustomerExternalAdmins(t.Context(), w.inside(o), globex, domain.Page{}))(t); len(grants.Items) == 0 {
		t.Error("a partner administrator does not see the others")
	}
	_, _, err = w.s.PutExternalAdmin(t.Context(), w.as("administrator"), globex, signer, domain.ExternalAdminInput{Role: "desk"}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	a = w.inside(o)
	_, err = w.s.GetCustomer(t.Context(), a, globex) // a desk may not even do that
	wantCode(t, err, domain.CodeForbidden)
}

// Nobody manages users beyond the rights of the own session.
func TestSessionsKeepWithinTheirRights(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	withUsers(w)
	_, _, err := w.s.PutExternalAdmin(t.Context(), w.as("administrator"), hooli, signer, domain.ExternalAdminInput{Role: domain.AccountBasicAdministrator}, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	a := w.inside(must(w.open("for-signer", hooli, externalAdmin))(t))
	put := func(email string, role domain.CustomerUserRole) error {
		_, _, err := w.s.PutCustomerUser(t.Context(), a, hooli, email, domain.CustomerUserInput{Name: "N", Role: role}, domain.Precondition{})
		return err
	}
	if err := put("eve@hooli.example", domain.UserLimitedSupport); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		put("eve@hooli.example", domain.UserMasterAdmin), put("eve@hooli.example", domain.UserSSOAdmin), put(ana, domain.UserAudit),
		w.s.DeleteCustomerUser(t.Context(), a, hooli, ana, domain.Precondition{}),
	} {
		wantCode(t, err, domain.CodeForbidden)
	}
}

func TestSessionRefusals(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	w.set(massive, func(in *domain.CustomerInput) { in.Enabled = new(bool) })
	for _, test := range []struct {
		name, client, customer string
		in                     domain.SessionInput
		code                   domain.Code
		field                  string
	}{
		{"another's customer", "for-signer", "cus_contoso", delegated, domain.CodeNotFound, ""},
		{"no such customer", "for-signer", "cus_none", delegated, domain.CodeNotFound, ""},
		{"a client for prospects only", "for-planner", stark, delegated, domain.CodeForbidden, ""},
		{"a person for prospects only", "for-signer", stark, domain.SessionInput{Email: planner}, domain.CodeForbidden, "/email"},
		{"a customer's own client", "globex-decider", globex, delegated, domain.CodeForbidden, ""},
		{"nobody named", "robot", stark, delegated, domain.CodeInvalidValue, "/email"},
		{"no address", "robot", stark, domain.SessionInput{Email: "x"}, domain.CodeInvalidValue, "/email"},
		{"no mode", "for-signer", stark, domain.SessionInput{Mode: "root"}, domain.CodeInvalidValue, "/mode"},
		{"too short", "for-signer", stark, domain.SessionInput{TTL: 59 * time.Second}, domain.CodeInvalidValue, "/ttl_seconds"},
		{"too long", "for-signer", stark, domain.SessionInput{TTL: time.Hour + time.Second}, domain.CodeInvalidValue, "/ttl_seconds"},
		{"disabled", "for-signer", massive, delegated, domain.CodeCustomerDisabled, ""},
		{"referral", "for-signer", globex, delegated, domain.CodeNotManaged, "/mode"},
		{"prospect", "for-signer", pending, delegated, domain.CodeNotACustomer, "/mode"},
		{"mandatory single sign-on", "for-signer", stark, externalAdmin, domain.CodeSSORequired, "/mode"},
		{"no external administrator", "for-signer", initech, externalAdmin, domain.CodeForbidden, "/email"},
		{"wrong password", "for-signer", stark, domain.SessionInput{Password: "something else"}, domain.CodeWrongPassword, "/password"},
		{"without a password", "administrator", stark, delegated, domain.CodeWrongPassword, "/password"},
		{"nobody's password", "administrator", stark, domain.SessionInput{Email: "nobody@northwind.example"}, domain.CodeWrongPassword, "/password"},
		{"another partner's person", "contoso", "cus_contoso", domain.SessionInput{Email: signer}, domain.CodeNotManaged, "/mode"},
	} {
		_, err := w.open(test.client, test.customer, test.in)
		if e := refusal(t, err); e.Code != test.code || e.Field != test.field {
			t.Errorf("%s: got %v at %q", test.name, e, e.Field)
		}
	}
}

// set changes a customer.
func (w *world) set(id string, change func(*domain.CustomerInput)) {
	w.t.Helper()
	c := must(w.s.GetCustomer(w.t.Context(), w.as("administrator"), id))(w.t)
	in := domain.CustomerInput{Name: c.Name, Domain: c.Domain, Enabled: &c.Enabled, RequireSSO: &c.RequireSSO, AllowedIPRanges: c.AllowedIPRanges, DeletionProtection: &c.DeletionProtection}
	change(&in)
	if _, err := w.s.PutCustomer(w.t.Context(), w.as("administrator"), id, in, domain.Precondition{}); err != nil {
		w.t.Fatal(err)
	}
}

// Where a customer allows some addresses, those of the partner judge who comes through the portal.
func TestSessionAddresses(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	from := func(address string) domain.SessionInput {
		in := externalAdmin
		if address != "" {
			in.SourceIP = must(canon.IPAddress(address))(t)
		}
		return in
	}
	must(w.open("for-signer", globex, from("203.0.113.9")))(t) // the partner says nothing of its addresses
	w.configure("198.51.100.0/24")
	must(w.open("for-signer", globex, from("198.51.100.7")))(t)
	must(w.open("for-signer", globex, from("")))(t)
	_, err := w.open("for-signer", globex, from("192.0.2.7")) // the customer's own range
	wantCode(t, err, domain.CodeAddressNotAllowed)
	in := from("203.0.113.9")
	in.Mode = domain.ModeDelegated
	must(w.open("for-signer", massive, in))(t)
	w.set(massive, func(in *domain.CustomerInput) { in.AllowedIPRanges = []string{"192.0.2.0/24"} })
	_, err = w.open("for-signer", massive, in)
	wantCode(t, err, domain.CodeAddressNotAllowed)
}

// Many sessions at once with the right password block nobody; of many wrong tries at once none is one too many.
func TestPasswordsSideBySide(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	actor := w.as("for-signer")
	together := func(n int, password string) (opened int) {
		var mu sync.Mutex
		var trying sync.WaitGroup
		for range n {
			trying.Go(func() {
				if _, err := w.s.OpenSession(context.WithoutCancel(t.Context()), actor, massive, domain.SessionInput{Password: password}); err == nil {
					mu.Lock()
					opened++
					mu.Unlock()
				}
			})
		}
		trying.Wait()
		return opened
	}
	if n := together(25, ownPassword); n != 25 {
		t.Errorf("%d of 25 were let in", n)
	}
	if n := together(30, "not the password"); n != 0 {
		t.Errorf("%d got in", n)
	}
	_, err := w.open("for-signer", massive, delegated)
	if e := refusal(t, err); e.Code != domain.CodeWrongPassword || !strings.Contains(e.Detail, "10 wrong passwords") {
		t.Errorf("got %v", e)
	}
	failed := 0
	for _, e := range w.events() {
		if e.Kind == domain.KindFailedSignIn {
			failed++
		}
	}
	if failed != 10 {
		t.Errorf("the log has %d failed sign-ins", failed)
	}
	w.now = w.now.Add(15 * time.Minute)
	must(w.open("for-signer", massive, delegated))(t)
}

// Neither password nor token is kept anywhere in a form that opens something, and validating opens nothing.
func TestSessionSecrets(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	o := must(w.open("for-signer", massive, delegated))(t)
	made, bearer, err := w.s.CreateAccessToken(t.Context(), w.as("for-signer"), domain.APITokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	log, err := json.Marshal(w.events())
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]byte{"the audit log": log}
	for _, suffix := range []string{"", "-wal"} {
		if texts["the database"+suffix], err = os.ReadFile(w.file + suffix); err != nil {
			t.Fatal(err)
		}
	}
	for where, text := range texts {
		for what, canary := range map[string]string{"password": ownPassword, "session": o.Token, "its secret": o.Token[strings.IndexByte(o.Token, '.')+1:], "token": bearer} {
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("the %s stands in %s", what, where)
			}
		}
	}
	if !bytes.Contains(log, []byte(o.ID)) || !bytes.Contains(log, []byte(made.ID)) {
		t.Error("the audit log is not complete, so it proves nothing")
	}
	found, err := w.s.Validate(t.Context(), func(ctx context.Context) error {
		_, err := w.s.OpenSession(ctx, w.as("for-signer"), massive, domain.SessionInput{Password: "whatever"})
		return err
	})
	if err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
	if list := must(w.s.ListSessions(t.Context(), w.as("for-signer"), massive, domain.Page{}))(t); len(list.Items) != 1 {
		t.Errorf("validating opened one: %+v", list)
	}
	for _, broken := range []string{o.Token + "x", strings.Replace(o.Token, ".", "", 1), "mspsession_.", o.Token[:strings.IndexByte(o.Token, '.')+1]} {
		_, err := w.s.Authenticate(t.Context(), broken)
		wantCode(t, err, domain.CodeUnauthenticated)
	}
}
