package partnerdomain

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

var _ datasource.DataSourceWithConfigure = (*partnerDomains)(nil)

type partnerDomains struct{ rt *tfkit.Runtime }

type partnerDomainsModel struct {
	Status  types.String `tfsdk:"status"`
	Domains []listed     `tfsdk:"domains"`
}

type listed struct {
	Name       types.String `tfsdk:"name"`
	Method     types.String `tfsdk:"verification_method"`
	Status     types.String `tfsdk:"status"`
	Record     types.Object `tfsdk:"record"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	AcceptedBy types.String `tfsdk:"accepted_by"`
	VerifiedAt types.String `tfsdk:"verified_at"`
	LastCheck  *lastCheck   `tfsdk:"last_check"`
}

type lastCheck struct {
	At      types.String `tfsdk:"at"`
	Outcome types.String `tfsdk:"outcome"`
	Detail  types.String `tfsdk:"detail"`
}

// NewDataSource makes the data source msp_domains.
func NewDataSource() datasource.DataSource { return &partnerDomains{} }

func (d *partnerDomains) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_domains"
}

func (d *partnerDomains) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The domains that the partner has verified or is about to verify, in Terraform or not.\n\nNeeds the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Only domains whose validation is at this point: `pending`, `verified` or `expired`.",
				Optional:            true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(api.DomainStatusPending), string(api.DomainStatusVerified), string(api.DomainStatusExpired),
				)},
			},
			"domains": schema.ListNestedAttribute{
				MarkdownDescription: "The domains, by name.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name":                schema.StringAttribute{MarkdownDescription: "Domain name, in the spelling that it was first given.", Computed: true},
						"verification_method": schema.StringAttribute{MarkdownDescription: "By which record DNS shows that the domain is the partner's: `TXT` or `CNAME`.", Computed: true},
						"status":              schema.StringAttribute{MarkdownDescription: "`pending` until DNS has the record, then `verified`; `expired` if DNS did not have it within 30 days.", Computed: true},
						"record": schema.SingleNestedAttribute{
							MarkdownDescription: "The DNS record to publish, also after the domain has been verified. Null if none is needed.",
							Computed:            true,
							Attributes: map[string]schema.Attribute{
								"name":  schema.StringAttribute{MarkdownDescription: "Where the record goes: the full name, without the final dot.", Computed: true},
								"type":  schema.StringAttribute{MarkdownDescription: "Type of the record: `TXT` or `CNAME`.", Computed: true},
								"value": schema.StringAttribute{MarkdownDescription: "Text of the TXT record, or target of the CNAME record without the final dot.", Computed: true},
							},
						},
						"expires_at":  schema.StringAttribute{MarkdownDescription: "When the code in `record` expires, or would have expired, in RFC 3339 format; null if there is no record.", Computed: true},
						"accepted_by": schema.StringAttribute{MarkdownDescription: "The verified domain above this one, if this one needed no record because of it; null otherwise.", Computed: true},
						"verified_at": schema.StringAttribute{MarkdownDescription: "When the domain was verified, in RFC 3339 format; null until then.", Computed: true},
						"last_check": schema.SingleNestedAttribute{
							MarkdownDescription: "What the vendor's last look at the DNS saw. Null before the first look.",
							Computed:            true,
							Attributes: map[string]schema.Attribute{
								"at": schema.StringAttribute{MarkdownDescription: "When it was, in RFC 3339 format.", Computed: true},
								"outcome": schema.StringAttribute{
									MarkdownDescription: "`found`, `not_found` (no such name or record), `wrong_value` (records, but none with the value), `timeout`, `server_failure` (DNS says that it can't tell), " +
										"or `taken` (found, but another partner has verified the domain).",
									Computed: true,
								},
								"detail": schema.StringAttribute{MarkdownDescription: "The same in words, with what was there instead.", Computed: true},
							},
						},
					},
				},
			},
		},
	}
}

func (d *partnerDomains) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *partnerDomains) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data partnerDomainsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Domains = []listed{}
	for found, err := range d.rt.Client.ListDomains(ctx, client.DomainFilter{Status: api.DomainStatus(data.Status.ValueString())}) {
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list domains", err)
			return
		}
		data.Domains = append(data.Domains, listedOf(found))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func listedOf(d api.Domain) listed {
	l := listed{
		Name: types.StringValue(d.Name), Method: types.StringValue(string(d.VerificationMethod)), Status: types.StringValue(string(d.Status)),
		Record: recordOf(d.Record), ExpiresAt: tfkit.Moment(d.ExpiresAt), AcceptedBy: types.StringPointerValue(d.AcceptedBy), VerifiedAt: tfkit.Moment(d.VerifiedAt),
	}
	if c := d.LastCheck; c != nil {
		l.LastCheck = &lastCheck{tfkit.Moment(&c.At), types.StringValue(string(c.Outcome)), types.StringValue(c.Detail)}
	}
	return l
}
