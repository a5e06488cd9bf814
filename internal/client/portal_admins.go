package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListPortalAdmins  = "listPortalAdmins"
	opBatchPortalAdmins = "batchPortalAdmins"
	opGetPortalAdmin    = "getPortalAdmin"
	opPutPortalAdmin    = "putPortalAdmin"
	opDeletePortalAdmin = "deletePortalAdmin"
	opInvitePortalAdmin = "invitePortalAdmin"
)

// PortalAdminFilter narrows a list of portal admins; what is empty does not.
type PortalAdminFilter struct {
	EmailDomain string
	Role        api.PortalRoleName
}

// ListPortalAdmins lists the portal admins, by e-mail.
func (c *Client) ListPortalAdmins(ctx context.Context, f PortalAdminFilter) iter.Seq2[api.PortalAdmin, error] {
	return list[api.PortalAdmin](ctx, c, opListPortalAdmins, v1("portal-admins"),
		filters(map[string]string{"email_domain": f.EmailDomain, "role": string(f.Role)}))
}

// GetPortalAdmin reads a portal admin.
func (c *Client) GetPortalAdmin(ctx context.Context, email string) (*Versioned[api.PortalAdmin], error) {
	return versioned[api.PortalAdmin](ctx, c, read(opGetPortalAdmin, v1("portal-admins", email), nil))
}

// ReadPortalAdmin reads a portal admin as GetPortalAdmin does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadPortalAdmin(ctx context.Context, email string) (*api.PortalAdmin, error) {
	return c.shared.portalAdmins.read(ctx, emailKey("", email), func() (*Versioned[api.PortalAdmin], error) {
		return c.GetPortalAdmin(ctx, email)
	})
}

// PutPortalAdmin makes a partner user a portal admin, or changes one.
func (c *Client) PutPortalAdmin(ctx context.Context, email string, in api.PortalAdminInput, o WriteOptions) (*Versioned[api.PortalAdmin], error) {
	return versioned[api.PortalAdmin](ctx, c, putPortalAdmin(email, in, o))
}

// ValidatePutPortalAdmin checks what PutPortalAdmin would do.
func (c *Client) ValidatePutPortalAdmin(ctx context.Context, email string, in api.PortalAdminInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putPortalAdmin(email, in, o))
}

// DeletePortalAdmin takes portal access away.
func (c *Client) DeletePortalAdmin(ctx context.Context, email string, o MatchOptions) error {
	return c.erase(ctx, deletePortalAdmin(email, o))
}

// ValidateDeletePortalAdmin checks what DeletePortalAdmin would do.
func (c *Client) ValidateDeletePortalAdmin(ctx context.Context, email string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deletePortalAdmin(email, o))
}

// InvitePortalAdmin sends a portal admin who has not registered yet the invitation again, with a new temporary password. A
// person who has is refused with api.ErrorCodeAlreadyRegistered.
func (c *Client) InvitePortalAdmin(ctx context.Context, email string) error {
	return c.erase(ctx, invitePortalAdmin(email))
}

// ValidateInvitePortalAdmin checks what InvitePortalAdmin would do.
func (c *Client) ValidateInvitePortalAdmin(ctx context.Context, email string) (*Validation, error) {
	return c.validate(ctx, invitePortalAdmin(email))
}

// BatchPortalAdmins writes up to api.MaxPortalAdminBatch portal admins. The results are in the order of the items; each
// has its own problem or none.
func (c *Client) BatchPortalAdmins(ctx context.Context, items []api.PortalAdminBatchItem) (BatchOutcome[api.PortalAdminBatchItemResult], error) {
	return batch[api.PortalAdminBatchItemResult](ctx, c, batchPortalAdmins(items), len(items))
}

// ValidateBatchPortalAdmins checks what BatchPortalAdmins would do. The findings are in each item's Validation.
func (c *Client) ValidateBatchPortalAdmins(ctx context.Context, items []api.PortalAdminBatchItem) (BatchOutcome[api.PortalAdminBatchItemResult], error) {
	return batch[api.PortalAdminBatchItemResult](ctx, c, batchPortalAdmins(items).validating(), len(items))
}

func putPortalAdmin(email string, in api.PortalAdminInput, o WriteOptions) request {
	return put(opPutPortalAdmin, v1("portal-admins", email), in, o)
}

func deletePortalAdmin(email string, o MatchOptions) request {
	return remove(opDeletePortalAdmin, v1("portal-admins", email), o)
}

func invitePortalAdmin(email string) request {
	return act(opInvitePortalAdmin, v1("portal-admins", email+":invite"))
}

func batchPortalAdmins(items []api.PortalAdminBatchItem) request {
	return post(opBatchPortalAdmins, v1("portal-admins:batch"), api.PortalAdminBatch{Items: items})
}
