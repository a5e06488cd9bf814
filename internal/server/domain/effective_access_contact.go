package domain

import (
	"context"
	"fmt"
)

// contactPath is the person's entry among the customer's authorized contacts: one way in for each role, into the customer's
// own console. The partner's portal knows nothing of contacts, even if they are people of the partner.
func contactPath(ctx context.Context, tx Tx, l login) ([]opening, error) {
	contact, ok, err := find(ctx, tx.AuthorizedContacts(), l.customer.PartnerID, l.customer.ID, l.person.key)
	if err != nil || !ok {
		return nil, err
	}
	var openings []opening
	for _, role := range contact.Roles() {
		openings = append(openings, opening{
			kind: KindAuthorizedContact, id: contactID(contact.CustomerID, contact.EmailKey), role: role, permissions: contactPermissions[role],
			vias:  []LoginVia{ViaDirect},
			opens: fmt.Sprintf("%s (%s) is an authorized contact of %s with the role %s.", contact.Email, contact.Name, l.customer.Name, role),
		})
	}
	return openings, nil
}
