package domain

import (
	"context"
	"fmt"
	"time"
)

// Events of mails to members of access groups.
const (
	mailJoined = "access_group_joined"
	mailLeft   = "access_group_left"
)

func memberKey(m AccessGroupMember) []string {
	return []string{m.PartnerID, m.CustomerID, string(m.Role), m.EmailKey}
}

// memberID is how an import names a member of an access group.
func memberID(m AccessGroupMember) string { return accessID(m.CustomerID, m.Role) + "/" + m.EmailKey }

func memberBlocker(m AccessGroupMember) Blocker { return Blocker{KindAccessGroupMember, memberID(m)} }

// GetAccessGroupMember answers somebody whom the partner put into the group of an access role.
func (s *Service) GetAccessGroupMember(ctx context.Context, a Actor, customerID string, role AccessRoleName, email string) (AccessGroupMember, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (AccessGroupMember, error) {
		if _, err := a.groupCustomer(ctx, tx, customerID, role); err != nil {
			return AccessGroupMember{}, err
		}
		return existingMember(ctx, tx, a, customerID, role, email)
	})
}

// groupCustomer answers the customer for an operation on the members of one of its groups. Whom it puts there is the
// partner's business, so a customer's own client does not see them.
func (a Actor) groupCustomer(ctx context.Context, tx Tx, customerID string, role AccessRoleName) (Customer, error) {
	if err := a.require(ScopeAccessGroupMembersManage); err != nil {
		return Customer{}, err
	}
	customer, err := a.ownCustomer(ctx, tx, customerID)
	if err != nil {
		return Customer{}, err
	}
	return customer, checkAccessRoleName(role)
}

func existingMember(ctx context.Context, tx Tx, a Actor, customerID string, role AccessRoleName, email string) (AccessGroupMember, error) {
	member, ok, err := find(ctx, tx.AccessGroupMembers(), a.PartnerID, customerID, string(role), fold(email))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "%q is no member of the group for %s at customer %q.", email, role, customerID)
	}
	return member, err
}

// ListAccessGroupMembers answers the members of all groups, by customer id, role and e-mail.
func (s *Service) ListAccessGroupMembers(ctx context.Context, a Actor, f AccessGroupMemberFilter, page Page) (List[AccessGroupMember], error) {
	if err := a.require(ScopeAccessGroupMembersManage); err != nil {
		return List[AccessGroupMember]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AccessGroupMember], error) {
		return listMembers(ctx, tx, a, f, page)
	})
}

// ListOneAccessGroupsMembers answers the members of one group, by e-mail. A role that is not given has no group.
func (s *Service) ListOneAccessGroupsMembers(ctx context.Context, a Actor, customerID string, role AccessRoleName, page Page) (List[AccessGroupMember], error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AccessGroupMember], error) {
		customer, err := a.groupCustomer(ctx, tx, customerID, role)
		if err != nil {
			return List[AccessGroupMember]{}, err
		}
		if _, err := existingAccess(ctx, tx, customer, role); err != nil {
			return List[AccessGroupMember]{}, err
		}
		return listMembers(ctx, tx, a, AccessGroupMemberFilter{CustomerID: customerID, Role: role}, page)
	})
}

func listMembers(ctx context.Context, tx Tx, a Actor, f AccessGroupMemberFilter, page Page) (List[AccessGroupMember], error) {
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldCustomerID, f.CustomerID)
	eq(&where, FieldRole, string(f.Role))
	eq(&where, FieldEmailKey, fold(f.Email))
	eq(&where, FieldEmailDomain, fold(f.EmailDomain))
	return listPage(ctx, tx.AccessGroupMembers(), where, page, 4, memberKey)
}

// PutAccessGroupMember puts a partner user into the group of an access role. A member has nothing that could be changed.
func (s *Service) PutAccessGroupMember(ctx context.Context, a Actor, customerID string, role AccessRoleName, email string, in AccessGroupMemberInput, pre Precondition) (AccessGroupMember, bool, error) {
	return putting(ctx, s, func(ctx context.Context, tx Tx) (AccessGroupMember, bool, error) {
		return s.putMember(ctx, tx, a, customerID, role, email, in, pre)
	})
}

