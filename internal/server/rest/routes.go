package rest

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Route is one operation of the contract.
type Route struct {
	OperationID string
	Method      string
	Path        string // as in the contract
	Kind        Kind
	// Scopes of which the caller needs one, as the contract says it; the domain judges. ByRule among them: callers
	// without may be let in too. None at all: every token will do.
	Scopes  []domain.Scope
	handle  handler
	filters []Parameter
}

// handler does the work of an operation.
type handler func(context.Context, *call) (answer, error)

// ByRule stands in Route.Scopes for callers that a rule of the domain lets in without a scope.
const ByRule domain.Scope = ""

// Kind is what operations have in common.
type Kind struct {
	open        bool // nobody needs to sign in
	write       bool
	body        bool // it takes a JSON body
	batch       bool
	secret      bool // the body may hold one
	ifMatch     bool
	ifNoneMatch bool
	outside     bool // it asks others than the database, so it can't run within a transaction; doing it again does no harm
	unkept      bool // its answer may be a secret, which is not kept; what is done again ends by itself
	parameters  []Parameter
}

// The kinds of operations.
var (
	open   = Kind{open: true}
	read   = Kind{}
	list   = Kind{parameters: []Parameter{pageSize, pageToken}}
	create = Kind{write: true, body: true, parameters: []Parameter{validateOnly}}
	batch  = Kind{write: true, body: true, batch: true, parameters: []Parameter{validateOnly}}
	put    = Kind{write: true, body: true, ifMatch: true, ifNoneMatch: true, parameters: []Parameter{validateOnly}}
	// putSecret is a put whose body may hold a secret.
	putSecret = Kind{write: true, body: true, secret: true, ifMatch: true, ifNoneMatch: true, parameters: []Parameter{validateOnly}}
	change    = Kind{write: true, body: true, ifMatch: true, parameters: []Parameter{validateOnly}} // a put that never creates
	remove    = Kind{write: true, ifMatch: true, parameters: []Parameter{validateOnly}}
	act       = Kind{write: true, parameters: []Parameter{validateOnly}}                           // on an object: its path ends in ":" and the action
	issue     = Kind{write: true, body: true, unkept: true, parameters: []Parameter{validateOnly}} // what ends by itself, with its secret
	keep      = Kind{write: true, unkept: true, parameters: []Parameter{validateOnly}}             // or end what issue has made
	look      = Kind{write: true, outside: true, parameters: []Parameter{validateOnly}}            // an action that only looks elsewhere
)

// action tells whether the route is an action on an object, and which.
func (r *Route) action() (object, action string, ok bool) {
	object, action, ok = strings.Cut(r.Path, "}:")
	return object + "}", action, ok
}

// repeats tells whether a repeated request gets its first answer again, by its idempotency key.
func (k Kind) repeats() bool { return !k.outside && !k.unkept }

