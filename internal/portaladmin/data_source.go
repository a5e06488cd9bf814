package portaladmin

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

var _ datasource.DataSourceWithConfigure = (*portalAdmins)(nil)

type portalAdmins struct{ rt *tfkit.Runtime }

type portalAdminsModel struct {
	EmailDomain tfkit.Text   `tfsdk:"email_domain"`
	Role        types.String `tfsdk:"role"`
	Admins      []listed     `tfsdk:"portal_admins"`
}

type listed struct {
	Email  types.String `tfsdk:"email"`
	Name   types.String `tfsdk:"name"`
	Phone  types.String `tfsdk:"phone"`
	Role   types.String `tfsdk:"role"`
	Status types.String `tfsdk:"status"`
}

// NewDataSource makes the data source msp_portal_admins.
func NewDataSource() datasource.DataSource { return &portalAdmins{} }

func (d *portalAdmins) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_portal_admins"
}

func (d *portalAdmins) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The people who may use the partner portal, in Terraform or not.\n\nNeeds the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"email_domain": schema.StringAttribute{
				MarkdownDescription: "Only people whose address is at exactly this domain (case-insensitive); subdomains are others.",
				Optional:            true,
				CustomType:          tfkit.DomainType,
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Only people with this portal role.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(tfkit.PortalRoles()...)},
			},
			"portal_admins": schema.ListNestedAttribute{
				MarkdownDescription: "The portal admins, by e-mail address.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"email":  schema.StringAttribute{MarkdownDescription: "The person's e-mail address, as the server spells it.", Computed: true},
						"name":   schema.StringAttribute{MarkdownDescription: "The person's name.", Computed: true},
						"phone":  schema.StringAttribute{MarkdownDescription: "The person's phone number; null if there is none.", Computed: true},
						"role":   schema.StringAttribute{MarkdownDescription: "The person's portal role.", Computed: true},
						"status": schema.StringAttribute{MarkdownDescription: "`registered`, or `unregistered` until the temporary password is replaced.", Computed: true},
					},
				},
			},
		},
	}
}

func (d *portalAdmins) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *portalAdmins) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data portalAdminsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Admins = []listed{}
	filter := client.PortalAdminFilter{EmailDomain: data.EmailDomain.ValueString(), Role: api.PortalRoleName(data.Role.ValueString())}
	for admin, err := range d.rt.Client.ListPortalAdmins(ctx, filter) {
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list portal admins", err)
			return
		}
		data.Admins = append(data.Admins, listed{
			Email:  types.StringValue(admin.Email),
			Name:   types.StringValue(admin.Name),
			Phone:  types.StringPointerValue(admin.Phone),
			Role:   types.StringValue(string(admin.Role)),
			Status: types.StringValue(string(admin.Status)),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}
