package domain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// DirectoryType says what kind of directory people are read from.
type DirectoryType string

// The directory types of the contract.
const (
	DirectoryActiveDirectory DirectoryType = "active_directory" // LDAP, with Active Directory's attributes
	DirectoryDomino          DirectoryType = "domino"           // LDAP, with HCL Domino's attributes
	DirectoryAzureStandard   DirectoryType = "azure_standard"   // Microsoft Graph on the worldwide cloud
	DirectoryAzureGCCHigh    DirectoryType = "azure_gcc_high"   // Microsoft Graph on the US government's cloud
	DirectoryGoogle          DirectoryType = "google"           // Google Workspace's Directory API
)

// LDAPEncryption says how a connection to an LDAP server is protected.
type LDAPEncryption string

// The encryptions of the contract. Encrypted connections are LDAPS on port 636 and 3269, and StartTLS on any other.
const (
	EncryptionStrict  LDAPEncryption = "strict"  // TLS, and the server's certificate has to be right
	EncryptionRelaxed LDAPEncryption = "relaxed" // TLS with whatever certificate the server has
	EncryptionNone    LDAPEncryption = "none"    // the password crosses the network readable
)

// DirectoryConfig is what a DirectoryReader needs to know: the settings that the type wants, the others nil. It holds
// secrets in plain, so it lives only as long as a synchronization.
type DirectoryConfig struct {
	Type   DirectoryType
	LDAP   *LDAPConfig
	Azure  *AzureConfig
	Google *GoogleConfig
}

// LDAPConfig is for DirectoryActiveDirectory and DirectoryDomino.
type LDAPConfig struct {
	Host       string // name or IP address
	Port       int    // 1 to 65535
	Encryption LDAPEncryption
	BindDN     string // who signs in; for Active Directory also user@domain
	BaseDN     string // where the search starts
	UserFilter string // of RFC 4515, narrows down what is a person by itself; empty for all
	Password   Secret
}

// AzureConfig is for DirectoryAzureStandard and DirectoryAzureGCCHigh: an app registration with the application
// permission User.Read.All.
type AzureConfig struct {
	TenantID     string // UUID or a domain of the tenant
	ClientID     string
	ClientSecret Secret
}

// GoogleConfig is for DirectoryGoogle: a service account with domain-wide delegation of
// https://www.googleapis.com/auth/admin.directory.user.readonly.
type GoogleConfig struct {
	AdminEmail        string // the administrator on whose behalf the service account reads
	ServiceAccountKey Secret // the JSON file that Google Cloud makes for a key
}

// DirectoryPerson is a person as a directory knows them.
type DirectoryPerson struct {
	ID       string   // never changes and belongs to nobody else in this directory
	Email    string   // primary address as spelled there, never empty; not judged by this package's rules
	Name     string   // may be empty
	Phone    string   // as spelled there; may be empty
	Aliases  []string // further addresses, without the primary one
	Disabled bool     // their account is switched off there
}

// DirectoryReader reads the people of directories. It is safe for concurrent use.
type DirectoryReader interface {
	// Read calls each once for every person that has an e-mail address, in no particular order, and answers nil only after the
	// last one: after an error, what each was given is not everybody. An error of each ends the reading and is answered as
	// it is; all others are of type *DirectoryError, or the context's.
	Read(ctx context.Context, config DirectoryConfig, each func(DirectoryPerson) error) error
}

// DirectoryErrorKind tells failures of directories apart.
type DirectoryErrorKind string

// Why a directory could not be read.
const (
	DirectoryUnreachable   DirectoryErrorKind = "unreachable"    // no connection, or no answer in time
	DirectoryTLS           DirectoryErrorKind = "tls"            // no TLS, or a certificate that is not right
	DirectoryCredentials   DirectoryErrorKind = "credentials"    // nobody may sign in with these
	DirectoryForbidden     DirectoryErrorKind = "forbidden"      // they may sign in, but not read people
	DirectoryNotFound      DirectoryErrorKind = "not_found"      // no such tenant, or nothing at the base DN
	DirectoryInvalidFilter DirectoryErrorKind = "invalid_filter" // the user filter is not one
	DirectoryMalformed     DirectoryErrorKind = "malformed"      // an answer, or a key file, that makes no sense
	DirectoryRateLimited   DirectoryErrorKind = "rate_limited"   // too busy for longer than it makes sense to wait
	DirectoryTooLarge      DirectoryErrorKind = "too_large"      // more people than the directory hands out, or this server takes
	DirectoryRefused       DirectoryErrorKind = "refused"        // any other refusal
)

// DirectoryError is a directory that could not be read.
type DirectoryError struct {
	Kind   DirectoryErrorKind
	Detail string // for the administrator of the directory: what is wrong, and what would be right; holds no secret
}

func (e *DirectoryError) Error() string { return string(e.Kind) + ": " + e.Detail }

// Sealer encrypts what is kept but must not be readable in the database.
type Sealer interface {
	// Seal encrypts. The context says what the text belongs to; it is needed again to open and not kept with it, so that
	// nobody can move a sealed text to another row. The error is ErrNoSecretKey where the server was not given a key.
	Seal(plain []byte, context string) ([]byte, error)
	// Open decrypts what Seal made with the same context. The error holds neither text nor key.
	Open(sealed []byte, context string) ([]byte, error)
}

// ErrNoSecretKey answers the wish to seal or open something on a server without a key.
var ErrNoSecretKey = errors.New("this server has no key to encrypt secrets with: it was started without --secret-key-file")

// Secret is a text that no log, error or answer shows by accident. The zero value is the empty text.
type Secret struct {
	plain *string // behind a pointer, since fmt asks no method about what is inside an unexported field
}

// NewSecret guards the text.
func NewSecret(plain string) Secret { return Secret{&plain} }

// Reveal answers the text itself, for whom it is meant.
func (s Secret) Reveal() string {
	if s.plain == nil {
		return ""
	}
	return *s.plain
}

// hidden stands where a Secret would be shown.
const hidden = "(secret)"

// String hides the text.
func (Secret) String() string { return hidden }

// GoString hides the text.
func (Secret) GoString() string { return hidden }

// Format hides the text whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue hides the text.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the text.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON hides the text.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
