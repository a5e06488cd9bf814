package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// secretsOfNorthwind are words that no other partner may ever read.
var secretsOfNorthwind = []string{"northwind", "acme", "globex", "initech", "umbrella", "Alex Morgan"}

// What another partner has answers exactly as what does not exist, on every route.
func TestOtherPartners(t *testing.T) {
	t.Parallel()
	for _, client := range []string{"contoso-automation", "fabrikam-automation"} {
		s := servertest.NewServer(t)
		caller := s.As(t, client)
		tried := map[string]bool{}
		for _, c := range cells {
			method := route(t, c.operation).Method
			tried[c.operation] = true
			r := send(t, caller, method, c.path, c.body)
			natural := strings.Contains(c.path, "@") || strings.HasPrefix(c.path, domains)
			switch {
			case strings.HasPrefix(c.path, "/v1/customers/"), natural && method != http.MethodPut:
				if r.Status != http.StatusNotFound || r.Code() != "not_found" {
					t.Errorf("%s: %s %s answers %d %s", client, method, c.path, r.Status, r.Body)
				}
				nowhere := strings.NewReplacer("cus_acme", "cus_none", "cus_globex", "cus_none", "cus_initech", "cus_none", "cus_umbrella", "cus_none",
					"kim@northwind-msp.example", "x@none.example", pat, "x@none.example", lee, "x@none.example", jordan, "x@none.example", "/northwind-", "/none-").Replace(c.path)
				missing := send(t, caller, method, nowhere, c.body)
				if missing.Status != r.Status || plain(t, missing, nowhere) != plain(t, r, c.path) {
					t.Errorf("%s: %s %s tells that it exists: %s; what does not exist answers %s", client, method, c.path, r.Body, missing.Body)
				}
			case natural: // a name in a space of the partner's own
			default:
				for _, secret := range secretsOfNorthwind {
					if strings.Contains(strings.ToLower(string(r.Body)), secret) && !strings.Contains(c.body, secret) {
						t.Errorf("%s: %s %s tells of %q: %s", client, method, c.path, secret, r.Body)
					}
				}
			}
		}
		for _, route := range rest.Routes() {
			if !route.Kind.Open() && !tried[route.OperationID] {
				t.Errorf("no case tries %s", route.OperationID)
			}
		}
	}
}

// plain is a refusal without what the request itself said.
func plain(t *testing.T, r servertest.Response, path string) string {
	t.Helper()
	detail := fmt.Sprint(r.JSON(t)["detail"])
	for _, part := range strings.Split(path, "/") {
		if name, _, _ := strings.Cut(part, ":"); len(name) > 10 {
			detail = strings.ReplaceAll(detail, name, "X")
		}
	}
	return detail
}

