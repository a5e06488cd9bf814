package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listAccessRoles(ctx context.Context, c *call) (answer, error) {
	return accessRolePage(c.filteredAccessRoles(ctx))
}

func listCustomerAccessRoles(ctx context.Context, c *call) (answer, error) {
	return accessRolePage(c.service.ListCustomerAccessRoles(ctx, c.actor, c.path("customer_id"), c.page))
}

func accessRolePage(roles domain.List[domain.AccessRole], err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(api.AccessRolePage{NextPageToken: optional(roles.NextToken), Items: each(roles.Items, func(x domain.AccessRole) api.AccessRole {
		item := accessRoleOf(x)
		item.Etag = optional(etag(x.Revision))
		return item
	})})
}

// listAccessGroups shows the same rows from the other side: a role that is given has a group.
func listAccessGroups(ctx context.Context, c *call) (answer, error) {
	roles, err := c.filteredAccessRoles(ctx)
	if err != nil {
		return answer{}, err
	}
	return ok(api.AccessGroupPage{NextPageToken: optional(roles.NextToken), Items: each(roles.Items, func(r domain.AccessRole) api.AccessGroup {
		return api.AccessGroup{Name: r.GroupName, CustomerID: r.CustomerID, Role: api.AccessRoleName(r.Role)}
	})})
}

func (c *call) filteredAccessRoles(ctx context.Context) (domain.List[domain.AccessRole], error) {
	return c.service.ListAccessRoles(ctx, c.actor, domain.AccessRoleFilter{
		CustomerID: c.query.Get("customer_id"), Role: domain.AccessRoleName(c.query.Get("role")),
	}, c.page)
}

func getAccessRole(ctx context.Context, c *call) (answer, error) {
	role, err := c.service.GetAccessRole(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")))
	if err != nil {
		return answer{}, err
	}
	return object(role.Revision, accessRoleOf(role))
}

func putAccessRole(ctx context.Context, c *call) (answer, error) {
	var in api.AccessRoleInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	role, created, err := c.service.PutAccessRole(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")),
		domain.AccessRoleInput{NotifyEmails: in.NotifyEmails}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, role.Revision, accessRoleOf(role))
}

func deleteAccessRole(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteAccessRole(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")), c.when)
}

func accessRoleOf(r domain.AccessRole) api.AccessRole {
	return api.AccessRole{
		CustomerID: r.CustomerID, Role: api.AccessRoleName(r.Role), NotifyEmails: texts[string, string](r.NotifyEmails),
		GroupName: r.GroupName, GrantedAt: r.GrantedAt,
	}
}
