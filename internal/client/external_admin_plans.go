package client

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// scopeExternalAdmins is what a token has to carry for each write of external administrators.
const scopeExternalAdmins = "external_admins.manage"

// clocksApart bounds by how much the server's clock may differ from the one here.
const clocksApart = 24 * time.Hour

// accountRole is a role in the catalog of a customer's account.
type accountRole struct {
	customerID string
	api.Role
}

func accountRoleKey(r *accountRole) objectKey { return objectKey{r.customerID, r.Name} }

// callerKey: there is one.
func callerKey(*api.CurrentClient) objectKey { return objectKey{} }

// PlanPutExternalAdmin answers what is fatal about PutExternalAdmin, as ValidatePutExternalAdmin does; other findings may be
// missing. In a plan of many, most are beyond doubt by what shared reads tell, and cost no request of their own. Where a doubt
// is left the server is asked, so that each refusal is the server's.
func (c *Client) PlanPutExternalAdmin(ctx context.Context, customerID, email string, in api.ExternalAdminInput) (*Validation, error) {
	if c.surelyPuts(ctx, customerID, email, in) {
		return &Validation{}, nil
	}
	return c.ValidatePutExternalAdmin(ctx, customerID, email, in, WriteOptions{})
}

// PlanDeleteExternalAdmin does for DeleteExternalAdmin what PlanPutExternalAdmin does for PutExternalAdmin. That there is nothing
// to take away is no error in a plan.
func (c *Client) PlanDeleteExternalAdmin(ctx context.Context, customerID, email string) (*Validation, error) {
	if c.surelyDeletes(ctx, customerID, email) {
		return &Validation{}, nil
	}
	result, err := c.ValidateDeleteExternalAdmin(ctx, customerID, email, MatchOptions{})
	if IsNotFound(err) {
		return &Validation{}, nil
	}
	return result, err
}

// surelyPuts tells whether nothing can be fatal about a put. Everything that the contract makes fatal has a line here, and
// what is new in the input is not known to this version, so it is a doubt.
func (c *Client) surelyPuts(ctx context.Context, customerID, email string, in api.ExternalAdminInput) bool {
	known := api.ExternalAdminInput{Email: in.Email, ExpiresAt: in.ExpiresAt, Role: in.Role}
	if in != known || !isSpelling(email, in.Email) || !c.surelyAhead(in.ExpiresAt) {
		return false
	}
	if !c.plansMany() {
		c.shared.customers.count(objectKey{name: customerID})
		c.shared.externalAdmins.count(emailKey(customerID, email))
		c.shared.accountRoles.count(objectKey{customerID, in.Role})
		return false
	}
	return allSure(
		func() bool { return c.managesExternalAdmins(ctx) },
		func() bool { return c.surelyOutside(ctx, customerID, canon.EmailDomain(email)) },
		func() bool { return c.surelyUnprotected(ctx, customerID, email) },
		func() bool { return c.surelyAssignable(ctx, customerID, in.Role) },
	)
}

// surelyDeletes tells whether nothing can be fatal about a removal.
func (c *Client) surelyDeletes(ctx context.Context, customerID, email string) bool {
	if !c.plansMany() {
		c.shared.externalAdmins.count(emailKey(customerID, email))
		return false
	}
	return allSure(
		func() bool { return c.managesExternalAdmins(ctx) },
		func() bool { return c.surelyUnprotected(ctx, customerID, email) },
	)
}

// plansMany counts a check, and tells whether so many have followed each other that it is time to learn what most of them
// go by.
func (c *Client) plansMany() bool { return c.shared.caller.worth(objectKey{}) }

// allSure tells whether each answer is yes. They are looked for beside each other: the first checks of a run wait for lists,
// and an apply writes nothing before.
func allSure(answers ...func() bool) bool {
	var doubts atomic.Int32
	var all sync.WaitGroup
	for _, answer := range answers {
		all.Go(func() {
			if !answer() {
				doubts.Add(1)
			}
		})
	}
	all.Wait()
	return doubts.Load() == 0
}

// isSpelling tells whether an address is one, and its spelling, if given, is of the same.
func isSpelling(email string, spelling *string) bool {
	key, err := canon.Email(email)
	if err != nil || spelling == nil {
		return err == nil
	}
	spelled, err := canon.Email(*spelling)
	return err == nil && spelled == key
}

// surelyAhead tells whether a moment, if given, has not come yet by any clock, and is one that the contract takes.
func (c *Client) surelyAhead(moment *time.Time) bool {
	return moment == nil || moment.Sub(c.config.Now()) > clocksApart && moment.UTC().Year() <= 9999
}

// managesExternalAdmins tells whether the caller is known to belong to an MSP, with the right to manage external administrators.
func (c *Client) managesExternalAdmins(ctx context.Context) bool {
	caller, _ := c.shared.caller.lookUp(ctx, objectKey{})
	return caller != nil && caller.PartnerKind == api.PartnerKindMsp && slices.Contains(caller.Permissions, scopeExternalAdmins)
}

// surelyOutside tells whether the customer is known, and the domain is none of its own.
func (c *Client) surelyOutside(ctx context.Context, customerID, domain string) bool {
	customer, _ := c.shared.customers.lookUp(ctx, objectKey{name: customerID})
	return customer != nil && !slices.ContainsFunc(customer.InternalDomains, func(own string) bool { return canon.Fold(own) == domain })
}

// surelyUnprotected tells whether the person is known to have no access to the customer, or by a role without protected content.
func (c *Client) surelyUnprotected(ctx context.Context, customerID, email string) bool {
	admin, finding := c.shared.externalAdmins.lookUp(ctx, emailKey(customerID, email))
	return finding == findingAbsent || finding == findingPresent && !admin.ContentProtected
}

// surelyAssignable tells whether the customer's account is known to have the role, and clients to give it.
func (c *Client) surelyAssignable(ctx context.Context, customerID, name string) bool {
	c.shared.accountRoles.askAhead(ctx, customerID, c.customersInList)
	role, _ := c.shared.accountRoles.lookUp(ctx, objectKey{customerID, name})
	return role != nil && role.Assignable && !role.ContentProtected
}

// sharedCaller has the caller as a list of one.
func sharedCaller(c *Client) pager[api.CurrentClient] {
	r := read(opGetCurrentClient, v1("me"), nil)
	r.dispensable = true
	return func(ctx context.Context, _ string) (page[api.CurrentClient], error) {
		caller, err := fetch[api.CurrentClient](ctx, c, r)
		if err != nil {
			return page[api.CurrentClient]{}, err
		}
		return page[api.CurrentClient]{Items: []api.CurrentClient{*caller}}, nil
	}
}

// sharedAccountRoles has the catalog of an account as a list of one page.
func sharedAccountRoles(c *Client, customerID string) pager[accountRole] {
	r := read(opListCustomerRoles, v1("customers", customerID, "roles"), nil)
	r.dispensable = true
	return func(ctx context.Context, _ string) (page[accountRole], error) {
		catalog, err := fetchPage[api.Role](ctx, c, r)
		roles := make([]accountRole, len(catalog.Items))
		for i, role := range catalog.Items {
			roles[i] = accountRole{customerID, role}
		}
		return page[accountRole]{Items: roles}, err
	}
}
