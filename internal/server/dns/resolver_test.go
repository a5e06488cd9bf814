package dns_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{"": true, "192.0.2.1:53": true, "[2001:db8::1]:53": true, "dns.example:5353": true, "192.0.2.1": false, ":53": false, "2001:db8::1": false} {
		if _, err := dns.New(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// Both ways to answers, the network and a zone in memory, give the same ones.
func TestAnswers(t *testing.T) {
	t.Parallel()
	server, err := dnstest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	long := strings.Repeat("0123456789", 200)
	for _, record := range []domain.DNSRecord{
		{Name: "two.example", Type: "TXT", Value: "one"},
		{Name: "two.example", Type: "TXT", Value: long},
		{Name: "Alias.example", Type: "CNAME", Value: "two.example"},
		{Name: "far.example", Type: "CNAME", Value: "alias.example"},
		{Name: "lost.example", Type: "CNAME", Value: "nowhere.example"},
		{Name: "round.example", Type: "CNAME", Value: "round.example"},
		{Name: "below.empty.example", Type: "TXT", Value: "x"},
		{Name: "*.wild.example", Type: "CNAME", Value: "two.example"},
		{Name: "own.wild.example", Type: "TXT", Value: "own"},
	} {
		if err := server.Add(record); err != nil {
			t.Fatal(err)
		}
	}
	remote, err := dns.New(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	for way, resolver := range map[string]*dns.Resolver{"network": remote, "zone": dns.FromZone(server.Zone)} {
		for name, want := range map[string][]string{
			"two.example": {"one", long}, "TWO.Example": {"one", long}, "alias.example": {"one", long}, "far.example": {"one", long},
			"any.wild.example": {"one", long}, "deep.any.wild.example": {"one", long}, "own.wild.example": {"own"}, "empty.example": {},
		} {
			got, err := resolver.TXT(t.Context(), name)
			slices.Sort(got)
			slices.Sort(want)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: TXT of %s: %q, %v", way, name, got, err)
			}
		}
		for name, want := range map[string]domain.CheckOutcome{
			"nowhere.example": domain.CheckNotFound, "lost.example": domain.CheckNotFound, "wild.example": "", "round.example": "",
		} {
			_, err := resolver.TXT(t.Context(), name)
			wantFault(t, way+": TXT of "+name, err, want)
		}
		for name, want := range map[string]string{"alias.example": "two.example", "far.example": "alias.example", "x.wild.example": "two.example", "round.example": "round.example"} {
			if got, err := resolver.CNAME(t.Context(), name); got != want || err != nil {
				t.Errorf("%s: CNAME of %s: %q, %v", way, name, got, err)
			}
		}
		for _, name := range []string{"two.example", "empty.example", "wild.example", "nowhere.example", "own.wild.example"} {
			_, err := resolver.CNAME(t.Context(), name)
			wantFault(t, way+": CNAME of "+name, err, domain.CheckNotFound)
		}
	}
	if server.Over("tcp") == 0 {
		t.Error("a long answer came without TCP")
	}
	server.Remove("TWO.example")
	_, err = remote.TXT(t.Context(), "two.example")
	wantFault(t, "after its removal", err, domain.CheckNotFound)
}

// wantFault; the empty outcome is none.
func wantFault(t *testing.T, what string, err error, want domain.CheckOutcome) {
	t.Helper()
	var fault *domain.DNSFault
	switch {
	case want == "" && err == nil:
	case !errors.As(err, &fault) || fault.Outcome != want || fault.Detail == "":
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

// The caller's own end comes before the patience with a server that does not answer.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	server, err := dnstest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.Fail(dnstest.Silent)
	resolver, err := dns.New(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	// A busy machine may not come to ask within the shortest patience.
	for patience := 50 * time.Millisecond; server.Questions() == 0 && patience < time.Minute; patience *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, err := resolver.TXT(ctx, "a.example")
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	}
	if asked := server.Questions(); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// Nobody listens: that is no timeout, and no word of where the resolver is.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	const closed = "127.0.0.1:1" // a free port would not do: those are given to other tests
	resolver, err := dns.New(closed)
	if err != nil {
		t.Fatal(err)
	}
	_, err = resolver.TXT(t.Context(), "a.example")
	wantFault(t, "closed", err, domain.CheckServerFailure)
	if strings.Contains(err.Error(), closed) {
		t.Errorf("the answer tells of the inside: %v", err)
	}
}

func TestBadZones(t *testing.T) {
	t.Parallel()
	for _, record := range []domain.DNSRecord{
		{Type: "TXT"},
		{Name: "a..example", Type: "TXT"},
		{Name: "a.example", Type: "A", Value: "192.0.2.1"},
		{Name: "a.example", Type: "CNAME"},
		{Name: "a.example", Type: "CNAME", Value: "b..example"},
		{Name: "a.example", Type: "txt"},
	} {
		zone := &dns.Zone{}
		if err := zone.Set([]domain.DNSRecord{record}); err == nil {
			t.Errorf("%+v was taken", record)
		}
	}
}
