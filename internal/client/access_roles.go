package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListAccessRoles         = "listAccessRoles"
	opListAccessGroups        = "listAccessGroups"
	opListCustomerAccessRoles = "listCustomerAccessRoles"
	opGetAccessRole           = "getAccessRole"
	opPutAccessRole           = "putAccessRole"
	opDeleteAccessRole        = "deleteAccessRole"
)

// AccessRoleFilter narrows a list of partner access roles, or of their groups; what is empty does not.
type AccessRoleFilter struct {
	CustomerID string
	Role       api.AccessRoleName
}

// ListAccessRoles lists the partner access roles of all customers, by customer id and role.
func (c *Client) ListAccessRoles(ctx context.Context, f AccessRoleFilter) iter.Seq2[api.AccessRole, error] {
	return list[api.AccessRole](ctx, c, opListAccessRoles, v1("access-roles"),
		filters(map[string]string{"customer_id": f.CustomerID, "role": string(f.Role)}))
}

// ListAccessGroups lists the groups that partner access roles created, by customer id and role.
func (c *Client) ListAccessGroups(ctx context.Context, f AccessRoleFilter) iter.Seq2[api.AccessGroup, error] {
	return list[api.AccessGroup](ctx, c, opListAccessGroups, v1("access-groups"),
		filters(map[string]string{"customer_id": f.CustomerID, "role": string(f.Role)}))
}

// ListCustomerAccessRoles lists the access roles that a customer gave to its partner.
func (c *Client) ListCustomerAccessRoles(ctx context.Context, customerID string) iter.Seq2[api.AccessRole, error] {
	return list[api.AccessRole](ctx, c, opListCustomerAccessRoles, v1("customers", customerID, "access-roles"), nil)
}

// GetAccessRole reads a partner access role.
func (c *Client) GetAccessRole(ctx context.Context, customerID string, role api.AccessRoleName) (*Versioned[api.AccessRole], error) {
	return versioned[api.AccessRole](ctx, c, read(opGetAccessRole, accessRolePath(customerID, role), nil))
}

// ReadAccessRole reads a partner access role as GetAccessRole does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadAccessRole(ctx context.Context, customerID string, role api.AccessRoleName) (*api.AccessRole, error) {
	return c.shared.accessRoles.read(ctx, objectKey{customerID, string(role)}, func() (*Versioned[api.AccessRole], error) {
		return c.GetAccessRole(ctx, customerID, role)
	})
}

// PutAccessRole gives the partner an access role at a customer, or changes whom to notify.
func (c *Client) PutAccessRole(ctx context.Context, customerID string, role api.AccessRoleName, in api.AccessRoleInput, o WriteOptions) (*Versioned[api.AccessRole], error) {
	return versioned[api.AccessRole](ctx, c, putAccessRole(customerID, role, in, o))
}

// ValidatePutAccessRole checks what PutAccessRole would do.
func (c *Client) ValidatePutAccessRole(ctx context.Context, customerID string, role api.AccessRoleName, in api.AccessRoleInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putAccessRole(customerID, role, in, o))
}

// DeleteAccessRole takes a partner access role away.
func (c *Client) DeleteAccessRole(ctx context.Context, customerID string, role api.AccessRoleName, o MatchOptions) error {
	return c.erase(ctx, deleteAccessRole(customerID, role, o))
}

// ValidateDeleteAccessRole checks what DeleteAccessRole would do.
func (c *Client) ValidateDeleteAccessRole(ctx context.Context, customerID string, role api.AccessRoleName, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteAccessRole(customerID, role, o))
}

func accessRolePath(customerID string, role api.AccessRoleName) path {
	return v1("customers", customerID, "access-roles", string(role))
}

func putAccessRole(customerID string, role api.AccessRoleName, in api.AccessRoleInput, o WriteOptions) request {
	return put(opPutAccessRole, accessRolePath(customerID, role), in, o)
}

func deleteAccessRole(customerID string, role api.AccessRoleName, o MatchOptions) request {
	return remove(opDeleteAccessRole, accessRolePath(customerID, role), o)
}
