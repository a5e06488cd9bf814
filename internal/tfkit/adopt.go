package tfkit

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// MayAdopt decides on an object that a create met. differing are the attributes in which it is not what was planned.
// It adds the refusal, or answers true and takes the object for this process.
func (rt *Runtime) MayAdopt(diags *diag.Diagnostics, typeName, id string, differing []string) bool {
	switch {
	case !rt.AdoptExisting:
		AddAlreadyExists(diags, typeName, id, "Something outside of this configuration, or another resource in it, made it.")
	case len(differing) > 0:
		AddAlreadyExists(diags, typeName, id, "It is not taken over although adopt_existing is set, because it differs in: "+strings.Join(differing, ", ")+".")
	case !rt.Owned.Claim(typeName, id):
		AddAlreadyExists(diags, typeName, id, "It is not taken over although adopt_existing is set, because this very run made or adopted it for another resource. Declare it once.")
	default:
		return true
	}
	return false
}
