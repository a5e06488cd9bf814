package canon

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2027-03-31T18:00:00Z":            "2027-03-31T18:00:00Z",
		"2027-03-31T18:00:00+02:00":       "2027-03-31T16:00:00Z",
		"2027-03-31T18:00:00-00:00":       "2027-03-31T18:00:00Z",
		"2027-03-31T23:30:00-05:30":       "2027-04-01T05:00:00Z",
		"2027-03-31T18:00:00.000Z":        "2027-03-31T18:00:00Z",
		"2027-03-31T18:00:00.1200+00:00":  "2027-03-31T18:00:00.12Z",
		"2027-03-31T18:00:00.1234567891Z": "2027-03-31T18:00:00.123456789Z",
		"9999-12-31T23:59:59Z":            "9999-12-31T23:59:59Z",
	} {
		got, err := Instant(text)
		if err != nil || InstantText(got) != want {
			t.Errorf("%q became %s, %v; want %s", text, InstantText(got), err, want)
		}
		var decoded time.Time
		if raw, _ := json.Marshal(text); json.Unmarshal(raw, &decoded) != nil || !decoded.Equal(got) {
			t.Errorf("%q is %s to a decoder", text, decoded)
		}
	}
	for text, why := range map[string]string{
		"":                          "RFC 3339",
		"2027-03-31":                "RFC 3339",
		"2027-03-31 18:00:00Z":      "RFC 3339",
		"2027-03-31T18:00:00":       "RFC 3339",
		"2027-03-31T18:00Z":         "RFC 3339",
		"2027-03-31T8:00:00Z":       "RFC 3339",
		"2027-03-31T18:00:00,5Z":    "RFC 3339",
		"2027-02-29T18:00:00Z":      "RFC 3339",
		"2027-03-31T18:00:00+24:00": "RFC 3339",
		"1806516000":                "RFC 3339",
		" 2027-03-31T18:00:00Z":     "RFC 3339",
		"9999-12-31T23:59:59-01:00": "year 10000",
		"0000-01-01T00:00:00+01:00": "year -1",
	} {
		if got, err := Instant(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %s, %v, want an error with %q", text, got, err, why)
		}
	}
}
