package tfkit

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// UnchangedPlanner is a resource of which a configuration has thousands, nearly all of them unchanged. Where the proposed
// state is the prior one, byte by byte, its plan is that state, and the provider answers it without the framework, which
// would walk the schema a dozen times to find the same.
//
// So there must be nothing in its schema that makes something else of such a state: no default, no write-only argument.
type UnchangedPlanner interface {
	resource.ResourceWithConfigure
	resource.ResourceWithIdentity
	resource.ResourceWithModifyPlan

	// PlanUnchanged does what ModifyPlan does where nothing changes. If it has something to say, ModifyPlan is asked after
	// it, and says so itself.
	PlanUnchanged(state tftypes.Value, diags *diag.Diagnostics)
}
