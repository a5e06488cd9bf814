package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// directoryMethods belong to everyMethod.
var directoryMethods = map[string]func(context.Context, *Client) error{
	"ListDirectories": func(ctx context.Context, c *Client) error { return drain(c.ListDirectories(ctx)) },
	"GetDirectory":    func(ctx context.Context, c *Client) error { _, err := c.GetDirectory(ctx, "ad"); return err },
	"PutDirectory": func(ctx context.Context, c *Client) error {
		_, err := c.PutDirectory(ctx, "Staff & friends", directoryInput, both)
		return err
	},
	"ValidatePutDirectory": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutDirectory(ctx, "ad", directoryInput, both)
		return err
	},
	"DeleteDirectory": func(ctx context.Context, c *Client) error { return c.DeleteDirectory(ctx, "ad", match) },
	"ValidateDeleteDirectory": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteDirectory(ctx, "ad", match)
		return err
	},
	"SyncDirectory": func(ctx context.Context, c *Client) error {
		_, err := c.SyncDirectory(ctx, "Staff & friends")
		return err
	},
	"ValidateSyncDirectory": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateSyncDirectory(ctx, "ad")
		return err
	},
}

var directoryInput = api.DirectoryInput{Type: "google", Google: &api.GoogleInput{AdminEmail: email}}
