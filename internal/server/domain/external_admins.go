package domain

import (
	"cmp"
	"context"
	"slices"
	"time"
)

func grantKey(g ExternalAdmin) []string { return []string{g.PartnerID, g.CustomerID, g.EmailKey} }

// grantID is how an import names an external administrator.
func grantID(customerID, emailKey string) string { return customerID + "/" + emailKey }

func grantBlocker(g ExternalAdmin) Blocker {
	return Blocker{KindExternalAdmin, grantID(g.CustomerID, g.EmailKey)}
}

// protectedGrants names the matching grants of roles with protected content.
func protectedGrants(ctx context.Context, tx Tx, where ...Condition) ([]Blocker, error) {
	return blockersOf(ctx, tx.ExternalAdmins(), grantBlocker, append(slices.Clip(where), Eq(FieldProtected, true))...)
}

// actsAsPartnerAdministrator tells whether the person for whom the actor acts is partner_administrator at a customer,
// which lets the person see who else gets in there and add further partner administrators.
func (a Actor) actsAsPartnerAdministrator(ctx context.Context, tx Tx, customerID string, now time.Time) (bool, error) {
	if a.Session != nil {
		return a.CustomerID == customerID && a.Session.Mode == ModeExternalAdmin && a.Session.Role == AccountPartnerAdministrator, nil
	}
	if a.isCustomer() || a.ActsFor == "" || a.Suspended || a.Narrowed {
		return false, nil
	}
	customer, ok, err := find(ctx, tx.Customers(), customerID)
	if err != nil || !ok || !customer.Enabled {
		return false, err
	}
	grant, ok, err := find(ctx, tx.ExternalAdmins(), a.PartnerID, customerID, fold(a.ActsFor))
	return ok && grant.Role == AccountPartnerAdministrator && grant.status(now) == GrantActive, err
}

// mayReadGrants refuses who may not see a customer's external administrators.
func (s *Service) mayReadGrants(ctx context.Context, tx Tx, a Actor, customerID string) error {
	missing := a.require(ScopeExternalAdminsManage)
	if missing != nil {
		if ok, err := a.actsAsPartnerAdministrator(ctx, tx, customerID, s.now()); err != nil || !ok {
			return cmp.Or(err, missing)
		}
	}
	_, err := a.ownCustomer(ctx, tx, customerID)
	return err
}

// GetExternalAdmin answers a portal admin's way into a customer.
func (s *Service) GetExternalAdmin(ctx context.Context, a Actor, customerID, email string) (ExternalAdmin, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (ExternalAdmin, error) {
		if err := s.mayReadGrants(ctx, tx, a, customerID); err != nil {
			return ExternalAdmin{}, err
		}
		return existingGrant(ctx, tx, a, customerID, email)
	})
}

func existingGrant(ctx context.Context, tx Tx, a Actor, customerID, email string) (ExternalAdmin, error) {
	grant, ok, err := find(ctx, tx.ExternalAdmins(), a.PartnerID, customerID, fold(email))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "%q is no external administrator of customer %q.", email, customerID)
	}
	return grant, err
}

// ListExternalAdmins answers who gets in at all customers, by customer id and e-mail.
func (s *Service) ListExternalAdmins(ctx context.Context, a Actor, f ExternalAdminFilter, page Page) (List[ExternalAdmin], error) {
	if err := a.require(ScopeExternalAdminsManage); err != nil {
		return List[ExternalAdmin]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[ExternalAdmin], error) {
		return listGrants(ctx, tx, a, f, page)
	})
}

// ListCustomerExternalAdmins answers who gets in at one customer, by e-mail.
func (s *Service) ListCustomerExternalAdmins(ctx context.Context, a Actor, customerID string, page Page) (List[ExternalAdmin], error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[ExternalAdmin], error) {
		if err := s.mayReadGrants(ctx, tx, a, customerID); err != nil {
			return List[ExternalAdmin]{}, err
		}
		return listGrants(ctx, tx, a, ExternalAdminFilter{CustomerID: customerID}, page)
	})
}

func listGrants(ctx context.Context, tx Tx, a Actor, f ExternalAdminFilter, page Page) (List[ExternalAdmin], error) {
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldCustomerID, f.CustomerID)
	eq(&where, FieldEmailKey, fold(f.Email))
	eq(&where, FieldRole, f.Role)
	eq(&where, FieldEmailDomain, fold(f.EmailDomain))
	return listPage(ctx, tx.ExternalAdmins(), where, page, 3, grantKey)
}

