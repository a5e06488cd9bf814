package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// SetRead takes over what a Read found, if anything changed. Otherwise the answer has the prior state already, and writing
// it again is a good part of what a resource costs the provider in a plan.
func SetRead(ctx context.Context, resp *resource.ReadResponse, changed bool, state, identity any) {
	if changed {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	// Terraform before 1.12 keeps no identity.
	if changed || resp.Identity.Raw.IsFullyNull() {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
	}
}
