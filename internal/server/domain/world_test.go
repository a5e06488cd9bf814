package domain_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/store"
)

const (
	secret = "correct horse battery staple"

	globex  = "cus_globex"  // referral of northwind, with a protected grant and custom roles
	initech = "cus_initech" // referral of northwind, which holds decision_maker there
)

// world is a service on a real store with a partner "northwind" of kind msp, its people and customers, another partner
// "contoso" and a reseller "resale".
type world struct {
	t     *testing.T
	s     *domain.Service
	store domain.Store
	now   time.Time
	relay *relay
	file  string // of the database

	actors    map[string]domain.Actor
	directory fakeDirectory
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return emptyWorld(t).seeded()
}

func (w *world) seeded() *world {
	w.t.Helper()
	if applied, err := w.s.ApplySeed(w.t.Context(), "hash", seed()); err != nil || !applied {
		w.t.Fatalf("seed: %v, %v", applied, err)
	}
	return w
}

func emptyWorld(t *testing.T) *world {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.db")
	w := emptyWorldOn(t, "sqlite:"+file)
	w.file = file
	return w
}

func emptyWorldOn(t *testing.T, dsn string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{
		t: t, store: db, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), actors: map[string]domain.Actor{},
		relay: &relay{},
	}
	w.s = w.service(w.relay)
	return w
}

// service makes one on the store, as another process would.
func (w *world) service(r domain.Relay) *domain.Service {
	return domain.New(w.store, domain.Options{
		Now: func() time.Time { return w.now }, SecretIterations: 1, Relay: r, Directories: &w.directory, Sealer: boxes{},
	})
}

