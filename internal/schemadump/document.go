package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The document, as `terraform providers schema -json` writes it. A tftypes.Type encodes itself as the type expression
// that the format wants, such as ["set","string"].
type (
	document struct {
		FormatVersion   string                    `json:"format_version"`
		ProviderSchemas map[string]providerSchema `json:"provider_schemas"`
	}

	providerSchema struct {
		Provider                 *schema                   `json:"provider"`
		ResourceSchemas          map[string]*schema        `json:"resource_schemas,omitempty"`
		DataSourceSchemas        map[string]*schema        `json:"data_source_schemas,omitempty"`
		EphemeralResourceSchemas map[string]*schema        `json:"ephemeral_resource_schemas,omitempty"`
		ListResourceSchemas      map[string]*schema        `json:"list_resource_schemas,omitempty"`
		ActionSchemas            map[string]actionSchema   `json:"action_schemas,omitempty"`
		Functions                map[string]function       `json:"functions,omitempty"`
		ResourceIdentitySchemas  map[string]identitySchema `json:"resource_identity_schemas,omitempty"`
	}

	schema struct {
		Version int64  `json:"version"`
		Block   *block `json:"block"`
	}

	// actionSchema has no version: an action leaves nothing in state.
	actionSchema struct {
		Block *block `json:"block"`
	}

	block struct {
		Attributes      map[string]attribute   `json:"attributes,omitempty"`
		BlockTypes      map[string]nestedBlock `json:"block_types,omitempty"`
		Description     string                 `json:"description,omitempty"`
		DescriptionKind string                 `json:"description_kind"`
		Deprecated      bool                   `json:"deprecated,omitempty"`
	}

	nestedBlock struct {
		NestingMode string `json:"nesting_mode"`
		Block       *block `json:"block"`
		MinItems    int64  `json:"min_items,omitempty"`
		MaxItems    int64  `json:"max_items,omitempty"`
	}

	attribute struct {
		Type            tftypes.Type `json:"type,omitempty"`
		NestedType      *nestedType  `json:"nested_type,omitempty"`
		Description     string       `json:"description,omitempty"`
		DescriptionKind string       `json:"description_kind"`
		Deprecated      bool         `json:"deprecated,omitempty"`
		Required        bool         `json:"required,omitempty"`
		Optional        bool         `json:"optional,omitempty"`
		Computed        bool         `json:"computed,omitempty"`
		Sensitive       bool         `json:"sensitive,omitempty"`
		WriteOnly       bool         `json:"write_only,omitempty"`
	}

	nestedType struct {
		Attributes  map[string]attribute `json:"attributes"`
		NestingMode string               `json:"nesting_mode"`
	}

	identitySchema struct {
		Version    int64                        `json:"version"`
		Attributes map[string]identityAttribute `json:"attributes"`
	}

	identityAttribute struct {
		Type              tftypes.Type `json:"type"`
		Description       string       `json:"description,omitempty"`
		RequiredForImport bool         `json:"required_for_import,omitempty"`
		OptionalForImport bool         `json:"optional_for_import,omitempty"`
	}

	function struct {
		Description        string       `json:"description,omitempty"`
		Summary            string       `json:"summary,omitempty"`
		DeprecationMessage string       `json:"deprecation_message,omitempty"`
		ReturnType         tftypes.Type `json:"return_type"`
		Parameters         []parameter  `json:"parameters,omitempty"`
		VariadicParameter  *parameter   `json:"variadic_parameter,omitempty"`
	}

	parameter struct {
		Name        string       `json:"name"`
		Description string       `json:"description,omitempty"`
		IsNullable  bool         `json:"is_nullable,omitempty"`
		Type        tftypes.Type `json:"type"`
	}
)

// newDocument converts what the provider answered. It fails on a nesting mode that the format has no word for.
func newDocument(schemas *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) (*document, error) {
	c := &converter{}
	doc := &document{
		FormatVersion: "1.0",
		ProviderSchemas: map[string]providerSchema{providerAddress: {
			Provider:                 c.schema(schemas.Provider),
			ResourceSchemas:          c.schemas(schemas.ResourceSchemas),
			DataSourceSchemas:        c.schemas(schemas.DataSourceSchemas),
			EphemeralResourceSchemas: c.schemas(schemas.EphemeralResourceSchemas),
			ListResourceSchemas:      c.schemas(schemas.ListResourceSchemas),
			ActionSchemas:            c.actions(schemas.ActionSchemas),
			Functions:                convertFunctions(schemas.Functions),
			ResourceIdentitySchemas:  convertIdentities(identities.IdentitySchemas),
		}},
	}
	return doc, c.err
}

