package rest

import (
	"context"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listPortalAdmins(ctx context.Context, c *call) (answer, error) {
	admins, err := c.service.ListPortalAdmins(ctx, c.actor, domain.PortalAdminFilter{
		EmailDomain: c.query.Get("email_domain"), Role: domain.PortalRole(c.query.Get("role")),
	}, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.PortalAdminPage{NextPageToken: optional(admins.NextToken), Items: each(admins.Items, func(x domain.PortalAdmin) api.PortalAdmin {
		item := portalAdmin(x)
		item.Etag = optional(etag(x.Revision))
		return item
	})})
}

func getPortalAdmin(ctx context.Context, c *call) (answer, error) {
	admin, err := c.service.GetPortalAdmin(ctx, c.actor, c.path("email"))
	if err != nil {
		return answer{}, err
	}
	return object(admin.Revision, portalAdmin(admin))
}

func putPortalAdmin(ctx context.Context, c *call) (answer, error) {
	var in api.PortalAdminInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	admin, created, err := c.service.PutPortalAdmin(ctx, c.actor, c.path("email"), domain.PortalAdminInput{
		Email: given(in.Email), Name: in.Name, Phone: given(in.Phone), Role: domain.PortalRole(in.Role),
	}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, admin.Revision, portalAdmin(admin))
}

func deletePortalAdmin(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeletePortalAdmin(ctx, c.actor, c.path("email"), c.when)
}

func invitePortalAdmin(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.InvitePortalAdmin(ctx, c.actor, c.path("email"))
}

// registerPortalAdmin is for a person, who has no token; so nothing has read the request yet.
func registerPortalAdmin(ctx context.Context, c *call) (answer, error) {
	if err := c.parseQuery(); err != nil {
		return answer{}, err
	}
	if err := c.readJSON(); err != nil {
		return answer{}, err
	}
	var in api.PortalAdminRegistration
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	registration := domain.Registration{
		PartnerID: in.PartnerID, Email: c.path("email"), TemporaryPassword: in.TemporaryPassword, Password: in.Password, RequestID: c.id,
	}
	if err := registration.Check(); err != nil {
		return answer{}, err
	}
	if err := c.server.guesses.take(c, in.PartnerID, registration.Email); err != nil {
		return answer{}, err
	}
	return noContent, c.service.RegisterPortalAdmin(ctx, registration)
}

func batchPortalAdmins(ctx context.Context, c *call) (answer, error) {
	var in api.PortalAdminBatch
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	items := each(in.Items, func(item api.PortalAdminBatchItem) batchItem[domain.PortalAdmin] {
		return batchItem[domain.PortalAdmin]{
			key: strings.ToLower(item.Email), operation: item.Operation, createOnly: given(item.CreateOnly), ifMatch: item.IfMatch,
			forPut: map[string]bool{"name": item.Name != nil, "phone": item.Phone != nil, "role": item.Role != nil},
			put: func(ctx context.Context, when domain.Precondition) (domain.PortalAdmin, bool, error) {
				return c.service.PutPortalAdmin(ctx, c.actor, item.Email, domain.PortalAdminInput{
					Name: given(item.Name), Phone: given(item.Phone), Role: domain.PortalRole(given(item.Role)),
				}, when)
			},
			remove: func(ctx context.Context, when domain.Precondition) error {
				return c.service.DeletePortalAdmin(ctx, c.actor, item.Email, when)
			},
		}
	})
	outcomes, err := runBatch(ctx, c, items, api.MaxPortalAdminBatch, nothing)
	if err != nil {
		return answer{}, err
	}
	results := make([]api.PortalAdminBatchItemResult, len(outcomes))
	for i, o := range outcomes {
		results[i] = api.PortalAdminBatchItemResult{Email: in.Items[i].Email, Status: o.status, Problem: o.problem, Validation: o.validation}
		if o.object != nil {
			results[i].PortalAdmin, results[i].Etag = optional(portalAdmin(*o.object)), optional(etag(o.object.Revision))
		}
	}
	return ok(api.PortalAdminBatchResult{Results: results})
}

func portalAdmin(a domain.PortalAdmin) api.PortalAdmin {
	return api.PortalAdmin{
		Email: a.Email, Name: a.Name, Phone: optional(a.Phone), Role: api.PortalRoleName(a.Role), Status: api.PortalAdminStatus(a.Status),
	}
}
