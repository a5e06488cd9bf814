package canon

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxRoleName = 200 // characters

// RoleName reports what is wrong with the name of an account's role. It stands in paths and in import IDs, and names that
// look the same must be the same: no slash, no dots alone, no blanks at its ends. Case counts.
func RoleName(s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return errors.New("a role's name can't be empty or blank")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Errorf("%q is no role's name: it contains control characters; leave them out", s)
	case utf8.RuneCountInString(s) > maxRoleName:
		return fmt.Errorf("a role's name has at most %d characters, this one has %d", maxRoleName, utf8.RuneCountInString(s))
	case s != strings.TrimSpace(s):
		return fmt.Errorf("%q is no role's name: it begins or ends with a blank; write %q", s, strings.TrimSpace(s))
	case strings.Contains(s, "/"):
		return fmt.Errorf("%q is no role's name: it can't contain a slash", s)
	case s == "." || s == "..":
		return fmt.Errorf("%q is no role's name: dots alone can't be one", s)
	}
	return nil
}
