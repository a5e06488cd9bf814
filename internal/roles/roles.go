package roles

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

var _ datasource.DataSourceWithConfigure = (*accountRoles)(nil)

type accountRoles struct{ rt *tfkit.Runtime }

type accountRolesModel struct {
	CustomerID types.String  `tfsdk:"customer_id"`
	Roles      []accountRole `tfsdk:"roles"`
}

type accountRole struct {
	Name             types.String `tfsdk:"name"`
	Description      types.String `tfsdk:"description"`
	Permissions      []string     `tfsdk:"permissions"`
	Builtin          types.Bool   `tfsdk:"builtin"`
	Editable         types.Bool   `tfsdk:"editable"`
	ContentProtected types.Bool   `tfsdk:"content_protected"`
	Assignable       types.Bool   `tfsdk:"assignable"`
}

// NewRolesDataSource makes the data source msp_roles.
func NewRolesDataSource() datasource.DataSource { return &accountRoles{} }

func (d *accountRoles) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_roles"
}

func (d *accountRoles) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The roles of a customer's account, or of the partner's own: built-in ones and the account's custom ones. " +
			"An external administrator of the customer has one of them.\n\n" +
			"Every portal role may read them.",
		Attributes: map[string]schema.Attribute{
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer whose roles are read. Left out, the roles of the partner's own account are read, which `account_role` of `msp_partner_user` takes.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"roles": schema.ListNestedAttribute{
				MarkdownDescription: "The roles, built-in ones first.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name":              schema.StringAttribute{MarkdownDescription: "The role's name.", Computed: true},
						"description":       schema.StringAttribute{MarkdownDescription: "What the role is for.", Computed: true},
						"permissions":       schema.SetAttribute{MarkdownDescription: "What the role may do in the account, such as `users.manage`.", Computed: true, ElementType: types.StringType},
						"builtin":           schema.BoolAttribute{MarkdownDescription: "Whether every account has the role. Otherwise it is a custom role of this account.", Computed: true},
						"editable":          schema.BoolAttribute{MarkdownDescription: "Whether the account may change the role. Built-in roles can't be changed with Terraform even so.", Computed: true},
						"content_protected": schema.BoolAttribute{MarkdownDescription: "Whether the role opens protected content, such as other people's mail. Only the vendor's support assigns, changes or removes such a role.", Computed: true},
						"assignable":        schema.BoolAttribute{MarkdownDescription: "Whether Terraform can assign the role to somebody.", Computed: true},
					},
				},
			},
		},
	}
}

func (d *accountRoles) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *accountRoles) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data accountRolesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	catalog, err := d.catalog(ctx, data.CustomerID)
	if client.IsNotFound(err) && !data.CustomerID.IsNull() {
		tfkit.AddNoSuchCustomer(&resp.Diagnostics, data.CustomerID.ValueString(), err)
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the roles", err)
		return
	}
	data.fromAPI(catalog)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func (d *accountRoles) catalog(ctx context.Context, customerID types.String) ([]api.Role, error) {
	if customerID.IsNull() {
		return d.rt.Client.ListPartnerRoles(ctx)
	}
	return d.rt.Client.ListCustomerRoles(ctx, customerID.ValueString())
}

func (m *accountRolesModel) fromAPI(catalog []api.Role) {
	m.Roles = make([]accountRole, len(catalog))
	for i, role := range catalog {
		m.Roles[i] = accountRole{
			Name:             types.StringValue(role.Name),
			Description:      types.StringValue(role.Description),
			Permissions:      role.Permissions,
			Builtin:          types.BoolValue(role.Builtin),
			Editable:         types.BoolValue(role.Editable),
			ContentProtected: types.BoolValue(role.ContentProtected),
			Assignable:       types.BoolValue(role.Assignable),
		}
	}
}
