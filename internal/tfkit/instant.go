package tfkit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// InstantOf makes an InstantType's value of a time that the server answered, or null of nil.
func InstantOf(at *time.Time) Text {
	if at == nil {
		return InstantType.Null()
	}
	return InstantType.Value(canon.InstantText(*at))
}

// Instant is what the contract takes for an optional time: nil for null, unknown, and what is none.
func Instant(v Text) *time.Time {
	at, err := canon.Instant(v.ValueString())
	if err != nil {
		return nil
	}
	return &at
}

// expiryNotice is how long before its end access is warned of.
const expiryNotice = 14 * 24 * time.Hour

// Expiring is access that ends, as a plan has it.
type Expiring struct {
	Who string
	At  string // RFC 3339, in any spelling
}

// WarnOfExpiry tells a plan's reader of access that ends soon or has ended, in one warning each for all that stands at a
// place.
func WarnOfExpiry(diags *diag.Diagnostics, at path.Path, all []Expiring, now time.Time) {
	var soon, over []string
	for _, one := range all {
		end, err := canon.Instant(one.At)
		switch {
		case err != nil: // refused as malformed
		case !now.Before(end):
			over = append(over, fmt.Sprintf("  - %s, at %s", one.Who, one.At))
		case end.Sub(now) <= expiryNotice:
			soon = append(soon, fmt.Sprintf("  - %s, at %s (in %s)", one.Who, one.At, roughly(end.Sub(now))))
		}
	}
	warn := func(summary, what, advice string, lines []string) {
		if len(lines) == 0 {
			return
		}
		slices.Sort(lines)
		if more := len(lines) - maxNamed; more > 0 {
			lines = append(lines[:maxNamed], fmt.Sprintf("  - and %d more", more))
		}
		diags.AddAttributeWarning(at, summary, fmt.Sprintf("Attribute %s: %s\n%s\n\n%s", at, what, strings.Join(lines, "\n"), advice))
	}
	warn("Access ends soon", "by itself, access ends for", "Give a later expires_at where it is to go on.", soon)
	warn("Access has ended", "access has ended for", "Such a grant allows nothing any more. A later expires_at brings it back; leave it out of the configuration to remove it.", over)
}

// maxNamed bounds how many people a warning names.
const maxNamed = 20

func roughly(d time.Duration) string {
	if days := int(d.Hours() / 24); days > 1 {
		return fmt.Sprintf("%d days", days)
	}
	return d.Round(time.Minute).String()
}

// RefusePast refuses access that would have ended before it begins, where the API can't be asked, since something else is not
// known yet.
func RefusePast(diags *diag.Diagnostics, at path.Path, who string, end Text, now time.Time) {
	if instant := Instant(end); instant != nil && !now.Before(*instant) {
		add(diags, at, "Would be refused: "+who, fmt.Sprintf("%s has come already; give a later time, or none for access that does not end. Nothing was asked or changed.", end.ValueString()))
	}
}
