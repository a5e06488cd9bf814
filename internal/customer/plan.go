package customer

import (
	"context"
	"fmt"
	"strings"

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
	var result *api.ValidationResult
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

// maxNamed bounds how many grants a warning names.
const maxNamed = 50

// warnOfForce names what goes with the customer. Some of it may be planned for removal by itself.
func (r *customer) warnOfForce(ctx context.Context, state model, diags *diag.Diagnostics) {
	id := state.ID.ValueString()
	grants, err := r.grants(ctx, id)
	var named string
	switch {
	case err != nil:
		named = fmt.Sprintf("Which external administrators and partner access roles these are could not be listed: %s", err)
	case len(grants) == 0:
		return
	case len(grants) > maxNamed:
		named = fmt.Sprintf("%s\n  - and %d more", lines(grants[:maxNamed]), len(grants)-maxNamed)
	default:
		named = lines(grants)
	}
	diags.AddAttributeWarning(path.Root("force_destroy"), "Access will be taken away with the customer",
		fmt.Sprintf("force_destroy is on in the state of %s (%s). Deleting the customer takes along, managed by Terraform or not:\n%s", what(state), id, named))
}

func (r *customer) grants(ctx context.Context, customerID string) ([]string, error) {
	var grants []string
	for admin, err := range r.rt.Client.ListCustomerExternalAdmins(ctx, customerID) {
		if err != nil {
			return nil, err
		}
		grants = append(grants, fmt.Sprintf("external administrator %s (%s)", admin.Email, admin.Role))
	}
	for role, err := range r.rt.Client.ListCustomerAccessRoles(ctx, customerID) {
		if err != nil {
			return nil, err
		}
		grants = append(grants, fmt.Sprintf("partner access role %s, with the group %q", role.Role, role.GroupName))
	}
	return grants, nil
}

func lines(items []string) string { return "  - " + strings.Join(items, "\n  - ") }
