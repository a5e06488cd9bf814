package canon

import (
	"strings"
	"testing"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 65) + "@example.com"
	check(t, Email, map[string]string{
		"Alex@Example.COM":       "alex@example.com",
		"o'brien+x@example.com":  "o'brien+x@example.com",
		"a/b%c@sub.example.com":  "a/b%c@sub.example.com",
		"alex@xn--mnchen-3ya.de": "alex@xn--mnchen-3ya.de",
		"":                       "!empty",
		"alex":                   "!no @",
		"@example.com":           "!nothing before",
		"alex@":                  "!empty",
		"alex@localhost":         "!single label",
		" alex@example.com":      "!visible ASCII",
		"alex@exa mple.com":      "!visible ASCII",
		"alex@münchen.de":        "!visible ASCII",
		"a@b@example.com":        "!quotes",
		`"a b"@example.com`:      "!visible ASCII",
		"a..b@example.com":       "!two dots",
		".a@example.com":         "!dot at an edge",
		"alex@example..com":      "!empty label",
		"alex@-example.com":      "!hyphen",
		"alex@192.0.2.1":         "!ends with a number",
		long:                     "!at most 64",
	})
	if got := EmailDomain("Alex@Example.COM"); got != "example.com" {
		t.Errorf("EmailDomain: %q", got)
	}
}

func TestDomain(t *testing.T) {
	t.Parallel()
	check(t, Domain, map[string]string{
		"Acme.Example":                           "acme.example",
		"a-b.c":                                  "a-b.c",
		"acme.example.":                          "!without",
		"acme":                                   "!single label",
		"acme_x.example":                         "!only letters",
		strings.Repeat("a", 64) + ".example":     "!63",
		strings.Repeat("abcdefgh.", 30) + "test": "!253",
	})
}

func TestHost(t *testing.T) {
	t.Parallel()
	check(t, Host, map[string]string{
		"Relay.Example.com": "relay.example.com",
		"192.0.2.1":         "192.0.2.1",
		"2001:DB8::1":       "2001:db8::1",
		"relay":             "!a host is",
		"192.0.2.256":       "!a host is",
	})
}

func TestIPRange(t *testing.T) {
	t.Parallel()
	check(t, IPRange, map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"192.0.2.1/32":         "192.0.2.1",
		"10.0.0.0/8":           "10.0.0.0/8",
		"2001:DB8::1":          "2001:db8::1",
		"2001:0db8:0:0::/32":   "2001:db8::/32",
		"2001:db8::1/128":      "2001:db8::1",
		"::ffff:192.0.2.1":     "192.0.2.1",
		"::ffff:192.0.2.0/120": "192.0.2.0/24",
		"::ffff:192.0.2.0/80":  "!bits set",
		"10.0.0.0/08":          "!no CIDR range",
		"010.0.0.1":            "!neither",
		"10.0.0.1/8":           "!write 10.0.0.0/8",
		"10.0.0.0/33":          "!no CIDR range",
		"fe80::1%eth0":         "!write fe80::1",
		"10.0.0":               "!neither",
		"example.com":          "!neither",
		"10.0.0.0 /8":          "!visible ASCII",
		"":                     "!empty",
	})
}

func TestPhoneAndCountry(t *testing.T) {
	t.Parallel()
	none := func(f func(string) error) func(string) (string, error) {
		return func(s string) (string, error) { return "", f(s) }
	}
	check(t, none(Phone), map[string]string{
		"+49 (89) 123-45.67": "",
		"+123456":            "",
		"089 1234567":        "!start with +",
		"+12345":             "!6 to 15",
		"+1234567890123456":  "!6 to 15",
		"+49 89 x":           "!can't be in",
	})
	check(t, none(Country), map[string]string{"DE": "", "de": "!upper-case", "DEU": "!two", "": "!two"})
}

// check runs f over its inputs; a wanted text that starts with ! must be part of the error.
func check(t *testing.T, f func(string) (string, error), cases map[string]string) {
	t.Helper()
	for in, want := range cases {
		got, err := f(in)
		if part, bad := strings.CutPrefix(want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q: error %v, want one with %q", in, err, part)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}
