package rest

import (
	"context"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listExternalAdmins(ctx context.Context, c *call) (answer, error) {
	return c.externalAdminPage(c.service.ListExternalAdmins(ctx, c.actor, domain.ExternalAdminFilter{
		CustomerID: c.query.Get("customer_id"), Email: c.query.Get("email"), Role: c.query.Get("role"), EmailDomain: c.query.Get("email_domain"),
	}, c.page))
}

func listCustomerExternalAdmins(ctx context.Context, c *call) (answer, error) {
	return c.externalAdminPage(c.service.ListCustomerExternalAdmins(ctx, c.actor, c.path("customer_id"), c.page))
}

func (c *call) externalAdminPage(admins domain.List[domain.ExternalAdmin], err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(api.ExternalAdminPage{NextPageToken: optional(admins.NextToken), Items: each(admins.Items, func(x domain.ExternalAdmin) api.ExternalAdmin {
		item := c.externalAdmin(x)
		item.Etag = optional(etag(x.Revision))
		return item
	})})
}

func getExternalAdmin(ctx context.Context, c *call) (answer, error) {
	admin, err := c.service.GetExternalAdmin(ctx, c.actor, c.path("customer_id"), c.path("email"))
	if err != nil {
		return answer{}, err
	}
	return object(admin.Revision, c.externalAdmin(admin))
}

func putExternalAdmin(ctx context.Context, c *call) (answer, error) {
	var in api.ExternalAdminInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	admin, created, err := c.service.PutExternalAdmin(ctx, c.actor, c.path("customer_id"), c.path("email"),
		domain.ExternalAdminInput{Email: given(in.Email), Role: in.Role, ExpiresAt: in.ExpiresAt}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, admin.Revision, c.externalAdmin(admin))
}

func deleteExternalAdmin(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteExternalAdmin(ctx, c.actor, c.path("customer_id"), c.path("email"), c.when)
}

func batchExternalAdmins(ctx context.Context, c *call) (answer, error) {
	var in api.ExternalAdminBatch
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	items := each(in.Items, func(item api.ExternalAdminBatchItem) batchItem[domain.ExternalAdmin] {
		return batchItem[domain.ExternalAdmin]{
			key: item.CustomerID + "/" + strings.ToLower(item.Email), operation: item.Operation, createOnly: given(item.CreateOnly), ifMatch: item.IfMatch,
			forPut: map[string]bool{"role": item.Role != nil, "expires_at": item.ExpiresAt != nil},
			put: func(ctx context.Context, when domain.Precondition) (domain.ExternalAdmin, bool, error) {
				return c.service.PutExternalAdmin(ctx, c.actor, item.CustomerID, item.Email,
					domain.ExternalAdminInput{Role: given(item.Role), ExpiresAt: item.ExpiresAt}, when)
			},
			remove: func(ctx context.Context, when domain.Precondition) error {
				return c.service.DeleteExternalAdmin(ctx, c.actor, item.CustomerID, item.Email, when)
			},
		}
	})
	emails := map[string][]string{}
	for _, item := range in.Items {
		emails[item.CustomerID] = append(emails[item.CustomerID], item.Email)
	}
	anticipate := func(ctx context.Context) error { return c.service.AnticipateExternalAdmins(ctx, c.actor, emails) }
	outcomes, err := runBatch(ctx, c, items, api.MaxExternalAdminBatch, anticipate)
	if err != nil {
		return answer{}, err
	}
	results := make([]api.ExternalAdminBatchItemResult, len(outcomes))
	for i, o := range outcomes {
		results[i] = api.ExternalAdminBatchItemResult{
			CustomerID: in.Items[i].CustomerID, Email: in.Items[i].Email, Status: o.status, Problem: o.problem, Validation: o.validation,
		}
		if o.object != nil {
			results[i].ExternalAdmin, results[i].Etag = optional(c.externalAdmin(*o.object)), optional(etag(o.object.Revision))
		}
	}
	return ok(api.ExternalAdminBatchResult{Results: results})
}

func (c *call) externalAdmin(a domain.ExternalAdmin) api.ExternalAdmin {
	return api.ExternalAdmin{
		CustomerID: a.CustomerID, Email: a.Email, Role: a.Role, ContentProtected: a.ContentProtected, ExpiresAt: a.ExpiresAt,
		Status: api.ExternalAdminStatus(c.service.GrantStatus(a)),
	}
}
