package domain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

func roleKey(r Role) []string { return []string{r.PartnerID, r.CustomerID, r.Name} }

// GetRole answers a role of a customer's account, or with an empty customerID of the partner's own, built-in or not.
func (s *Service) GetRole(ctx context.Context, a Actor, customerID, name string) (Role, error) {
	if !a.isCustomer() || customerID == "" {
		if err := a.require(ScopeCatalogueRead); err != nil {
			return Role{}, err
		}
	}
	if err := a.requirePermission(permissionAccountRead); err != nil {
		return Role{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (Role, error) {
		if err := a.ownAccount(ctx, tx, customerID); err != nil {
			return Role{}, err
		}
		role, ok, err := findRole(ctx, tx, a.PartnerID, customerID, name)
		if err == nil && !ok {
			err = noSuchRole(customerID, name)
		}
		return role, err
	})
}

// ListCustomRoles answers the custom roles of all accounts, by customer id and name: those of the partner's own first.
func (s *Service) ListCustomRoles(ctx context.Context, a Actor, f RoleFilter, page Page) (List[Role], error) {
	if err := a.require(ScopeCatalogueRead); err != nil {
		return List[Role]{}, err
	}
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldCustomerID, f.CustomerID)
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[Role], error) {
		list, err := listPage(ctx, tx.Roles(), where, page, 3, roleKey)
		for i, role := range list.Items {
			list.Items[i] = withFlags(role)
		}
		return list, err
	})
}

// ownAccount refuses an account that the actor does not see; an empty customerID is the partner's own.
func (a Actor) ownAccount(ctx context.Context, tx Tx, customerID string) error {
	if customerID == "" {
		return nil
	}
	_, err := a.ownCustomer(ctx, tx, customerID)
	return err
}

// mayChangeRoles refuses who may not make and change roles: of a customer's account, where they are what external
// administrators hold, or of the partner's own, where they decide who manages its people.
func (a Actor) mayChangeRoles(customerID string) error {
	if customerID == "" {
		return a.require(ScopePartnerManage)
	}
	return a.requireAt(ScopeExternalAdminsManage, permissionRolesManage)
}

// PutRole makes a custom role of a customer's account, or with an empty customerID of the partner's own, or changes one.
// Changed permissions count at once for everybody who holds the role.
func (s *Service) PutRole(ctx context.Context, a Actor, customerID, name string, in RoleInput, pre Precondition) (Role, bool, error) {
	if err := a.mayChangeRoles(customerID); err != nil {
		return Role{}, false, err
	}
	return putting(ctx, s, func(ctx context.Context, tx Tx) (Role, bool, error) {
		return s.putRole(ctx, tx, a, customerID, name, in, pre)
	})
}

func (s *Service) putRole(ctx context.Context, tx Tx, a Actor, customerID, name string, in RoleInput, pre Precondition) (Role, bool, error) {
	if err := a.ownAccount(ctx, tx, customerID); err != nil {
		return Role{}, false, err
	}
	old, exists, err := customRole(ctx, tx, a.PartnerID, customerID, name)
	if err != nil {
		return Role{}, false, err
	}
	if err := pre.check(exists, old.Revision, "role", roleID(Role{CustomerID: customerID, Name: name})); err != nil {
		return Role{}, false, err
	}
	role := old
	if !exists {
		role = Role{PartnerID: a.PartnerID, CustomerID: customerID, Name: name}
	}
	role.Description, role.Permissions = in.Description, append([]string{}, in.Permissions...)
	slices.Sort(role.Permissions)
	role = withFlags(role)
	found := checkRole(name, in)
	switch {
	case exists && old.ContentProtected:
		found.add(protectedRole(name, ""))
	case role.ContentProtected:
		found.add(opensContent(in.Permissions))
	}
	if err := found.err(); err != nil {
		return Role{}, false, err
	}
	if err := a.checkOwnPermissions("/permissions", "The role", slices.Concat(old.Permissions, role.Permissions)); err != nil {
		return Role{}, false, err
	}
	if exists && role.Description == old.Description && slices.Equal(role.Permissions, old.Permissions) {
		return old, false, nil
	}
	role.Revision = newRevision()
	if err := tx.Roles().Put(ctx, role); err != nil {
		return Role{}, false, err
	}
	done := change{Kind: KindRole, ObjectID: roleID(role), CustomerID: customerID, After: role}
	if exists {
		done.Before = old
	}
	return role, !exists, s.audit(ctx, tx, a, done)
}

// customRole answers a row; built-in roles are none.
func customRole(ctx context.Context, tx Tx, partnerID, customerID, name string) (Role, bool, error) {
	role, ok, err := find(ctx, tx.Roles(), partnerID, customerID, name)
	return withFlags(role), ok, err
}

