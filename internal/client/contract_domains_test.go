package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// domainMethods are those of everyMethod that are about domains.
var domainMethods = map[string]func(context.Context, *Client) error{
	"ListDomains": func(ctx context.Context, c *Client) error {
		return drain(c.ListDomains(ctx, DomainFilter{Status: "pending"}))
	},
	"GetDomain": func(ctx context.Context, c *Client) error { _, err := c.GetDomain(ctx, "a.example"); return err },
	"PutDomain": func(ctx context.Context, c *Client) error {
		_, err := c.PutDomain(ctx, "a.example", api.DomainInput{VerificationMethod: "TXT"}, both)
		return err
	},
	"ValidatePutDomain": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutDomain(ctx, "a.example", api.DomainInput{VerificationMethod: "TXT"}, both)
		return err
	},
	"DeleteDomain": func(ctx context.Context, c *Client) error { return c.DeleteDomain(ctx, "a.example", match) },
	"ValidateDeleteDomain": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteDomain(ctx, "a.example", match)
		return err
	},
	"VerifyDomain": func(ctx context.Context, c *Client) error { _, err := c.VerifyDomain(ctx, "a.example"); return err },
	"ValidateVerifyDomain": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateVerifyDomain(ctx, "a.example")
		return err
	},
	"RenewDomain": func(ctx context.Context, c *Client) error { _, err := c.RenewDomain(ctx, "a.example"); return err },
	"ValidateRenewDomain": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateRenewDomain(ctx, "a.example")
		return err
	},
}
