package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 200 // characters

// checkName refuses an empty name and one that could break a line of a mail or a log.
func checkName(name, field string) *Error {
	switch {
	case strings.TrimSpace(name) == "":
		return refuse(CodeInvalidValue, field, "A name is needed; it can't be empty or blank.")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return refuse(CodeInvalidValue, field, "%q contains control characters; leave them out.", name)
	case utf8.RuneCountInString(name) > maxName:
		return refuse(CodeInvalidValue, field, "It has %d characters, %d are the most.", utf8.RuneCountInString(name), maxName)
	}
	return nil
}

// checkPerson judges what partner users and portal admins have in common.
func checkPerson(name, phone string) Findings {
	var found Findings
	found.add(checkName(name, "/name"))
	found.add(checkPhone(phone, "/phone"))
	return found
}
