package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListPartnerUsers  = "listPartnerUsers"
	opGetPartnerUser    = "getPartnerUser"
	opPutPartnerUser    = "putPartnerUser"
	opDeletePartnerUser = "deletePartnerUser"
)

// PartnerUserFilter narrows a list of partner users; what is empty does not.
type PartnerUserFilter struct {
	EmailDomain string
	Source      api.UserSource
}

// ListPartnerUsers lists the people in the partner's own account, by e-mail.
func (c *Client) ListPartnerUsers(ctx context.Context, f PartnerUserFilter) iter.Seq2[api.PartnerUser, error] {
	return list[api.PartnerUser](ctx, c, opListPartnerUsers, v1("partner-users"),
		filters(map[string]string{"email_domain": f.EmailDomain, "source": string(f.Source)}))
}

// GetPartnerUser reads a partner user.
func (c *Client) GetPartnerUser(ctx context.Context, email string) (*Versioned[api.PartnerUser], error) {
	return versioned[api.PartnerUser](ctx, c, read(opGetPartnerUser, v1("partner-users", email), nil))
}

// ReadPartnerUser reads a partner user as GetPartnerUser does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadPartnerUser(ctx context.Context, email string) (*api.PartnerUser, error) {
	return c.shared.partnerUsers.read(ctx, emailKey("", email), func() (*Versioned[api.PartnerUser], error) {
		return c.GetPartnerUser(ctx, email)
	})
}

// PutPartnerUser adds or changes a partner user.
func (c *Client) PutPartnerUser(ctx context.Context, email string, in api.PartnerUserInput, o WriteOptions) (*Versioned[api.PartnerUser], error) {
	return versioned[api.PartnerUser](ctx, c, putPartnerUser(email, in, o))
}

// ValidatePutPartnerUser checks what PutPartnerUser would do.
func (c *Client) ValidatePutPartnerUser(ctx context.Context, email string, in api.PartnerUserInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putPartnerUser(email, in, o))
}

// DeletePartnerUser removes a partner user.
func (c *Client) DeletePartnerUser(ctx context.Context, email string, o MatchOptions) error {
	return c.erase(ctx, deletePartnerUser(email, o))
}

// ValidateDeletePartnerUser checks what DeletePartnerUser would do.
func (c *Client) ValidateDeletePartnerUser(ctx context.Context, email string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deletePartnerUser(email, o))
}

func putPartnerUser(email string, in api.PartnerUserInput, o WriteOptions) request {
	return put(opPutPartnerUser, v1("partner-users", email), in, o)
}

func deletePartnerUser(email string, o MatchOptions) request {
	return remove(opDeletePartnerUser, v1("partner-users", email), o)
}
