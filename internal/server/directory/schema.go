package directory

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// schema is how one kind of LDAP server keeps people.
type schema struct {
	people     string   // filter of RFC 4515 for what is a person with an address
	attributes []string // what is asked for; Domino gives out its identifier only if it is named
	person     func(*ldap.Entry) (domain.DirectoryPerson, error)
}

var (
	// activeDirectory: objectCategory leaves out computers, which are users there.
	activeDirectory = schema{
		people:     "(&(objectCategory=person)(objectClass=user)(mail=*))",
		attributes: []string{"objectGUID", "mail", "proxyAddresses", "displayName", "cn", "telephoneNumber", "mobile", "userAccountControl"},
		person:     activeDirectoryPerson,
	}
	domino = schema{
		people:     "(&(objectClass=dominoPerson)(mail=*))",
		attributes: []string{"dominoUNID", "mail", "uid", "displayname", "cn", "telephoneNumber", "mobile", "checkPassword"},
		person:     dominoPerson,
	}
)

// search is the filter for people that the user's filter lets through. The user's is compiled alone first, so that no
// stray parenthesis makes another filter of the whole.
func (s schema) search(userFilter string) (string, error) {
	userFilter = strings.TrimSpace(userFilter)
	if userFilter == "" {
		return s.people, nil
	}
	if !strings.HasPrefix(userFilter, "(") {
		userFilter = "(" + userFilter + ")"
	}
	if _, err := ldap.CompileFilter(userFilter); err != nil {
		return "", failure(domain.DirectoryInvalidFilter, "the user filter is no LDAP filter (RFC 4515), such as (department=IT): %v", err)
	}
	return "(&" + s.people + userFilter + ")", nil
}

// accountDisabled is ADS_UF_ACCOUNTDISABLE of userAccountControl.
const accountDisabled = 0x2

func activeDirectoryPerson(e *ldap.Entry) (domain.DirectoryPerson, error) {
	id, err := guid(e.GetEqualFoldRawAttributeValue("objectGUID"))
	if err != nil {
		return domain.DirectoryPerson{}, failure(domain.DirectoryMalformed, "%q has no usable objectGUID (%v), which tells people apart whatever their addresses; let the bind DN read it", e.DN, err)
	}
	p := person(e, id)
	p.Aliases = aliases(p.Email, smtpAddresses(e.GetEqualFoldAttributeValues("proxyAddresses")))
	if text := e.GetEqualFoldAttributeValue("userAccountControl"); text != "" {
		flags, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return p, failure(domain.DirectoryMalformed, "the userAccountControl of %q is %q, which is no number", e.DN, text)
		}
		p.Disabled = flags&accountDisabled != 0
	}
	return p, nil
}

// checkPasswordLockout is Domino's way of locking somebody out: "Lockout ID" in the person document.
const checkPasswordLockout = "2"

func dominoPerson(e *ldap.Entry) (domain.DirectoryPerson, error) {
	id := e.GetEqualFoldAttributeValue("dominoUNID")
	if id == "" {
		return domain.DirectoryPerson{}, failure(domain.DirectoryMalformed, "%q has no dominoUNID, which tells people apart whatever their addresses; let the bind DN read it", e.DN)
	}
	p := person(e, strings.ToUpper(id))
	// Domino delivers mail to short names too, and those may be whole addresses.
	others := e.GetEqualFoldAttributeValues("mail")
	for _, name := range e.GetEqualFoldAttributeValues("uid") {
		if strings.Contains(name, "@") {
			others = append(others, name)
		}
	}
	p.Aliases = aliases(p.Email, others)
	p.Disabled = e.GetEqualFoldAttributeValue("checkPassword") == checkPasswordLockout
	return p, nil
}

// person is what both schemas call the same.
func person(e *ldap.Entry, id string) domain.DirectoryPerson {
	return domain.DirectoryPerson{
		ID: id, Email: strings.TrimSpace(e.GetEqualFoldAttributeValue("mail")),
		Name: first(e, "displayName", "cn"), Phone: first(e, "telephoneNumber", "mobile"),
	}
}

func first(e *ldap.Entry, attributes ...string) string {
	for _, attribute := range attributes {
		if value := strings.TrimSpace(e.GetEqualFoldAttributeValue(attribute)); value != "" {
			return value
		}
	}
	return ""
}

// smtpAddresses are the mail addresses among addresses of Exchange, such as "smtp:kim@example.com" and "X400:...".
func smtpAddresses(proxy []string) []string {
	var addresses []string
	for _, entry := range proxy {
		if kind, address, ok := strings.Cut(entry, ":"); ok && strings.EqualFold(kind, "smtp") {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// guid writes an objectGUID as Microsoft's tools do: its first three groups are little-endian.
func guid(raw []byte) (string, error) {
	if len(raw) != 16 {
		return "", fmt.Errorf("it has %d bytes instead of 16", len(raw))
	}
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(raw), binary.LittleEndian.Uint16(raw[4:]),
		binary.LittleEndian.Uint16(raw[6:]), raw[8:10], raw[10:]), nil
}
