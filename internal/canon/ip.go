package canon

import (
	"fmt"
	"net/netip"
	"strings"
)

// IPRange answers the canonical form of an IPv4 or IPv6 address or CIDR range, or what is wrong with it. A range of one
// address is that address, IPv4 that is written as IPv6 is IPv4. Bits beyond the prefix length must be zero, as the range
// would not be what it looks like.
func IPRange(s string) (string, error) {
	prefix, fault := parseRange(s)
	if fault != "" {
		return "", fmt.Errorf("%q is no IP address or range: %s", s, fault)
	}
	return rangeText(prefix), nil
}

// parseRange reads an address or a CIDR range as a prefix. If it can't, fault says why and, where it can be told, what
// would be right.
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

// rangeText is the canonical form.
func rangeText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// IPAddress answers an IPv4 or IPv6 address, IPv4 that is written as IPv6 as IPv4, or what is wrong with it.
func IPAddress(s string) (netip.Addr, error) {
	prefix, fault := parseRange(s)
	switch {
	case strings.Contains(s, "/"):
		return netip.Addr{}, fmt.Errorf("%q is no IP address: write one address like 192.0.2.1 or 2001:db8::1, not a range", s)
	case fault != "":
		return netip.Addr{}, fmt.Errorf("%q is no IP address: %s", s, fault)
	}
	return prefix.Addr(), nil
}
