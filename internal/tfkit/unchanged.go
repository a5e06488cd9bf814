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

// UnchangedReader is such a resource of which can be told, without the framework, that it is still as its state has it.
// Wherever it is not, or that can't be told, Read is asked.
type UnchangedReader interface {
	UnchangedPlanner

	// ReadUnchanged answers the identity, by attribute, of an object that is in every attribute what the state says. It makes
	// no request but those that Read would make too, by ReadOnce.
	ReadUnchanged(ctx context.Context, state tftypes.Value) (identity map[string]string, same bool)
}

// ReadExpecter is such a resource of which reads may be shared.
type ReadExpecter interface {
	UnchangedPlanner

	// ExpectRead tells that there is a state of a resource at the customer, which will probably be read soon.
	ExpectRead(customerID string)
}

// WithReading is the context of one call of Terraform in which ReadUnchanged may be followed by Read.
func WithReading(ctx context.Context) context.Context {
	return context.WithValue(ctx, readingKey{}, &reading{})
}

// ReadOnce answers what ReadUnchanged has read in the same call of Terraform, also if that is an error. Otherwise it reads.
// So what Read gets was asked for after Terraform asked, as ever.
func ReadOnce[T any](ctx context.Context, read func() (T, error)) (T, error) {
	one, _ := ctx.Value(readingKey{}).(*reading)
	if one == nil {
		return read()
	}
	if value, ok := one.value.(T); ok {
		return value, one.err
	}
	value, err := read()
	one.value, one.err = value, err
	return value, err
}

type readingKey struct{}

// reading is used by one call after the other.
type reading struct {
	value any
	err   error
}

// Attributes are those of a state, which holds nothing unknown.
type Attributes map[string]tftypes.Value

// AttributesOf answers nil for what is no object or map, as what is null.
func AttributesOf(state tftypes.Value) Attributes {
	var attributes map[string]tftypes.Value
	if !state.IsKnown() || state.IsNull() || state.As(&attributes) != nil {
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
