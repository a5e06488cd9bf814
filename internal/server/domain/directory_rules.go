package domain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// Limits of settings, in characters.
const (
	maxDN     = 1000
	maxFilter = 4000
	maxSecret = 1000
	maxKey    = 20_000
)

// Ports that LDAP servers listen on unless told otherwise.
const (
	portLDAP  = 389
	portLDAPS = 636
)

// Names of the parts of a DirectoryInput, as in the contract.
const (
	blockLDAP   = "ldap"
	blockAzure  = "azure"
	blockGoogle = "google"
)

// blockOf tells which part of the settings each type wants.
var blockOf = map[DirectoryType]string{
	DirectoryActiveDirectory: blockLDAP,
	DirectoryDomino:          blockLDAP,
	DirectoryAzureStandard:   blockAzure,
	DirectoryAzureGCCHigh:    blockAzure,
	DirectoryGoogle:          blockGoogle,
}

// directoryTypes in the order of the contract.
var directoryTypes = []string{
	string(DirectoryActiveDirectory), string(DirectoryDomino), string(DirectoryAzureStandard), string(DirectoryAzureGCCHigh), string(DirectoryGoogle),
}

// secretField is where the secret of each part stands in the input.
var secretField = map[string]string{
	blockLDAP: "/ldap/password", blockAzure: "/azure/client_secret", blockGoogle: "/google/service_account_key",
}

// checkDirectoryName judges a name, which stands in paths and import ids.
func checkDirectoryName(name string) *Error {
	const field = "/name"
	if bad := checkLine(name, field); bad != nil {
		return bad
	}
	first, _ := utf8.DecodeRuneInString(name)
	if strings.ContainsAny(name, "/:") || !unicode.IsLetter(first) && !unicode.IsDigit(first) || strings.TrimSpace(name) != name {
		return refuse(CodeInvalidValue, field, "%q can't be a name: it begins with a letter or a digit, has no '/' and no ':', and no blank at the end.", name)
	}
	return nil
}

// newDirectory judges an input and answers the settings with the secret, nil if it was left out.
func newDirectory(partnerID, name string, in DirectoryInput) (Directory, *Secret, Findings) {
	d := Directory{PartnerID: partnerID, Name: name, Type: in.Type, Description: in.Description, SyncEnabled: in.SyncEnabled == nil || *in.SyncEnabled}
	var found Findings
	found.add(checkDirectoryName(name))
	if in.Description != "" {
		found.add(checkLine(in.Description, "/description"))
	}
	wanted, known := blockOf[in.Type]
	if !known {
		found.add(refuse(CodeInvalidValue, "/type", "%q is no type of directory; there are %s.", in.Type, strings.Join(directoryTypes, ", ")))
		return d, nil, found
	}
	for _, block := range []struct {
		name  string
		given bool
	}{{blockLDAP, in.LDAP != nil}, {blockAzure, in.Azure != nil}, {blockGoogle, in.Google != nil}} {
		switch {
		case block.name == wanted && !block.given:
			found.add(refuse(CodeInvalidValue, "/"+block.name, "A directory of type %s needs %s.", in.Type, block.name))
			return d, nil, found
		case block.name != wanted && block.given:
			found.add(refuse(CodeInvalidValue, "/"+block.name, "A directory of type %s is described by %s; leave %s out.", in.Type, wanted, block.name))
		}
	}
	var secret *Secret
	var more Findings
	switch wanted {
	case blockLDAP:
		d.LDAP, more = newLDAP(in.LDAP.LDAPSettings)
		secret = in.LDAP.Password
	case blockAzure:
		d.Azure, more = newAzure(in.Azure.AzureSettings)
		secret = in.Azure.ClientSecret
	case blockGoogle:
		d.Google, more = newGoogle(in.Google.GoogleSettings)
		secret = in.Google.ServiceAccountKey
	}
	return d, secret, append(found, more...).with(checkSecret(wanted, secret))
}

