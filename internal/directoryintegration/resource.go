// Package directoryintegration manages the directories from which people come into the partner's own account.
package directoryintegration

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_directory_integration"

var (
	_ resource.ResourceWithConfigure      = (*directoryIntegration)(nil)
	_ resource.ResourceWithIdentity       = (*directoryIntegration)(nil)
	_ resource.ResourceWithImportState    = (*directoryIntegration)(nil)
	_ resource.ResourceWithModifyPlan     = (*directoryIntegration)(nil)
	_ resource.ResourceWithValidateConfig = (*directoryIntegration)(nil)
)

type directoryIntegration struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_directory_integration.
func NewResource() resource.Resource { return &directoryIntegration{} }

func (r *directoryIntegration) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *directoryIntegration) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema()
}

func (r *directoryIntegration) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"name": identityschema.StringAttribute{Description: "The integration's name.", RequiredForImport: true},
		},
	}
}

func (r *directoryIntegration) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *directoryIntegration) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		checkBlocks(config, &resp.Diagnostics)
	}
}

func (r *directoryIntegration) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan, state *model // nil for what is not there
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && (plan == nil || !plan.Name.Equal(state.Name)) {
		// Terraform plans the other half of a replacement as a creation, with a call of its own.
		warnOfRemoval(*state, &resp.Diagnostics)
		return
	}
	if state != nil && plan.reads(*state) && r.rt.CanAsk() {
		warnOfOutcome(*state, &resp.Diagnostics)
	}
	if req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	plan.forget()
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	if !plan.known() {
		return
	}
	if secret, known := secretToSend(*config, *plan, state, &resp.Diagnostics); known {
		r.checkWrite(ctx, *plan, secret, &resp.Diagnostics)
	}
}

func (r *directoryIntegration) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	secret, ok := secretToSend(config, plan, nil, &resp.Diagnostics)
	if !ok {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, plan.Name.ValueString())
	if !ok {
		return
	}
	defer done()
	d, err := r.rt.Client.PutDirectory(ctx, plan.Name.ValueString(), plan.toAPI(secret), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if d = r.adopt(ctx, plan, secret, &resp.Diagnostics); d == nil {
			return
		}
	case err != nil:
		tfkit.AddErrorAt(&resp.Diagnostics, place, "create "+what(plan), err)
		return
	}
	plan.fromAPI(d.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *directoryIntegration) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	d, err := r.rt.Client.GetDirectory(ctx, state.Name.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(state), err)
		return
	}
	state.fromAPI(d.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *directoryIntegration) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	secret, ok := secretToSend(config, plan, &state, &resp.Diagnostics)
	if !ok {
		return
	}
	name := state.Name.ValueString()
	now, err := r.rt.Client.GetDirectory(ctx, name)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(plan), changed, now.RequestID)
		return
	}
	d, err := r.rt.Client.PutDirectory(ctx, name, plan.toAPI(secret), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddErrorAt(&resp.Diagnostics, place, "update "+what(plan), err)
		return
	}
	plan.fromAPI(d.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *directoryIntegration) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.rt.Client.DeleteDirectory(ctx, state.Name.ValueString(), client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(state), err)
		return
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.Name.ValueString())
}

func (r *directoryIntegration) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "name")
}

// adopt takes over the integration that a creation met, if it may. Whether its secret is the configured one nobody can tell,
// so that is written.
func (r *directoryIntegration) adopt(ctx context.Context, plan model, secret *string, diags *diag.Diagnostics) *client.Versioned[api.Directory] {
	name := plan.Name.ValueString()
	met, err := r.rt.Client.GetDirectory(ctx, name)
	if err != nil {
		tfkit.AddError(diags, "read "+what(plan), err)
		return nil
	}
	if !r.rt.MayAdopt(diags, typeName, name, plan.differing(met.Value), met.RequestID) {
		return nil
	}
	taken, err := r.rt.Client.PutDirectory(ctx, name, plan.toAPI(secret), client.WriteOptions{IfMatch: met.ETag})
	if err != nil {
		tfkit.AddErrorAt(diags, place, "take over "+what(plan), err)
		return nil
	}
	return taken
}

func what(m model) string { return "directory integration " + m.Name.ValueString() }
