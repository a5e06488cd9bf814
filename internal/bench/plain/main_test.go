package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const row = "/v1/customers/cus_1/external-admins/lee@msp.example"

var rowType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"id": tftypes.String, "customer_id": tftypes.String, "email": tftypes.String, "role": tftypes.String, "status": tftypes.String,
}}

// portal is an API of one row, and what was asked of it.
type portal struct {
	there bool
	fails bool
	asked []string
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	switch {
	case p.fails:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Header.Get("Authorization") != "Bearer secret":
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodPut:
		p.there = true
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"role":"basic_administrator","status":"active"}`))
	case !p.there:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		p.there = false
		w.WriteHeader(http.StatusNoContent)
	default:
		_, _ = w.Write([]byte(`{"role":"basic_administrator","status":"active"}`))
	}
}

// start answers the provider as Terraform sees it, configured for the portal.
func start(t *testing.T, p *portal) tfprotov6.ProviderServer {
	t.Helper()
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	server := providerserver.NewProtocol6(plain{})()
	config := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"endpoint": tftypes.String, "token": tftypes.String}}
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: encoded(t, config, map[string]tftypes.Value{
		"endpoint": tftypes.NewValue(tftypes.String, web.URL), "token": tftypes.NewValue(tftypes.String, "secret"),
	})})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, resp)
	}
	return server
}

func encoded(t *testing.T, of tftypes.Type, values map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	value := tftypes.NewValue(of, nil)
	if values != nil {
		value = tftypes.NewValue(of, values)
	}
	raw, err := tfprotov6.NewDynamicValue(of, value)
	if err != nil {
		t.Fatal(err)
	}
	return &raw
}

// rowOf answers the row as a state has it if status is a string, and as a plan to create it if it is unknown.
func rowOf(status any) map[string]tftypes.Value {
	id := any("cus_1/lee@msp.example")
	if status == tftypes.UnknownValue {
		id = status
	}
	return map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, id), "customer_id": tftypes.NewValue(tftypes.String, "cus_1"),
		"email": tftypes.NewValue(tftypes.String, "lee@msp.example"), "role": tftypes.NewValue(tftypes.String, "basic_administrator"),
		"status": tftypes.NewValue(tftypes.String, status),
	}
}

func apply(ctx context.Context, t *testing.T, server tfprotov6.ProviderServer, prior, planned map[string]tftypes.Value) (*tfprotov6.DynamicValue, bool) {
	t.Helper()
	resp, err := server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "plain_external_admin", PriorState: encoded(t, rowType, prior), PlannedState: encoded(t, rowType, planned), Config: encoded(t, rowType, planned),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.NewState, len(resp.Diagnostics) == 0
}

func read(ctx context.Context, t *testing.T, server tfprotov6.ProviderServer) (*tfprotov6.DynamicValue, bool) {
	t.Helper()
	resp, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "plain_external_admin", CurrentState: encoded(t, rowType, rowOf("active"))})
	if err != nil {
		t.Fatal(err)
	}
	return resp.NewState, len(resp.Diagnostics) == 0
}

func isGone(t *testing.T, state *tfprotov6.DynamicValue) bool {
	t.Helper()
	value, err := state.Unmarshal(rowType)
	if err != nil {
		t.Fatal(err)
	}
	return value.IsNull()
}

// What is measured beside it makes sense only if each row is one request and no more.
func TestOneRequestForEachCall(t *testing.T) {
	t.Parallel()
	p := &portal{}
	server := start(t, p)
	ctx := t.Context()
	if state, ok := apply(ctx, t, server, nil, rowOf(tftypes.UnknownValue)); !ok || isGone(t, state) {
		t.Error("not created")
	}
	if state, ok := read(ctx, t, server); !ok || isGone(t, state) {
		t.Error("not found")
	}
	if state, ok := apply(ctx, t, server, rowOf("active"), nil); !ok || !isGone(t, state) {
		t.Error("not removed")
	}
	if state, ok := read(ctx, t, server); !ok || !isGone(t, state) {
		t.Error("what is gone is still read")
	}
	want := []string{"PUT " + row, "GET " + row, "DELETE " + row, "GET " + row}
	if !slices.Equal(p.asked, want) {
		t.Errorf("%q, want %q", p.asked, want)
	}
}

// Else a run whose requests are refused would pass for a fast one.
func TestFailuresAreErrors(t *testing.T) {
	t.Parallel()
	server := start(t, &portal{fails: true})
	ctx := t.Context()
	if _, ok := apply(ctx, t, server, nil, rowOf(tftypes.UnknownValue)); ok {
		t.Error("created")
	}
	if _, ok := read(ctx, t, server); ok {
		t.Error("read")
	}
	if _, ok := apply(ctx, t, server, rowOf("active"), nil); ok {
		t.Error("removed")
	}
}
