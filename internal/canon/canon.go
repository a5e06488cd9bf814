// Package canon has the canonical forms that the contract compares by, and what is well-formed in the first place:
// e-mail addresses, domain names, IP ranges, points in time, phone numbers, country codes.
//
// Server and provider share it, so that what a plan accepts is what the server accepts, and so that both say the same
// of what they refuse. It imports the standard library only. Errors are clauses without a full stop that name the value,
// what is wrong with it and, where it can be told, what would be right.
package canon

import (
	"fmt"
	"strings"
)

// Fold is the form in which text without regard to case compares.
func Fold(s string) string { return strings.ToLower(s) }

const (
	minPhoneDigits = 6
	maxPhoneDigits = 15 // ITU-T E.164
	maxPhoneText   = 40
)

// Phone reports what is wrong with an international phone number: a plus and 6 to 15 digits, between which blanks,
// hyphens and parentheses may stand.
func Phone(s string) error {
	rest, international := strings.CutPrefix(s, "+")
	digits := 0
	for _, r := range rest {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune(" -()", r):
		default:
			international = false
		}
	}
	if !international || digits < minPhoneDigits || digits > maxPhoneDigits || len(s) > maxPhoneText {
		return fmt.Errorf("%q is no international phone number: write + and %d to %d digits, as in \"+49 30 1234567\"; blanks, hyphens and parentheses may separate them",
			s, minPhoneDigits, maxPhoneDigits)
	}
	return nil
}

// Country reports what is wrong with an ISO 3166-1 alpha-2 code.
func Country(s string) error {
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return fmt.Errorf("%q is no country code: write two upper-case letters (ISO 3166-1 alpha-2), as in DE or GB", s)
	}
	return nil
}
