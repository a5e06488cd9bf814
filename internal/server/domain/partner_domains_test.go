package domain_test

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// dnsWorld is a world that asks a real DNS server, whose records the test changes.
type dnsWorld struct {
	*world
	dns *dnstest.Server
}

func newDNSWorld(t *testing.T) *dnsWorld {
	t.Helper()
	w := &dnsWorld{world: newWorld(t)}
	var err error
	if w.dns, err = dnstest.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.dns.Close(); err != nil {
			t.Error(err)
		}
	})
	w.s = w.service()
	return w
}

// service is one more replica on the same database.
func (w *dnsWorld) service() *domain.Service {
	w.t.Helper()
	return w.serviceAsking(must(dns.New(w.dns.Address))(w.t))
}

func (w *dnsWorld) serviceAsking(resolver domain.Resolver) *domain.Service {
	return domain.New(w.store, domain.Options{Now: func() time.Time { return w.now }, SecretIterations: 1, Resolver: resolver})
}

func (w *dnsWorld) put(client, name string, method domain.ValidationMethod) domain.PartnerDomain {
	w.t.Helper()
	d, _, err := w.s.PutDomain(w.t.Context(), w.as(client), name, domain.DomainInput{VerificationMethod: method}, domain.Precondition{})
	return must(d, err)(w.t)
}

func (w *dnsWorld) get(name string) domain.PartnerDomain {
	w.t.Helper()
	return must(w.s.GetDomain(w.t.Context(), w.as("administrator"), name))(w.t)
}

func (w *dnsWorld) verify(client, name string) domain.PartnerDomain {
	w.t.Helper()
	return must(w.s.VerifyDomain(w.t.Context(), w.as(client), name))(w.t)
}

func (w *dnsWorld) publish(record *domain.DNSRecord) {
	w.t.Helper()
	if err := w.dns.Add(*record); err != nil {
		w.t.Fatal(err)
	}
}

// prove that a client's partner controls a domain.
func (w *dnsWorld) prove(client, name string) {
	w.t.Helper()
	w.publish(w.put(client, name, domain.ValidationTXT).Record)
	d := w.verify(client, name)
	if d.VerificationStatus != domain.DomainVerified {
		w.t.Fatalf("not verified: %+v", d.LastCheck)
	}
}

func putDomain(client, name string, in domain.DomainInput, pre domain.Precondition) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutDomain(ctx, w.as(client), name, in, pre)
		return err
	}
}

// TXT: at the domain itself, the value is the code. CNAME: at the code below the domain, the target is a fixed host. The
// code lives for 30 days.
func TestDomainRecords(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	code := regexp.MustCompile(`^msp-[0-9a-z]{26}$`)
	byText, byAlias := w.put("administrator", "Text.example", domain.ValidationTXT), w.put("administrator", "alias.example", domain.ValidationCNAME)
	if r := byText.Record; byText.Name != "Text.example" || r.Name != "text.example" || r.Type != "TXT" || !code.MatchString(r.Value) {
		t.Errorf("got %+v of %q", r, byText.Name)
	}
	label, rest, _ := strings.Cut(byAlias.Record.Name, ".")
	if r := byAlias.Record; rest != "alias.example" || !code.MatchString(label) || r.Type != "CNAME" || r.Value != domain.DefaultValidationHost {
		t.Errorf("got %+v", r)
	}
	for _, d := range []domain.PartnerDomain{byText, byAlias} {
		if d.VerificationStatus != domain.DomainPending || !d.ExpiresAt.Equal(w.now.Add(30*24*time.Hour)) {
			t.Errorf("%s: %s until %s", d.Name, d.VerificationStatus, d.ExpiresAt)
		}
	}
	changed := w.put("administrator", "TEXT.example", domain.ValidationCNAME)
	if changed.Name != "Text.example" || changed.Record.Type != "CNAME" || strings.HasPrefix(changed.Record.Name, byText.Record.Value) {
		t.Errorf("another method gave %+v, before it was %+v", changed, byText.Record)
	}
	w.silent(func() {
		if again := w.put("administrator", "text.EXAMPLE", domain.ValidationCNAME); again.Revision != changed.Revision || *again.Record != *changed.Record {
			t.Errorf("the same once more gave %+v", again)
		}
	})
}

