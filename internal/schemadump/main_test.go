package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fakeServer answers the two requests that a dump makes and nothing else.
type fakeServer struct {
	tfprotov6.ProviderServer

	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (s fakeServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return s.schemas, nil
}

func (s fakeServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	if s.identities == nil {
		return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
	}
	return s.identities, nil
}

// TestDump has one of everything that the protocol can describe.
func TestDump(t *testing.T) {
	t.Parallel()

	name := &tfprotov6.SchemaAttribute{Name: "name", Type: tftypes.String, Required: true, Description: "The *name*.", DescriptionKind: tfprotov6.StringKindMarkdown}
	small := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{name}}}
	addresses := tftypes.Set{ElementType: tftypes.String}
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"port": tftypes.Number}}

	server := fakeServer{
		schemas: &tfprotov6.GetProviderSchemaResponse{
			Provider: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{
				Attributes: []*tfprotov6.SchemaAttribute{{Name: "token", Type: tftypes.String, Optional: true, Sensitive: true}},
			}},
			ResourceSchemas: map[string]*tfprotov6.Schema{"msp_thing": {Version: 2, Block: &tfprotov6.SchemaBlock{
				Description: "A thing.",
				Deprecated:  true,
				Attributes: []*tfprotov6.SchemaAttribute{
					name,
					{Name: "addresses", Type: addresses, Optional: true, Computed: true},
					{Name: "listener", Type: object, Computed: true, Deprecated: true},
					{Name: "password_wo", Type: tftypes.String, Optional: true, WriteOnly: true},
					{Name: "admins", Optional: true, NestedType: &tfprotov6.SchemaObject{
						Nesting:    tfprotov6.SchemaObjectNestingModeMap,
						Attributes: []*tfprotov6.SchemaAttribute{{Name: "enabled", Type: tftypes.Bool, Optional: true}},
					}},
				},
				BlockTypes: []*tfprotov6.SchemaNestedBlock{{
					TypeName: "rule", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, MinItems: 1, MaxItems: 3, Block: small.Block,
				}},
			}}},
			DataSourceSchemas:        map[string]*tfprotov6.Schema{"msp_thing": small},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"msp_session": small},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"msp_thing": small},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"msp_act": {Schema: small}},
			Functions: map[string]*tfprotov6.Function{"join": {
				Summary:           "Joins.",
				Description:       "Joins parts.",
				Parameters:        []*tfprotov6.FunctionParameter{{Name: "separator", Type: tftypes.String, Description: "Between parts."}},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "parts", Type: tftypes.DynamicPseudoType, AllowNullValue: true},
				Return:            &tfprotov6.FunctionReturn{Type: tftypes.List{ElementType: object}},
			}},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"msp_thing": {
				Version: 1,
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
					{Name: "name", Type: tftypes.String, RequiredForImport: true, Description: "The name."},
					{Name: "region", Type: tftypes.String, OptionalForImport: true},
				},
			}},
		},
	}

	var got bytes.Buffer
	if err := dump(t.Context(), server, &got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("line %d: got %q, want %q", i+1, gotLines[i], wantLines[i])
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Fatalf("got %d lines, want %d", len(gotLines), len(wantLines))
	}
}

func TestDumpFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		schemas *tfprotov6.GetProviderSchemaResponse
		want    string
	}{
		"diagnostic": {
			schemas: &tfprotov6.GetProviderSchemaResponse{Diagnostics: []*tfprotov6.Diagnostic{
				{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Bad schema", Detail: "No type."},
			}},
			want: "Bad schema: No type.",
		},
		"unknown nesting mode": {
			schemas: &tfprotov6.GetProviderSchemaResponse{Provider: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{
				BlockTypes: []*tfprotov6.SchemaNestedBlock{{TypeName: "rule", Nesting: 9}},
			}}},
			want: "rule: nesting mode UNKNOWN",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := dump(t.Context(), fakeServer{schemas: test.schemas}, &out)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
			if out.Len() > 0 {
				t.Errorf("wrote %q besides failing", out.String())
			}
		})
	}
}
