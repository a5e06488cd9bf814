// Package partnerdomain manages the domains that a partner shows to be its own. Whether DNS has shown it yet is waited for by
// package domainverification.
package partnerdomain

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_domain"

var (
	_ resource.ResourceWithConfigure   = (*partnerDomain)(nil)
	_ resource.ResourceWithIdentity    = (*partnerDomain)(nil)
	_ resource.ResourceWithImportState = (*partnerDomain)(nil)
	_ resource.ResourceWithModifyPlan  = (*partnerDomain)(nil)
)

type partnerDomain struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_domain.
func NewResource() resource.Resource { return &partnerDomain{} }

func (r *partnerDomain) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *partnerDomain) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A domain of the partner's own. The vendor accepts that it is the partner's once DNS has the `record` that this resource returns. " +
			"Publish it with your DNS provider's resource, and wait with `msp_domain_verification` until the vendor has seen it. " +
			"The vendor also looks by itself, first after five minutes and later every hour.\n\n" +
			"The code in the record is good for 30 days. If it has expired unused, the next apply gets a new one, which then has to be published.\n\n" +
			"A subdomain of a domain that this partner has shown to be its own is `verified` at once, and has no `record`. " +
			"Whether another partner has verified the domain shows only once DNS shows that it is yours.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The domain name in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Domain name (case-insensitive), such as `northwind.example`; an internationalized one in its `xn--` form. Another name is another domain.",
				Required:            true,
				CustomType:          tfkit.DomainType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.DomainType), stringplanmodifier.RequiresReplace()},
			},
			"verification_method": schema.StringAttribute{
				MarkdownDescription: "By which record DNS shows that the domain is yours: `TXT` (a text at the domain itself) or `CNAME` (an alias at a code below the domain, which leaves the domain's own records alone). " +
					"Changed in place, with a new code, until the domain is verified by a record; after that, another method means starting over.",
				Required:      true,
				Validators:    []validator.String{stringvalidator.OneOf(string(api.ValidationMethodTXT), string(api.ValidationMethodCNAME))},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(isProven, methodDescription, methodDescription)},
			},
			"record": schema.SingleNestedAttribute{
				MarkdownDescription: "The DNS record to publish. It stays readable after the domain has been verified. Null where none is needed: for a subdomain of a domain that is verified.",
				Computed:            true,
				PlanModifiers:       []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
				Attributes: map[string]schema.Attribute{
					"name":  schema.StringAttribute{MarkdownDescription: "Where the record goes: the full name, without the final dot.", Computed: true},
					"type":  schema.StringAttribute{MarkdownDescription: "Type of the record: `TXT` or `CNAME`.", Computed: true},
					"value": schema.StringAttribute{MarkdownDescription: "Text of the TXT record, or target of the CNAME record without the final dot.", Computed: true},
				},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`pending` until DNS has the record, then `verified`; `expired` if DNS did not have it within 30 days. " +
					"A run that waits with `msp_domain_verification` leaves `pending` here, as it was when this resource was applied; the next refresh brings `verified`, which never shows as a planned change. " +
					"Within that run, refer to `verified_at` of the `msp_domain_verification`.",
				Computed:      true,
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"expires_at": schema.StringAttribute{
				MarkdownDescription: "When the code in `record` expires, or would have expired, in RFC 3339 format. Null if there is no record.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *partnerDomain) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"name": identityschema.StringAttribute{Description: "The domain name in lower case.", RequiredForImport: true},
		},
	}
}

func (r *partnerDomain) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *partnerDomain) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		if renews := state.expired() || !plan.Method.Equal(state.Method); !renews {
			return
		}
		plan.forget()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		if !plan.Name.Same(state.Name) || state.proven() {
			return // a replacement, judged when Terraform plans the creation
		}
	}
	if !r.rt.CanAsk() || plan.Name.IsUnknown() || plan.Method.IsUnknown() {
		return
	}
	result, err := r.rt.Client.ValidatePutDomain(ctx, plan.Name.ValueString(), plan.toAPI(), client.WriteOptions{})
	if err == nil && req.State.Raw.IsNull() {
		result = asNew(result)
	}
	tfkit.AddVerdict(&resp.Diagnostics, what(&plan), result, err)
}

func (r *partnerDomain) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, plan.Name.Key())
	if !ok {
		return
	}
	defer done()
	name := plan.Name.ValueString()
	d, err := r.rt.Client.PutDomain(ctx, name, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if d, err = r.rt.Client.GetDomain(ctx, name); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.Name.Key(), plan.differing(d.Value), d.RequestID) {
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), err)
		return
	}
	plan.fromAPI(d.Value)
	if plan.expired() {
		r.renew(ctx, &resp.Diagnostics, &plan)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *partnerDomain) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	d, err := r.rt.Client.ReadDomain(ctx, state.Name.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	}
	state.fromAPI(*d)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *partnerDomain) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Name.ValueString()
	now, err := r.rt.Client.GetDomain(ctx, name)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(&plan), changed, now.RequestID)
		return
	}
	if len(plan.differing(now.Value)) > 0 {
		if now, err = r.rt.Client.PutDomain(ctx, name, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag}); err != nil {
			tfkit.AddError(&resp.Diagnostics, "update "+what(&plan), err)
			return
		}
	}
	plan.fromAPI(now.Value)
	if plan.expired() {
		r.renew(ctx, &resp.Diagnostics, &plan)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *partnerDomain) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Name.ValueString()
	err := r.rt.Client.DeleteDomain(ctx, name, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(&state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetDomain(ctx, name)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(&state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.Name.Key())
}

func (r *partnerDomain) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "name")
}
