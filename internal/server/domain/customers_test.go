package domain_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

type customerEdit = func(*domain.CustomerInput)

func edited(in domain.CustomerInput, edits ...customerEdit) domain.CustomerInput {
	for _, edit := range edits {
		edit(&in)
	}
	return in
}

func createAs(client string, edits ...customerEdit) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, err := w.s.CreateCustomer(ctx, w.as(client), edited(acme(), edits...))
		return err
	}
}

// globexInput is what keeps the referral customer as it is.
func globexInput() domain.CustomerInput {
	no := false
	return domain.CustomerInput{
		Name: "Globex", Domain: "globex.EXAMPLE", Seats: 10, Product: "Secure 100", Country: "DE", ExternalID: "G-1",
		AllowedIPRanges: []string{"192.0.2.0/24"}, DeletionProtection: &no,
	}
}

// putAs changes the customer with this domain from what base gives.
func putAs(client, domainName string, base func() domain.CustomerInput, edits ...customerEdit) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, err := w.s.PutCustomer(ctx, w.as(client), w.idOf(ctx, domainName), edited(base(), edits...), domain.Precondition{})
		return err
	}
}

// idOf finds the id of northwind's customer with this domain.
func (w *world) idOf(ctx context.Context, domainName string) string {
	w.t.Helper()
	list := must(w.s.ListCustomers(ctx, w.as("administrator"), domain.CustomerFilter{Domain: domainName}, domain.Page{}))(w.t)
	if len(list.Items) != 1 {
		w.t.Fatalf("%d customers with domain %q", len(list.Items), domainName)
	}
	return list.Items[0].ID
}

func prospect(in *domain.CustomerInput) { in.Stage = domain.StageProspect }

func TestCustomerCreationRefusals(t *testing.T) {
	t.Parallel()
	invalid := func(name, field string, edit customerEdit) refused {
		return refused{name: name, do: createAs("administrator", edit), code: domain.CodeInvalidValue, field: field}
	}
	runRefused(t, []refused{
		invalid("name", "/name", func(in *domain.CustomerInput) { in.Name = "" }),
		invalid("line break", "/name", func(in *domain.CustomerInput) { in.Name = "Acme\nBcc: x" }),
		invalid("domain", "/domain", func(in *domain.CustomerInput) { in.Domain = "acme" }),
		invalid("stage", "/stage", func(in *domain.CustomerInput) { in.Stage = "lost" }),
		invalid("partner account", "/account_type", func(in *domain.CustomerInput) { in.AccountType = "partner" }),
		invalid("MSP partner account", "/account_type", func(in *domain.CustomerInput) { in.AccountType = "msp_partner" }),
		invalid("seats", "/seats", func(in *domain.CustomerInput) { in.Seats = 1_000_001 }),
		invalid("negative seats", "/seats", func(in *domain.CustomerInput) { in.Seats = -1 }),
		invalid("country", "/country", func(in *domain.CustomerInput) { in.Country = "de" }),
		invalid("external id", "/external_id", func(in *domain.CustomerInput) { in.ExternalID = strings.Repeat("x", 201) }),
		invalid("range", "/allowed_ip_ranges/1", func(in *domain.CustomerInput) { in.AllowedIPRanges = []string{"10.0.0.0/8", "10.0.0.0/08"} }),
		invalid("outbound", "/rfi/outbound_ips/0", func(in *domain.CustomerInput) { in.RFI.OutboundIPs = &[]string{"x"} }),
		invalid("inbound", "/rfi/inbound_ips/1", func(in *domain.CustomerInput) { in.RFI.InboundIPs = &[]string{"::1", "0::1"} }),
		invalid("smarthost", "/rfi/smarthost/port", func(in *domain.CustomerInput) { in.RFI.Smarthost = &domain.Smarthost{Host: "a.example", Port: 70000} }),
		invalid("lead's address", "/implementation_lead", func(in *domain.CustomerInput) { in.ImplementationLead = "lead" }),
		invalid("lead's role", "/implementation_lead", func(in *domain.CustomerInput) { in.ImplementationLead = "sales@northwind.example" }),
		{
			name: "lead without portal", do: createAs("administrator", func(in *domain.CustomerInput) { in.ImplementationLead = "plain@northwind.example" }),
			code: domain.CodeNotAPortalAdmin, field: "/implementation_lead",
		},
		{name: "product", do: createAs("administrator", func(in *domain.CustomerInput) { in.Product = "secure 100" }), code: domain.CodeUnknownProduct, field: "/product"},
		{
			name: "domain in use", do: createAs("administrator", func(in *domain.CustomerInput) { in.Domain = "GLOBEX.example" }),
			code: domain.CodeAlreadyExists, field: "/domain", existing: globex,
		},
		{
			name: "external id in use", do: createAs("administrator", func(in *domain.CustomerInput) { in.ExternalID = "G-1" }),
			code: domain.CodeAlreadyExists, field: "/external_id", existing: globex,
		},
		{name: "order without the scope", do: createAs("prospects"), code: domain.CodeForbidden, field: "/stage", request: true},
		{
			name: "lead without the scope", do: createAs("sales", func(in *domain.CustomerInput) { in.ImplementationLead = "lead@northwind.example" }),
			code: domain.CodeForbidden, field: "/implementation_lead", request: true,
		},
		{name: "helpdesk", do: createAs("helpdesk", prospect), code: domain.CodeForbidden, request: true},
		{name: "a customer", do: createAs("globex-decider"), code: domain.CodeForbidden, request: true},
	})
}

