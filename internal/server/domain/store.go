package domain

import (
	"context"
	"errors"
)

var (
	// ErrNoRow is what a Table answers for a key that it does not hold.
	ErrNoRow = errors.New("no such row")
	// ErrUnavailable is what a Store answers while its database does not. Nothing was changed.
	ErrUnavailable = errors.New("the database does not answer")
	// ErrOutcomeUnknown is what Write answers when the database was told to commit, and whether it did is open.
	ErrOutcomeUnknown = errors.New("the database did not tell whether it committed")
)

// Store keeps the rows. It has no rules of its own beyond keys.
type Store interface {
	// Read runs fn on one consistent snapshot.
	Read(ctx context.Context, fn func(context.Context, Tx) error) error
	// Try runs fn on one consistent snapshot too, and fn may write: what it reads afterwards has its changes in it. Nobody
	// else sees them, and nothing of them is kept. No writer waits for it, nor does it wait for one. That values are
	// unique and what rows refer to is there is not judged.
	Try(ctx context.Context, fn func(context.Context, Tx) error) error
	// Write runs fn in one serializable transaction and commits durably if fn returns nil. It may run fn again after a
	// conflict with another writer, so fn must not have effects of its own.
	Write(ctx context.Context, fn func(context.Context, Tx) error) error
	// Ping reports whether the database answers.
	Ping(ctx context.Context) error
	Close() error
}

// Tx gives the tables within a transaction. The key of each is noted in order.
type Tx interface {
	Partners() Table[Partner]                   // id
	PartnerConfigs() Table[PartnerConfig]       // partner_id
	EmergencyContacts() Table[EmergencyContact] // partner_id
	Clients() Table[Client]                     // id
	Tokens() Table[Token]                       // hash
	Answers() Table[Answer]                     // client_id, key
	PartnerUsers() Table[PartnerUser]           // partner_id, email_key
	Directories() Table[Directory]              // partner_id, name
	PortalAdmins() Table[PortalAdmin]           // partner_id, email_key
	PartnerDomains() Table[PartnerDomain]       // partner_id, name_key
	PortalCredentials() Table[PortalCredential] // partner_id, email_key
	Customers() Table[Customer]                 // id
	Roles() Table[Role]                         // partner_id, customer_id (empty for the partner's own account), name
	CustomerUsers() Table[CustomerUser]         // partner_id, customer_id, email_key
	ExternalAdmins() Table[ExternalAdmin]       // partner_id, customer_id, email_key
	AccessRoles() Table[AccessRole]             // partner_id, customer_id, role
	Courses() Table[Course]                     // partner_id, email_key, course
	AuditEvents() Table[AuditEvent]             // partner_id, id
	Outbox() Table[Mail]                        // partner_id, id
	AppliedSeeds() Table[AppliedSeed]           // hash

	AccessGroupMembers() Table[AccessGroupMember] // partner_id, customer_id, role, email_key
	Invoices() Table[Invoice]                     // partner_id, customer_id, number
	AuthorizedContacts() Table[AuthorizedContact] // partner_id, customer_id, email_key
	CustomerSessions() Table[CustomerSession]     // id
}

// Table is one kind of rows, ordered by its key.
type Table[T any] interface {
	// Get answers ErrNoRow if there is none.
	Get(ctx context.Context, key ...string) (T, error)
	// Fetch reads the rows whose keys begin with first and end in one of last, all at once, so that Get in the same
	// transaction has them, or knows that there is none, without asking for each.
	Fetch(ctx context.Context, last []string, first ...string) error
	// Put inserts the row, or replaces the one with its key.
	Put(ctx context.Context, row T) error
	// Delete removes the row if it is there.
	Delete(ctx context.Context, key ...string) error
	// List answers the rows that match, in key order.
	List(ctx context.Context, q Query) ([]T, error)
	// Count tells how many rows match, without After and Limit.
	Count(ctx context.Context, q Query) (int, error)
	// DeleteAll removes all rows that match, without After and Limit.
	DeleteAll(ctx context.Context, q Query) error
}

// Query selects rows by columns, spelled as the Field constants.
type Query struct {
	Where []Condition
	After []string // only rows whose key is greater than this one; nil for all
	Limit int      // 0 for no limit
	By    Field    // rows in the order of this column, those that have it alike in key order; by key alone if empty
}

// Condition is a comparison that each selected row fulfills.
type Condition struct {
	Field Field
	Op    Op
	Value any // string, bool, int or time.Time, as the column has it
}

// Op is how a Condition compares.
type Op string

// The comparisons.
const (
	OpEqual        Op = "="
	OpLess         Op = "<"
	OpGreaterEqual Op = ">="
)

// Eq is the Condition that field equals value.
func Eq(field Field, value any) Condition { return Condition{field, OpEqual, value} }

// Field names a column that queries may use.
type Field string

// The columns that queries use.
const (
	FieldID           Field = "id"
	FieldPartnerID    Field = "partner_id"
	FieldCustomerID   Field = "customer_id"
	FieldClientID     Field = "client_id"
	FieldEmailKey     Field = "email_key"
	FieldEmailDomain  Field = "email_domain"
	FieldSource       Field = "source"
	FieldDirectory    Field = "directory"
	FieldSyncDueAt    Field = "sync_due_at"
	FieldRole         Field = "role"
	FieldNameKey      Field = "name_key"
	FieldDomainKey    Field = "domain_key"
	FieldExternalID   Field = "external_id"
	FieldStage        Field = "stage"
	FieldRelationship Field = "relationship"
	FieldEnabled      Field = "enabled"
	FieldAccountRole  Field = "account_role"
	FieldLeadKey      Field = "implementation_lead_key"
	FieldKind         Field = "kind"
	FieldActor        Field = "actor"
	FieldTime         Field = "time"
	FieldExpiresAt    Field = "expires_at"
	FieldExpiryDue    Field = "expiry_due"
	FieldProtected    Field = "content_protected"

	FieldDecisionMaker Field = "decision_maker"

	FieldVerificationStatus Field = "verification_status"
	FieldNextCheckAt        Field = "next_check_at"
	FieldPendingTo          Field = "pending_to"
	FieldNextAttempt        Field = "next_attempt_at"
)