// converter remembers the first thing that it could not convert, so that the conversions compose without error returns.
type converter struct{ err error }

func (c *converter) schemas(in map[string]*tfprotov6.Schema) map[string]*schema {
	out := make(map[string]*schema, len(in))
	for name, s := range in {
		out[name] = c.schema(s)
	}
	return out
}

func (c *converter) schema(in *tfprotov6.Schema) *schema {
	if in == nil {
		return nil
	}
	return &schema{Version: in.Version, Block: c.block(in.Block)}
}

func (c *converter) actions(in map[string]*tfprotov6.ActionSchema) map[string]actionSchema {
	out := make(map[string]actionSchema, len(in))
	for name, action := range in {
		out[name] = actionSchema{Block: c.block(action.Schema.Block)}
	}
	return out
}

func (c *converter) block(in *tfprotov6.SchemaBlock) *block {
	if in == nil {
		return nil
	}
	out := &block{
		Attributes:      c.attributes(in.Attributes),
		BlockTypes:      make(map[string]nestedBlock, len(in.BlockTypes)),
		Description:     in.Description,
		DescriptionKind: descriptionKind(in.DescriptionKind),
		Deprecated:      in.Deprecated,
	}
	for _, b := range in.BlockTypes {
		out.BlockTypes[b.TypeName] = nestedBlock{
			NestingMode: c.nesting(b.TypeName, b.Nesting),
			Block:       c.block(b.Block),
			MinItems:    b.MinItems,
			MaxItems:    b.MaxItems,
		}
	}
	return out
}

func (c *converter) attributes(in []*tfprotov6.SchemaAttribute) map[string]attribute {
	out := make(map[string]attribute, len(in))
	for _, a := range in {
		converted := attribute{
			Type:            a.Type,
			Description:     a.Description,
			DescriptionKind: descriptionKind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			converted.NestedType = &nestedType{
				Attributes:  c.attributes(a.NestedType.Attributes),
				NestingMode: c.nesting(a.Name, a.NestedType.Nesting),
			}
		}
		out[a.Name] = converted
	}
	return out
}

// nesting names the nesting mode of a block or of an attribute: the protocol numbers both kinds alike in words.
func (c *converter) nesting(name string, mode fmt.Stringer) string {
	switch mode.String() {
	case "SINGLE":
		return "single"
	case "GROUP":
		return "group"
	case "LIST":
		return "list"
	case "SET":
		return "set"
	case "MAP":
		return "map"
	}
	if c.err == nil {
		c.err = fmt.Errorf("%s: nesting mode %s", name, mode)
	}
	return ""
}

func descriptionKind(kind tfprotov6.StringKind) string {
	if kind == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}

func convertIdentities(in map[string]*tfprotov6.ResourceIdentitySchema) map[string]identitySchema {
	out := make(map[string]identitySchema, len(in))
	for name, identity := range in {
		attributes := make(map[string]identityAttribute, len(identity.IdentityAttributes))
		for _, a := range identity.IdentityAttributes {
			attributes[a.Name] = identityAttribute{
				Type:              a.Type,
				Description:       a.Description,
				RequiredForImport: a.RequiredForImport,
				OptionalForImport: a.OptionalForImport,
			}
		}
		out[name] = identitySchema{Version: identity.Version, Attributes: attributes}
	}
	return out
}

func convertFunctions(in map[string]*tfprotov6.Function) map[string]function {
	out := make(map[string]function, len(in))
	for name, f := range in {
		converted := function{
			Description:        f.Description,
			Summary:            f.Summary,
			DeprecationMessage: f.DeprecationMessage,
			ReturnType:         f.Return.Type,
		}
		for _, p := range f.Parameters {
			converted.Parameters = append(converted.Parameters, convertParameter(p))
		}
		if f.VariadicParameter != nil {
			variadic := convertParameter(f.VariadicParameter)
			converted.VariadicParameter = &variadic
		}
		out[name] = converted
	}
	return out
}

func convertParameter(in *tfprotov6.FunctionParameter) parameter {
	return parameter{Name: in.Name, Description: in.Description, IsNullable: in.AllowNullValue, Type: in.Type}
}
