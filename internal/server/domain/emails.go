package domain

import "strings"

const (
	maxAddress   = 254 // RFC 5321, section 4.5.3.1.3, less the angle brackets
	maxLocalPart = 64  // RFC 5321, section 4.5.3.1.1
)

// fold is the form in which e-mail addresses, domains and names are compared.
func fold(text string) string { return strings.ToLower(text) }

// address is a valid e-mail address.
type address struct {
	text   string // in the spelling given
	key    string // folded
	domain string // folded
}

// parseAddress judges an e-mail address; field is where it stands in the input. Nothing is trimmed: what is stored is
// what was given.
func parseAddress(text, field string) (address, *Error) {
	bad := func(format string, args ...any) (address, *Error) {
		return address{}, refuse(CodeInvalidValue, field, "%q is no e-mail address: "+format+".", append([]any{text}, args...)...)
	}
	local, host, found := strings.Cut(text, "@")
	switch {
	case strings.ContainsAny(text, " \t\r\n"):
		return bad("it contains white space")
	case strings.HasPrefix(local, `"`):
		return bad("quoted local parts are not taken")
	case !found || strings.Contains(host, "@"):
		return bad("it needs exactly one @")
	case len(text) > maxAddress:
		return bad("it has %d characters, %d are the most", len(text), maxAddress)
	case local == "" || len(local) > maxLocalPart:
		return bad("before the @ stand 1 to %d characters", maxLocalPart)
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return bad("before the @ a dot stands between other characters only")
	}
	for _, r := range local {
		if !isAtext(r) {
			return bad("%q can't stand before the @", r)
		}
	}
	if why := domainFault(host); why != "" {
		return bad("after the @, %s", why)
	}
	return address{text: text, key: fold(text), domain: fold(host)}, nil
}

// isAtext is RFC 5322's atext and the dot, ASCII only: the mail relays of portals take nothing else.
func isAtext(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".!#$%&'*+/=?^_`{|}~-", r)
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
