package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listPartnerUsers(ctx context.Context, c *call) (answer, error) {
	users, err := c.service.ListPartnerUsers(ctx, c.actor, domain.PartnerUserFilter{
		EmailDomain: c.query.Get("email_domain"), Source: domain.UserSource(c.query.Get("source")),
	}, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.PartnerUserPage{NextPageToken: optional(users.NextToken), Items: each(users.Items, func(x domain.PartnerUser) api.PartnerUser {
		item := partnerUser(x)
		item.Etag = optional(etag(x.Revision))
		return item
	})})
}

func getPartnerUser(ctx context.Context, c *call) (answer, error) {
	user, err := c.service.GetPartnerUser(ctx, c.actor, c.path("email"))
	if err != nil {
		return answer{}, err
	}
	return object(user.Revision, partnerUser(user))
}

func putPartnerUser(ctx context.Context, c *call) (answer, error) {
	var in api.PartnerUserInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	user, created, err := c.service.PutPartnerUser(ctx, c.actor, c.path("email"), domain.PartnerUserInput{
		Email: given(in.Email), Name: in.Name, Phone: given(in.Phone), AccountRole: given(in.AccountRole),
	}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, user.Revision, partnerUser(user))
}

func deletePartnerUser(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeletePartnerUser(ctx, c.actor, c.path("email"), c.when)
}

func partnerUser(u domain.PartnerUser) api.PartnerUser {
	return api.PartnerUser{
		Email: u.Email, Name: u.Name, Phone: optional(u.Phone), AccountRole: optional(u.AccountRole),
		Source: api.UserSource(u.Source), Directory: optional(u.Directory), Enabled: !u.Disabled, Aliases: texts[string, string](u.Aliases),
	}
}
