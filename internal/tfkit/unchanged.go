package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
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

// UnchangedReader is such a resource of which shared reads may tell, without the framework, that it is still as its state
// has it. Wherever they do not, Read is asked.
type UnchangedReader interface {
	UnchangedPlanner

	// ReadUnchanged answers the identity, by attribute, of an object that is in every attribute what the state says. It makes
	// no request.
	ReadUnchanged(ctx context.Context, state tftypes.Value) (identity map[string]string, same bool)
}

// ReadExpecter is such a resource of which reads may be shared.
type ReadExpecter interface {
	UnchangedPlanner

	// ExpectRead tells that there is a state of a resource at the customer, which will probably be read soon.
	ExpectRead(customerID string)
}

// Attributes are those of a state, which holds nothing unknown.
type Attributes map[string]tftypes.Value

// AttributesOf answers none for what is no object.
func AttributesOf(state tftypes.Value) Attributes {
	var attributes map[string]tftypes.Value
	if !state.IsKnown() || state.As(&attributes) != nil {
		return nil
	}
	return attributes
}

// String answers null for what is not there.
func (a Attributes) String(name string) types.String {
	var text *string
	if value, ok := a[name]; !ok || value.As(&text) != nil {
		return types.StringNull()
	}
	return types.StringPointerValue(text)
}

// Text is String with a canonical form.
func (a Attributes) Text(kind TextType, name string) Text {
	text := a.String(name)
	if text.IsNull() {
		return kind.Null()
	}
	return kind.Value(text.ValueString())
}
