package domain

import (
	"context"
	"slices"
	"strings"
)

func adminKey(p PortalAdmin) []string { return []string{p.PartnerID, p.EmailKey} }

// GetPortalAdmin answers a person who may use the partner portal.
func (s *Service) GetPortalAdmin(ctx context.Context, a Actor, email string) (PortalAdmin, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PortalAdmin{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (PortalAdmin, error) { return existingAdmin(ctx, tx, a, email) })
}

func existingAdmin(ctx context.Context, tx Tx, a Actor, email string) (PortalAdmin, error) {
	admin, ok, err := find(ctx, tx.PortalAdmins(), a.PartnerID, fold(email))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "There is no portal admin %q.", email)
	}
	return admin, err
}

// ListPortalAdmins answers the people who may use the partner portal, by e-mail.
func (s *Service) ListPortalAdmins(ctx context.Context, a Actor, f PortalAdminFilter, page Page) (List[PortalAdmin], error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return List[PortalAdmin]{}, err
	}
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldEmailDomain, fold(f.EmailDomain))
	eq(&where, FieldRole, string(f.Role))
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[PortalAdmin], error) {
		return listPage(ctx, tx.PortalAdmins(), where, page, 2, adminKey)
	})
}

// PutPortalAdmin makes a partner user a portal admin, or changes one.
func (s *Service) PutPortalAdmin(ctx context.Context, a Actor, email string, in PortalAdminInput, pre Precondition) (PortalAdmin, bool, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PortalAdmin{}, false, err
	}
	return putting(ctx, s, func(ctx context.Context, tx Tx) (PortalAdmin, bool, error) {
		return s.putPortalAdmin(ctx, tx, a, email, in, pre)
	})
}

func (s *Service) putPortalAdmin(ctx context.Context, tx Tx, a Actor, email string, in PortalAdminInput, pre Precondition) (PortalAdmin, bool, error) {
	found := checkPerson(in.Name, in.Phone)
	found.add(checkPortalRole(in.Role, "/role"))
	addr, bad := addressOf(email, in.Email)
	if bad != nil {
		return PortalAdmin{}, false, append(found, bad).err()
	}
	old, exists, err := find(ctx, tx.PortalAdmins(), a.PartnerID, addr.key)
	if err != nil {
		return PortalAdmin{}, false, err
	}
	if err := pre.check(exists, old.Revision, "portal admin", addr.key); err != nil {
		return PortalAdmin{}, false, err
	}
	var more Findings
	switch {
	case !exists:
		more, err = checkIsUser(ctx, tx, a.PartnerID, addr)
	case isPortalRole(in.Role):
		more, err = checkReassignment(ctx, tx, a, old, in.Role)
	}
	if err != nil {
		return PortalAdmin{}, false, err
	}
	if err := append(found, more...).err(); err != nil {
		return PortalAdmin{}, false, err
	}

	admin := old
	if !exists {
		admin = PortalAdmin{PartnerID: a.PartnerID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text, Status: StatusUnregistered}
	}
	admin.Name, admin.Phone, admin.Role = in.Name, in.Phone, in.Role
	if exists && admin == old {
		return old, false, nil
	}
	admin.Revision = newRevision()
	if err := tx.PortalAdmins().Put(ctx, admin); err != nil {
		return PortalAdmin{}, false, err
	}
	done := change{Kind: KindPortalAdmin, ObjectID: admin.EmailKey, After: admin}
	if exists {
		done.Before = old
	} else if _, err := s.invite(ctx, tx, admin); err != nil {
		return PortalAdmin{}, false, err
	}
	if exists && !maySignIn(admin.Role) {
		if err := s.endSessionsOf(ctx, tx, a, admin.PartnerID, admin.EmailKey, ModeDelegated); err != nil {
			return PortalAdmin{}, false, err
		}
	}
	return admin, !exists, s.audit(ctx, tx, a, done)
}

func isPortalRole(role PortalRole) bool {
	return slices.ContainsFunc(PortalRoles, func(known PortalRoleInfo) bool { return known.Name == role })
}

func checkPortalRole(role PortalRole, field string) *Error {
	if isPortalRole(role) {
		return nil
	}
	names := make([]string, len(PortalRoles))
	for i, known := range PortalRoles {
		names[i] = string(known.Name)
	}
	return refuse(CodeInvalidValue, field, "%q is no portal role; they are %s.", role, strings.Join(names, ", "))
}

// checkIsUser refuses an address that is not the primary one of a partner user.
func checkIsUser(ctx context.Context, tx Tx, partnerID string, addr address) (Findings, error) {
	_, isUser, err := find(ctx, tx.PartnerUsers(), partnerID, addr.key)
	if err != nil {
		return nil, err
	}
	if isUser {
		disabled, err := checkEnabled(ctx, tx, partnerID, addr.key, "/email")
		return Findings(nil).with(disabled), err
	}
	owner, isAlias, err := aliasOwner(ctx, tx, partnerID, addr.key)
	if err != nil {
		return nil, err
	}
	if isAlias {
		return Findings{refuse(CodeInvalidValue, "/email", "%q is an alias; use the person's primary address %q.", addr.text, owner.Email)}, nil
	}
	return Findings{refuse(CodeNotAPartnerUser, "/email", "%q is no partner user; add the person to the partner's own account first.", addr.text)}, nil
}

