package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// portalAdminMethods are those of everyMethod that are about portal admins.
var portalAdminMethods = map[string]func(context.Context, *Client) error{
	"ListPortalAdmins": func(ctx context.Context, c *Client) error {
		return drain(c.ListPortalAdmins(ctx, PortalAdminFilter{EmailDomain: "x.example", Role: "msp_sales"}))
	},
	"GetPortalAdmin": func(ctx context.Context, c *Client) error { _, err := c.GetPortalAdmin(ctx, email); return err },
	"PutPortalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.PutPortalAdmin(ctx, email, api.PortalAdminInput{Name: "A", Role: "msp_sales"}, both)
		return err
	},
	"ValidatePutPortalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutPortalAdmin(ctx, email, api.PortalAdminInput{Name: "A", Role: "msp_sales"}, both)
		return err
	},
	"DeletePortalAdmin": func(ctx context.Context, c *Client) error { return c.DeletePortalAdmin(ctx, email, match) },
	"ValidateDeletePortalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeletePortalAdmin(ctx, email, match)
		return err
	},
	"InvitePortalAdmin": func(ctx context.Context, c *Client) error { return c.InvitePortalAdmin(ctx, email) },
	"ValidateInvitePortalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateInvitePortalAdmin(ctx, email)
		return err
	},
	"BatchPortalAdmins": func(ctx context.Context, c *Client) error {
		_, err := c.BatchPortalAdmins(ctx, []api.PortalAdminBatchItem{{Operation: "delete", Email: email}})
		return err
	},
	"ValidateBatchPortalAdmins": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateBatchPortalAdmins(ctx, []api.PortalAdminBatchItem{{Operation: "delete", Email: email}})
		return err
	},
}
