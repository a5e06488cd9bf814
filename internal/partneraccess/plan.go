package partneraccess

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// ModifyPlan refuses what nothing else in the run can cure. A partner may always give back its own roles, so a destroy is
// at most warned of.
func (r *accessRole) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.rt != nil {
		r.rt.InState.Note(typeName, req.State.Raw)
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
	switch {
	case state == nil && r.rt != nil && r.rt.InState.Has(typeName, plan.importID()):
		r.checkAnew(ctx, &resp.Diagnostics, plan)
	case state == nil:
		r.checkPut(ctx, &resp.Diagnostics, plan)
	case plan == nil || !plan.sameGrant(state):
		// Of a replacement, Terraform asks for the plan of what is to be created in a call of its own.
		r.checkDelete(ctx, &resp.Diagnostics, state, plan)
	case plan.NotifyEmails.Equal(state.NotifyEmails):
		// Only the spelling of an address changed. Where there is an update, the customer may be renamed before it.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("group_name"), state.GroupName)...)
	default:
		r.checkPut(ctx, &resp.Diagnostics, plan)
	}
}

func (r *accessRole) checkPut(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	if !r.rt.CanAsk() || plan.CustomerID.IsUnknown() || plan.Role.IsUnknown() || !tfkit.FullyKnown(plan.NotifyEmails) {
		return
	}
	result, err := r.rt.Client.ValidatePutAccessRole(ctx, plan.CustomerID.ValueString(), plan.roleName(), plan.toAPI(), client.WriteOptions{})
	switch {
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(diags, plan.CustomerID.ValueString(), namingTheWay(err))
	case err != nil:
		tfkit.AddError(diags, "check "+what(plan), err)
	default:
		tfkit.AddFatalFindings(diags, what(plan), atCustomer(result))
	}
}

// atCustomer puts who may give roles at the attribute that says where: the body has no field for it.
func atCustomer(result *client.Validation) *client.Validation {
	field := "/customer_id"
	for i := range result.Findings {
		if finding := &result.Findings[i]; finding.Code == api.ErrorCodeNotDecisionMaker && finding.Field == nil {
			finding.Field = &field
			finding.Detail += theWay
		}
	}
	return result
}

// theWay is what the API says in its own words.
const theWay = " In Terraform that is msp_authorized_contact, in a configuration whose credentials decide about the customer."

// namingTheWay adds to the refusal of a role what is done instead for those who can't be given one.
func namingTheWay(err error) error {
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Code != api.ErrorCodeNotDecisionMaker && refused.Code != api.ErrorCodeNotFound {
		return err
	}
	advised := *refused
	advised.Detail += theWay
	return &advised
}

// checkDelete looks at what a destroy, or with a plan a replacement, takes away for good. Of a replacement at the same
// customer, what is to be created could not be created any more.
func (r *accessRole) checkDelete(ctx context.Context, diags *diag.Diagnostics, state, plan *model) {
	if !r.rt.CanAsk() || state.roleName() != api.AccessRoleNameDecisionMaker {
		return
	}
	lost, err := r.cannotGiveBack(ctx, state.CustomerID.ValueString())
	switch {
	case err != nil:
		tfkit.AddError(diags, "check the removal of "+what(state), err)
	case !lost:
	case plan != nil && plan.CustomerID.Equal(state.CustomerID):
		diags.AddAttributeError(path.Root("role"), "The replacement would lose decision_maker for good", fmt.Sprintf(
			"Attribute role: at %s, a referral customer, the partner may give roles only because it holds decision_maker. A replacement takes that away first; "+
				"the new role could not be given afterwards, and only the customer could give decision_maker again. Nothing was changed.\n\n"+
				"Leave this resource as it is, declare the other role as a resource of its own, and apply. If decision_maker is to go, remove it then, in another run.",
			state.CustomerID.ValueString()))
	default:
		diags.AddWarning("The partner can't give itself decision_maker again", fmt.Sprintf(
			"This takes away %s. The customer is a referral: once the role is gone, only the customer's own decision makers can give it again, and until then the partner can give itself no role there.",
			what(state)))
	}
}

// checkAnew looks at a creation of what is in state: the second half of a replacement by the very same role, which
// Terraform makes only on demand, or because the resource is tainted or has another address now.
func (r *accessRole) checkAnew(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	if !r.rt.CanAsk() || plan.roleName() != api.AccessRoleNameDecisionMaker {
		return
	}
	lost, err := r.cannotGiveBack(ctx, plan.CustomerID.ValueString())
	switch {
	case err != nil:
		tfkit.AddError(diags, "check the replacement of "+what(plan), err)
	case lost:
		diags.AddAttributeError(path.Root("role"), "The replacement would lose decision_maker for good", fmt.Sprintf(
			"Attribute role: at %s, a referral customer, the partner may give roles only because it holds decision_maker. A replacement takes that away first, and only the customer could give it again. Nothing was changed.\n\n"+
				"Plan without -replace. If the resource is tainted, terraform untaint it; if it has another address now, say so in a moved block.",
			plan.CustomerID.ValueString()))
	}
}

// cannotGiveBack reports whether the caller's right to give roles at the customer comes from decision_maker alone: that of
// a partner at a referral customer. Credentials that don't see customers are taken for such, since the loss is for good.
func (r *accessRole) cannotGiveBack(ctx context.Context, customerID string) (bool, error) {
	customer, err := r.rt.Client.ReadCustomer(ctx, customerID)
	switch {
	case client.IsNotFound(err):
		return false, nil
	case client.IsCode(err, api.ErrorCodeForbidden):
	case err != nil:
		return false, err
	case customer.Relationship != api.RelationshipReferral:
		return false, nil
	}
	caller, err := r.rt.Client.GetCurrentClient(ctx)
	if err != nil {
		return false, err
	}
	return caller.CustomerID == nil, nil
}