// checkRole judges what a custom role is to be. Names of built-in roles are refused in any case: nobody could tell the
// two apart.
func checkRole(name string, in RoleInput) Findings {
	var found Findings
	found.add(malformed(canon.RoleName(name), "/name"))
	if slices.ContainsFunc(BuiltinAccountRoles, func(b Role) bool { return fold(b.Name) == fold(name) }) {
		found.add(refuse(CodeInvalidValue, "/name", "%q names a built-in role, which every account has and nobody changes; choose another name.", name))
	}
	if in.Description != "" {
		found.add(checkLine(in.Description, "/description"))
	}
	for i, permission := range in.Permissions {
		at := fmt.Sprintf("/permissions/%d", i)
		switch {
		case !slices.Contains(AccountPermissions, permission):
			found.add(refuse(CodeInvalidValue, at, "%q is no permission; there are %s.", permission, strings.Join(givenPermissions(), ", ")))
		case slices.Contains(in.Permissions[:i], permission):
			found.add(refuse(CodeInvalidValue, at, "%q stands here a second time; leave one out.", permission))
		}
	}
	return found
}

// givenPermissions are those that a custom role can be made of without the vendor's support.
func givenPermissions() []string {
	return slices.DeleteFunc(slices.Clone(AccountPermissions), func(p string) bool { return slices.Contains(contentPermissions, p) })
}

// opensContent refuses the first of the permissions that opens protected content.
func opensContent(permissions []string) *Error {
	i := slices.IndexFunc(permissions, func(p string) bool { return slices.Contains(contentPermissions, p) })
	return refuse(CodeProtectedRole, fmt.Sprintf("/permissions/%d", i),
		"%q opens protected content; only the vendor's support makes a role with %s.", permissions[i], strings.Join(contentPermissions, ", "))
}

// DeleteRole removes a custom role that nobody holds.
func (s *Service) DeleteRole(ctx context.Context, a Actor, customerID, name string, pre Precondition) error {
	if err := a.mayChangeRoles(customerID); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error { return s.deleteRole(ctx, tx, a, customerID, name, pre) })
}

func (s *Service) deleteRole(ctx context.Context, tx Tx, a Actor, customerID, name string, pre Precondition) error {
	if err := a.ownAccount(ctx, tx, customerID); err != nil {
		return err
	}
	role, ok, err := findRole(ctx, tx, a.PartnerID, customerID, name)
	switch {
	case err != nil:
		return err
	case !ok:
		return noSuchRole(customerID, name)
	case role.Builtin:
		return refuse(CodeInvalidValue, "", "%q is a built-in role, which every account has and nobody removes.", name)
	}
	if err := pre.check(true, role.Revision, "role", roleID(role)); err != nil {
		return err
	}
	if err := a.checkOwnPermissions("", "The role", role.Permissions); err != nil {
		return err
	}
	var found Findings
	if role.ContentProtected {
		found.add(protectedRole(name, ""))
	}
	holders, err := holdersOf(ctx, tx, role)
	if err != nil {
		return err
	}
	found.add(inTheWay(CodeInUse, holders, "People hold the role %q; give them another one first.", name))
	if err := found.err(); err != nil {
		return err
	}
	return s.removeRole(ctx, tx, a, role)
}

// holdersOf names who has a custom role: external administrators of its customer, or the partner's own users.
func holdersOf(ctx context.Context, tx Tx, role Role) ([]Blocker, error) {
	if role.CustomerID == "" {
		return blockersOf(ctx, tx.PartnerUsers(), func(u PartnerUser) Blocker { return Blocker{KindPartnerUser, u.EmailKey} },
			Eq(FieldPartnerID, role.PartnerID), Eq(FieldAccountRole, role.Name))
	}
	return blockersOf(ctx, tx.ExternalAdmins(), grantBlocker,
		Eq(FieldPartnerID, role.PartnerID), Eq(FieldCustomerID, role.CustomerID), Eq(FieldRole, role.Name))
}

func (s *Service) removeRole(ctx context.Context, tx Tx, a Actor, role Role) error {
	if err := tx.Roles().Delete(ctx, roleKey(role)...); err != nil {
		return err
	}
	return s.audit(ctx, tx, a, change{Kind: KindRole, ObjectID: roleID(role), CustomerID: role.CustomerID, Before: role})
}

func noSuchRole(customerID, name string) *Error {
	if customerID == "" {
		return refuse(CodeNotFound, "", "The partner's own account has no role %q.", name)
	}
	return refuse(CodeNotFound, "", "The account of customer %q has no role %q.", customerID, name)
}
