package dns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Zone holds records in memory and answers for everything below the root: what is not in it does not exist. A first
// label of "*" stands for any name below the rest that has no records of its own (RFC 1034, section 4.3.3). It is safe
// for concurrent use, and records may change at any time.
type Zone struct {
	mu      sync.RWMutex
	records []dns.RR
}

// Set replaces all records. Types are TXT and CNAME.
func (z *Zone) Set(records []domain.DNSRecord) error {
	parsed := make([]dns.RR, len(records))
	for i, record := range records {
		rr, err := parse(record)
		if err != nil {
			return fmt.Errorf("dns_zone[%d]: %w", i, err)
		}
		parsed[i] = rr
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.records = parsed
	return nil
}

// Add a record to those at its name.
func (z *Zone) Add(record domain.DNSRecord) error {
	rr, err := parse(record)
	if err != nil {
		return err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.records = append(z.records, rr)
	return nil
}

// Remove all records at a name.
func (z *Zone) Remove(name string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.records = slices.DeleteFunc(z.records, func(rr dns.RR) bool { return same(rr.Header().Name, name) })
}

// longestText is what one string of a TXT record holds (RFC 1035, section 3.3.14); longer values are several.
const longestText = 255

func parse(record domain.DNSRecord) (dns.RR, error) {
	name := dns.Fqdn(record.Name)
	if _, ok := dns.IsDomainName(name); !ok || record.Name == "" {
		return nil, fmt.Errorf("%q is no name of a record", record.Name)
	}
	header := func(kind uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET}
	}
	switch record.Type {
	case "TXT":
		var parts []string
		for part := range slices.Chunk([]byte(record.Value), longestText) {
			parts = append(parts, string(part))
		}
		return &dns.TXT{Hdr: header(dns.TypeTXT), Txt: parts}, nil
	case "CNAME":
		if _, ok := dns.IsDomainName(record.Value); !ok || record.Value == "" {
			return nil, fmt.Errorf("%q is no name to be an alias of", record.Value)
		}
		return &dns.CNAME{Hdr: header(dns.TypeCNAME), Target: dns.Fqdn(record.Value)}, nil
	}
	return nil, fmt.Errorf("%q is no type of a record; there are TXT and CNAME", record.Type)
}

// Answer a question as a recursive server does.
func (z *Zone) Answer(question *dns.Msg) *dns.Msg {
	reply := new(dns.Msg)
	reply.SetReply(question)
	reply.RecursionAvailable = true
	if len(question.Question) != 1 {
		reply.Rcode = dns.RcodeFormatError
		return reply
	}
	z.mu.RLock()
	defer z.mu.RUnlock()
	name, kind := question.Question[0].Name, question.Question[0].Qtype
	for range maxAliases {
		records, exists := z.at(name)
		if !exists {
			reply.Rcode = dns.RcodeNameError
			return reply
		}
		next := ""
		for _, rr := range records {
			alias, isAlias := rr.(*dns.CNAME)
			if rr.Header().Rrtype == kind || isAlias {
				reply.Answer = append(reply.Answer, rr)
			}
			if isAlias && kind != dns.TypeCNAME {
				next = alias.Target
			}
		}
		if next == "" {
			return reply
		}
		name = next
	}
	return reply
}

// at answers the records at a name, and whether it exists: a name also does where something lies below it.
func (z *Zone) at(name string) (records []dns.RR, exists bool) {
	wild := ""
	for _, rr := range z.records {
		owner := rr.Header().Name
		rest, isWild := strings.CutPrefix(owner, "*.")
		switch {
		case same(owner, name):
			records, exists = append(records, rr), true
		case dns.IsSubDomain(name, owner):
			exists = true
		case isWild && dns.IsSubDomain(rest, name) && !same(rest, name) && dns.CountLabel(rest) >= dns.CountLabel(wild):
			wild = rest
		}
	}
	if exists || wild == "" {
		return records, exists
	}
	for _, rr := range z.records {
		if same(rr.Header().Name, "*."+wild) {
			found := dns.Copy(rr)
			found.Header().Name = name
			records = append(records, found)
		}
	}
	return records, true
}

// FromZone makes a resolver that takes its answers from the zone, by the way that those of servers take but for the
// network.
func FromZone(zone *Zone) *Resolver {
	return &Resolver{
		servers: func() ([]string, error) { return []string{"zone"}, nil },
		ask: func(_ context.Context, question *dns.Msg, _ string) (*dns.Msg, error) {
			return zone.Answer(question), nil
		},
		timeout: queryTimeout,
	}
}
