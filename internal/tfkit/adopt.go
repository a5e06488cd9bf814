package tfkit

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Take reserves an object for the creation that begins, so that a twin declaration can't adopt what this one is about to
// make. It adds the refusal if another creation of this run has the object. done ends the reservation if the creation
// failed.
func (rt *Runtime) Take(diags *diag.Diagnostics, typeName, id string) (done func(), ok bool) {
	if !rt.Owned.Claim(typeName, id) {
		diags.AddError(fmt.Sprintf("%s %q exists already", typeName, id),
			"It is not taken over, because this very run made or adopted it for another resource. Declare it once.")
		return nil, false
	}
	return func() {
		if diags.HasError() {
			rt.Owned.Release(typeName, id)
		}
	}, true
}

// GiveUp ends the hold on an object after its removal, so that a replacement may make it again. What could not be removed
// stays in state, and so in hold.
func (rt *Runtime) GiveUp(diags *diag.Diagnostics, typeName, id string) {
	if !diags.HasError() {
		rt.Owned.Release(typeName, id)
	}
}

// MayAdopt decides on an object that a create met. differing are the attributes in which it is not what was planned,
// requestID is that of the read which found them. It adds the refusal, or answers true.
func (rt *Runtime) MayAdopt(diags *diag.Diagnostics, typeName, id string, differing []string, requestID string) bool {
	switch {
	case !rt.AdoptExisting:
		addAlreadyExists(diags, typeName, id, "Something outside of this configuration, or another resource in it, made it.", false, requestID)
	case len(differing) > 0:
		addAlreadyExists(diags, typeName, id, "It is not taken over although adopt_existing is set, because it differs in: "+strings.Join(differing, ", ")+".", true, requestID)
	default:
		return true
	}
	return false
}