func TestUnknownProductListsProducts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := refusal(t, createAs("administrator", func(in *domain.CustomerInput) { in.Product = "X" })(t.Context(), w))
	if !strings.Contains(e.Detail, "Secure 100, Secure 200") {
		t.Errorf("detail %q", e.Detail)
	}
}

func TestCustomerCreated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	config := domain.PartnerConfigInput{OutboundIPs: []string{"192.0.2.1"}, InboundIPs: []string{"192.0.2.2"}, Smarthost: &domain.Smarthost{Host: "relay.example.com"}}
	if _, err := w.s.PutPartnerConfig(ctx, w.as("administrator"), config, domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	in := acme()
	in.Name, in.Domain, in.DeletionProtection = "Ärger & Co. 24 "+strings.Repeat("x", 50), "Acme.Example", nil
	in.RFI.InboundIPs = &[]string{}
	in.ImplementationLead, in.Product, in.Seats, in.Country, in.ExternalID = "LEAD@northwind.example", "Secure 200", 5, "FR", "A-1"
	in.AllowedIPRanges = []string{"2001:DB8::/32", "10.0.0.1/32"}
	got := w.create(in)
	want := domain.Customer{
		ID: got.ID, Revision: got.Revision, PartnerID: "northwind", Name: in.Name, NameKey: strings.ToLower(in.Name), Domain: "Acme.Example", DomainKey: "acme.example",
		InternalDomains: []string{"Acme.Example"}, Stage: domain.StageCustomer, ImplementationLead: "LEAD@northwind.example",
		ImplementationLeadKey: "lead@northwind.example", Seats: 5, Product: "Secure 200", Country: "FR", ExternalID: "A-1", Enabled: true,
		DeletionProtection: true, AllowedIPRanges: []string{"10.0.0.1", "2001:db8::/32"}, Relationship: domain.RelationshipManaged,
		RFI:           domain.RFI{OutboundIPs: []string{"192.0.2.1"}, InboundIPs: []string{}, Smarthost: config.Smarthost},
		AdminUsername: "msp_rgerco24" + strings.Repeat("x", 32) + "@acme.example", CreatedAt: w.now,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	// A later config leaves the RFI alone.
	if err := w.s.DeletePartnerConfig(ctx, w.as("administrator"), domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	if read := must(w.s.GetCustomer(ctx, w.as("administrator"), got.ID))(t); !reflect.DeepEqual(read, want) {
		t.Errorf("read %+v\nwant %+v", read, want)
	}
	// Another partner may have the same domain; a name without a usable letter gets a user name all the same.
	other := must(w.s.CreateCustomer(ctx, w.as("contoso"), domain.CustomerInput{Name: "北京", Domain: "acme.example"}))(t)
	if other.AdminUsername != "msp_customer@acme.example" {
		t.Errorf("admin username %q", other.AdminUsername)
	}
}

func TestCustomerChangeRefusals(t *testing.T) {
	t.Parallel()
	invalid := func(name, field string, edit customerEdit) refused {
		return refused{name: name, given: given(createAs("administrator")), do: putAs("administrator", "acme.example", acme, edit), code: domain.CodeInvalidValue, field: field}
	}
	notManaged := func(field string, edit customerEdit) refused {
		return refused{name: "referral" + field, do: putAs("administrator", "globex.example", globexInput, edit), code: domain.CodeNotManaged, field: field}
	}
	forbidden := func(name, client, field string, start, edit customerEdit) refused {
		return refused{
			name: name, given: given(createAs("administrator", start)), do: putAs(client, "acme.example", acme, edit),
			code: domain.CodeForbidden, field: field, request: true,
		}
	}
	nothing := func(*domain.CustomerInput) {}
	runRefused(t, []refused{
		invalid("domain", "/domain", func(in *domain.CustomerInput) { in.Domain = "acme2.example" }),
		invalid("name", "/name", func(in *domain.CustomerInput) { in.Name = "" }),
		invalid("account type", "/account_type", func(in *domain.CustomerInput) { in.AccountType = "partner" }),
		invalid("stage", "/stage", func(in *domain.CustomerInput) { in.Stage = "lost" }),
		invalid("lead", "/implementation_lead", func(in *domain.CustomerInput) { in.ImplementationLead = "help@northwind.example" }),
		invalid("outbound", "/rfi/outbound_ips/0", func(in *domain.CustomerInput) { in.RFI.OutboundIPs = &[]string{"x"} }),
		{
			name: "back to prospect", given: given(createAs("administrator")), do: putAs("administrator", "acme.example", acme, prospect),
			code: domain.CodeInvalidTransition, field: "/stage",
		},
		{
			name: "external id in use", given: given(createAs("administrator")),
			do:   putAs("administrator", "acme.example", acme, func(in *domain.CustomerInput) { in.ExternalID = "G-1" }),
			code: domain.CodeAlreadyExists, field: "/external_id", existing: globex,
		},
		{
			name: "product", given: given(createAs("administrator")),
			do:   putAs("administrator", "acme.example", acme, func(in *domain.CustomerInput) { in.Product = "X" }),
			code: domain.CodeUnknownProduct, field: "/product",
		},
		notManaged("/name", func(in *domain.CustomerInput) { in.Name = "Globex Inc" }),
		notManaged("/stage", prospect),
		notManaged("/country", func(in *domain.CustomerInput) { in.Country = "" }),
		notManaged("/enabled", func(in *domain.CustomerInput) { no := false; in.Enabled = &no }),
		notManaged("/require_sso", func(in *domain.CustomerInput) { yes := true; in.RequireSSO = &yes }),
		notManaged("/allowed_ip_ranges", func(in *domain.CustomerInput) { in.AllowedIPRanges = nil }),
		forbidden("order", "prospects", "/stage", prospect, func(in *domain.CustomerInput) { in.Stage = domain.StageCustomer }),
		forbidden("upgrade of the product", "lead", "/product", nothing, func(in *domain.CustomerInput) { in.Product = "Secure 100" }),
		forbidden("upgrade of the seats", "helpdesk", "/seats", nothing, func(in *domain.CustomerInput) { in.Seats = 1 }),
		forbidden("lead", "sales", "/implementation_lead", nothing, func(in *domain.CustomerInput) { in.ImplementationLead = "lead@northwind.example" }),
		forbidden("customer for a prospects client", "prospects", "", nothing, nothing),
		{name: "a customer's own client", do: putAs("globex-decider", "globex.example", globexInput), code: domain.CodeForbidden, request: true},
	})
}

func TestCustomerChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, step := range []struct {
		name, client string
		edit         customerEdit
	}{
		{"creator of prospects renames one", "prospects", func(in *domain.CustomerInput) { in.Name = "Acme Inc" }},
		{"and sets seats before the order", "prospects", func(in *domain.CustomerInput) { in.Seats, in.Product = 3, "Secure 100" }},
		{"an implementation lead names the lead", "lead", func(in *domain.CustomerInput) { in.ImplementationLead = "lead@northwind.example" }},
		{"sales place the order", "sales", func(in *domain.CustomerInput) { in.Stage = domain.StageCustomer }},
		{"and upgrade", "sales", func(in *domain.CustomerInput) { in.Stage, in.Seats = "", 4 }},
		{"helpdesk disables", "helpdesk", func(in *domain.CustomerInput) { no := false; in.Enabled = &no }},
		{"and sets ranges and SSO", "helpdesk", func(in *domain.CustomerInput) {
			yes := true
			in.RequireSSO, in.AllowedIPRanges = &yes, []string{"10.0.0.0/8"}
		}},
		{"and the RFI", "helpdesk", func(in *domain.CustomerInput) {
			in.RFI = domain.RFIInput{OutboundIPs: &[]string{"192.0.2.7"}, Smarthost: &domain.Smarthost{Host: "Relay.example.com", Port: 25}}
		}},
		{"an implementation lead removes the lead", "lead", func(in *domain.CustomerInput) { in.ImplementationLead = "" }},
	} {
		if step.name == "creator of prospects renames one" {
			if err := createAs("prospects", prospect)(ctx, w); err != nil {
				t.Fatal(err)
			}
		}
		id := w.idOf(ctx, "acme.example")
		old := must(w.s.GetCustomer(ctx, w.as("administrator"), id))(t)
		in := edited(inputOf(old), step.edit)
		got, err := w.s.PutCustomer(ctx, w.as(step.client), id, in, domain.Precondition{IfMatch: old.Revision})
		if err != nil {
			t.Errorf("%s: %v", step.name, err)
			continue
		}
		if got.Revision == old.Revision {
			t.Errorf("%s: nothing changed", step.name)
		}
		w.silent(func() {
			in.RFI = domain.RFIInput{Smarthost: recased(got.RFI.Smarthost)} // left out, and another spelling
			in.Domain, in.ImplementationLead = strings.ToUpper(in.Domain), strings.ToUpper(in.ImplementationLead)
			again, err := w.s.PutCustomer(ctx, w.as(step.client), id, in, domain.Precondition{})
			if err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("%s, once more: %+v, %v, want %+v", step.name, again, err, got)
			}
		})
	}
	end := must(w.s.GetCustomer(ctx, w.as("administrator"), w.idOf(ctx, "acme.example")))(t)
	if end.Name != "Acme Inc" || end.Stage != domain.StageCustomer || end.Seats != 4 || end.Enabled || !end.RequireSSO || end.ImplementationLead != "" ||
		!slices.Equal(end.RFI.OutboundIPs, []string{"192.0.2.7"}) || end.RFI.Smarthost.Host != "Relay.example.com" || end.AdminUsername != "msp_acmeltd@acme.example" {
		t.Errorf("in the end %+v", end)
	}
}

