package domain

import (
	"context"
	"slices"
	"strings"
)

// contentPermissions open protected content; a custom role that has one of them is protected.
var contentPermissions = []string{"content.read", "content.search", "messages.read"}

// builtinRevision is the revision of built-in roles, which never change.
const builtinRevision = "builtin"

// roleID is how an import names a custom role: that of the partner's own account by its name alone.
func roleID(r Role) string {
	if r.CustomerID == "" {
		return r.Name
	}
	return r.CustomerID + "/" + r.Name
}

// withFlags answers a custom role with the flags that follow from its permissions. They are worked out anew whenever a
// role is read, so that they can't go stale.
func withFlags(role Role) Role {
	role.Editable = true
	role.ContentProtected = slices.ContainsFunc(role.Permissions, func(p string) bool { return slices.Contains(contentPermissions, p) })
	role.Assignable = !role.ContentProtected
	return role
}

// findRole answers a role of a customer account, or with an empty customerID of the partner's own account. Names are
// compared with regard to case.
func findRole(ctx context.Context, tx Tx, partnerID, customerID, name string) (Role, bool, error) {
	for _, role := range BuiltinAccountRoles {
		if role.Name == name {
			role.CustomerID, role.Revision = customerID, builtinRevision
			return role, true, nil
		}
	}
	return customRole(ctx, tx, partnerID, customerID, name)
}

// catalogue answers all roles of an account, built-in ones first.
func catalogue(ctx context.Context, tx Tx, partnerID, customerID string) ([]Role, error) {
	custom, err := tx.Roles().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, partnerID), Eq(FieldCustomerID, customerID)}})
	roles := slices.Clone(BuiltinAccountRoles)
	for i := range roles {
		roles[i].CustomerID = customerID
	}
	for _, role := range custom {
		roles = append(roles, withFlags(role))
	}
	return roles, err
}

// unknownRole refuses a role name and lists those that there are.
func unknownRole(ctx context.Context, tx Tx, partnerID, customerID, name, field string) (*Error, error) {
	roles, err := catalogue(ctx, tx, partnerID, customerID)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = role.Name
	}
	account := "The customer's account"
	if customerID == "" {
		account = "The partner's own account"
	}
	return refuse(CodeUnknownRole, field, "%s has no role %q; its roles are %s.", account, name, strings.Join(names, ", ")), nil
}

// protectedRole refuses to touch a role that opens protected content.
func protectedRole(role, field string) *Error {
	return refuse(CodeProtectedRole, field, "Role %q has protected content; only the vendor's support assigns, changes or removes it.", role)
}

// PortalRoleCatalogue answers the portal roles.
func (s *Service) PortalRoleCatalogue(_ context.Context, a Actor) ([]PortalRoleInfo, error) {
	if err := a.require(ScopeCatalogueRead); err != nil {
		return nil, err
	}
	return slices.Clone(PortalRoles), nil
}

// PartnerRoles answers the roles of the partner's own account, built-in ones first.
func (s *Service) PartnerRoles(ctx context.Context, a Actor) ([]Role, error) {
	if err := a.require(ScopeCatalogueRead); err != nil {
		return nil, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) ([]Role, error) { return catalogue(ctx, tx, a.PartnerID, "") })
}

// CustomerRoles answers the roles of a customer's account, built-in ones first.
func (s *Service) CustomerRoles(ctx context.Context, a Actor, customerID string) ([]Role, error) {
	if !a.isCustomer() {
		if err := a.require(ScopeCatalogueRead); err != nil {
			return nil, err
		}
	}
	if err := a.requirePermission(permissionAccountRead); err != nil {
		return nil, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) ([]Role, error) {
		if _, err := a.ownCustomer(ctx, tx, customerID); err != nil {
			return nil, err
		}
		return catalogue(ctx, tx, a.PartnerID, customerID)
	})
}