func seed() domain.Seed {
	no := false
	people := func(domainName string, roles map[string]domain.PortalRole) (users []domain.SeedUser, admins []domain.SeedPortalAdmin) {
		for _, name := range slices.Sorted(maps.Keys(roles)) { // the first user is special
			role := roles[name]
			users = append(users, domain.SeedUser{Email: name + "@" + domainName, Name: name})
			if role != "" {
				admins = append(admins, domain.SeedPortalAdmin{Email: name + "@" + domainName, Role: role})
			}
		}
		return users, admins
	}
	users, admins := people("northwind.example", map[string]domain.PortalRole{
		"admin": domain.RoleAdministrator, "boss": domain.RoleAdministrator, "lead": domain.RoleImplementationLead, "sales": domain.RoleSales,
		"help": domain.RoleHelpdesk, "basic": domain.RoleHelpdesk, "custom": domain.RoleHelpdesk, "disco": domain.RoleHelpdesk,
		"plain": "", "super": "",
	})
	for i := range users {
		users[i].AccountRole = map[string]string{
			"basic": domain.AccountBasicAdministrator, "custom": "user manager", "disco": domain.AccountDiscoveryOfficer, "super": domain.AccountSuperAdministrator,
		}[users[i].Name]
	}
	users = append(users, domain.SeedUser{
		Email: "dir@northwind.example", Name: "dir", Source: domain.SourceDirectory, Directory: "staff", Aliases: []string{"Alias@northwind.example"},
	})
	otherUsers, otherAdmins := people("contoso.example", map[string]domain.PortalRole{"admin": domain.RoleAdministrator})
	resaleUsers, resaleAdmins := people("resale.example", map[string]domain.PortalRole{"admin": domain.RoleAdministrator})
	products := []domain.Product{{Name: "Secure 100", Price: "4.50", Currency: "EUR"}, {Name: "Secure 200", Price: "6", Currency: "EUR"}}
	client := func(id string, role domain.PortalRole, actsFor string) domain.SeedClient {
		return domain.SeedClient{ID: id, Secret: secret, PortalRole: role, ActsFor: actsFor}
	}
	return domain.Seed{Partners: []domain.SeedPartner{
		{
			Partner: domain.Partner{ID: "northwind", Name: "Northwind", Kind: domain.KindMSP, Products: products},
			Directories: []domain.SeedDirectory{{Name: "staff", Type: domain.DirectoryActiveDirectory, LDAP: &domain.LDAPSettings{
				Host: "dc.northwind.example", Port: 636, Encryption: domain.EncryptionStrict, BindDN: "CN=reader", BaseDN: "OU=Staff",
			}}},
			Users: users, PortalAdmins: admins,
			CustomRoles: []domain.SeedRole{
				{Name: "user manager", Permissions: []string{"users.read", "users.manage"}},
				{Name: "reader", Permissions: []string{"account.read"}},
				{Name: "searcher", Permissions: []string{"content.search"}},
			},
			Clients: []domain.SeedClient{
				client("administrator", domain.RoleAdministrator, "Admin@northwind.example"),
				client("robot", domain.RoleAdministrator, ""),
				client("helpdesk", domain.RoleHelpdesk, ""),
				client("lead", domain.RoleImplementationLead, ""),
				client("prospects", domain.RoleProspects, ""),
				client("sales", domain.RoleSales, ""),
				client("for-basic", domain.RoleHelpdesk, "basic@northwind.example"),
				client("for-custom", domain.RoleHelpdesk, "custom@northwind.example"),
				client("for-disco", domain.RoleHelpdesk, "disco@northwind.example"),
				client("for-help", domain.RoleHelpdesk, "help@northwind.example"),
			},
			Customers: []domain.SeedCustomer{
				{
					ID: globex, Name: "Globex", Domain: "Globex.example", InternalDomains: []string{"Globex.net"}, Country: "DE", Product: "Secure 100",
					Seats: 10, ExternalID: "G-1", DeletionProtection: &no, AllowedIPRanges: []string{"192.0.2.0/24"},
					CustomRoles: []domain.SeedRole{
						{Name: "desk", Permissions: []string{"users.read"}},
						{Name: "vault", Permissions: []string{"users.read", "messages.read"}},
					},
					ExternalAdmins: []domain.SeedExternalAdmin{
						{Email: "help@northwind.example", Role: domain.AccountPartnerAdministrator},
						{Email: "boss@northwind.example", Role: domain.AccountSuperAdministrator},
					},
					Clients: []domain.SeedCustomerClient{
						{ID: "globex-decider", Secret: secret, ContactRoles: []string{domain.ContactDecisionMaker}},
						{ID: "globex-phones", Secret: secret, ContactRoles: []string{domain.ContactPhoneManager}},
					},
				},
				{
					ID: initech, Name: "Initech", Domain: "initech.example",
					AccessRoles: []domain.SeedAccessRole{{Role: domain.AccessDecisionMaker, NotifyEmails: []string{"Ceo@initech.example"}}},
				},
			},
			Training: []domain.Course{
				{Email: "admin@northwind.example", Course: "Basics", ProgressPercent: 50},
				{Email: "boss@northwind.example", Course: "Advanced", ProgressPercent: 0},
				{Email: "sales@northwind.example", Course: "Selling", ProgressPercent: 100},
			},
		},
		{
			Partner: domain.Partner{ID: "contoso", Name: "Contoso", Kind: domain.KindMSP, Products: products},
			Users:   otherUsers, PortalAdmins: otherAdmins,
			Clients:   []domain.SeedClient{client("contoso", domain.RoleAdministrator, "")},
			Customers: []domain.SeedCustomer{{ID: "cus_contoso", Name: "Globex", Domain: "globex.example"}},
		},
		{
			Partner: domain.Partner{ID: "resale", Name: "Resale", Kind: domain.KindReseller},
			Users:   resaleUsers, PortalAdmins: resaleAdmins,
			Clients:   []domain.SeedClient{client("resale", domain.RoleAdministrator, "")},
			Customers: []domain.SeedCustomer{{ID: "cus_resale", Name: "Umbrella", Domain: "umbrella.example"}},
		},
	}}
}

// as answers the actor that a client is. The first call must not be inside a transaction, it makes a token.
func (w *world) as(client string) domain.Actor {
	w.t.Helper()
	actor, ok := w.actors[client]
	if !ok {
		actor = w.signIn(client)
		w.actors[client] = actor
	}
	return actor
}

// signIn answers the actor that a client is, through a token with these scopes, all of them if none are given.
func (w *world) signIn(client string, scopes ...domain.Scope) domain.Actor {
	w.t.Helper()
	token, err := w.s.IssueToken(w.t.Context(), client, secret, scopes)
	if err != nil {
		w.t.Fatalf("token for %s: %v", client, err)
	}
	actor, err := w.s.Authenticate(w.t.Context(), token.AccessToken)
	if err != nil {
		w.t.Fatalf("authenticate %s: %v", client, err)
	}
	actor.RequestID = "req_" + client
	return actor
}

// acme is what a managed customer can look like.
func acme() domain.CustomerInput {
	no := false
	return domain.CustomerInput{Name: "Acme Ltd", Domain: "acme.example", DeletionProtection: &no}
}

