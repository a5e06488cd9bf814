package domain

import "slices"

// PortalRole is what a person or API client may do in the partner portal; exactly one each.
type PortalRole string

// The portal roles.
const (
	RoleAdministrator      PortalRole = "msp_administrator"
	RoleHelpdesk           PortalRole = "msp_helpdesk"
	RoleImplementationLead PortalRole = "msp_implementation_lead"
	RoleProspects          PortalRole = "msp_prospects"
	RoleSales              PortalRole = "msp_sales"
)

// Scope is a right to do one kind of thing. Portal roles are sets of scopes, tokens carry them.
type Scope string

// The scopes, one for each row of the role table; users of a managed customer make two, since some roles may manage all but
// master admins.
const (
	ScopeCustomersManage          Scope = "customers.manage"
	ScopeProspectsCreate          Scope = "prospects.create"
	ScopeOrdersPlace              Scope = "orders.place"
	ScopeOrdersLead               Scope = "orders.lead"
	ScopeOrdersUpgrade            Scope = "orders.upgrade"
	ScopePartnerManage            Scope = "partner.manage"
	ScopePartnerUsersManage       Scope = "partner_users.manage"
	ScopeExternalAdminsManage     Scope = "external_admins.manage"
	ScopeCustomerUsersManage      Scope = "customer_users.manage"
	ScopeMasterAdminsManage       Scope = "master_admins.manage"
	ScopeAccessRolesManage        Scope = "access_roles.manage"
	ScopeAccessGroupMembersManage Scope = "access_group_members.manage"
	ScopeCustomersSignIn          Scope = "customers.sign_in"
	ScopeAuditRead                Scope = "audit.read"
	ScopeTrainingRead             Scope = "training.read"
	ScopeCatalogueRead            Scope = "catalogue.read"
)

// PortalRoleInfo is a portal role as the catalogue shows it.
type PortalRoleInfo struct {
	Name        PortalRole
	Description string
}

// PortalRoles are the portal roles in the order of the role table.
var PortalRoles = []PortalRoleInfo{
	{RoleAdministrator, "Manages everything of the partner: configuration, people, customers and who may enter them."},
	{RoleHelpdesk, "Looks after existing customers and their users, and may sign in to them."},
	{RoleImplementationLead, "Leads the implementation of orders, creates prospects, looks after existing customers and their users, and may sign in to them."},
	{RoleProspects, "Creates and manages prospects, and sees no other customers."},
	{RoleSales, "Creates prospects, places orders and upgrades, looks after existing customers, and may sign in to them."},
}

// RoleTable is the specification of what each portal role may do; what it does not name is denied.
var RoleTable = map[Scope][]PortalRole{
	ScopeCustomersManage:          {RoleAdministrator, RoleHelpdesk, RoleImplementationLead, RoleSales},
	ScopeProspectsCreate:          {RoleAdministrator, RoleImplementationLead, RoleProspects, RoleSales},
	ScopeOrdersPlace:              {RoleAdministrator, RoleSales},
	ScopeOrdersLead:               {RoleAdministrator, RoleImplementationLead},
	ScopeOrdersUpgrade:            {RoleAdministrator, RoleSales},
	ScopePartnerManage:            {RoleAdministrator},
	ScopePartnerUsersManage:       {RoleAdministrator}, // and NFR users whose account role manages users, see Actor
	ScopeExternalAdminsManage:     {RoleAdministrator},
	ScopeCustomerUsersManage:      {RoleAdministrator, RoleHelpdesk, RoleImplementationLead},
	ScopeMasterAdminsManage:       {RoleAdministrator}, // besides ScopeCustomerUsersManage
	ScopeAccessRolesManage:        {RoleAdministrator},
	ScopeAccessGroupMembersManage: {RoleAdministrator},
	ScopeCustomersSignIn:          {RoleAdministrator, RoleHelpdesk, RoleImplementationLead, RoleSales},
	ScopeAuditRead:                {RoleAdministrator},
	ScopeTrainingRead:             {RoleAdministrator},
	ScopeCatalogueRead:            {RoleAdministrator, RoleHelpdesk, RoleImplementationLead, RoleProspects, RoleSales},
}

// ScopesOf are the scopes of a portal role, sorted.
func ScopesOf(role PortalRole) []Scope {
	var scopes []Scope
	for scope, roles := range RoleTable {
		if slices.Contains(roles, role) {
			scopes = append(scopes, scope)
		}
	}
	slices.Sort(scopes)
	return scopes
}

// Names of built-in roles of customer accounts and of the partner's own account.
const (
	AccountSuperAdministrator   = "super_administrator"
	AccountPartnerAdministrator = "partner_administrator"
	AccountFullAdministrator    = "full_administrator"
	AccountDiscoveryOfficer     = "discovery_officer"
	AccountBasicAdministrator   = "basic_administrator"
)

// permissionUsersManage is the permission of an account role that lets an NFR user add partner users.
const permissionUsersManage = "users.manage"

// AccountPermissions are what an account role can be made of.
var AccountPermissions = []string{
	"account.read", "account.manage", "content.read", "content.search", "messages.read", "messages.track",
	"policies.read", "policies.manage", "reports.read", "roles.manage", permissionUsersManage, "users.read",
}

// BuiltinAccountRoles are the roles that every account has.
var BuiltinAccountRoles = []Role{
	{
		Name: AccountSuperAdministrator, Description: "Everything, protected content included.", Builtin: true, ContentProtected: true,
		Permissions: AccountPermissions,
	},
	{
		Name: AccountPartnerAdministrator, Description: "For partners of kind msp: administers the account and may add further partner administrators.", Builtin: true, Assignable: true,
		Permissions: []string{"account.manage", "account.read", "messages.track", "policies.manage", "policies.read", "reports.read", "users.manage", "users.read"},
	},
	{
		Name: AccountFullAdministrator, Description: "Administers the account and sees protected content.", Builtin: true, Editable: true, ContentProtected: true,
		Permissions: []string{"account.manage", "account.read", "content.read", "messages.read", "messages.track", "policies.manage", "policies.read", "reports.read", "roles.manage", "users.manage", "users.read"},
	},
	{
		Name: AccountDiscoveryOfficer, Description: "Searches and reads protected content.", Builtin: true, Editable: true, ContentProtected: true,
		Permissions: []string{"account.read", "content.read", "content.search", "messages.read", "reports.read"},
	},
	{
		Name: AccountBasicAdministrator, Description: "Administers users and policies, sees no protected content.", Builtin: true, Editable: true, Assignable: true,
		Permissions: []string{"account.read", "messages.track", "policies.manage", "policies.read", "reports.read", "users.manage", "users.read"},
	},
}
