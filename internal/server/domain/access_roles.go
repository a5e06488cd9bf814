package domain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// accessRoleTitles are the roles as people and group names spell them.
var accessRoleTitles = map[AccessRoleName]string{
	AccessDecisionMaker: "Decision Maker",
	AccessPhoneManager:  "Phone Manager",
}

// Events of mails about access roles.
const (
	mailGranted = "access_role_granted"
	mailChanged = "access_role_changed"
	mailRevoked = "access_role_revoked"
)

func accessKey(r AccessRole) []string { return []string{r.PartnerID, r.CustomerID, string(r.Role)} }

// accessID is how an import names an access role.
func accessID(customerID string, role AccessRoleName) string { return customerID + "/" + string(role) }

func accessBlocker(r AccessRole) Blocker {
	return Blocker{KindAccessRole, accessID(r.CustomerID, r.Role)}
}

func groupName(customer string, role AccessRoleName) string {
	return customer + " " + accessRoleTitles[role]
}

// accessCustomer answers the customer for an operation on its access roles or contacts, which takes the scope or, of the customer's
// own clients, a decision maker.
func (a Actor) accessCustomer(ctx context.Context, tx Tx, customerID string) (Customer, error) {
	if !a.isCustomer() {
		if err := a.require(ScopeAccessRolesManage); err != nil {
			return Customer{}, err
		}
	}
	customer, err := a.ownCustomer(ctx, tx, customerID)
	if err == nil && a.isCustomer() && !a.isDecisionMaker() {
		err = a.noDecisionMaker("may")
	}
	return customer, err
}

// GetAccessRole answers a role that a customer gave to its partner.
func (s *Service) GetAccessRole(ctx context.Context, a Actor, customerID string, role AccessRoleName) (AccessRole, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (AccessRole, error) {
		customer, err := a.accessCustomer(ctx, tx, customerID)
		if err != nil {
			return AccessRole{}, err
		}
		return existingAccess(ctx, tx, customer, role)
	})
}

func existingAccess(ctx context.Context, tx Tx, customer Customer, role AccessRoleName) (AccessRole, error) {
	if err := checkAccessRoleName(role); err != nil {
		return AccessRole{}, err
	}
	access, ok, err := find(ctx, tx.AccessRoles(), customer.PartnerID, customer.ID, string(role))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "Customer %q has not given the access role %q.", customer.ID, role)
	}
	return access, err
}

// checkAccessRoleName answers for a role that does not exist; it stands in paths.
func checkAccessRoleName(role AccessRoleName) error {
	if _, ok := accessRoleTitles[role]; ok {
		return nil
	}
	return refuse(CodeNotFound, "", "There is no access role %q; there are %s and %s.", role, AccessDecisionMaker, AccessPhoneManager)
}

// ListAccessRoles answers the roles that all customers gave, by customer id and role.
func (s *Service) ListAccessRoles(ctx context.Context, a Actor, f AccessRoleFilter, page Page) (List[AccessRole], error) {
	if err := a.require(ScopeAccessRolesManage); err != nil {
		return List[AccessRole]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AccessRole], error) {
		return listAccess(ctx, tx, a, f, page)
	})
}

// ListCustomerAccessRoles answers the roles that one customer gave.
func (s *Service) ListCustomerAccessRoles(ctx context.Context, a Actor, customerID string, page Page) (List[AccessRole], error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AccessRole], error) {
		if _, err := a.accessCustomer(ctx, tx, customerID); err != nil {
			return List[AccessRole]{}, err
		}
		return listAccess(ctx, tx, a, AccessRoleFilter{CustomerID: customerID}, page)
	})
}

func listAccess(ctx context.Context, tx Tx, a Actor, f AccessRoleFilter, page Page) (List[AccessRole], error) {
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldCustomerID, f.CustomerID)
	eq(&where, FieldRole, string(f.Role))
	return listPage(ctx, tx.AccessRoles(), where, page, 3, accessKey)
}

// PutAccessRole gives the partner of record an access role, or changes whom to notify.
func (s *Service) PutAccessRole(ctx context.Context, a Actor, customerID string, role AccessRoleName, in AccessRoleInput, pre Precondition) (AccessRole, bool, error) {
	return putting(ctx, s, func(ctx context.Context, tx Tx) (AccessRole, bool, error) {
		return s.putAccessRole(ctx, tx, a, customerID, role, in, pre)
	})
}

func (s *Service) putAccessRole(ctx context.Context, tx Tx, a Actor, customerID string, role AccessRoleName, in AccessRoleInput, pre Precondition) (AccessRole, bool, error) {
	customer, err := a.accessCustomer(ctx, tx, customerID)
	if err != nil {
		return AccessRole{}, false, namingTheWay(err)
	}
	if err := checkAccessRoleName(role); err != nil {
		return AccessRole{}, false, err
	}
	old, exists, err := find(ctx, tx.AccessRoles(), customer.PartnerID, customer.ID, string(role))
	if err != nil {
		return AccessRole{}, false, err
	}
	if err := pre.check(exists, old.Revision, "access role", accessID(customerID, role)); err != nil {
		return AccessRole{}, false, err
	}
	found := checkNotifyEmails(in.NotifyEmails, "/notify_emails")
	unfit, err := a.checkMayGive(ctx, tx, customer)
	if err != nil {
		return AccessRole{}, false, err
	}
	found.add(unfit)
	if err := found.err(); err != nil {
		return AccessRole{}, false, err
	}
	if exists && sameAddresses(old.NotifyEmails, in.NotifyEmails) {
		return old, false, nil
	}

	access := old
	done := change{Kind: KindAccessRole, ObjectID: accessID(customerID, role), CustomerID: customerID}
	event := mailChanged
	if exists {
		done.Before = old
	} else {
		event = mailGranted
		access = AccessRole{
			PartnerID: customer.PartnerID, CustomerID: customer.ID, Role: role, GroupName: groupName(customer.Name, role), GrantedAt: s.now(),
		}
	}
	access.NotifyEmails, access.Revision = firstSpellings(in.NotifyEmails, old.NotifyEmails), newRevision()
	if err := tx.AccessRoles().Put(ctx, access); err != nil {
		return AccessRole{}, false, err
	}
	done.After = access
	if err := s.audit(ctx, tx, a, done); err != nil {
		return AccessRole{}, false, err
	}
	return access, !exists, s.tellOfAccess(ctx, tx, a, event, customer, access, slices.Concat(old.NotifyEmails, access.NotifyEmails))
}