// PutExternalAdmin lets a portal admin into a customer's administration console, or changes the role there or how long it
// lasts.
func (s *Service) PutExternalAdmin(ctx context.Context, a Actor, customerID, email string, in ExternalAdminInput, pre Precondition) (ExternalAdmin, bool, error) {
	return putting(ctx, s, func(ctx context.Context, tx Tx) (ExternalAdmin, bool, error) {
		return s.putExternalAdmin(ctx, tx, a, customerID, email, in, pre)
	})
}

func (s *Service) putExternalAdmin(ctx context.Context, tx Tx, a Actor, customerID, email string, in ExternalAdminInput, pre Precondition) (ExternalAdmin, bool, error) {
	if err := s.mayPutGrant(ctx, tx, a, customerID, email, in.Role); err != nil {
		return ExternalAdmin{}, false, err
	}
	customer, err := a.ownCustomer(ctx, tx, customerID)
	if err != nil {
		return ExternalAdmin{}, false, err
	}
	partner, err := tx.Partners().Get(ctx, a.PartnerID)
	if err != nil {
		return ExternalAdmin{}, false, err
	}
	if partner.Kind != KindMSP {
		return ExternalAdmin{}, false, refuse(CodePartnerKind, "", "Only partners of kind %s have external administrators; %q is of kind %s.", KindMSP, partner.Name, partner.Kind)
	}
	addr, bad := addressOf(email, in.Email)
	if bad != nil {
		return ExternalAdmin{}, false, bad
	}
	old, exists, err := find(ctx, tx.ExternalAdmins(), a.PartnerID, customerID, addr.key)
	if err != nil {
		return ExternalAdmin{}, false, err
	}
	if err := pre.check(exists, old.Revision, "external administrator", grantID(customerID, addr.key)); err != nil {
		return ExternalAdmin{}, false, err
	}
	found, err := checkGrantee(ctx, tx, customer, addr)
	if err != nil {
		return ExternalAdmin{}, false, err
	}
	more, err := checkGrantRole(ctx, tx, customer, in.Role, old)
	if err != nil {
		return ExternalAdmin{}, false, err
	}
	if !exists {
		disabled, err := checkEnabled(ctx, tx, a.PartnerID, addr.key, "/email")
		if err != nil {
			return ExternalAdmin{}, false, err
		}
		more.add(disabled)
	}
	if err := append(found, more...).with(s.checkExpiry(in.ExpiresAt, old)).err(); err != nil {
		return ExternalAdmin{}, false, err
	}
	if exists && old.Role == in.Role && sameInstant(old.ExpiresAt, in.ExpiresAt) {
		return old, false, nil
	}

	if err := s.noteExpiry(ctx, tx, &old); err != nil {
		return ExternalAdmin{}, false, err
	}
	grant := old
	if !exists {
		grant = ExternalAdmin{PartnerID: a.PartnerID, CustomerID: customerID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text}
	}
	if !sameInstant(old.ExpiresAt, in.ExpiresAt) {
		limit(&grant, in.ExpiresAt)
	}
	grant.Role, grant.Revision = in.Role, newRevision()
	if err := tx.ExternalAdmins().Put(ctx, grant); err != nil {
		return ExternalAdmin{}, false, err
	}
	done := change{Kind: KindExternalAdmin, ObjectID: grantID(customerID, addr.key), CustomerID: customerID, After: grant}
	if exists {
		done.Before = old
	}
	return grant, !exists, s.audit(ctx, tx, a, done)
}

// mayPutGrant refuses who has neither the scope nor, for a further partner administrator, is one at this customer.
func (s *Service) mayPutGrant(ctx context.Context, tx Tx, a Actor, customerID, email, role string) error {
	if a.has(ScopeExternalAdminsManage) {
		return nil
	}
	missing := a.forbidden("", ScopeExternalAdminsManage)
	ok, err := a.actsAsPartnerAdministrator(ctx, tx, customerID, s.now())
	if err != nil || !ok {
		return cmp.Or[error](err, missing)
	}
	_, exists, err := find(ctx, tx.ExternalAdmins(), a.PartnerID, customerID, fold(email))
	if err != nil {
		return err
	}
	if exists || role != AccountPartnerAdministrator {
		missing.Detail = "As " + AccountPartnerAdministrator + " of this customer you may add further people of that role, nothing else. " + missing.Detail
		return missing
	}
	return nil
}

