package domain

import (
	"context"
	"slices"
)

// DeleteCustomer deletes a managed customer; force takes users, contacts and grants along.
func (s *Service) DeleteCustomer(ctx context.Context, a Actor, id string, force bool, pre Precondition) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error { return s.deleteCustomer(ctx, tx, a, id, force, pre) })
}

func (s *Service) deleteCustomer(ctx context.Context, tx Tx, a Actor, id string, force bool, pre Precondition) error {
	customer, err := a.changeableCustomer(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := pre.check(true, customer.Revision, "customer", id); err != nil {
		return err
	}
	if customer.Relationship != RelationshipManaged {
		return refuse(CodeNotManaged, "", "%q is a referral customer; its account is not the partner's to delete.", customer.Name)
	}
	found, err := checkDeletable(ctx, tx, customer, force)
	if err != nil {
		return err
	}
	if err := found.err(); err != nil {
		return err
	}
	if err := s.removeBelongings(ctx, tx, a, customer); err != nil {
		return err
	}
	if err := tx.Customers().Delete(ctx, id); err != nil {
		return err
	}
	return s.audit(ctx, tx, a, change{Kind: KindCustomer, ObjectID: id, CustomerID: id, Before: customer})
}

// checkDeletable looks for what stands in the way of deleting a customer.
func checkDeletable(ctx context.Context, tx Tx, customer Customer, force bool) (Findings, error) {
	var found Findings
	if customer.DeletionProtection {
		found.add(refuse(CodeDeletionProtected, "", "Deletion protection of %q is on; switch it off first, in a change of its own.", customer.Name))
	}
	protected, err := protectedGrants(ctx, tx, belongsTo(customer)...)
	if err != nil {
		return nil, err
	}
	found.add(inTheWay(CodeProtectedRole, protected, "People hold roles with protected content at %q; only the vendor's support removes them.", customer.Name))
	if force {
		return found, nil
	}
	blockers, err := blockersOf(ctx, tx.AccessRoles(), accessBlocker, belongsTo(customer)...)
	if err != nil {
		return nil, err
	}
	grants, err := blockersOf(ctx, tx.ExternalAdmins(), grantBlocker, belongsTo(customer)...)
	if err != nil {
		return nil, err
	}
	users, err := blockersOf(ctx, tx.CustomerUsers(), customerUserBlocker, belongsTo(customer)...)
	if err != nil {
		return nil, err
	}
	contacts, err := blockersOf(ctx, tx.AuthorizedContacts(), contactBlocker, belongsTo(customer)...)
	found.add(inTheWay(CodeInUse, slices.Concat(blockers, grants, users, contacts),
		"%q has users, contacts or grants; remove them first, or force the deletion.", customer.Name))
	return found, err
}

// removeBelongings removes all that goes with a customer, each with its line in the audit log.
func (s *Service) removeBelongings(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	if err := s.endSessions(ctx, tx, a, belongsTo(customer), ModeDelegated, ModeExternalAdmin); err != nil {
		return err
	}
	all := Query{Where: belongsTo(customer)}
	roles, err := tx.AccessRoles().List(ctx, all)
	if err != nil {
		return err
	}
	for _, access := range roles {
		if err := s.removeAccess(ctx, tx, a, customer, access); err != nil {
			return err
		}
	}
	grants, err := tx.ExternalAdmins().List(ctx, all)
	if err != nil {
		return err
	}
	for _, grant := range grants {
		if err := s.removeGrant(ctx, tx, a, grant); err != nil {
			return err
		}
	}
	if err := s.removeCustomerUsers(ctx, tx, a, customer); err != nil {
		return err
	}
	if err := s.removeContacts(ctx, tx, a, customer); err != nil {
		return err
	}
	if err := s.removeCustomRoles(ctx, tx, a, customer); err != nil {
		return err
	}
	if err := s.removeInvoices(ctx, tx, a, customer); err != nil {
		return err
	}
	return s.removeClients(ctx, tx, a, customer)
}

func (s *Service) removeCustomerUsers(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	users, err := tx.CustomerUsers().List(ctx, Query{Where: belongsTo(customer)})
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := s.removeCustomerUser(ctx, tx, a, user); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) removeCustomRoles(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	roles, err := tx.Roles().List(ctx, Query{Where: belongsTo(customer)})
	if err != nil {
		return err
	}
	for _, role := range roles {
		if err := s.removeRole(ctx, tx, a, role); err != nil {
			return err
		}
	}
	return nil
}

// removeClients removes the customer's own clients; their tokens end at once.
func (s *Service) removeClients(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	clients, err := tx.Clients().List(ctx, Query{Where: belongsTo(customer)})
	if err != nil {
		return err
	}
	for _, client := range clients {
		its := Query{Where: []Condition{Eq(FieldClientID, client.ID)}}
		if err := tx.Tokens().DeleteAll(ctx, its); err != nil {
			return err
		}
		if err := tx.Answers().DeleteAll(ctx, its); err != nil {
			return err
		}
		if err := tx.Clients().Delete(ctx, client.ID); err != nil {
			return err
		}
		err := s.audit(ctx, tx, a, change{Kind: KindClient, ObjectID: client.ID, CustomerID: customer.ID, Before: client})
		if err != nil {
			return err
		}
	}
	return nil
}
