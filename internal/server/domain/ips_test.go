package domain

import (
	"slices"
	"testing"
)

func TestRangesAreSets(t *testing.T) {
	t.Parallel()
	a, _ := canonicalRanges([]string{"2001:db8::/32", "10.0.0.0/16", "10.0.0.0/8", "9.0.0.1"}, "/ips")
	b, _ := canonicalRanges([]string{"10.0.0.0/8", "9.0.0.1/32", "2001:DB8::/32", "10.0.0.0/16"}, "/ips")
	if want := []string{"10.0.0.0/16", "10.0.0.0/8", "2001:db8::/32", "9.0.0.1"}; !slices.Equal(a, want) || !slices.Equal(b, want) {
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
