package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// What the calls of a plan cost in which nothing changes, of one grant and of maps, as they are answered and by the framework.
func BenchmarkUnchanged(b *testing.B) {
	if err := silenceLogs(); err != nil {
		b.Fatal(err)
	}
	for _, rows := range []int{1, 10, 100, 1000} {
		benchmarkUnchanged(b, rows)
	}
}

func benchmarkUnchanged(b *testing.B, rows int) {
	b.Helper()
	const customer = "cus_1"
	var items []map[string]any
	admins := map[string]any{}
	for i := range rows {
		email := fmt.Sprintf("person%04d@northwind.example", i)
		items = append(items, map[string]any{"customer_id": customer, "email": email, "role": "basic_administrator", "status": "active", "content_protected": false})
		admins[email] = map[string]any{"role": "basic_administrator", "expires_at": nil}
	}
	portal := newPortal(b, func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/external-admins") {
				h.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
		}))
	})
	tf, framework := leanProvider(b)
	tf.configure(b.Context(), map[string]any{"endpoint": portal.URL, "client_id": "me", "client_secret": goodSecret}).expectNone(b)
	name, state, config := "msp_external_admins", map[string]any{"id": customer, "customer_id": customer, "admins": admins}, map[string]any{"customer_id": customer, "admins": admins}
	if rows == 1 {
		name = "msp_external_admin"
		config = map[string]any{"customer_id": customer, "email": items[0]["email"], "role": "basic_administrator"}
		state = map[string]any{"customer_id": customer, "email": items[0]["email"], "role": "basic_administrator", "status": "active", "id": customer + "/" + items[0]["email"].(string)}
	}
	raw, err := json.Marshal(state)
	if err != nil {
		b.Fatal(err)
	}
	of := tf.schemas.ResourceSchemas[name].ValueType()
	stateValue, configValue := tf.dynamic(of, state), tf.dynamic(of, config)
	for _, call := range []struct {
		name string
		make func(tfprotov6.ProviderServer) (any, error)
	}{
		{"validate", func(server tfprotov6.ProviderServer) (any, error) {
			return server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: configValue})
		}},
		{"upgrade", func(server tfprotov6.ProviderServer) (any, error) {
			return server.UpgradeResourceState(b.Context(), &tfprotov6.UpgradeResourceStateRequest{TypeName: name, RawState: &tfprotov6.RawState{JSON: raw}})
		}},
		{"read", func(server tfprotov6.ProviderServer) (any, error) {
			return server.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: stateValue})
		}},
		{"plan", func(server tfprotov6.ProviderServer) (any, error) {
			return server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: name, PriorState: stateValue, ProposedNewState: stateValue, Config: configValue})
		}},
	} {
		for by, server := range map[string]tfprotov6.ProviderServer{"lean": tf.provider, "framework": framework.frameworkServer} {
			b.Run(fmt.Sprintf("%s/%d/%s", call.name, rows, by), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := call.make(server); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
