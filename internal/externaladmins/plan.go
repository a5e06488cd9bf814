package externaladmins

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// ModifyPlan refuses what nothing else in the run can cure, and warns of what a creation would be refused for.
func (r *externalAdmins) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.rt == nil {
		return
	}
	if !req.Plan.Raw.Equal(req.State.Raw) {
		r.check(ctx, req, resp)
	}
	r.PlanUnchanged(req.Plan.Raw, &resp.Diagnostics)
}

// PlanUnchanged implements tfkit.UnchangedPlanner.
func (r *externalAdmins) PlanUnchanged(plan tftypes.Value, diags *diag.Diagnostics) {
	if customerID, known := tfkit.KnownString(plan, "customer_id"); known {
		r.rt.Claims.Claim(diags, path.Root("customer_id"), tfkit.ExternalAdminsOf(customerID), typeName, customerID)
	}
	r.warnOfExpiry(plan, diags)
}

// check asks the API whether what is planned would be refused.
func (r *externalAdmins) check(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.rt.CanAsk() {
		return
	}
	var plan, state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	switch {
	case state == nil:
		want := plan.members()
		switch {
		case plan.CustomerID.IsUnknown():
			refuseUnasked(&resp.Diagnostics, want)
		case !plan.Admins.IsUnknown():
			r.planCreate(ctx, r.writer(&resp.Diagnostics, plan.CustomerID.ValueString()), want)
		}
	case plan == nil || !plan.CustomerID.Equal(state.CustomerID):
		// Of a replacement, Terraform asks for the plan of what is to be created in a call of its own.
		w := r.writer(&resp.Diagnostics, state.CustomerID.ValueString())
		w.Check(ctx, tfkit.MemberRemovals(state.members()), tfkit.Fatal)
	case !plan.Admins.IsUnknown():
		w := r.writer(&resp.Diagnostics, plan.CustomerID.ValueString())
		w.Check(ctx, tfkit.PlannedMemberChanges(state.members(), plan.members()), tfkit.Fatal)
	}
}

// refuseUnasked judges what is the same at a customer that is yet to be created: built-in roles, and times.
func refuseUnasked(diags *diag.Diagnostics, want members) {
	now := time.Now()
	for _, email := range want.Emails() {
		one := want[email]
		tfkit.RefuseProtectedRole(diags, placeOf(one.Key)("/"+attrRole), one.Key, one.Value.role)
		tfkit.RefusePast(diags, placeOf(one.Key)("/"+attrExpiresAt), one.Key, one.Value.expires, now)
	}
}

// warnOfExpiry speaks of what stays as it is, too. Terraform plans each resource once more within an apply, when it was said.
func (r *externalAdmins) warnOfExpiry(plan tftypes.Value, diags *diag.Diagnostics) {
	if diags.HasError() || r.rt.Client.HasWritten() {
		return
	}
	var attributes, admins map[string]tftypes.Value
	if plan.IsNull() || plan.As(&attributes) != nil || !attributes[attrAdmins].IsKnown() || attributes[attrAdmins].As(&admins) != nil {
		return
	}
	var all []tfkit.Expiring
	for key, admin := range admins {
		if end, known := tfkit.KnownString(admin, attrExpiresAt); known {
			all = append(all, tfkit.Expiring{Who: key, At: end})
		}
	}
	tfkit.WarnOfExpiry(diags, path.Root(attrAdmins), all, time.Now())
}

func (r *externalAdmins) planCreate(ctx context.Context, w *writer, want members) {
	now, verdicts := r.survey(ctx, w, want)
	if w.Diags.HasError() {
		return
	}
	// Another resource of the run may take their access away until then, so it is no error yet.
	if others := assignable(now).Without(want); len(others) > 0 {
		w.WarnUnlisted(unlisted(w.ImportID, others))
	}
	w.Refuse(tfkit.MemberPuts(want, now), verdicts, tfkit.Fatal)
}