// decidesAbout tells whether the actor decides who acts at the customer: all that accessCustomer lets in do at a managed
// customer, elsewhere a partner does that holds decision_maker. The customer's own clients were judged before.
func (a Actor) decidesAbout(ctx context.Context, tx Tx, customer Customer) (bool, error) {
	if a.isCustomer() || customer.Relationship == RelationshipManaged {
		return true, nil
	}
	_, holds, err := find(ctx, tx.AccessRoles(), customer.PartnerID, customer.ID, string(AccessDecisionMaker))
	return holds, err
}

// checkMayGive refuses a partner's client that is no decision maker of the customer.
func (a Actor) checkMayGive(ctx context.Context, tx Tx, customer Customer) (*Error, error) {
	if decides, err := a.decidesAbout(ctx, tx, customer); err != nil || decides {
		return nil, err
	}
	return refuse(CodeNotDecisionMaker, "",
		"Only a decision maker of %q may give access roles: the customer's own client with the contact role %s, or this partner once it holds %s there. "+
			"Anyone else than the partner of record is added to the customer's account as an authorized contact.",
		customer.Name, ContactDecisionMaker, AccessDecisionMaker), nil
}

// namingTheWay tells who finds no customer that roles are the partner of record's. It tells so of every customer id alike, so
// that nobody learns whose customer it is.
func namingTheWay(err error) error {
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != CodeNotFound {
		return err
	}
	return refuse(CodeNotFound, "", "%s Only its partner of record can be given access roles at a customer. "+
		"Anyone else is added to the customer's account as an authorized contact, by its decision makers.", refused.Detail)
}

// checkNotifyEmails judges the addresses to notify: one or more, none twice.
func checkNotifyEmails(emails []string, field string) Findings {
	var found Findings
	if len(emails) == 0 {
		found.add(refuse(CodeInvalidValue, field, "At least one address to notify is needed."))
	}
	return append(found, checkAddresses(emails, field)...)
}

// DeleteAccessRole takes an access role away. A partner may always give back its own.
func (s *Service) DeleteAccessRole(ctx context.Context, a Actor, customerID string, role AccessRoleName, pre Precondition) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		customer, err := a.accessCustomer(ctx, tx, customerID)
		if err != nil {
			return err
		}
		access, err := existingAccess(ctx, tx, customer, role)
		if err != nil {
			return err
		}
		if err := pre.check(true, access.Revision, "access role", accessID(customerID, role)); err != nil {
			return err
		}
		return s.removeAccess(ctx, tx, a, customer, access)
	})
}

// removeAccess takes an access role away, with its group and all memberships.
func (s *Service) removeAccess(ctx context.Context, tx Tx, a Actor, customer Customer, access AccessRole) error {
	members, err := membersOf(ctx, tx, access)
	if err != nil {
		return err
	}
	for _, member := range members {
		if err := s.removeMember(ctx, tx, a, customer, member); err != nil {
			return err
		}
	}
	if err := tx.AccessRoles().Delete(ctx, accessKey(access)...); err != nil {
		return err
	}
	err = s.audit(ctx, tx, a, change{
		Kind: KindAccessRole, ObjectID: accessID(customer.ID, access.Role), CustomerID: customer.ID, Before: access,
	})
	if err != nil {
		return err
	}
	return s.tellOfAccess(ctx, tx, a, mailRevoked, customer, access, access.NotifyEmails)
}

// tellOfAccess mails what happened to an access role, in plain words.
func (s *Service) tellOfAccess(ctx context.Context, tx Tx, a Actor, event string, customer Customer, access AccessRole, to []string) error {
	partner, err := tx.Partners().Get(ctx, customer.PartnerID)
	if err != nil {
		return err
	}
	title := accessRoleTitles[access.Role]
	subject, what := "", ""
	switch event {
	case mailGranted:
		subject = fmt.Sprintf("%s now has the role %s at %s", partner.Name, title, customer.Name)
		what = fmt.Sprintf("%s was given the role %s at %s. The members of its group %q now act there with that role.", partner.Name, title, customer.Name, access.GroupName)
	case mailChanged:
		subject = fmt.Sprintf("Who is told about the role %s of %s at %s has changed", title, partner.Name, customer.Name)
		what = fmt.Sprintf("%s keeps the role %s at %s. From now on these addresses are told about it: %s.", partner.Name, title, customer.Name, strings.Join(access.NotifyEmails, ", "))
	case mailRevoked:
		subject = fmt.Sprintf("%s no longer has the role %s at %s", partner.Name, title, customer.Name)
		what = fmt.Sprintf("The role %s of %s at %s was taken away, and its group %q with all memberships.", title, partner.Name, customer.Name, access.GroupName)
	}
	body := fmt.Sprintf("%s\n\nDone by %s on %s.\n", what, a.person(), s.now().Format(time.RFC1123))
	return s.mail(ctx, tx, customer.PartnerID, event, subject, body, to)
}