// Routes are all operations, in the order of the contract.
func Routes() []Route {
	return []Route{
		{"createToken", http.MethodPost, "/oauth/token", open, nil, createToken, nil},
		{"getCurrentClient", http.MethodGet, "/v1/me", read, nil, getCurrentClient, nil},

		{"createAccessToken", http.MethodPost, "/v1/access-tokens", issue, nil, createAccessToken, nil},
		{"deleteAccessToken", http.MethodDelete, "/v1/access-tokens/{token_id}", keep, nil, deleteAccessToken, nil},
		{"renewAccessToken", http.MethodPost, "/v1/access-tokens/{token_id}:renew", keep, nil, renewAccessToken, nil},

		{"getPartner", http.MethodGet, "/v1/partner", read, catalogueRead, getPartner, nil},
		{"getPartnerConfig", http.MethodGet, "/v1/partner/config", read, partnerManage, getPartnerConfig, nil},
		{"putPartnerConfig", http.MethodPut, "/v1/partner/config", change, partnerManage, putPartnerConfig, nil},
		{"deletePartnerConfig", http.MethodDelete, "/v1/partner/config", remove, partnerManage, deletePartnerConfig, nil},
		{"getEmergencyContact", http.MethodGet, "/v1/partner/emergency-contact", read, partnerManage, getEmergencyContact, nil},
		{"putEmergencyContact", http.MethodPut, "/v1/partner/emergency-contact", put, partnerManage, putEmergencyContact, nil},
		{"deleteEmergencyContact", http.MethodDelete, "/v1/partner/emergency-contact", remove, partnerManage, deleteEmergencyContact, nil},
		{"listPortalRoles", http.MethodGet, "/v1/portal-roles", read, catalogueRead, listPortalRoles, nil},
		{"listPartnerRoles", http.MethodGet, "/v1/roles", read, catalogueRead, listPartnerRoles, nil},
		{"getPartnerRole", http.MethodGet, "/v1/roles/{role_name}", read, catalogueRead, getRole, nil},
		{"putPartnerRole", http.MethodPut, "/v1/roles/{role_name}", put, partnerManage, putRole, nil},
		{"deletePartnerRole", http.MethodDelete, "/v1/roles/{role_name}", remove, partnerManage, deleteRole, nil},
		{"listCustomRoles", http.MethodGet, "/v1/custom-roles", list, catalogueRead, listCustomRoles, []Parameter{byCustomerID}},
		{"listTraining", http.MethodGet, "/v1/training", list, anyOf(domain.ScopeTrainingRead), listTraining, nil},

		{"listPartnerUsers", http.MethodGet, "/v1/partner-users", list, partnerUsersManage, listPartnerUsers, []Parameter{byEmailDomain, bySource}},
		{"getPartnerUser", http.MethodGet, "/v1/partner-users/{email}", read, partnerUsersManage, getPartnerUser, nil},
		{"putPartnerUser", http.MethodPut, "/v1/partner-users/{email}", put, partnerUsersManage, putPartnerUser, nil},
		{"deletePartnerUser", http.MethodDelete, "/v1/partner-users/{email}", remove, partnerUsersManage, deletePartnerUser, nil},

		{"listDirectories", http.MethodGet, "/v1/directories", list, partnerManage, listDirectories, nil},
		{"getDirectory", http.MethodGet, "/v1/directories/{name}", read, partnerManage, getDirectory, nil},
		{"putDirectory", http.MethodPut, "/v1/directories/{name}", putSecret, partnerManage, putDirectory, nil},
		{"deleteDirectory", http.MethodDelete, "/v1/directories/{name}", remove, partnerManage, deleteDirectory, nil},
		{"syncDirectory", http.MethodPost, "/v1/directories/{name}:sync", act, partnerManage, syncDirectory, nil},

		{"listPortalAdmins", http.MethodGet, "/v1/portal-admins", list, partnerManage, listPortalAdmins, []Parameter{byEmailDomain, byPortalRole}},
		{"batchPortalAdmins", http.MethodPost, "/v1/portal-admins:batch", batch, partnerManage, batchPortalAdmins, nil},
		{"getPortalAdmin", http.MethodGet, "/v1/portal-admins/{email}", read, partnerManage, getPortalAdmin, nil},
		{"putPortalAdmin", http.MethodPut, "/v1/portal-admins/{email}", put, partnerManage, putPortalAdmin, nil},
		{"deletePortalAdmin", http.MethodDelete, "/v1/portal-admins/{email}", remove, partnerManage, deletePortalAdmin, nil},
		{"invitePortalAdmin", http.MethodPost, "/v1/portal-admins/{email}:invite", act, partnerManage, invitePortalAdmin, nil},
		{"registerPortalAdmin", http.MethodPost, "/v1/portal-admins/{email}:register", open, nil, registerPortalAdmin, nil},

		{"listDomains", http.MethodGet, "/v1/domains", list, partnerManage, listDomains, []Parameter{byDomainStatus}},
		{"getDomain", http.MethodGet, "/v1/domains/{name}", read, partnerManage, getDomain, nil},
		{"putDomain", http.MethodPut, "/v1/domains/{name}", put, partnerManage, putDomain, nil},
		{"deleteDomain", http.MethodDelete, "/v1/domains/{name}", remove, partnerManage, deleteDomain, nil},
		{"verifyDomain", http.MethodPost, "/v1/domains/{name}:verify", look, partnerManage, verifyDomain, nil},
		{"renewDomain", http.MethodPost, "/v1/domains/{name}:renew", act, partnerManage, renewDomain, nil},

		{"listCustomers", http.MethodGet, "/v1/customers", list, customersSee, listCustomers, []Parameter{byName, byDomain, byExternalID, byStage, byRelationship, byEnabled}},
		{"createCustomer", http.MethodPost, "/v1/customers", create, anyOf(domain.ScopeProspectsCreate), createCustomer, nil},
		{"getCustomer", http.MethodGet, "/v1/customers/{customer_id}", read, customersSee, getCustomer, nil},
		{"putCustomer", http.MethodPut, "/v1/customers/{customer_id}", change, customersSee, putCustomer, nil},
		{"deleteCustomer", http.MethodDelete, "/v1/customers/{customer_id}", remove, customersSee, deleteCustomer, []Parameter{force}},
		{"listCustomerRoles", http.MethodGet, "/v1/customers/{customer_id}/roles", read, catalogueRead, listCustomerRoles, nil},
		{"getCustomerRole", http.MethodGet, "/v1/customers/{customer_id}/roles/{role_name}", read, catalogueRead, getRole, nil},
		{"putCustomerRole", http.MethodPut, "/v1/customers/{customer_id}/roles/{role_name}", put, orByRule(externalAdminsManage), putRole, nil},
		{"deleteCustomerRole", http.MethodDelete, "/v1/customers/{customer_id}/roles/{role_name}", remove, orByRule(externalAdminsManage), deleteRole, nil},

		{"listCustomerUsers", http.MethodGet, "/v1/customer-users", list, orByRule(customerUsersManage), listCustomerUsers, []Parameter{byCustomerID, byEmail, byUserRole, byEmailDomain}},
		{"batchCustomerUsers", http.MethodPost, "/v1/customer-users:batch", batch, orByRule(customerUsersManage), batchCustomerUsers, nil},
		{"listUsersOfCustomer", http.MethodGet, "/v1/customers/{customer_id}/users", list, orByRule(customerUsersManage), listUsersOfCustomer, nil},
		{"getCustomerUser", http.MethodGet, "/v1/customers/{customer_id}/users/{email}", read, orByRule(customerUsersManage), getCustomerUser, nil},
		{"putCustomerUser", http.MethodPut, "/v1/customers/{customer_id}/users/{email}", put, orByRule(customerUsersManage), putCustomerUser, nil},
		{"deleteCustomerUser", http.MethodDelete, "/v1/customers/{customer_id}/users/{email}", remove, orByRule(customerUsersManage), deleteCustomerUser, nil},

		{"listCustomerSessions", http.MethodGet, "/v1/customers/{customer_id}/sessions", list, customersSignIn, listCustomerSessions, nil},
		{"openCustomerSession", http.MethodPost, "/v1/customers/{customer_id}/sessions", issue, customersSignIn, openCustomerSession, nil},
		{"getCustomerSession", http.MethodGet, "/v1/customers/{customer_id}/sessions/{session_id}", read, customersSignIn, getCustomerSession, nil},
		{"closeCustomerSession", http.MethodDelete, "/v1/customers/{customer_id}/sessions/{session_id}", keep, customersSignIn, closeCustomerSession, nil},
		{"renewCustomerSession", http.MethodPost, "/v1/customers/{customer_id}/sessions/{session_id}:renew", keep, customersSignIn, renewCustomerSession, nil},
		{"createCustomerToken", http.MethodPost, "/v1/customers/{customer_id}/api-tokens", issue, nil, createCustomerToken, nil},

		{"listExternalAdmins", http.MethodGet, "/v1/external-admins", list, externalAdminsManage, listExternalAdmins, []Parameter{byCustomerID, byEmail, byAccountRole, byEmailDomain}},
		{"batchExternalAdmins", http.MethodPost, "/v1/external-admins:batch", batch, externalAdminsManage, batchExternalAdmins, nil},
		{"listCustomerExternalAdmins", http.MethodGet, "/v1/customers/{customer_id}/external-admins", list, orByRule(externalAdminsManage), listCustomerExternalAdmins, nil},
		{"getExternalAdmin", http.MethodGet, "/v1/customers/{customer_id}/external-admins/{email}", read, orByRule(externalAdminsManage), getExternalAdmin, nil},
		{"putExternalAdmin", http.MethodPut, "/v1/customers/{customer_id}/external-admins/{email}", put, orByRule(externalAdminsManage), putExternalAdmin, nil},
		{"deleteExternalAdmin", http.MethodDelete, "/v1/customers/{customer_id}/external-admins/{email}", remove, externalAdminsManage, deleteExternalAdmin, nil},

		{"getEffectiveAccess", http.MethodGet, "/v1/customers/{customer_id}/effective-access", read, externalAdminsManage, getEffectiveAccess, []Parameter{ofEmail, bySourceIP, byVia}},

		{"listAccessRoles", http.MethodGet, "/v1/access-roles", list, accessRolesManage, listAccessRoles, []Parameter{byCustomerID, byAccessRole}},
		{"listAccessGroups", http.MethodGet, "/v1/access-groups", list, accessRolesManage, listAccessGroups, []Parameter{byCustomerID, byAccessRole}},
		{"listCustomerAccessRoles", http.MethodGet, "/v1/customers/{customer_id}/access-roles", list, orByRule(accessRolesManage), listCustomerAccessRoles, nil},
		{"getAccessRole", http.MethodGet, "/v1/customers/{customer_id}/access-roles/{role}", read, orByRule(accessRolesManage), getAccessRole, nil},
		{"putAccessRole", http.MethodPut, "/v1/customers/{customer_id}/access-roles/{role}", put, orByRule(accessRolesManage), putAccessRole, nil},
		{"deleteAccessRole", http.MethodDelete, "/v1/customers/{customer_id}/access-roles/{role}", remove, orByRule(accessRolesManage), deleteAccessRole, nil},

		{"listAccessGroupMembers", http.MethodGet, "/v1/access-group-members", list, accessGroupMembersManage, listAccessGroupMembers, []Parameter{byCustomerID, byAccessRole, byEmail, byEmailDomain}},
		{"listAccessRoleMembers", http.MethodGet, "/v1/customers/{customer_id}/access-roles/{role}/members", list, accessGroupMembersManage, listAccessRoleMembers, nil},
		{"getAccessGroupMember", http.MethodGet, "/v1/customers/{customer_id}/access-roles/{role}/members/{email}", read, accessGroupMembersManage, getAccessGroupMember, nil},
		{"putAccessGroupMember", http.MethodPut, "/v1/customers/{customer_id}/access-roles/{role}/members/{email}", put, accessGroupMembersManage, putAccessGroupMember, nil},
		{"deleteAccessGroupMember", http.MethodDelete, "/v1/customers/{customer_id}/access-roles/{role}/members/{email}", remove, accessGroupMembersManage, deleteAccessGroupMember, nil},
		{"listAuthorizedContacts", http.MethodGet, "/v1/authorized-contacts", list, accessRolesManage, listAuthorizedContacts, []Parameter{byCustomerID, byContactRole, byEmail, byEmailDomain}},
		{"listContactsOfCustomer", http.MethodGet, "/v1/customers/{customer_id}/contacts", list, orByRule(accessRolesManage), listContactsOfCustomer, nil},
		{"getAuthorizedContact", http.MethodGet, "/v1/customers/{customer_id}/contacts/{email}", read, orByRule(accessRolesManage), getAuthorizedContact, nil},
		{"putAuthorizedContact", http.MethodPut, "/v1/customers/{customer_id}/contacts/{email}", put, orByRule(accessRolesManage), putAuthorizedContact, nil},
		{"deleteAuthorizedContact", http.MethodDelete, "/v1/customers/{customer_id}/contacts/{email}", remove, orByRule(accessRolesManage), deleteAuthorizedContact, nil},
		{"listInvoices", http.MethodGet, "/v1/customers/{customer_id}/invoices", list, orByRule(accessRolesManage), listInvoices, nil},

		{"listAuditEvents", http.MethodGet, "/v1/audit-events", list, auditRead, listAuditEvents, []Parameter{byKind, byActor, byCustomerID, bySince, byUntil}},
		{"listOutbox", http.MethodGet, "/v1/outbox", list, auditRead, listOutbox, nil},

		{"getContract", http.MethodGet, "/openapi.yaml", open, nil, getContract, nil},
		{"getHealth", http.MethodGet, "/healthz", open, nil, getHealth, nil},
		{"getReadiness", http.MethodGet, "/readyz", open, nil, getReadiness, nil},
		{"getMetrics", http.MethodGet, "/metrics", open, nil, getMetrics, nil},
	}
}

