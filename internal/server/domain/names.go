package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

const maxLine = 200 // characters

// checkLine refuses a name or the like that is empty or could break a line of a mail or a log.
func checkLine(name, field string) *Error { return checkLineUpTo(maxLine, name, field) }

// checkLineUpTo is checkLine with another limit, in characters.
func checkLineUpTo(most int, name, field string) *Error {
	switch {
	case strings.TrimSpace(name) == "":
		return refuse(CodeInvalidValue, field, "This can't be empty or blank.")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return refuse(CodeInvalidValue, field, "%q contains control characters; leave them out.", name)
	case utf8.RuneCountInString(name) > most:
		return refuse(CodeInvalidValue, field, "This has %d characters, %d are the most.", utf8.RuneCountInString(name), most)
	}
	return nil
}

// checkPerson judges what partner users and portal admins have in common.
func checkPerson(name, phone string) Findings {
	var found Findings
	found.add(checkLine(name, "/name"))
	found.add(checkPhone(phone))
	return found
}

// checkPhone judges a phone number that may be left out.
func checkPhone(phone string) *Error {
	if phone == "" {
		return nil
	}
	return malformed(canon.Phone(phone), "/phone")
}