// create makes a managed customer at stage customer.
func (w *world) create(in domain.CustomerInput) domain.Customer {
	w.t.Helper()
	return must(w.s.CreateCustomer(w.t.Context(), w.as("administrator"), in))(w.t)
}

// grant makes a portal admin basic administrator of a customer.
func (w *world) grant(customerID, email string) {
	w.t.Helper()
	if err := putGrant("administrator", customerID, email, domain.AccountBasicAdministrator)(w.t.Context(), w); err != nil {
		w.t.Fatalf("grant: %v", err)
	}
}

// give gives northwind an access role.
func (w *world) give(customerID string, role domain.AccessRoleName, notify ...string) domain.AccessRole {
	w.t.Helper()
	access, _, err := w.s.PutAccessRole(w.t.Context(), w.as("administrator"), customerID, role, domain.AccessRoleInput{NotifyEmails: notify}, domain.Precondition{})
	if err != nil {
		w.t.Fatalf("access role: %v", err)
	}
	return access
}

// events answers northwind's audit log without what the seed brought.
func (w *world) events() []domain.AuditEvent {
	w.t.Helper()
	list := must(w.s.ListAuditEvents(w.t.Context(), w.as("robot"), domain.AuditFilter{}, domain.Page{Size: 500}))(w.t)
	return slices.DeleteFunc(list.Items, func(e domain.AuditEvent) bool { return e.Actor == "seed" })
}

func (w *world) mails() []domain.Mail {
	w.t.Helper()
	return must(w.s.ListOutbox(w.t.Context(), w.as("robot"), domain.Page{Size: 500}))(w.t).Items
}

// silent runs fn and fails if it left a line in the audit log or a mail.
func (w *world) silent(fn func()) {
	w.t.Helper()
	events, mails := len(w.events()), len(w.mails())
	fn()
	if more := len(w.events()) - events; more != 0 {
		w.t.Errorf("%d audit events, want none", more)
	}
	if more := len(w.mails()) - mails; more != 0 {
		w.t.Errorf("%d mails, want none", more)
	}
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// refusal answers the first refusal in an error.
func refusal(t *testing.T, err error) *domain.Error {
	t.Helper()
	var e *domain.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a refusal", err)
	}
	return e
}

func wantCode(t *testing.T, err error, code domain.Code) {
	t.Helper()
	if e := refusal(t, err); e.Code != code {
		t.Errorf("got %v, want %s", e, code)
	}
}

// refused is a write that is refused, and what comes back.
type refused struct {
	name     string
	given    func(*world) // may be nil
	do       func(context.Context, *world) error
	code     domain.Code
	field    string
	existing string           // id of what is there
	blockers []domain.Blocker // in any order
	request  bool             // an answer about the request as a whole, no finding of a validation
}

func runRefused(t *testing.T, cases []refused) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.given != nil {
				c.given(w)
			}
			w.silent(func() { c.check(t, c.do(t.Context(), w)) })
			w.silent(func() {
				found, err := w.s.Validate(t.Context(), func(ctx context.Context) error { return c.do(ctx, w) })
				if c.request {
					c.check(t, err)
					return
				}
				if err != nil || len(found) == 0 {
					t.Fatalf("validate: %v, %v", found, err)
				}
				c.check(t, found[0])
				if pending := slices.Contains(curable, c.code); pending != (found[0].Severity() == domain.Pending) {
					t.Errorf("severity %s", found[0].Severity())
				}
			})
		})
	}
}

// curable are the refusals that another write can cure.
var curable = []domain.Code{
	domain.CodeAlreadyExists, domain.CodeInUse, domain.CodeLastAdministrator, domain.CodeDeletionProtected, domain.CodeUnknownRole,
	domain.CodeNotAPortalAdmin, domain.CodeNotAPartnerUser, domain.CodeLastMasterAdmin, domain.CodeLastDecisionMaker,
}

func (c refused) check(t *testing.T, err error) {
	t.Helper()
	e := refusal(t, err)
	if e.Code != c.code || e.Field != c.field || e.ExistingID != c.existing || e.Detail == "" {
		t.Errorf("got %s at %q, existing %q: %s; want %s at %q, existing %q", e.Code, e.Field, e.ExistingID, e.Detail, c.code, c.field, c.existing)
	}
	if len(e.Blockers) != len(c.blockers) {
		t.Errorf("blockers %v, want %v", e.Blockers, c.blockers)
	}
	for _, blocker := range c.blockers {
		if !slices.Contains(e.Blockers, blocker) {
			t.Errorf("blockers %v, want %v among them", e.Blockers, blocker)
		}
	}
}
