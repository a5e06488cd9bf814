package domain

import (
	"context"
	"fmt"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// emergencyContactID is how the audit log and an import name the emergency contact.
const emergencyContactID = "emergency_contact"

// The portal's own limits.
const (
	maxContactName     = 60 // characters
	maxAlternateEmails = 4
)

// GetEmergencyContact answers whom to reach in an emergency.
func (s *Service) GetEmergencyContact(ctx context.Context, a Actor) (EmergencyContact, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return EmergencyContact{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (EmergencyContact, error) { return existingContact(ctx, tx, a) })
}

func existingContact(ctx context.Context, tx Tx, a Actor) (EmergencyContact, error) {
	contact, ok, err := find(ctx, tx.EmergencyContacts(), a.PartnerID)
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "There is no emergency contact.")
	}
	return contact, err
}

// PutEmergencyContact sets the emergency contact, or replaces it.
func (s *Service) PutEmergencyContact(ctx context.Context, a Actor, in EmergencyContactInput, pre Precondition) (EmergencyContact, bool, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return EmergencyContact{}, false, err
	}
	return putting(ctx, s, func(ctx context.Context, tx Tx) (EmergencyContact, bool, error) {
		return s.putEmergencyContact(ctx, tx, a, in, pre)
	})
}

func (s *Service) putEmergencyContact(ctx context.Context, tx Tx, a Actor, in EmergencyContactInput, pre Precondition) (EmergencyContact, bool, error) {
	old, exists, err := find(ctx, tx.EmergencyContacts(), a.PartnerID)
	if err != nil {
		return EmergencyContact{}, false, err
	}
	if err := pre.check(exists, old.Revision, "emergency contact", emergencyContactID); err != nil {
		return EmergencyContact{}, false, err
	}
	if err := checkEmergencyContact(in).err(); err != nil {
		return EmergencyContact{}, false, err
	}
	contact := newEmergencyContact(a.PartnerID, in, old)
	if exists && contact.same(old) {
		return old, false, nil
	}
	if err := tx.EmergencyContacts().Put(ctx, contact); err != nil {
		return EmergencyContact{}, false, err
	}
	done := change{Kind: KindEmergencyContact, ObjectID: emergencyContactID, After: contact}
	if exists {
		done.Before = old
	}
	return contact, !exists, s.audit(ctx, tx, a, done)
}

// newEmergencyContact takes an input over; addresses that old has keep their spelling.
func newEmergencyContact(partnerID string, in EmergencyContactInput, old EmergencyContact) EmergencyContact {
	contact := EmergencyContact{
		PartnerID: partnerID, Name: in.Name, Email: in.Email, Mobile: in.Mobile, Phone: in.Phone,
		AlternateEmails: append([]string{}, firstSpellings(in.AlternateEmails, old.AlternateEmails)...), Revision: newRevision(),
	}
	if fold(in.Email) == fold(old.Email) {
		contact.Email = old.Email
	}
	return contact
}

// same tells whether nothing but the revision and the order of addresses differs.
func (c EmergencyContact) same(other EmergencyContact) bool {
	return c.Name == other.Name && c.Email == other.Email && c.Mobile == other.Mobile && c.Phone == other.Phone &&
		sameAddresses(c.AlternateEmails, other.AlternateEmails)
}

// checkEmergencyContact judges an emergency contact.
func checkEmergencyContact(in EmergencyContactInput) Findings {
	var found Findings
	found.add(checkLineUpTo(maxContactName, in.Name, "/name"))
	main, bad := parseAddress(in.Email, "/email")
	found.add(bad)
	found.add(malformed(canon.Phone(in.Mobile), "/mobile"))
	found.add(checkPhone(in.Phone))

	const field = "/alternate_emails"
	if n := len(in.AlternateEmails); n > maxAlternateEmails {
		found.add(refuse(CodeInvalidValue, field, "These are %d addresses, %d are the most.", n, maxAlternateEmails))
	}
	found = append(found, checkAddresses(in.AlternateEmails, field)...)
	for i, email := range in.AlternateEmails {
		if bad == nil && fold(email) == main.key {
			found.add(refuse(CodeInvalidValue, fmt.Sprintf("%s/%d", field, i), "%q is the main address already; leave it out here.", email))
		}
	}
	return found
}

// DeleteEmergencyContact clears the emergency contact.
func (s *Service) DeleteEmergencyContact(ctx context.Context, a Actor, pre Precondition) error {
	if err := a.require(ScopePartnerManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		contact, err := existingContact(ctx, tx, a)
		if err != nil {
			return err
		}
		if err := pre.check(true, contact.Revision, "emergency contact", emergencyContactID); err != nil {
			return err
		}
		if err := tx.EmergencyContacts().Delete(ctx, a.PartnerID); err != nil {
			return err
		}
		return s.audit(ctx, tx, a, change{Kind: KindEmergencyContact, ObjectID: emergencyContactID, Before: contact})
	})
}
