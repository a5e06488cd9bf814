package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListAccessGroupMembers  = "listAccessGroupMembers"
	opListAccessRoleMembers   = "listAccessRoleMembers"
	opGetAccessGroupMember    = "getAccessGroupMember"
	opPutAccessGroupMember    = "putAccessGroupMember"
	opDeleteAccessGroupMember = "deleteAccessGroupMember"
	opListInvoices            = "listInvoices"
)

// AccessGroupMemberFilter narrows a list of members of access groups; what is empty does not.
type AccessGroupMemberFilter struct {
	CustomerID  string
	Role        api.AccessRoleName
	Email       string
	EmailDomain string
}

// ListAccessGroupMembers lists the members of the groups of all customers, by customer id, role and e-mail.
func (c *Client) ListAccessGroupMembers(ctx context.Context, f AccessGroupMemberFilter) iter.Seq2[api.AccessGroupMember, error] {
	return list[api.AccessGroupMember](ctx, c, opListAccessGroupMembers, v1("access-group-members"),
		filters(map[string]string{"customer_id": f.CustomerID, "role": string(f.Role), "email": f.Email, "email_domain": f.EmailDomain}))
}

// ListAccessRoleMembers lists the members of the group of one access role, by e-mail. Without the role there is no group,
// which is an error.
func (c *Client) ListAccessRoleMembers(ctx context.Context, customerID string, role api.AccessRoleName) iter.Seq2[api.AccessGroupMember, error] {
	return list[api.AccessGroupMember](ctx, c, opListAccessRoleMembers, v1("customers", customerID, "access-roles", string(role), "members"), nil)
}

// GetAccessGroupMember reads a member of the group of an access role.
func (c *Client) GetAccessGroupMember(ctx context.Context, customerID string, role api.AccessRoleName, email string) (*Versioned[api.AccessGroupMember], error) {
	return versioned[api.AccessGroupMember](ctx, c, read(opGetAccessGroupMember, accessGroupMemberPath(customerID, role, email), nil))
}

// ReadAccessGroupMember reads a member as GetAccessGroupMember does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadAccessGroupMember(ctx context.Context, customerID string, role api.AccessRoleName, email string) (*api.AccessGroupMember, error) {
	return c.shared.groupMembers.read(ctx, groupMemberKey(customerID, role, email), func() (*Versioned[api.AccessGroupMember], error) {
		return c.GetAccessGroupMember(ctx, customerID, role, email)
	})
}

// PutAccessGroupMember puts a partner user into the group of an access role.
func (c *Client) PutAccessGroupMember(ctx context.Context, customerID string, role api.AccessRoleName, email string, in api.AccessGroupMemberInput, o WriteOptions) (*Versioned[api.AccessGroupMember], error) {
	return versioned[api.AccessGroupMember](ctx, c, putAccessGroupMember(customerID, role, email, in, o))
}

// ValidatePutAccessGroupMember checks what PutAccessGroupMember would do.
func (c *Client) ValidatePutAccessGroupMember(ctx context.Context, customerID string, role api.AccessRoleName, email string, in api.AccessGroupMemberInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putAccessGroupMember(customerID, role, email, in, o))
}

// DeleteAccessGroupMember takes somebody out of the group of an access role.
func (c *Client) DeleteAccessGroupMember(ctx context.Context, customerID string, role api.AccessRoleName, email string, o MatchOptions) error {
	return c.erase(ctx, deleteAccessGroupMember(customerID, role, email, o))
}

// ValidateDeleteAccessGroupMember checks what DeleteAccessGroupMember would do.
func (c *Client) ValidateDeleteAccessGroupMember(ctx context.Context, customerID string, role api.AccessRoleName, email string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteAccessGroupMember(customerID, role, email, o))
}

// ListInvoices lists a customer's invoices, by number.
func (c *Client) ListInvoices(ctx context.Context, customerID string) iter.Seq2[api.Invoice, error] {
	return list[api.Invoice](ctx, c, opListInvoices, v1("customers", customerID, "invoices"), nil)
}

func accessGroupMemberPath(customerID string, role api.AccessRoleName, email string) path {
	return v1("customers", customerID, "access-roles", string(role), "members", email)
}

func putAccessGroupMember(customerID string, role api.AccessRoleName, email string, in api.AccessGroupMemberInput, o WriteOptions) request {
	return put(opPutAccessGroupMember, accessGroupMemberPath(customerID, role, email), in, o)
}

func deleteAccessGroupMember(customerID string, role api.AccessRoleName, email string, o MatchOptions) request {
	return remove(opDeleteAccessGroupMember, accessGroupMemberPath(customerID, role, email), o)
}
