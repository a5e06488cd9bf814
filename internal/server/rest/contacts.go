package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listAuthorizedContacts(ctx context.Context, c *call) (answer, error) {
	return contactPage(c.service.ListContacts(ctx, c.actor, domain.ContactFilter{
		CustomerID: c.query.Get("customer_id"), Role: c.query.Get("role"),
		Email: c.query.Get("email"), EmailDomain: c.query.Get("email_domain"),
	}, c.page))
}

func listContactsOfCustomer(ctx context.Context, c *call) (answer, error) {
	return contactPage(c.service.ListContactsOfCustomer(ctx, c.actor, c.path("customer_id"), c.page))
}

func contactPage(contacts domain.List[domain.AuthorizedContact], err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(api.AuthorizedContactPage{NextPageToken: optional(contacts.NextToken), Items: each(contacts.Items, func(k domain.AuthorizedContact) api.AuthorizedContact {
		item := authorizedContact(k)
		item.Etag = optional(etag(k.Revision))
		return item
	})})
}

func getAuthorizedContact(ctx context.Context, c *call) (answer, error) {
	contact, err := c.service.GetContact(ctx, c.actor, c.path("customer_id"), c.path("email"))
	if err != nil {
		return answer{}, err
	}
	return object(contact.Revision, authorizedContact(contact))
}

func putAuthorizedContact(ctx context.Context, c *call) (answer, error) {
	var in api.AuthorizedContactInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	contact, created, err := c.service.PutContact(ctx, c.actor, c.path("customer_id"), c.path("email"), domain.ContactInput{
		Email: given(in.Email), Name: in.Name, Phone: given(in.Phone), Roles: texts[api.ContactRole, string](in.Roles),
	}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, contact.Revision, authorizedContact(contact))
}

func deleteAuthorizedContact(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteContact(ctx, c.actor, c.path("customer_id"), c.path("email"), c.when)
}

func authorizedContact(k domain.AuthorizedContact) api.AuthorizedContact {
	return api.AuthorizedContact{
		CustomerID: k.CustomerID, Email: k.Email, Name: k.Name, Phone: optional(k.Phone), Roles: texts[string, api.ContactRole](k.Roles()),
	}
}
