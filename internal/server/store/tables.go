package store

import "github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"

// tables declares every kind of rows: table name, how many of the first columns are the key, and the columns with the
// fields they keep. The schema is in migrations.
type tables struct {
	partners          *table[domain.Partner]
	partnerConfigs    *table[domain.PartnerConfig]
	emergencyContacts *table[domain.EmergencyContact]
	clients           *table[domain.Client]
	tokens            *table[domain.Token]
	answers           *table[domain.Answer]
	partnerUsers      *table[domain.PartnerUser]
	directories       *table[domain.Directory]
	portalAdmins      *table[domain.PortalAdmin]
	partnerDomains    *table[domain.PartnerDomain]
	credentials       *table[domain.PortalCredential]
	customers         *table[domain.Customer]
	roles             *table[domain.Role]
	customerUsers     *table[domain.CustomerUser]
	externalAdmins    *table[domain.ExternalAdmin]
	accessRoles       *table[domain.AccessRole]
	courses           *table[domain.Course]
	auditEvents       *table[domain.AuditEvent]
	outbox            *table[domain.Mail]
	appliedSeeds      *table[domain.AppliedSeed]

	accessGroupMembers *table[domain.AccessGroupMember]
	invoices           *table[domain.Invoice]
	authorizedContacts *table[domain.AuthorizedContact]
	customerSessions   *table[domain.CustomerSession]
}

func newTables(d dialect) *tables {
	return &tables{
		partners:          newTable(d, "partners", 1, partnerColumns),
		partnerConfigs:    newTable(d, "partner_configs", 1, partnerConfigColumns),
		emergencyContacts: newTable(d, "emergency_contacts", 1, emergencyContactColumns),
		clients:           newTable(d, "clients", 1, clientColumns),
		tokens:            newTable(d, "tokens", 1, tokenColumns),
		answers:           newTable(d, "answers", 2, answerColumns),
		partnerUsers:      newTable(d, "partner_users", 2, partnerUserColumns),
		directories:       newTable(d, "directories", 2, directoryColumns),
		portalAdmins:      newTable(d, "portal_admins", 2, portalAdminColumns),
		partnerDomains:    newTable(d, "partner_domains", 2, partnerDomainColumns),
		credentials:       newTable(d, "portal_credentials", 2, portalCredentialColumns),
		customers:         newTable(d, "customers", 1, customerColumns),
		roles:             newTable(d, "roles", 3, roleColumns),
		customerUsers:     newTable(d, "customer_users", 3, customerUserColumns),
		externalAdmins:    newTable(d, "external_admins", 3, externalAdminColumns),
		accessRoles:       newTable(d, "access_roles", 3, accessRoleColumns),
		courses:           newTable(d, "courses", 3, courseColumns),
		auditEvents:       newTable(d, "audit_events", 2, auditEventColumns),
		outbox:            newTable(d, "outbox", 2, mailColumns),
		appliedSeeds:      newTable(d, "applied_seeds", 1, appliedSeedColumns),

		accessGroupMembers: newTable(d, "access_group_members", 4, accessGroupMemberColumns),
		invoices:           newTable(d, "invoices", 3, invoiceColumns),
		authorizedContacts: newTable(d, "authorized_contacts", 3, authorizedContactColumns),
		customerSessions:   newTable(d, "customer_sessions", 1, customerSessionColumns),
	}
}

func partnerColumns(r *domain.Partner) []column {
	return []column{
		{"id", text(&r.ID)},
		{"name", text(&r.Name)},
		{"kind", text(&r.Kind)},
		{"contact", document(&r.Contact)},
		{"billing_contact", document(&r.BillingContact)},
		{"technical_status", text(&r.TechnicalStatus)},
		{"sales_status", text(&r.SalesStatus)},
		{"address", document(&r.Address)},
		{"products", document(&r.Products)},
	}
}

