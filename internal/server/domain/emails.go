package domain

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// fold is the form in which e-mail addresses, domains and names are compared.
func fold(text string) string { return canon.Fold(text) }

// malformed refuses what has no canonical form, or nothing for a nil error.
func malformed(err error, field string) *Error {
	if err == nil {
		return nil
	}
	return refuse(CodeInvalidValue, field, "%v.", err)
}

// address is a valid e-mail address.
type address struct {
	text   string // in the spelling given
	key    string // folded
	domain string // folded
}

// parseAddress judges an e-mail address; field is where it stands in the input.
func parseAddress(text, field string) (address, *Error) {
	key, err := canon.Email(text)
	if err != nil {
		return address{}, malformed(err, field)
	}
	return address{text: text, key: key, domain: canon.EmailDomain(key)}, nil
}

// addressOf judges the address that a path names and the spelling of it that an input wants kept, which may be empty.
func addressOf(path, spelling string) (address, *Error) {
	addr, bad := parseAddress(path, "/email")
	if bad != nil || spelling == "" {
		return addr, bad
	}
	spelled, bad := parseAddress(spelling, "/email")
	if bad == nil && spelled.key != addr.key {
		bad = refuse(CodeInvalidValue, "/email", "The address %q is another than the %q that the request is about; only the case may differ.", spelling, path)
	}
	return spelled, bad
}

// checkAddresses judges a set of addresses, none of them twice. Refusals name the member's index below field.
func checkAddresses(emails []string, field string) Findings {
	var found Findings
	first := map[string]string{}
	for i, email := range emails {
		at := fmt.Sprintf("%s/%d", field, i)
		addr, bad := parseAddress(email, at)
		if bad != nil {
			found.add(bad)
			continue
		}
		if other, twice := first[addr.key]; twice {
			found.add(refuse(CodeInvalidValue, at, "%q stands here a second time, the first is %q; leave one out.", email, other))
			continue
		}
		first[addr.key] = email
	}
	return found
}

// sameAddresses compares sets of addresses, none of them twice in one.
func sameAddresses(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x string) bool {
		return !slices.ContainsFunc(b, func(y string) bool { return fold(x) == fold(y) })
	})
}

// firstSpellings answers the addresses, those that were known before as they were spelled then.
func firstSpellings(addresses, known []string) []string {
	out := slices.Clone(addresses)
	for i, address := range out {
		if j := slices.IndexFunc(known, func(k string) bool { return fold(k) == fold(address) }); j >= 0 {
			out[i] = known[j]
		}
	}
	return out
}

// checkDomain refuses what is no domain name.
func checkDomain(name, field string) *Error {
	_, err := canon.Domain(name)
	return malformed(err, field)
}