// inputOf is what keeps a customer as it is; its RFI is left out.
func inputOf(c domain.Customer) domain.CustomerInput {
	return domain.CustomerInput{
		Name: c.Name, Domain: c.Domain, Stage: c.Stage, ImplementationLead: c.ImplementationLead, Seats: c.Seats, Product: c.Product, Country: c.Country,
		ExternalID: c.ExternalID, Enabled: &c.Enabled, RequireSSO: &c.RequireSSO, AllowedIPRanges: c.AllowedIPRanges, DeletionProtection: &c.DeletionProtection,
	}
}

func recased(host *domain.Smarthost) *domain.Smarthost {
	if host == nil {
		return nil
	}
	return &domain.Smarthost{Host: strings.ToUpper(host.Host), Port: host.Port}
}

// Another change does not bring another case in.
func TestFirstSpellingsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := acme()
	in.ImplementationLead = "Lead@northwind.example"
	in.RFI.Smarthost = &domain.Smarthost{Host: "Relay.example.com"}
	old := w.create(in)
	in.Seats, in.Domain, in.ImplementationLead, in.RFI.Smarthost = 9, "ACME.example", "LEAD@northwind.example", recased(in.RFI.Smarthost)
	got, err := w.s.PutCustomer(t.Context(), w.as("administrator"), old.ID, in, domain.Precondition{})
	if err != nil || got.Seats != 9 || got.Domain != old.Domain || got.ImplementationLead != old.ImplementationLead || got.RFI.Smarthost.Host != "Relay.example.com" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReferralTakesWhatIsThePartners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	yes := true
	in := edited(globexInput(), func(in *domain.CustomerInput) {
		in.ExternalID, in.ImplementationLead, in.Product, in.Seats, in.DeletionProtection = "G-2", "lead@northwind.example", "Secure 200", 11, &yes
		in.RFI.InboundIPs = &[]string{"192.0.2.9"}
	})
	got, err := w.s.PutCustomer(t.Context(), w.as("administrator"), globex, in, domain.Precondition{})
	if err != nil {
		t.Fatal(err)
	}
	if got.ExternalID != "G-2" || got.ImplementationLead == "" || got.Product != "Secure 200" || got.Seats != 11 || !got.DeletionProtection || len(got.RFI.InboundIPs) != 1 || got.Domain != "Globex.example" {
		t.Errorf("got %+v", got)
	}
}

func TestRenamingRenamesGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.create(acme())
	old := w.give(c.ID, domain.AccessDecisionMaker, "a@acme.example")
	w.give(c.ID, domain.AccessPhoneManager, "a@acme.example")
	mails, events := len(w.mails()), len(w.events())
	if err := putAs("administrator", "acme.example", acme, func(in *domain.CustomerInput) { in.Name = "Apex" })(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	list := must(w.s.ListCustomerAccessRoles(t.Context(), w.as("administrator"), c.ID, domain.Page{}))(t)
	if len(list.Items) != 2 || list.Items[0].GroupName != "Apex Decision Maker" || list.Items[1].GroupName != "Apex Phone Manager" || list.Items[0].Revision == old.Revision {
		t.Errorf("groups %+v", list.Items)
	}
	if got := len(w.events()) - events; got != 3 {
		t.Errorf("%d audit events, want that of the customer and those of the groups", got)
	}
	if got := len(w.mails()) - mails; got != 0 {
		t.Errorf("%d mails about a new name", got)
	}
}

func TestCustomerLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.create(acme())
	if err := createAs("prospects", prospect, func(in *domain.CustomerInput) { in.Domain = "maybe.example" })(ctx, w); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	for _, c := range []struct {
		client string
		filter domain.CustomerFilter
		want   string
	}{
		{"administrator", domain.CustomerFilter{}, "Globex.example acme.example initech.example maybe.example"},
		{"helpdesk", domain.CustomerFilter{}, "Globex.example acme.example initech.example maybe.example"},
		{"prospects", domain.CustomerFilter{}, "maybe.example"},
		{"prospects", domain.CustomerFilter{Stage: domain.StageCustomer}, ""},
		{"globex-phones", domain.CustomerFilter{}, "Globex.example"},
		{"globex-phones", domain.CustomerFilter{Domain: "acme.example"}, ""},
		{"contoso", domain.CustomerFilter{}, "globex.example"},
		{"administrator", domain.CustomerFilter{Name: "ACME ltd"}, "acme.example maybe.example"},
		{"administrator", domain.CustomerFilter{Name: "ACME ltd", Stage: domain.StageProspect}, "maybe.example"},
		{"administrator", domain.CustomerFilter{Domain: "GLOBEX.EXAMPLE"}, "Globex.example"},
		{"administrator", domain.CustomerFilter{ExternalID: "G-1"}, "Globex.example"},
		{"administrator", domain.CustomerFilter{Relationship: domain.RelationshipManaged}, "acme.example maybe.example"},
		{"administrator", domain.CustomerFilter{Enabled: &yes}, "Globex.example acme.example initech.example maybe.example"},
		{"administrator", domain.CustomerFilter{Enabled: &no}, ""},
	} {
		var got []string
		for _, customer := range must(w.s.ListCustomers(ctx, w.as(c.client), c.filter, domain.Page{}))(t).Items {
			got = append(got, customer.Domain)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s, %+v: %q, want %q", c.client, c.filter, got, c.want)
		}
	}
	_, err := w.s.ListCustomers(ctx, w.signIn("administrator", domain.ScopeAuditRead), domain.CustomerFilter{}, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
}
