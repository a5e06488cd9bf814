package rest

import (
	"context"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listCustomerUsers(ctx context.Context, c *call) (answer, error) {
	return customerUserPage(c.service.ListCustomerUsers(ctx, c.actor, domain.CustomerUserFilter{
		CustomerID: c.query.Get("customer_id"), Email: c.query.Get("email"),
		Role: domain.CustomerUserRole(c.query.Get("role")), EmailDomain: c.query.Get("email_domain"),
	}, c.page))
}

func listUsersOfCustomer(ctx context.Context, c *call) (answer, error) {
	return customerUserPage(c.service.ListUsersOfCustomer(ctx, c.actor, c.path("customer_id"), c.page))
}

func customerUserPage(users domain.List[domain.CustomerUserNow], err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(api.CustomerUserPage{NextPageToken: optional(users.NextToken), Items: each(users.Items, func(u domain.CustomerUserNow) api.CustomerUser {
		item := customerUser(u)
		item.Etag = optional(etag(u.Revision))
		return item
	})})
}

func getCustomerUser(ctx context.Context, c *call) (answer, error) {
	user, err := c.service.GetCustomerUser(ctx, c.actor, c.path("customer_id"), c.path("email"))
	if err != nil {
		return answer{}, err
	}
	return object(user.Revision, customerUser(user))
}

func putCustomerUser(ctx context.Context, c *call) (answer, error) {
	var in api.CustomerUserInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	user, created, err := c.service.PutCustomerUser(ctx, c.actor, c.path("customer_id"), c.path("email"),
		domain.CustomerUserInput{Email: given(in.Email), Name: in.Name, Role: domain.CustomerUserRole(in.Role)}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, user.Revision, customerUser(user))
}

func deleteCustomerUser(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteCustomerUser(ctx, c.actor, c.path("customer_id"), c.path("email"), c.when)
}

func batchCustomerUsers(ctx context.Context, c *call) (answer, error) {
	var in api.CustomerUserBatch
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	items := each(in.Items, func(item api.CustomerUserBatchItem) batchItem[domain.CustomerUserNow] {
		return batchItem[domain.CustomerUserNow]{
			key: item.CustomerID + "/" + strings.ToLower(item.Email), operation: item.Operation, createOnly: given(item.CreateOnly), ifMatch: item.IfMatch,
			forPut: map[string]bool{"name": item.Name != nil, "role": item.Role != nil},
			put: func(ctx context.Context, when domain.Precondition) (domain.CustomerUserNow, bool, error) {
				return c.service.PutCustomerUser(ctx, c.actor, item.CustomerID, item.Email,
					domain.CustomerUserInput{Name: given(item.Name), Role: domain.CustomerUserRole(given(item.Role))}, when)
			},
			remove: func(ctx context.Context, when domain.Precondition) error {
				return c.service.DeleteCustomerUser(ctx, c.actor, item.CustomerID, item.Email, when)
			},
		}
	})
	outcomes, err := runBatch(ctx, c, items, api.MaxCustomerUserBatch, nothing)
	if err != nil {
		return answer{}, err
	}
	results := make([]api.CustomerUserBatchItemResult, len(outcomes))
	for i, o := range outcomes {
		results[i] = api.CustomerUserBatchItemResult{
			CustomerID: in.Items[i].CustomerID, Email: in.Items[i].Email, Status: o.status, Problem: o.problem, Validation: o.validation,
		}
		if o.object != nil {
			results[i].CustomerUser, results[i].Etag = optional(customerUser(*o.object)), optional(etag(o.object.Revision))
		}
	}
	return ok(api.CustomerUserBatchResult{Results: results})
}

func customerUser(u domain.CustomerUserNow) api.CustomerUser {
	return api.CustomerUser{
		CustomerID: u.CustomerID, Email: u.Email, Name: u.Name, Role: api.CustomerUserRole(u.Role), Status: api.CustomerUserStatus(u.Status),
	}
}