func (s *Service) putMember(ctx context.Context, tx Tx, a Actor, customerID string, role AccessRoleName, email string, in AccessGroupMemberInput, pre Precondition) (AccessGroupMember, bool, error) {
	customer, err := a.groupCustomer(ctx, tx, customerID, role)
	if err != nil {
		return AccessGroupMember{}, false, err
	}
	addr, bad := addressOf(email, in.Email)
	if bad != nil {
		return AccessGroupMember{}, false, bad
	}
	member := AccessGroupMember{
		PartnerID: a.PartnerID, CustomerID: customerID, Role: role, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text,
		GroupName: groupName(customer.Name, role), AddedAt: s.now(),
	}
	old, exists, err := find(ctx, tx.AccessGroupMembers(), memberKey(member)...)
	if err != nil {
		return AccessGroupMember{}, false, err
	}
	if err := pre.check(exists, old.Revision, "member", memberID(member)); err != nil {
		return AccessGroupMember{}, false, err
	}
	if exists {
		return old, false, nil
	}
	found, err := checkIsUser(ctx, tx, a.PartnerID, addr)
	if err != nil {
		return AccessGroupMember{}, false, err
	}
	_, given, err := find(ctx, tx.AccessRoles(), customer.PartnerID, customer.ID, string(role))
	if err != nil {
		return AccessGroupMember{}, false, err
	}
	if !given {
		found.add(refuse(CodeUnknownRole, "/role", "%q has not given the access role %s, so there is no group for it; it is given first, by a decision maker of the customer.", customer.Name, role))
	}
	if err := found.err(); err != nil {
		return AccessGroupMember{}, false, err
	}
	member.Revision = newRevision()
	if err := tx.AccessGroupMembers().Put(ctx, member); err != nil {
		return AccessGroupMember{}, false, err
	}
	err = s.audit(ctx, tx, a, change{Kind: KindAccessGroupMember, ObjectID: memberID(member), CustomerID: customerID, After: member})
	if err != nil {
		return AccessGroupMember{}, false, err
	}
	return member, true, s.tellMember(ctx, tx, a, mailJoined, customer, member)
}

// DeleteAccessGroupMember takes somebody out of the group of an access role, and so the rights at the customer away.
func (s *Service) DeleteAccessGroupMember(ctx context.Context, a Actor, customerID string, role AccessRoleName, email string, pre Precondition) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		customer, err := a.groupCustomer(ctx, tx, customerID, role)
		if err != nil {
			return err
		}
		member, err := existingMember(ctx, tx, a, customerID, role, email)
		if err != nil {
			return err
		}
		if err := pre.check(true, member.Revision, "member", memberID(member)); err != nil {
			return err
		}
		return s.removeMember(ctx, tx, a, customer, member)
	})
}

func (s *Service) removeMember(ctx context.Context, tx Tx, a Actor, customer Customer, member AccessGroupMember) error {
	if err := tx.AccessGroupMembers().Delete(ctx, memberKey(member)...); err != nil {
		return err
	}
	err := s.audit(ctx, tx, a, change{Kind: KindAccessGroupMember, ObjectID: memberID(member), CustomerID: customer.ID, Before: member})
	if err != nil {
		return err
	}
	return s.tellMember(ctx, tx, a, mailLeft, customer, member)
}

// membersOf answers all members of the group of an access role.
func membersOf(ctx context.Context, tx Tx, access AccessRole) ([]AccessGroupMember, error) {
	return tx.AccessGroupMembers().List(ctx, Query{Where: []Condition{
		Eq(FieldPartnerID, access.PartnerID), Eq(FieldCustomerID, access.CustomerID), Eq(FieldRole, string(access.Role)),
	}})
}

// renameMembers lets what members say of their group follow its name.
func (s *Service) renameMembers(ctx context.Context, tx Tx, a Actor, access AccessRole) error {
	members, err := membersOf(ctx, tx, access)
	if err != nil {
		return err
	}
	for _, old := range members {
		member := old
		member.GroupName, member.Revision = access.GroupName, newRevision()
		if err := tx.AccessGroupMembers().Put(ctx, member); err != nil {
			return err
		}
		err := s.audit(ctx, tx, a, change{
			Kind: KindAccessGroupMember, ObjectID: memberID(old), CustomerID: access.CustomerID, Before: old, After: member,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// actsAsMember tells whether the person for whom the actor acts has an access role at a customer, as a member of its group.
func (a Actor) actsAsMember(ctx context.Context, tx Tx, customerID string, role AccessRoleName) (bool, error) {
	if a.isCustomer() || a.ActsFor == "" || a.Suspended || a.Narrowed {
		return false, nil
	}
	_, ok, err := find(ctx, tx.AccessGroupMembers(), a.PartnerID, customerID, string(role), fold(a.ActsFor))
	return ok, err
}

// tellMember mails somebody who comes into a group or goes, in plain words.
func (s *Service) tellMember(ctx context.Context, tx Tx, a Actor, event string, customer Customer, member AccessGroupMember) error {
	title := accessRoleTitles[member.Role]
	subject := fmt.Sprintf("You now have the role %s at %s", title, customer.Name)
	what := fmt.Sprintf("You are a member of the group %q now, and act at %s with the role %s.", member.GroupName, customer.Name, title)
	if event == mailLeft {
		subject = fmt.Sprintf("You no longer have the role %s at %s", title, customer.Name)
		what = fmt.Sprintf("You are no member of the group %q any more, and have the role %s at %s no longer.", member.GroupName, title, customer.Name)
	}
	body := fmt.Sprintf("%s\n\nDone by %s on %s.\n", what, a.person(), s.now().Format(time.RFC1123))
	return s.mail(ctx, tx, member.PartnerID, event, subject, body, []string{member.Email})
}
