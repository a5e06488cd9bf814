package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Gone takes an object that the server does not have any more out of state, so that it is planned for creation again.
// The framework wants its identity even then, and Terraform before 1.12 keeps none to fall back on.
func Gone(ctx context.Context, resp *resource.ReadResponse, identity any) {
	resp.State.RemoveResource(ctx)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
