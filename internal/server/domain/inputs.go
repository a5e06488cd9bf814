package domain

import "time"

// Inputs are what callers want an object to be. Pointers tell what was left out where that makes a difference;
// elsewhere the zero value means "left out".

// PartnerConfigInput is the whole partner config.
type PartnerConfigInput struct {
	OutboundIPs []string
	InboundIPs  []string
	Smarthost   *Smarthost
}

// EmergencyContactInput is the whole emergency contact.
type EmergencyContactInput struct {
	Name            string
	Email           string
	Mobile          string
	Phone           string
	AlternateEmails []string
}

// PartnerUserInput is a partner user. Email is the spelling to keep, by default that of the key.
type PartnerUserInput struct {
	Email       string
	Name        string
	Phone       string
	AccountRole string
}

// PortalAdminInput is a portal admin. Email is the spelling to keep, by default that of the key.
type PortalAdminInput struct {
	Email string
	Name  string
	Phone string
	Role  PortalRole
}

// CustomerInput is a customer.
type CustomerInput struct {
	Name               string
	Domain             string
	Stage              Stage // if empty, StageCustomer on creation and later as it is
	ImplementationLead string
	Seats              int // 0 for not said
	Product            string
	Country            string
	ExternalID         string
	AccountType        string // AccountTypeCustomer if empty; there is no other
	Enabled            *bool  // true if nil
	RequireSSO         *bool  // false if nil
	AllowedIPRanges    []string
	RFI                RFIInput
	DeletionProtection *bool // true if nil
}

// RFIInput is a Request for Information. What is nil is pre-filled from the partner config on creation and later as it is.
type RFIInput struct {
	OutboundIPs *[]string
	InboundIPs  *[]string
	Smarthost   *Smarthost
}

// ExternalAdminInput is an external administrator. Email is the spelling to keep, by default that of the key.
type ExternalAdminInput struct {
	Email     string
	Role      string
	ExpiresAt *time.Time // never if nil
}

// CustomerUserInput is a customer user. Email is the spelling to keep, by default that of the key.
type CustomerUserInput struct {
	Email string
	Name  string
	Role  CustomerUserRole
}

// RoleInput is a custom role.
type RoleInput struct {
	Description string
	Permissions []string
}

// AccessRoleInput is a partner access role.
type AccessRoleInput struct {
	NotifyEmails []string
}

// AccessGroupMemberInput is a member of an access group. Email is the spelling to keep, by default that of the key.
type AccessGroupMemberInput struct {
	Email string
}

// ContactInput is an authorized contact. Email is the spelling to keep, by default that of the key.
type ContactInput struct {
	Email string
	Name  string
	Phone string
	Roles []string
}

// Filters narrow lists. Zero values do not filter; e-mail addresses, domains and names compare without regard to case.

// PartnerUserFilter narrows a list of partner users.
type PartnerUserFilter struct {
	EmailDomain string
	Source      UserSource
}

// PortalAdminFilter narrows a list of portal admins.
type PortalAdminFilter struct {
	EmailDomain string
	Role        PortalRole
}

// CustomerFilter narrows a list of customers.
type CustomerFilter struct {
	Name         string
	Domain       string
	ExternalID   string
	Stage        Stage
	Relationship Relationship
	Enabled      *bool
}

// ExternalAdminFilter narrows a list of external administrators.
type ExternalAdminFilter struct {
	CustomerID  string
	Email       string
	Role        string
	EmailDomain string
}

// CustomerUserFilter narrows a list of customer users.
type CustomerUserFilter struct {
	CustomerID  string
	Email       string
	Role        CustomerUserRole
	EmailDomain string
}

// RoleFilter narrows a list of custom roles.
type RoleFilter struct {
	CustomerID string
}

// AccessRoleFilter narrows a list of partner access roles.
type AccessRoleFilter struct {
	CustomerID string
	Role       AccessRoleName
}

// AccessGroupMemberFilter narrows a list of members of access groups.
type AccessGroupMemberFilter struct {
	CustomerID  string
	Role        AccessRoleName
	Email       string
	EmailDomain string
}

// ContactFilter narrows a list of authorized contacts; Role is one of those that a contact has.
type ContactFilter struct {
	CustomerID  string
	Role        string
	Email       string
	EmailDomain string
}

// AuditFilter narrows the audit log. Since is inclusive, Until exclusive.
type AuditFilter struct {
	Kind       string
	Actor      string
	CustomerID string
	Since      *time.Time
	Until      *time.Time
}
