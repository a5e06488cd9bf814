// Package currentclient tells as whom Terraform acts.
package currentclient

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*currentClient)(nil)

type currentClient struct{ rt *tfkit.Runtime }

type model struct {
	ID           types.String `tfsdk:"id"`
	ClientID     types.String `tfsdk:"client_id"`
	PartnerID    types.String `tfsdk:"partner_id"`
	PartnerName  types.String `tfsdk:"partner_name"`
	PartnerKind  types.String `tfsdk:"partner_kind"`
	PortalRole   types.String `tfsdk:"portal_role"`
	ActsFor      types.String `tfsdk:"acts_for"`
	CustomerID   types.String `tfsdk:"customer_id"`
	SessionID    types.String `tfsdk:"session_id"`
	ContactRoles []string     `tfsdk:"contact_roles"`
	Permissions  []string     `tfsdk:"permissions"`
}

// NewDataSource makes the data source msp_current_client.
func NewDataSource() datasource.DataSource { return &currentClient{} }

func (d *currentClient) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_current_client"
}

func (d *currentClient) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Who Terraform acts as: the API client that the provider's credentials belong to, its partner, the person it acts for, and what it may do. The first thing to look at when something is forbidden.",
		Attributes: map[string]schema.Attribute{
			"id":            schema.StringAttribute{MarkdownDescription: "The same as `client_id`.", Computed: true},
			"client_id":     schema.StringAttribute{MarkdownDescription: "ID of the API client.", Computed: true},
			"partner_id":    schema.StringAttribute{MarkdownDescription: "ID of the partner that the client belongs to; for a customer's own client, the ID of the customer's partner of record.", Computed: true},
			"partner_name":  schema.StringAttribute{MarkdownDescription: "The partner's name.", Computed: true},
			"partner_kind":  schema.StringAttribute{MarkdownDescription: "`msp` or `reseller`. Only partners of kind `msp` can have external administrators at customers.", Computed: true},
			"portal_role":   schema.StringAttribute{MarkdownDescription: "The client's portal role, see `msp_portal_roles`. Null for a customer's own client.", Computed: true},
			"acts_for":      schema.StringAttribute{MarkdownDescription: "E-mail address of the portal admin for whom the client acts. Null if it acts for nobody.", Computed: true},
			"customer_id":   schema.StringAttribute{MarkdownDescription: "For a customer's own client, and for a session at a customer, the id of that customer. Null for a partner's client.", Computed: true},
			"session_id":    schema.StringAttribute{MarkdownDescription: "For a session at a customer, its id, see `msp_customer_session`. Null for any other token.", Computed: true},
			"contact_roles": schema.SetAttribute{MarkdownDescription: "For a customer's own client, its contact roles at the customer. They decide what it may do: each may read the account and its roles; `decision_maker` may also give access roles to the partner and take them away, and manage authorized contacts. Empty for a partner's client.", Computed: true, ElementType: types.StringType},
			"permissions":   schema.SetAttribute{MarkdownDescription: "What the credentials may do, such as `external_admins.manage`. Empty for a customer's own client, for which `contact_roles` decides.", Computed: true, ElementType: types.StringType},
		},
	}
}

func (d *currentClient) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *currentClient) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	caller, err := d.rt.Client.GetCurrentClient(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the current client", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, fromAPI(caller))...)
}

func fromAPI(caller *api.CurrentClient) model {
	return model{
		ID:           types.StringValue(caller.ClientID),
		ClientID:     types.StringValue(caller.ClientID),
		PartnerID:    types.StringValue(caller.PartnerID),
		PartnerName:  types.StringValue(caller.PartnerName),
		PartnerKind:  types.StringValue(string(caller.PartnerKind)),
		PortalRole:   types.StringPointerValue((*string)(caller.PortalRole)),
		ActsFor:      types.StringPointerValue(caller.ActsFor),
		CustomerID:   types.StringPointerValue(caller.CustomerID),
		SessionID:    types.StringPointerValue(caller.SessionID),
		ContactRoles: caller.ContactRoles,
		Permissions:  caller.Permissions,
	}
}
