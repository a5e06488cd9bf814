package provider

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// asked counts what the framework is asked for.
type asked struct {
	frameworkServer

	plans, reads, validations, upgrades int
}

func (a *asked) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	a.validations++
	return a.frameworkServer.ValidateResourceConfig(ctx, req)
}

func (a *asked) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	a.upgrades++
	return a.frameworkServer.UpgradeResourceState(ctx, req)
}

func (a *asked) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	a.reads++
	return a.frameworkServer.ReadResource(ctx, req)
}

func (a *asked) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	a.plans++
	return a.frameworkServer.PlanResourceChange(ctx, req)
}

// leanProvider is the provider as it is served where nobody wants logs, and the framework that it has within.
func leanProvider(t testing.TB) (*terraform, *asked) {
	t.Helper()
	p := newProvider("1.2.3", time.Now)
	framework := &asked{frameworkServer: providerserver.NewProtocol6(p)().(frameworkServer)}
	server := lean(framework, &unchanged{provider: p})
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &terraform{t, server, schemas}, framework
}

// state is one of the type, whose text attributes all have a value.
func (tf *terraform) state(typeName string, more map[string]any) map[string]any {
	state := map[string]any{}
	for _, a := range tf.schemas.ResourceSchemas[typeName].Block.Attributes {
		if a.Type != nil && strings.Contains(a.Type.String(), "String") && !strings.Contains(a.Type.String(), "[") && a.Name != "expires_at" {
			state[a.Name] = "someone@northwind.example"
		}
	}
	for name, value := range more {
		state[name] = value
	}
	return state
}

// What stays as it is gets the very plan that the framework would make, without it; everything else is the framework's.
func TestUnchangedPlans(t *testing.T) {
	t.Parallel()
	portal := newPortal(t, httptest.NewServer)
	tf, framework := leanProvider(t)
	planners := []string{"msp_external_admin", "msp_external_admins", "msp_customer_user", "msp_partner_access_group_member"}

	before := tf.planOf("msp_external_admin", tf.state("msp_external_admin", nil), tf.state("msp_external_admin", nil))
	if framework.plans != 1 || len(before.Diagnostics) > 0 {
		t.Errorf("before it is configured the framework was asked %d times: %s", framework.plans, diagnostics(before.Diagnostics))
	}
	tf.configure(t.Context(), map[string]any{"endpoint": portal.URL, "client_id": "me", "client_secret": goodSecret}).expectNone(t)

	identities, err := tf.provider.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, typeName := range planners {
		framework.plans = 0
		state := tf.state(typeName, map[string]any{"customer_id": typeName}) // or they would claim the same
		known := tf.request(typeName, state, state)
		of := identities.IdentitySchemas[typeName].ValueType()
		known.PriorIdentity = &tfprotov6.ResourceIdentityData{IdentityData: tf.dynamic(of, map[string]any{"customer_id": typeName})}
		for name, req := range map[string]*tfprotov6.PlanResourceChangeRequest{"without an identity": tf.request(typeName, state, state), "with an identity": known} {
			got, err := tf.provider.PlanResourceChange(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if framework.plans != 0 {
				t.Errorf("%s: the framework was asked for a plan of what stays as it is", typeName)
			}
			want, err := framework.frameworkServer.PlanResourceChange(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s: got %+v, the framework says %+v", typeName, name, got, want)
			}
		}
		tf.planOf(typeName, state, nil)
		tf.planOf(typeName, nil, state)
		tf.planOf(typeName, nil, nil)
		tf.planOf(typeName, state, tf.state(typeName, map[string]any{"customer_id": typeName, "id": "another"}))
		if framework.plans != 4 {
			t.Errorf("%s: the framework was asked for %d plans of what comes, goes, is not there and changes, want 4", typeName, framework.plans)
		}
	}

	framework.plans = 0
	soon := tf.state("msp_external_admin", map[string]any{"expires_at": time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)})
	if got := tf.planOf("msp_external_admin", soon, soon); framework.plans != 1 || len(got.Diagnostics) != 1 || got.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Errorf("of what ends soon the framework was asked %d times and said %q", framework.plans, diagnostics(got.Diagnostics))
	}
	claimed := tf.state("msp_external_admins", map[string]any{"customer_id": "msp_external_admin"})
	diagnostics(tf.planOf("msp_external_admins", claimed, claimed).Diagnostics).expectOne(t, "customer_id", "Managed by two kinds of resources")

	config := tf.state("msp_customer", nil)
	framework.plans = 0
	if tf.planOf("msp_customer", config, config); framework.plans != 1 {
		t.Errorf("of a type that does not say so the framework was asked %d times", framework.plans)
	}
}

