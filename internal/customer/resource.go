// Package customer manages the accounts that the partner works for.
package customer

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_customer"

var (
	_ resource.ResourceWithConfigure   = (*customer)(nil)
	_ resource.ResourceWithIdentity    = (*customer)(nil)
	_ resource.ResourceWithImportState = (*customer)(nil)
	_ resource.ResourceWithModifyPlan  = (*customer)(nil)
)

type customer struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_customer.
func NewResource() resource.Resource { return &customer{} }

func (r *customer) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *customer) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

// IdentitySchema has the id: it is immutable, while the domain is unique among the partner's customers only, and belongs
// to another customer once this one is replaced.
func (r *customer) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{Description: "The customer's id.", RequiredForImport: true},
		},
	}
}

func (r *customer) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *customer) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var config, plan, state *model // nil for what is not there
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && (plan == nil || !plan.Domain.Same(state.Domain)) {
		// Terraform plans the other half of a replacement as a creation, with a call of its own.
		r.checkRemoval(ctx, *state, &resp.Diagnostics)
		return
	}
	if checkSmarthost(*config, *plan, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		r.checkWrite(ctx, *plan, state, &resp.Diagnostics)
	}
}

func (r *customer) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, plan.Domain.Key())
	if !ok {
		return
	}
	defer done()
	created, err := r.rt.Client.CreateCustomer(ctx, plan.toAPI())
	var refused *client.Error
	switch {
	case client.IsAlreadyExists(err) && errors.As(err, &refused) && refused.ExistingID != "":
		if created = r.existing(ctx, plan, refused, &resp.Diagnostics); created == nil {
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(plan), err)
		return
	}
	plan.fromAPI(created.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *customer) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	now, err := r.rt.Client.ReadCustomer(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read customer "+state.ID.ValueString(), err)
		return
	}
	state.fromAPI(*now)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *customer) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	now, err := r.rt.Client.GetCustomer(ctx, id)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(plan), changed, now.RequestID)
		return
	}
	if len(plan.differing(now.Value)) > 0 { // else force_destroy alone has changed, of which the server knows nothing
		if now, err = r.rt.Client.PutCustomer(ctx, id, plan.toAPI(), client.MatchOptions{IfMatch: now.ETag}); err != nil {
			tfkit.AddError(&resp.Diagnostics, "update "+what(plan), err)
			return
		}
	}
	plan.fromAPI(now.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *customer) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	err := r.rt.Client.DeleteCustomer(ctx, id, client.DeleteCustomerOptions{Force: state.ForceDestroy.ValueBool()})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "delete "+what(state), withAdvice(err))
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetCustomer(ctx, id)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.Domain.Key())
}

func (r *customer) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "id")
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("force_destroy"), false)...)
}

// existing is the customer that a creation met, if it may be taken over. Where it has another domain, because the
// external_id is taken, or is hidden from these credentials, there is nothing to import: the refusal itself says more.
func (r *customer) existing(ctx context.Context, plan model, refused *client.Error, diags *diag.Diagnostics) *client.Versioned[api.Customer] {
	met, err := r.rt.Client.GetCustomer(ctx, refused.ExistingID)
	switch {
	case client.IsCode(err, api.ErrorCodeForbidden), err == nil && !plan.Domain.Same(tfkit.DomainType.Value(met.Value.Domain)):
		tfkit.AddError(diags, "create "+what(plan), refused)
	case err != nil:
		tfkit.AddError(diags, "read the customer that is in the way of "+what(plan), err)
	case r.rt.MayAdopt(diags, typeName, met.Value.ID, plan.differing(met.Value), met.RequestID):
		return met
	}
	return nil
}

// withAdvice adds to a refused deletion what to do about it in Terraform.
func withAdvice(err error) error {
	var refused *client.Error
	if !errors.As(err, &refused) {
		return err
	}
	advised := *refused
	switch refused.Code {
	case api.ErrorCodeInUse:
		advised.Detail += " Remove them first. Or set force_destroy = true, apply, and destroy afterwards, which takes them along."
	case api.ErrorCodeNotManaged:
		advised.Detail += " " + referralAdvice
	default:
	}
	return &advised
}

func what(m model) string { return "customer " + m.Domain.ValueString() }
