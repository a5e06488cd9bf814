package rest

import (
	"context"
	"net/url"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listCustomers(ctx context.Context, c *call) (answer, error) {
	customers, err := c.service.ListCustomers(ctx, c.actor, domain.CustomerFilter{
		Name: c.query.Get("name"), Domain: c.query.Get("domain"), ExternalID: c.query.Get("external_id"),
		Stage: domain.Stage(c.query.Get("stage")), Relationship: domain.Relationship(c.query.Get("relationship")), Enabled: c.flag("enabled"),
	}, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.CustomerPage{NextPageToken: optional(customers.NextToken), Items: each(customers.Items, func(x domain.Customer) api.Customer {
		item := customer(x)
		item.Etag = optional(etag(x.Revision))
		return item
	})})
}

func createCustomer(ctx context.Context, c *call) (answer, error) {
	in, err := c.customerInput()
	if err != nil {
		return answer{}, err
	}
	created, err := c.service.CreateCustomer(ctx, c.actor, in)
	if err != nil {
		return answer{}, err
	}
	a, err := c.written(true, created.Revision, customer(created))
	if err == nil {
		a.header["Location"] = c.request.URL.EscapedPath() + "/" + url.PathEscape(created.ID)
	}
	return a, err
}

func getCustomer(ctx context.Context, c *call) (answer, error) {
	found, err := c.service.GetCustomer(ctx, c.actor, c.path("customer_id"))
	if err != nil {
		return answer{}, err
	}
	return object(found.Revision, customer(found))
}

func putCustomer(ctx context.Context, c *call) (answer, error) {
	in, err := c.customerInput()
	if err != nil {
		return answer{}, err
	}
	changed, err := c.service.PutCustomer(ctx, c.actor, c.path("customer_id"), in, c.when)
	if err != nil {
		return answer{}, err
	}
	return object(changed.Revision, customer(changed))
}

func deleteCustomer(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteCustomer(ctx, c.actor, c.path("customer_id"), given(c.flag("force")), c.when)
}

// customerInput refuses values that the domain takes for "left out".
func (c *call) customerInput() (domain.CustomerInput, error) {
	var in api.CustomerInput
	if err := c.decode(&in); err != nil {
		return domain.CustomerInput{}, err
	}
	switch {
	case in.Seats != nil && *in.Seats == 0:
		return domain.CustomerInput{}, refuseField(domain.CodeInvalidValue, "/seats", "There must be 1 to 1000000 seats; leave the field out if they are not known.")
	case in.Stage != nil && !in.Stage.Valid():
		return domain.CustomerInput{}, refuseField(domain.CodeInvalidValue, "/stage", "The stage must be prospect or customer.")
	case in.AccountType != nil && *in.AccountType == "":
		return domain.CustomerInput{}, refuseField(domain.CodeInvalidValue, "/account_type", "The type must not be empty; it is customer, or leave the field out.")
	case in.ExternalID != nil && *in.ExternalID == "":
		return domain.CustomerInput{}, refuseField(domain.CodeInvalidValue, "/external_id", "The identifier must not be empty; leave the field out if there is none.")
	}
	rfi := given(in.RFI)
	smarthost, err := smarthostInput(rfi.Smarthost, "/rfi/smarthost")
	if err != nil {
		return domain.CustomerInput{}, err
	}
	return domain.CustomerInput{
		Name: in.Name, Domain: in.Domain, Stage: domain.Stage(given(in.Stage)), ImplementationLead: given(in.ImplementationLead),
		Seats: given(in.Seats), Product: given(in.Product), Country: given(in.Country), ExternalID: given(in.ExternalID),
		AccountType: string(given(in.AccountType)), Enabled: in.Enabled, RequireSSO: in.RequireSso, AllowedIPRanges: given(in.AllowedIPRanges), DeletionProtection: in.DeletionProtection,
		RFI: domain.RFIInput{OutboundIPs: rfi.OutboundIPs, InboundIPs: rfi.InboundIPs, Smarthost: smarthost},
	}, nil
}

func customer(c domain.Customer) api.Customer {
	return api.Customer{
		ID: c.ID, Name: c.Name, Domain: c.Domain, InternalDomains: texts[string, string](c.InternalDomains), Stage: api.Stage(c.Stage),
		ImplementationLead: optional(c.ImplementationLead), Seats: optional(c.Seats), Product: optional(c.Product),
		Country: optional(c.Country), ExternalID: optional(c.ExternalID), Enabled: c.Enabled, RequireSso: c.RequireSSO,
		AllowedIPRanges: texts[string, string](c.AllowedIPRanges), DeletionProtection: c.DeletionProtection,
		RFI: api.RFI{
			OutboundIPs: texts[string, string](c.RFI.OutboundIPs), InboundIPs: texts[string, string](c.RFI.InboundIPs), Smarthost: smarthost(c.RFI.Smarthost),
		},
		Relationship: api.Relationship(c.Relationship), AccountType: api.AccountTypeCustomer,
		AdminUsername: optional(c.AdminUsername), CreatedAt: c.CreatedAt,
	}
}
