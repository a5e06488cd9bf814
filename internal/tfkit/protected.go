package tfkit

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// protectedRoles are the built-in account roles with protected content, the same in every account (Role in the contract).
var protectedRoles = []string{"super_administrator", "full_administrator", "discovery_officer"}

// RefuseProtectedRole refuses a built-in role with protected content where the API can't be asked, since the customer or
// the person is not known yet. What custom roles contain only the API knows.
func RefuseProtectedRole(diags *diag.Diagnostics, at path.Path, who string, role types.String) {
	if slices.Contains(protectedRoles, role.ValueString()) {
		add(diags, at, "Would be refused: "+who, fmt.Sprintf("Role %q has protected content; only the vendor's support assigns, changes or removes it.\n\n"+
			"Code: %s. Nothing was asked or changed: this is so for every customer.", role.ValueString(), api.ErrorCodeProtectedRole))
	}
}
