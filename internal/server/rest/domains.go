package rest

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listDomains(ctx context.Context, c *call) (answer, error) {
	domains, err := c.service.ListDomains(ctx, c.actor, domain.DomainFilter{Status: domain.DomainStatus(c.query.Get("status"))}, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.DomainPage{Items: each(domains.Items, domainOf), NextPageToken: optional(domains.NextToken)})
}

func getDomain(ctx context.Context, c *call) (answer, error) {
	return domainAnswer(c.service.GetDomain(ctx, c.actor, c.path("name")))
}

func putDomain(ctx context.Context, c *call) (answer, error) {
	var in api.DomainInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	d, created, err := c.service.PutDomain(ctx, c.actor, c.path("name"), domain.DomainInput{
		Name: given(in.Name), VerificationMethod: domain.ValidationMethod(in.VerificationMethod),
	}, c.when)
	if err != nil {
		return answer{}, err
	}
	return c.written(created, d.Revision, domainOf(d))
}

func deleteDomain(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteDomain(ctx, c.actor, c.path("name"), c.when)
}

func verifyDomain(ctx context.Context, c *call) (answer, error) {
	return domainAnswer(c.service.VerifyDomain(ctx, c.actor, c.path("name")))
}

func renewDomain(ctx context.Context, c *call) (answer, error) {
	return domainAnswer(c.service.RenewDomain(ctx, c.actor, c.path("name")))
}

func domainAnswer(d domain.PartnerDomain, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return object(d.Revision, domainOf(d))
}

func domainOf(d domain.PartnerDomain) api.Domain {
	wire := api.Domain{
		Name: d.Name, VerificationMethod: api.ValidationMethod(d.VerificationMethod), Status: api.DomainStatus(d.VerificationStatus),
		ExpiresAt: d.ExpiresAt, AcceptedBy: optional(d.AcceptedBy), VerifiedAt: d.VerifiedAt,
	}
	if r := d.Record; r != nil {
		wire.Record = &api.DNSRecord{Name: r.Name, Type: api.ValidationMethod(r.Type), Value: r.Value}
	}
	if c := d.LastCheck; c != nil {
		wire.LastCheck = &api.DomainCheck{At: c.At, Outcome: api.DomainCheckOutcome(c.Outcome), Detail: c.Detail}
	}
	return wire
}
