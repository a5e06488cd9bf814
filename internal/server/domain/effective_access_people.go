package domain

import (
	"context"
	"fmt"
)

// partnersPerson is how the partner's own account knows whose login is judged.
type partnersPerson struct {
	admin  bool     // may use the partner portal
	closed []string // say why the person gets in nowhere at present, whatever was given; none if nothing of the person keeps ways closed
}

// portalPerson looks up the person in the partner's own account.
func portalPerson(ctx context.Context, tx Tx, l login) (partnersPerson, error) {
	var p partnersPerson
	user, _, err := find(ctx, tx.PartnerUsers(), l.customer.PartnerID, l.person.key)
	if err != nil {
		return p, err
	}
	if user.Disabled {
		p.closed = append(p.closed, fmt.Sprintf("%s is disabled in the partner's own account, by the directory %q.", user.Email, user.Directory))
	}
	admin, isAdmin, err := find(ctx, tx.PortalAdmins(), l.customer.PartnerID, l.person.key)
	p.admin = isAdmin
	if isAdmin && admin.Status == StatusUnregistered {
		p.closed = append(p.closed, fmt.Sprintf("%s is unregistered: the person has not replaced the temporary password of the invitation yet, and gets in from then on.", admin.Email))
	}
	return p, err
}
