package client

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

const masked = "***"

// minLiteral keeps a very short secret from blotting out half of every text.
const minLiteral = 4

// maxByChance is the length from which on a secret is in no identifier by chance.
const maxByChance = 16

// secretPatterns find secrets by where they stand. Compiled when first used: most runs of a provider mask nothing.
var secretPatterns = sync.OnceValue(func() []struct {
	find *regexp.Regexp
	with string
} {
	const names = `(?:access_token|refresh_token|id_token|client_secret|password|secret|token)`
	return []struct {
		find *regexp.Regexp
		with string
	}{
		{regexp.MustCompile(`(?i)(authorization\\*"?\s*[:=]\s*\\*"?)[^"\\\r\n]+`), "${1}" + masked},
		// From 16 characters on, so that "basic authentication" in a sentence stays.
		{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{16,}`), "${1} " + masked},
		{regexp.MustCompile(`(?i)("` + names + `"\s*:\s*")(?:[^"\\]|\\.)*`), "${1}" + masked},
		// JSON in a string of JSON, where what is escaped begins with two backslashes and the end with one.
		{regexp.MustCompile(`(?i)(\\"` + names + `\\"\s*:\s*\\")(?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*`), "${1}" + masked},
		// Deeper than that nobody can tell where it ends.
		{regexp.MustCompile(`(?i)(\\{2,}"` + names + `\\+"\s*:\s*\\+")[^\r\n]*`), "${1}" + masked},
		{regexp.MustCompile(`(?i)(\b` + names + `=)[^\s&"]+`), "${1}" + masked},
		{regexp.MustCompile(`(://)[^/\s@]+@`), "${1}" + masked + "@"},
	}
})

// redactor masks secrets in text: those it was told, wherever they stand and however they are spelled, and what stands where
// secrets do.
type redactor struct {
	mu    sync.RWMutex
	known []knownSecret // the longest first: one may be a part of another
}

type knownSecret struct {
	text string
	find *regexp.Regexp
}

// add makes the redactor know a secret.
func (r *redactor) add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if len(s) < minLiteral || slices.ContainsFunc(r.known, func(k knownSecret) bool { return k.text == s }) {
			continue
		}
		r.known = append(r.known, knownSecret{s, spellings(s)})
		slices.SortStableFunc(r.known, func(a, b knownSecret) int { return len(b.text) - len(a.text) })
	}
}

// text masks what anybody may have written.
func (r *redactor) text(s string) string {
	r.mu.RLock()
	for _, secret := range r.known {
		s = secret.find.ReplaceAllLiteralString(s, masked)
	}
	r.mu.RUnlock()
	return maskPlaces(s)
}

// id masks an identifier, of which somebody must be able to find the original again: what is too short to be there on
// purpose, and stands in the midst of other letters and digits, is there by chance.
func (r *redactor) id(s string) string {
	r.mu.RLock()
	for _, secret := range r.known {
		s = secret.maskOnPurpose(s)
	}
	r.mu.RUnlock()
	return maskPlaces(s)
}

// word masks what is one of a closed list where it comes from whom it should: such a word is told as it is, since masking a
// part of it would spoil it, and would tell that this part is a secret.
func (r *redactor) word(s string, known bool) string {
	if known {
		return s
	}
	return r.text(s)
}

func (k knownSecret) maskOnPurpose(s string) string {
	var b strings.Builder
	from := 0
	for _, at := range k.find.FindAllStringIndex(s, -1) {
		if len(k.text) < maxByChance && runsOn(s, at[0]) && runsOn(s, at[1]) {
			continue
		}
		b.WriteString(s[from:at[0]] + masked)
		from = at[1]
	}
	return b.String() + s[from:]
}

// runsOn tells whether letters and digits stand on both sides of a place in a text.
func runsOn(s string, at int) bool {
	return at > 0 && at < len(s) && isAlphanumeric(s[at-1]) && isAlphanumeric(s[at])
}

// maskPlaces masks what stands where secrets do.
func maskPlaces(s string) string {
	if !strings.ContainsAny(s, "=:\"") && !mentionsScheme(s) {
		return s // nothing that a pattern could match
	}
	for _, p := range secretPatterns() {
		s = p.find.ReplaceAllString(s, p.with)
	}
	return s
}

func mentionsScheme(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "bearer") || strings.Contains(s, "basic")
}