var (
	auditRead            = anyOf(domain.ScopeAuditRead)
	accessRolesManage    = anyOf(domain.ScopeAccessRolesManage)
	catalogueRead        = anyOf(domain.ScopeCatalogueRead)
	customersSignIn      = anyOf(domain.ScopeCustomersSignIn)
	customersSee         = anyOf(domain.ScopeCustomersManage, domain.ScopeProspectsCreate)
	customerUsersManage  = anyOf(domain.ScopeCustomerUsersManage)
	externalAdminsManage = anyOf(domain.ScopeExternalAdminsManage)
	partnerManage        = anyOf(domain.ScopePartnerManage)
	partnerUsersManage   = anyOf(domain.ScopePartnerUsersManage)

	accessGroupMembersManage = anyOf(domain.ScopeAccessGroupMembersManage)
)

func anyOf(scopes ...domain.Scope) []domain.Scope { return scopes }

func orByRule(scopes []domain.Scope) []domain.Scope { return append(slices.Clone(scopes), ByRule) }

// Parameter is a query parameter.
type Parameter struct {
	Name  string
	takes func(string) bool
	want  string // completes "must be ..."
}

// Parameters are the query parameters that the route takes.
func (r *Route) Parameters() []Parameter { return slices.Concat(r.filters, r.Kind.parameters) }

