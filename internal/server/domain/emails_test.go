package domain

import (
	"strings"
	"testing"
)

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
