package domain

import (
	"context"
	"strings"
)

// PutContact adds an authorized contact to a customer's account, or changes one.
func (s *Service) PutContact(ctx context.Context, a Actor, customerID, email string, in ContactInput, pre Precondition) (AuthorizedContact, bool, error) {
	return putting(ctx, s, func(ctx context.Context, tx Tx) (AuthorizedContact, bool, error) {
		customer, err := a.accessCustomer(ctx, tx, customerID)
		if err != nil {
			return AuthorizedContact{}, false, err
		}
		return s.putContact(ctx, tx, a, customer, email, in, pre)
	})
}

func (s *Service) putContact(ctx context.Context, tx Tx, a Actor, customer Customer, email string, in ContactInput, pre Precondition) (AuthorizedContact, bool, error) {
	found := checkContact(in)
	addr, bad := addressOf(email, in.Email)
	if bad != nil {
		return AuthorizedContact{}, false, append(found, bad).err()
	}
	if isBuiltinAdmin(customer, addr.key) {
		return AuthorizedContact{}, false, builtinAdmin(customer, "/email")
	}
	old, exists, err := find(ctx, tx.AuthorizedContacts(), customer.PartnerID, customer.ID, addr.key)
	if err != nil {
		return AuthorizedContact{}, false, err
	}
	if err := pre.check(exists, old.Revision, "authorized contact", contactID(customer.ID, addr.key)); err != nil {
		return AuthorizedContact{}, false, err
	}
	contact := old
	if !exists {
		contact = newContact(customer, addr)
	}
	contact.Name, contact.Phone = in.Name, in.Phone
	contact = contact.withRoles(in.Roles)
	more, err := a.checkContactChange(ctx, tx, customer, old, contact.DecisionMaker, "/roles")
	if err != nil {
		return AuthorizedContact{}, false, err
	}
	if err := append(found, more...).err(); err != nil {
		return AuthorizedContact{}, false, err
	}
	if exists && contact == old {
		return old, false, nil
	}
	contact.Revision = newRevision()
	if err := tx.AuthorizedContacts().Put(ctx, contact); err != nil {
		return AuthorizedContact{}, false, err
	}
	done := change{Kind: KindAuthorizedContact, ObjectID: contactID(customer.ID, addr.key), CustomerID: customer.ID, After: contact}
	if exists {
		done.Before = old
	}
	return contact, !exists, s.audit(ctx, tx, a, done)
}

func newContact(customer Customer, addr address) AuthorizedContact {
	return AuthorizedContact{PartnerID: customer.PartnerID, CustomerID: customer.ID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text}
}

// checkContact judges what an authorized contact is to be, without looking at others.
func checkContact(in ContactInput) Findings {
	found := append(checkPerson(in.Name, in.Phone), checkContactRoles(in.Roles, "/roles")...)
	if len(in.Roles) == 0 {
		found.add(refuse(CodeInvalidValue, "/roles", "At least one contact role is needed: %s.", strings.Join(contactRoles, ", ")))
	}
	return found
}

// checkContactChange refuses a change by who decides nothing at the customer, and one that would leave the account without
// a decision maker. stays tells whether the contact is one afterwards.
func (a Actor) checkContactChange(ctx context.Context, tx Tx, customer Customer, contact AuthorizedContact, stays bool, field string) (Findings, error) {
	decides, err := a.decidesAbout(ctx, tx, customer)
	if err != nil {
		return nil, err
	}
	var found Findings
	if !decides {
		found.add(refuse(CodeNotDecisionMaker, "",
			"Only a decision maker of %q may manage its authorized contacts: the customer's own client with the contact role %s, or this partner once it holds the access role %s there.",
			customer.Name, ContactDecisionMaker, AccessDecisionMaker))
	}
	last, err := checkStaysDecided(ctx, tx, customer, contact, stays, field)
	return found.with(last), err
}

// checkStaysDecided refuses to take an account's last decision maker away. The built-in administrator of a managed customer
// counts as one; the partner and API clients do not, since the account has to have a person who decides.
func checkStaysDecided(ctx context.Context, tx Tx, customer Customer, contact AuthorizedContact, stays bool, field string) (*Error, error) {
	if !contact.DecisionMaker || stays || customer.AdminUsername != "" {
		return nil, nil
	}
	deciders, err := tx.AuthorizedContacts().Count(ctx, Query{Where: append(belongsTo(customer), Eq(FieldDecisionMaker, true))})
	if err != nil || deciders > 1 {
		return nil, err
	}
	return refuse(CodeLastDecisionMaker, field, "%q is the last %s of %q, and an account always keeps at least one; make somebody else one first.",
		contact.Email, ContactDecisionMaker, customer.Name), nil
}

// DeleteContact takes an authorized contact, with all its roles, off a customer's account.
func (s *Service) DeleteContact(ctx context.Context, a Actor, customerID, email string, pre Precondition) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		customer, err := a.accessCustomer(ctx, tx, customerID)
		if err != nil {
			return err
		}
		if isBuiltinAdmin(customer, fold(email)) {
			return builtinAdmin(customer, "")
		}
		contact, err := existingAuthorized(ctx, tx, customer, email)
		if err != nil {
			return err
		}
		if err := pre.check(true, contact.Revision, "authorized contact", contactID(customerID, contact.EmailKey)); err != nil {
			return err
		}
		found, err := a.checkContactChange(ctx, tx, customer, contact, false, "")
		if err != nil {
			return err
		}
		if err := found.err(); err != nil {
			return err
		}
		return s.removeContact(ctx, tx, a, contact)
	})
}

func (s *Service) removeContact(ctx context.Context, tx Tx, a Actor, contact AuthorizedContact) error {
	if err := tx.AuthorizedContacts().Delete(ctx, contactKey(contact)...); err != nil {
		return err
	}
	return s.audit(ctx, tx, a, change{
		Kind: KindAuthorizedContact, ObjectID: contactID(contact.CustomerID, contact.EmailKey), CustomerID: contact.CustomerID, Before: contact,
	})
}

// removeContacts is for a customer that is deleted.
func (s *Service) removeContacts(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	contacts, err := tx.AuthorizedContacts().List(ctx, Query{Where: belongsTo(customer)})
	if err != nil {
		return err
	}
	for _, contact := range contacts {
		if err := s.removeContact(ctx, tx, a, contact); err != nil {
			return err
		}
	}
	return nil
}
