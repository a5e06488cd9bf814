package client

import (
	"regexp"
	"strings"
	"sync"
)

const masked = "***"

// minLiteral keeps a very short secret from blotting out half of every text.
const minLiteral = 4

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
		{regexp.MustCompile(`(?i)(\\*"` + names + `\\*"\s*:\s*\\*")[^"\\]*`), "${1}" + masked},
		{regexp.MustCompile(`(?i)(\b` + names + `=)[^\s&"]+`), "${1}" + masked},
		{regexp.MustCompile(`(://)[^/\s@]+@`), "${1}" + masked + "@"},
	}
})

// redactor masks secrets in text: those it was told, wherever they stand, and what stands where secrets do.
type redactor struct {
	mu       sync.RWMutex
	literals []string
}

// add makes the redactor know a secret.
func (r *redactor) add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= minLiteral {
			r.literals = append(r.literals, s)
		}
	}
}

func (r *redactor) text(s string) string {
	r.mu.RLock()
	for _, secret := range r.literals {
		s = strings.ReplaceAll(s, secret, masked)
	}
	r.mu.RUnlock()
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
