package rest_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const (
	initechID = "cus_initech2222222222222"
	grantsOf  = globex + "/external-admins"
)

// signInTo opens a session and answers what calls with its token, and its id.
func signInTo(t *testing.T, s *servertest.Server, by, customer, person, mode string) (inside *servertest.Caller, id string) {
	t.Helper()
	name, _, _ := strings.Cut(person, "@")
	r := s.As(t, by).Do(t, http.MethodPost, customer+"/sessions", map[string]any{"email": person, "password": "own-password-of-" + name, "mode": mode})
	if r.Status != http.StatusCreated {
		t.Fatalf("sign in to %s: %d %s", customer, r.Status, r.Body)
	}
	token, _ := r.JSON(t)["token"].(string)
	id, _ = r.JSON(t)["session"].(map[string]any)["id"].(string)
	return s.With(token), id
}

// at are those of the cells that concern a customer, at another one. Single users and roles have other names there.
func at(customer string, cells []cell) (there []cell) {
	for _, c := range cells {
		for _, other := range []string{acme, globex, initech, umbrella} {
			rest, ok := strings.CutPrefix(c.path, other)
			if single := strings.HasPrefix(rest, "/users/") || strings.HasPrefix(rest, "/roles/"); ok && !single && other != customer {
				c.path = customer + rest
				there = append(there, c)
			}
		}
	}
	return there
}

