package customer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*listDataSource)(nil)

type listDataSource struct{ rt *tfkit.Runtime }

type listModel struct {
	Name         types.String      `tfsdk:"name"`
	Domain       tfkit.Text        `tfsdk:"domain"`
	ExternalID   types.String      `tfsdk:"external_id"`
	Stage        types.String      `tfsdk:"stage"`
	Relationship types.String      `tfsdk:"relationship"`
	Enabled      types.Bool        `tfsdk:"enabled"`
	Customers    []attributes      `tfsdk:"customers"`
	IDsByDomain  map[string]string `tfsdk:"ids_by_domain"`
}

// NewListDataSource makes the data source msp_customers.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

func (d *listDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_customers"
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The customers that the provider's credentials can see, managed and referral, in Terraform or not. Filters combine; without any, all customers are listed. Finding none is no error.\n\nNeeds a portal role that sees customers: any but `msp_prospects`, which sees prospects only.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Only customers with exactly this name (case-insensitive).",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"domain": schema.StringAttribute{
				MarkdownDescription: "Only the customer with this primary domain (case-insensitive).",
				Optional:            true,
				CustomType:          tfkit.DomainType,
			},
			"external_id": schema.StringAttribute{
				MarkdownDescription: "Only the customer with this identifier in the partner's own systems.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"stage": schema.StringAttribute{
				MarkdownDescription: "Only customers at this stage: " + oneOf(stages) + ".",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(stages...)},
			},
			"relationship": schema.StringAttribute{
				MarkdownDescription: "Only customers of this relationship: " + oneOf(relationships) + ".",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(relationships...)},
			},
			"enabled": schema.BoolAttribute{
				MarkdownDescription: "Only customers that are enabled (`true`), or only those that are disabled (`false`).",
				Optional:            true,
			},
			"customers": schema.ListNestedAttribute{
				MarkdownDescription: "The customers found, by id.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: readAttributes()},
			},
			"ids_by_domain": schema.MapAttribute{
				MarkdownDescription: "The ids of the customers found, by their primary domain in lower case: ready for `for_each`.",
				Computed:            true,
				ElementType:         types.StringType,
			},
		},
	}
}

func (d *listDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Customers = []attributes{}
	data.IDsByDomain = map[string]string{}
	for customer, err := range d.rt.Client.ListCustomers(ctx, data.filter()) {
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list customers", err)
			return
		}
		data.Customers = append(data.Customers, shown(customer))
		data.IDsByDomain[tfkit.DomainType.Key(customer.Domain)] = customer.ID
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func (m *listModel) filter() client.CustomerFilter {
	return client.CustomerFilter{
		Name:         m.Name.ValueString(),
		Domain:       m.Domain.ValueString(),
		ExternalID:   m.ExternalID.ValueString(),
		Stage:        api.Stage(m.Stage.ValueString()),
		Relationship: api.Relationship(m.Relationship.ValueString()),
		Enabled:      boolPointer(m.Enabled),
	}
}
