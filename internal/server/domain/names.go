package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

const maxLine = 200 // characters

// checkLine refuses a name or the like that is empty or could break a line of a mail or a log.
func checkLine(name, field string) *Error {
	switch {
	case strings.TrimSpace(name) == "":
		return refuse(CodeInvalidValue, field, "This can't be empty or blank.")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return refuse(CodeInvalidValue, field, "%q contains control characters; leave them out.", name)
	case utf8.RuneCountInString(name) > maxLine:
		return refuse(CodeInvalidValue, field, "This has %d characters, %d are the most.", utf8.RuneCountInString(name), maxLine)
	}
	return nil
}

// checkPerson judges what partner users and portal admins have in common.
func checkPerson(name, phone string) Findings {
	var found Findings
	found.add(checkLine(name, "/name"))
	if phone != "" {
		found.add(malformed(canon.Phone(phone), "/phone"))
	}
	return found
}