var (
	pageSize     = Parameter{"page_size", isPageSize, "a number from 1 to " + strconv.Itoa(api.MaxPageSize)}
	pageToken    = anyText("page_token")
	validateOnly = boolean("validate_only")
	force        = boolean("force")
	byEnabled    = boolean("enabled")

	byAccountRole = anyText("role")
	byActor       = anyText("actor")
	byCustomerID  = anyText("customer_id")
	byDomain      = anyText("domain")
	byEmail       = anyText("email")
	byEmailDomain = anyText("email_domain")
	byExternalID  = anyText("external_id")
	byKind        = anyText("kind")
	byName        = anyText("name")

	byAccessRole   = oneOf("role", api.AccessRoleName.Valid, "decision_maker or phone_manager")
	byContactRole  = oneOf("role", api.ContactRole.Valid, "a contact role, such as decision_maker")
	byDomainStatus = oneOf("status", api.DomainStatus.Valid, "pending, verified or expired")
	byPortalRole   = oneOf("role", api.PortalRoleName.Valid, "a portal role; /v1/portal-roles lists them")
	byRelationship = oneOf("relationship", api.Relationship.Valid, "managed or referral")
	bySource       = oneOf("source", api.UserSource.Valid, "manual or directory")
	byStage        = oneOf("stage", api.Stage.Valid, "prospect or customer")
	byUserRole     = oneOf("role", api.CustomerUserRole.Valid, "a role of customer users, such as master_admin")

	bySince = moment("since")
	byUntil = moment("until")
)

func anyText(name string) Parameter {
	return Parameter{name, func(string) bool { return true }, ""}
}

func boolean(name string) Parameter {
	return Parameter{name, func(s string) bool { return s == "true" || s == "false" }, "true or false"}
}

func oneOf[T ~string](name string, valid func(T) bool, want string) Parameter {
	return Parameter{name, func(s string) bool { return valid(T(s)) }, want}
}

func moment(name string) Parameter {
	takes := func(s string) bool {
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	}
	return Parameter{name, takes, "a time in RFC 3339 format, such as 2026-01-31T12:00:00Z"}
}

func isPageSize(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= api.MaxPageSize && s == strconv.Itoa(n)
}
