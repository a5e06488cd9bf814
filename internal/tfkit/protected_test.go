package tfkit

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// What is refused without asking is what the server would refuse, and nothing else.
func TestRefuseProtectedRole(t *testing.T) {
	t.Parallel()
	known := make(map[string]bool)
	for _, role := range domain.BuiltinAccountRoles {
		known[role.Name] = true
		var diags diag.Diagnostics
		RefuseProtectedRole(&diags, path.Root("role"), "somebody", types.StringValue(role.Name))
		if diags.HasError() != role.ContentProtected {
			t.Errorf("%s, whose content_protected is %v: %v", role.Name, role.ContentProtected, diags)
		}
	}
	for _, name := range protectedRoles {
		if !known[name] {
			t.Errorf("no account has the built-in role %s", name)
		}
	}
}
