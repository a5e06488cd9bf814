package sandbox

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// A seed file's zone takes the place of the DNS, from each start on as it is then, without bringing back what was deleted.
func TestZone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed := filepath.Join(dir, "seed.json")
	start := func(zone string) *Sandbox {
		t.Helper()
		text := `{"partners": [{"id": "sandbox", "name": "S", "kind": "msp", "products": [], "clients": [], "portal_admins": [],
			"users": [{"email": "extra@sandbox.example", "name": "Extra"}]}], "dns_zone": ` + zone + `}`
		if err := os.WriteFile(seed, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		box, err := Start(t.Context(), Options{Path: filepath.Join(dir, "sandbox.db"), SeedFile: seed})
		if err != nil {
			t.Fatal(err)
		}
		return box
	}
	ask := func(box *Sandbox, method, path, body string) (int, map[string]any) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, box.Endpoint+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+box.Token)
		request.Header.Set("Content-Type", "application/json")
		response, err := box.Transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var object map[string]any
		_ = json.NewDecoder(response.Body).Decode(&object)
		return response.StatusCode, object
	}
	box := start(`[]`)
	ask(box, http.MethodPut, "/v1/domains/mine.example", `{"verification_method":"CNAME"}`)
	if _, d := ask(box, http.MethodPost, "/v1/domains/mine.example:verify", ""); d["status"] != "pending" {
		t.Errorf("in an empty zone it is %v", d)
	}
	if status, _ := ask(box, http.MethodDelete, "/v1/partner-users/extra@sandbox.example", ""); status != http.StatusNoContent {
		t.Errorf("delete: %d", status)
	}
	box = start(`[{"name": "*.mine.example", "type": "CNAME", "value": "` + domain.DefaultValidationHost + `"}]`)
	if _, d := ask(box, http.MethodPost, "/v1/domains/mine.example:verify", ""); d["status"] != "verified" {
		t.Errorf("with the record it is %v", d)
	}
	if status, _ := ask(box, http.MethodGet, "/v1/partner-users/extra@sandbox.example", ""); status != http.StatusNotFound {
		t.Errorf("another zone brought back what was deleted: %d", status)
	}
	if _, err := Start(t.Context(), Options{Path: filepath.Join(dir, "sandbox.db"), SeedFile: badZone(t, dir)}); err == nil || !strings.Contains(err.Error(), "dns_zone[0]") {
		t.Errorf("a zone of a type that there is not: %v", err)
	}
}

func badZone(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(path, []byte(`{"partners": [], "dns_zone": [{"name": "a.example", "type": "A", "value": "192.0.2.1"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
