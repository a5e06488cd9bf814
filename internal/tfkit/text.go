package tfkit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// TextType is a string that has a canonical form: values that differ in spelling only are the same.
type TextType struct {
	basetypes.StringType
	form form
}

// The text types of the surface.
var (
	EmailType     = TextType{form: formEmail}
	DomainType    = TextType{form: formDomain}
	HostType      = TextType{form: formHost}
	LocalHostType = TextType{form: formLocalHost} // also names of one label
	IPRangeType   = TextType{form: formIPRange}
	InstantType   = TextType{form: formInstant}
)

type form int

const (
	formEmail form = iota
	formDomain
	formHost
	formLocalHost
	formIPRange
	formInstant
)

var forms = map[form]struct {
	name  string
	canon func(string) (string, error)
}{
	formEmail:     {"e-mail address", canon.Email},
	formDomain:    {"domain name", canon.Domain},
	formHost:      {"host", canon.Host},
	formLocalHost: {"host", canon.LocalHost},
	formIPRange:   {"IP address or CIDR range", canon.IPRange},
	formInstant:   {"point in time", instantKey},
}

func instantKey(s string) (string, error) {
	at, err := canon.Instant(s)
	return canon.InstantText(at), err
}

// Key is the canonical form of s, or s itself where it has none.
func (t TextType) Key(s string) string {
	if key, err := forms[t.form].canon(s); err == nil {
		return key
	}
	return canon.Fold(s)
}

// Value makes a known value.
func (t TextType) Value(s string) Text {
	return Text{StringValue: basetypes.NewStringValue(s), kind: t}
}

// Null makes a null value.
func (t TextType) Null() Text {
	return Text{StringValue: basetypes.NewStringNull(), kind: t}
}

// ValueOrNull makes a known value, or null of nil.
func (t TextType) ValueOrNull(s *string) Text {
	if s == nil {
		return t.Null()
	}
	return t.Value(*s)
}

// Equal implements attr.Type.
func (t TextType) Equal(o attr.Type) bool {
	other, ok := o.(TextType)
	return ok && other.form == t.form
}

// String implements attr.Type.
func (t TextType) String() string { return "tfkit.TextType[" + forms[t.form].name + "]" }

// ValueType implements attr.Type.
func (t TextType) ValueType(context.Context) attr.Value { return Text{kind: t} }

// ValueFromString implements basetypes.StringTypable.
func (t TextType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Text{StringValue: in, kind: t}, nil
}

// ValueFromTerraform implements attr.Type.
func (t TextType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return Text{StringValue: text, kind: t}, nil
}

var (
	_ basetypes.StringTypable                    = TextType{}
	_ basetypes.StringValuableWithSemanticEquals = Text{}
	_ xattr.ValidateableAttribute                = Text{}
)

// Text is a value of a TextType.
type Text struct {
	basetypes.StringValue
	kind TextType
}

// Type implements attr.Value.
func (v Text) Type(context.Context) attr.Type { return v.kind }

// Equal implements attr.Value; it compares spellings.
func (v Text) Equal(o attr.Value) bool {
	other, ok := o.(Text)
	return ok && v.kind.Equal(other.kind) && v.StringValue.Equal(other.StringValue)
}

// Key is the canonical form.
func (v Text) Key() string { return v.kind.Key(v.ValueString()) }

// Same reports whether the values are known and differ at most in spelling, or are both null.
func (v Text) Same(other Text) bool {
	if v.IsNull() || v.IsUnknown() || other.IsNull() || other.IsUnknown() {
		return v.StringValue.Equal(other.StringValue)
	}
	return v.Key() == other.Key()
}

// StringSemanticEquals keeps the prior spelling when the server answers another one.
func (v Text) StringSemanticEquals(_ context.Context, newValuable basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := newValuable.(Text)
	return ok && v.Same(other), nil
}

// ValidateAttribute refuses what has no canonical form.
func (v Text) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if v.IsNull() || v.IsUnknown() {
		return
	}
	if _, err := forms[v.kind.form].canon(v.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+forms[v.kind.form].name, fmt.Sprintf("Attribute %s: %s.", req.Path, err))
	}
}
