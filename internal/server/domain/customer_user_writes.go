package domain

import "context"

// PutCustomerUser creates a user of a managed customer, or changes one.
func (s *Service) PutCustomerUser(ctx context.Context, a Actor, customerID, email string, in CustomerUserInput, pre Precondition) (CustomerUserNow, bool, error) {
	return putting(ctx, s, func(ctx context.Context, tx Tx) (CustomerUserNow, bool, error) {
		customer, err := a.customerOfUsers(ctx, tx, customerID, permissionUsersManage)
		if err != nil {
			return CustomerUserNow{}, false, err
		}
		user, created, err := s.putCustomerUser(ctx, tx, a, customer, email, in, pre)
		return user.now(customer.Enabled), created, err
	})
}

func (s *Service) putCustomerUser(ctx context.Context, tx Tx, a Actor, customer Customer, email string, in CustomerUserInput, pre Precondition) (CustomerUser, bool, error) {
	found := checkCustomerUser(in)
	addr, bad := addressOf(email, in.Email)
	if bad != nil {
		return CustomerUser{}, false, append(found, bad).err()
	}
	if isBuiltinAdmin(customer, addr.key) {
		return CustomerUser{}, false, builtinAdmin(customer, "/email")
	}
	old, exists, err := find(ctx, tx.CustomerUsers(), customer.PartnerID, customer.ID, addr.key)
	if err != nil {
		return CustomerUser{}, false, err
	}
	if err := a.mayTouch("/role", old.Role, in.Role); err != nil {
		return CustomerUser{}, false, err
	}
	if err := pre.check(exists, old.Revision, "customer user", customerUserID(customer.ID, addr.key)); err != nil {
		return CustomerUser{}, false, err
	}
	last, err := checkStaysAdministered(ctx, tx, customer, old, in.Role, "/role")
	if err != nil {
		return CustomerUser{}, false, err
	}
	if err := found.with(last).err(); err != nil {
		return CustomerUser{}, false, err
	}

	user := old
	if !exists {
		user = newCustomerUser(customer, addr)
	}
	user.Name, user.Role = in.Name, in.Role
	if exists && user == old {
		return old, false, nil
	}
	user.Revision = newRevision()
	if err := tx.CustomerUsers().Put(ctx, user); err != nil {
		return CustomerUser{}, false, err
	}
	done := change{Kind: KindCustomerUser, ObjectID: customerUserID(customer.ID, addr.key), CustomerID: customer.ID, After: user}
	if exists {
		done.Before = old
	}
	return user, !exists, s.audit(ctx, tx, a, done)
}

func newCustomerUser(customer Customer, addr address) CustomerUser {
	return CustomerUser{PartnerID: customer.PartnerID, CustomerID: customer.ID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text}
}

// checkCustomerUser judges what a user is to be, without looking at others.
func checkCustomerUser(in CustomerUserInput) Findings {
	var found Findings
	found.add(checkLine(in.Name, "/name"))
	found.add(checkCustomerUserRole(in.Role))
	return found
}

func builtinAdmin(customer Customer, field string) *Error {
	return refuse(CodeInvalidValue, field, "%q is the built-in administrator of %q, which comes and goes with the customer and can't be managed.", customer.AdminUsername, customer.Name)
}

// mayTouch refuses who may manage users, but no master admins, one of whom has or is to have one of the roles.
func (a Actor) mayTouch(field string, roles ...CustomerUserRole) error {
	for _, role := range roles {
		if a.Session != nil {
			if err := a.checkOwnPermissions(field, string(role), role.permissions()); err != nil {
				return err
			}
			continue
		}
		if role == UserMasterAdmin && !a.has(ScopeMasterAdminsManage) {
			return a.forbidden(field, ScopeMasterAdminsManage)
		}
	}
	return nil
}

// checkStaysAdministered refuses to take an account's last master admin away, by another role or, if next is empty, by
// deletion. A built-in administrator counts as one.
func checkStaysAdministered(ctx context.Context, tx Tx, customer Customer, user CustomerUser, next CustomerUserRole, field string) (*Error, error) {
	if user.Role != UserMasterAdmin || next == UserMasterAdmin || customer.AdminUsername != "" {
		return nil, nil
	}
	masters, err := tx.CustomerUsers().Count(ctx, Query{Where: append(belongsTo(customer), Eq(FieldRole, string(UserMasterAdmin)))})
	if err != nil || masters > 1 {
		return nil, err
	}
	return refuse(CodeLastMasterAdmin, field, "%q is the last %s of %q; make somebody else one first.", user.Email, UserMasterAdmin, customer.Name), nil
}

// DeleteCustomerUser deletes a user of a managed customer.
func (s *Service) DeleteCustomerUser(ctx context.Context, a Actor, customerID, email string, pre Precondition) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		customer, err := a.customerOfUsers(ctx, tx, customerID, permissionUsersManage)
		if err != nil {
			return err
		}
		if isBuiltinAdmin(customer, fold(email)) {
			return builtinAdmin(customer, "")
		}
		user, err := existingCustomerUser(ctx, tx, customer, email)
		if err != nil {
			return err
		}
		if err := a.mayTouch("", user.Role); err != nil {
			return err
		}
		if err := pre.check(true, user.Revision, "customer user", customerUserID(customerID, user.EmailKey)); err != nil {
			return err
		}
		last, err := checkStaysAdministered(ctx, tx, customer, user, "", "")
		if err != nil {
			return err
		}
		if last != nil {
			return last
		}
		return s.removeCustomerUser(ctx, tx, a, user)
	})
}

func (s *Service) removeCustomerUser(ctx context.Context, tx Tx, a Actor, user CustomerUser) error {
	if err := tx.CustomerUsers().Delete(ctx, customerUserKey(user)...); err != nil {
		return err
	}
	return s.audit(ctx, tx, a, change{
		Kind: KindCustomerUser, ObjectID: customerUserID(user.CustomerID, user.EmailKey), CustomerID: user.CustomerID, Before: user,
	})
}
