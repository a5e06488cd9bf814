package domain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestSeedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	count := func() int {
		n := 0
		for page := (domain.Page{Size: 500}); ; {
			list := must(w.s.ListAuditEvents(ctx, w.as("robot"), domain.AuditFilter{}, page))(t)
			n += len(list.Items)
			if page.Token = list.NextToken; page.Token == "" {
				return n
			}
		}
	}
	if err := deleteUser("plain@northwind.example")(ctx, w); err != nil {
		t.Fatal(err)
	}
	before := count()
	if applied, err := w.s.ApplySeed(ctx, "hash", seed()); err != nil || applied {
		t.Errorf("the same seed again: %v, %v", applied, err)
	}
	if after := count(); after != before {
		t.Errorf("the same seed again wrote %d audit events", after-before)
	}
	_, err := w.s.GetPartnerUser(ctx, w.as("robot"), "plain@northwind.example")
	wantCode(t, err, domain.CodeNotFound)

	// Another seed brings what is absent and changes nothing.
	other := seed()
	other.Partners[0].Customers[0].Name = "Renamed"
	other.Partners[0].Customers[1].ID = "" // found again by its domain
	other.Partners[0].Customers[1].Clients = []domain.SeedCustomerClient{{ID: "initech-decider", Secret: secret, ContactRoles: []string{domain.ContactDecisionMaker}}}
	other.Partners[0].Clients[0].Secret = "another"
	if applied, err := w.s.ApplySeed(ctx, "other hash", other); err != nil || !applied {
		t.Fatalf("another seed: %v, %v", applied, err)
	}
	if c := must(w.s.GetCustomer(ctx, w.as("robot"), globex))(t); c.Name != "Globex" {
		t.Errorf("a seed renamed the customer to %q", c.Name)
	}
	if actor := w.signIn("initech-decider"); actor.CustomerID != initech {
		t.Errorf("the new client is %+v", actor)
	}
	w.signIn("administrator") // with the first secret
	if got := count() - before; got != 2 {
		t.Errorf("%d audit events, want those of the user and the client", got)
	}
}

func TestSeedDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	c := must(w.s.GetCustomer(ctx, actor, initech))(t)
	if c.Relationship != domain.RelationshipReferral || c.Stage != domain.StageCustomer || !c.Enabled || !c.DeletionProtection || c.AdminUsername != "" || !c.CreatedAt.Equal(w.now) {
		t.Errorf("customer %+v", c)
	}
	if access := must(w.s.GetAccessRole(ctx, actor, initech, domain.AccessDecisionMaker))(t); access.GroupName != "Initech Decision Maker" {
		t.Errorf("access role %+v", access)
	}
	if grant := must(w.s.GetExternalAdmin(ctx, actor, globex, "boss@northwind.example"))(t); !grant.ContentProtected {
		t.Errorf("grant %+v", grant)
	}
	if admin := must(w.s.GetPortalAdmin(ctx, actor, "boss@northwind.example"))(t); admin.Status != domain.StatusRegistered || admin.Name != "boss" {
		t.Errorf("admin %+v", admin)
	}
	for email, role := range map[string]string{"admin@northwind.example": domain.AccountBasicAdministrator, "boss@northwind.example": ""} {
		if user := must(w.s.GetPartnerUser(ctx, actor, email))(t); user.AccountRole != role {
			t.Errorf("%s, of whom the seed says no role, has %q", email, user.AccountRole)
		}
	}
	if mails := w.mails(); len(mails) != 0 {
		t.Errorf("the seed sent %d mails", len(mails))
	}
	events := must(w.s.ListAuditEvents(ctx, actor, domain.AuditFilter{Actor: "seed", Kind: "client"}, domain.Page{}))(t)
	if len(events.Items) != 12 || strings.Contains(string(events.Items[0].After), "pbkdf2") || strings.Contains(string(events.Items[0].After), secret) {
		t.Errorf("%d clients in the audit log, the first is %s", len(events.Items), events.Items[0].After)
	}
}

