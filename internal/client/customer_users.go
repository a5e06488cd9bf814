package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListCustomerUsers   = "listCustomerUsers"
	opBatchCustomerUsers  = "batchCustomerUsers"
	opListUsersOfCustomer = "listUsersOfCustomer"
	opGetCustomerUser     = "getCustomerUser"
	opPutCustomerUser     = "putCustomerUser"
	opDeleteCustomerUser  = "deleteCustomerUser"
)

// CustomerUserFilter narrows a list of customer users; what is empty does not.
type CustomerUserFilter struct {
	CustomerID  string
	Email       string
	Role        api.CustomerUserRole
	EmailDomain string
}

// ListCustomerUsers lists the users of all managed customers, by customer id and e-mail.
func (c *Client) ListCustomerUsers(ctx context.Context, f CustomerUserFilter) iter.Seq2[api.CustomerUser, error] {
	return list[api.CustomerUser](ctx, c, opListCustomerUsers, v1("customer-users"),
		filters(map[string]string{"customer_id": f.CustomerID, "email": f.Email, "role": string(f.Role), "email_domain": f.EmailDomain}))
}

// ListUsersOfCustomer lists a managed customer's users, by e-mail.
func (c *Client) ListUsersOfCustomer(ctx context.Context, customerID string) iter.Seq2[api.CustomerUser, error] {
	return list[api.CustomerUser](ctx, c, opListUsersOfCustomer, v1("customers", customerID, "users"), nil)
}

// GetCustomerUser reads a user of a managed customer.
func (c *Client) GetCustomerUser(ctx context.Context, customerID, email string) (*Versioned[api.CustomerUser], error) {
	return versioned[api.CustomerUser](ctx, c, read(opGetCustomerUser, customerUserPath(customerID, email), nil))
}

// ReadCustomerUser reads a customer user as GetCustomerUser does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadCustomerUser(ctx context.Context, customerID, email string) (*api.CustomerUser, error) {
	return c.shared.customerUsers.read(ctx, emailKey(customerID, email), func() (*Versioned[api.CustomerUser], error) {
		return c.GetCustomerUser(ctx, customerID, email)
	})
}

// PeekCustomerUser answers what ReadCustomerUser would find in a list that has come already; nil says nothing. It makes no
// request.
func (c *Client) PeekCustomerUser(customerID, email string) *api.CustomerUser {
	return c.shared.customerUsers.peek(emailKey(customerID, email))
}

// PutCustomerUser creates or changes a user of a managed customer.
func (c *Client) PutCustomerUser(ctx context.Context, customerID, email string, in api.CustomerUserInput, o WriteOptions) (*Versioned[api.CustomerUser], error) {
	return versioned[api.CustomerUser](ctx, c, putCustomerUser(customerID, email, in, o))
}

// ValidatePutCustomerUser checks what PutCustomerUser would do.
func (c *Client) ValidatePutCustomerUser(ctx context.Context, customerID, email string, in api.CustomerUserInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putCustomerUser(customerID, email, in, o))
}

// DeleteCustomerUser deletes a user of a managed customer.
func (c *Client) DeleteCustomerUser(ctx context.Context, customerID, email string, o MatchOptions) error {
	return c.erase(ctx, deleteCustomerUser(customerID, email, o))
}

// ValidateDeleteCustomerUser checks what DeleteCustomerUser would do.
func (c *Client) ValidateDeleteCustomerUser(ctx context.Context, customerID, email string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteCustomerUser(customerID, email, o))
}

// BatchCustomerUsers writes up to api.MaxCustomerUserBatch customer users. The results are in the order of the items; each
// has its own problem or none.
func (c *Client) BatchCustomerUsers(ctx context.Context, items []api.CustomerUserBatchItem) (BatchOutcome[api.CustomerUserBatchItemResult], error) {
	return batch[api.CustomerUserBatchItemResult](ctx, c, batchCustomerUsers(items), len(items))
}

// ValidateBatchCustomerUsers checks what BatchCustomerUsers would do. The findings are in each item's Validation.
func (c *Client) ValidateBatchCustomerUsers(ctx context.Context, items []api.CustomerUserBatchItem) (BatchOutcome[api.CustomerUserBatchItemResult], error) {
	return batch[api.CustomerUserBatchItemResult](ctx, c, batchCustomerUsers(items).validating(), len(items))
}

func customerUserPath(customerID, email string) path {
	return v1("customers", customerID, "users", email)
}

func putCustomerUser(customerID, email string, in api.CustomerUserInput, o WriteOptions) request {
	return put(opPutCustomerUser, customerUserPath(customerID, email), in, o)
}

func deleteCustomerUser(customerID, email string, o MatchOptions) request {
	return remove(opDeleteCustomerUser, customerUserPath(customerID, email), o)
}

func batchCustomerUsers(items []api.CustomerUserBatchItem) request {
	return post(opBatchCustomerUsers, v1("customer-users:batch"), api.CustomerUserBatch{Items: items})
}
