package domain

import (
	"context"
	"slices"
)

func userKey(u PartnerUser) []string { return []string{u.PartnerID, u.EmailKey} }

// GetPartnerUser answers a person in the partner's own account.
func (s *Service) GetPartnerUser(ctx context.Context, a Actor, email string) (PartnerUser, error) {
	if err := a.require(ScopePartnerUsersManage); err != nil {
		return PartnerUser{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (PartnerUser, error) { return existingUser(ctx, tx, a, email) })
}

func existingUser(ctx context.Context, tx Tx, a Actor, email string) (PartnerUser, error) {
	user, ok, err := find(ctx, tx.PartnerUsers(), a.PartnerID, fold(email))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "There is no partner user %q.", email)
	}
	return user, err
}

// ListPartnerUsers answers the people in the partner's own account, by e-mail.
func (s *Service) ListPartnerUsers(ctx context.Context, a Actor, f PartnerUserFilter, page Page) (List[PartnerUser], error) {
	if err := a.require(ScopePartnerUsersManage); err != nil {
		return List[PartnerUser]{}, err
	}
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldEmailDomain, fold(f.EmailDomain))
	eq(&where, FieldSource, string(f.Source))
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[PartnerUser], error) {
		return listPage(ctx, tx.PartnerUsers(), where, page, 2, userKey)
	})
}

// PutPartnerUser adds a person by hand, or changes one. Of whom a directory brings only the account role changes here, since
// no directory knows of it.
func (s *Service) PutPartnerUser(ctx context.Context, a Actor, email string, in PartnerUserInput, pre Precondition) (PartnerUser, bool, error) {
	if err := a.require(ScopePartnerUsersManage); err != nil {
		return PartnerUser{}, false, err
	}
	return putting(ctx, s, func(ctx context.Context, tx Tx) (PartnerUser, bool, error) {
		return s.putPartnerUser(ctx, tx, a, email, in, pre)
	})
}

func (s *Service) putPartnerUser(ctx context.Context, tx Tx, a Actor, email string, in PartnerUserInput, pre Precondition) (PartnerUser, bool, error) {
	found := checkPerson(in.Name, in.Phone)
	addr, bad := addressOf(email, in.Email)
	if bad != nil {
		return PartnerUser{}, false, append(found, bad).err()
	}
	old, exists, err := find(ctx, tx.PartnerUsers(), a.PartnerID, addr.key)
	if err != nil {
		return PartnerUser{}, false, err
	}
	if err := pre.check(exists, old.Revision, "partner user", addr.key); err != nil {
		return PartnerUser{}, false, err
	}
	managed, err := managingDirectory(ctx, tx, old)
	if err != nil {
		return PartnerUser{}, false, err
	}
	if managed && (in.Name != old.Name || in.Phone != old.Phone) {
		return PartnerUser{}, false, refuse(CodeManagedByDirectory, "/email",
			"%q came from a directory; change name and phone there, the next synchronization brings them here. Only the account role is given here.", old.Email)
	}
	if !exists {
		taken, err := aliasTaken(ctx, tx, a.PartnerID, addr)
		if err != nil {
			return PartnerUser{}, false, err
		}
		found.add(taken)
	}
	unfit, err := checkAccountRole(ctx, tx, a.PartnerID, in.AccountRole, old.AccountRole)
	if err != nil {
		return PartnerUser{}, false, err
	}
	found.add(unfit)
	if err := found.err(); err != nil {
		return PartnerUser{}, false, err
	}

	user := old
	if !exists {
		user = PartnerUser{
			PartnerID: a.PartnerID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text,
		}
	}
	user.Name, user.Phone, user.AccountRole = in.Name, in.Phone, in.AccountRole
	if !managed { // whom a directory brought that is not connected any more is added by hand now, and so enabled
		user.Source, user.Directory, user.Disabled, user.Aliases = SourceManual, "", false, []string{}
	}
	if exists && user.Source == old.Source && user.Name == old.Name && user.Phone == old.Phone && user.AccountRole == old.AccountRole {
		return old, false, nil
	}
	user.Revision = newRevision()
	if err := tx.PartnerUsers().Put(ctx, user); err != nil {
		return PartnerUser{}, false, err
	}
	done := change{Kind: KindPartnerUser, ObjectID: user.EmailKey, After: user}
	if exists {
		done.Before = old
	}
	return user, !exists, s.audit(ctx, tx, a, done)
}

