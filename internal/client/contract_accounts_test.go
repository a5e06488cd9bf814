package client

import (
	"context"
	"maps"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// accountMethods are those of everyMethod that are about roles and users of accounts and what they come to.
var accountMethods = map[string]func(context.Context, *Client) error{
	"ListPartnerRoles": func(ctx context.Context, c *Client) error { _, err := c.ListPartnerRoles(ctx); return err },
	"ListCustomerRoles": func(ctx context.Context, c *Client) error {
		_, err := c.ListCustomerRoles(ctx, customer)
		return err
	},
	"ListCustomRoles": func(ctx context.Context, c *Client) error {
		return drain(c.ListCustomRoles(ctx, RoleFilter{CustomerID: customer}))
	},
	"GetPartnerRole": func(ctx context.Context, c *Client) error { _, err := c.GetRole(ctx, "", "Desk"); return err },
	"PutPartnerRole": func(ctx context.Context, c *Client) error {
		_, err := c.PutRole(ctx, "", "Desk", api.RoleInput{Permissions: []string{}}, both)
		return err
	},
	"ValidatePutPartnerRole": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutRole(ctx, "", "Desk", api.RoleInput{Permissions: []string{}}, both)
		return err
	},
	"DeletePartnerRole": func(ctx context.Context, c *Client) error { return c.DeleteRole(ctx, "", "Desk", match) },
	"ValidateDeletePartnerRole": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteRole(ctx, "", "Desk", match)
		return err
	},
	"GetCustomerRole": func(ctx context.Context, c *Client) error { _, err := c.GetRole(ctx, customer, "Desk"); return err },
	"PutCustomerRole": func(ctx context.Context, c *Client) error {
		_, err := c.PutRole(ctx, customer, "Desk", api.RoleInput{Permissions: []string{}}, both)
		return err
	},
	"ValidatePutCustomerRole": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutRole(ctx, customer, "Desk", api.RoleInput{Permissions: []string{}}, both)
		return err
	},
	"DeleteCustomerRole": func(ctx context.Context, c *Client) error { return c.DeleteRole(ctx, customer, "Desk", match) },
	"ValidateDeleteCustomerRole": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteRole(ctx, customer, "Desk", match)
		return err
	},
	"ListCustomerUsers": func(ctx context.Context, c *Client) error {
		return drain(c.ListCustomerUsers(ctx, CustomerUserFilter{CustomerID: customer, Email: email, Role: "audit", EmailDomain: "x.example"}))
	},
	"ListUsersOfCustomer": func(ctx context.Context, c *Client) error { return drain(c.ListUsersOfCustomer(ctx, customer)) },
	"GetCustomerUser": func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomerUser(ctx, customer, email)
		return err
	},
	"PutCustomerUser": func(ctx context.Context, c *Client) error {
		_, err := c.PutCustomerUser(ctx, customer, email, customerUserInput, both)
		return err
	},
	"ValidatePutCustomerUser": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutCustomerUser(ctx, customer, email, customerUserInput, both)
		return err
	},
	"DeleteCustomerUser": func(ctx context.Context, c *Client) error { return c.DeleteCustomerUser(ctx, customer, email, match) },
	"ValidateDeleteCustomerUser": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteCustomerUser(ctx, customer, email, match)
		return err
	},
	"BatchCustomerUsers": func(ctx context.Context, c *Client) error {
		_, err := c.BatchCustomerUsers(ctx, []api.CustomerUserBatchItem{{Operation: "delete", CustomerID: customer, Email: email}})
		return err
	},
	"ValidateBatchCustomerUsers": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateBatchCustomerUsers(ctx, []api.CustomerUserBatchItem{{Operation: "delete", CustomerID: customer, Email: email}})
		return err
	},
	"GetEffectiveAccess": func(ctx context.Context, c *Client) error {
		_, err := c.GetEffectiveAccess(ctx, customer, AccessQuestion{Email: email, SourceIP: "192.0.2.1", Via: "portal"})
		return err
	},
}

var customerUserInput = api.CustomerUserInput{Email: new(email), Name: "A", Role: api.CustomerUserRoleAudit}

// withMore adds to a part of everyMethod, which would be too long for one file.
func withMore(more, methods map[string]func(context.Context, *Client) error) map[string]func(context.Context, *Client) error {
	maps.Copy(methods, more)
	return methods
}
