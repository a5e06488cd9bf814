package client

import (
	"context"
	"iter"
	"slices"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListExternalAdmins         = "listExternalAdmins"
	opBatchExternalAdmins        = "batchExternalAdmins"
	opListCustomerExternalAdmins = "listCustomerExternalAdmins"
	opGetExternalAdmin           = "getExternalAdmin"
	opPutExternalAdmin           = "putExternalAdmin"
	opDeleteExternalAdmin        = "deleteExternalAdmin"
)

// ExternalAdminFilter narrows a list of external administrators; what is empty does not.
type ExternalAdminFilter struct {
	CustomerID  string
	Email       string
	Role        string
	EmailDomain string
}

// ListExternalAdmins lists the external administrators of all customers, by customer id and e-mail.
func (c *Client) ListExternalAdmins(ctx context.Context, f ExternalAdminFilter) iter.Seq2[api.ExternalAdmin, error] {
	return list[api.ExternalAdmin](ctx, c, opListExternalAdmins, v1("external-admins"),
		filters(map[string]string{"customer_id": f.CustomerID, "email": f.Email, "role": f.Role, "email_domain": f.EmailDomain}))
}

// ListCustomerExternalAdmins lists a customer's external administrators, by e-mail.
func (c *Client) ListCustomerExternalAdmins(ctx context.Context, customerID string) iter.Seq2[api.ExternalAdmin, error] {
	return list[api.ExternalAdmin](ctx, c, opListCustomerExternalAdmins, v1("customers", customerID, "external-admins"), nil)
}

// GetExternalAdmin reads an external administrator of a customer.
func (c *Client) GetExternalAdmin(ctx context.Context, customerID, email string) (*Versioned[api.ExternalAdmin], error) {
	return versioned[api.ExternalAdmin](ctx, c, read(opGetExternalAdmin, externalAdminPath(customerID, email), nil))
}

// ReadExternalAdmin reads an external administrator as GetExternalAdmin does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadExternalAdmin(ctx context.Context, customerID, email string) (*api.ExternalAdmin, error) {
	return c.shared.externalAdmins.read(ctx, emailKey(customerID, email), func() (*Versioned[api.ExternalAdmin], error) {
		return c.GetExternalAdmin(ctx, customerID, email)
	})
}

// PeekExternalAdmin answers what ReadExternalAdmin would find in a list that has come already; nil says nothing. It makes no
// request.
func (c *Client) PeekExternalAdmin(customerID, email string) *api.ExternalAdmin {
	return c.shared.externalAdmins.peek(emailKey(customerID, email))
}

// ReadCustomerExternalAdmins lists a customer's external administrators as ListCustomerExternalAdmins does, but maybe out of
// a list of those of all customers that was read within snapshotLife. Such a list is not taken at its word if it lacks somebody
// who is known to have been there; and that nobody is there, only of a customer that a list of customers has.
func (c *Client) ReadCustomerExternalAdmins(ctx context.Context, customerID string, known []string) ([]api.ExternalAdmin, error) {
	keys := make([]objectKey, len(known))
	for i, email := range known {
		keys[i] = emailKey(customerID, email)
	}
	exists := func() bool {
		customer, _ := c.shared.customers.lookUp(ctx, objectKey{name: customerID})
		return customer != nil
	}
	return c.shared.externalAdmins.readAll(ctx, customerID, keys, exists, func() ([]api.ExternalAdmin, error) {
		return Collect(c.ListCustomerExternalAdmins(ctx, customerID))
	})
}

// PutExternalAdmin lets a portal admin into a customer's console, or changes the role there or how long it lasts.
func (c *Client) PutExternalAdmin(ctx context.Context, customerID, email string, in api.ExternalAdminInput, o WriteOptions) (*Versioned[api.ExternalAdmin], error) {
	return versioned[api.ExternalAdmin](ctx, c, putExternalAdmin(customerID, email, in, o))
}

// ValidatePutExternalAdmin checks what PutExternalAdmin would do.
func (c *Client) ValidatePutExternalAdmin(ctx context.Context, customerID, email string, in api.ExternalAdminInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putExternalAdmin(customerID, email, in, o))
}

// DeleteExternalAdmin takes an external administrator's access away.
func (c *Client) DeleteExternalAdmin(ctx context.Context, customerID, email string, o MatchOptions) error {
	return c.erase(ctx, deleteExternalAdmin(customerID, email, o))
}

// ValidateDeleteExternalAdmin checks what DeleteExternalAdmin would do.
func (c *Client) ValidateDeleteExternalAdmin(ctx context.Context, customerID, email string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteExternalAdmin(customerID, email, o))
}

// BatchExternalAdmins writes up to api.MaxExternalAdminBatch external administrators. The results are in the order of the
// items; each has its own problem or none.
func (c *Client) BatchExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem) (BatchOutcome[api.ExternalAdminBatchItemResult], error) {
	return batch[api.ExternalAdminBatchItemResult](ctx, c, batchExternalAdmins(items), len(items))
}

// ValidateBatchExternalAdmins checks what BatchExternalAdmins would do. The findings are in each item's Validation.
func (c *Client) ValidateBatchExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem) (BatchOutcome[api.ExternalAdminBatchItemResult], error) {
	return batch[api.ExternalAdminBatchItemResult](ctx, c, batchExternalAdmins(items).validating(), len(items))
}

func externalAdminPath(customerID, email string) path {
	return v1("customers", customerID, "external-admins", email)
}

func putExternalAdmin(customerID, email string, in api.ExternalAdminInput, o WriteOptions) request {
	r := put(opPutExternalAdmin, externalAdminPath(customerID, email), in, o)
	r.grantsOf = []string{customerID}
	return r
}

func deleteExternalAdmin(customerID, email string, o MatchOptions) request {
	r := remove(opDeleteExternalAdmin, externalAdminPath(customerID, email), o)
	r.grantsOf = []string{customerID}
	return r
}

func batchExternalAdmins(items []api.ExternalAdminBatchItem) request {
	r := post(opBatchExternalAdmins, v1("external-admins:batch"), api.ExternalAdminBatch{Items: items})
	for _, item := range items {
		if !slices.Contains(r.grantsOf, item.CustomerID) {
			r.grantsOf = append(r.grantsOf, item.CustomerID)
		}
	}
	return r
}
