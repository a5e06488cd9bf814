package canon

import (
	"strings"
	"testing"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, text := range []string{
		"alex@example.com", "Alex.Smith+tag@Mail.Example.COM", "o'neil/x=1@example.com", long + "@example.com", "a@xn--bcher-kva.example", "a@1.example",
	} {
		key, err := Email(text)
		if err != nil {
			t.Errorf("%q is refused: %v", text, err)
			continue
		}
		lower := strings.ToLower(text)
		_, host, _ := strings.Cut(lower, "@")
		if key != lower || EmailDomain(text) != host {
			t.Errorf("%q became %q", text, key)
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
		if _, err := Email(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want an error with %q", text, err, why)
		}
	}
}

func TestDomain(t *testing.T) {
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
		lower := strings.ToLower(name)
		key, err := Domain(name)
		if why == "" && (err != nil || key != lower) || why != "" && (err == nil || !strings.Contains(err.Error(), why)) {
			t.Errorf("Domain(%q) = %q, %v, want %q in it", name, key, err, why)
		}
	}
}

func TestIPRange(t *testing.T) {
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
		if got, err := IPRange(text); err != nil || got != want {
			t.Errorf("%q became %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestIPRangeSaysWhatWouldBeRight(t *testing.T) {
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
		if _, err := IPRange(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want an error with %q", text, err, why)
		}
	}
}

func TestIPAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:DB8::1": "2001:db8::1", "::ffff:192.0.2.1": "192.0.2.1"} {
		if got, err := IPAddress(in); err != nil || got.String() != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "here", "192.0.2.0/24", "192.0.2.1/32", "192.0.2.01", "192.0.2", "fe80::1%eth0"} {
		if got, err := IPAddress(bad); err == nil || got.IsValid() {
			t.Errorf("%s: got %s, %v, want an error", bad, got, err)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for phone, ok := range map[string]bool{
		"": false, "+123456": true, "+123456789012345": true, "+49 (30) 123-4567": true,
		"+12345": false, "+1234567890123456": false, "0301234567": false, "0049301234567": false, "+49/301234567": false,
		"+49 30 1234567x12": false, "++49301234567": false, "+" + strings.Repeat(" ", 40) + "4930123456": false, " +49301234567": false,
	} {
		if err := Phone(phone); (err == nil) != ok {
			t.Errorf("Phone(%q) = %v, want ok %v", phone, err, ok)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"Relay.Example.com": "relay.example.com", "192.0.2.1": "192.0.2.1", "2001:DB8::1": "2001:db8::1", "::ffff:192.0.2.1": "192.0.2.1",
		"": "", "relay": "", "192.0.2.256": "", "fe80::1%eth0": "", "relay.example.com:25": "",
	} {
		if got, err := Host(host); got != want || (err == nil) != (want != "") {
			t.Errorf("Host(%q) = %q, %v, want %q", host, got, err, want)
		}
	}
}

func TestLocalHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"DC1": "dc1", "dc-1": "dc-1", "Relay.Example.com": "relay.example.com", "::ffff:192.0.2.1": "192.0.2.1",
		"": "", "12": "", "dc1.": "", "-dc1": "", "dc_1": "", "dc1:636": "", "192.0.2.256": "", "fe80::1%eth0": "",
	} {
		if got, err := LocalHost(host); got != want || (err == nil) != (want != "") {
			t.Errorf("LocalHost(%q) = %q, %v, want %q", host, got, err, want)
		}
	}
}

func TestCountry(t *testing.T) {
	t.Parallel()
	for country, ok := range map[string]bool{"DE": true, "GB": true, "": false, "de": false, "DEU": false, "D": false, "D1": false} {
		if err := Country(country); (err == nil) != ok {
			t.Errorf("Country(%q) = %v, want ok %v", country, err, ok)
		}
	}
}
