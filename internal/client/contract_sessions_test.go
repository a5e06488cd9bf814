package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// sessionMethods are the part of everyMethod that is about sessions at customers and tokens for other programs.
var sessionMethods = map[string]func(context.Context, *Client) error{
	"ListCustomerSessions": func(ctx context.Context, c *Client) error { return drain(c.ListCustomerSessions(ctx, customer)) },
	"OpenCustomerSession": func(ctx context.Context, c *Client) error {
		address, mode, ttl := email, api.SessionMode("external_admin"), 60
		_, err := c.OpenCustomerSession(ctx, customer, api.CustomerSessionInput{Email: &address, Password: "p", Mode: &mode, TTLSeconds: &ttl})
		return err
	},
	"GetCustomerSession": func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomerSession(ctx, customer, "ses_1")
		return err
	},
	"RenewCustomerSession": func(ctx context.Context, c *Client) error {
		_, err := c.RenewCustomerSession(ctx, customer, "ses_1")
		return err
	},
	"CloseCustomerSession": func(ctx context.Context, c *Client) error { return c.CloseCustomerSession(ctx, customer, "ses_1") },
	"CreateAccessToken": func(ctx context.Context, c *Client) error {
		role, ttl := api.PortalRoleName("msp_sales"), 60
		_, err := c.CreateAccessToken(ctx, api.AccessTokenInput{Role: &role, TTLSeconds: &ttl})
		return err
	},
	"RenewAccessToken": func(ctx context.Context, c *Client) error {
		_, err := c.RenewAccessToken(ctx, "tok_1")
		return err
	},
	"DeleteAccessToken": func(ctx context.Context, c *Client) error { return c.DeleteAccessToken(ctx, "tok_1") },
}
