package rest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const fresh = users + "fresh@northwind-msp.example"

func TestConditions(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	created := c.Do(t, http.MethodPut, fresh, `{"name":"Fresh"}`, "If-None-Match", "*")
	first := created.Header.Get("ETag")
	if created.Status != http.StatusCreated || created.Header.Get("Location") != fresh || len(first) < 10 {
		t.Fatalf("got %d %v", created.Status, created.Header)
	}
	if r := c.Do(t, http.MethodGet, fresh, nil); r.Header.Get("ETag") != first {
		t.Errorf("read %s, wrote %s", r.Header.Get("ETag"), first)
	}
	changed := c.Do(t, http.MethodPut, fresh, `{"name":"Changed"}`, "If-Match", first)
	second := changed.Header.Get("ETag")
	if changed.Status != http.StatusOK || second == first || changed.Header.Get("Location") != "" {
		t.Fatalf("got %d %v", changed.Status, changed.Header)
	}
	if r := c.Do(t, http.MethodPut, fresh, `{"name":"Changed"}`); r.Header.Get("ETag") != second {
		t.Errorf("a write that changes nothing gave the ETag %s instead of %s", r.Header.Get("ETag"), second)
	}
	const missing = users + "missing@northwind-msp.example"
	for _, test := range []struct {
		method, path, header, value string
		status                      int
		code                        string
	}{
		{"PUT", fresh, "If-Match", first, 412, "precondition_failed"},
		{"DELETE", fresh, "If-Match", first, 412, "precondition_failed"},
		{"PUT", fresh, "If-None-Match", "*", 412, "already_exists"},
		{"PUT", missing, "If-Match", first, 412, "precondition_failed"},
		{"PUT", missing, "If-Match", "*", 412, "precondition_failed"},
		{"PUT", missing, "If-Match", first + `, "other"`, 412, "precondition_failed"},
		{"PUT", fresh, "If-Match", first + `, "other"`, 412, "precondition_failed"},
		{"PUT", fresh, "If-Match", "W/" + second, 400, "invalid_request"},
		{"PUT", fresh, "If-Match", strings.Trim(second, `"`), 400, "invalid_request"},
		{"PUT", fresh, "If-Match", "", 400, "invalid_request"},
		{"PUT", fresh, "If-Match", second + ",", 400, "invalid_request"},
		{"PUT", fresh, "If-None-Match", second, 400, "invalid_request"},
		{"DELETE", fresh, "If-None-Match", "*", 400, "invalid_request"},
		{"PUT", "/v1/partner/config", "If-None-Match", "*", 400, "invalid_request"},
		{"POST", "/v1/customers", "If-Match", first, 400, "invalid_request"},
		{"PUT", fresh, "If-Match", "*", 200, ""},
		{"PUT", fresh, "If-Match", first + ", " + second, 200, ""},
		{"DELETE", fresh, "If-Match", `"other",` + second, 204, ""},
		{"DELETE", fresh, "X-None", "", 404, "not_found"},
	} {
		body := `{"name":"Changed"}`
		if test.method == http.MethodDelete {
			body = ""
		}
		if r := send(t, c, test.method, test.path, body, test.header, test.value); r.Status != test.status || r.Code() != test.code {
			t.Errorf("%s %s with %s: %s: got %d %s", test.method, test.path, test.header, test.value, r.Status, r.Body)
		}
	}
	both := c.Do(t, http.MethodPut, missing, `{"name":"X"}`, "If-Match", first, "If-None-Match", "*")
	if both.Code() != "invalid_request" {
		t.Errorf("both conditions: got %d %s", both.Status, both.Body)
	}
	existing := c.Do(t, http.MethodPut, users+"JORDAN@northwind-msp.example", `{"name":"X"}`, "If-None-Match", "*")
	if existing.JSON(t)["existing_id"] != jordan {
		t.Errorf("got %s", existing.Body)
	}
}

