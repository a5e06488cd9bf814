package domain

import (
	"fmt"
	"strings"
)

const (
	maxDomain = 253 // RFC 1035, section 2.3.4, in text form
	maxLabel  = 63
)

// domainFault says what is wrong with a domain name, or nothing. It is judged as host names are: letters, digits and
// hyphens (RFC 1123, section 2.1), at least two labels.
func domainFault(name string) string {
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
	last := labels[len(labels)-1]
	switch {
	case len(labels) < 2:
		return "the domain needs at least two labels, as in example.com"
	case strings.Trim(last, "0123456789") == "":
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
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-':
		default:
			return fmt.Sprintf("%q can't stand in a domain", r)
		}
	}
	return ""
}

// checkDomain refuses what is no domain name.
func checkDomain(name, field string) *Error {
	if why := domainFault(name); why != "" {
		return refuse(CodeInvalidValue, field, "%q is no domain name: %s.", name, why)
	}
	return nil
}
