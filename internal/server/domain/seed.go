package domain

import "time"

// Seed is what a fresh database starts with: everything that partners do not make through the API. The file is JSON;
// internal/server/seed.schema.json describes it.
type Seed struct {
	Schema   string        `json:"$schema,omitempty"`
	Partners []SeedPartner `json:"partners"`
	DNSZone  []DNSRecord   `json:"dns_zone,omitempty"` // for the sandbox alone: what it takes for the DNS
}

// SeedPartner is a partner with all that belongs to it.
type SeedPartner struct {
	Partner
	Config           *SeedConfig           `json:"config,omitempty"`
	EmergencyContact *SeedEmergencyContact `json:"emergency_contact,omitempty"`
	Clients          []SeedClient          `json:"clients"`
	Directories      []SeedDirectory       `json:"directories,omitempty"`
	Users            []SeedUser            `json:"users"`
	PortalAdmins     []SeedPortalAdmin     `json:"portal_admins"`
	CustomRoles      []SeedRole            `json:"custom_roles,omitempty"`
	Domains          []SeedDomain          `json:"domains,omitempty"`
	Customers        []SeedCustomer        `json:"customers,omitempty"`
	Training         []Course              `json:"training,omitempty"`
}

// SeedConfig is the partner config.
type SeedConfig struct {
	OutboundIPs []string   `json:"outbound_ips,omitempty"`
	InboundIPs  []string   `json:"inbound_ips,omitempty"`
	Smarthost   *Smarthost `json:"smarthost,omitempty"`
}

// SeedEmergencyContact is the emergency contact.
type SeedEmergencyContact struct {
	Name            string   `json:"name"`
	Email           string   `json:"email"`
	Mobile          string   `json:"mobile"`
	Phone           string   `json:"phone,omitempty"`
	AlternateEmails []string `json:"alternate_emails,omitempty"`
}

// SeedClient is an API client of the partner.
type SeedClient struct {
	ID         string     `json:"client_id"`
	Secret     string     `json:"client_secret"`
	PortalRole PortalRole `json:"portal_role"`
	ActsFor    string     `json:"acts_for,omitempty"`
}

// SeedDirectory is a directory integration without its secret, which is written through the API. Nothing synchronizes it
// before.
type SeedDirectory struct {
	Name        string          `json:"name"`
	Type        DirectoryType   `json:"type"`
	Description string          `json:"description,omitempty"`
	LDAP        *LDAPSettings   `json:"ldap,omitempty"`
	Azure       *AzureSettings  `json:"azure,omitempty"`
	Google      *GoogleSettings `json:"google,omitempty"`
}

// SeedUser is a person in the partner's own account. Source is "manual" if left out; Directory names the integration that
// brought a user of source "directory".
type SeedUser struct {
	Email       string     `json:"email"`
	Name        string     `json:"name"`
	Phone       string     `json:"phone,omitempty"`
	AccountRole string     `json:"account_role,omitempty"`
	Source      UserSource `json:"source,omitempty"`
	Directory   string     `json:"directory,omitempty"`
	Aliases     []string   `json:"aliases,omitempty"`
}

// SeedPortalAdmin makes one of the users a portal admin. Status is "registered" if left out. Password is the person's own;
// who has none can be registered all the same, and prove nothing.
type SeedPortalAdmin struct {
	Email    string      `json:"email"`
	Role     PortalRole  `json:"role"`
	Status   AdminStatus `json:"status,omitempty"`
	Password string      `json:"password,omitempty"`
}

// SeedDomain is a domain of the partner; by TXT and pending if that is left out.
type SeedDomain struct {
	Name               string           `json:"name"`
	VerificationMethod ValidationMethod `json:"verification_method,omitempty"`
	Verified           bool             `json:"verified,omitempty"`
}

// SeedRole is a custom role.
type SeedRole struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Permissions []string `json:"permissions"`
}

// SeedCustomer is an account that exists already. Relationship is "referral" if left out; ID is made up if left out.
type SeedCustomer struct {
	ID                 string               `json:"id,omitempty"`
	Name               string               `json:"name"`
	Domain             string               `json:"domain"`
	InternalDomains    []string             `json:"internal_domains,omitempty"` // besides Domain
	Relationship       Relationship         `json:"relationship,omitempty"`
	Stage              Stage                `json:"stage,omitempty"`
	Country            string               `json:"country,omitempty"`
	Product            string               `json:"product,omitempty"`
	Seats              int                  `json:"seats,omitempty"`
	ExternalID         string               `json:"external_id,omitempty"`
	RequireSSO         bool                 `json:"require_sso,omitempty"`
	AllowedIPRanges    []string             `json:"allowed_ip_ranges,omitempty"`
	DeletionProtection *bool                `json:"deletion_protection,omitempty"` // true if left out
	CustomRoles        []SeedRole           `json:"custom_roles,omitempty"`
	BuiltinAdmin       *bool                `json:"builtin_admin,omitempty"` // of a managed customer; true if left out
	Users              []SeedCustomerUser   `json:"users,omitempty"`         // of a managed customer
	ExternalAdmins     []SeedExternalAdmin  `json:"external_admins,omitempty"`
	AccessRoles        []SeedAccessRole     `json:"access_roles,omitempty"`
	Contacts           []SeedContact        `json:"contacts,omitempty"`
	Invoices           []SeedInvoice        `json:"invoices,omitempty"`
	Clients            []SeedCustomerClient `json:"clients,omitempty"`
	CreatedAt          *time.Time           `json:"created_at,omitempty"`
}

// SeedCustomerUser is a user of the customer's account.
type SeedCustomerUser struct {
	Email string           `json:"email"`
	Name  string           `json:"name"`
	Role  CustomerUserRole `json:"role"`
}

// SeedExternalAdmin is a grant that exists already; a protected role is allowed here, since the seed plays the vendor's support.
type SeedExternalAdmin struct {
	Email     string     `json:"email"`
	Role      string     `json:"role"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"` // may have come already
}

// SeedAccessRole is an access role that was given already.
type SeedAccessRole struct {
	Role         AccessRoleName `json:"role"`
	NotifyEmails []string       `json:"notify_emails"`
	Members      []string       `json:"members,omitempty"` // e-mail addresses of partner users
}

// SeedContact is an authorized contact of the customer, one of its own decision makers for example.
type SeedContact struct {
	Email string   `json:"email"`
	Name  string   `json:"name"`
	Phone string   `json:"phone,omitempty"`
	Roles []string `json:"roles"`
}

// SeedCustomerClient is a customer's own API client.
type SeedCustomerClient struct {
	ID           string   `json:"client_id"`
	Secret       string   `json:"client_secret"`
	ContactRoles []string `json:"contact_roles"`
}
