package domain

import "strings"

const (
	minPhoneDigits = 6
	maxPhoneDigits = 15 // ITU-T E.164
	maxPhoneText   = 40
)

// checkPhone refuses what is no international number. Empty is none and fine.
func checkPhone(phone, field string) *Error {
	if phone == "" {
		return nil
	}
	rest, international := strings.CutPrefix(phone, "+")
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
	if !international || digits < minPhoneDigits || digits > maxPhoneDigits || len(phone) > maxPhoneText {
		return refuse(CodeInvalidValue, field,
			"%q is no international phone number: write + and %d to %d digits, as in \"+49 30 1234567\"; spaces, hyphens and parentheses may separate them.",
			phone, minPhoneDigits, maxPhoneDigits)
	}
	return nil
}