func TestManagedCustomerOfASeed(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	s := seed()
	created := time.Date(2020, 2, 3, 4, 5, 6, 0, time.FixedZone("", 3600))
	s.Partners[0].Config = &domain.SeedConfig{OutboundIPs: []string{"192.0.2.1"}}
	s.Partners[0].Customers[0].Relationship, s.Partners[0].Customers[0].CreatedAt = domain.RelationshipManaged, &created
	if _, err := w.s.ApplySeed(t.Context(), "hash", s); err != nil {
		t.Fatal(err)
	}
	c := must(w.s.GetCustomer(t.Context(), w.as("robot"), globex))(t)
	if c.AdminUsername != "msp_globex@globex.example" || len(c.RFI.OutboundIPs) != 1 || !c.CreatedAt.Equal(created) {
		t.Errorf("customer %+v", c)
	}
}

func TestSeedFaults(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t) // one for all cases, since none of them leaves anything
	for _, c := range []struct {
		path string // of the fault
		edit func(first *domain.SeedPartner)
	}{
		{"partners[0].id", func(p *domain.SeedPartner) { p.ID = "north wind" }},
		{"partners[1].id", func(p *domain.SeedPartner) { p.ID = "contoso" }},
		{"partners[0].name", func(p *domain.SeedPartner) { p.Name = "" }},
		{"partners[0].kind", func(p *domain.SeedPartner) { p.Kind = "friend" }},
		{"partners[0].products[1].name", func(p *domain.SeedPartner) { p.Products[1].Name = p.Products[0].Name }},
		{"partners[0].products[0].price", func(p *domain.SeedPartner) { p.Products[0].Price = "1e3" }},
		{"partners[0].products[0].currency", func(p *domain.SeedPartner) { p.Products[0].Currency = "euro" }},
		{"partners[0].config.outbound_ips[1]", func(p *domain.SeedPartner) {
			p.Config = &domain.SeedConfig{OutboundIPs: []string{"10.0.0.1", "10.0.0.01"}}
		}},
		{"partners[0].config.smarthost.host", func(p *domain.SeedPartner) { p.Config = &domain.SeedConfig{Smarthost: &domain.Smarthost{}} }},
		{"partners[0].custom_roles[0].name", func(p *domain.SeedPartner) { p.CustomRoles[0].Name = domain.AccountBasicAdministrator }},
		{"partners[0].custom_roles[0].name", func(p *domain.SeedPartner) { p.CustomRoles[0].Name = "a/b" }},
		{"partners[0].custom_roles[1].name", func(p *domain.SeedPartner) { p.CustomRoles[1].Name = p.CustomRoles[0].Name }},
		{"partners[0].custom_roles[0].permissions[1]", func(p *domain.SeedPartner) { p.CustomRoles[0].Permissions[1] = "fly" }},
		{"partners[0].custom_roles[0].permissions[1]", func(p *domain.SeedPartner) { p.CustomRoles[0].Permissions[1] = p.CustomRoles[0].Permissions[0] }},
		{"partners[0].users[0].email", func(p *domain.SeedPartner) { p.Users[0].Email = "x" }},
		{"partners[0].users[1].email", func(p *domain.SeedPartner) { p.Users[1].Email = strings.ToUpper(p.Users[0].Email) }},
		{"partners[0].users[0].name", func(p *domain.SeedPartner) { p.Users[0].Name = "" }},
		{"partners[0].users[0].phone", func(p *domain.SeedPartner) { p.Users[0].Phone = "1" }},
		{"partners[0].users[0].account_role", func(p *domain.SeedPartner) { p.Users[0].AccountRole = "king" }},
		{"partners[0].users[0].source", func(p *domain.SeedPartner) { p.Users[0].Source = "web" }},
		{"partners[0].users[0].aliases", func(p *domain.SeedPartner) { p.Users[0].Aliases = []string{"y@northwind.example"} }},
		{"partners[0].users[10].aliases[0]", func(p *domain.SeedPartner) { p.Users[10].Aliases[0] = p.Users[0].Email }},
		{"partners[0].users[10].aliases[0]", func(p *domain.SeedPartner) { p.Users[10].Aliases[0] = "y" }},
		{"partners[0].portal_admins[0].email", func(p *domain.SeedPartner) { p.PortalAdmins[0].Email = "nobody@northwind.example" }},
		{"partners[0].portal_admins[1].email", func(p *domain.SeedPartner) { p.PortalAdmins[1].Email = p.PortalAdmins[0].Email }},
		{"partners[0].portal_admins[0].role", func(p *domain.SeedPartner) { p.PortalAdmins[0].Role = "king" }},
		{"partners[0].portal_admins[0].status", func(p *domain.SeedPartner) { p.PortalAdmins[0].Status = "new" }},
		{"partners[0].clients[0].client_id", func(p *domain.SeedPartner) { p.Clients[0].ID = "" }},
		{"partners[0].clients[1].client_id", func(p *domain.SeedPartner) { p.Clients[1].ID = p.Clients[0].ID }},
		{"partners[0].clients[0].client_secret", func(p *domain.SeedPartner) { p.Clients[0].Secret = "" }},
		{"partners[0].clients[0].portal_role", func(p *domain.SeedPartner) { p.Clients[0].PortalRole = "" }},
		{"partners[0].clients[0].acts_for", func(p *domain.SeedPartner) { p.Clients[0].ActsFor = "plain@northwind.example" }},
		{"partners[0].customers[0].id", func(p *domain.SeedPartner) { p.Customers[0].ID = "a/b" }},
		{"partners[0].customers[1].id", func(p *domain.SeedPartner) { p.Customers[1].ID = globex }},
		{"partners[0].customers[1].domain", func(p *domain.SeedPartner) { p.Customers[1].Domain = "globex.EXAMPLE" }},
		{"partners[0].customers[0].domain", func(p *domain.SeedPartner) { p.Customers[0].Domain = "globex" }},
		{"partners[0].customers[0].internal_domains[0]", func(p *domain.SeedPartner) { p.Customers[0].InternalDomains[0] = "x" }},
		{"partners[0].customers[0].name", func(p *domain.SeedPartner) { p.Customers[0].Name = "" }},
		{"partners[0].customers[0].relationship", func(p *domain.SeedPartner) { p.Customers[0].Relationship = "friend" }},
		{"partners[0].customers[0].stage", func(p *domain.SeedPartner) { p.Customers[0].Stage = "lost" }},
		{"partners[0].customers[0].country", func(p *domain.SeedPartner) { p.Customers[0].Country = "Germany" }},
		{"partners[0].customers[0].product", func(p *domain.SeedPartner) { p.Customers[0].Product = "X" }},
		{"partners[0].customers[0].seats", func(p *domain.SeedPartner) { p.Customers[0].Seats = -1 }},
		{"partners[0].customers[1].external_id", func(p *domain.SeedPartner) { p.Customers[1].ExternalID = "G-1" }},
		{"partners[0].customers[0].allowed_ip_ranges[0]", func(p *domain.SeedPartner) { p.Customers[0].AllowedIPRanges[0] = "10.0.0.1/8" }},
		{"partners[0].customers[0].custom_roles[0].name", func(p *domain.SeedPartner) { p.Customers[0].CustomRoles[0].Name = "" }},
		{"partners[0].customers[0].external_admins[0].email", func(p *domain.SeedPartner) { p.Customers[0].ExternalAdmins[0].Email = "plain@northwind.example" }},
		{"partners[0].customers[0].external_admins[0].email", func(p *domain.SeedPartner) { p.Customers[0].ExternalAdmins[0].Email = "x" }},
		{"partners[0].customers[0].external_admins[0].email", func(p *domain.SeedPartner) { p.Customers[0].InternalDomains[0] = "northwind.example" }},
		{"partners[0].customers[0].external_admins[1].email", func(p *domain.SeedPartner) {
			p.Customers[0].ExternalAdmins[1].Email = p.Customers[0].ExternalAdmins[0].Email
		}},
		{"partners[0].customers[0].external_admins[0].role", func(p *domain.SeedPartner) { p.Customers[0].ExternalAdmins[0].Role = "king" }},
		{"partners[0].customers[0].external_admins", func(p *domain.SeedPartner) { p.Kind = domain.KindReseller }},
		{"partners[0].customers[1].access_roles[0].role", func(p *domain.SeedPartner) { p.Customers[1].AccessRoles[0].Role = "king" }},
		{"partners[0].customers[1].access_roles[0].notify_emails", func(p *domain.SeedPartner) { p.Customers[1].AccessRoles[0].NotifyEmails = nil }},
		{"partners[0].customers[1].access_roles[0].members[0]", func(p *domain.SeedPartner) {
			p.Customers[1].AccessRoles[0].Members = []string{"nobody@northwind.example"}
		}},
		{"partners[0].customers[1].access_roles[0].members[1]", func(p *domain.SeedPartner) {
			p.Customers[1].AccessRoles[0].Members = []string{"plain@northwind.example", "Plain@northwind.example"}
		}},
		{"partners[0].customers[1].invoices[0].amount", invoiced(func(i *domain.SeedInvoice) { i.Amount = "-1" })},
		{"partners[0].customers[1].invoices[0].currency", invoiced(func(i *domain.SeedInvoice) { i.Currency = "euro" })},
		{"partners[0].customers[1].invoices[0].number", invoiced(func(i *domain.SeedInvoice) { i.Number = "" })},
		{"partners[0].customers[1].invoices[0].due_on", invoiced(func(i *domain.SeedInvoice) { i.DueOn = "31.01.2026" })},
		{"partners[0].customers[1].invoices[0].paid_on", invoiced(func(i *domain.SeedInvoice) { i.PaidOn = "2026-02-30" })},
		{"partners[0].customers[0].clients[0].contact_roles[0]", func(p *domain.SeedPartner) { p.Customers[0].Clients[0].ContactRoles[0] = "king" }},
		{"partners[0].customers[0].clients[0].client_id", func(p *domain.SeedPartner) { p.Customers[0].Clients[0].ID = p.Clients[0].ID }},
		{"partners[0].training[0].email", func(p *domain.SeedPartner) { p.Training[0].Email = "plain@northwind.example" }},
		{"partners[0].training[0].course", func(p *domain.SeedPartner) { p.Training[0].Course = "" }},
		{"partners[0].training[0].progress_percent", func(p *domain.SeedPartner) { p.Training[0].ProgressPercent = 101 }},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			s := seed()
			c.edit(&s.Partners[0])
			applied, err := w.s.ApplySeed(t.Context(), "hash", s)
			if err == nil || applied || !strings.Contains(err.Error(), "\n"+c.path+": ") {
				t.Fatalf("got %v, %v, want a fault at %s", applied, err, c.path)
			}
			if _, err := w.s.IssueToken(t.Context(), "contoso", secret, nil); err == nil {
				t.Error("half of the seed is there")
			}
		})
	}
}

// invoiced gives the second customer an invoice with a fault.
func invoiced(spoil func(*domain.SeedInvoice)) func(*domain.SeedPartner) {
	return func(p *domain.SeedPartner) {
		invoice := domain.SeedInvoice{Number: "1", IssuedOn: "2026-01-31", DueOn: "2026-03-02", Amount: "12.50", Currency: "EUR"}
		spoil(&invoice)
		p.Customers[1].Invoices = []domain.SeedInvoice{invoice}
	}
}

func TestSeedOfAnotherPartner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := domain.Seed{Partners: []domain.SeedPartner{{
		Partner:   domain.Partner{ID: "fabrikam", Name: "Fabrikam", Kind: domain.KindMSP},
		Clients:   []domain.SeedClient{{ID: "robot", Secret: secret, PortalRole: domain.RoleSales}},
		Customers: []domain.SeedCustomer{{ID: globex, Name: "Globex", Domain: "globex.example"}},
	}}}
	_, err := w.s.ApplySeed(t.Context(), "other", s)
	for _, path := range []string{"partners[0].clients[0].client_id: ", "partners[0].customers[0].id: "} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want a fault at %s", err, path)
		}
	}
}
