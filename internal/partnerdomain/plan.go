package partnerdomain

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const methodDescription = "A domain that is verified by a record begins anew with another method."

// isProven wants a replacement for another method where DNS has shown already that the domain is the partner's.
func isProven(ctx context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.RequiresReplace = state.proven()
}

// asNew leaves out what is found of a domain that exists: it may be the one that this creation replaces. If not, the
// creation says so.
func asNew(result *client.Validation) *client.Validation {
	result.Findings = slices.DeleteFunc(result.Findings, func(f client.Finding) bool { return f.Code == api.ErrorCodeInvalidTransition })
	return result
}

// renew gets a new code in place of one that has expired, and says what is to be done with it.
func (r *partnerDomain) renew(ctx context.Context, diags *diag.Diagnostics, m *model) {
	old := m.ExpiresAt.ValueString()
	d, err := r.rt.Client.RenewDomain(ctx, m.Name.ValueString())
	if err != nil {
		tfkit.AddError(diags, "renew the code of "+what(m), err)
		return
	}
	m.fromAPI(*d)
	if r := d.Record; r != nil {
		diags.AddAttributeWarning(path.Root("record"), "New code for "+what(m),
			fmt.Sprintf("The code of %s had expired on %s before DNS had its record. It has a new one, good until %s. "+
				"Publish this record in place of the old one:\n\n  %s  %s  %q\n\n"+
				"Where a resource of this configuration publishes it, this apply does so by itself.", what(m), old, m.ExpiresAt.ValueString(), r.Name, r.Type, r.Value))
	}
}

func what(m *model) string { return "domain " + m.Name.ValueString() }
