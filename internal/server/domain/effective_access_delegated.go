package domain

import (
	"context"
	"fmt"
)

// delegatedPath is the partner's way in, which every portal admin has who signs in to customers. It is opened by who the
// person is, so its ID is that of the portal admin.
func delegatedPath(ctx context.Context, tx Tx, l login) ([]opening, error) {
	admin, ok, err := find(ctx, tx.PortalAdmins(), l.customer.PartnerID, l.person.key)
	if err != nil || !ok || !maySignIn(admin.Role) || l.customer.Relationship != RelationshipManaged {
		return nil, err
	}
	o := opening{
		kind: KindDelegatedSignIn, id: admin.EmailKey, role: string(UserMasterAdmin), permissions: delegatedPermissions(), vias: []LoginVia{ViaPortal}, withoutSSO: true,
		opens: fmt.Sprintf("%s signs in to %s for the partner, as portal admin with the role %s and with their own password: with the rights of a %s except for making API tokens.",
			admin.Email, l.customer.Name, admin.Role, UserMasterAdmin),
	}
	if l.customer.Stage != StageCustomer {
		o.closed = append(o.closed, fmt.Sprintf("%s is a prospect; there is delegated sign-in to it once it is a customer.", l.customer.Name))
	}
	person, err := portalPerson(ctx, tx, l)
	if err != nil {
		return nil, err
	}
	o.closed = append(o.closed, person.closed...)
	credential, _, err := find(ctx, tx.PortalCredentials(), admin.PartnerID, admin.EmailKey)
	if admin.Status == StatusRegistered && credential.PasswordHash == "" {
		o.closed = append(o.closed, fmt.Sprintf("%s has no password to sign in with.", admin.Email))
	}
	return []opening{o}, err
}

// judgeSSO says what a customer's mandatory single sign-on means for a way in. It closes none: it says how to come.
func (l login) judgeSSO(o opening) string {
	switch {
	case !l.customer.RequireSSO:
		return ""
	case o.withoutSSO:
		return fmt.Sprintf("%s makes single sign-on mandatory, from which delegated sign-in is excepted.", l.customer.Name)
	default:
		return fmt.Sprintf("%s makes single sign-on mandatory (require_sso): this way is open by single sign-on alone, and not with a password.", l.customer.Name)
	}
}