// The first look finds nothing, a later one the record; then nobody looks again, and the record stays readable.
func TestDomainPendingThenVerified(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	pending := w.put("administrator", "mine.example", domain.ValidationTXT)
	w.silent(func() {
		if d := w.verify("administrator", "mine.example"); d.VerificationStatus != domain.DomainPending || d.Revision == pending.Revision {
			t.Errorf("got %+v", d)
		}
	})
	w.publish(pending.Record)
	if d := w.verify("administrator", "MINE.example"); d.VerificationStatus != domain.DomainVerified || *d.Record != *pending.Record {
		t.Errorf("got %+v", d)
	}
	w.dns.Remove("mine.example")
	asked := w.dns.Questions()
	w.now = w.now.Add(60 * 24 * time.Hour) // the code is used up, it can't expire any more
	w.chores()
	if d := w.verify("administrator", "mine.example"); d.VerificationStatus != domain.DomainVerified || *d.Record != *pending.Record || w.dns.Questions() != asked {
		t.Errorf("%d more questions, got %+v", w.dns.Questions()-asked, d)
	}
	events := slices.DeleteFunc(w.events(), func(e domain.AuditEvent) bool { return e.Kind != domain.KindDomain })
	if len(events) != 2 || events[0].Action != domain.AuditCreate || events[1].Action != domain.AuditUpdate || events[1].Actor != "administrator" ||
		!strings.Contains(string(events[1].After), `"verified"`) {
		t.Errorf("audit log %s", must(json.Marshal(events))(t))
	}
}

// A code that was not used within 30 days is void; a new one can be had, and then only that counts.
func TestDomainExpiry(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	old := w.put("administrator", "mine.example", domain.ValidationTXT)
	w.now = old.ExpiresAt.Add(-time.Microsecond)
	w.silent(func() {
		if d := must(w.s.RenewDomain(t.Context(), w.as("administrator"), "mine.example"))(t); d.VerificationStatus != domain.DomainPending || *d.Record != *old.Record {
			t.Errorf("renewed too early: %+v", d)
		}
	})
	w.now = *old.ExpiresAt
	w.actors = map[string]domain.Actor{} // their tokens have ended
	w.publish(old.Record)
	asked := w.dns.Questions()
	d := w.verify("administrator", "mine.example")
	if d.VerificationStatus != domain.DomainExpired || d.Revision == old.Revision || w.dns.Questions() != asked {
		t.Errorf("after 30 days it is %s, %d questions to DNS", d.VerificationStatus, w.dns.Questions()-asked)
	}
	w.chores()
	if w.dns.Questions() != asked {
		t.Error("the server still looks for a code that is void")
	}
	for status, want := range map[domain.DomainStatus]int{domain.DomainExpired: 1, domain.DomainPending: 0, domain.DomainVerified: 0, "": 1} {
		list := must(w.s.ListDomains(t.Context(), w.as("administrator"), domain.DomainFilter{Status: status}, domain.Page{}))(t)
		if len(list.Items) != want || want > 0 && list.Items[0].VerificationStatus != domain.DomainExpired {
			t.Errorf("status %q lists %+v", status, list.Items)
		}
	}
	fresh := must(w.s.RenewDomain(t.Context(), w.as("administrator"), "mine.example"))(t)
	if fresh.VerificationStatus != domain.DomainPending || fresh.Record.Value == old.Record.Value || !fresh.ExpiresAt.Equal(w.now.Add(30*24*time.Hour)) {
		t.Errorf("renewed to %+v", fresh)
	}
	if d := w.verify("administrator", "mine.example"); d.LastCheck.Outcome != domain.CheckWrongValue {
		t.Errorf("the old code gives %+v", d.LastCheck)
	}
	w.publish(fresh.Record)
	if d := w.verify("administrator", "mine.example"); d.VerificationStatus != domain.DomainVerified {
		t.Errorf("the new code gives %+v", d.LastCheck)
	}
}

