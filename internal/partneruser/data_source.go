package partneruser

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

var _ datasource.DataSourceWithConfigure = (*partnerUsers)(nil)

type partnerUsers struct{ rt *tfkit.Runtime }

type partnerUsersModel struct {
	EmailDomain tfkit.Text   `tfsdk:"email_domain"`
	Source      types.String `tfsdk:"source"`
	Users       []listed     `tfsdk:"partner_users"`
}

type listed struct {
	Email       types.String `tfsdk:"email"`
	Name        types.String `tfsdk:"name"`
	Phone       types.String `tfsdk:"phone"`
	AccountRole types.String `tfsdk:"account_role"`
	Source      types.String `tfsdk:"source"`
	Directory   types.String `tfsdk:"directory"`
	Enabled     types.Bool   `tfsdk:"enabled"`
	Aliases     []string     `tfsdk:"aliases"`
}

// NewDataSource makes the data source msp_partner_users.
func NewDataSource() datasource.DataSource { return &partnerUsers{} }

func (d *partnerUsers) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_partner_users"
}

func (d *partnerUsers) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The people in the partner's own account, added by hand or brought by a directory. Each of them who is not disabled can become a portal admin, by the primary address.\n\n" +
			"Needs the portal role `msp_administrator`, or a client that acts for a person whose account role may manage users, such as `basic_administrator`.",
		Attributes: map[string]schema.Attribute{
			"email_domain": schema.StringAttribute{
				MarkdownDescription: "Only people whose primary address is at exactly this domain (case-insensitive); subdomains are others.",
				Optional:            true,
				CustomType:          tfkit.DomainType,
			},
			"source": schema.StringAttribute{
				MarkdownDescription: "Only people who were added by hand (`manual`), or only those whom a directory brought (`directory`).",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.UserSourceManual), string(api.UserSourceDirectory))},
			},
			"partner_users": schema.ListNestedAttribute{
				MarkdownDescription: "The people who match all filters, by e-mail address.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"email":        schema.StringAttribute{MarkdownDescription: "The person's primary e-mail address, as the server spells it.", Computed: true},
						"name":         schema.StringAttribute{MarkdownDescription: "The person's name.", Computed: true},
						"phone":        schema.StringAttribute{MarkdownDescription: "The person's phone number; null if there is none.", Computed: true},
						"account_role": schema.StringAttribute{MarkdownDescription: "The person's role in the partner's own account; null if there is none.", Computed: true},
						"source":       schema.StringAttribute{MarkdownDescription: "`manual`, or `directory` for people whom only the directory changes.", Computed: true},
						"directory":    schema.StringAttribute{MarkdownDescription: "The name of the directory integration that brought the person; null for people who were added by hand.", Computed: true},
						"enabled":      schema.BoolAttribute{MarkdownDescription: "Whether the person is active. A directory disables people whom it no longer lists or has itself disabled; their portal role and grants are kept but allow nothing.", Computed: true},
						"aliases":      schema.SetAttribute{MarkdownDescription: "Further addresses of the person, from a directory. Nobody becomes a portal admin by an alias.", Computed: true, ElementType: types.StringType},
					},
				},
			},
		},
	}
}

func (d *partnerUsers) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *partnerUsers) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data partnerUsersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Users = []listed{}
	filter := client.PartnerUserFilter{EmailDomain: data.EmailDomain.ValueString(), Source: api.UserSource(data.Source.ValueString())}
	for user, err := range d.rt.Client.ListPartnerUsers(ctx, filter) {
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list partner users", err)
			return
		}
		data.Users = append(data.Users, listedFrom(user))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func listedFrom(user api.PartnerUser) listed {
	return listed{
		Email:       types.StringValue(user.Email),
		Name:        types.StringValue(user.Name),
		Phone:       types.StringPointerValue(user.Phone),
		AccountRole: types.StringPointerValue(user.AccountRole),
		Source:      types.StringValue(string(user.Source)),
		Directory:   types.StringPointerValue(user.Directory),
		Enabled:     types.BoolValue(user.Enabled),
		Aliases:     user.Aliases,
	}
}
