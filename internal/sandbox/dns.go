package sandbox

import (
	"context"
	"sync/atomic"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// dnsSwitch asks the system's DNS, or the zone of a seed file from the moment on that there is one.
type dnsSwitch struct{ to atomic.Pointer[dns.Resolver] }

func newDNSSwitch() (*dnsSwitch, error) {
	system, err := dns.New("")
	if err != nil {
		return nil, err
	}
	s := &dnsSwitch{}
	s.to.Store(system)
	return s, nil
}

// useZone answers from these records from now on; nil changes nothing.
func (s *dnsSwitch) useZone(records []domain.DNSRecord) error {
	if records == nil {
		return nil
	}
	zone := &dns.Zone{}
	if err := zone.Set(records); err != nil {
		return err
	}
	s.to.Store(dns.FromZone(zone))
	return nil
}

// TXT implements domain.Resolver.
func (s *dnsSwitch) TXT(ctx context.Context, name string) ([]string, error) {
	return s.to.Load().TXT(ctx, name)
}

// CNAME implements domain.Resolver.
func (s *dnsSwitch) CNAME(ctx context.Context, name string) (string, error) {
	return s.to.Load().CNAME(ctx, name)
}
