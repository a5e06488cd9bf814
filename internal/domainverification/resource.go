// Package domainverification waits until DNS has shown that a domain is the partner's. The domain itself is managed by
// package partnerdomain.
package domainverification

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_domain_verification"

var (
	_ resource.ResourceWithConfigure   = (*verification)(nil)
	_ resource.ResourceWithIdentity    = (*verification)(nil)
	_ resource.ResourceWithImportState = (*verification)(nil)
)

type verification struct{ rt *tfkit.Runtime }

type model struct {
	ID         types.String   `tfsdk:"id"`
	Domain     tfkit.Text     `tfsdk:"domain"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
	VerifiedAt types.String   `tfsdk:"verified_at"`
}

type identityModel struct {
	Domain types.String `tfsdk:"domain"`
}

// NewResource makes the resource msp_domain_verification.
func NewResource() resource.Resource { return &verification{} }

func (r *verification) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *verification) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Waits until the vendor has seen the record of an `msp_domain` in the DNS. Whatever needs a verified domain refers to this resource.\n\n" +
			"Until then it makes the vendor look again and again, at growing intervals; `TF_LOG_PROVIDER=INFO` shows each look. " +
			"If the time runs out, or the run is interrupted, nothing is lost: the domain stays as it is, and the next apply goes on waiting. " +
			"Destroying it only removes it from the state; the domain stays verified.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The domain name in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"domain": schema.StringAttribute{
				MarkdownDescription: "Domain name of an `msp_domain` (case-insensitive). Refer to its `id`, and let it depend on the resource that publishes the record.",
				Required:            true,
				CustomType:          tfkit.DomainType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.DomainType), stringplanmodifier.RequiresReplace()},
			},
			"timeouts": schema.SingleNestedAttribute{
				MarkdownDescription: "How long to wait.",
				Optional:            true,
				CustomType:          timeouts.Type{ObjectType: types.ObjectType{AttrTypes: map[string]attr.Type{"create": types.StringType}}},
				Attributes: map[string]schema.Attribute{
					"create": schema.StringAttribute{
						MarkdownDescription: "How long to wait for the record, as a number with a unit, such as `\"90s\"`, `\"30m\"` or `\"2h\"`. By default `\"75m\"`: " +
							"nearly all DNS servers ask again within an hour for what they remember as missing. Some changes take up to 72 hours; rather than wait that long, apply again later.",
						Optional:   true,
						Validators: []validator.String{positiveDuration{}},
					},
				},
			},
			"verified_at": schema.StringAttribute{
				MarkdownDescription: "When the domain was verified, in RFC 3339 format.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *verification) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"domain": identityschema.StringAttribute{Description: "The domain name in lower case.", RequiredForImport: true},
		},
	}
}

func (r *verification) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

// Create leaves nothing in state unless the domain is verified, so that the next apply goes on waiting.
func (r *verification) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	patience, diags := plan.Timeouts.Create(ctx, defaultPatience)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	w := wait{client: r.rt.Client, domain: plan.Domain.ValueString(), patience: patience}
	d := w.run(ctx, &resp.Diagnostics)
	if d == nil {
		return
	}
	plan.fromAPI(*d)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Read takes a domain that is verified no more for one that is still to be waited for.
func (r *verification) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	d, err := r.rt.Client.ReadDomain(ctx, state.Domain.ValueString())
	switch {
	case client.IsNotFound(err), err == nil && d.Status != api.DomainStatusVerified:
		tfkit.Gone(ctx, resp, state.identity())
		return
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "read the verification of "+state.Domain.ValueString(), err)
		return
	}
	state.fromAPI(*d)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// Update is for another time to wait, which matters to the next creation only.
func (r *verification) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Delete forgets; the framework takes the resource out of state.
func (r *verification) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r *verification) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "domain")
}

func (m *model) fromAPI(d api.Domain) {
	m.ID = types.StringValue(m.Domain.Key())
	m.VerifiedAt = tfkit.Moment(d.VerifiedAt)
}

func (m *model) identity() identityModel {
	return identityModel{Domain: types.StringValue(m.Domain.Key())}
}

// atDomain is the place of everything that the API has against a domain.
func atDomain(string) path.Path { return path.Root("domain") }
