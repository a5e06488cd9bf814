package authorizedcontact

import (
	"context"
	"slices"

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
		r.checkAnew(ctx, &resp.Diagnostics, plan)
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
	tfkit.AddVerdict(diags, what(plan), result, err)
	warnOfLast(diags, what(plan), result)
}

func (r *authorizedContact) checkDelete(ctx context.Context, diags *diag.Diagnostics, state *model) {
	result, err := r.askDelete(ctx, state)
	tfkit.AddVerdict(diags, removalOf(state), result, err)
	warnOfLast(diags, removalOf(state), result)
}

// checkAnew looks at a creation of what is in state: the second half of a replacement by the very same contact, which
// Terraform makes only on demand, or because the resource is tainted. It begins with the removal, so the last decision maker
// is refused right away: of this half of a replacement, Terraform shows no warnings.
func (r *authorizedContact) checkAnew(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	result, err := r.askDelete(ctx, plan)
	tfkit.AddVerdict(diags, removalOf(plan), result, err)
	if finding, last := ofLast(result); last {
		tfkit.AddFinding(diags, tfkit.InRoot, "replacement of "+what(plan), finding)
	}
}

func (r *authorizedContact) askDelete(ctx context.Context, m *model) (*client.Validation, error) {
	return r.rt.Client.ValidateDeleteAuthorizedContact(ctx, m.CustomerID.ValueString(), m.Email.ValueString(), client.MatchOptions{})
}

// warnOfLast tells of the last decision maker: whether somebody else is one when the plan is applied, only the apply shows.
func warnOfLast(diags *diag.Diagnostics, what string, result *client.Validation) {
	if finding, last := ofLast(result); last {
		tfkit.AddFindingWarning(diags, what, finding)
	}
}

// ofLast is what a validation says of the last decision maker; nil says nothing.
func ofLast(result *client.Validation) (finding client.Finding, last bool) {
	if result == nil {
		return finding, false
	}
	i := slices.IndexFunc(result.Findings, func(f client.Finding) bool { return f.Code == api.ErrorCodeLastDecisionMaker })
	if i < 0 {
		return finding, false
	}
	return result.Findings[i], true
}

func removalOf(m *model) string { return "removal of " + what(m) }
