// Package canon has the canonical forms that the contract compares by, and what is well-formed in the first place:
// e-mail addresses, domain names, IP ranges, phone numbers, country codes.
//
// Server and provider share it, so that what a plan accepts is what the server accepts, and so that both say the same
// of what they refuse. It imports the standard library only.
package canon

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Fold is the form in which text without regard to case compares.
func Fold(s string) string { return strings.ToLower(s) }

// Email answers the folded form of an address, or what is wrong with it.
func Email(s string) (string, error) {
	if err := visible(s, "an e-mail address"); err != nil {
		return "", err
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "", fmt.Errorf("%q has no @; an e-mail address looks like name@example.com", s)
	}
	local, domain := s[:at], s[at+1:]
	switch {
	case local == "":
		return "", fmt.Errorf("%q has nothing before the @", s)
	case len(s) > 254:
		return "", fmt.Errorf("the address has %d characters, at most 254 are allowed", len(s))
	case len(local) > 64:
		return "", fmt.Errorf("%q has %d characters before the @, at most 64 are allowed", s, len(local))
	case strings.ContainsAny(local, "\"(),:;<>@[\\]"):
		return "", fmt.Errorf("%q has a character before the @ that is only possible in quotes, which portals do not accept", s)
	case strings.HasPrefix(local, "."), strings.HasSuffix(local, "."), strings.Contains(local, ".."):
		return "", fmt.Errorf("%q has a dot at an edge or two dots in a row before the @", s)
	}
	if _, err := Domain(domain); err != nil {
		return "", fmt.Errorf("%q: after the @, %w", s, err)
	}
	return Fold(s), nil
}

// EmailDomain is the folded domain of an address.
func EmailDomain(email string) string {
	return Fold(email[strings.LastIndexByte(email, '@')+1:])
}

// Domain answers the folded form of a domain name of at least two labels, or what is wrong with it. Internationalised
// names are written in their ASCII form (xn--...).
func Domain(s string) (string, error) {
	if err := visible(s, "a domain name"); err != nil {
		return "", err
	}
	if strings.HasSuffix(s, ".") {
		return "", fmt.Errorf("%q ends with a dot; write it without", s)
	}
	if len(s) > 253 {
		return "", fmt.Errorf("the domain name has %d characters, at most 253 are allowed", len(s))
	}
	labels := strings.Split(s, ".")
	if len(labels) < 2 {
		return "", fmt.Errorf("%q is a single label; a domain name looks like example.com", s)
	}
	for _, label := range labels {
		if err := checkLabel(label); err != nil {
			return "", fmt.Errorf("%q is no domain name: %w", s, err)
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return "", fmt.Errorf("%q is no domain name: it ends with a number", s)
	}
	return Fold(s), nil
}

func checkLabel(label string) error {
	switch {
	case label == "":
		return errors.New("it has an empty label")
	case len(label) > 63:
		return fmt.Errorf("the label %q has more than 63 characters", label)
	case strings.HasPrefix(label, "-"), strings.HasSuffix(label, "-"):
		return fmt.Errorf("the label %q begins or ends with a hyphen", label)
	}
	for _, r := range label {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return fmt.Errorf("%q can't be in it; only letters, digits and hyphens can", r)
		}
	}
	return nil
}

// Host answers the folded form of a domain name, or the canonical form of an IP address.
func Host(s string) (string, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return addr.Unmap().String(), nil
	}
	key, err := Domain(s)
	if err != nil {
		return "", fmt.Errorf("%w; a host is a domain name or an IP address", err)
	}
	return key, nil
}

// IPRange answers the canonical form of an IPv4 or IPv6 address or CIDR range, or what is wrong with it. A range of one
// address is that address. Bits to the right of the prefix must be zero, as the range would not be what it looks like.
func IPRange(s string) (string, error) {
	if err := visible(s, "an IP address or CIDR range"); err != nil {
		return "", err
	}
	if !strings.Contains(s, "/") {
		addr, err := netip.ParseAddr(s)
		if err != nil {
			return "", fmt.Errorf("%q is neither an IP address nor a CIDR range such as 192.0.2.0/24 or 2001:db8::/32", s)
		}
		if addr.Zone() != "" {
			return "", fmt.Errorf("%q has a zone, which means nothing outside its machine; write %s", s, addr.WithZone(""))
		}
		return addr.Unmap().String(), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return "", fmt.Errorf("%q is no CIDR range such as 192.0.2.0/24 or 2001:db8::/32", s)
	}
	if masked := prefix.Masked(); masked != prefix {
		return "", fmt.Errorf("%q has bits set to the right of its prefix; for the whole range write %s, for the one address %s", s, masked, prefix.Addr())
	}
	if prefix.Addr().Is4In6() {
		if prefix.Bits() < 96 {
			return "", fmt.Errorf("%q covers more than the IPv4 addresses that it is written with; write an IPv4 range", s)
		}
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
	}
	if prefix.IsSingleIP() {
		return prefix.Addr().String(), nil
	}
	return prefix.String(), nil
}

// Phone reports what is wrong with an international phone number: a plus and 6 to 15 digits, between which blanks,
// hyphens, dots and parentheses may stand.
func Phone(s string) error {
	rest, ok := strings.CutPrefix(s, "+")
	if !ok {
		return fmt.Errorf("%q does not start with +; write the number with its country code, as in +49 89 1234567", s)
	}
	digits := 0
	for _, r := range rest {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune(" -.()", r):
			return fmt.Errorf("%q can't be in a phone number; only digits, blanks, hyphens, dots and parentheses can", r)
		}
	}
	if digits < 6 || digits > 15 {
		return fmt.Errorf("%q has %d digits; an international phone number has 6 to 15", s, digits)
	}
	return nil
}

// Country reports what is wrong with an ISO 3166-1 alpha-2 code.
func Country(s string) error {
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return fmt.Errorf("%q is no country code of two upper-case letters (ISO 3166-1 alpha-2), such as DE or GB", s)
	}
	return nil
}

// visible refuses what is empty or holds anything but visible ASCII.
func visible(s, what string) error {
	if s == "" {
		return fmt.Errorf("it is empty; it must be %s", what)
	}
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("%q holds %q; %s has visible ASCII characters only", s, r, what)
		}
	}
	return nil
}
