package client

import (
	"context"
	"iter"
	"net/http"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListDirectories = "listDirectories"
	opGetDirectory    = "getDirectory"
	opPutDirectory    = "putDirectory"
	opDeleteDirectory = "deleteDirectory"
	opSyncDirectory   = "syncDirectory"
)

// ListDirectories lists the directory integrations, by name.
func (c *Client) ListDirectories(ctx context.Context) iter.Seq2[api.Directory, error] {
	return list[api.Directory](ctx, c, opListDirectories, v1("directories"), nil)
}

// GetDirectory reads a directory integration; its secret is no part of it.
func (c *Client) GetDirectory(ctx context.Context, name string) (*Versioned[api.Directory], error) {
	return versioned[api.Directory](ctx, c, read(opGetDirectory, v1("directories", name), nil))
}

// PutDirectory connects a directory, or changes how.
func (c *Client) PutDirectory(ctx context.Context, name string, in api.DirectoryInput, o WriteOptions) (*Versioned[api.Directory], error) {
	return versioned[api.Directory](ctx, c, putDirectory(name, in, o))
}

// ValidatePutDirectory checks what PutDirectory would do.
func (c *Client) ValidatePutDirectory(ctx context.Context, name string, in api.DirectoryInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putDirectory(name, in, o))
}

// DeleteDirectory disconnects a directory; the people whom it brought stay.
func (c *Client) DeleteDirectory(ctx context.Context, name string, o MatchOptions) error {
	return c.erase(ctx, deleteDirectory(name, o))
}

// ValidateDeleteDirectory checks what DeleteDirectory would do.
func (c *Client) ValidateDeleteDirectory(ctx context.Context, name string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteDirectory(name, o))
}

// SyncDirectory asks for a synchronization and does not wait for it: Status tells when it has ended.
func (c *Client) SyncDirectory(ctx context.Context, name string) (*api.Directory, error) {
	d := new(api.Directory)
	_, err := c.do(ctx, syncDirectory(name), func(a *answer) error { return decodeJSON(a, http.StatusAccepted, jsonMediaType, d) })
	if err != nil {
		return nil, err
	}
	return d, nil
}

// ValidateSyncDirectory checks what SyncDirectory would do.
func (c *Client) ValidateSyncDirectory(ctx context.Context, name string) (*Validation, error) {
	return c.validate(ctx, syncDirectory(name))
}

func putDirectory(name string, in api.DirectoryInput, o WriteOptions) request {
	return put(opPutDirectory, v1("directories", name), in, o)
}

func deleteDirectory(name string, o MatchOptions) request {
	return remove(opDeleteDirectory, v1("directories", name), o)
}

func syncDirectory(name string) request {
	return act(opSyncDirectory, v1("directories", name+":sync"))
}
