package canon

import (
	"fmt"
	"strings"
)

const (
	maxAddress   = 254 // RFC 5321, section 4.5.3.1.3, less the angle brackets
	maxLocalPart = 64  // RFC 5321, section 4.5.3.1.1
)

// Email answers the folded form of an e-mail address, or what is wrong with it. Nothing is trimmed.
func Email(s string) (string, error) {
	local, host, found := strings.Cut(s, "@")
	var why string
	switch {
	case strings.ContainsAny(s, " \t\r\n"):
		why = "it contains white space"
	case strings.HasPrefix(local, `"`):
		why = "quoted local parts are not taken"
	case !found || strings.Contains(host, "@"):
		why = "it needs exactly one @, as in name@example.com"
	case len(s) > maxAddress:
		why = fmt.Sprintf("it has %d characters, %d are the most", len(s), maxAddress)
	case local == "" || len(local) > maxLocalPart:
		why = fmt.Sprintf("before the @ stand 1 to %d characters", maxLocalPart)
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		why = "before the @ a dot stands between other characters only"
	default:
		why = localFault(local)
	}
	if why == "" {
		if fault := domainFault(host); fault != "" {
			why = "after the @, " + fault
		}
	}
	if why != "" {
		return "", fmt.Errorf("%q is no e-mail address: %s", s, why)
	}
	return Fold(s), nil
}

// EmailDomain is the folded domain of an address.
func EmailDomain(email string) string {
	return Fold(email[strings.LastIndexByte(email, '@')+1:])
}

// localFault allows RFC 5322's atext and the dot, ASCII only: the mail relays of portals take nothing else.
func localFault(local string) string {
	for _, r := range local {
		if !isLetterOrDigit(r) && !strings.ContainsRune(".!#$%&'*+/=?^_`{|}~-", r) {
			return fmt.Sprintf("%q can't stand before the @", r)
		}
	}
	return ""
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
