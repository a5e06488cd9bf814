package domain_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// What a real DNS server answers, and what comes of it.
func TestDomainValidation(t *testing.T) {
	t.Parallel()
	const name, elsewhere = "mine.example", "elsewhere.example"
	host := domain.DefaultValidationHost
	for _, test := range []struct {
		name   string
		method domain.ValidationMethod
		given  func(s *dnstest.Server, r *domain.DNSRecord) error
		want   domain.CheckOutcome
	}{
		{"no such name", "TXT", nil, domain.CheckNotFound},
		{"no record of the type", "TXT", func(s *dnstest.Server, _ *domain.DNSRecord) error { return s.TXT("www."+name, "x") }, domain.CheckNotFound},
		{"found", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.Add(*r) }, domain.CheckFound},
		{"wrong value", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.TXT(r.Name, "v=spf1 -all") }, domain.CheckWrongValue},
		{"the value with more around it", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.TXT(r.Name, r.Value+" ") }, domain.CheckWrongValue},
		{"among several", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error {
			for _, text := range []string{"v=spf1 -all", strings.Repeat("long ", 200), r.Value, ""} {
				if err := s.TXT(r.Name, text); err != nil {
					return err
				}
			}
			return nil
		}, domain.CheckFound},
		{"over TCP", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { s.Fail(dnstest.Shy); return s.Add(*r) }, domain.CheckFound},
		{"behind an alias", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error {
			if err := s.CNAME(r.Name, elsewhere); err != nil {
				return err
			}
			return s.TXT(elsewhere, r.Value)
		}, domain.CheckFound},
		{"SERVFAIL", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { s.Fail(dnstest.ServFail); return s.Add(*r) }, domain.CheckServerFailure},
		{"REFUSED", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { s.Fail(dnstest.Refused); return s.Add(*r) }, domain.CheckServerFailure},
		{"another question's answer", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { s.Fail(dnstest.Liar); return s.Add(*r) }, domain.CheckServerFailure},
		{"silence", "TXT", func(s *dnstest.Server, r *domain.DNSRecord) error { s.Fail(dnstest.Silent); return s.Add(*r) }, domain.CheckTimeout},

		{"no alias", "CNAME", nil, domain.CheckNotFound},
		{"a text in place of an alias", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.TXT(r.Name, r.Value) }, domain.CheckNotFound},
		{"alias", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.CNAME(r.Name, strings.ToUpper(r.Value)) }, domain.CheckFound},
		{"alias of the wrong host", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.CNAME(r.Name, elsewhere) }, domain.CheckWrongValue},
		{"chain", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error {
			if err := s.CNAME(r.Name, elsewhere); err != nil {
				return err
			}
			if err := s.CNAME(elsewhere, "third.example"); err != nil {
				return err
			}
			return s.CNAME("third.example", host)
		}, domain.CheckFound},
		{"chain to elsewhere", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error {
			if err := s.CNAME(r.Name, elsewhere); err != nil {
				return err
			}
			return s.CNAME(elsewhere, "third.example")
		}, domain.CheckWrongValue},
		{"circle", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error { return s.CNAME(r.Name, r.Name) }, domain.CheckWrongValue},
		{"chain that fails half-way", "CNAME", func(s *dnstest.Server, r *domain.DNSRecord) error {
			s.FailFor(elsewhere, dnstest.ServFail)
			return s.CNAME(r.Name, elsewhere)
		}, domain.CheckServerFailure},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newDNSWorld(t)
			record := w.put("administrator", name, test.method).Record
			if test.given != nil {
				if err := test.given(w.dns, record); err != nil {
					t.Fatal(err)
				}
			}
			d := w.verify("administrator", name)
			found := test.want == domain.CheckFound
			if d.LastCheck.Outcome != test.want || d.LastCheck.Detail == "" || !d.LastCheck.At.Equal(w.now) {
				t.Errorf("got %+v, want %s", d.LastCheck, test.want)
			}
			if verified := d.VerificationStatus == domain.DomainVerified && d.VerifiedAt != nil; verified != found || !found && d.VerificationStatus != domain.DomainPending {
				t.Errorf("the domain is %s", d.VerificationStatus)
			}
			if kept := w.get(name); kept.LastCheck.Outcome != test.want || *kept.Record != *record {
				t.Errorf("kept %+v with %+v", kept.LastCheck, kept.Record)
			}
			if test.name == "over TCP" && w.dns.Over("tcp") == 0 {
				t.Error("nobody asked over TCP")
			}
		})
	}
}

