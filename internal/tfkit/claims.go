package tfkit

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Claims remembers by which kind of resource something is managed that two kinds can: a map of all external
// administrators of a customer, and a resource for one of them, would undo each other's work with every apply.
//
// Claims are made while planning, which an apply does again for what it changes: never while reading, as what is about to be
// destroyed is read too. So resources of other states or provider aliases are not seen, nor are those that -target leaves
// out, nor those whose customer is not known yet.
type Claims struct {
	mu    sync.Mutex
	first map[string]claim
}

// claim is a resource as an error can name it: resources do not know their addresses.
type claim struct{ typeName, id string }

// Claim takes what a resource of the type manages. It refuses what one of another type has taken, naming both at the
// attribute.
func (c *Claims) Claim(diags *diag.Diagnostics, at path.Path, managed, typeName, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first, taken := c.first[managed]
	if !taken {
		if c.first == nil {
			c.first = make(map[string]claim)
		}
		c.first[managed] = claim{typeName, id}
		return
	}
	if first.typeName != typeName {
		add(diags, at, "Managed by two kinds of resources", fmt.Sprintf("%s %q and %s %q both manage the %s. Each would undo what the other does. "+
			"Keep one kind; a removed block with destroy = false takes a resource out of state and leaves the access as it is.",
			first.typeName, first.id, typeName, id, managed))
	}
}

// ExternalAdminsOf names what msp_external_admin and msp_external_admins claim.
func ExternalAdminsOf(customerID string) string {
	return fmt.Sprintf("external administrators of customer %q", customerID)
}

// PortalAdmins names what msp_portal_admin and msp_portal_admins claim.
const PortalAdmins = "partner's portal admins"

// KnownString answers a string attribute of a resource's plan or state, if it is there and known. It costs little beside
// decoding a whole model, which matters where most of thousands of resources do not change.
func KnownString(object tftypes.Value, attribute string) (string, bool) {
	var attributes map[string]tftypes.Value
	if !object.IsKnown() || object.IsNull() || object.As(&attributes) != nil {
		return "", false
	}
	var text string
	value, ok := attributes[attribute]
	if !ok || !value.IsKnown() || value.IsNull() || value.As(&text) != nil {
		return "", false
	}
	return text, true
}

// Given tells whether an attribute of a resource's plan or state is anything but null; what is unknown is.
func Given(object tftypes.Value, attribute string) bool {
	var attributes map[string]tftypes.Value
	if !object.IsKnown() || object.IsNull() || object.As(&attributes) != nil {
		return false
	}
	value, ok := attributes[attribute]
	return ok && !value.IsNull()
}
