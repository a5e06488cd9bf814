package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// accessMethods are those of everyMethod that are about groups of access roles, and what their members see.
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
	"ListInvoices": func(ctx context.Context, c *Client) error { return drain(c.ListInvoices(ctx, customer)) },
}