func partnerConfigColumns(r *domain.PartnerConfig) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"outbound_ips", document(&r.OutboundIPs)},
		{"inbound_ips", document(&r.InboundIPs)},
		{"smarthost", document(&r.Smarthost)},
		{"revision", text(&r.Revision)},
	}
}

func emergencyContactColumns(r *domain.EmergencyContact) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"name", text(&r.Name)},
		{"email", text(&r.Email)},
		{"mobile", text(&r.Mobile)},
		{"phone", text(&r.Phone)},
		{"alternate_emails", document(&r.AlternateEmails)},
		{"revision", text(&r.Revision)},
	}
}

func clientColumns(r *domain.Client) []column {
	return []column{
		{"id", text(&r.ID)},
		{"partner_id", text(&r.PartnerID)},
		{"portal_role", text(&r.PortalRole)},
		{"acts_for", text(&r.ActsFor)},
		{"customer_id", optionalText(&r.CustomerID)},
		{"contact_roles", document(&r.ContactRoles)},
		{"secret_hash", text(&r.SecretHash)},
	}
}

func tokenColumns(r *domain.Token) []column {
	return []column{
		{"hash", text(&r.Hash)},
		{"client_id", text(&r.ClientID)},
		{"scopes", document(&r.Scopes)},
		{"expires_at", instant(&r.ExpiresAt)},
		{"id", optionalText(&r.ID)},
		{"narrowed_to", text(&r.NarrowedTo)},
		{"ttl_seconds", integer(&r.TTLSeconds)},
		{"created_at", optionalInstant(&r.CreatedAt)},
	}
}

func answerColumns(r *domain.Answer) []column {
	return []column{
		{"client_id", text(&r.ClientID)},
		{"key", text(&r.Key)},
		{"fingerprint", text(&r.Fingerprint)},
		{"status", integer(&r.Status)},
		{"header", document(&r.Header)},
		{"body", blob(&r.Body)},
		{"expires_at", instant(&r.ExpiresAt)},
	}
}

func partnerUserColumns(r *domain.PartnerUser) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"email_key", text(&r.EmailKey)},
		{"email_domain", text(&r.EmailDomain)},
		{"email", text(&r.Email)},
		{"name", text(&r.Name)},
		{"phone", text(&r.Phone)},
		{"account_role", text(&r.AccountRole)},
		{"source", text(&r.Source)},
		{"directory", text(&r.Directory)},
		{"disabled", boolean(&r.Disabled)},
		{"aliases", document(&r.Aliases)},
		{"revision", text(&r.Revision)},
	}
}

func directoryColumns(r *domain.Directory) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"name", text(&r.Name)},
		{"type", text(&r.Type)},
		{"description", text(&r.Description)},
		{"sync_enabled", boolean(&r.SyncEnabled)},
		{"ldap", document(&r.LDAP)},
		{"azure", document(&r.Azure)},
		{"google", document(&r.Google)},
		{"sealed_secret", blob(&r.SealedSecret)},
		{"secret_changed_at", optionalInstant(&r.SecretChangedAt)},
		{"revision", text(&r.Revision)},
		{"outcome", text(&r.Outcome)},
		{"user_count", integer(&r.UserCount)},
		{"last_sync_at", optionalInstant(&r.LastSyncAt)},
		{"last_sync", document(&r.LastSync)},
		{"sync_due_at", optionalInstant(&r.SyncDueAt)},
		{"lease_id", text(&r.LeaseID)},
		{"lease_until", optionalInstant(&r.LeaseUntil)},
	}
}

func portalAdminColumns(r *domain.PortalAdmin) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"email_key", text(&r.EmailKey)},
		{"email_domain", text(&r.EmailDomain)},
		{"email", text(&r.Email)},
		{"name", text(&r.Name)},
		{"phone", text(&r.Phone)},
		{"role", text(&r.Role)},
		{"status", text(&r.Status)},
		{"revision", text(&r.Revision)},
	}
}

