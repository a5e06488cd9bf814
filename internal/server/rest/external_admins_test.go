package rest_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const acmeGrants = "/v1/customers/cus_acme2222222222222222/external-admins/"

// Status and time in every representation, by PUT and in batches, before and after the time has come.
func TestGrantExpiry(t *testing.T) {
	t.Parallel()
	var clock atomic.Int64
	noon := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	clock.Store(noon.Unix())
	c := servertest.NewServer(t, servertest.WithClock(func() time.Time { return time.Unix(clock.Load(), 0) })).Main(t)
	shown := func(where string, grant map[string]any, want string) {
		t.Helper()
		if got := fmt.Sprint(grant["status"], " ", grant["expires_at"]); got != want {
			t.Errorf("%s: %s, want %s", where, got, want)
		}
	}
	put := func(body string, want string) servertest.Response {
		t.Helper()
		r := c.Do(t, http.MethodPut, acmeGrants+lee, body)
		shown("PUT "+body, r.JSON(t), want)
		return r
	}
	r := put(`{"role":"basic_administrator","expires_at":"2026-11-01T14:10:00.5+02:00"}`, "active 2026-11-01T12:10:00.5Z")
	etag := r.Header.Get("ETag")
	put(`{"role":"basic_administrator","expires_at":"2026-11-01T12:10:00.500Z"}`, "active 2026-11-01T12:10:00.5Z")
	for body, field := range map[string]string{
		`{"role":"basic_administrator","expires_at":"2026-11-01T12:00:00Z"}`:      "invalid_value /expires_at",
		`{"role":"basic_administrator","expires_at":"9999-12-31T23:00:00-02:00"}`: "invalid_value /expires_at",
	} {
		r := c.Do(t, http.MethodPut, acmeGrants+lee, body).JSON(t)
		if got := fmt.Sprint(r["code"], " ", r["field"]); got != field {
			t.Errorf("%s: got %s, want %s", body, got, field)
		}
		validated := c.Do(t, http.MethodPut, acmeGrants+lee+"?validate_only=true", body)
		findings := objects(t, validated, "findings")
		if len(findings) != 1 || findings[0]["severity"] != "fatal" || findings[0]["field"] != "/expires_at" {
			t.Errorf("%s: validated as %s", body, validated.Body)
		}
	}
	if r := c.Do(t, http.MethodPut, acmeGrants+lee, `{"role":"basic_administrator","expires_at":"2026-11-01T12:00:00"}`); r.Code() != "invalid_request" && r.Code() != "invalid_value" || r.JSON(t)["field"] != "/expires_at" {
		t.Errorf("a time without an offset: %d %s", r.Status, r.Body)
	}

	clock.Store(noon.Add(12 * time.Minute).Unix())
	const ended = "expired 2026-11-01T12:10:00.5Z"
	single := c.Do(t, http.MethodGet, acmeGrants+lee, nil)
	shown("GET", single.JSON(t), ended)
	if single.Header.Get("ETag") != etag {
		t.Error("the ETag changed by itself, which makes a write fail that nobody was in the way of")
	}
	for _, list := range []string{"/v1/external-admins?email=" + lee, "/v1/customers/cus_acme2222222222222222/external-admins"} {
		for _, grant := range items(t, c.Do(t, http.MethodGet, list, nil)) {
			if grant["email"] == lee {
				shown(list, grant, ended)
			} else {
				shown(list, grant, "active <nil>")
			}
		}
	}
	put(`{"role":"partner_administrator","expires_at":"2026-11-01T12:10:00.5Z"}`, ended)

	item := func(operation, email, more string) string {
		return fmt.Sprintf(`{"operation":%q,"customer_id":"cus_acme2222222222222222","email":%q%s}`, operation, email, more)
	}
	r = c.Do(t, http.MethodPost, grantBatch, batchOf(
		item("put", lee, `,"role":"partner_administrator","expires_at":"2026-11-02T00:00:00Z"`),
		item("put", "robin@northwind-msp.example", `,"role":"basic_administrator","expires_at":"2026-11-01T12:11:00Z"`),
		item("delete", pat, `,"expires_at":"2026-11-02T00:00:00Z"`),
	))
	want := []string{"200", "422 invalid_value /items/1/expires_at", "422 invalid_value /items/2/expires_at"}
	for i, got := range outcomes(t, r) {
		if got != want[i] {
			t.Errorf("item %d: got %q, want %q", i, got, want[i])
		}
	}
	if grant, ok := results(t, r)[0]["external_admin"].(map[string]any); ok {
		shown("batch", grant, "active 2026-11-02T00:00:00Z")
	} else {
		t.Errorf("the batch answers %s", r.Body)
	}
	put(`{"role":"partner_administrator"}`, "active <nil>")
}
