package customer

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const referralAdvice = "To stop managing it here, use a removed block with destroy = false in its lifecycle, or terraform state rm."

// checkSmarthost refuses a smarthost that has no host, neither of its own nor one to keep.
func checkSmarthost(config, plan model, diags *diag.Diagnostics) {
	configured := part[types.Object](config.RFI, "smarthost")
	if !given(configured) || !part[tfkit.Text](configured, "host").IsNull() {
		return
	}
	if given(part[tfkit.Text](part[types.Object](plan.RFI, "smarthost"), "host")) {
		return
	}
	at := path.Root("rfi").AtName("smarthost").AtName("host")
	diags.AddAttributeError(at, "Missing host",
		fmt.Sprintf("Attribute %s: the customer has no smarthost yet whose host could be kept. Set host to a domain name or an IP address.", at))
}

// checkWrite asks the server whether it would take what is planned. In an update it is asked only if it would be told
// something new.
func (r *customer) checkWrite(ctx context.Context, plan model, state *model, diags *diag.Diagnostics) {
	if !r.rt.CanAsk() || !plan.known() || state != nil && plan.sameRequest(state.attributes) {
		return
	}
	var result *client.Validation
	var err error
	if state == nil {
		result, err = r.rt.Client.ValidateCreateCustomer(ctx, plan.toAPI())
	} else {
		result, err = r.rt.Client.ValidatePutCustomer(ctx, state.ID.ValueString(), plan.toAPI(), client.MatchOptions{})
	}
	if err != nil {
		tfkit.AddError(diags, "check "+what(plan), err)
		return
	}
	tfkit.AddFatalFindings(diags, what(plan), result)
}

// checkRemoval refuses a removal, alone or for a replacement, that can't be. It goes by the state: the configuration is
// not there any more when a customer is destroyed, and what it says is not in force before it is applied.
func (r *customer) checkRemoval(ctx context.Context, state model, diags *diag.Diagnostics) {
	switch {
	case state.Relationship.ValueString() == string(api.RelationshipReferral):
		diags.AddError("A referral customer can't be deleted",
			fmt.Sprintf("The %s (%s) exists on its own; its partner of record can't delete it (not_managed). %s", what(state), state.ID.ValueString(), referralAdvice))
		return
	case state.DeletionProtection.ValueBool():
		diags.AddAttributeError(path.Root("deletion_protection"), "Deletion protection is on",
			fmt.Sprintf("The plan would delete the %s (%s), alone or to replace it, but deletion_protection is true in its state. "+
				"Set deletion_protection = false, apply that, and destroy or replace the customer afterwards.", what(state), state.ID.ValueString()))
		return
	case !r.rt.CanAsk():
		return
	}
	force := state.ForceDestroy.ValueBool()
	result, err := r.rt.Client.ValidateDeleteCustomer(ctx, state.ID.ValueString(), client.DeleteCustomerOptions{Force: force})
	switch {
	case client.IsNotFound(err): // deleted already
		return
	case err != nil:
		tfkit.AddError(diags, "check the deletion of "+what(state), err)
		return
	}
	tfkit.AddFatalFindings(diags, "deletion of "+what(state), result)
	if force && !diags.HasError() {
		r.warnOfForce(ctx, state, diags)
	}
}
