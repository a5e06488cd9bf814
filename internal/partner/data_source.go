// Package partner shows what the vendor has on record about the partner itself.
package partner

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*partner)(nil)

type partner struct{ rt *tfkit.Runtime }

type model struct {
	ID             types.String `tfsdk:"id"`
	Name           types.String `tfsdk:"name"`
	Kind           types.String `tfsdk:"kind"`
	Contact        *contact     `tfsdk:"contact"`
	BillingContact *contact     `tfsdk:"billing_contact"`
	Status         status       `tfsdk:"status"`
	Address        *address     `tfsdk:"address"`
	Products       []product    `tfsdk:"products"`
}

type contact struct {
	Name  types.String `tfsdk:"name"`
	Email types.String `tfsdk:"email"`
	Phone types.String `tfsdk:"phone"`
}

type status struct {
	Technical types.String `tfsdk:"technical"`
	Sales     types.String `tfsdk:"sales"`
}

type address struct {
	Street     types.String `tfsdk:"street"`
	City       types.String `tfsdk:"city"`
	PostalCode types.String `tfsdk:"postal_code"`
	Country    types.String `tfsdk:"country"`
}

type product struct {
	Name     types.String `tfsdk:"name"`
	Price    types.String `tfsdk:"price"`
	Currency types.String `tfsdk:"currency"`
}

// NewDataSource makes the data source msp_partner.
func NewDataSource() datasource.DataSource { return &partner{} }

func (d *partner) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_partner"
}

func (d *partner) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	person := func(description string) schema.SingleNestedAttribute {
		return schema.SingleNestedAttribute{
			MarkdownDescription: description + " Null if none is on record.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"name":  text("The person's or department's name."),
				"email": text("The e-mail address."),
				"phone": text("The phone number; null if there is none."),
			},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What the vendor has on record about the partner itself: contacts, status, address, and the products that it may sell, with its contracted prices. Every portal role may read it; it can't be changed here.",
		Attributes: map[string]schema.Attribute{
			"id":              text("ID of the partner."),
			"name":            text("The partner's name."),
			"kind":            text("`msp` or `reseller`. Only partners of kind `msp` can have external administrators at customers."),
			"contact":         person("Whom the vendor speaks to."),
			"billing_contact": person("Who gets the vendor's invoices."),
			"status": schema.SingleNestedAttribute{
				MarkdownDescription: "Where the partner stands in the vendor's partner program.",
				Computed:            true,
				Attributes: map[string]schema.Attribute{
					"technical": text("Technical partner status; null if there is none."),
					"sales":     text("Sales partner status; null if there is none."),
				},
			},
			"address": schema.SingleNestedAttribute{
				MarkdownDescription: "The partner's postal address. Null if none is on record.",
				Computed:            true,
				Attributes: map[string]schema.Attribute{
					"street":      text("Street and number."),
					"city":        text("City."),
					"postal_code": text("Postal code."),
					"country":     text("Country as a two-letter code (ISO 3166-1 alpha-2)."),
				},
			},
			"products": schema.ListNestedAttribute{
				MarkdownDescription: "What the partner may sell, in the vendor's order. A product's name is what `msp_customer` takes as `product`.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name":     text("The product's name."),
						"price":    text("The partner's contracted price per seat and month, a decimal number as text, so that nothing is rounded: `4.50`."),
						"currency": text("Currency of the price (ISO 4217), such as `EUR`."),
					},
				},
			},
		},
	}
}

func (d *partner) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *partner) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	found, err := d.rt.Client.GetPartner(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the partner's details", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, fromAPI(found))...)
}

func fromAPI(p *api.Partner) model {
	m := model{
		ID:             types.StringValue(p.ID),
		Name:           types.StringValue(p.Name),
		Kind:           types.StringValue(string(p.Kind)),
		Contact:        contactFrom(p.Contact),
		BillingContact: contactFrom(p.BillingContact),
		Status:         status{types.StringPointerValue(p.TechnicalStatus), types.StringPointerValue(p.SalesStatus)},
		Products:       make([]product, len(p.Products)),
	}
	if a := p.Address; a != nil {
		m.Address = &address{
			Street:     types.StringPointerValue(a.Street),
			City:       types.StringPointerValue(a.City),
			PostalCode: types.StringPointerValue(a.PostalCode),
			Country:    types.StringPointerValue(a.Country),
		}
	}
	for i, sold := range p.Products {
		m.Products[i] = product{types.StringValue(sold.Name), types.StringValue(sold.Price), types.StringValue(sold.Currency)}
	}
	return m
}

func contactFrom(c *api.Contact) *contact {
	if c == nil {
		return nil
	}
	return &contact{types.StringValue(c.Name), types.StringValue(c.Email), types.StringPointerValue(c.Phone)}
}