func partnerDomainColumns(r *domain.PartnerDomain) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"name_key", text(&r.NameKey)},
		{"name", text(&r.Name)},
		{"verification_method", text(&r.VerificationMethod)},
		{"verification_status", text(&r.VerificationStatus)},
		{"record", document(&r.Record)},
		{"expires_at", optionalInstant(&r.ExpiresAt)},
		{"accepted_by", text(&r.AcceptedBy)},
		{"verified_at", optionalInstant(&r.VerifiedAt)},
		{"last_check", document(&r.LastCheck)},
		{"checks", integer(&r.Checks)},
		{"next_check_at", optionalInstant(&r.NextCheckAt)},
		{"revision", text(&r.Revision)},
	}
}

func portalCredentialColumns(r *domain.PortalCredential) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"email_key", text(&r.EmailKey)},
		{"invitation_id", text(&r.InvitationID)},
		{"temporary", document(&r.Temporary)},
		{"password_hash", text(&r.PasswordHash)},
		{"wrong_tries", integer(&r.WrongTries)},
		{"blocked_until", optionalInstant(&r.BlockedUntil)},
	}
}

func customerColumns(r *domain.Customer) []column {
	return []column{
		{"id", text(&r.ID)},
		{"partner_id", text(&r.PartnerID)},
		{"name", text(&r.Name)},
		{"name_key", text(&r.NameKey)},
		{"domain", text(&r.Domain)},
		{"domain_key", text(&r.DomainKey)},
		{"internal_domains", document(&r.InternalDomains)},
		{"stage", text(&r.Stage)},
		{"implementation_lead", text(&r.ImplementationLead)},
		{"implementation_lead_key", text(&r.ImplementationLeadKey)},
		{"seats", integer(&r.Seats)},
		{"product", text(&r.Product)},
		{"country", text(&r.Country)},
		{"external_id", optionalText(&r.ExternalID)},
		{"enabled", boolean(&r.Enabled)},
		{"require_sso", boolean(&r.RequireSSO)},
		{"allowed_ip_ranges", document(&r.AllowedIPRanges)},
		{"rfi", document(&r.RFI)},
		{"deletion_protection", boolean(&r.DeletionProtection)},
		{"relationship", text(&r.Relationship)},
		{"admin_username", text(&r.AdminUsername)},
		{"created_at", instant(&r.CreatedAt)},
		{"revision", text(&r.Revision)},
	}
}

func roleColumns(r *domain.Role) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"name", text(&r.Name)},
		{"description", text(&r.Description)},
		{"permissions", document(&r.Permissions)},
		{"builtin", boolean(&r.Builtin)},
		{"editable", boolean(&r.Editable)},
		{"content_protected", boolean(&r.ContentProtected)},
		{"assignable", boolean(&r.Assignable)},
		{"revision", text(&r.Revision)},
	}
}

func customerUserColumns(r *domain.CustomerUser) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"email_key", text(&r.EmailKey)},
		{"email_domain", text(&r.EmailDomain)},
		{"email", text(&r.Email)},
		{"name", text(&r.Name)},
		{"role", text(&r.Role)},
		{"revision", text(&r.Revision)},
	}
}

func externalAdminColumns(r *domain.ExternalAdmin) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"email_key", text(&r.EmailKey)},
		{"email_domain", text(&r.EmailDomain)},
		{"email", text(&r.Email)},
		{"role", text(&r.Role)},
		{"content_protected", boolean(&r.ContentProtected)},
		{"expires_at", optionalInstant(&r.ExpiresAt)},
		{"expiry_due", optionalInstant(&r.ExpiryDue)},
		{"revision", text(&r.Revision)},
	}
}

func accessRoleColumns(r *domain.AccessRole) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"role", text(&r.Role)},
		{"notify_emails", document(&r.NotifyEmails)},
		{"group_name", text(&r.GroupName)},
		{"granted_at", instant(&r.GrantedAt)},
		{"revision", text(&r.Revision)},
	}
}