// Items of a batch that belong to another partner, and people who are another's, do not exist either.
func TestOtherPartnersInBodies(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	contoso := s.As(t, "contoso-automation")
	r := contoso.Do(t, http.MethodPost, "/v1/external-admins:batch", `{"items":[
		{"operation":"put","customer_id":"cus_acme2222222222222222","email":"casey@contoso-msp.example","role":"basic_administrator"},
		{"operation":"delete","customer_id":"cus_acme2222222222222222","email":"lee@northwind-msp.example"},
		{"operation":"put","customer_id":"cus_tailspin222222222222","email":"lee@northwind-msp.example","role":"basic_administrator"}]}`)
	for i, want := range []string{"not_found", "not_found", "not_a_portal_admin"} {
		if got := code(results(t, r)[i]); got != want {
			t.Errorf("item %d: got %q, want %q: %s", i, got, want, r.Body)
		}
	}
	for path, body := range map[string]string{
		admins + "lee@northwind-msp.example": `{"name":"Lee","role":"msp_sales"}`,
	} {
		if r := contoso.Do(t, http.MethodPut, path, body); r.Code() != "not_a_partner_user" {
			t.Errorf("%s: got %d %s", path, r.Status, r.Body)
		}
	}
	for _, filter := range []string{"/v1/external-admins?customer_id=cus_acme2222222222222222", "/v1/access-roles?customer_id=cus_acme2222222222222222", "/v1/access-group-members?customer_id=cus_acme2222222222222222", "/v1/authorized-contacts?customer_id=cus_acme2222222222222222", "/v1/customers?domain=acme.example", "/v1/customer-users?customer_id=cus_umbrella222222222222", "/v1/audit-events?customer_id=cus_acme2222222222222222"} {
		if got := items(t, contoso.Do(t, http.MethodGet, filter, nil)); len(got) != 0 {
			t.Errorf("%s: got %v", filter, got)
		}
	}
	// The same domain may be a customer of two partners.
	if r := contoso.Do(t, http.MethodPost, "/v1/customers", `{"name":"Acme","domain":"acme.example"}`); r.Status != http.StatusCreated {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}

// A customer's own client reads its account and, as decision maker, handles its contacts and its partner's access roles;
// nothing else.
func TestCustomersOwnClients(t *testing.T) {
	t.Parallel()
	allowed := map[string]map[string]int{ // by client, then method and path
		"acme-decision": {
			"GET /v1/me": 200, "GET /v1/customers": 200, "GET " + acme: 200, "GET " + acme + "/roles": 200, "GET " + acme + "/roles/Mail%20Tracker": 200,
			"GET " + acme + "/access-roles": 200, "GET " + acme + "/access-roles/decision_maker": 200, "DELETE " + acme + "/access-roles/decision_maker": 204,
			"GET " + acme + "/contacts": 200, "GET " + mara: 200, "PUT " + noc: 200, "DELETE " + noc: 204,
			"POST " + acme + "/api-tokens": 201,
		},
		"acme-billing": {"GET /v1/me": 200, "GET /v1/customers": 200, "GET " + acme: 200, "GET " + acme + "/roles": 200, "GET " + acme + "/roles/Mail%20Tracker": 200},
	}
	for client, allowed := range allowed {
		s := servertest.NewServer(t)
		caller := s.As(t, client)
		for _, c := range cells {
			method := route(t, c.operation).Method
			r := send(t, caller, method, c.path, c.body)
			want, ok := allowed[method+" "+c.path]
			switch {
			case ok && r.Status != want:
				t.Errorf("%s: %s %s: got %d, want %d: %s", client, method, c.path, r.Status, want, r.Body)
			case !ok && r.Status != http.StatusForbidden && r.Status != http.StatusNotFound:
				t.Errorf("%s: %s %s is let in: %d %s", client, method, c.path, r.Status, r.Body)
			case !ok && strings.HasPrefix(c.path, "/v1/customers/") && !strings.HasPrefix(c.path, acme) && method == http.MethodGet && r.Status == http.StatusOK:
				t.Errorf("%s sees %s", client, c.path)
			}
		}
		if got := items(t, caller.Do(t, http.MethodGet, "/v1/customers", nil)); len(got) != 1 {
			t.Errorf("%s sees %d customers", client, len(got))
		}
	}
	s := servertest.NewServer(t)
	for client, want := range map[string]int{"globex-decision": 201, "acme-decision": 404, servertest.MainClient: 403} {
		r := s.As(t, client).Do(t, http.MethodPut, globex+"/access-roles/phone_manager", `{"notify_emails":["it@globex.example"]}`)
		if r.Status != want {
			t.Errorf("%s: got %d, want %d: %s", client, r.Status, want, r.Body)
		}
	}
	if r := s.As(t, "acme-billing").Do(t, http.MethodPut, acme+"/access-roles/phone_manager", `{"notify_emails":["it@acme.example"]}`); r.Status != http.StatusForbidden {
		t.Errorf("acme-billing: got %d %s", r.Status, r.Body)
	}
}

// Resellers have no external administrators.
func TestReseller(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	fabrikam := s.As(t, "fabrikam-automation")
	r := fabrikam.Do(t, http.MethodPut, "/v1/customers/cus_woodgrove22222222222/external-admins/riley@fabrikam.example", `{"role":"basic_administrator"}`)
	if r.Status != http.StatusForbidden || r.Code() != "partner_kind" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	if r := fabrikam.Do(t, http.MethodPost, "/v1/customers", `{"name":"New","domain":"new.example"}`); r.Status != http.StatusCreated {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}
