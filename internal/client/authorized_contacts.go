package client

import (
	"context"
	"iter"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListAuthorizedContacts  = "listAuthorizedContacts"
	opListContactsOfCustomer  = "listContactsOfCustomer"
	opGetAuthorizedContact    = "getAuthorizedContact"
	opPutAuthorizedContact    = "putAuthorizedContact"
	opDeleteAuthorizedContact = "deleteAuthorizedContact"
)

// AuthorizedContactFilter narrows a list of authorized contacts; what is empty does not.
type AuthorizedContactFilter struct {
	CustomerID  string
	Role        api.ContactRole // one of those that a contact has
	Email       string
	EmailDomain string
}

// ListAuthorizedContacts lists the contacts of all customers, by customer id and e-mail.
func (c *Client) ListAuthorizedContacts(ctx context.Context, f AuthorizedContactFilter) iter.Seq2[api.AuthorizedContact, error] {
	return list[api.AuthorizedContact](ctx, c, opListAuthorizedContacts, v1("authorized-contacts"),
		filters(map[string]string{"customer_id": f.CustomerID, "role": string(f.Role), "email": f.Email, "email_domain": f.EmailDomain}))
}

// ListContactsOfCustomer lists a customer's authorized contacts, by e-mail.
func (c *Client) ListContactsOfCustomer(ctx context.Context, customerID string) iter.Seq2[api.AuthorizedContact, error] {
	return list[api.AuthorizedContact](ctx, c, opListContactsOfCustomer, v1("customers", customerID, "contacts"), nil)
}

// GetAuthorizedContact reads an authorized contact of a customer.
func (c *Client) GetAuthorizedContact(ctx context.Context, customerID, email string) (*Versioned[api.AuthorizedContact], error) {
	return versioned[api.AuthorizedContact](ctx, c, read(opGetAuthorizedContact, authorizedContactPath(customerID, email), nil))
}

// ReadAuthorizedContact reads a contact as GetAuthorizedContact does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadAuthorizedContact(ctx context.Context, customerID, email string) (*api.AuthorizedContact, error) {
	return c.shared.contacts.read(ctx, emailKey(customerID, email), func() (*Versioned[api.AuthorizedContact], error) {
		return c.GetAuthorizedContact(ctx, customerID, email)
	})
}

// PutAuthorizedContact adds a contact to a customer's account, or changes one.
func (c *Client) PutAuthorizedContact(ctx context.Context, customerID, email string, in api.AuthorizedContactInput, o WriteOptions) (*Versioned[api.AuthorizedContact], error) {
	return versioned[api.AuthorizedContact](ctx, c, putAuthorizedContact(customerID, email, in, o))
}

// ValidatePutAuthorizedContact checks what PutAuthorizedContact would do.
func (c *Client) ValidatePutAuthorizedContact(ctx context.Context, customerID, email string, in api.AuthorizedContactInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, putAuthorizedContact(customerID, email, in, o))
}

// DeleteAuthorizedContact takes a contact off a customer's account.
func (c *Client) DeleteAuthorizedContact(ctx context.Context, customerID, email string, o MatchOptions) error {
	return c.erase(ctx, deleteAuthorizedContact(customerID, email, o))
}

// ValidateDeleteAuthorizedContact checks what DeleteAuthorizedContact would do.
func (c *Client) ValidateDeleteAuthorizedContact(ctx context.Context, customerID, email string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, deleteAuthorizedContact(customerID, email, o))
}

func authorizedContactPath(customerID, email string) path {
	return v1("customers", customerID, "contacts", email)
}

func putAuthorizedContact(customerID, email string, in api.AuthorizedContactInput, o WriteOptions) request {
	return put(opPutAuthorizedContact, authorizedContactPath(customerID, email), in, o)
}

func deleteAuthorizedContact(customerID, email string, o MatchOptions) request {
	return remove(opDeleteAuthorizedContact, authorizedContactPath(customerID, email), o)
}
