package acctest

import (
	"context"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/provider"
)

// Protocol talks to the provider as Terraform does, one call at a time. It is for what no Terraform can be made to do in a
// test: somebody's change between plan and apply, or a feature of a version that is not there.
type Protocol struct {
	t          *testing.T
	provider   tfprotov6.ProviderServer
	schemas    map[string]*tfprotov6.Schema
	ephemerals map[string]*tfprotov6.Schema
	identities map[string]*tfprotov6.ResourceIdentitySchema

	passed atomic.Int64

	// Said are the diagnostics of the last Apply, warnings too.
	Said []*tfprotov6.Diagnostic
}

// Protocol is a provider connected to the server, with further arguments of the provider block.
func (s *Server) Protocol(t *testing.T, arguments ...map[string]any) *Protocol {
	t.Helper()
	p, began := &Protocol{t: t}, time.Now()
	provider := provider.NewServer("test", func() time.Time { return began.Add(time.Duration(p.passed.Load())) })
	schemas, err := provider.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := provider.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	p.provider, p.schemas, p.ephemerals, p.identities = provider, schemas.ResourceSchemas, schemas.EphemeralResourceSchemas, identities.IdentitySchemas
	block := map[string]any{"endpoint": s.URL, "client_id": s.ClientID, "client_secret": s.ClientSecret}
	for _, more := range arguments {
		maps.Copy(block, more)
	}
	config := p.dynamic(schemas.Provider.ValueType(), block)
	configured, err := provider.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if text := firstError(configured.Diagnostics); text != "" {
		t.Fatal(text)
	}
	return p
}

// Pass lets time go by for what the provider knows of the API. None does by itself, however busy the machine is.
func (p *Protocol) Pass(d time.Duration) { p.passed.Add(int64(d)) }

// Apply changes a resource from prior to planned and answers its new attributes and the first error. Attributes that are
// left out are null; a nil map is no resource at all, as before a create and after a destroy.
func (p *Protocol) Apply(typeName string, prior, planned map[string]any) (after map[string]tftypes.Value, refusal string) {
	p.t.Helper()
	of := p.schemas[typeName].ValueType()
	resp, err := p.provider.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: p.dynamic(of, prior), PlannedState: p.dynamic(of, planned), Config: p.dynamic(of, planned),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Said = resp.Diagnostics
	return p.attributes(of, resp.NewState), firstError(resp.Diagnostics)
}

// Plan plans a change of a resource from prior to wanted, as Apply takes them, and answers the first error; Said has the
// warnings. Of a replacement it is the first of Terraform's two questions.
func (p *Protocol) Plan(typeName string, prior, wanted map[string]any) (refusal string) {
	p.t.Helper()
	of := p.schemas[typeName].ValueType()
	resp, err := p.provider.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: p.dynamic(of, prior), ProposedNewState: p.dynamic(of, wanted), Config: p.dynamic(of, wanted),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Said = resp.Diagnostics
	return firstError(resp.Diagnostics)
}

// Import imports a resource by its identity, reads it, and answers its attributes and those of its identity after that.
func (p *Protocol) Import(typeName string, identity map[string]any) (attributes, identityAfter map[string]tftypes.Value) {
	p.t.Helper()
	of, identityOf := p.schemas[typeName].ValueType(), p.identities[typeName].ValueType()
	imported, err := p.provider.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.dynamic(identityOf, identity)},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if text := firstError(imported.Diagnostics); text != "" {
		p.t.Fatal(text)
	}
	resource := imported.ImportedResources[0]
	read, err := p.provider.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: resource.State, CurrentIdentity: resource.Identity, Private: resource.Private,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if text := firstError(read.Diagnostics); text != "" {
		p.t.Fatal(text)
	}
	return p.attributes(of, read.NewState), p.attributes(identityOf, read.NewIdentity.IdentityData)
}

// Opened is an ephemeral resource that is open.
type Opened struct {
	Result  map[string]tftypes.Value
	RenewAt time.Time
	private []byte // what Terraform keeps of it
	typeOf  string
}

