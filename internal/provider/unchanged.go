package provider

import (
	"bytes"
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// unchanged answers for resources that are and stay as their state has them (see tfkit.UnchangedPlanner). Reading and
// planning them is most of what the framework has to do for a large plan in which little changes.
type unchanged struct {
	provider *mspProvider

	mu    sync.Mutex
	kinds map[string]unchangedKind // by type
	of    *tfkit.Runtime           // with which they are configured
}

type unchangedKind struct {
	tfkit.UnchangedPlanner
	of         tftypes.Type
	identityOf tftypes.Type
	version    int64 // of the schema
	validity   *validity
}

// validate answers nil where it takes the framework.
func (u *unchanged) validate(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) *tfprotov6.ValidateResourceConfigResponse {
	kind, config, ok := u.known(ctx, req.TypeName, req.Config)
	if !ok {
		return nil
	}
	capabilities := validator.ValidateSchemaClientCapabilities{WriteOnlyAttributesAllowed: req.ClientCapabilities != nil && req.ClientCapabilities.WriteOnlyAttributesAllowed}
	if !kind.validity.surely(ctx, config, capabilities) {
		return nil
	}
	return &tfprotov6.ValidateResourceConfigResponse{}
}

// upgrade answers nil where it takes the framework.
func (u *unchanged) upgrade(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) *tfprotov6.UpgradeResourceStateResponse {
	kind, ok := u.kind(ctx, req.TypeName)
	if !ok || req.RawState == nil || len(req.RawState.Flatmap) > 0 || req.Version != kind.version {
		return nil
	}
	state, ok := stateOf(req.RawState.JSON, kind.of)
	if !ok {
		return nil
	}
	kind.expect(state)
	upgraded, err := tfprotov6.NewDynamicValue(kind.of, state)
	if err != nil {
		return nil
	}
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &upgraded}
}

// expect tells of a state that Terraform has, before it asks for what became of the resource.
func (k unchangedKind) expect(state tftypes.Value) {
	if expecter, ok := k.UnchangedPlanner.(tfkit.ReadExpecter); ok {
		if customerID, known := tfkit.KnownString(state, "customer_id"); known && customerID != "" {
			expecter.ExpectRead(customerID)
		}
	}
}

// read answers nil where it takes the framework.
func (u *unchanged) read(ctx context.Context, req *tfprotov6.ReadResourceRequest) *tfprotov6.ReadResourceResponse {
	kind, state, ok := u.known(ctx, req.TypeName, req.CurrentState)
	if !ok {
		return nil
	}
	reader, ok := kind.UnchangedPlanner.(tfkit.UnchangedReader)
	if !ok {
		return nil
	}
	identity, same := reader.ReadUnchanged(ctx, state)
	if !same {
		return nil
	}
	now := req.CurrentIdentity
	if kind.lacks(now) {
		now = kind.identity(identity)
	}
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private, NewIdentity: now}
}

// plan answers nil where it takes the framework.
func (u *unchanged) plan(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) *tfprotov6.PlanResourceChangeResponse {
	if req.PriorState == nil || req.ProposedNewState == nil || len(req.PriorState.MsgPack) == 0 || !bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return nil
	}
	kind, state, ok := u.known(ctx, req.TypeName, req.PriorState)
	if !ok {
		return nil
	}
	var diags diag.Diagnostics
	if kind.PlanUnchanged(state, &diags); len(diags) > 0 {
		return nil
	}
	identity := req.PriorIdentity
	if identity == nil {
		identity = kind.identity(nil)
	}
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: identity}
}

// known decodes a state of a resource that may be answered for.
func (u *unchanged) known(ctx context.Context, typeName string, raw *tfprotov6.DynamicValue) (unchangedKind, tftypes.Value, bool) {
	kind, ok := u.kind(ctx, typeName)
	if !ok || raw == nil {
		return unchangedKind{}, tftypes.Value{}, false
	}
	state, err := raw.Unmarshal(kind.of)
	return kind, state, err == nil && !state.IsNull()
}

func (u *unchanged) kind(ctx context.Context, typeName string) (unchangedKind, bool) {
	if u == nil {
		return unchangedKind{}, false
	}
	rt := u.provider.runtime.Load()
	if rt == nil || rt.Client == nil {
		return unchangedKind{}, false // nothing is connected
	}
	kind, ok := u.kindsOf(ctx, rt)[typeName]
	return kind, ok
}

// kindsOf are configured as the provider was last.
func (u *unchanged) kindsOf(ctx context.Context, rt *tfkit.Runtime) map[string]unchangedKind {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of != rt {
		u.kinds, u.of = unchangedKinds(ctx, rt), rt
	}
	return u.kinds
}

func unchangedKinds(ctx context.Context, rt *tfkit.Runtime) map[string]unchangedKind {
	kinds := make(map[string]unchangedKind)
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
		one.Configure(ctx, resource.ConfigureRequest{ProviderData: rt}, &resource.ConfigureResponse{})
		kinds[name.TypeName] = unchangedKind{
			one, schema.Schema.Type().TerraformType(ctx), identity.IdentitySchema.Type().TerraformType(ctx), schema.Schema.Version, validityOf(one, schema.Schema),
		}
	}
	return kinds
}

// lacks tells whether Terraform has no identity yet, or is too old to keep one.
func (k unchangedKind) lacks(identity *tfprotov6.ResourceIdentityData) bool {
	if identity == nil || identity.IdentityData == nil {
		return true
	}
	value, err := identity.IdentityData.Unmarshal(k.identityOf)
	return err != nil || value.IsFullyNull()
}

// identity encodes one, of which every attribute is a text; nil is none.
func (k unchangedKind) identity(attributes map[string]string) *tfprotov6.ResourceIdentityData {
	value := tftypes.NewValue(k.identityOf, nil)
	if attributes != nil {
		texts := make(map[string]tftypes.Value, len(attributes))
		for name, text := range attributes {
			texts[name] = tftypes.NewValue(tftypes.String, text)
		}
		value = tftypes.NewValue(k.identityOf, texts)
	}
	data, err := tfprotov6.NewDynamicValue(k.identityOf, value)
	if err != nil {
		return nil // a mistake in the resource, which a test finds
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: &data}
}
