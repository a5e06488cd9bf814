package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opGetCurrentClient    = "getCurrentClient"
	opGetPartner          = "getPartner"
	opGetPartnerConfig    = "getPartnerConfig"
	opPutPartnerConfig    = "putPartnerConfig"
	opDeletePartnerConfig = "deletePartnerConfig"
	opListPortalRoles     = "listPortalRoles"
	opListTraining        = "listTraining"
)

// GetCurrentClient tells who the caller is, for whom it acts and what it may do.
func (c *Client) GetCurrentClient(ctx context.Context) (*api.CurrentClient, error) {
	return fetch[api.CurrentClient](ctx, c, read(opGetCurrentClient, v1("me"), nil))
}

// GetPartner reads the partner's own details.
func (c *Client) GetPartner(ctx context.Context) (*api.Partner, error) {
	return fetch[api.Partner](ctx, c, read(opGetPartner, v1("partner"), nil))
}

// GetPartnerConfig reads the partner config, which always exists.
func (c *Client) GetPartnerConfig(ctx context.Context) (*Versioned[api.PartnerConfig], error) {
	return versioned[api.PartnerConfig](ctx, c, read(opGetPartnerConfig, v1("partner", "config"), nil))
}

// PutPartnerConfig replaces the partner config.
func (c *Client) PutPartnerConfig(ctx context.Context, in api.PartnerConfigInput, o MatchOptions) (*Versioned[api.PartnerConfig], error) {
	return versioned[api.PartnerConfig](ctx, c, putPartnerConfig(in, o))
}

// ValidatePutPartnerConfig checks what PutPartnerConfig would do.
func (c *Client) ValidatePutPartnerConfig(ctx context.Context, in api.PartnerConfigInput, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, putPartnerConfig(in, o))
}

// DeletePartnerConfig clears the partner config.
func (c *Client) DeletePartnerConfig(ctx context.Context, o MatchOptions) error {
	return c.erase(ctx, deletePartnerConfig(o))
}

// ValidateDeletePartnerConfig checks what DeletePartnerConfig would do.
func (c *Client) ValidateDeletePartnerConfig(ctx context.Context, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deletePartnerConfig(o))
}

// ListPortalRoles reads the catalog of portal roles.
func (c *Client) ListPortalRoles(ctx context.Context) ([]api.PortalRole, error) {
	return catalog[api.PortalRole](ctx, c, opListPortalRoles, v1("portal-roles"))
}

// ListTraining lists the courses of the partner's MSP administrators.
func (c *Client) ListTraining(ctx context.Context) iter.Seq2[api.Course, error] {
	return list[api.Course](ctx, c, opListTraining, v1("training"), nil)
}

func putPartnerConfig(in api.PartnerConfigInput, o MatchOptions) request {
	return put(opPutPartnerConfig, v1("partner", "config"), in, WriteOptions{IfMatch: o.IfMatch})
}

func deletePartnerConfig(o MatchOptions) request {
	return remove(opDeletePartnerConfig, v1("partner", "config"), o)
}