// A session reaches its customer alone, with its permissions; every other route is closed to it.
func TestSessionsReach(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	users := initech + "/users/new@new.example"
	delegated, id := signInTo(t, s, servertest.MainClient, initech, "alex@northwind-msp.example", "delegated")
	partners, _ := signInTo(t, s, "northwind-kim", globex, "kim@northwind-msp.example", "external_admin")
	made, _ := main.Do(t, http.MethodPost, "/v1/access-tokens", `{}`).JSON(t)["info"].(map[string]any)["id"].(string)
	token := "/v1/access-tokens/" + made
	allowed := map[*servertest.Caller]map[string]int{
		delegated: {
			"GET /v1/me": 200, "GET /v1/customers": 200, "GET " + initech: 200, "GET " + initech + "/roles": 200, "GET " + initech + "/users": 200,
			"GET /v1/customer-users": 200, "POST /v1/customer-users:batch": 200, // by item
			"PUT " + users: 201, "GET " + users: 200, "DELETE " + users: 204, "PUT " + initech + "/roles/New": 201, "DELETE " + initech + "/roles/New": 204,
		},
		partners: {
			"GET /v1/customer-users": 200, "POST /v1/customer-users:batch": 200,
			"GET /v1/me": 200, "GET /v1/customers": 200, "GET " + globex: 200, "GET " + globex + "/roles": 200, "GET " + grantsOf: 200, "PUT " + grantsOf + "/" + lee: 201,
			"GET " + grantsOf + "/" + lee: 200,
		},
	}
	all := append([]cell{
		{"listUsersOfCustomer", nil, initech + "/users", "", 0},
		{"putCustomerUser", nil, users, `{"name":"New","role":"master_admin"}`, 0},
		{"getCustomerUser", nil, users, "", 0},
		{"deleteCustomerUser", nil, users, "", 0},
		{"listCustomerRoles", nil, initech + "/roles", "", 0},
		{"putCustomerRole", nil, initech + "/roles/New", `{"permissions":["users.read"]}`, 0},
		{"deleteCustomerRole", nil, initech + "/roles/New", "", 0},
		{"getCustomer", nil, globex, "", 0},
		{"listCustomerRoles", nil, globex + "/roles", "", 0},
		{"listCustomerExternalAdmins", nil, grantsOf, "", 0},
		{"putExternalAdmin", nil, grantsOf + "/" + lee, `{"role":"partner_administrator"}`, 0},
		{"createCustomerToken", nil, initech + "/api-tokens", `{}`, 0},
	}, cells...)
	for caller, allowed := range allowed {
		own := map[*servertest.Caller]string{delegated: initech, partners: globex}[caller]
		done := map[string]bool{}
		for _, c := range slices.Concat(all, at(own, all)) {
			method := route(t, c.operation).Method
			path := strings.ReplaceAll(c.path, "/v1/access-tokens/tok_none", token)
			name := method + " " + path
			want, ok := allowed[name]
			if strings.HasPrefix(path, token) {
				want, ok = http.StatusNotFound, true // the client has made it, and yet it is none of a session's
			}
			if done[name] && method != http.MethodGet {
				continue
			}
			done[name] = true
			r := send(t, caller, method, path, c.body)
			switch {
			case ok && r.Status != want:
				t.Errorf("%s: got %d, want %d: %s", name, r.Status, want, r.Body)
			case ok:
			case strings.HasPrefix(c.path, "/v1/customers/") && !strings.HasPrefix(c.path, own):
				// Of another customer it learns nothing, not even what it is not permitted.
				if r.Status != http.StatusNotFound && r.Status != http.StatusForbidden {
					t.Errorf("%s is let in: %d %s", name, r.Status, r.Body)
				}
			case r.Status != http.StatusForbidden: // also if there is no such object: permission comes first
				t.Errorf("%s is not refused by permission: %d %s", name, r.Status, r.Body)
			case strings.Contains(string(r.Body), "own clients"):
				t.Errorf("%s takes the session for a client of the customer: %s", name, r.Body)
			}
		}
	}
	if r := main.Do(t, http.MethodPost, token+":renew", nil); r.Status != http.StatusOK {
		t.Errorf("the token that no session reached is gone: %d %s", r.Status, r.Body)
	}
	if r := delegated.Do(t, http.MethodGet, "/v1/customer-users", nil); strings.Contains(string(r.Body), "umbrella") {
		t.Errorf("it sees users of another customer: %s", r.Body)
	}
	if r := delegated.Do(t, http.MethodPost, initech+"/api-tokens", `{}`); r.Code() != "no_api_tokens" {
		t.Errorf("API tokens: %d %s", r.Status, r.Body)
	}
	if r := delegated.Do(t, http.MethodPost, "/v1/access-tokens", `{}`); r.Code() != "no_api_tokens" {
		t.Errorf("tokens for other programs: %d %s", r.Status, r.Body)
	}
	me := delegated.Do(t, http.MethodGet, "/v1/me", nil).JSON(t)
	if me["customer_id"] != initechID || me["session_id"] != id || me["acts_for"] != "alex@northwind-msp.example" || !strings.Contains(fmt.Sprint(me["permissions"]), "users.manage") {
		t.Errorf("it is told %v", me)
	}
	if list := items(t, delegated.Do(t, http.MethodGet, "/v1/customers", nil)); len(list) != 1 {
		t.Errorf("it sees %v", list)
	}
	if list := items(t, main.Do(t, http.MethodGet, initech+"/sessions", nil)); len(list) != 1 || list[0]["id"] != id || list[0]["token"] != nil {
		t.Errorf("the list is %v", list)
	}
	for step, want := range []int{200, 204, 404} {
		method, path := []string{http.MethodPost, http.MethodDelete, http.MethodDelete}[step], initech+"/sessions/"+id
		if step == 0 {
			path += ":renew"
		}
		if r := main.Do(t, method, path, nil); r.Status != want {
			t.Errorf("%s %s: got %d, want %d: %s", method, path, r.Status, want, r.Body)
		}
	}
	if r := delegated.Do(t, http.MethodGet, initech, nil); r.Status != http.StatusUnauthorized || !strings.Contains(r.Header.Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("after its end: %d %s", r.Status, r.Body)
	}
}

