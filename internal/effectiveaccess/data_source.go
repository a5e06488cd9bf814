// Package effectiveaccess reads who gets in at a customer, by which ways, and why.
package effectiveaccess

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

var _ datasource.DataSourceWithConfigure = (*effectiveAccess)(nil)

type effectiveAccess struct{ rt *tfkit.Runtime }

type model struct {
	CustomerID  types.String `tfsdk:"customer_id"`
	Email       tfkit.Text   `tfsdk:"email"`
	SourceIP    types.String `tfsdk:"source_ip"`
	Via         types.String `tfsdk:"via"`
	Allowed     types.Bool   `tfsdk:"allowed"`
	Permissions []string     `tfsdk:"permissions"`
	Paths       []accessPath `tfsdk:"paths"`
	Reasons     []string     `tfsdk:"reasons"`
}

type accessPath struct {
	Kind        types.String `tfsdk:"kind"`
	ID          types.String `tfsdk:"id"`
	Via         types.String `tfsdk:"via"`
	Role        types.String `tfsdk:"role"`
	Allowed     types.Bool   `tfsdk:"allowed"`
	Permissions []string     `tfsdk:"permissions"`
	Reasons     []string     `tfsdk:"reasons"`
}

// NewDataSource makes the data source msp_effective_access.
func NewDataSource() datasource.DataSource { return &effectiveAccess{} }

func (d *effectiveAccess) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_effective_access"
}

func (d *effectiveAccess) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Whether a person gets in at a customer, by which ways, and why: for reviews, and for checks that a configuration does what it is meant to. " +
			"No login is attempted. If somebody has no way in, that is an answer, not an error.\n\n" +
			"Where a customer has `allowed_ip_ranges`, they judge direct logins. Logins through the partner portal are judged by the `outbound_ips` of `msp_partner_config` instead, " +
			"which are the addresses that the partner's people come from; if there are none, they may come from everywhere. " +
			"A customer without ranges takes logins from every address, a disabled customer takes none at all.\n\n" +
			"Of the partner's people, whoever is disabled or has not replaced the temporary password yet (`unregistered`) gets in nowhere. " +
			"Members of partner access groups get in directly or, if they are portal admins, also through the portal; a decision maker sees invoices (`invoices.read`), a phone manager does not.\n\n" +
			"Portal admins whose role signs in to customers get in at every managed customer by delegated sign-in (`msp_customer_session`), also where `require_sso` is on; where it is on, everybody else gets in by single sign-on only, which `reasons` says.\n\n" +
			"Needs the portal role `msp_administrator` (`external_admins.manage`).",
		Attributes: map[string]schema.Attribute{
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer, as in `msp_customer.example.id`.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "Whose login is judged: an e-mail address, or the user name of the customer's built-in administrator (`admin_username` of `msp_customer`); case-insensitive.",
				Required:            true,
				CustomType:          tfkit.EmailType,
			},
			"source_ip": schema.StringAttribute{
				MarkdownDescription: "The IPv4 or IPv6 address from which the person comes. Left out, addresses are not judged: a way that is open is open from some address at least.",
				Optional:            true,
				Validators:          []validator.String{tfkit.IPAddress()},
			},
			"via": schema.StringAttribute{
				MarkdownDescription: "Only logins of this kind: `portal`, through the partner portal, or `direct`, at the customer's own console. Left out, both are judged.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.LoginViaPortal), string(api.LoginViaDirect))},
			},
			"allowed": schema.BoolAttribute{
				MarkdownDescription: "Whether at least one way is open.",
				Computed:            true,
			},
			"permissions": schema.SetAttribute{
				MarkdownDescription: "Everything that the open ways permit, such as `users.manage` or `invoices.read`; empty if there is none.",
				Computed:            true,
				ElementType:         types.StringType,
			},
			"paths": schema.ListNestedAttribute{
				MarkdownDescription: "Every way in that the person has, open or not.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"kind": schema.StringAttribute{
							MarkdownDescription: "What opens the way: " +
								"`external_admin` (`msp_external_admin`), a portal admin with a role of the customer's account; " +
								"`access_group_member` (`msp_partner_access_group_member`), somebody in the group of an access role that the customer gave to the partner; " +
								"`authorized_contact` (`msp_authorized_contact`), a person with contact roles on the customer's account, one way for each; " +
								"`customer_user` (`msp_customer_user`), a user of the customer's account; " +
								"`builtin_admin`, the administrator that a managed customer was created with; " +
								"`delegated_sign_in`, the partner's own sign-in with the password of a portal admin, whose address is the id.",
							Computed: true,
						},
						"id":          schema.StringAttribute{MarkdownDescription: "The id of what opens the way; for what can be imported, as an import takes it.", Computed: true},
						"via":         schema.StringAttribute{MarkdownDescription: "`portal` or `direct`, as above.", Computed: true},
						"role":        schema.StringAttribute{MarkdownDescription: "The role that the way gives: a role of the customer's account, a contact role, or the access role of the group (`decision_maker`, `phone_manager`).", Computed: true},
						"allowed":     schema.BoolAttribute{MarkdownDescription: "Whether the way is open.", Computed: true},
						"permissions": schema.SetAttribute{MarkdownDescription: "What the role may do, whether the way is open or not.", Computed: true, ElementType: types.StringType},
						"reasons":     schema.ListAttribute{MarkdownDescription: "What opens the way and what keeps it closed, in plain words.", Computed: true, ElementType: types.StringType},
					},
				},
			},
			"reasons": schema.ListAttribute{
				MarkdownDescription: "The reasons of the open ways or, if none is open, of all. For a person without any way in, it says so.",
				Computed:            true,
				ElementType:         types.StringType,
			},
		},
	}
}

func (d *effectiveAccess) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *effectiveAccess) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	access, err := d.rt.Client.GetEffectiveAccess(ctx, data.CustomerID.ValueString(), client.AccessQuestion{
		Email: data.Email.ValueString(), SourceIP: data.SourceIP.ValueString(), Via: api.LoginVia(data.Via.ValueString()),
	})
	if client.IsNotFound(err) {
		tfkit.AddNoSuchCustomer(&resp.Diagnostics, data.CustomerID.ValueString(), err)
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the access of "+data.Email.ValueString(), err)
		return
	}
	data.fromAPI(*access)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func (m *model) fromAPI(access api.EffectiveAccess) {
	m.Allowed = types.BoolValue(access.Allowed)
	m.Permissions, m.Reasons = access.Permissions, access.Reasons
	m.Paths = make([]accessPath, len(access.Paths))
	for i, path := range access.Paths {
		m.Paths[i] = accessPath{
			Kind:        types.StringValue(path.Kind),
			ID:          types.StringValue(path.ID),
			Via:         types.StringValue(string(path.Via)),
			Role:        types.StringValue(path.Role),
			Allowed:     types.BoolValue(path.Allowed),
			Permissions: path.Permissions,
			Reasons:     path.Reasons,
		}
	}
}
