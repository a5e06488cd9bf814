package partnerconfig

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*dataSource)(nil)

type dataSource struct{ rt *tfkit.Runtime }

// NewDataSource makes the data source msp_partner_config.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The partner's configuration as it is now, set with Terraform or not.\n\nNeeds the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id":           schema.StringAttribute{MarkdownDescription: "Always `partner`.", Computed: true},
			"partner_id":   schema.StringAttribute{MarkdownDescription: "The partner's id.", Computed: true},
			"outbound_ips": schema.SetAttribute{MarkdownDescription: "Addresses and CIDR ranges from which the partner's customers send mail. Customers with `allowed_ip_ranges` take portal logins and `msp_customer_session` from these addresses only; if there are none, from everywhere.", Computed: true, ElementType: tfkit.IPRangeType},
			"inbound_ips":  schema.SetAttribute{MarkdownDescription: "Addresses and CIDR ranges at which the partner's customers receive mail.", Computed: true, ElementType: tfkit.IPRangeType},
			"smarthost": schema.SingleNestedAttribute{
				MarkdownDescription: "The host through which mail is relayed; null if none is set.",
				Computed:            true,
				Attributes: map[string]schema.Attribute{
					"host": schema.StringAttribute{MarkdownDescription: "Domain name or IP address of the relay.", Computed: true, CustomType: tfkit.HostType},
					"port": schema.Int64Attribute{MarkdownDescription: "TCP port of the relay; null for the receiver's default.", Computed: true},
				},
			},
		},
	}
}

func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	config, err := d.rt.Client.GetPartnerConfig(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	}
	none := types.SetValueMust(tfkit.IPRangeType, nil)
	data := model{OutboundIPs: none, InboundIPs: none}
	data.fromAPI(config.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}