func newLDAP(l LDAPSettings) (*LDAPSettings, Findings) {
	var found Findings
	if l.Encryption == "" {
		l.Encryption = EncryptionStrict
	}
	if encryptions := []LDAPEncryption{EncryptionStrict, EncryptionRelaxed, EncryptionNone}; !slices.Contains(encryptions, l.Encryption) {
		found.add(refuse(CodeInvalidValue, "/ldap/encryption", "%q is no encryption; there are %s, %s and %s.", l.Encryption, EncryptionStrict, EncryptionRelaxed, EncryptionNone))
	}
	switch {
	case l.Port == 0 && l.Encryption == EncryptionNone:
		l.Port = portLDAP
	case l.Port == 0:
		l.Port = portLDAPS
	case l.Port < 0 || l.Port > 65535:
		found.add(refuse(CodeInvalidValue, "/ldap/port", "%d is no TCP port; write 1 to 65535.", l.Port))
	case l.Port == portLDAPS && l.Encryption == EncryptionNone:
		found.add(refuse(CodeInvalidValue, "/ldap/port", "On port %d LDAP is spoken within TLS; without encryption use %d.", portLDAPS, portLDAP))
	}
	_, err := canon.LocalHost(l.Host)
	found.add(malformed(err, "/ldap/host"))
	found.add(checkText(l.BindDN, "/ldap/bind_dn", maxDN))
	found.add(checkText(l.BaseDN, "/ldap/base_dn", maxDN))
	if l.BaseDN != "" && !strings.Contains(l.BaseDN, "=") {
		found.add(refuse(CodeInvalidValue, "/ldap/base_dn", "%q is no distinguished name; one reads like OU=Staff,DC=example,DC=com.", l.BaseDN))
	}
	if l.UserFilter != "" {
		found.add(checkText(l.UserFilter, "/ldap/user_filter", maxFilter).or(checkFilter(l.UserFilter)))
	}
	return &l, found
}

// checkFilter finds what is most often wrong with a filter; the rest only the directory knows.
func checkFilter(filter string) *Error {
	depth, closedEarly := 0, false
	for i, r := range filter {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		closedEarly = closedEarly || depth <= 0 && i < len(filter)-1
	}
	if depth != 0 || closedEarly {
		return refuse(CodeInvalidValue, "/ldap/user_filter", "%q is no LDAP filter: it stands in parentheses as a whole, and each one is closed, as in (&(objectClass=person)(mail=*)).", filter)
	}
	return nil
}

func newAzure(a AzureSettings) (*AzureSettings, Findings) {
	var found Findings
	if !isUUID(a.TenantID) {
		if _, err := canon.Domain(a.TenantID); err != nil {
			found.add(refuse(CodeInvalidValue, "/azure/tenant_id", "%q is neither a tenant id, which is a UUID, nor a domain of the tenant.", a.TenantID))
		}
	}
	if !isUUID(a.ClientID) {
		found.add(refuse(CodeInvalidValue, "/azure/client_id", "%q is no application id; that is a UUID.", a.ClientID))
	}
	return &a, found
}

// isUUID is true for the usual form, 8-4-4-4-12 hexadecimal digits.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range s {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}

func newGoogle(g GoogleSettings) (*GoogleSettings, Findings) {
	_, bad := parseAddress(g.AdminEmail, "/google/admin_email")
	return &g, Findings(nil).with(bad)
}

// checkText is checkLine for texts that may be longer.
func checkText(text, field string, most int) *Error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return refuse(CodeInvalidValue, field, "This can't be empty or blank.")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return refuse(CodeInvalidValue, field, "This contains control characters; leave them out.")
	case n > most:
		return refuse(CodeInvalidValue, field, "This has %d characters, %d are the most.", n, most)
	}
	return nil
}

// or is the first of two refusals.
func (e *Error) or(other *Error) *Error {
	if e != nil {
		return e
	}
	return other
}

