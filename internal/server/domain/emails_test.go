package domain

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, text := range []string{
		"alex@example.com", "Alex.Smith+tag@Mail.Example.COM", "o'neil/x=1@example.com", long + "@example.com", "a@xn--bcher-kva.example", "a@1.example",
	} {
		addr, bad := parseAddress(text, "/email")
		if bad != nil {
			t.Errorf("%q is refused: %v", text, bad)
			continue
		}
		_, host, _ := strings.Cut(strings.ToLower(text), "@")
		if addr.text != text || addr.key != fold(text) || addr.domain != host {
			t.Errorf("%q became %+v", text, addr)
		}
	}
	for text, why := range map[string]string{
		"":                               "exactly one @",
		"alex":                           "exactly one @",
		"a@b@example.com":                "exactly one @",
		"@example.com":                   "1 to 64",
		long + "a@example.com":           "1 to 64",
		" alex@example.com":              "white space",
		"alex@example.com ":              "white space",
		"al ex@example.com":              "white space",
		"alex@example.com\n":             "white space",
		`"alex"@example.com`:             "quoted",
		".alex@example.com":              "dot",
		"alex.@example.com":              "dot",
		"al..ex@example.com":             "dot",
		"älex@example.com":               "can't stand before",
		"al,ex@example.com":              "can't stand before",
		"Alex<alex@example.com>":         "can't stand before",
		"alex@example":                   "two labels",
		"alex@":                          "empty label",
		"alex@example..com":              "empty label",
		"alex@example.com.":              "final dot",
		"alex@-example.com":              "hyphen",
		"alex@exa_mple.com":              "can't stand in a domain",
		"alex@bücher.example":            "xn--",
		"alex@192.0.2.1":                 "number",
		"alex@[192.0.2.1]":               "can't stand in a domain",
		"a@" + strings.Repeat("a.", 130): "254",
	} {
		_, bad := parseAddress(text, "/email")
		switch {
		case bad == nil:
			t.Errorf("%q is taken", text)
		case bad.Code != CodeInvalidValue || bad.Field != "/email" || !strings.Contains(bad.Detail, why):
			t.Errorf("%q: got %+v, want a detail with %q", text, bad, why)
		}
	}
}

func TestAddressOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, spelling, want string }{
		{"alex@example.com", "", "alex@example.com"},
		{"alex@example.com", "Alex@Example.com", "Alex@Example.com"},
		{"alex@example.com", "blair@example.com", ""},
		{"alex@example.com", "alex", ""},
		{"alex", "", ""},
	} {
		addr, bad := addressOf(c.path, c.spelling)
		switch {
		case c.want == "" && (bad == nil || bad.Field != "/email"):
			t.Errorf("addressOf(%q, %q): got %+v, want a refusal at /email", c.path, c.spelling, bad)
		case c.want != "" && (bad != nil || addr.text != c.want):
			t.Errorf("addressOf(%q, %q) = %+v, %v, want %q", c.path, c.spelling, addr, bad, c.want)
		}
	}
}

func TestDomainFault(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("a", 63)
	longest := strings.Join([]string{label, label, label, label[:61]}, ".")
	for name, why := range map[string]string{
		"example.com": "", "Example.COM": "", "a.b": "", "3com.example": "", "xn--bcher-kva.example": "", label + ".example": "", longest: "",
		"":                  "empty label",
		"example":           "two labels",
		"example.com.":      "final dot",
		".example.com":      "empty label",
		"a..b":              "empty label",
		"-a.example":        "hyphen",
		"a-.example":        "hyphen",
		"a_b.example":       "can't stand",
		"a b.example":       "can't stand",
		"*.example.com":     "can't stand",
		"bücher.example":    "xn--",
		"192.0.2.1":         "number",
		label + "a.example": "63",
		longest + "a":       "253",
	} {
		got := domainFault(name)
		if why == "" && got != "" || why != "" && !strings.Contains(got, why) {
			t.Errorf("domainFault(%q) = %q, want %q in it", name, got, why)
		}
	}
}

func TestCheckPhone(t *testing.T) {
	t.Parallel()
	for phone, ok := range map[string]bool{
		"": true, "+123456": true, "+123456789012345": true, "+49 (30) 123-4567": true,
		"+12345": false, "+1234567890123456": false, "0301234567": false, "0049301234567": false, "+49/301234567": false,
		"+49 30 1234567x12": false, "++49301234567": false, "+" + strings.Repeat(" ", 40) + "4930123456": false, " +49301234567": false,
	} {
		if bad := checkPhone(phone, "/phone"); (bad == nil) != ok {
			t.Errorf("checkPhone(%q) = %v, want ok %v", phone, bad, ok)
		}
	}
}

func TestCheckLine(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"Acme": true, "Bücher & Söhne": true, strings.Repeat("ü", 200): true,
		"": false, "  ": false, strings.Repeat("ü", 201): false, "Acme\r\nBcc: everybody@example.com": false, "Acme\x00": false, "\xff": false,
	} {
		if bad := checkLine(name, "/name"); (bad == nil) != ok {
			t.Errorf("checkLine(%q) = %v, want ok %v", name, bad, ok)
		}
	}
}