// checkGrantee judges the person who is to get in at a customer.
func checkGrantee(ctx context.Context, tx Tx, customer Customer, addr address) (Findings, error) {
	const field = "/email"
	var found Findings
	if slices.ContainsFunc(customer.InternalDomains, func(internal string) bool { return fold(internal) == addr.domain }) {
		found.add(refuse(CodeInternalDomain, field, "%q lies in %s, an internal domain of the customer; external administrators come from outside.", addr.text, addr.domain))
	}
	_, isAdmin, err := find(ctx, tx.PortalAdmins(), customer.PartnerID, addr.key)
	if err == nil && !isAdmin {
		found.add(refuse(CodeNotAPortalAdmin, field, "%q is no portal admin; give the person portal access first.", addr.text))
	}
	return found, err
}

// checkGrantRole judges a role of the customer's account that is to take the place of that of an old grant, if any.
func checkGrantRole(ctx context.Context, tx Tx, customer Customer, wanted string, old ExternalAdmin) (Findings, error) {
	const field = "/role"
	var found Findings
	if old.ContentProtected && old.Role != wanted {
		found.add(protectedRole(old.Role, field))
	}
	role, ok, err := findRole(ctx, tx, customer.PartnerID, customer.ID, wanted)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		unknown, err := unknownRole(ctx, tx, customer.PartnerID, customer.ID, wanted, field)
		found.add(unknown)
		return found, err
	case role.ContentProtected:
		found.add(protectedRole(wanted, field))
	}
	return found, nil
}

// AnticipateExternalAdmins reads in a few statements what writes of these people's grants go by, for operations that come
// later in the same transaction. It judges nothing. emails are by customer id.
func (s *Service) AnticipateExternalAdmins(ctx context.Context, a Actor, emails map[string][]string) error {
	return s.read(ctx, func(ctx context.Context, tx Tx) error {
		for customerID, some := range emails {
			keys := make([]string, len(some))
			for i, email := range some {
				keys[i] = fold(email)
			}
			if err := tx.ExternalAdmins().Fetch(ctx, keys, a.PartnerID, customerID); err != nil {
				return err
			}
			if err := tx.PortalAdmins().Fetch(ctx, keys, a.PartnerID); err != nil {
				return err
			}
			if err := tx.PartnerUsers().Fetch(ctx, keys, a.PartnerID); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteExternalAdmin takes a portal admin's way into a customer away.
func (s *Service) DeleteExternalAdmin(ctx context.Context, a Actor, customerID, email string, pre Precondition) error {
	if err := a.require(ScopeExternalAdminsManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		if _, err := a.ownCustomer(ctx, tx, customerID); err != nil {
			return err
		}
		grant, err := existingGrant(ctx, tx, a, customerID, email)
		if err != nil {
			return err
		}
		if err := pre.check(true, grant.Revision, "external administrator", grantID(customerID, grant.EmailKey)); err != nil {
			return err
		}
		if grant.ContentProtected {
			return protectedRole(grant.Role, "")
		}
		return s.removeGrant(ctx, tx, a, grant)
	})
}

func (s *Service) removeGrant(ctx context.Context, tx Tx, a Actor, grant ExternalAdmin) error {
	if err := s.noteExpiry(ctx, tx, &grant); err != nil {
		return err
	}
	if err := tx.ExternalAdmins().Delete(ctx, grantKey(grant)...); err != nil {
		return err
	}
	err := s.audit(ctx, tx, a, change{
		Kind: KindExternalAdmin, ObjectID: grantID(grant.CustomerID, grant.EmailKey), CustomerID: grant.CustomerID, Before: grant,
	})
	if err != nil {
		return err
	}
	return s.endSessions(ctx, tx, a,
		[]Condition{Eq(FieldPartnerID, grant.PartnerID), Eq(FieldCustomerID, grant.CustomerID), Eq(FieldEmailKey, grant.EmailKey)}, ModeExternalAdmin)
}