// The address that a request comes from is judged by the partner's own addresses, where the customer allows some only.
func TestSessionFromElsewhere(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	r := main.Do(t, http.MethodPut, initech, `{"name":"Initech","domain":"initech.example","country":"US","product":"Email Continuity","seats":20,"require_sso":true,"allowed_ip_ranges":["203.0.113.0/24"]}`)
	if r.Status != http.StatusOK {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodPost, initech+"/sessions", signIn); r.Code() != "address_not_allowed" || !strings.Contains(string(r.Body), "127.0.0.1") {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodPut, "/v1/partner/config", `{"outbound_ips":["127.0.0.0/8"]}`); r.Status != http.StatusOK {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodPost, initech+"/sessions", signIn); r.Status != http.StatusCreated {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}

// Answers that are secrets are not kept: a repeated request opens another session, and a session gets no answer of its
// client's requests.
func TestSessionsAndRepeats(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	const key = "Idempotency-Key"
	tokens := map[any]bool{}
	for range 2 {
		tokens[main.Do(t, http.MethodPost, initech+"/sessions", signIn, key, "k1").JSON(t)["token"]] = true
		tokens[main.Do(t, http.MethodPost, "/v1/access-tokens", `{}`, key, "k2").JSON(t)["access_token"]] = true
	}
	if len(tokens) != 4 || tokens[nil] {
		t.Errorf("there are %d tokens", len(tokens))
	}
	inside, _ := signInTo(t, s, servertest.MainClient, initech, "alex@northwind-msp.example", "delegated")
	path, body := initech+"/users/new@new.example", `{"name":"New","role":"audit"}`
	if r := main.Do(t, http.MethodPut, path, body, key, "k3"); r.Status != http.StatusCreated {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := inside.Do(t, http.MethodPut, path, body, key, "k3"); r.Status != http.StatusOK {
		t.Errorf("a session gets its client's answer: %d %s", r.Status, r.Body)
	}
	r := main.Do(t, http.MethodPost, initech+"/sessions?validate_only=true", `{"email":"alex@northwind-msp.example","password":"x","mode":"delegated"}`)
	if r.Status != http.StatusOK || !strings.Contains(string(r.Body), `"findings":[]`) {
		t.Errorf("validated: %d %s", r.Status, r.Body)
	}
	r = main.Do(t, http.MethodPost, acme+"/sessions?validate_only=true", signIn)
	if r.Status != http.StatusOK || !strings.Contains(string(r.Body), "not_managed") {
		t.Errorf("validated: %d %s", r.Status, r.Body)
	}
	r = main.Do(t, http.MethodPost, "/v1/access-tokens?validate_only=true", `{"role":"msp_sales"}`)
	if r.Status != http.StatusOK || strings.Contains(string(r.Body), "token") {
		t.Errorf("validated: %d %s", r.Status, r.Body)
	}
}

// Behind proxies that are trusted the address is that of the caller, as the last of them saw it; nobody else is believed.
func TestSessionBehindProxies(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	for _, test := range []struct {
		forwarded string
		trusted   bool
		want      int
	}{
		{"192.0.2.10", true, 201},
		{"192.0.2.10, 10.1.2.3", true, 201},
		{"203.0.113.9, 192.0.2.10, 10.1.2.3", true, 201},
		{"192.0.2.10, 203.0.113.9", true, 403},
		{"192.0.2.10, made up", true, 403},
		{"", true, 403},
		{"192.0.2.10", false, 403},
	} {
		var options []servertest.Option
		if test.trusted {
			options = append(options, servertest.WithTrustedProxies(proxies...))
		}
		s := servertest.NewServer(t, options...)
		main := s.Main(t)
		r := main.Do(t, http.MethodPut, initech, `{"name":"Initech","domain":"initech.example","country":"US","product":"Email Continuity","seats":20,"allowed_ip_ranges":["203.0.113.0/24"]}`)
		if r.Status != http.StatusOK {
			t.Fatalf("got %d %s", r.Status, r.Body)
		}
		r = main.Do(t, http.MethodPost, initech+"/sessions", signIn, "X-Forwarded-For", test.forwarded)
		if r.Status != test.want {
			t.Errorf("forwarded for %q: got %d, want %d: %s", test.forwarded, r.Status, test.want, r.Body)
		}
	}
}