func accessGroupMemberColumns(r *domain.AccessGroupMember) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"role", text(&r.Role)},
		{"email_key", text(&r.EmailKey)},
		{"email_domain", text(&r.EmailDomain)},
		{"email", text(&r.Email)},
		{"group_name", text(&r.GroupName)},
		{"added_at", instant(&r.AddedAt)},
		{"revision", text(&r.Revision)},
	}
}

func invoiceColumns(r *domain.Invoice) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"number", text(&r.Number)},
		{"issued_on", text(&r.IssuedOn)},
		{"due_on", text(&r.DueOn)},
		{"paid_on", text(&r.PaidOn)},
		{"amount", text(&r.Amount)},
		{"currency", text(&r.Currency)},
	}
}

func authorizedContactColumns(r *domain.AuthorizedContact) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"email_key", text(&r.EmailKey)},
		{"email_domain", text(&r.EmailDomain)},
		{"email", text(&r.Email)},
		{"name", text(&r.Name)},
		{"phone", text(&r.Phone)},
		{"decision_maker", boolean(&r.DecisionMaker)},
		{"phone_manager", boolean(&r.PhoneManager)},
		{"billing_contact", boolean(&r.BillingContact)},
		{"technical_contact", boolean(&r.TechnicalContact)},
		{"emergency_contact", boolean(&r.EmergencyContact)},
		{"revision", text(&r.Revision)},
	}
}

func customerSessionColumns(r *domain.CustomerSession) []column {
	return []column{
		{"id", text(&r.ID)},
		{"partner_id", text(&r.PartnerID)},
		{"customer_id", text(&r.CustomerID)},
		{"token_hash", text(&r.TokenHash)},
		{"client_id", text(&r.ClientID)},
		{"email_key", text(&r.EmailKey)},
		{"email", text(&r.Email)},
		{"mode", text(&r.Mode)},
		{"ttl_seconds", integer(&r.TTLSeconds)},
		{"opened_at", instant(&r.OpenedAt)},
		{"expires_at", instant(&r.ExpiresAt)},
	}
}

func courseColumns(r *domain.Course) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"email_key", text(&r.EmailKey)},
		{"course", text(&r.Course)},
		{"email", text(&r.Email)},
		{"progress_percent", integer(&r.ProgressPercent)},
		{"assigned_at", optionalInstant(&r.AssignedAt)},
		{"completed_at", optionalInstant(&r.CompletedAt)},
	}
}

func auditEventColumns(r *domain.AuditEvent) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"id", text(&r.ID)},
		{"time", instant(&r.Time)},
		{"request_id", text(&r.RequestID)},
		{"actor", text(&r.Actor)},
		{"acts_for", text(&r.ActsFor)},
		{"action", text(&r.Action)},
		{"kind", text(&r.Kind)},
		{"object_id", text(&r.ObjectID)},
		{"customer_id", text(&r.CustomerID)},
		{"session_id", text(&r.SessionID)},
		{"before", raw(&r.Before)},
		{"after", raw(&r.After)},
	}
}

// TO is a reserved word, hence recipient.
func mailColumns(r *domain.Mail) []column {
	return []column{
		{"partner_id", text(&r.PartnerID)},
		{"id", text(&r.ID)},
		{"event", text(&r.Event)},
		{"recipient", text(&r.To)},
		{"subject", text(&r.Subject)},
		{"body", text(&r.Body)},
		{"status", text(&r.Status)},
		{"created_at", instant(&r.CreatedAt)},
		{"pending_to", optionalText(&r.PendingTo)},
		{"attempts", integer(&r.Attempts)},
		{"next_attempt_at", optionalInstant(&r.NextAttemptAt)},
		{"sent_at", optionalInstant(&r.SentAt)},
		{"reason", text(&r.Reason)},
	}
}

func appliedSeedColumns(r *domain.AppliedSeed) []column {
	return []column{
		{"hash", text(&r.Hash)},
		{"applied_at", instant(&r.AppliedAt)},
	}
}
