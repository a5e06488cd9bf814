package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListPartnerRoles   = "listPartnerRoles"
	opListCustomerRoles  = "listCustomerRoles"
	opListCustomRoles    = "listCustomRoles"
	opGetPartnerRole     = "getPartnerRole"
	opPutPartnerRole     = "putPartnerRole"
	opDeletePartnerRole  = "deletePartnerRole"
	opGetCustomerRole    = "getCustomerRole"
	opPutCustomerRole    = "putCustomerRole"
	opDeleteCustomerRole = "deleteCustomerRole"
)

// ListPartnerRoles reads the catalog of roles of the partner's own account.
func (c *Client) ListPartnerRoles(ctx context.Context) ([]api.Role, error) {
	return catalog[api.Role](ctx, c, opListPartnerRoles, v1("roles"))
}

// ListCustomerRoles reads the catalog of roles of a customer's account.
func (c *Client) ListCustomerRoles(ctx context.Context, customerID string) ([]api.Role, error) {
	return catalog[api.Role](ctx, c, opListCustomerRoles, v1("customers", customerID, "roles"))
}

// RoleFilter narrows a list of custom roles; what is empty does not.
type RoleFilter struct {
	CustomerID string
}

// ListCustomRoles lists the custom roles of all accounts, by customer id and name. Those of the partner's own account come
// first.
func (c *Client) ListCustomRoles(ctx context.Context, f RoleFilter) iter.Seq2[api.Role, error] {
	return list[api.Role](ctx, c, opListCustomRoles, v1("custom-roles"), filters(map[string]string{"customer_id": f.CustomerID}))
}

// The methods below are about a role of a customer's account or, with an empty customerID, of the partner's own.

// GetRole reads a role, built-in or not.
func (c *Client) GetRole(ctx context.Context, customerID, name string) (*Versioned[api.Role], error) {
	operation := opGetCustomerRole
	if customerID == "" {
		operation = opGetPartnerRole
	}
	return versioned[api.Role](ctx, c, read(operation, rolePath(customerID, name), nil))
}

// ReadRole reads a role as GetRole does, but maybe out of a list of custom roles that was read within snapshotLife.
func (c *Client) ReadRole(ctx context.Context, customerID, name string) (*api.Role, error) {
	return c.shared.roles.read(ctx, objectKey{customerID, name}, func() (*Versioned[api.Role], error) {
		return c.GetRole(ctx, customerID, name)
	})
}

// PutRole makes or changes a custom role.
func (c *Client) PutRole(ctx context.Context, customerID, name string, in api.RoleInput, o WriteOptions) (*Versioned[api.Role], error) {
	return versioned[api.Role](ctx, c, putRole(customerID, name, in, o))
}

// ValidatePutRole checks what PutRole would do.
func (c *Client) ValidatePutRole(ctx context.Context, customerID, name string, in api.RoleInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putRole(customerID, name, in, o))
}

// DeleteRole removes a custom role.
func (c *Client) DeleteRole(ctx context.Context, customerID, name string, o MatchOptions) error {
	return c.erase(ctx, deleteRole(customerID, name, o))
}

// ValidateDeleteRole checks what DeleteRole would do.
func (c *Client) ValidateDeleteRole(ctx context.Context, customerID, name string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteRole(customerID, name, o))
}

func rolePath(customerID, name string) path {
	if customerID == "" {
		return v1("roles", name)
	}
	return v1("customers", customerID, "roles", name)
}

func putRole(customerID, name string, in api.RoleInput, o WriteOptions) request {
	operation := opPutCustomerRole
	if customerID == "" {
		operation = opPutPartnerRole
	}
	return put(operation, rolePath(customerID, name), in, o)
}

func deleteRole(customerID, name string, o MatchOptions) request {
	operation := opDeleteCustomerRole
	if customerID == "" {
		operation = opDeletePartnerRole
	}
	return remove(operation, rolePath(customerID, name), o)
}
