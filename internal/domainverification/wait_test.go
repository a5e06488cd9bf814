package domainverification

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	before := time.Duration(0)
	for looks := 1; looks < 200; looks++ {
		got := backoff(looks)
		if looks < 5 && got <= before || got < 4*time.Second || got > 70*time.Second {
			t.Errorf("after %d looks it waits %s, before it was %s", looks, got, before)
		}
		before = got
	}
	if before < 50*time.Second {
		t.Errorf("in the end it waits %s only", before)
	}
}

func waiting(t *testing.T, patience time.Duration, opts ...servertest.Option) (*wait, *servertest.Server, *dnstest.Server) {
	t.Helper()
	lookups, err := dnstest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lookups.Close() })
	s := servertest.NewServer(t, append(opts, servertest.WithDNS(lookups.Address))...)
	c, err := client.New(t.Context(), client.Config{Endpoint: s.URL, ClientID: s.ClientID, ClientSecret: s.ClientSecret, ProviderVersion: "test", MaxRetries: 0})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutDomain(t.Context(), "mine.example", api.DomainInput{VerificationMethod: api.ValidationMethodTXT}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return &wait{client: c, domain: "mine.example", patience: patience}, s, lookups
}

// Whoever interrupts it is told how far it was, soon.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	w, _, lookups := waiting(t, time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var watching sync.WaitGroup
	watching.Go(func() {
		for lookups.Questions() < 5 && ctx.Err() == nil { // one for a look, or two where the machine is busy
			time.Sleep(time.Millisecond)
		}
		cancel()
	})
	t.Cleanup(watching.Wait) // the context has ended by then
	var diags diag.Diagnostics
	started := time.Now()
	if d := w.run(ctx, &diags); d != nil || len(diags) != 1 {
		t.Fatalf("got %+v, %v", d, diags)
	}
	if took := time.Since(started); took > w.patience/2 || w.looks < 2 {
		t.Errorf("it took %s for %d looks", took, w.looks)
	}
	for _, want := range []string{"interrupted", "does not exist", "mine.example  TXT  \"msp-", "good until", "next apply goes on"} {
		if !strings.Contains(diags[0].Detail(), want) {
			t.Errorf("it does not say %q: %s", want, diags[0].Detail())
		}
	}
}

// However short the patience is, one look is made.
func TestNoPatience(t *testing.T) {
	t.Parallel()
	w, _, _ := waiting(t, 1)
	var diags diag.Diagnostics
	if d := w.run(t.Context(), &diags); d != nil || len(diags) != 1 || !strings.Contains(diags[0].Detail(), "does not exist") || w.looks != 1 {
		t.Errorf("after %d looks %+v, %v", w.looks, d, diags)
	}
}

// A failure of the server in the midst of the wait is no reason to give it up.
func TestFailureMeanwhile(t *testing.T) {
	t.Parallel()
	w, s, lookups := waiting(t, time.Minute, servertest.WithFaults())
	if err := s.Faults.Add(rest.Fault{Operation: "verifyDomain", Kind: rest.FaultUnavailable, Times: 3}); err != nil {
		t.Fatal(err)
	}
	d, err := w.client.GetDomain(t.Context(), w.domain)
	if err != nil {
		t.Fatal(err)
	}
	if err := lookups.TXT(d.Value.Record.Name, d.Value.Record.Value); err != nil {
		t.Fatal(err)
	}
	var diags diag.Diagnostics
	if d := w.run(t.Context(), &diags); d == nil || d.Status != api.DomainStatusVerified || w.looks < 2 {
		t.Errorf("after %d looks %+v, %v", w.looks, d, diags)
	}
}