// checkDemotion judges what a portal admin's partner loses when the role next, empty for none, takes the place of the
// present one.
func checkDemotion(ctx context.Context, tx Tx, a Actor, admin PortalAdmin, next PortalRole, field string) (Findings, error) {
	if admin.Role != RoleAdministrator || next == RoleAdministrator {
		return nil, nil
	}
	var found Findings
	if admin.EmailKey == fold(a.ActsFor) {
		found.add(refuse(CodeOwnAccount, field, "%q is who this client acts for; nobody can take away their own %s. Another MSP administrator can.", admin.Email, RoleAdministrator))
	}
	user, _, err := find(ctx, tx.PartnerUsers(), a.PartnerID, admin.EmailKey)
	if err != nil || user.Disabled { // who is disabled can't be the last one who works
		return found, err
	}
	administrators, err := enabledAdministrators(ctx, tx, a.PartnerID)
	if err == nil && administrators == 1 {
		found.add(refuse(CodeLastAdministrator, field, "%q is the partner's last %s; make somebody else one first.", admin.Email, RoleAdministrator))
	}
	return found, err
}

// ledBy names the customers whose implementation lead a portal admin is.
func ledBy(ctx context.Context, tx Tx, admin PortalAdmin) ([]Blocker, error) {
	return blockersOf(ctx, tx.Customers(), func(c Customer) Blocker { return Blocker{KindCustomer, c.ID} },
		Eq(FieldPartnerID, admin.PartnerID), Eq(FieldLeadKey, admin.EmailKey))
}

// checkReassignment judges another role for an existing portal admin.
func checkReassignment(ctx context.Context, tx Tx, a Actor, admin PortalAdmin, next PortalRole) (Findings, error) {
	const field = "/role"
	found, err := checkDemotion(ctx, tx, a, admin, next, field)
	if err != nil || mayLead(next) {
		return found, err
	}
	led, err := ledBy(ctx, tx, admin)
	if e := inTheWay(CodeInUse, led, "%q is the implementation lead of customers, which %s can't be; name another lead there first.", admin.Email, next); e != nil {
		e.Field = field
		found.add(e)
	}
	return found, err
}

// mayLead tells whether people with this role can be implementation leads.
func mayLead(role PortalRole) bool { return slices.Contains(RoleTable[ScopeOrdersLead], role) }

// DeletePortalAdmin takes a person's portal access away.
func (s *Service) DeletePortalAdmin(ctx context.Context, a Actor, email string, pre Precondition) error {
	if err := a.require(ScopePartnerManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error { return s.deletePortalAdmin(ctx, tx, a, email, pre) })
}

func (s *Service) deletePortalAdmin(ctx context.Context, tx Tx, a Actor, email string, pre Precondition) error {
	admin, err := existingAdmin(ctx, tx, a, email)
	if err != nil {
		return err
	}
	if err := pre.check(true, admin.Revision, "portal admin", admin.EmailKey); err != nil {
		return err
	}
	found, err := checkRemoval(ctx, tx, a, admin)
	if err != nil {
		return err
	}
	if err := found.err(); err != nil {
		return err
	}
	if err := tx.PortalAdmins().Delete(ctx, adminKey(admin)...); err != nil {
		return err
	}
	if err := tx.PortalCredentials().Delete(ctx, adminKey(admin)...); err != nil {
		return err
	}
	err = s.audit(ctx, tx, a, change{Kind: KindPortalAdmin, ObjectID: admin.EmailKey, Before: admin})
	if err != nil {
		return err
	}
	return s.endSessionsOf(ctx, tx, a, admin.PartnerID, admin.EmailKey, ModeDelegated, ModeExternalAdmin)
}

// checkRemoval judges the end of a person's portal access.
func checkRemoval(ctx context.Context, tx Tx, a Actor, admin PortalAdmin) (Findings, error) {
	found, err := checkDemotion(ctx, tx, a, admin, "", "")
	if err != nil {
		return nil, err
	}
	if admin.Role != RoleAdministrator && admin.EmailKey == fold(a.ActsFor) {
		found.add(refuse(CodeOwnAccount, "", "%q is who this client acts for; nobody can take away their own access.", admin.Email))
	}
	person := []Condition{Eq(FieldPartnerID, a.PartnerID), Eq(FieldEmailKey, admin.EmailKey)}
	protected, err := protectedGrants(ctx, tx, person...)
	if err != nil {
		return nil, err
	}
	found.add(inTheWay(CodeProtectedRole, protected, "%q holds roles with protected content at customers; only the vendor's support removes them.", admin.Email))
	grants, err := blockersOf(ctx, tx.ExternalAdmins(), grantBlocker, append(person, Eq(FieldProtected, false))...)
	if err != nil {
		return nil, err
	}
	led, err := ledBy(ctx, tx, admin)
	found.add(inTheWay(CodeInUse, append(grants, led...), "%q is external administrator or implementation lead of customers; end that first.", admin.Email))
	return found, err
}