// aliasOwner answers whose alias an address is. Only directories bring aliases.
func aliasOwner(ctx context.Context, tx Tx, partnerID, key string) (PartnerUser, bool, error) {
	users, err := tx.PartnerUsers().List(ctx, Query{Where: []Condition{
		Eq(FieldPartnerID, partnerID), Eq(FieldSource, string(SourceDirectory)),
	}})
	if err != nil {
		return PartnerUser{}, false, err
	}
	i := slices.IndexFunc(users, func(u PartnerUser) bool {
		return slices.ContainsFunc(u.Aliases, func(alias string) bool { return fold(alias) == key })
	})
	if i < 0 {
		return PartnerUser{}, false, nil
	}
	return users[i], true, nil
}

func aliasTaken(ctx context.Context, tx Tx, partnerID string, addr address) (*Error, error) {
	owner, taken, err := aliasOwner(ctx, tx, partnerID, addr.key)
	if err != nil || !taken {
		return nil, err
	}
	e := refuse(CodeAlreadyExists, "/email", "%q is an alias of the partner user %q.", addr.text, owner.Email)
	e.ExistingID = owner.EmailKey
	return e, nil
}

// checkAccountRole judges the role of the partner's own account that a user is to have instead of the one held.
func checkAccountRole(ctx context.Context, tx Tx, partnerID, wanted, held string) (*Error, error) {
	const field = "/account_role"
	if wanted == held {
		return nil, nil
	}
	if wanted != "" {
		role, ok, err := findRole(ctx, tx, partnerID, "", wanted)
		if err != nil {
			return nil, err
		}
		if !ok {
			return unknownRole(ctx, tx, partnerID, "", wanted, field)
		}
		if role.ContentProtected {
			return protectedRole(wanted, field), nil
		}
	}
	protected, err := isProtected(ctx, tx, partnerID, "", held)
	if err != nil || !protected {
		return nil, err
	}
	return protectedRole(held, field), nil
}

// isProtected tells whether a role, which may be empty, opens protected content.
func isProtected(ctx context.Context, tx Tx, partnerID, customerID, name string) (bool, error) {
	role, ok, err := findRole(ctx, tx, partnerID, customerID, name)
	return ok && role.ContentProtected, err
}

// DeletePartnerUser removes a person who was added by hand, or whom no directory brings any more.
func (s *Service) DeletePartnerUser(ctx context.Context, a Actor, email string, pre Precondition) error {
	if err := a.require(ScopePartnerUsersManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error { return s.deletePartnerUser(ctx, tx, a, email, pre) })
}

func (s *Service) deletePartnerUser(ctx context.Context, tx Tx, a Actor, email string, pre Precondition) error {
	user, err := existingUser(ctx, tx, a, email)
	if err != nil {
		return err
	}
	if err := pre.check(true, user.Revision, "partner user", user.EmailKey); err != nil {
		return err
	}
	managed, err := managingDirectory(ctx, tx, user)
	if err != nil {
		return err
	}
	if managed && !user.Disabled {
		return refuse(CodeManagedByDirectory, "/email", "%q came from a directory; remove the person there, and the next synchronization disables the person here.", user.Email)
	}
	var found Findings
	protected, err := isProtected(ctx, tx, a.PartnerID, "", user.AccountRole)
	if err != nil {
		return err
	}
	if protected {
		found.add(protectedRole(user.AccountRole, ""))
	}
	grants, err := protectedGrants(ctx, tx, Eq(FieldPartnerID, a.PartnerID), Eq(FieldEmailKey, user.EmailKey))
	if err != nil {
		return err
	}
	found.add(inTheWay(CodeProtectedRole, grants, "%q holds roles with protected content at customers; only the vendor's support removes them.", user.Email))
	_, isAdmin, err := find(ctx, tx.PortalAdmins(), a.PartnerID, user.EmailKey)
	if err != nil {
		return err
	}
	if isAdmin {
		found.add(inTheWay(CodeInUse, []Blocker{{KindPortalAdmin, user.EmailKey}}, "%q is a portal admin; take the portal access away first.", user.Email))
	}
	memberships, err := blockersOf(ctx, tx.AccessGroupMembers(), memberBlocker, Eq(FieldPartnerID, a.PartnerID), Eq(FieldEmailKey, user.EmailKey))
	if err != nil {
		return err
	}
	found.add(inTheWay(CodeInUse, memberships, "%q is a member of groups that have access roles at customers; take the person out of them first.", user.Email))
	if err := found.err(); err != nil {
		return err
	}
	if err := tx.PartnerUsers().Delete(ctx, userKey(user)...); err != nil {
		return err
	}
	return s.audit(ctx, tx, a, change{Kind: KindPartnerUser, ObjectID: user.EmailKey, Before: user})
}
