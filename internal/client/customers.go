package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListCustomers  = "listCustomers"
	opCreateCustomer = "createCustomer"
	opGetCustomer    = "getCustomer"
	opPutCustomer    = "putCustomer"
	opDeleteCustomer = "deleteCustomer"
)

// CustomerFilter narrows a list of customers; what is empty does not.
type CustomerFilter struct {
	Name         string
	Domain       string
	ExternalID   string
	Stage        api.Stage
	Relationship api.Relationship
	Enabled      *bool
}

// DeleteCustomerOptions are the conditions and the reach of DeleteCustomer.
type DeleteCustomerOptions struct {
	// IfMatch is the ETag that the customer must still have.
	IfMatch string
	// Force takes users and grants along.
	Force bool
}

// ListCustomers lists customers, by id.
func (c *Client) ListCustomers(ctx context.Context, f CustomerFilter) iter.Seq2[api.Customer, error] {
	query := filters(map[string]string{"name": f.Name, "domain": f.Domain, "external_id": f.ExternalID, "stage": string(f.Stage), "relationship": string(f.Relationship)})
	if f.Enabled != nil {
		query.Set("enabled", strconv.FormatBool(*f.Enabled))
	}
	return list[api.Customer](ctx, c, opListCustomers, v1("customers"), query)
}

// GetCustomer reads a customer.
func (c *Client) GetCustomer(ctx context.Context, customerID string) (*Versioned[api.Customer], error) {
	return versioned[api.Customer](ctx, c, read(opGetCustomer, v1("customers", customerID), nil))
}

// ReadCustomer reads a customer as GetCustomer does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadCustomer(ctx context.Context, customerID string) (*api.Customer, error) {
	return c.shared.customers.read(ctx, objectKey{name: customerID}, func() (*Versioned[api.Customer], error) {
		return c.GetCustomer(ctx, customerID)
	})
}

// CreateCustomer creates a managed customer.
func (c *Client) CreateCustomer(ctx context.Context, in api.CustomerInput) (*Versioned[api.Customer], error) {
	return versioned[api.Customer](ctx, c, createCustomer(in))
}

// ValidateCreateCustomer checks what CreateCustomer would do.
func (c *Client) ValidateCreateCustomer(ctx context.Context, in api.CustomerInput) (*Validation, error) {
	return c.validate(ctx, createCustomer(in))
}

// PutCustomer changes a customer; it never creates one.
func (c *Client) PutCustomer(ctx context.Context, customerID string, in api.CustomerInput, o MatchOptions) (*Versioned[api.Customer], error) {
	return versioned[api.Customer](ctx, c, putCustomer(customerID, in, o))
}

// ValidatePutCustomer checks what PutCustomer would do.
func (c *Client) ValidatePutCustomer(ctx context.Context, customerID string, in api.CustomerInput, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, putCustomer(customerID, in, o))
}

// DeleteCustomer deletes a managed customer.
func (c *Client) DeleteCustomer(ctx context.Context, customerID string, o DeleteCustomerOptions) error {
	return c.erase(ctx, deleteCustomer(customerID, o))
}

// ValidateDeleteCustomer checks what DeleteCustomer would do.
func (c *Client) ValidateDeleteCustomer(ctx context.Context, customerID string, o DeleteCustomerOptions) (*Validation, error) {
	return c.validate(ctx, deleteCustomer(customerID, o))
}

func createCustomer(in api.CustomerInput) request {
	return post(opCreateCustomer, v1("customers"), in)
}

func putCustomer(customerID string, in api.CustomerInput, o MatchOptions) request {
	return put(opPutCustomer, v1("customers", customerID), in, WriteOptions{IfMatch: o.IfMatch})
}

func deleteCustomer(customerID string, o DeleteCustomerOptions) request {
	r := remove(opDeleteCustomer, v1("customers", customerID), MatchOptions{IfMatch: o.IfMatch})
	if o.Force {
		r.query = url.Values{"force": {"true"}}
	}
	return r
}
