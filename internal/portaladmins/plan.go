package portaladmins

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// ModifyPlan keeps known statuses known, refuses what nothing else in the run can cure, and warns of what a creation would be
// refused for.
func (r *portalAdmins) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.rt == nil {
		return
	}
	if !req.Plan.Raw.IsNull() {
		r.rt.Claims.Claim(&resp.Diagnostics, path.Root(attrAdmins), tfkit.PortalAdmins, typeName, importID)
	}
	if req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan != nil && state != nil && !plan.Admins.IsUnknown() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("statuses"), plannedStatuses(plan.members(), state.statuses()))...)
	}
	if !r.rt.CanAsk() {
		return
	}
	switch w := r.writer(&resp.Diagnostics); {
	case plan == nil:
		r.planDestroy(ctx, w, state.members())
	case plan.Admins.IsUnknown():
	case state == nil:
		r.planCreate(ctx, w, plan.members())
	default:
		r.planUpdate(ctx, w, state.members(), plan.members())
	}
}

// plannedStatuses are those of people who stay. What becomes of others is known after the apply.
func plannedStatuses(want members, prior statuses) types.Map {
	var m model
	for email, one := range want {
		one.Value.status = types.StringUnknown()
		want[email] = one
	}
	m.set(want, prior)
	return m.Statuses
}

func (r *portalAdmins) planCreate(ctx context.Context, w *writer, want members) {
	r.checkCaller(ctx, w.Diags, want)
	now := w.List(ctx)
	if w.Diags.HasError() {
		return
	}
	others := now.Without(want)
	checkAdministrator(w.Diags, want, now.Without(others))
	// Another resource of the run may take their access away until then, so it is no error yet.
	if len(others) > 0 {
		w.WarnUnlisted(unlisted(others))
	}
	w.Check(ctx, tfkit.MemberPuts(want, now), tfkit.Fatal)
}

func (r *portalAdmins) planUpdate(ctx context.Context, w *writer, prior, want members) {
	if prior.SameAs(want) {
		return // keys in another case
	}
	r.checkCaller(ctx, w.Diags, want)
	checkAdministrator(w.Diags, want, prior)
	if !w.Diags.HasError() {
		w.Check(ctx, tfkit.PlannedMemberChanges(prior, want), tfkit.Fatal)
	}
}

func (r *portalAdmins) planDestroy(ctx context.Context, w *writer, prior members) {
	stay := r.staying(ctx, w, prior)
	if w.Diags.HasError() {
		return
	}
	warnStaying(w.Diags, "Not everybody loses access", stay)
	w.Check(ctx, tfkit.MemberRemovals(prior.Without(stay)), tfkit.Fatal)
}

// staying asks whom a destroy leaves.
func (r *portalAdmins) staying(ctx context.Context, w *writer, prior members) members {
	caller := r.caller(ctx, w.Diags)
	now := w.List(ctx)
	if w.Diags.HasError() {
		return nil
	}
	return staying(prior, now, caller)
}

// settle reads the statuses that are not known yet. The writes are done by then, so that a failure is no error: an error
// of a creation would taint it.
func settle(ctx context.Context, w *writer, all members, known statuses) members {
	for email := range all {
		if _, ok := known[email]; ok {
			continue
		}
		now, err := w.API.List(ctx)
		if err != nil {
			var failed diag.Diagnostics
			tfkit.AddError(&failed, "read "+plural, err)
			w.Diags.AddWarning("The statuses could not be read", "The next refresh reads them again. "+failed[0].Detail())
		}
		return withStatus(all, now)
	}
	return all
}

// withStatus answers the members with the statuses that they have now.
func withStatus(all, now members) members {
	with := make(members, len(all))
	for email, one := range all {
		one.Value.status = types.StringNull()
		if found, ok := now[email]; ok {
			one.Value.status = found.Value.status
		}
		with[email] = one
	}
	return with
}