// checkSecret judges a secret without ever repeating any of it.
func checkSecret(block string, secret *Secret) *Error {
	if secret == nil {
		return nil
	}
	field, most := secretField[block], maxSecret
	if block == blockGoogle {
		most = maxKey
	}
	switch plain := secret.Reveal(); {
	case plain == "":
		return refuse(CodeInvalidValue, field, "The secret is empty. Leave it out to keep the stored one.")
	case utf8.RuneCountInString(plain) > most:
		return refuse(CodeInvalidValue, field, "The secret has more than %d characters.", most)
	case block == blockGoogle:
		return checkServiceAccount(plain, field)
	}
	return nil
}

// checkServiceAccount wants the file that Google makes for a service account.
func checkServiceAccount(plain, field string) *Error {
	var key struct {
		Type        string `json:"type"`
		ClientEmail string `json:"client_email"`
		PrivateKey  string `json:"private_key"`
	}
	if err := json.Unmarshal([]byte(plain), &key); err != nil || key.Type != "service_account" || key.ClientEmail == "" || key.PrivateKey == "" {
		return refuse(CodeInvalidValue, field, `This is no key of a service account: it is a JSON object whose "type" is "service_account", with "client_email" and "private_key".`)
	}
	return nil
}

// needsSecret refuses settings with which the stored secret can't stay: without one, or where it would be sent to
// somebody else than the one it was given for. Otherwise whoever may change the settings could read the secret.
func needsSecret(old, d Directory) *Error {
	field := secretField[blockOf[d.Type]]
	switch {
	case old.SealedSecret == nil:
		return refuse(CodeInvalidValue, field, "The secret is missing; none is stored yet.")
	case receiver(old) != receiver(d):
		return refuse(CodeInvalidValue, field, "The secret is needed again: the stored one was given for another type, server or account.")
	}
	return nil
}

// receiver is to whom, and as whose, the secret is sent.
func receiver(d Directory) string {
	switch block := blockOf[d.Type]; {
	case block == blockLDAP && d.LDAP != nil:
		return fmt.Sprintf("%s %q %d %s %q", block, hostKey(d.LDAP.Host), d.LDAP.Port, d.LDAP.Encryption, d.LDAP.BindDN)
	case block == blockAzure && d.Azure != nil:
		return fmt.Sprintf("%s %q %q", d.Type, fold(d.Azure.TenantID), fold(d.Azure.ClientID))
	default:
		return block // the key itself says whose it is, and Google takes it
	}
}

// sameSettings compares what an input can change, but for the secret. Hosts, ids and addresses keep their first spelling.
func sameSettings(old, d Directory) bool {
	return old.Type == d.Type && old.Description == d.Description && old.SyncEnabled == d.SyncEnabled &&
		equal(old.LDAP, d.LDAP) && equal(old.Azure, d.Azure) && equal(old.Google, d.Google)
}

func equal[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// keepSpelling takes over how hosts, ids and addresses were spelled first.
func keepSpelling(old Directory, d *Directory) {
	if old.LDAP != nil && d.LDAP != nil {
		if hostKey(old.LDAP.Host) == hostKey(d.LDAP.Host) {
			d.LDAP.Host = old.LDAP.Host
		}
	}
	if old.Azure != nil && d.Azure != nil {
		d.Azure.TenantID, d.Azure.ClientID = spelledAs(old.Azure.TenantID, d.Azure.TenantID), spelledAs(old.Azure.ClientID, d.Azure.ClientID)
	}
	if old.Google != nil && d.Google != nil {
		d.Google.AdminEmail = spelledAs(old.Google.AdminEmail, d.Google.AdminEmail)
	}
}

// hostKey is the form in which hosts compare.
func hostKey(host string) string {
	key, _ := canon.LocalHost(host) // stored ones are well-formed
	return key
}

func spelledAs(old, text string) string {
	if fold(old) == fold(text) {
		return old
	}
	return text
}
