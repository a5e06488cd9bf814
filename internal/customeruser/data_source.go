package customeruser

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*customerUsers)(nil)

type customerUsers struct{ rt *tfkit.Runtime }

type customerUsersModel struct {
	CustomerID  types.String `tfsdk:"customer_id"`
	Email       tfkit.Text   `tfsdk:"email"`
	Role        types.String `tfsdk:"role"`
	EmailDomain tfkit.Text   `tfsdk:"email_domain"`
	Users       []listed     `tfsdk:"customer_users"`
}

type listed struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Email      types.String `tfsdk:"email"`
	Name       types.String `tfsdk:"name"`
	Role       types.String `tfsdk:"role"`
	Status     types.String `tfsdk:"status"`
}

// NewDataSource makes the data source msp_customer_users.
func NewDataSource() datasource.DataSource { return &customerUsers{} }

func (d *customerUsers) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_customer_users"
}

func (d *customerUsers) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The users inside the accounts of managed customers: of one customer, or of all, in Terraform or not. " +
			"The administrator that a customer is created with, `admin_username` of `msp_customer`, is not among them.\n\n" +
			"Needs the portal role `msp_administrator`, `msp_helpdesk` or `msp_implementation_lead`.",
		Attributes: map[string]schema.Attribute{
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "Only users of the customer with this id. An id of no customer that the credentials see, or of a referral customer, is an error, not an empty list.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "Only users with this e-mail address (case-insensitive): at most one of each customer.",
				Optional:            true,
				CustomType:          tfkit.EmailType,
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Only users with this role, such as `master_admin`; `msp_customer_user` lists the roles.",
				Optional:            true,
				Validators:          []validator.String{roleName()},
			},
			"email_domain": schema.StringAttribute{
				MarkdownDescription: "Only users whose address is at exactly this domain (case-insensitive); subdomains are others.",
				Optional:            true,
				CustomType:          tfkit.DomainType,
			},
			"customer_users": schema.ListNestedAttribute{
				MarkdownDescription: "The users that match all filters, by customer id and e-mail address.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":          schema.StringAttribute{MarkdownDescription: "`customer_id/email`, the address in lower case: the import ID of `msp_customer_user`.", Computed: true},
						"customer_id": schema.StringAttribute{MarkdownDescription: "The id of the customer in whose account the user is.", Computed: true},
						"email":       schema.StringAttribute{MarkdownDescription: "The user's e-mail address, as the server spells it.", Computed: true},
						"name":        schema.StringAttribute{MarkdownDescription: "The user's name.", Computed: true},
						"role":        schema.StringAttribute{MarkdownDescription: "The user's role in the account.", Computed: true},
						"status":      schema.StringAttribute{MarkdownDescription: "`active`: the user can sign in. `disabled`: the customer is disabled, so nobody can.", Computed: true},
					},
				},
			},
		},
	}
}

func (d *customerUsers) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *customerUsers) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data customerUsersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Users = []listed{}
	for user, err := range d.list(ctx, &data) {
		if client.IsNotFound(err) && !data.CustomerID.IsNull() {
			tfkit.AddNoSuchCustomer(&resp.Diagnostics, data.CustomerID.ValueString(), err)
			return
		}
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list customer users", err)
			return
		}
		if data.wants(user) {
			data.Users = append(data.Users, listedFrom(user))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// list asks for one customer where one is given: of a wrong id, the list of all customers would say that it has no users.
func (d *customerUsers) list(ctx context.Context, data *customerUsersModel) iter.Seq2[api.CustomerUser, error] {
	if !data.CustomerID.IsNull() {
		return d.rt.Client.ListUsersOfCustomer(ctx, data.CustomerID.ValueString())
	}
	return d.rt.Client.ListCustomerUsers(ctx, client.CustomerUserFilter{
		Email:       data.Email.ValueString(),
		Role:        api.CustomerUserRole(data.Role.ValueString()),
		EmailDomain: data.EmailDomain.ValueString(),
	})
}

// wants filters what the list of one customer does not.
func (m *customerUsersModel) wants(user api.CustomerUser) bool {
	return (m.Email.IsNull() || m.Email.Key() == tfkit.EmailType.Key(user.Email)) &&
		(m.Role.IsNull() || m.Role.ValueString() == string(user.Role)) &&
		(m.EmailDomain.IsNull() || m.EmailDomain.Key() == canon.EmailDomain(user.Email))
}

func listedFrom(user api.CustomerUser) listed {
	return listed{
		ID:         types.StringValue(importID(user.CustomerID, user.Email)),
		CustomerID: types.StringValue(user.CustomerID),
		Email:      types.StringValue(user.Email),
		Name:       types.StringValue(user.Name),
		Role:       types.StringValue(string(user.Role)),
		Status:     types.StringValue(string(user.Status)),
	}
}
