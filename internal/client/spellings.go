package client

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// shortEscapes are those of JSON beside \u.
var shortEscapes = map[rune]string{'\b': "b", '\f': "f", '\n': "n", '\r': "r", '\t': "t"}

// entities are the names that HTML's escapers use.
var entities = map[rune]string{'"': "quot", '&': "amp", '\'': "apos", '<': "lt", '>': "gt"}

// spellings finds a secret however a text that repeats it spells it: as it is, in JSON with any choice of what to escape, in
// JSON within JSON, in a URL or a form, in HTML; also with some characters in the one way and some in the other.
func spellings(secret string) *regexp.Regexp {
	var b strings.Builder
	for _, r := range secret {
		if isPlain(r) {
			b.WriteString(regexp.QuoteMeta(string(r)))
			continue
		}
		writeSpellings(&b, r)
	}
	return regexp.MustCompile(b.String())
}

// isPlain tells the characters that nothing escapes.
func isPlain(r rune) bool {
	return r < utf8.RuneSelf && (isAlphanumeric(r) || strings.ContainsRune("-._~", r))
}

func isAlphanumeric[C byte | rune](c C) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func writeSpellings(b *strings.Builder, r rune) {
	b.WriteString(`(?:`)
	switch {
	case r == '\\':
		b.WriteString(`\\+`) // any number: each level of quoting doubles them
	case r < utf8.RuneSelf:
		b.WriteString(`\\*` + regexp.QuoteMeta(string(r)))
	default:
		b.WriteString(regexp.QuoteMeta(string(r)))
	}
	if r == ' ' {
		b.WriteString(`|\+|(?i:%(?:25)*2b)`) // of a form, also within a URL
	}
	if short, ok := shortEscapes[r]; ok {
		b.WriteString(`|\\+` + short)
	}
	if name, ok := entities[r]; ok {
		b.WriteString(`|&` + name + `;`)
	}
	fmt.Fprintf(b, `|(?i:&#0*%d;|&#x0*%x;|\\+u%08x|`, r, r, r)
	for _, unit := range utf16.AppendRune(nil, r) {
		fmt.Fprintf(b, `\\+u%04x`, unit)
	}
	b.WriteString(`|`)
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(b, `%%(?:25)*%02x`, c)
	}
	b.WriteString(`))`)
}