func TestCreatedCustomer(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	created := c.Do(t, http.MethodPost, "/v1/customers", `{"name":"New","domain":"new.example"}`)
	location := created.Header.Get("Location")
	if location != "/v1/customers/"+created.JSON(t)["id"].(string) {
		t.Fatalf("got %q", location)
	}
	if r := c.Do(t, http.MethodGet, location, nil); !bytes.Equal(r.Body, created.Body) || r.Header.Get("ETag") != created.Header.Get("ETag") {
		t.Errorf("created %s, read %s", created.Body, r.Body)
	}
	again := c.Do(t, http.MethodPost, "/v1/customers", `{"name":"New","domain":"NEW.example"}`)
	if again.Status != http.StatusConflict || again.Code() != "already_exists" || again.JSON(t)["existing_id"] != created.JSON(t)["id"] {
		t.Errorf("got %d %s", again.Status, again.Body)
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := servertest.NewServer(t, servertest.WithClock(clock.Now))
	c := s.Main(t)
	const key = "Idempotency-Key"
	const input = `{"name":"New","domain":"new.example"}`
	first := c.Do(t, http.MethodPost, "/v1/customers", input, key, "k-1")
	again := c.Do(t, http.MethodPost, "/v1/customers", input, key, "k-1")
	if first.Status != http.StatusCreated || again.Status != first.Status || !bytes.Equal(again.Body, first.Body) ||
		again.Header.Get("ETag") != first.Header.Get("ETag") || again.Header.Get("Location") != first.Header.Get("Location") {
		t.Fatalf("first %d %s, then %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	for name, change := range map[string]func() servertest.Response{
		"body":      func() servertest.Response { return c.Do(t, "POST", "/v1/customers", input+" ", key, "k-1") },
		"operation": func() servertest.Response { return c.Do(t, "PUT", fresh, `{"name":"X"}`, key, "k-1") },
		"path": func() servertest.Response {
			return c.Do(t, "DELETE", "/v1/customers/"+first.JSON(t)["id"].(string), nil, key, "k-1")
		},
	} {
		if r := change(); r.Status != http.StatusConflict || r.Code() != "idempotency_conflict" {
			t.Errorf("another %s: got %d %s", name, r.Status, r.Body)
		}
	}
	etag := c.Do(t, "PUT", fresh, `{"name":"X"}`, key, "k-2").Header.Get("ETag")
	if r := c.Do(t, "PUT", fresh, `{"name":"X"}`, key, "k-2", "If-Match", etag); r.Code() != "idempotency_conflict" {
		t.Errorf("another condition: got %d %s", r.Status, r.Body)
	}
	if r := c.Do(t, "DELETE", fresh, nil, key, "k-3"); r.Status != http.StatusNoContent {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := c.Do(t, "DELETE", fresh, nil, key, "k-3"); r.Status != http.StatusNoContent {
		t.Errorf("the repeat of a deletion: got %d %s", r.Status, r.Body)
	}
	// Keys belong to a client.
	if r := s.As(t, "northwind-sales").Do(t, "POST", "/v1/customers", `{"name":"Other","domain":"other.example"}`, key, "k-1"); r.Status != http.StatusCreated {
		t.Errorf("another client's key: got %d %s", r.Status, r.Body)
	}
	// Refusals are not kept.
	const admin = admins + "late@northwind-msp.example"
	if r := c.Do(t, "PUT", admin, `{"name":"Late","role":"msp_sales"}`, key, "k-4"); r.Code() != "not_a_partner_user" {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	c.Do(t, "PUT", users+"late@northwind-msp.example", `{"name":"Late"}`)
	if r := c.Do(t, "PUT", admin, `{"name":"Late","role":"msp_sales"}`, key, "k-4"); r.Status != http.StatusCreated {
		t.Errorf("the repeat of a refusal: got %d %s", r.Status, r.Body)
	}
	for _, bad := range []string{"", "with blank", "ä", strings.Repeat("k", 201)} {
		if r := c.Do(t, "PUT", fresh, `{"name":"X"}`, key, bad); r.Code() != "invalid_request" {
			t.Errorf("key %q: got %d %s", bad, r.Status, r.Body)
		}
	}
	if r := c.Do(t, "PUT", fresh, `{"name":"X"}`, key, strings.Repeat("k", 200)); r.Status != http.StatusCreated {
		t.Errorf("the longest key: got %d %s", r.Status, r.Body)
	}
	clock.Add(24*time.Hour + time.Second)
	if r := s.Narrow(t, servertest.MainClient, "").Do(t, "POST", "/v1/customers", input, key, "k-1"); r.Code() != "already_exists" {
		t.Errorf("after a day: got %d %s", r.Status, r.Body)
	}
}

// Requests with one key at the same time: one is done, all get its answer.
func TestIdempotencyKeyAtOnce(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	answers := make([]servertest.Response, 20)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			answers[i], _ = c.Try(t, http.MethodPost, "/v1/customers", `{"name":"New","domain":"new.example"}`, "Idempotency-Key", "k")
		})
	}
	wait.Wait()
	for _, r := range answers {
		if r.Status != http.StatusCreated || !bytes.Equal(r.Body, answers[0].Body) {
			t.Errorf("got %d %s", r.Status, r.Body)
		}
	}
	if got := items(t, c.Do(t, http.MethodGet, "/v1/customers?domain=new.example", nil)); len(got) != 1 {
		t.Errorf("there are %d customers", len(got))
	}
}

// The write happens, the answer is lost: the repeat gets the answer and does nothing.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t, servertest.WithFaults(
		rest.Fault{Operation: "createCustomer", Kind: rest.FaultDropAnswer, Times: 1},
		rest.Fault{Operation: "createCustomer", Kind: rest.FaultTruncatedBody, Times: 1},
	))
	c := s.Main(t)
	const input = `{"name":"New","domain":"new.example"}`
	for _, lost := range []string{"dropped", "truncated"} {
		if r, err := c.Try(t, http.MethodPost, "/v1/customers", input, "Idempotency-Key", "k"); err == nil {
			t.Fatalf("the answer was not %s: %d %s", lost, r.Status, r.Body)
		}
	}
	r := c.Do(t, http.MethodPost, "/v1/customers", input, "Idempotency-Key", "k")
	if r.Status != http.StatusCreated {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if got := items(t, c.Do(t, http.MethodGet, "/v1/customers?domain=new.example", nil)); len(got) != 1 || got[0]["id"] != r.JSON(t)["id"] {
		t.Errorf("got %v", got)
	}
	if got := items(t, c.Do(t, http.MethodGet, "/v1/audit-events?kind=customer&actor="+servertest.MainClient, nil)); len(got) != 1 {
		t.Errorf("the audit log has %d creations", len(got))
	}
}

