package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

var contact = api.AuthorizedContactInput{Name: "A", Phone: new("+49 30 1234567"), Roles: []api.ContactRole{"decision_maker", "billing_contact"}}

// accessMethods are those of everyMethod that are about groups of access roles, what their members see, and contacts.
var accessMethods = map[string]func(context.Context, *Client) error{
	"ListAccessGroupMembers": func(ctx context.Context, c *Client) error {
		return drain(c.ListAccessGroupMembers(ctx, AccessGroupMemberFilter{CustomerID: customer, Role: "phone_manager", Email: email, EmailDomain: "x.example"}))
	},
	"ListAccessRoleMembers": func(ctx context.Context, c *Client) error {
		return drain(c.ListAccessRoleMembers(ctx, customer, "decision_maker"))
	},
	"GetAccessGroupMember": func(ctx context.Context, c *Client) error {
		_, err := c.GetAccessGroupMember(ctx, customer, "decision_maker", email)
		return err
	},
	"PutAccessGroupMember": func(ctx context.Context, c *Client) error {
		_, err := c.PutAccessGroupMember(ctx, customer, "decision_maker", email, api.AccessGroupMemberInput{}, both)
		return err
	},
	"ValidatePutAccessGroupMember": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutAccessGroupMember(ctx, customer, "decision_maker", email, api.AccessGroupMemberInput{}, both)
		return err
	},
	"DeleteAccessGroupMember": func(ctx context.Context, c *Client) error {
		return c.DeleteAccessGroupMember(ctx, customer, "decision_maker", email, match)
	},
	"ValidateDeleteAccessGroupMember": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteAccessGroupMember(ctx, customer, "decision_maker", email, match)
		return err
	},
	"ListAuthorizedContacts": func(ctx context.Context, c *Client) error {
		return drain(c.ListAuthorizedContacts(ctx, AuthorizedContactFilter{CustomerID: customer, Role: "billing_contact", Email: email, EmailDomain: "x.example"}))
	},
	"ListContactsOfCustomer": func(ctx context.Context, c *Client) error { return drain(c.ListContactsOfCustomer(ctx, customer)) },
	"GetAuthorizedContact": func(ctx context.Context, c *Client) error {
		_, err := c.GetAuthorizedContact(ctx, customer, email)
		return err
	},
	"PutAuthorizedContact": func(ctx context.Context, c *Client) error {
		_, err := c.PutAuthorizedContact(ctx, customer, email, contact, both)
		return err
	},
	"ValidatePutAuthorizedContact": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutAuthorizedContact(ctx, customer, email, contact, both)
		return err
	},
	"DeleteAuthorizedContact": func(ctx context.Context, c *Client) error {
		return c.DeleteAuthorizedContact(ctx, customer, email, match)
	},
	"ValidateDeleteAuthorizedContact": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteAuthorizedContact(ctx, customer, email, match)
		return err
	},
	"ListInvoices": func(ctx context.Context, c *Client) error { return drain(c.ListInvoices(ctx, customer)) },
}
