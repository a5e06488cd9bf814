package authorizedcontact

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// ModifyPlan refuses what nothing else in the run can cure, and warns of what only another decision maker can.
func (r *authorizedContact) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.rt != nil {
		r.rt.InState.Note(typeName, req.State.Raw)
	}
	if req.Plan.Raw.Equal(req.State.Raw) || !r.rt.CanAsk() {
		return
	}
	var plan, state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	switch {
	case state != nil && (plan == nil || !plan.sameContact(state)):
		// Of a replacement, Terraform asks for the plan of what is to be created in a call of its own.
		r.checkDelete(ctx, &resp.Diagnostics, state)
	case !plan.known():
	case state == nil && r.rt.InState.Has(typeName, plan.importID()):
		r.checkDelete(ctx, &resp.Diagnostics, plan) // replaced on demand: it goes first
	default:
		r.checkPut(ctx, &resp.Diagnostics, plan)
	}
}

func (r *authorizedContact) checkPut(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	result, err := r.rt.Client.ValidatePutAuthorizedContact(ctx, plan.CustomerID.ValueString(), plan.Email.ValueString(), plan.toAPI(), client.WriteOptions{})
	if client.IsNotFound(err) {
		tfkit.AddNoSuchCustomer(diags, plan.CustomerID.ValueString(), err)
		return
	}
	r.addVerdict(diags, what(plan), result, err)
}

func (r *authorizedContact) checkDelete(ctx context.Context, diags *diag.Diagnostics, state *model) {
	result, err := r.rt.Client.ValidateDeleteAuthorizedContact(ctx, state.CustomerID.ValueString(), state.Email.ValueString(), client.MatchOptions{})
	r.addVerdict(diags, "removal of "+what(state), result, err)
}

// addVerdict warns of the last decision maker: who else is one when the plan is applied, only the apply shows.
func (r *authorizedContact) addVerdict(diags *diag.Diagnostics, what string, result *api.ValidationResult, err error) {
	tfkit.AddVerdict(diags, what, result, err)
	if err != nil {
		return
	}
	for _, finding := range result.Findings {
		if finding.Code == api.ErrorCodeLastDecisionMaker {
			tfkit.AddFindingWarning(diags, what, finding)
		}
	}
}
