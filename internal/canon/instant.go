package canon

import (
	"fmt"
	"regexp"
	"time"
)

// instantForm is stricter than package time, which takes 8:00, a comma before the fraction, and an offset of a whole day.
var instantForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// Instant answers the point in time that a text names by RFC 3339, with whatever offset, in UTC, or what is wrong with it.
// Fractions count down to a nanosecond.
func Instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !instantForm.MatchString(s) {
		return time.Time{}, fmt.Errorf("%q is no point in time: write date, time and offset by RFC 3339, as in 2027-03-31T18:00:00Z or 2027-03-31T18:00:00+02:00", s)
	}
	return t.UTC(), InCalendar(t)
}

// InstantText is the canonical form: RFC 3339 in UTC, with no more of a fraction than there is.
func InstantText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// InCalendar reports whether a point in time can be written by RFC 3339 in UTC, whose years have four digits.
func InCalendar(t time.Time) error {
	if year := t.UTC().Year(); year < 0 || year > 9999 {
		return fmt.Errorf("%s is in the year %d of UTC: write a time between the years 0000 and 9999", t.Format(time.RFC3339), year)
	}
	return nil
}