// validate_only answers what the write would be refused for, and changes nothing.
func TestValidateOnly(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	before := everything(t, c)
	for _, test := range []struct{ method, path, body, want string }{
		{"PUT", "/v1/partner/config", `{"outbound_ips":["192.0.2.77"]}`, ""},
		{"DELETE", "/v1/partner/config", "", ""},
		{"PUT", "/v1/partner/emergency-contact", `{"name":"N","email":"n@x.example","mobile":"+49 170 5550101"}`, ""},
		{"PUT", "/v1/partner/emergency-contact", `{"name":"N","email":"n","mobile":"5"}`, "fatal invalid_value /email,fatal invalid_value /mobile"},
		{"DELETE", "/v1/partner/emergency-contact", "", ""},
		{"PUT", fresh, `{"name":"Fresh"}`, ""},
		{"PUT", fresh, `{"name":"","phone":"5"}`, "fatal invalid_value /name,fatal invalid_value /phone"},
		{"PUT", fresh, `{"name":"Fresh","account_role":"nobody"}`, "pending unknown_role /account_role"},
		{"DELETE", users + lee, "", "pending in_use "},
		{"PUT", admins + "nobody@northwind-msp.example", `{"name":"N","role":"msp_sales"}`, "pending not_a_partner_user /email"},
		{"DELETE", admins + pat, "", ""},
		{"POST", "/v1/customers", `{"name":"New","domain":"new.example"}`, ""},
		{"POST", "/v1/customers", `{"name":"New","domain":"acme.example"}`, "pending already_exists /domain"},
		{"PUT", initech, `{"name":"Other name","domain":"initech.example"}`, ""},
		{"DELETE", initech + "?force=true", "", ""},
		{"DELETE", umbrella, "", "pending deletion_protected ,pending in_use "},
		{"PUT", umbrella + "/users/new@new.example", `{"name":"New","role":"audit"}`, ""},
		{"PUT", umbrella + "/users/new@new.example", `{"name":"","role":"king"}`, "fatal invalid_value /name,fatal invalid_value /role"},
		{"PUT", umbrella + "/users/msp_umbrella@umbrella.example", `{"name":"New","role":"audit"}`, "fatal invalid_value /email"},
		{"PUT", globex + "/users/new@new.example", `{"name":"New","role":"audit"}`, "fatal not_managed "},
		{"DELETE", ana, "", ""},
		{"PUT", globex + "/external-admins/" + pat, `{"role":"basic_administrator"}`, ""},
		{"PUT", globex + "/external-admins/" + pat, `{"role":"super_administrator"}`, "fatal protected_role /role"},
		{"PUT", globex + "/external-admins/x@globex.example", `{"role":"basic_administrator"}`, "fatal internal_domain /email,pending not_a_portal_admin /email"},
		{"DELETE", globex + "/external-admins/kim@northwind-msp.example", "", ""},
		{"PUT", acme + "/access-roles/phone_manager", `{"notify_emails":["it@acme.example"]}`, ""},
		{"PUT", globex + "/access-roles/phone_manager", `{"notify_emails":["it@globex.example"]}`, "fatal not_decision_maker "},
		{"DELETE", acme + "/access-roles/decision_maker", "", ""},
	} {
		separator := "?"
		if strings.Contains(test.path, "?") {
			separator = "&"
		}
		r := send(t, c, test.method, test.path+separator+"validate_only=true", test.body, "Idempotency-Key", "always-the-same")
		var found []string
		for _, f := range objects(t, r, "findings") {
			field, _ := f["field"].(string)
			found = append(found, fmt.Sprintf("%s %s %s", f["severity"], f["code"], field))
		}
		if got := strings.Join(found, ","); r.Status != http.StatusOK || got != test.want || r.Header.Get("Content-Type") != api.ValidationMediaType {
			t.Errorf("%s %s: got %d %q, want %q: %s", test.method, test.path, r.Status, got, test.want, r.Body)
		}
	}
	for _, test := range []struct {
		client, method, path, body, code string
	}{
		{servertest.MainClient, "PUT", fresh, `{"name":1}`, "invalid_request"},
		{servertest.MainClient, "DELETE", fresh, "", "not_found"},
		{"northwind-sales", "PUT", fresh, `{"name":"Fresh"}`, "forbidden"},
	} {
		if r := send(t, s.As(t, test.client), test.method, test.path+"?validate_only=true", test.body); r.Code() != test.code {
			t.Errorf("%s %s: got %d %s", test.method, test.path, r.Status, r.Body)
		}
	}
	if after := everything(t, c); after != before {
		t.Errorf("validation changed something:\nbefore %s\nafter  %s", before, after)
	}
}

// everything that the main client can read.
func everything(t *testing.T, c *servertest.Caller) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{
		"/v1/partner/config", "/v1/partner/emergency-contact", "/v1/partner-users", "/v1/portal-admins", "/v1/customers", "/v1/customer-users", "/v1/external-admins", "/v1/access-roles", "/v1/audit-events?page_size=500", "/v1/outbox",
	} {
		r := c.Do(t, http.MethodGet, path, nil)
		if r.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, r.Status, r.Body)
		}
		all.Write(r.Body)
		all.WriteString(r.Header.Get("ETag"))
	}
	return all.String()
}

// clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
