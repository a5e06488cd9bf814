package domain

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// canonicalRanges answers a set of addresses and ranges in canonical form, sorted, so that equal sets are equal lists.
// Refusals name the member's index below field.
func canonicalRanges(texts []string, field string) ([]string, Findings) {
	var found Findings
	first := map[string]string{} // how a range was spelled first
	canonical := make([]string, 0, len(texts))
	for i, text := range texts {
		at := fmt.Sprintf("%s/%d", field, i)
		key, err := canon.IPRange(text)
		if err != nil {
			found.add(malformed(err, at))
			continue
		}
		if other, twice := first[key]; twice {
			found.add(refuse(CodeInvalidValue, at, "%q stands here a second time, the first is %q; leave one out.", text, other))
			continue
		}
		first[key] = text
		canonical = append(canonical, key)
	}
	slices.Sort(canonical)
	return canonical, found
}

// checkSmarthost judges a smarthost, which may be nil, and answers it with an IP address in canonical form.
func checkSmarthost(host *Smarthost, field string) (*Smarthost, Findings) {
	if host == nil {
		return nil, nil
	}
	var found Findings
	clean := *host
	key, err := canon.Host(host.Host)
	found.add(malformed(err, field+"/host"))
	if _, notIP := netip.ParseAddr(host.Host); notIP == nil {
		clean.Host = key
	}
	if host.Port < 0 || host.Port > 65535 {
		found.add(refuse(CodeInvalidValue, field+"/port", "%d is no TCP port; they go from 1 to 65535.", host.Port))
	}
	return &clean, found
}

// sameSmarthost compares without regard to case.
func sameSmarthost(a, b *Smarthost) bool {
	if a == nil || b == nil {
		return a == b
	}
	return fold(a.Host) == fold(b.Host) && a.Port == b.Port
}

// rangeOf answers the first of some canonical ranges in which an address lies.
func rangeOf(ranges []string, addr netip.Addr) (string, bool) {
	i := slices.IndexFunc(ranges, func(text string) bool {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			return prefix.Contains(addr)
		}
		only, err := netip.ParseAddr(text)
		return err == nil && only == addr
	})
	if i < 0 {
		return "", false
	}
	return ranges[i], true
}
