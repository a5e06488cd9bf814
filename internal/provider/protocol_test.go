package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// terraform talks to a provider as Terraform does, one call at a time and without Terraform's processes.
type terraform struct {
	t        testing.TB
	provider tfprotov6.ProviderServer
	schemas  *tfprotov6.GetProviderSchemaResponse
}

// unknown stands in a block for a value that is not known.
const unknown = "\x00unknown"

func start(t *testing.T, environment map[string]string) *terraform {
	t.Helper()
	p := &mspProvider{version: "1.2.3", getenv: func(name string) string { return environment[name] }}
	server := providerserver.NewProtocol6(p)()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &terraform{t, server, schemas}
}

// configure validates and configures, as Terraform does before a plan, and answers the errors of the first that fails.
func (tf *terraform) configure(ctx context.Context, block map[string]any) diagnostics {
	tf.t.Helper()
	if block == nil {
		block = map[string]any{} // what Terraform makes of a provider without a block
	}
	config := tf.dynamic(tf.schemas.Provider.ValueType(), block)
	validated, err := tf.provider.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		tf.t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}
	configured, err := tf.provider.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.11.4"})
	if err != nil {
		tf.t.Fatal(err)
	}
	return configured.Diagnostics
}

// read reads a data source and answers its attributes.
func (tf *terraform) read(ctx context.Context, typeName string, block map[string]any) (map[string]tftypes.Value, diagnostics) {
	tf.t.Helper()
	of := tf.schemas.DataSourceSchemas[typeName].ValueType()
	resp, err := tf.provider.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: tf.dynamic(of, block)})
	if err != nil {
		tf.t.Fatal(err)
	}
	if len(resp.Diagnostics) > 0 {
		return nil, resp.Diagnostics
	}
	value, err := resp.State.Unmarshal(of)
	if err != nil {
		tf.t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		tf.t.Fatal(err)
	}
	return attributes, nil
}

// plan plans a resource from one block to another; nil is no resource.
func (tf *terraform) plan(typeName string, prior, planned map[string]any) diagnostics {
	tf.t.Helper()
	of := tf.schemas.ResourceSchemas[typeName].ValueType()
	resp, err := tf.provider.PlanResourceChange(tf.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: tf.dynamic(of, prior), ProposedNewState: tf.dynamic(of, planned), Config: tf.dynamic(of, planned),
	})
	if err != nil {
		tf.t.Fatal(err)
	}
	return resp.Diagnostics
}

// dynamic makes the value of a block. What is left out is null; the whole block is null if it is nil.
func (tf *terraform) dynamic(of tftypes.Type, block map[string]any) *tfprotov6.DynamicValue {
	tf.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(of, object(of, block))
	if err != nil {
		tf.t.Fatal(err)
	}
	return &dynamic
}

func object(of tftypes.Type, block map[string]any) tftypes.Value {
	if block == nil {
		return tftypes.NewValue(of, nil)
	}
	kinds := make(map[string]tftypes.Type)
	switch of := of.(type) {
	case tftypes.Object:
		kinds = of.AttributeTypes
	case tftypes.Map:
		for key := range block {
			kinds[key] = of.ElementType
		}
	}
	attributes := make(map[string]tftypes.Value)
	for name, kind := range kinds {
		switch v := block[name].(type) {
		case map[string]any:
			attributes[name] = object(kind, v)
		case string:
			if v == unknown {
				attributes[name] = tftypes.NewValue(kind, tftypes.UnknownValue)
				continue
			}
			attributes[name] = tftypes.NewValue(kind, v)
		default:
			attributes[name] = tftypes.NewValue(kind, v)
		}
	}
	return tftypes.NewValue(of, attributes)
}

type diagnostics []*tfprotov6.Diagnostic

func (d diagnostics) String() string {
	lines := make([]string, len(d))
	for i, one := range d {
		lines[i] = fmt.Sprintf("%s [%s] %s: %s", one.Severity, one.Attribute, one.Summary, one.Detail)
	}
	return strings.Join(lines, "\n")
}

// expectOne wants exactly one error, at the attribute, with all the texts.
func (d diagnostics) expectOne(t *testing.T, attribute string, texts ...string) {
	t.Helper()
	if len(d) != 1 {
		t.Fatalf("want one error, got %d:\n%s", len(d), d)
	}
	if at := strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(d[0].Attribute.String(), `").AttributeName("`, "."), `AttributeName("`), `")`); at != attribute {
		t.Errorf("the error is at %q, want %q:\n%s", at, attribute, d)
	}
	for _, text := range texts {
		if !strings.Contains(d[0].Summary+"\n"+d[0].Detail, text) {
			t.Errorf("the error does not say %q:\n%s", text, d)
		}
	}
}

func (d diagnostics) expectNone(t testing.TB) {
	t.Helper()
	if len(d) > 0 {
		t.Fatalf("unexpected:\n%s", d)
	}
}
