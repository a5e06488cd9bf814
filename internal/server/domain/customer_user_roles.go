package domain

import (
	"slices"
	"strings"
)

// CustomerUserRole is what a user may do in a customer's account; exactly one each.
type CustomerUserRole string

// The roles of customer users.
const (
	UserMasterAdmin     CustomerUserRole = "master_admin"
	UserBackupAdmin     CustomerUserRole = "backup_admin"
	UserComplianceAdmin CustomerUserRole = "compliance_admin"
	UserFullSupport     CustomerUserRole = "full_support"
	UserStandardSupport CustomerUserRole = "standard_support"
	UserLimitedSupport  CustomerUserRole = "limited_support"
	UserAudit           CustomerUserRole = "audit"
	UserSSOAdmin        CustomerUserRole = "sso_admin"
)

// CustomerUserRoleInfo is such a role with what it permits.
type CustomerUserRoleInfo struct {
	Name        CustomerUserRole
	Permissions []string // of AccountPermissions, and PermissionAPITokens
}

// CustomerUserRoles are all of them, the same in every account.
var CustomerUserRoles = []CustomerUserRoleInfo{
	{UserMasterAdmin, append(slices.Clone(AccountPermissions), PermissionAPITokens)},
	{UserBackupAdmin, []string{"account.read", "content.read", "content.search", "messages.track", "policies.manage", "policies.read", "reports.read"}},
	{UserComplianceAdmin, []string{"account.read", "content.read", "content.search", "messages.read", "policies.read", "reports.read"}},
	{UserFullSupport, []string{"account.read", "content.read", "content.search", "messages.track", "reports.read", "users.read"}},
	{UserStandardSupport, []string{"account.read", "messages.track", "reports.read", "users.read"}},
	{UserLimitedSupport, []string{"account.read", "users.read"}},
	{UserAudit, []string{"account.read", "reports.read"}},
	{UserSSOAdmin, []string{"account.manage", "account.read"}},
}

// permissions of a role that there is.
func (r CustomerUserRole) permissions() []string {
	for _, role := range CustomerUserRoles {
		if role.Name == r {
			return role.Permissions
		}
	}
	return nil
}

func checkCustomerUserRole(role CustomerUserRole) *Error {
	if slices.ContainsFunc(CustomerUserRoles, func(known CustomerUserRoleInfo) bool { return known.Name == role }) {
		return nil
	}
	names := make([]string, len(CustomerUserRoles))
	for i, known := range CustomerUserRoles {
		names[i] = string(known.Name)
	}
	return refuse(CodeInvalidValue, "/role", "%q is no role of customer users; they are %s.", role, strings.Join(names, ", "))
}
