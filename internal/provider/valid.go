package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// validity asks the validators of a schema about a configuration, as the framework does, and finds whether all of them are
// content. It leaves out what is most of the framework's work: to look up each attribute from the root of the configuration
// on, with its type from the root of the schema on. If one has anything to say, the framework asks them again, and says it.
//
// It knows schemas of texts, and of maps of objects of texts. Others are nil.
type validity struct {
	schema     schema.Schema
	attributes []checked
}

// checked is an attribute with what the framework checks of it.
type checked struct {
	name               string
	required, readOnly bool
	kind               attr.Type
	texts              []validator.String
	maps               []validator.Map
	nested             []checked // of each object of a map
}

func validityOf(one resource.Resource, s schema.Schema) *validity {
	switch one.(type) {
	case resource.ResourceWithConfigValidators, resource.ResourceWithValidateConfig:
		return nil
	}
	attributes, ok := checks(s.Attributes, true)
	if !ok || len(s.Blocks) > 0 || s.DeprecationMessage != "" {
		return nil
	}
	return &validity{s, attributes}
}

func checks(attributes map[string]schema.Attribute, maps bool) (all []checked, ok bool) {
	for name, a := range attributes {
		one := checked{name: name, required: a.IsRequired(), readOnly: a.IsComputed() && !a.IsOptional(), kind: a.GetType()}
		itself := one.kind // or what a map asks, which has nothing to say of its own
		switch a := a.(type) {
		case schema.StringAttribute:
			one.texts = a.Validators
		case schema.MapNestedAttribute:
			one.maps = a.Validators
			if one.nested, ok = checks(a.NestedObject.Attributes, false); !ok || !maps || a.CustomType != nil || len(a.NestedObject.Validators) > 0 {
				return nil, false
			}
			itself = a.NestedObject.Type()
		default:
			return nil, false
		}
		defined := a.IsRequired() || a.IsOptional() || a.IsComputed()
		_, validates := itself.(xattr.TypeWithValidate) //nolint:staticcheck // deprecated, and still asked by the framework
		if !defined || validates || a.IsWriteOnly() || a.GetDeprecationMessage() != "" {
			return nil, false
		}
		all = append(all, one)
	}
	return all, true
}

// checking is one configuration that is asked about.
type checking struct {
	config       tfsdk.Config
	capabilities validator.ValidateSchemaClientCapabilities
}

// surely tells that the framework would have nothing to say. That it does not tell says nothing.
func (v *validity) surely(ctx context.Context, config tftypes.Value, capabilities validator.ValidateSchemaClientCapabilities) bool {
	if v == nil || !config.IsKnown() || config.IsNull() {
		return false
	}
	c := &checking{tfsdk.Config{Raw: config, Schema: v.schema}, capabilities}
	return c.all(ctx, v.attributes, config, func(name string) (path.Path, path.Expression) { return path.Root(name), path.MatchRoot(name) })
}

// place makes the path of an attribute, which only those pay for who are asked about it.
type place func(name string) (path.Path, path.Expression)

func (c *checking) all(ctx context.Context, attributes []checked, object tftypes.Value, at place) bool {
	var values map[string]tftypes.Value
	if !object.IsKnown() || object.IsNull() || object.As(&values) != nil {
		return false
	}
	for i := range attributes {
		if a := &attributes[i]; !c.one(ctx, a, values[a.name], at) {
			return false
		}
	}
	return true
}

func (c *checking) one(ctx context.Context, a *checked, raw tftypes.Value, at place) bool {
	if isNull := raw.IsNull(); isNull && a.required || !isNull && a.readOnly {
		return false
	}
	value, err := a.kind.ValueFromTerraform(ctx, raw)
	if err != nil {
		return false
	}
	if itself, ok := value.(xattr.ValidateableAttribute); ok {
		var said xattr.ValidateAttributeResponse
		of, _ := at(a.name)
		if itself.ValidateAttribute(ctx, xattr.ValidateAttributeRequest{Path: of}, &said); len(said.Diagnostics) > 0 {
			return false
		}
	}
	switch value := value.(type) {
	case basetypes.StringValuable:
		return c.text(ctx, a, value, at)
	case basetypes.MapValue:
		return c.mapOf(ctx, a, value, raw, at)
	}
	return false
}

func (c *checking) text(ctx context.Context, a *checked, value basetypes.StringValuable, at place) bool {
	if len(a.texts) == 0 {
		return true
	}
	text, diags := value.ToStringValue(ctx)
	if len(diags) > 0 {
		return false
	}
	of, matching := at(a.name)
	asked := validator.StringRequest{Path: of, PathExpression: matching, Config: c.config, ConfigValue: text, ClientCapabilities: c.capabilities}
	for _, v := range a.texts {
		var said validator.StringResponse
		if v.ValidateString(ctx, asked, &said); len(said.Diagnostics) > 0 {
			return false
		}
	}
	return true
}

func (c *checking) mapOf(ctx context.Context, a *checked, value basetypes.MapValue, raw tftypes.Value, at place) bool {
	of, matching := at(a.name)
	asked := validator.MapRequest{Path: of, PathExpression: matching, Config: c.config, ConfigValue: value, ClientCapabilities: c.capabilities}
	for _, v := range a.maps {
		var said validator.MapResponse
		if v.ValidateMap(ctx, asked, &said); len(said.Diagnostics) > 0 {
			return false
		}
	}
	if !raw.IsKnown() {
		return true
	}
	var objects map[string]tftypes.Value
	if raw.As(&objects) != nil {
		return false
	}
	for key, object := range objects {
		row, rows := of.AtMapKey(key), matching.AtMapKey(key)
		in := func(name string) (path.Path, path.Expression) { return row.AtName(name), rows.AtName(name) }
		if !c.all(ctx, a.nested, object, in) {
			return false
		}
	}
	return true
}