// That another partner has verified a domain is told once DNS shows that the caller controls it, and by nothing before.
func TestDomainTaken(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	w.prove("contoso", "taken.example")
	shape := func(name string) (all []string) {
		add := func(d domain.PartnerDomain, err error) {
			d.NameKey, d.Name, d.Record, d.Revision, d.PartnerID = "", "", nil, "", ""
			if d.LastCheck != nil {
				d.LastCheck.Detail = ""
			}
			all = append(all, string(must(json.Marshal(d))(t)), strings.ReplaceAll(errText(err), name, "NAME"))
		}
		admin := w.as("administrator")
		add(w.s.GetDomain(t.Context(), admin, name))
		found, err := w.s.Validate(t.Context(), func(ctx context.Context) error {
			_, _, err := w.s.PutDomain(ctx, admin, name, domain.DomainInput{VerificationMethod: "TXT"}, domain.Precondition{CreateOnly: true})
			return err
		})
		if err != nil || len(found) > 0 {
			t.Errorf("%s: validation finds %v, %v", name, found, err)
		}
		add(w.put("administrator", name, domain.ValidationTXT), nil)
		add(w.put("administrator", "sub."+name, domain.ValidationTXT), nil)
		add(w.s.VerifyDomain(t.Context(), admin, name))
		return all
	}
	w.dns.Remove("taken.example")
	if taken, free := shape("taken.example"), shape("free1.example"); !slices.Equal(taken, free) {
		t.Errorf("what another partner has answers\n%q\nwhat nobody has\n%q", taken, free)
	}

	w.publish(w.get("taken.example").Record)
	_, err := w.s.VerifyDomain(t.Context(), w.as("administrator"), "taken.example")
	wantCode(t, err, domain.CodeDomainTaken)
	if d := w.get("taken.example"); d.VerificationStatus != domain.DomainPending || d.LastCheck.Outcome != domain.CheckTaken {
		t.Errorf("got %+v", d)
	}
	w.now = w.now.Add(10 * time.Minute)
	w.chores() // which find the same, and go on
	if err := w.s.DeleteDomain(t.Context(), w.as("contoso"), "taken.example", domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	if d := w.verify("administrator", "taken.example"); d.VerificationStatus != domain.DomainVerified {
		t.Errorf("after the other partner gave it up: %+v", d.LastCheck)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A subdomain of a domain that DNS has shown to be this partner's own needs no code.
func TestDomainSubdomains(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	early := w.put("administrator", "early.mine.example", domain.ValidationCNAME)
	w.put("administrator", "mine.example", domain.ValidationTXT)
	if d := w.put("administrator", "too.mine.example", domain.ValidationTXT); d.VerificationStatus != domain.DomainPending {
		t.Errorf("below a pending domain: %+v", d)
	}
	w.prove("administrator", "mine.example")
	asked := w.dns.Questions()
	sub := w.put("administrator", "Deep.sub.mine.example", domain.ValidationTXT)
	if sub.VerificationStatus != domain.DomainVerified || sub.Record != nil || sub.ExpiresAt != nil || sub.AcceptedBy != "mine.example" || sub.VerifiedAt == nil || w.dns.Questions() != asked {
		t.Errorf("below a verified domain: %+v", sub)
	}
	for _, name := range []string{"notmine.example", "mine.example.org"} {
		if d := w.put("administrator", name, domain.ValidationTXT); d.VerificationStatus != domain.DomainPending {
			t.Errorf("%s lies not below: %+v", name, d)
		}
	}
	if d := w.put("contoso", "sub.mine.example", domain.ValidationTXT); d.VerificationStatus != domain.DomainPending {
		t.Errorf("below another partner's domain: %+v", d)
	}
	if d := w.verify("administrator", "early.mine.example"); d.VerificationStatus != domain.DomainVerified || d.AcceptedBy != "mine.example" || *d.Record != *early.Record {
		t.Errorf("named before the domain above was verified: %+v", d)
	}
	// What was accepted because of another was never shown to be anybody's: it keeps nobody out who can show it.
	w.prove("contoso", "deep.sub.mine.example")

	if err := w.s.DeleteDomain(t.Context(), w.as("administrator"), "mine.example", domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	if d := w.get("deep.sub.mine.example"); d.VerificationStatus != domain.DomainVerified {
		t.Errorf("after the one above was given up: %+v", d)
	}
	if d := w.put("administrator", "below.early.mine.example", domain.ValidationTXT); d.VerificationStatus != domain.DomainPending {
		t.Errorf("below one that was only accepted: %+v", d)
	}
}

func TestDomainRefusals(t *testing.T) {
	t.Parallel()
	byText := domain.DomainInput{VerificationMethod: domain.ValidationTXT}
	long := strings.Repeat("a.", 112) + "example" // 231 characters: a code below it has no room
	given := func(w *world) {
		if err := putDomain("administrator", "mine.example", byText, domain.Precondition{})(w.t.Context(), w); err != nil {
			w.t.Fatal(err)
		}
	}
	onDomain := func(do func(*domain.Service, context.Context, domain.Actor, string) (domain.PartnerDomain, error), client, name string) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			_, err := do(w.s, ctx, w.as(client), name)
			return err
		}
	}
	remove := func(client, name string, pre domain.Precondition) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error { return w.s.DeleteDomain(ctx, w.as(client), name, pre) }
	}
	runRefused(t, []refused{
		{name: "no domain name", do: putDomain("administrator", "no_domain.example", byText, domain.Precondition{}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "one label", do: putDomain("administrator", "localhost", byText, domain.Precondition{}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "another spelling", do: putDomain("administrator", "mine.example", domain.DomainInput{Name: "other.example", VerificationMethod: "TXT"}, domain.Precondition{}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "no spelling", do: putDomain("administrator", "mine.example", domain.DomainInput{Name: "mine example", VerificationMethod: "TXT"}, domain.Precondition{}), code: domain.CodeInvalidValue, field: "/name"},
		{name: "no method", do: putDomain("administrator", "mine.example", domain.DomainInput{VerificationMethod: "MX"}, domain.Precondition{}), code: domain.CodeInvalidValue, field: "/verification_method"},
		{name: "too long for an alias", do: putDomain("administrator", long, domain.DomainInput{VerificationMethod: "CNAME"}, domain.Precondition{}), code: domain.CodeInvalidValue, field: "/verification_method"},
		{name: "there already", given: given, do: putDomain("administrator", "MINE.example", byText, domain.Precondition{CreateOnly: true}), code: domain.CodeAlreadyExists, existing: "mine.example", request: true},
		{name: "changed since", given: given, do: putDomain("administrator", "mine.example", byText, domain.Precondition{IfMatch: "old"}), code: domain.CodePreconditionFailed, request: true},
		{name: "helpdesk names one", do: putDomain("helpdesk", "mine.example", byText, domain.Precondition{}), code: domain.CodeForbidden, request: true},
		{name: "helpdesk looks", given: given, do: onDomain((*domain.Service).VerifyDomain, "helpdesk", "mine.example"), code: domain.CodeForbidden, request: true},
		{name: "helpdesk renews", given: given, do: onDomain((*domain.Service).RenewDomain, "helpdesk", "mine.example"), code: domain.CodeForbidden, request: true},
		{name: "helpdesk removes", given: given, do: remove("helpdesk", "mine.example", domain.Precondition{}), code: domain.CodeForbidden, request: true},
		{name: "another partner looks", given: given, do: onDomain((*domain.Service).VerifyDomain, "contoso", "mine.example"), code: domain.CodeNotFound, request: true},
		{name: "another partner renews", given: given, do: onDomain((*domain.Service).RenewDomain, "contoso", "mine.example"), code: domain.CodeNotFound, request: true},
		{name: "another partner removes", given: given, do: remove("contoso", "mine.example", domain.Precondition{}), code: domain.CodeNotFound, request: true},
		{name: "removal after a change", given: given, do: remove("administrator", "mine.example", domain.Precondition{IfMatch: "old"}), code: domain.CodePreconditionFailed, request: true},
	})
	t.Run("another method after it was verified", func(t *testing.T) {
		t.Parallel()
		w := newDNSWorld(t)
		w.prove("administrator", "mine.example")
		err := putDomain("administrator", "mine.example", domain.DomainInput{VerificationMethod: "CNAME"}, domain.Precondition{})(t.Context(), w.world)
		if e := refusal(t, err); e.Code != domain.CodeInvalidTransition || e.Field != "/verification_method" {
			t.Errorf("got %v", e)
		}
	})
	t.Run("a text has room", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		if err := putDomain("administrator", long, byText, domain.Precondition{})(t.Context(), w); err != nil {
			t.Error(err)
		}
	})
}
