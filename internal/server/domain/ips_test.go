package domain

import (
	"slices"
	"strings"
	"testing"
)

func TestCanonicalRange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"192.0.2.1/32":         "192.0.2.1",
		"192.0.2.0/24":         "192.0.2.0/24",
		"0.0.0.0/0":            "0.0.0.0/0",
		"2001:DB8::1":          "2001:db8::1",
		"2001:db8:0:0::1":      "2001:db8::1",
		"2001:0db8::/32":       "2001:db8::/32",
		"2001:db8::1/128":      "2001:db8::1",
		"::ffff:192.0.2.1":     "192.0.2.1",
		"::ffff:192.0.2.1/128": "192.0.2.1",
		"::ffff:192.0.2.0/120": "192.0.2.0/24",
		"::ffff:c000:200/120":  "192.0.2.0/24",
		"::FFFF:0.0.0.0/96":    "0.0.0.0/0",
	} {
		got, found := canonicalRanges([]string{text}, "/ips")
		if len(found) != 0 || !slices.Equal(got, []string{want}) {
			t.Errorf("%q became %q, %v, want %q", text, got, found, want)
		}
	}
}

func TestRangeRefusedWithWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"10.0.0.0/08":          `leading zeros are ambiguous; write "10.0.0.0/8"`,
		"010.0.0.1":            `leading zeros are ambiguous; write "10.0.0.1"`,
		"10.00.0.0/8":          `write "10.0.0.0/8"`,
		"2001:db8::/032":       `write "2001:db8::/32"`,
		"10.0.0.1/8":           `it has bits set beyond its length; write "10.0.0.0/8"`,
		"2001:DB8::1/32":       `write "2001:db8::/32"`,
		"::ffff:192.0.2.1/120": `write "192.0.2.0/24"`,
		"10.0.0.1/08":          "leading zeros are ambiguous",
		"fe80::1%eth0":         `a zone has no place in it; write "fe80::1"`,
		"fe80::%eth0/64":       `write "fe80::/64"`,
		"":                     "write an address like",
		"example.com":          "write an address like",
		"10.0.0.0/33":          "write an address like",
		"10.0.0.0/":            "write an address like",
		"10.0.0":               "write an address like",
		"10.0.0.256":           "write an address like",
		"10.0.0.0/8/8":         "write an address like",
		"\t10.0.0.1":           "write an address like",
		"10.0.0.0-10.0.0.9":    "write an address like",
	} {
		_, found := canonicalRanges([]string{"192.0.2.9", text}, "/ips")
		if len(found) != 1 || found[0].Code != CodeInvalidValue || found[0].Field != "/ips/1" || !strings.Contains(found[0].Detail, why) {
			t.Errorf("%q: got %v, want one refusal at /ips/1 with %q", text, found, why)
		}
	}
}

func TestRangesAreSets(t *testing.T) {
	t.Parallel()
	a, _ := canonicalRanges([]string{"2001:db8::/32", "10.0.0.0/16", "10.0.0.0/8", "9.0.0.1"}, "/ips")
	b, _ := canonicalRanges([]string{"10.0.0.0/8", "9.0.0.1/32", "2001:DB8::/32", "10.0.0.0/16"}, "/ips")
	if want := []string{"9.0.0.1", "10.0.0.0/8", "10.0.0.0/16", "2001:db8::/32"}; !slices.Equal(a, want) || !slices.Equal(b, want) {
		t.Errorf("got %q and %q, want %q", a, b, want)
	}
	if none, found := canonicalRanges(nil, "/ips"); none == nil || len(none) != 0 || len(found) != 0 {
		t.Errorf("no ranges became %#v, %v", none, found)
	}
	_, found := canonicalRanges([]string{"2001:DB8::1", "10.0.0.1", "2001:db8::1/128", "10.0.0.1"}, "/ips")
	if len(found) != 2 || found[0].Field != "/ips/2" || found[1].Field != "/ips/3" {
		t.Errorf("of two ranges named twice: %v", found)
	}
}

func TestCheckSmarthost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host   Smarthost
		want   string
		fields []string
	}{
		{Smarthost{"relay.example.com", 0}, "relay.example.com", nil},
		{Smarthost{"Relay.example.com", 65535}, "Relay.example.com", nil},
		{Smarthost{"192.0.2.1", 25}, "192.0.2.1", nil},
		{Smarthost{"2001:DB8::1", 25}, "2001:db8::1", nil},
		{Smarthost{"", 25}, "", []string{"/smarthost/host"}},
		{Smarthost{"relay", -1}, "", []string{"/smarthost/host", "/smarthost/port"}},
		{Smarthost{"relay.example.com:25", 65536}, "", []string{"/smarthost/host", "/smarthost/port"}},
		{Smarthost{"fe80::1%eth0", 0}, "", []string{"/smarthost/host"}},
	} {
		got, found := checkSmarthost(&c.host, "/smarthost")
		var fields []string
		for _, e := range found {
			fields = append(fields, e.Field)
		}
		if !slices.Equal(fields, c.fields) || c.want != "" && got.Host != c.want {
			t.Errorf("%+v: got %+v, %v", c.host, got, found)
		}
	}
	if got, found := checkSmarthost(nil, ""); got != nil || found != nil {
		t.Error("no smarthost is something")
	}
}
