package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listAccessGroupMembers(ctx context.Context, c *call) (answer, error) {
	return accessGroupMemberPage(c.service.ListAccessGroupMembers(ctx, c.actor, domain.AccessGroupMemberFilter{
		CustomerID: c.query.Get("customer_id"), Role: domain.AccessRoleName(c.query.Get("role")),
		Email: c.query.Get("email"), EmailDomain: c.query.Get("email_domain"),
	}, c.page))
}

func listAccessRoleMembers(ctx context.Context, c *call) (answer, error) {
	return accessGroupMemberPage(c.service.ListOneAccessGroupsMembers(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")), c.page))
}

func accessGroupMemberPage(members domain.List[domain.AccessGroupMember], err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(api.AccessGroupMemberPage{NextPageToken: optional(members.NextToken), Items: each(members.Items, func(x domain.AccessGroupMember) api.AccessGroupMember {
		item := accessGroupMemberOf(x)
		item.Etag = optional(etag(x.Revision))
		return item
	})})
}

func getAccessGroupMember(ctx context.Context, c *call) (answer, error) {
	member, err := c.service.GetAccessGroupMember(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")), c.path("email"))
	if err != nil {
		return answer{}, err
	}
	return object(member.Revision, accessGroupMemberOf(member))
}

func putAccessGroupMember(ctx context.Context, c *call) (answer, error) {
	var in api.AccessGroupMemberInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	member, created, err := c.service.PutAccessGroupMember(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")), c.path("email"),
		domain.AccessGroupMemberInput{Email: given(in.Email)}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, member.Revision, accessGroupMemberOf(member))
}

func deleteAccessGroupMember(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteAccessGroupMember(ctx, c.actor, c.path("customer_id"), domain.AccessRoleName(c.path("role")), c.path("email"), c.when)
}

func accessGroupMemberOf(m domain.AccessGroupMember) api.AccessGroupMember {
	return api.AccessGroupMember{
		CustomerID: m.CustomerID, Role: api.AccessRoleName(m.Role), Email: m.Email, GroupName: m.GroupName, AddedAt: m.AddedAt,
	}
}

func listInvoices(ctx context.Context, c *call) (answer, error) {
	invoices, err := c.service.ListInvoices(ctx, c.actor, c.path("customer_id"), c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.InvoicePage{NextPageToken: optional(invoices.NextToken), Items: each(invoices.Items, func(x domain.Invoice) api.Invoice {
		return api.Invoice{
			CustomerID: x.CustomerID, Number: x.Number, IssuedOn: x.IssuedOn, DueOn: x.DueOn, PaidOn: optional(x.PaidOn), Amount: x.Amount, Currency: x.Currency,
		}
	})})
}
