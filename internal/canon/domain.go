package canon

import (
	"fmt"
	"net/netip"
	"strings"
)

const (
	maxDomain = 253 // RFC 1035, section 2.3.4, in text form
	maxLabel  = 63
)

// Domain answers the folded form of a domain name, or what is wrong with it. It is judged as host names are: letters,
// digits and hyphens (RFC 1123, section 2.1), at least two labels. Internationalized names are written in their xn-- form.
func Domain(s string) (string, error) {
	if why := domainFault(s); why != "" {
		return "", fmt.Errorf("%q is no domain name: %s", s, why)
	}
	return Fold(s), nil
}

// Host answers the folded form of a domain name, or the canonical form of an IP address.
func Host(s string) (string, error) { return host(s, domainFault) }

// LocalHost is Host for what is reached from within a network of its own, where names of one label are usual too.
func LocalHost(s string) (string, error) { return host(s, nameFault) }

func host(s string, fault func(string) string) (string, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return addr.Unmap().String(), nil
	}
	if why := fault(s); why != "" {
		return "", fmt.Errorf("%q is neither a host name nor an IP address: %s", s, why)
	}
	return Fold(s), nil
}

func domainFault(name string) string {
	why := nameFault(name)
	if why == "" && !strings.Contains(name, ".") {
		why = "the domain needs at least two labels, as in example.com"
	}
	return why
}

// nameFault judges a name of any number of labels.
func nameFault(name string) string {
	if len(name) > maxDomain {
		return fmt.Sprintf("the domain has %d characters, %d are the most", len(name), maxDomain)
	}
	if strings.HasSuffix(name, ".") {
		return "the domain is written without the final dot"
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if why := labelFault(label); why != "" {
			return why
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "the domain can't end in a number"
	}
	return ""
}

func labelFault(label string) string {
	switch {
	case label == "":
		return "the domain has an empty label"
	case len(label) > maxLabel:
		return fmt.Sprintf("the label %q has more than %d characters", label, maxLabel)
	case strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
		return fmt.Sprintf("the label %q begins or ends with a hyphen", label)
	}
	for _, r := range label {
		switch {
		case r > 127:
			return fmt.Sprintf("the label %q is not ASCII; write an internationalized domain in its xn-- form", label)
		case !isLetterOrDigit(r) && r != '-':
			return fmt.Sprintf("%q can't stand in a domain", r)
		}
	}
	return ""
}
