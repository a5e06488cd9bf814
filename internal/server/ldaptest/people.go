package ldaptest

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// ActiveDirectoryUser makes a user as Active Directory has them, below a base DN. The objectGUID comes of the name.
func ActiveDirectoryUser(base, name, mail string) Entry {
	guid := sha256.Sum256([]byte(name))
	return Entry{"cn=" + name + "," + base, map[string][]string{
		"objectClass": {"user"}, "objectCategory": {"person"}, "cn": {name}, "displayName": {name}, "mail": {mail},
		"objectGUID": {string(guid[:16])}, "userAccountControl": {"512"},
	}}
}

// ActiveDirectoryUsers makes n users, user0001@domain and so on.
func ActiveDirectoryUsers(base, domain string, n int) []Entry {
	entries := make([]Entry, n)
	for i := range entries {
		name := fmt.Sprintf("user%04d", i+1)
		entries[i] = ActiveDirectoryUser(base, name, name+"@"+domain)
	}
	return entries
}

// Disabled answers a user of Active Directory whose account is switched off.
func (e Entry) Disabled() Entry {
	flags, _ := strconv.Atoi(strings.Join(e.values("userAccountControl"), "")) // none is 0
	return e.With("userAccountControl", strconv.Itoa(flags|2))
}

// DominoPerson makes a person as Domino has them, below a base DN. The dominoUNID comes of the name.
func DominoPerson(base, name, mail string) Entry {
	unid := sha256.Sum256([]byte(name))
	return Entry{"cn=" + name + "," + base, map[string][]string{
		"objectClass": {"dominoPerson"}, "cn": {name}, "mail": {mail}, "dominoUNID": {fmt.Sprintf("%X", unid[:16])},
	}}
}
