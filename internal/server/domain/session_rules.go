package domain

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// PermissionAPITokens lets somebody make API tokens of a customer's account. No account role has it, only the account's own
// master admins do: a token outlives the session that made it.
const PermissionAPITokens = "api_tokens.manage"

// Permissions that decide what sessions reach.
const (
	permissionAccountRead = "account.read"
	permissionRolesManage = "roles.manage"
	permissionUsersRead   = "users.read"
)

// SessionActor is what makes an Actor one who is signed in at a customer.
type SessionActor struct {
	ID          string
	Mode        SessionMode
	Role        string
	Permissions []string // at this moment
}

// admission is what a person gets at a customer.
type admission struct {
	email       string // as the partner spells it
	role        string
	permissions []string
	end         *time.Time // of the grant, nil for none
}

// until is the earlier of a time and the end.
func (a admission) until(at time.Time) time.Time {
	if a.end != nil && a.end.Before(at) {
		return *a.end
	}
	return at
}

// checkReachable refuses customers at which nobody can be signed in, or not in this mode.
func checkReachable(customer Customer, mode SessionMode) *Error {
	switch {
	case !customer.Enabled:
		return refuse(CodeCustomerDisabled, "", "%q is disabled, so nobody gets in.", customer.Name)
	case mode == ModeExternalAdmin && customer.RequireSSO:
		return refuse(CodeSSORequired, "/mode", "%q makes single sign-on mandatory. Only delegated sign-in, which is the partner's, is let in with a password.", customer.Name)
	case mode == ModeExternalAdmin:
		return nil
	case customer.Relationship != RelationshipManaged:
		return refuse(CodeNotManaged, "/mode", "%q is a referral customer, which did not put its account into the partner's hands; sign in as one of its external administrators.", customer.Name)
	case customer.Stage != StageCustomer:
		return refuse(CodeNotACustomer, "/mode", "%q is a prospect; there is delegated sign-in to it once it is a customer.", customer.Name)
	}
	return nil
}

// admits judges whether a person may be at a customer in a mode now. It is asked when a session is opened, when it is
// renewed, and whenever its token is used: whoever loses the right is out at once.
func (s *Service) admits(ctx context.Context, tx Tx, customer Customer, person address, mode SessionMode) (admission, error) {
	if bad := checkReachable(customer, mode); bad != nil {
		return admission{}, bad
	}
	user, _, err := find(ctx, tx.PartnerUsers(), customer.PartnerID, person.key)
	if err != nil {
		return admission{}, err
	}
	if user.Disabled {
		return admission{}, refuse(CodeUserDisabled, "/email", "%q is disabled in the partner's own account, by the directory %q.", user.Email, user.Directory)
	}
	if mode == ModeExternalAdmin {
		return s.admitsExternalAdmin(ctx, tx, customer, person)
	}
	admin, ok, err := find(ctx, tx.PortalAdmins(), customer.PartnerID, person.key)
	switch {
	case err != nil:
		return admission{}, err
	case !ok:
		return admission{}, refuse(CodeNotAPortalAdmin, "/email", "%q is no portal admin.", person.text)
	case !maySignIn(admin.Role):
		return admission{}, refuse(CodeForbidden, "/email", "%q has the portal role %s, which does not sign in to customers.", admin.Email, admin.Role)
	}
	return admission{email: admin.Email, role: string(UserMasterAdmin), permissions: delegatedPermissions()}, nil
}

func (s *Service) admitsExternalAdmin(ctx context.Context, tx Tx, customer Customer, person address) (admission, error) {
	grant, ok, err := find(ctx, tx.ExternalAdmins(), customer.PartnerID, customer.ID, person.key)
	switch {
	case err != nil:
		return admission{}, err
	case !ok:
		return admission{}, refuse(CodeForbidden, "/email", "%q is no external administrator of %q.", person.text, customer.Name)
	case grant.status(s.now()) == GrantExpired:
		return admission{}, refuse(CodeForbidden, "/email", "%q was external administrator of %q until %s; a new date brings it back.",
			grant.Email, customer.Name, canon.InstantText(*grant.ExpiresAt))
	}
	role, _, err := findRole(ctx, tx, customer.PartnerID, customer.ID, grant.Role)
	return admission{email: grant.Email, role: grant.Role, permissions: role.Permissions, end: grant.ExpiresAt}, err
}

// requireSignIn refuses who may not sign in to customers; nor may a token that was made for another program, which a
// session would outlive.
func (a Actor) requireSignIn() error {
	if a.APIToken {
		return refuse(CodeForbidden, "", "A token that was made for another program opens no sessions, which would outlive it; sign in with the client itself.")
	}
	return a.require(ScopeCustomersSignIn)
}

// maySignIn tells whether people with this portal role sign in to customers.
func maySignIn(role PortalRole) bool { return slices.Contains(RoleTable[ScopeCustomersSignIn], role) }

// delegatedPermissions are those of a master admin but for API tokens.
func delegatedPermissions() []string {
	return slices.DeleteFunc(slices.Clone(UserMasterAdmin.permissions()), func(p string) bool { return p == PermissionAPITokens })
}

// requireAt refuses unless the actor has the scope or, in a session at a customer, the permission there.
func (a Actor) requireAt(scope Scope, permission string) error {
	if a.Session == nil {
		return a.require(scope)
	}
	return a.requirePermission(permission)
}

// requirePermission refuses sessions without a permission, and nobody else.
func (a Actor) requirePermission(permission string) error {
	if a.Session == nil || slices.Contains(a.Session.Permissions, permission) {
		return nil
	}
	return refuse(CodeForbidden, "", "This needs the permission %s, which this session at the customer does not have: as %s it has %s.",
		permission, a.Session.Role, strings.Join(a.Session.Permissions, ", "))
}

// checkOwnPermissions keeps whoever is in a session from giving, changing or taking rights that the session itself has not.
func (a Actor) checkOwnPermissions(field, what string, permissions []string) error {
	if a.Session == nil {
		return nil
	}
	for _, p := range permissions {
		if p != PermissionAPITokens && !slices.Contains(a.Session.Permissions, p) {
			return refuse(CodeForbidden, field, "%s has the permission %s, which this session does not have; nobody manages rights beyond their own.", what, p)
		}
	}
	return nil
}
