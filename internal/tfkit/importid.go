package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ImportParts sets the attributes that make up an import ID, from the ID or from the identity, whichever was given. All
// parts but the last are free of slashes.
func ImportParts(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse, attributes ...string) {
	parts := make([]string, len(attributes))
	if req.ID == "" {
		for i, name := range attributes {
			resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(name), &parts[i])...)
		}
	} else {
		parts = strings.SplitN(req.ID, "/", len(attributes))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for i, name := range attributes {
		if i >= len(parts) || parts[i] == "" {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is no import ID here. Write it as %s.", req.ID, strings.Join(attributes, "/")))
			return
		}
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), parts[i])...)
	}
}