// Open opens an ephemeral resource and answers the first error.
func (p *Protocol) Open(typeName string, config map[string]any) (opened *Opened, refusal string) {
	p.t.Helper()
	of := p.ephemerals[typeName].ValueType()
	resp, err := p.provider.OpenEphemeralResource(p.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: p.dynamic(of, config)})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Said = resp.Diagnostics
	if refusal := firstError(resp.Diagnostics); refusal != "" {
		return nil, refusal
	}
	return &Opened{Result: p.attributes(of, resp.Result), RenewAt: resp.RenewAt, private: resp.Private, typeOf: typeName}, ""
}

// Renew renews an ephemeral resource and answers the first error.
func (p *Protocol) Renew(o *Opened) (refusal string) {
	p.t.Helper()
	resp, err := p.provider.RenewEphemeralResource(p.t.Context(), &tfprotov6.RenewEphemeralResourceRequest{TypeName: o.typeOf, Private: o.private})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Said, o.RenewAt, o.private = resp.Diagnostics, resp.RenewAt, resp.Private
	return firstError(resp.Diagnostics)
}

// Close closes an ephemeral resource; Said has what was said, warnings too.
func (p *Protocol) Close(ctx context.Context, o *Opened) {
	p.t.Helper()
	resp, err := p.provider.CloseEphemeralResource(ctx, &tfprotov6.CloseEphemeralResourceRequest{TypeName: o.typeOf, Private: o.private})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Said = resp.Diagnostics
}

// Text is an attribute of the result that is a string.
func (o *Opened) Text(t *testing.T, name string) string {
	t.Helper()
	var text string
	if err := o.Result[name].As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// Private is what Terraform keeps of it while it is open.
func (o *Opened) Private() string { return string(o.private) }

// ValidateAsBefore111 validates a configuration as a Terraform does that knows no write-only arguments, and answers the first
// error.
func (p *Protocol) ValidateAsBefore111(typeName string, config map[string]any) (refusal string) {
	p.t.Helper()
	resp, err := p.provider.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: p.dynamic(p.schemas[typeName].ValueType(), config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return firstError(resp.Diagnostics)
}

// dynamic makes a value of an object type. Strings, booleans, sets of strings and objects are what attributes can be given as.
func (p *Protocol) dynamic(of tftypes.Type, given map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	value := object(of, given)
	dynamic, err := tfprotov6.NewDynamicValue(of, value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &dynamic
}

func object(of tftypes.Type, given map[string]any) tftypes.Value {
	value := tftypes.NewValue(of, nil)
	if kinds, ok := of.(tftypes.Object); ok && given != nil {
		attributes := make(map[string]tftypes.Value, len(kinds.AttributeTypes))
		for name, kind := range kinds.AttributeTypes {
			attributes[name] = tftypes.NewValue(kind, nil)
			switch v := given[name].(type) {
			case nil:
			case map[string]any:
				attributes[name] = object(kind, v)
			case []string:
				members := make([]tftypes.Value, len(v))
				for i, member := range v {
					members[i] = tftypes.NewValue(tftypes.String, member)
				}
				attributes[name] = tftypes.NewValue(kind, members)
			default:
				attributes[name] = tftypes.NewValue(kind, v)
			}
		}
		value = tftypes.NewValue(of, attributes)
	}
	return value
}

// attributes are those of an object; nil if there is none.
func (p *Protocol) attributes(of tftypes.Type, dynamic *tfprotov6.DynamicValue) map[string]tftypes.Value {
	p.t.Helper()
	value, err := dynamic.Unmarshal(of)
	if err != nil {
		p.t.Fatal(err)
	}
	if value.IsNull() {
		return nil
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		p.t.Fatal(err)
	}
	return attributes
}

func firstError(diagnostics []*tfprotov6.Diagnostic) string {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return d.Summary + ": " + d.Detail
		}
	}
	return ""
}
