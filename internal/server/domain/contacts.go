package domain

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// AuthorizedContact is a named person on a customer's account, with one or more contact roles there: somebody of the
// customer, a consultant, a new partner.
type AuthorizedContact struct {
	PartnerID   string
	CustomerID  string
	EmailKey    string
	EmailDomain string
	Email       string
	Name        string
	Phone       string // may be empty
	// The contact roles, one by one as a store has them; Roles answers those that the contact has.
	DecisionMaker    bool
	PhoneManager     bool
	BillingContact   bool
	TechnicalContact bool
	EmergencyContact bool
	Revision         string
}

// Roles are the contact roles of the contact, in the order of contactRoles.
func (c AuthorizedContact) Roles() []string {
	return slices.DeleteFunc(slices.Clone(contactRoles), func(role string) bool { return !*flagOf(&c, role) })
}

// withRoles is the contact with these roles and no others.
func (c AuthorizedContact) withRoles(roles []string) AuthorizedContact {
	for _, role := range contactRoles {
		*flagOf(&c, role) = slices.Contains(roles, role)
	}
	return c
}

// flagOf is where a contact keeps whether it has a role that there is.
func flagOf(c *AuthorizedContact, role string) *bool {
	return map[string]*bool{
		ContactDecisionMaker: &c.DecisionMaker, ContactPhoneManager: &c.PhoneManager, ContactBilling: &c.BillingContact,
		ContactTechnical: &c.TechnicalContact, ContactEmergency: &c.EmergencyContact,
	}[role]
}

// MarshalJSON is how the audit log shows a contact.
func (c AuthorizedContact) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		CustomerID string   `json:"customer_id"`
		Email      string   `json:"email"`
		Name       string   `json:"name"`
		Phone      string   `json:"phone,omitempty"`
		Roles      []string `json:"roles"`
	}{c.CustomerID, c.Email, c.Name, c.Phone, c.Roles()})
}

func contactKey(c AuthorizedContact) []string { return []string{c.PartnerID, c.CustomerID, c.EmailKey} }

// contactID is how an import names an authorized contact.
func contactID(customerID, emailKey string) string { return customerID + "/" + emailKey }

func contactBlocker(c AuthorizedContact) Blocker {
	return Blocker{KindAuthorizedContact, contactID(c.CustomerID, c.EmailKey)}
}

// GetContact answers an authorized contact of a customer.
func (s *Service) GetContact(ctx context.Context, a Actor, customerID, email string) (AuthorizedContact, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (AuthorizedContact, error) {
		customer, err := a.accessCustomer(ctx, tx, customerID)
		if err != nil {
			return AuthorizedContact{}, err
		}
		return existingAuthorized(ctx, tx, customer, email)
	})
}

func existingAuthorized(ctx context.Context, tx Tx, customer Customer, email string) (AuthorizedContact, error) {
	contact, ok, err := find(ctx, tx.AuthorizedContacts(), customer.PartnerID, customer.ID, fold(email))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "Customer %q has no authorized contact %q.", customer.ID, email)
	}
	return contact, err
}

// ListContacts answers the authorized contacts of all customers, by customer id and e-mail.
func (s *Service) ListContacts(ctx context.Context, a Actor, f ContactFilter, page Page) (List[AuthorizedContact], error) {
	if err := a.require(ScopeAccessRolesManage); err != nil {
		return List[AuthorizedContact]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AuthorizedContact], error) {
		return listContacts(ctx, tx, a, f, page)
	})
}

// ListContactsOfCustomer answers the authorized contacts of one customer, by e-mail.
func (s *Service) ListContactsOfCustomer(ctx context.Context, a Actor, customerID string, page Page) (List[AuthorizedContact], error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AuthorizedContact], error) {
		if _, err := a.accessCustomer(ctx, tx, customerID); err != nil {
			return List[AuthorizedContact]{}, err
		}
		return listContacts(ctx, tx, a, ContactFilter{CustomerID: customerID}, page)
	})
}

func listContacts(ctx context.Context, tx Tx, a Actor, f ContactFilter, page Page) (List[AuthorizedContact], error) {
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldCustomerID, f.CustomerID)
	eq(&where, FieldEmailKey, fold(f.Email))
	eq(&where, FieldEmailDomain, fold(f.EmailDomain))
	if f.Role != "" {
		where = append(where, Eq(Field(f.Role), true))
	}
	return listPage(ctx, tx.AuthorizedContacts(), where, page, 3, contactKey)
}

// checkContactRoles judges a set of contact roles. Refusals name the member's index below field.
func checkContactRoles(roles []string, field string) Findings {
	var found Findings
	for i, role := range roles {
		at := fmt.Sprintf("%s/%d", field, i)
		switch {
		case !slices.Contains(contactRoles, role):
			found.add(refuse(CodeInvalidValue, at, "%q is no contact role; there are %s.", role, strings.Join(contactRoles, ", ")))
		case slices.Contains(roles[:i], role):
			found.add(refuse(CodeInvalidValue, at, "%q stands here a second time; leave one out.", role))
		}
	}
	return found
}

// actsAsContact tells whether the person for whom the actor acts has a contact role at a customer, as an authorized contact.
func (a Actor) actsAsContact(ctx context.Context, tx Tx, customerID, role string) (bool, error) {
	if a.isCustomer() || a.ActsFor == "" || a.Suspended || a.Narrowed {
		return false, nil
	}
	contact, ok, err := find(ctx, tx.AuthorizedContacts(), a.PartnerID, customerID, fold(a.ActsFor))
	return ok && *flagOf(&contact, role), err
}
