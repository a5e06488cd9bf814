package portaladmins

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// A partner always keeps an MSP administrator, and nobody can take away their own access. The API refuses both person by person.
// What a map as a whole would come to is said here, before the first of them.

// caller is the folded address of the person for whom the provider's client acts; empty for nobody.
func (r *portalAdmins) caller(ctx context.Context, diags *diag.Diagnostics) string {
	me, err := r.rt.Client.GetCurrentClient(ctx)
	if err != nil {
		tfkit.AddError(diags, "read the current client", err)
		return ""
	}
	if me.ActsFor == nil {
		return ""
	}
	return tfkit.EmailType.Key(*me.ActsFor)
}

// checkCaller refuses a map that would take the access of the caller's own person away.
func (r *portalAdmins) checkCaller(ctx context.Context, diags *diag.Diagnostics, want members) {
	caller := r.caller(ctx, diags)
	if _, listed := want[caller]; listed || caller == "" {
		return
	}
	diags.AddAttributeError(path.Root(attrAdmins), "Your own access is missing", fmt.Sprintf(
		"Attribute admins: the provider's client acts for %s, who is not in the map. Whoever is not in it loses access to the portal, and nobody can take away their own access. Add the person.", caller))
}

// checkAdministrator refuses a map without an administrator. before are those whom the map is to change or remove.
func checkAdministrator(diags *diag.Diagnostics, want, before members) {
	for _, one := range want {
		if one.Value.role.IsUnknown() || one.Value.isAdministrator() {
			return
		}
	}
	now := administrators(before)
	if len(now) == 0 {
		return
	}
	diags.AddAttributeError(path.Root(attrAdmins), "No administrator left", fmt.Sprintf(
		"Attribute admins: nobody in the map has the role %q, but a partner has to keep somebody who has it (now: %s). Give it to at least one person.",
		api.PortalRoleNameMspAdministrator, now.Names()))
}

func administrators(all members) members {
	some := members{}
	for email, one := range all {
		if one.Value.isAdministrator() {
			some[email] = one
		}
	}
	return some
}

// ofMap refuses every finding about single changes but one that the map as a whole was judged for: each batch is checked by
// itself, so that an administrator who comes with another batch is not there yet.
func ofMap(finding client.Finding) bool {
	return finding.Code != api.ErrorCodeLastAdministrator
}

// staying are the members whom a destroy leaves: the caller and, if nobody else would be one, an administrator.
func staying(prior, now members, caller string) members {
	stay := members{}
	if _, exists := now[caller]; exists {
		if one, ok := prior[caller]; ok {
			stay[caller] = one
		}
	}
	if len(administrators(now.Without(prior.Without(stay)))) > 0 {
		return stay
	}
	last := ""
	candidates := administrators(now)
	for _, email := range candidates.Emails() {
		// Rather somebody who can sign in.
		if last == "" || candidates[last].Value.status.ValueString() != registered && candidates[email].Value.status.ValueString() == registered {
			last = email
		}
	}
	if one, ok := prior[last]; ok {
		stay[last] = one
	}
	return stay
}

const registered = string(api.PortalAdminStatusRegistered)

// warnStaying says whom a destroy leaves.
func warnStaying(diags *diag.Diagnostics, summary string, stay members) {
	if len(stay) == 0 {
		return
	}
	diags.AddWarning(summary, fmt.Sprintf(
		"A destroy of %s takes everybody's access to the partner portal away but that of the person for whom the provider's client acts, and of a last %s. It leaves: %s.",
		typeName, api.PortalRoleNameMspAdministrator, stay.Names()))
}
