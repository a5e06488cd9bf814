package domain

import (
	"encoding/json"
	"time"
)

// The rows below carry JSON tags because the audit log shows them before and after a change; what is not tagged for it
// is bookkeeping. Fields that end in Key are the case-folded form of the field they are named after.

// PartnerKind tells MSPs from resellers.
type PartnerKind string

// The kinds of partners.
const (
	KindMSP      PartnerKind = "msp"
	KindReseller PartnerKind = "reseller"
)

// Partner is the MSP's organization, read only through the API.
type Partner struct {
	ID              string      `json:"id"`
	Name            string      `json:"name"`
	Kind            PartnerKind `json:"kind"`
	Contact         *Contact    `json:"contact,omitempty"`
	BillingContact  *Contact    `json:"billing_contact,omitempty"`
	TechnicalStatus string      `json:"technical_status,omitempty"`
	SalesStatus     string      `json:"sales_status,omitempty"`
	Address         *Address    `json:"address,omitempty"`
	Products        []Product   `json:"products"`
}

// Contact is a person to reach.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone,omitempty"`
}

// Address is a postal address; Country is an ISO 3166-1 alpha-2 code.
type Address struct {
	Street     string `json:"street,omitempty"`
	City       string `json:"city,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Product is what the partner sells, with its contracted price per seat and month as a decimal number.
type Product struct {
	Name     string `json:"name"`
	Price    string `json:"price"`
	Currency string `json:"currency"` // ISO 4217
}

// Smarthost is where mail is relayed; Port 0 means the receiver's default.
type Smarthost struct {
	Host string `json:"host"`
	Port int    `json:"port,omitempty"`
}

// PartnerConfig pre-fills the RFI of customers created later.
type PartnerConfig struct {
	PartnerID   string     `json:"partner_id"`
	OutboundIPs []string   `json:"outbound_ips"`
	InboundIPs  []string   `json:"inbound_ips"`
	Smarthost   *Smarthost `json:"smarthost,omitempty"`
	Revision    string     `json:"-"`
}

// EmergencyContact is whom the vendor reaches when something is wrong with the partner's account.
type EmergencyContact struct {
	PartnerID       string   `json:"-"`
	Name            string   `json:"name"`
	Email           string   `json:"email"`
	Mobile          string   `json:"mobile"`
	Phone           string   `json:"phone,omitempty"`
	AlternateEmails []string `json:"alternate_emails"`
	Revision        string   `json:"-"`
}

// Client is a program that calls the API: with a portal role for its partner, or with contact roles for one customer.
type Client struct {
	ID           string     `json:"id"`
	PartnerID    string     `json:"partner_id"`
	PortalRole   PortalRole `json:"portal_role,omitempty"`
	ActsFor      string     `json:"acts_for,omitempty"` // e-mail of a portal admin
	CustomerID   string     `json:"customer_id,omitempty"`
	ContactRoles []string   `json:"contact_roles,omitempty"`
	SecretHash   string     `json:"-"` // salted PBKDF2, see secrets.go
}

// Token is an access token; only its hash is kept.
type Token struct {
	Hash      string // SHA-256, hex
	ClientID  string
	Scopes    []Scope
	ExpiresAt time.Time

	// Of one that a client made for another program, see APIToken; else empty.
	ID         string
	NarrowedTo PortalRole
	TTLSeconds int
	CreatedAt  *time.Time
}

// Answer is what the server said to a request with an idempotency key.
type Answer struct {
	ClientID    string
	Key         string
	Fingerprint string // SHA-256 over method, path, query, conditions and body, hex
	Status      int
	Header      map[string]string
	Body        []byte
	ExpiresAt   time.Time
}

// UserSource tells how a partner user came to be.
type UserSource string

// The sources of partner users.
const (
	SourceManual    UserSource = "manual"
	SourceDirectory UserSource = "directory"
)

// PartnerUser is a person in the partner's own account.
type PartnerUser struct {
	PartnerID   string     `json:"-"`
	EmailKey    string     `json:"-"`
	EmailDomain string     `json:"-"` // folded
	Email       string     `json:"email"`
	Name        string     `json:"name"`
	Phone       string     `json:"phone,omitempty"`
	AccountRole string     `json:"account_role,omitempty"`
	Source      UserSource `json:"source"`
	Directory   string     `json:"directory,omitempty"` // with SourceDirectory, the integration that brought the user
	Disabled    bool       `json:"disabled,omitempty"`  // by the directory: whatever rights the person has rest
	Aliases     []string   `json:"aliases,omitempty"`
	Revision    string     `json:"-"`
}

// AdminStatus tells whether a portal admin has replaced the temporary password.
type AdminStatus string

// The states of portal admins.
const (
	StatusUnregistered AdminStatus = "unregistered"
	StatusRegistered   AdminStatus = "registered"
)

// PortalAdmin is a partner user who may use the partner portal.
type PortalAdmin struct {
	PartnerID   string      `json:"-"`
	EmailKey    string      `json:"-"`
	EmailDomain string      `json:"-"`
	Email       string      `json:"email"`
	Name        string      `json:"name"`
	Phone       string      `json:"phone,omitempty"`
	Role        PortalRole  `json:"role"`
	Status      AdminStatus `json:"status"`
	Revision    string      `json:"-"`
}

// PortalCredential is what a portal admin proves to be that person with. It stands apart from the portal admin, so that no
// list and no line of the audit log ever carries it.
type PortalCredential struct {
	PartnerID    string
	EmailKey     string
	InvitationID string              // the mail that may still bring a temporary password; empty if none may
	Temporary    []TemporaryPassword // one for each time that mail may have been sent
	PasswordHash string              // of the person's own password, salted PBKDF2, see secrets.go; empty if there is none
	WrongTries   int                 // of the own password, since the last right one
	BlockedUntil *time.Time          // after too many of them
}

// TemporaryPassword is one that stands in an invitation. It is random, so a plain hash keeps it.
type TemporaryPassword struct {
	Hash      string    `json:"hash"` // SHA-256, hex
	ExpiresAt time.Time `json:"expires_at"`
}

// Stage is how far a customer is.
type Stage string

// The stages.
const (
	StageProspect Stage = "prospect"
	StageCustomer Stage = "customer"
)

// Relationship tells what the partner is to the customer.
type Relationship string

// The relationships.
const (
	RelationshipManaged  Relationship = "managed"  // the partner created it
	RelationshipReferral Relationship = "referral" // it exists on its own, this partner is its partner of record
)

// RFI is a customer's Request for Information.
type RFI struct {
	OutboundIPs []string   `json:"outbound_ips"`
	InboundIPs  []string   `json:"inbound_ips"`
	Smarthost   *Smarthost `json:"smarthost,omitempty"`
}

// Customer is an account the partner works for.
type Customer struct {
	ID                    string       `json:"id"`
	PartnerID             string       `json:"-"` // creator, or partner of record
	Name                  string       `json:"name"`
	NameKey               string       `json:"-"`
	Domain                string       `json:"domain"`
	DomainKey             string       `json:"-"`
	InternalDomains       []string     `json:"internal_domains"` // the primary one first
	Stage                 Stage        `json:"stage"`
	ImplementationLead    string       `json:"implementation_lead,omitempty"`
	ImplementationLeadKey string       `json:"-"`
	Seats                 int          `json:"seats,omitempty"` // 0: not said
	Product               string       `json:"product,omitempty"`
	Country               string       `json:"country,omitempty"`
	ExternalID            string       `json:"external_id,omitempty"`
	Enabled               bool         `json:"enabled"`
	RequireSSO            bool         `json:"require_sso"`
	AllowedIPRanges       []string     `json:"allowed_ip_ranges"`
	RFI                   RFI          `json:"rfi"`
	DeletionProtection    bool         `json:"deletion_protection"`
	Relationship          Relationship `json:"relationship"`
	AdminUsername         string       `json:"admin_username,omitempty"`
	CreatedAt             time.Time    `json:"created_at"`
	Revision              string       `json:"-"`
}

// Role is a role of a customer account, or with an empty CustomerID of the partner's own account.
type Role struct {
	PartnerID        string   `json:"-"`
	CustomerID       string   `json:"customer_id,omitempty"`
	Name             string   `json:"name"`
	Description      string   `json:"description,omitempty"`
	Permissions      []string `json:"permissions"`
	Builtin          bool     `json:"-"` // built-in roles are code, never rows
	Editable         bool     `json:"-"`
	ContentProtected bool     `json:"-"`
	Assignable       bool     `json:"-"`
	Revision         string   `json:"-"`
}

// ExternalAdmin is a portal admin's way into one customer's administration console.
type ExternalAdmin struct {
	PartnerID        string `json:"-"`
	CustomerID       string `json:"customer_id"`
	EmailKey         string `json:"-"`
	EmailDomain      string `json:"-"`
	Email            string `json:"email"`
	Role             string `json:"role"`
	ContentProtected bool   `json:"content_protected"`
	// ExpiresAt is when the access ends, nil for never. ExpiryDue is the same until the audit log has it.
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	ExpiryDue *time.Time `json:"-"`
	Revision  string     `json:"-"`
}

// AccessRoleName is a role that a customer gives to its partner as a whole.
type AccessRoleName string

// The access roles.
const (
	AccessDecisionMaker AccessRoleName = "decision_maker"
	AccessPhoneManager  AccessRoleName = "phone_manager"
)

// AccessRole is such a role given; its group on the partner's account is named GroupName.
type AccessRole struct {
	PartnerID    string         `json:"-"`
	CustomerID   string         `json:"customer_id"`
	Role         AccessRoleName `json:"role"`
	NotifyEmails []string       `json:"notify_emails"`
	GroupName    string         `json:"group_name"`
	GrantedAt    time.Time      `json:"granted_at"`
	Revision     string         `json:"-"`
}

// AccessGroupMember is a partner user in the group of an access role, who has that role at the customer.
type AccessGroupMember struct {
	PartnerID   string         `json:"-"`
	CustomerID  string         `json:"customer_id"`
	Role        AccessRoleName `json:"role"`
	EmailKey    string         `json:"-"`
	EmailDomain string         `json:"-"`
	Email       string         `json:"email"`
	GroupName   string         `json:"group_name"` // that of the access role
	AddedAt     time.Time      `json:"added_at"`
	Revision    string         `json:"-"`
}

// Course is a training course of a registered MSP administrator.
type Course struct {
	PartnerID       string     `json:"-"`
	EmailKey        string     `json:"-"`
	Email           string     `json:"email"`
	Course          string     `json:"course"`
	ProgressPercent int        `json:"progress_percent"`
	AssignedAt      *time.Time `json:"assigned_at,omitempty"`
	CompletedAt     *time.Time `json:"completed_at,omitempty"`
}

// AuditAction is what was done to an object.
type AuditAction string

// The actions.
const (
	AuditCreate AuditAction = "create"
	AuditUpdate AuditAction = "update"
	AuditDelete AuditAction = "delete"
)

// AuditEvent is a line of the append-only log.
type AuditEvent struct {
	PartnerID  string
	ID         string // orders by time
	Time       time.Time
	RequestID  string
	Actor      string
	ActsFor    string
	SessionID  string // of the session at a customer in which it was done
	Action     AuditAction
	Kind       string
	ObjectID   string
	CustomerID string
	Before     json.RawMessage
	After      json.RawMessage
}

// MailStatus tells whether a mail was handed to a relay.
type MailStatus string

// The states of mails.
const (
	MailPending  MailStatus = "pending"
	MailSent     MailStatus = "sent"
	MailFailed   MailStatus = "failed"
	MailCanceled MailStatus = "canceled" // what it is about was over before it was sent
)

// Mail is a line of the transactional outbox.
type Mail struct {
	PartnerID string
	ID        string // orders by time
	Event     string
	To        string
	Subject   string
	Body      string // without the temporary password of an invitation, which nothing keeps
	Status    MailStatus
	CreatedAt time.Time

	PendingTo     string     // To, folded, while it is pending; then empty
	Attempts      int        // begun so far; tells who holds a mail at present
	NextAttemptAt *time.Time // nil unless it is the first that is pending to its address
	SentAt        *time.Time
	Reason        string // why it was not sent, or not yet
}

// AppliedSeed remembers a seed, so that a second start with it changes nothing.
type AppliedSeed struct {
	Hash      string // SHA-256 of the file, hex
	AppliedAt time.Time
}
