package rest_test

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// The way of a domain over HTTP, with a real DNS server behind it.
func TestDomains(t *testing.T) {
	t.Parallel()
	lookups, err := dnstest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lookups.Close() })
	s := servertest.NewServer(t, servertest.WithDNS(lookups.Address))
	northwind, contoso := s.Main(t), s.As(t, "contoso-automation")
	const mine = domains + "mine.example"
	publish := func(c *servertest.Caller) {
		t.Helper()
		r := c.Do(t, http.MethodPut, mine, `{"name":"Mine.example","verification_method":"TXT"}`)
		record, _ := r.JSON(t)["record"].(map[string]any)
		if r.Status != http.StatusCreated || record["name"] != "mine.example" || record["type"] != "TXT" {
			t.Fatalf("got %d %s", r.Status, r.Body)
		}
		if err := lookups.TXT("mine.example", record["value"].(string)); err != nil {
			t.Fatal(err)
		}
	}
	outcome := func(r servertest.Response) any {
		check, _ := r.JSON(t)["last_check"].(map[string]any)
		return check["outcome"]
	}
	northwind.Do(t, http.MethodPut, mine, `{"verification_method":"TXT"}`)
	if r := northwind.Do(t, http.MethodPost, mine+":verify", nil, "Idempotency-Key", "k-1"); outcome(r) != "not_found" || r.JSON(t)["status"] != "pending" || r.Header.Get("ETag") == "" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	northwind.Do(t, http.MethodDelete, mine, nil)
	publish(northwind)

	asked := lookups.Questions()
	if r := northwind.Do(t, http.MethodPost, mine+":verify?validate_only=true", nil); r.Status != http.StatusOK || lookups.Questions() != asked {
		t.Errorf("a validation asked DNS %d times: %s", lookups.Questions()-asked, r.Body)
	}
	// A key does not bring an old answer back: the look is anew.
	if r := northwind.Do(t, http.MethodPost, domains+"MINE.example:verify", nil, "Idempotency-Key", "k-1"); outcome(r) != "found" || r.JSON(t)["status"] != "verified" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	publish(contoso)
	if r := contoso.Do(t, http.MethodPost, mine+":verify", nil); r.Status != http.StatusConflict || r.Code() != "domain_taken" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	if r := contoso.Do(t, http.MethodGet, mine, nil); outcome(r) != "taken" {
		t.Errorf("the refusal was not kept: %s", r.Body)
	}
	if r := northwind.Do(t, http.MethodPut, mine, `{"verification_method":"CNAME"}`); r.Status != http.StatusUnprocessableEntity || r.Code() != "invalid_transition" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	if r := northwind.Do(t, http.MethodGet, mine+":verify", nil); r.Status != http.StatusMethodNotAllowed {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}
