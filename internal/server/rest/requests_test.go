package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// What is not exactly a request of the contract is refused, without repeating what was sent.
func TestStrictDecoding(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	const config = "/v1/partner/config"
	for _, test := range []struct {
		why, path, body string
		code, field     string
	}{
		{"nothing", config, ``, "invalid_request", ""},
		{"no JSON", config, `outbound_ips: []`, "invalid_request", ""},
		{"cut off", config, `{"outbound_ips":["CANARY"`, "invalid_request", ""},
		{"two values", config, `{}{}`, "invalid_request", ""},
		{"text behind", config, `{} CANARY`, "invalid_request", ""},
		{"array", config, `[]`, "invalid_request", ""},
		{"null", config, `null`, "invalid_request", ""},
		{"unknown field", config, `{"outbound_ip":["CANARY"]}`, "invalid_request", "/outbound_ip"},
		{"field in another case", config, `{"Outbound_IPs":["CANARY"]}`, "invalid_request", "/Outbound_IPs"},
		{"field twice", config, `{"outbound_ips":[],"outbound_ips":["CANARY"]}`, "invalid_request", "/outbound_ips"},
		{"null field", config, `{"outbound_ips":null}`, "invalid_request", "/outbound_ips"},
		{"text for list", config, `{"outbound_ips":"CANARY"}`, "invalid_request", "/outbound_ips"},
		{"number in list", config, `{"outbound_ips":["192.0.2.1",7]}`, "invalid_request", "/outbound_ips/1"},
		{"text for number", config, `{"smarthost":{"host":"a.example","port":"CANARY"}}`, "invalid_request", "/smarthost/port"},
		{"fraction", config, `{"smarthost":{"host":"a.example","port":25.5}}`, "invalid_request", "/smarthost/port"},
		{"unknown nested", config, `{"smarthost":{"host":"a.example","user":"CANARY"}}`, "invalid_request", "/smarthost/user"},
		{"port 0", config, `{"smarthost":{"host":"a.example","port":0}}`, "invalid_value", "/smarthost/port"},
		{"text for boolean", initech, `{"name":"Initech","domain":"initech.example","enabled":"yes"}`, "invalid_request", "/enabled"},
		{"seats 0", initech, `{"name":"Initech","domain":"initech.example","seats":0}`, "invalid_value", "/seats"},
		{"no stage", initech, `{"name":"Initech","domain":"initech.example","stage":""}`, "invalid_value", "/stage"},
		{"no external id", initech, `{"name":"Initech","domain":"initech.example","external_id":""}`, "invalid_value", "/external_id"},
		{"no port in rfi", initech, `{"name":"Initech","domain":"initech.example","rfi":{"smarthost":{"host":"a.example","port":0}}}`, "invalid_value", "/rfi/smarthost/port"},
		{"read-only field", initech, `{"name":"Initech","domain":"initech.example","admin_username":"root"}`, "invalid_request", "/admin_username"},
		{"missing name", fresh, `{}`, "invalid_value", "/name"},
	} {
		r := c.Do(t, http.MethodPut, test.path, test.body)
		if r.Code() != test.code || r.Field() != test.field {
			t.Errorf("%s: got %d %s", test.why, r.Status, r.Body)
		}
		if strings.Contains(string(r.Body), "CANARY") {
			t.Errorf("%s: the answer repeats what was sent: %s", test.why, r.Body)
		}
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	for _, mediaType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", ";"} {
		if r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`, "Content-Type", mediaType); r.Status != http.StatusUnsupportedMediaType || r.Code() != "unsupported_media_type" {
			t.Errorf("%q: got %d %s", mediaType, r.Status, r.Body)
		}
	}
	if r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`, "Content-Type", "Application/JSON; charset=utf-8"); r.Status != http.StatusCreated {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	padding := strings.Repeat(" ", 1<<20-len(`{"name":"X"}`))
	if r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`+padding); r.Status != http.StatusOK {
		t.Errorf("a megabyte: got %d %s", r.Status, r.Body)
	}
	if r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`+padding+" "); r.Status != http.StatusRequestEntityTooLarge || r.Code() != "payload_too_large" {
		t.Errorf("more than a megabyte: got %d %s", r.Status, r.Body)
	}
}

// Names in paths are what they were before they were escaped.
func TestEscapedPaths(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	for _, email := range []string{"a/b@x.example", "a+b@x.example", "a%2Fb@x.example", "o'brien@x.example", "50%@x.example", "q?r#s@x.example"} {
		path := users + url.PathEscape(email)
		if r := c.Do(t, http.MethodPut, path, map[string]string{"name": "X"}); r.Status != http.StatusCreated || r.JSON(t)["email"] != email || r.Header.Get("Location") != path {
			t.Errorf("%s: got %d %s at %s", email, r.Status, r.Body, r.Header.Get("Location"))
		}
		if r := c.Do(t, http.MethodGet, path, nil); r.Status != http.StatusOK || r.JSON(t)["email"] != email {
			t.Errorf("%s: got %d %s", email, r.Status, r.Body)
		}
	}
	if r := c.Do(t, http.MethodGet, acme+"/access-roles/owner", nil); r.Status != http.StatusNotFound {
		t.Errorf("an access role that does not exist: got %d %s", r.Status, r.Body)
	}
	if r := c.Do(t, http.MethodPut, acme+"/access-roles/owner", `{"notify_emails":["a@x.example"]}`); r.Status != http.StatusNotFound {
		t.Errorf("an access role that does not exist: got %d %s", r.Status, r.Body)
	}
}

func TestSeveralFindings(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	r := c.Do(t, http.MethodPut, fresh, `{"name":"","phone":"5"}`)
	problem := r.JSON(t)
	if r.Status != http.StatusUnprocessableEntity || problem["field"] != "/name" || !strings.Contains(fmt.Sprint(problem["detail"]), "Besides: invalid_value at /phone.") {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}

func TestBlockers(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	r := c.Do(t, http.MethodDelete, admins+lee, nil)
	if r.Code() != "in_use" || fmt.Sprint(r.JSON(t)["blockers"]) != "[map[id:cus_acme2222222222222222/"+lee+" kind:external_admin]]" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}

// The request id is the caller's if it can stand in a log, and goes everywhere.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	const header = "X-Request-Id"
	if r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`, header, "my-request.1"); r.Header.Get(header) != "my-request.1" {
		t.Errorf("got %v", r.Header)
	}
	events := items(t, c.Do(t, http.MethodGet, "/v1/audit-events?kind=partner_user&actor="+servertest.MainClient, nil))
	if len(events) != 1 || events[0]["request_id"] != "my-request.1" {
		t.Errorf("got %v", events)
	}
	made := map[string]bool{}
	for _, id := range []string{"", "with blank", "quote\"", strings.Repeat("x", 65), "ä"} {
		r := c.Do(t, http.MethodGet, "/v1/nothing", nil, header, id)
		got := r.Header.Get(header)
		if !strings.HasPrefix(got, "req_") || made[got] || r.JSON(t)["request_id"] != got {
			t.Errorf("%q: got %q in %s", id, got, r.Body)
		}
		made[got] = true
	}
}
