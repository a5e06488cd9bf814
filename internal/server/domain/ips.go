package domain

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// parseRange reads an address or a CIDR range and answers it as a prefix with no host bits, IPv4 in IPv6 unmapped. If
// it can't, fault says why and, where it can be told, what would be right.
func parseRange(text string) (prefix netip.Prefix, fault string) {
	if strings.Contains(text, "%") {
		return prefix, "a zone has no place in it" + suggest(beforeZone(text))
	}
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return prefix, rangeFault(text)
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), ""
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, rangeFault(text)
	}
	if prefix != prefix.Masked() {
		return prefix, "it has bits set beyond its length" + suggest(rangeText(unmap(prefix.Masked())))
	}
	return unmap(prefix), ""
}

// rangeFault says why the text does not parse.
func rangeFault(text string) string {
	plain := withoutLeadingZeros(text)
	if plain == text {
		return "write an address like 192.0.2.1 or 2001:db8::1, or a range like 192.0.2.0/24 or 2001:db8::/32"
	}
	hint := ""
	if prefix, fault := parseRange(plain); fault == "" {
		hint = suggest(rangeText(prefix))
	}
	return "leading zeros are ambiguous" + hint
}

func suggest(right string) string { return fmt.Sprintf("; write %q", right) }

func beforeZone(text string) string {
	addr, zone, _ := strings.Cut(text, "%")
	if _, length, found := strings.Cut(zone, "/"); found {
		addr += "/" + length
	}
	return addr
}

// withoutLeadingZeros strips them from the decimal numbers: those of an IPv4 address and the prefix length.
func withoutLeadingZeros(text string) string {
	addr, length, found := strings.Cut(text, "/")
	if octets := strings.Split(addr, "."); len(octets) == 4 && !strings.Contains(addr, ":") {
		for i, octet := range octets {
			octets[i] = stripZeros(octet)
		}
		addr = strings.Join(octets, ".")
	}
	if !found {
		return addr
	}
	return addr + "/" + stripZeros(length)
}

func stripZeros(number string) string {
	if stripped := strings.TrimLeft(number, "0"); stripped != "" || number == "" {
		return stripped
	}
	return "0"
}

// unmap turns a range of IPv4 addresses that is written as IPv6 into IPv4.
func unmap(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}

// rangeText is the canonical form; a range of one address is written as the address.
func rangeText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// canonicalRanges answers a set of addresses and ranges in canonical form, sorted, so that equal sets are equal lists.
// Refusals name the member's index below field.
func canonicalRanges(texts []string, field string) ([]string, Findings) {
	var found Findings
	first := map[netip.Prefix]int{}
	for i, text := range texts {
		at := fmt.Sprintf("%s/%d", field, i)
		prefix, fault := parseRange(text)
		if fault != "" {
			found.add(refuse(CodeInvalidValue, at, "%q is no IP address or range: %s.", text, fault))
			continue
		}
		if j, twice := first[prefix]; twice {
			found.add(refuse(CodeInvalidValue, at, "%q stands here a second time, the first is %q; leave one out.", text, texts[j]))
			continue
		}
		first[prefix] = i
	}
	prefixes := make([]netip.Prefix, 0, len(first))
	for prefix := range first {
		prefixes = append(prefixes, prefix)
	}
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	canonical := make([]string, len(prefixes))
	for i, prefix := range prefixes {
		canonical[i] = rangeText(prefix)
	}
	return canonical, found
}

// checkSmarthost judges a smarthost, which may be nil, and answers it with an IP address in canonical form.
func checkSmarthost(host *Smarthost, field string) (*Smarthost, Findings) {
	if host == nil {
		return nil, nil
	}
	var found Findings
	clean := *host
	if addr, err := netip.ParseAddr(host.Host); err == nil && addr.Zone() == "" {
		clean.Host = addr.Unmap().String()
	} else if why := domainFault(host.Host); why != "" {
		found.add(refuse(CodeInvalidValue, field+"/host", "%q is neither a host name nor an IP address: %s.", host.Host, why))
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
