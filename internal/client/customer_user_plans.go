package client

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// What a token has to carry for each write of customer users, and besides for those of master admins.
const (
	scopeCustomerUsers = "customer_users.manage"
	scopeMasterAdmins  = "master_admins.manage"
)

// surelyShort is below the contract's limit of a name in characters, whatever these are made of.
const surelyShort = 200

// PlanPutCustomerUser answers what is fatal about PutCustomerUser, as ValidatePutCustomerUser does; other findings may be
// missing. Where what was read in common leaves no doubt, it costs no request, as with PlanPutExternalAdmin.
func (c *Client) PlanPutCustomerUser(ctx context.Context, customerID, email string, in api.CustomerUserInput) (*Validation, error) {
	if c.surelyPutsUser(ctx, customerID, email, in) {
		return &Validation{}, nil
	}
	return c.ValidatePutCustomerUser(ctx, customerID, email, in, WriteOptions{})
}

// PlanDeleteCustomerUser does for DeleteCustomerUser what PlanPutCustomerUser does for PutCustomerUser. That there is nothing
// to delete is no error in a plan.
func (c *Client) PlanDeleteCustomerUser(ctx context.Context, customerID, email string) (*Validation, error) {
	if c.surelyChangesUser(ctx, customerID, email, "") {
		return &Validation{}, nil
	}
	result, err := c.ValidateDeleteCustomerUser(ctx, customerID, email, MatchOptions{})
	if IsNotFound(err) {
		return &Validation{}, nil
	}
	return result, err
}

// surelyPutsUser tells whether nothing can be fatal about a put. Everything that the contract makes fatal has a line here,
// and what is new in the input is not known to this version, so it is a doubt.
func (c *Client) surelyPutsUser(ctx context.Context, customerID, email string, in api.CustomerUserInput) bool {
	known := api.CustomerUserInput{Email: in.Email, Name: in.Name, Role: in.Role}
	return in == known && isSpelling(email, in.Email) && surelyName(in.Name) && in.Role.Valid() &&
		c.surelyChangesUser(ctx, customerID, email, in.Role)
}

// surelyChangesUser tells whether neither the user nor the caller stands in the way of a write.
func (c *Client) surelyChangesUser(ctx context.Context, customerID, email string, role api.CustomerUserRole) bool {
	if !c.plansMany() {
		c.shared.customers.count(objectKey{name: customerID})
		c.shared.customerUsers.count(emailKey(customerID, email))
		return false
	}
	return allSure(
		func() bool { return c.surelyManaged(ctx, customerID, email) },
		func() bool { return c.mayTouchUser(ctx, customerID, email, role) },
	)
}

func surelyName(name string) bool {
	odd := func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }
	return strings.TrimSpace(name) != "" && len(name) <= surelyShort && !strings.ContainsFunc(name, odd)
}

// surelyManaged tells whether the customer is known to be a managed one, and the address not that of its built-in administrator.
func (c *Client) surelyManaged(ctx context.Context, customerID, email string) bool {
	customer, _ := c.shared.customers.lookUp(ctx, objectKey{name: customerID})
	return customer != nil && customer.Relationship == api.RelationshipManaged && canon.Fold(valueOf(customer.AdminUsername)) != canon.Fold(email)
}

// mayTouchUser tells whether the caller is known to have the right to manage users, and that to manage master admins if one
// may be concerned: the user as it is, or with the role that it is to get.
func (c *Client) mayTouchUser(ctx context.Context, customerID, email string, role api.CustomerUserRole) bool {
	caller, _ := c.shared.caller.lookUp(ctx, objectKey{})
	switch {
	case caller == nil || !slices.Contains(caller.Permissions, scopeCustomerUsers):
		return false
	case slices.Contains(caller.Permissions, scopeMasterAdmins):
		return true
	case role == api.CustomerUserRoleMasterAdmin:
		return false
	}
	user, finding := c.shared.customerUsers.lookUp(ctx, emailKey(customerID, email))
	return finding == findingAbsent || finding == findingPresent && user.Role != api.CustomerUserRoleMasterAdmin
}
