package provider

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestExpectedReads has the states of several resources decoded, as Terraform does, before the first one is read.
func TestExpectedReads(t *testing.T) {
	t.Parallel()
	person := map[string]any{"customer_id": "cus_1", "email": "a@x.example", "role": "desk", "status": "active", "name": "Somebody", "content_protected": false}
	var mu sync.Mutex
	var asked []string
	portal := newPortal(t, func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "-admins") && !strings.HasSuffix(r.URL.Path, "users") && !strings.Contains(r.URL.Path, "@") {
				h.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, r.URL.Path)
			w.Header().Set("Content-Type", "application/json")
			if strings.Contains(r.URL.Path, "@") {
				_ = json.NewEncoder(w).Encode(person)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{person}})
		}))
	})
	for _, c := range []struct {
		typeName string
		states   []string
		want     string
	}{
		{"msp_external_admin", []string{"cus_1", "cus_2", "cus_3"}, "/v1/external-admins"},
		{"msp_external_admin", []string{"cus_1", "cus_1", "cus_1"}, "/v1/customers/cus_1/external-admins"},
		{"msp_external_admin", []string{"cus_1"}, "/v1/customers/cus_1/external-admins/a@x.example"},
		{"msp_external_admins", []string{"cus_1", "cus_2", "cus_3"}, "/v1/external-admins"},
		{"msp_external_admins", []string{"cus_1", "cus_2"}, "/v1/customers/cus_1/external-admins"},
		{"msp_customer_user", []string{"cus_1", "cus_2", "cus_3"}, "/v1/customer-users"},
		{"msp_customer_user", []string{"cus_1", "not decoded"}, "/v1/customers/cus_1/users/a@x.example"},
	} {
		tf, _ := leanProvider(t)
		tf.configure(t.Context(), map[string]any{"endpoint": portal.URL, "client_id": "me", "client_secret": goodSecret}).expectNone(t)
		var first *tfprotov6.DynamicValue
		for _, customer := range c.states {
			raw := []byte("no JSON")
			if strings.HasPrefix(customer, "cus_") { // what another kind has is ignored
				raw, _ = json.Marshal(map[string]any{"id": "cus_1", "customer_id": customer, "email": "a@x.example", "role": "desk", "status": "active", "name": "Somebody", "admins": map[string]any{"a@x.example": map[string]any{"role": "desk"}}})
			}
			resp, err := tf.provider.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{TypeName: c.typeName, RawState: &tfprotov6.RawState{JSON: raw}})
			if err != nil {
				t.Fatal(err)
			}
			first = cmp.Or(first, resp.UpgradedState)
		}
		mu.Lock()
		asked = nil
		mu.Unlock()
		resp, err := tf.provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: c.typeName, CurrentState: first})
		if err != nil {
			t.Fatal(err)
		}
		diagnostics(resp.Diagnostics).expectNone(t)
		mu.Lock()
		if !slices.Equal(asked, []string{c.want}) {
			t.Errorf("%s at %v: asked for %v, want %s alone", c.typeName, c.states, asked, c.want)
		}
		mu.Unlock()
	}
}