// What a list has just as the state says is read without the framework, and gets the answer that the framework would give.
func TestUnchangedReads(t *testing.T) {
	t.Parallel()
	const first, second = "cus_1", "cus_2"
	grant := func(customer, email string) map[string]any {
		return map[string]any{"customer_id": customer, "email": email, "role": "desk", "status": "active", "name": "Somebody", "content_protected": false}
	}
	items := []map[string]any{grant(first, "a@x.example"), grant(first, "b@x.example"), grant(second, "a@x.example"), grant(second, "b@x.example")}
	portal := newPortal(t, func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			parts := strings.Split(r.URL.Path, "/")
			switch {
			case r.URL.Path == "/v1/external-admins" || r.URL.Path == "/v1/customer-users":
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
			case len(parts) == 6: // /v1/customers/cus_1/users/a@x.example
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(grant(parts[3], parts[5]))
			default:
				h.ServeHTTP(w, r)
			}
		}))
	})
	for typeName, more := range map[string]map[string]any{"msp_external_admin": {}, "msp_customer_user": {"name": "Somebody"}} {
		tf, framework := leanProvider(t)
		tf.configure(t.Context(), map[string]any{"endpoint": portal.URL, "client_id": "me", "client_secret": goodSecret}).expectNone(t)
		identities, err := tf.provider.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
		if err != nil {
			t.Fatal(err)
		}
		of, identityOf := tf.schemas.ResourceSchemas[typeName].ValueType(), identities.IdentitySchemas[typeName].ValueType()
		state := func(customer, email, role string) *tfprotov6.DynamicValue {
			attributes := map[string]any{"id": customer + "/" + strings.ToLower(email), "customer_id": customer, "email": email, "role": role, "status": "active"}
			maps.Copy(attributes, more)
			return tf.dynamic(of, attributes)
		}
		identity := &tfprotov6.ResourceIdentityData{IdentityData: tf.dynamic(identityOf, map[string]any{"customer_id": second, "email": "b@x.example"})}
		read := func(req *tfprotov6.ReadResourceRequest) *tfprotov6.ReadResourceResponse {
			t.Helper()
			req.TypeName = typeName
			resp, err := tf.provider.ReadResource(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			diagnostics(resp.Diagnostics).expectNone(t)
			return resp
		}
		for _, item := range items { // until there is a list
			read(&tfprotov6.ReadResourceRequest{CurrentState: state(item["customer_id"].(string), item["email"].(string), "desk")})
		}
		for name, req := range map[string]*tfprotov6.ReadResourceRequest{
			"no identity":    {CurrentState: state(second, "b@x.example", "desk")},
			"an empty one":   {CurrentState: state(second, "b@x.example", "desk"), CurrentIdentity: &tfprotov6.ResourceIdentityData{IdentityData: tf.dynamic(identityOf, nil)}},
			"an identity":    {CurrentState: state(second, "b@x.example", "desk"), CurrentIdentity: identity},
			"a spelling":     {CurrentState: state(second, "B@X.example", "desk"), CurrentIdentity: identity},
			"private things": {CurrentState: state(second, "b@x.example", "desk"), CurrentIdentity: identity, Private: []byte(`{"k":"MQ=="}`)},
		} {
			framework.reads = 0
			got := read(req)
			if framework.reads != 0 {
				t.Errorf("%s, %s: the framework was asked to read what is as it was", typeName, name)
			}
			want, err := framework.frameworkServer.ReadResource(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s: got %+v, the framework says %+v", typeName, name, got, want)
			}
		}
		framework.reads = 0
		changed := read(&tfprotov6.ReadResourceRequest{CurrentState: state(second, "b@x.example", "other")})
		if framework.reads != 1 || !reflect.DeepEqual(changed.NewState, state(second, "b@x.example", "desk")) {
			t.Errorf("%s: of what has changed the framework was asked %d times and answered %v", typeName, framework.reads, changed.NewState)
		}
		read(&tfprotov6.ReadResourceRequest{CurrentState: state("cus_3", "b@x.example", "desk")})
		if framework.reads != 2 {
			t.Errorf("%s: of what is in no list the framework was asked %d times", typeName, framework.reads-1)
		}
	}
}

func (tf *terraform) request(typeName string, prior, planned map[string]any) *tfprotov6.PlanResourceChangeRequest {
	of := tf.schemas.ResourceSchemas[typeName].ValueType()
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: tf.dynamic(of, prior), ProposedNewState: tf.dynamic(of, planned), Config: tf.dynamic(of, planned),
	}
}

func (tf *terraform) planOf(typeName string, prior, planned map[string]any) *tfprotov6.PlanResourceChangeResponse {
	tf.t.Helper()
	resp, err := tf.provider.PlanResourceChange(tf.t.Context(), tf.request(typeName, prior, planned))
	if err != nil {
		tf.t.Fatal(err)
	}
	return resp
}

// The schemas have nothing by which the framework would make something else of what stays as it is.
func TestUnchangedPlannersSchemas(t *testing.T) {
	t.Parallel()
	found := 0
	for _, newResource := range resources {
		planner, ok := newResource().(tfkit.UnchangedPlanner)
		if !ok {
			continue
		}
		found++
		var resp resource.SchemaResponse
		planner.Schema(t.Context(), resource.SchemaRequest{}, &resp)
		if faults := makesMore(resp.Schema.Attributes); len(faults) > 0 {
			t.Errorf("%T has defaults or write-only arguments: %q", planner, faults)
		}
	}
	if found == 0 {
		t.Error("none found")
	}
	if faults := makesMore(map[string]schema.Attribute{"all": schema.MapNestedAttribute{NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
		"secret": schema.StringAttribute{WriteOnly: true},
	}}}}); !slices.Equal(faults, []string{"all.secret"}) {
		t.Errorf("of a write-only argument in a map: %q", faults)
	}
}

// makesMore names the attributes that have a default or are write-only.
func makesMore(attributes map[string]schema.Attribute) (faults []string) {
	for name, a := range attributes {
		value := reflect.ValueOf(a)
		if given := value.FieldByName("Default"); a.IsWriteOnly() || given.IsValid() && !given.IsNil() {
			faults = append(faults, name)
		}
		nested := map[string]schema.Attribute(nil)
		if single := value.FieldByName("Attributes"); single.IsValid() {
			nested, _ = single.Interface().(map[string]schema.Attribute)
		} else if object := value.FieldByName("NestedObject"); object.IsValid() {
			nested = object.Interface().(schema.NestedAttributeObject).Attributes
		}
		for _, fault := range makesMore(nested) {
			faults = append(faults, name+"."+fault)
		}
	}
	return faults
}
