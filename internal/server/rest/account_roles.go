package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// The handlers below serve the partner's own account too: its paths have no customer_id.

func listPartnerRoles(ctx context.Context, c *call) (answer, error) {
	return roleList(c.service.PartnerRoles(ctx, c.actor))
}

func listCustomerRoles(ctx context.Context, c *call) (answer, error) {
	return roleList(c.service.CustomerRoles(ctx, c.actor, c.path("customer_id")))
}

func roleList(roles []domain.Role, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(api.RoleList{Items: each(roles, role)})
}

func listCustomRoles(ctx context.Context, c *call) (answer, error) {
	roles, err := c.service.ListCustomRoles(ctx, c.actor, domain.RoleFilter{CustomerID: c.query.Get("customer_id")}, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.RolePage{Items: each(roles.Items, role), NextPageToken: optional(roles.NextToken)})
}

func getRole(ctx context.Context, c *call) (answer, error) {
	found, err := c.service.GetRole(ctx, c.actor, c.path("customer_id"), c.path("role_name"))
	if err != nil {
		return answer{}, err
	}
	return object(found.Revision, role(found))
}

func putRole(ctx context.Context, c *call) (answer, error) {
	var in api.RoleInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Permissions == nil { // which is not an empty list: forgetting it must not take everything away
		return answer{}, refuseField(domain.CodeInvalidRequest, "/permissions", "The permissions are missing; a role without any has an empty list.")
	}
	put, created, err := c.service.PutRole(ctx, c.actor, c.path("customer_id"), c.path("role_name"),
		domain.RoleInput{Description: given(in.Description), Permissions: in.Permissions}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, put.Revision, role(put))
}

func deleteRole(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteRole(ctx, c.actor, c.path("customer_id"), c.path("role_name"), c.when)
}

func role(r domain.Role) api.Role {
	return api.Role{
		CustomerID: optional(r.CustomerID), Name: r.Name, Description: r.Description, Editable: r.Editable, ContentProtected: r.ContentProtected,
		Assignable: r.Assignable, Builtin: r.Builtin, Permissions: texts[string, string](r.Permissions),
	}
}
