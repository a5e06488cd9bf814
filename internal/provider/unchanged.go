package provider

import (
	"bytes"
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// unchanged answers the plans of resources that stay as they are (see tfkit.UnchangedPlanner), which is half of what the
// framework has to do for a large plan in which little changes.
type unchanged struct {
	provider *mspProvider
	once     sync.Once
	planners map[string]unchangedPlanner // by type
}

type unchangedPlanner struct {
	tfkit.UnchangedPlanner
	of         tftypes.Type
	noIdentity *tfprotov6.ResourceIdentityData // for a Terraform that keeps none, or has read none yet
}

// plan answers nil where it takes the framework.
func (u *unchanged) plan(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) *tfprotov6.PlanResourceChangeResponse {
	if u == nil || req.PriorState == nil || req.ProposedNewState == nil || !bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return nil
	}
	rt := u.provider.runtime.Load()
	if rt == nil {
		return nil // not configured
	}
	u.once.Do(func() { u.planners = unchangedPlanners(ctx, rt) })
	planner, ok := u.planners[req.TypeName]
	if !ok {
		return nil
	}
	state, err := req.PriorState.Unmarshal(planner.of)
	if err != nil || state.IsNull() {
		return nil
	}
	var diags diag.Diagnostics
	if planner.PlanUnchanged(state, &diags); len(diags) > 0 {
		return nil
	}
	identity := req.PriorIdentity
	if identity == nil {
		identity = planner.noIdentity
	}
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: identity}
}

// unchangedPlanners are those that the provider has. One that can't be made is left to the framework.
func unchangedPlanners(ctx context.Context, rt *tfkit.Runtime) map[string]unchangedPlanner {
	planners := make(map[string]unchangedPlanner)
	for _, newResource := range resources {
		one, ok := newResource().(tfkit.UnchangedPlanner)
		if !ok {
			continue
		}
		var name resource.MetadataResponse
		one.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "msp"}, &name)
		var schema resource.SchemaResponse
		one.Schema(ctx, resource.SchemaRequest{}, &schema)
		var identity resource.IdentitySchemaResponse
		one.IdentitySchema(ctx, resource.IdentitySchemaRequest{}, &identity)
		of := identity.IdentitySchema.Type().TerraformType(ctx)
		none, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, nil))
		if err != nil {
			continue
		}
		one.Configure(ctx, resource.ConfigureRequest{ProviderData: rt}, &resource.ConfigureResponse{})
		planners[name.TypeName] = unchangedPlanner{one, schema.Schema.Type().TerraformType(ctx), &tfprotov6.ResourceIdentityData{IdentityData: &none}}
	}
	return planners
}