func (w *dnsWorld) chores() {
	w.t.Helper()
	if err := w.s.DoChores(w.t.Context()); err != nil {
		w.t.Error(err)
	}
}

// Nobody has to keep asking: the server looks by itself, at growing intervals, and one replica only.
func TestDomainChores(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	// Over the network a question is repeated where the answer takes too long, and here they are counted.
	counted := &counting{Resolver: dns.FromZone(w.dns.Zone)}
	replica := w.serviceAsking(counted)
	w.s = w.serviceAsking(counted)
	pending := w.put("administrator", "mine.example", domain.ValidationTXT)
	var looked []time.Duration
	for start := w.now; w.now.Sub(start) < 8*time.Hour; w.now = w.now.Add(time.Minute) {
		before := counted.questions.Load()
		done := make(chan error)
		go func() { done <- replica.DoChores(t.Context()) }()
		w.chores()
		if err := <-done; err != nil {
			t.Error(err)
		}
		switch asked := counted.questions.Load() - before; {
		case asked > 1:
			t.Errorf("asked %d times at once", asked)
		case asked == 1:
			looked = append(looked, w.now.Sub(start))
		}
	}
	if len(looked) < 9 || len(looked) > 12 || looked[0] > 7*time.Minute || looked[1]-looked[0] < 10*time.Minute {
		t.Errorf("looked after %v", looked)
	}
	for i := 1; i < len(looked); i++ {
		if gap := looked[i] - looked[i-1]; gap > 77*time.Minute {
			t.Errorf("did not look for %s", gap)
		}
	}
	w.publish(pending.Record)
	w.now = w.now.Add(80 * time.Minute)
	w.actors = map[string]domain.Actor{}
	w.chores()
	if d := w.get("mine.example"); d.VerificationStatus != domain.DomainVerified || d.LastCheck.Outcome != domain.CheckFound {
		t.Errorf("got %s, %+v", d.VerificationStatus, d.LastCheck)
	}
	events := w.events()
	if last := events[len(events)-1]; last.Kind != domain.KindDomain || last.Actor != "server" {
		t.Errorf("the audit log names %q for %s", last.Actor, last.Kind)
	}
}

// counting counts questions for TXT records.
type counting struct {
	domain.Resolver
	questions atomic.Int32
}

func (c *counting) TXT(ctx context.Context, name string) ([]string, error) {
	c.questions.Add(1)
	return c.Resolver.TXT(ctx, name)
}

// meddler is DNS that says yes, but late.
type meddler struct {
	domain.Resolver
	meanwhile func()
}

func (m meddler) TXT(ctx context.Context, name string) ([]string, error) {
	m.meanwhile()
	return m.Resolver.TXT(ctx, name)
}

// What DNS says of a record that was replaced while it was asked verifies nothing.
func TestDomainChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newDNSWorld(t)
	w.publish(w.put("administrator", "mine.example", domain.ValidationTXT).Record)
	w.s = domain.New(w.store, domain.Options{
		Now: func() time.Time { return w.now }, SecretIterations: 1,
		Resolver: meddler{must(dns.New(w.dns.Address))(t), func() { w.put("administrator", "mine.example", domain.ValidationCNAME) }},
	})
	if d := w.verify("administrator", "mine.example"); d.VerificationStatus != domain.DomainPending || d.VerificationMethod != domain.ValidationCNAME || d.LastCheck != nil {
		t.Errorf("got %+v", d)
	}
}
