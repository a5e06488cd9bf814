// Package tfkit holds what several objects share on the Terraform side, one purpose a file. It has no lifecycle of its
// own: each resource's CRUD stays readable from top to bottom.
package tfkit

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// Runtime is what Configure of the provider hands to every resource and data source.
type Runtime struct {
	Client *client.Client
	// AdoptExisting lets a create take over an object that exists with the very same arguments.
	AdoptExisting bool
	// Owned are the objects that this process made or adopted.
	Owned *Owned
	// Claims are the parts of the API that resources of this process manage, by kind of resource.
	Claims Claims
	// InState is what plans of this process found in state.
	InState InState
	// Unknown is set during a plan for which the provider block has values that are known only at apply. Client then
	// refuses every request with the reason.
	Unknown bool
}

// CanAsk reports whether checks at plan time can ask the API: not during validation, and not while the provider block is
// unknown, which must not keep new objects from being planned. Nor once this process writes: Terraform plans every
// resource again within an apply, just before the write that the API judges anyway.
func (rt *Runtime) CanAsk() bool { return rt != nil && !rt.Unknown && !rt.Client.HasWritten() }

// RuntimeFrom is the one Configure check. It answers nil before the provider is configured, as during validation.
func RuntimeFrom(providerData any, diags *diag.Diagnostics) *Runtime {
	if providerData == nil {
		return nil
	}
	rt, ok := providerData.(*Runtime)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("This is a bug in the provider: got %T.", providerData))
		return nil
	}
	return rt
}

// Owned remembers what this process made or adopted, so that a member that is declared twice is not adopted by the
// second declaration.
type Owned struct {
	mu  sync.Mutex
	ids map[string]bool
}

// Claim reports whether the object was free and takes it.
func (o *Owned) Claim(typeName, id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ids == nil {
		o.ids = make(map[string]bool)
	}
	key := typeName + " " + id
	if o.ids[key] {
		return false
	}
	o.ids[key] = true
	return true
}

// Release gives an object up after it was deleted, so that a replacement may make it again.
func (o *Owned) Release(typeName, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.ids, typeName+" "+id)
}
