package externaladmin

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

var _ datasource.DataSourceWithConfigure = (*externalAdmins)(nil)

type externalAdmins struct{ rt *tfkit.Runtime }

type externalAdminsModel struct {
	CustomerID  types.String `tfsdk:"customer_id"`
	Email       tfkit.Text   `tfsdk:"email"`
	Role        types.String `tfsdk:"role"`
	EmailDomain tfkit.Text   `tfsdk:"email_domain"`
	Admins      []listed     `tfsdk:"external_admins"`
}

type listed struct {
	ID               types.String `tfsdk:"id"`
	CustomerID       types.String `tfsdk:"customer_id"`
	Email            types.String `tfsdk:"email"`
	Role             types.String `tfsdk:"role"`
	ContentProtected types.Bool   `tfsdk:"content_protected"`
	ExpiresAt        tfkit.Text   `tfsdk:"expires_at"`
	Status           types.String `tfsdk:"status"`
}

// NewDataSource makes the data source msp_external_admins.
func NewDataSource() datasource.DataSource { return &externalAdmins{} }

func (d *externalAdmins) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_external_admins"
}

func (d *externalAdmins) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Who of the partner can get in where: the external administrators of one customer, of all, or of one person, in Terraform or not. " +
			"Grants of roles with protected content are among them, and expired ones.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "Only grants at the customer with this id. An id of no customer that the credentials see is an error, not an empty list.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "Only grants of the person with this e-mail address (case-insensitive).",
				Optional:            true,
				CustomType:          tfkit.EmailType,
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Only grants of this role, spelled exactly.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"email_domain": schema.StringAttribute{
				MarkdownDescription: "Only grants of people whose address is at exactly this domain (case-insensitive); subdomains are others.",
				Optional:            true,
				CustomType:          tfkit.DomainType,
			},
			"external_admins": schema.ListNestedAttribute{
				MarkdownDescription: "The grants that match all filters, by customer id and e-mail address.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":                schema.StringAttribute{MarkdownDescription: "`customer_id/email`, the address in lower case: the import ID of `msp_external_admin`.", Computed: true},
						"customer_id":       schema.StringAttribute{MarkdownDescription: "The id of the customer whose console the person may enter.", Computed: true},
						"email":             schema.StringAttribute{MarkdownDescription: "The person's e-mail address, as the server spells it.", Computed: true},
						"role":              schema.StringAttribute{MarkdownDescription: "The person's role in the customer's account.", Computed: true},
						"content_protected": schema.BoolAttribute{MarkdownDescription: "Whether the role has protected content, so that only the vendor's support changes or removes the grant.", Computed: true},
						"expires_at":        schema.StringAttribute{MarkdownDescription: "When the access ends or has ended, in RFC 3339 format in UTC; null if it does not end.", Computed: true, CustomType: tfkit.InstantType},
						"status":            schema.StringAttribute{MarkdownDescription: "`active`: the person can enter. `expired`: `expires_at` has passed, and the person can't.", Computed: true},
					},
				},
			},
		},
	}
}

func (d *externalAdmins) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *externalAdmins) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data externalAdminsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Admins = []listed{}
	for admin, err := range d.list(ctx, &data) {
		if client.IsNotFound(err) && !data.CustomerID.IsNull() {
			tfkit.AddNoSuchCustomer(&resp.Diagnostics, data.CustomerID.ValueString(), err)
			return
		}
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list external administrators", err)
			return
		}
		if data.wants(admin) {
			data.Admins = append(data.Admins, listedFrom(admin))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// list asks for one customer where one is given: for a wrong id "nobody can get in" would be a dangerous answer, which is
// what the partner-wide list gives.
func (d *externalAdmins) list(ctx context.Context, data *externalAdminsModel) iter.Seq2[api.ExternalAdmin, error] {
	if !data.CustomerID.IsNull() {
		return d.rt.Client.ListCustomerExternalAdmins(ctx, data.CustomerID.ValueString())
	}
	return d.rt.Client.ListExternalAdmins(ctx, client.ExternalAdminFilter{
		Email:       data.Email.ValueString(),
		Role:        data.Role.ValueString(),
		EmailDomain: data.EmailDomain.ValueString(),
	})
}

// wants filters what the list of one customer does not.
func (m *externalAdminsModel) wants(admin api.ExternalAdmin) bool {
	return (m.Email.IsNull() || m.Email.Key() == tfkit.EmailType.Key(admin.Email)) &&
		(m.Role.IsNull() || m.Role.ValueString() == admin.Role) &&
		(m.EmailDomain.IsNull() || m.EmailDomain.Key() == canon.EmailDomain(admin.Email))
}

func listedFrom(admin api.ExternalAdmin) listed {
	return listed{
		ID:               types.StringValue(importID(admin.CustomerID, admin.Email)),
		CustomerID:       types.StringValue(admin.CustomerID),
		Email:            types.StringValue(admin.Email),
		Role:             types.StringValue(admin.Role),
		ContentProtected: types.BoolValue(admin.ContentProtected),
		ExpiresAt:        tfkit.InstantOf(admin.ExpiresAt),
		Status:           types.StringValue(string(admin.Status)),
	}
}
