package tfkit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

var noon = time.Date(2027, 3, 31, 12, 0, 0, 0, time.UTC)

func TestInstant(t *testing.T) {
	t.Parallel()
	east := noon.In(time.FixedZone("", 7200))
	if got := InstantOf(&east); got.ValueString() != "2027-03-31T12:00:00Z" || !InstantOf(nil).IsNull() {
		t.Errorf("got %s and %s", got, InstantOf(nil))
	}
	if got := Instant(InstantType.Value("2027-03-31T14:00:00+02:00")); got == nil || !got.Equal(noon) {
		t.Errorf("got %v", got)
	}
	for _, none := range []Text{InstantType.Null(), InstantType.Value("soon"), {StringValue: basetypes.NewStringUnknown(), kind: InstantType}} {
		if got := Instant(none); got != nil {
			t.Errorf("%s is %s", none, got)
		}
	}
	if !InstantType.Value("2027-03-31T14:00:00+02:00").Same(InstantOf(&noon)) || InstantType.Value("2027-03-31T14:00:00Z").Same(InstantOf(&noon)) {
		t.Error("moments are compared as texts")
	}
}

func TestWarnOfExpiry(t *testing.T) {
	t.Parallel()
	at := func(in time.Duration) string { return noon.Add(in).Format(time.RFC3339Nano) }
	const day = 24 * time.Hour
	for in, want := range map[time.Duration]string{
		14*day + time.Nanosecond: "",
		14 * day:                 "Access ends soon (in 14 days)",
		47 * time.Hour:           "Access ends soon (in 47h0m0s)",
		time.Nanosecond:          "Access ends soon (in 0s)",
		0:                        "Access has ended",
		-1000 * day:              "Access has ended",
	} {
		var diags diag.Diagnostics
		WarnOfExpiry(&diags, path.Root("expires_at"), []Expiring{{"alex", at(in)}, {"ines", "malformed"}}, noon)
		got := ""
		for _, d := range diags {
			got += d.Summary()
			if i := strings.Index(d.Detail(), " (in "); i >= 0 {
				got += d.Detail()[i : strings.Index(d.Detail(), ")")+1]
			}
			if !strings.Contains(d.Detail(), "Attribute expires_at: ") || !strings.Contains(d.Detail(), "alex, at "+at(in)) || strings.Contains(d.Detail(), "ines") {
				t.Errorf("%s: %s", in, d.Detail())
			}
		}
		if got != want || diags.HasError() {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	crowd := make([]Expiring, 25)
	for i := range crowd {
		crowd[i] = Expiring{fmt.Sprintf("p%02d", i), at(day)}
	}
	var diags diag.Diagnostics
	WarnOfExpiry(&diags, path.Root("admins"), crowd, noon)
	if len(diags) != 1 || !strings.Contains(diags[0].Detail(), "p19,") || strings.Contains(diags[0].Detail(), "p20") || !strings.Contains(diags[0].Detail(), "and 5 more") {
		t.Errorf("said was %v", diags)
	}
}

func TestRefusePast(t *testing.T) {
	t.Parallel()
	for end, refused := range map[string]bool{
		"2027-03-31T14:00:00+02:00": true, // just now
		"2027-03-31T12:00:00.5Z":    false,
		"malformed":                 false, // and refused as such
	} {
		var diags diag.Diagnostics
		RefusePast(&diags, path.Root("expires_at"), "alex", InstantType.Value(end), noon)
		if diags.HasError() != refused {
			t.Errorf("%s: %v", end, diags)
		}
	}
}
