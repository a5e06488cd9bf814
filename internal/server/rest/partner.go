package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func getPartner(ctx context.Context, c *call) (answer, error) {
	p, err := c.service.GetPartner(ctx, c.actor)
	if err != nil {
		return answer{}, err
	}
	wire := api.Partner{
		ID: p.ID, Name: p.Name, Kind: api.PartnerKind(p.Kind),
		Contact: contact(p.Contact), BillingContact: contact(p.BillingContact),
		TechnicalStatus: optional(p.TechnicalStatus), SalesStatus: optional(p.SalesStatus),
		Products: each(p.Products, func(x domain.Product) api.Product {
			return api.Product{Name: x.Name, Price: x.Price, Currency: x.Currency}
		}),
	}
	if a := p.Address; a != nil {
		wire.Address = &api.Address{
			Street: optional(a.Street), City: optional(a.City), PostalCode: optional(a.PostalCode), Country: optional(a.Country),
		}
	}
	return ok(wire)
}

func contact(c *domain.Contact) *api.Contact {
	if c == nil {
		return nil
	}
	return &api.Contact{Name: c.Name, Email: c.Email, Phone: optional(c.Phone)}
}

func getPartnerConfig(ctx context.Context, c *call) (answer, error) {
	config, err := c.service.GetPartnerConfig(ctx, c.actor)
	if err != nil {
		return answer{}, err
	}
	return object(config.Revision, partnerConfig(config))
}

func putPartnerConfig(ctx context.Context, c *call) (answer, error) {
	var in api.PartnerConfigInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	smarthost, err := smarthostInput(in.Smarthost, "/smarthost")
	if err != nil {
		return answer{}, err
	}
	config, err := c.service.PutPartnerConfig(ctx, c.actor, domain.PartnerConfigInput{
		OutboundIPs: given(in.OutboundIPs), InboundIPs: given(in.InboundIPs), Smarthost: smarthost,
	}, c.when)
	if err != nil {
		return answer{}, err
	}
	return object(config.Revision, partnerConfig(config))
}

func deletePartnerConfig(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeletePartnerConfig(ctx, c.actor, c.when)
}

func partnerConfig(config domain.PartnerConfig) api.PartnerConfig {
	return api.PartnerConfig{
		PartnerID: config.PartnerID, OutboundIPs: texts[string, string](config.OutboundIPs),
		InboundIPs: texts[string, string](config.InboundIPs), Smarthost: smarthost(config.Smarthost),
	}
}

func smarthost(s *domain.Smarthost) *api.Smarthost {
	if s == nil {
		return nil
	}
	return &api.Smarthost{Host: s.Host, Port: optional(s.Port)}
}

// smarthostInput refuses a port that is given as 0, which for the domain is one that was left out.
func smarthostInput(s *api.Smarthost, field string) (*domain.Smarthost, error) {
	if s == nil {
		return nil, nil
	}
	if s.Port != nil && *s.Port == 0 {
		return nil, refuseField(domain.CodeInvalidValue, field+"/port", "The port must be from 1 to 65535; leave it out for the receiver's default.")
	}
	return &domain.Smarthost{Host: s.Host, Port: given(s.Port)}, nil
}

func listPortalRoles(ctx context.Context, c *call) (answer, error) {
	roles, err := c.service.PortalRoleCatalogue(ctx, c.actor)
	if err != nil {
		return answer{}, err
	}
	return ok(api.PortalRoleList{Items: each(roles, func(r domain.PortalRoleInfo) api.PortalRole {
		return api.PortalRole{
			Name: api.PortalRoleName(r.Name), Description: r.Description, Permissions: texts[domain.Scope, string](domain.ScopesOf(r.Name)),
		}
	})})
}

func listTraining(ctx context.Context, c *call) (answer, error) {
	courses, err := c.service.ListTraining(ctx, c.actor, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.TrainingPage{NextPageToken: optional(courses.NextToken), Items: each(courses.Items, func(x domain.Course) api.Course {
		return api.Course{Email: x.Email, Course: x.Course, ProgressPercent: x.ProgressPercent, AssignedAt: x.AssignedAt, CompletedAt: x.CompletedAt}
	})})
}
