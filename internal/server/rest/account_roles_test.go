package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const (
	peopleDesk   = "/v1/roles/People%20Desk"
	someoneNew   = users + "new@northwind-msp.example"
	newUser      = `{"name":"New"}`
	tracker      = acme + "/roles/Mail%20Tracker"
	robinAccount = users + "robin@northwind-msp.example"
)

// A person manages partner users by a role of the own account that may manage users, whatever the portal role of the
// client that acts for the person: by basic_administrator, a higher role, or a custom one, and only as long as it may.
func TestWhoManagesPartnerUsers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		role    string // of robin, in the own account
		prepare func(t *testing.T, s *servertest.Server)
		want    int
	}{
		"basic administrator":    {role: "basic_administrator", want: http.StatusCreated},
		"higher":                 {role: "partner_administrator", want: http.StatusCreated},
		"custom, manages users":  {role: "People Desk", want: http.StatusCreated},
		"custom, does not":       {role: "Front Office", want: http.StatusForbidden},
		"no role at all":         {want: http.StatusForbidden},
		"custom, did until then": {role: "People Desk", want: http.StatusForbidden, prepare: change(peopleDesk, `{"permissions":["users.read"]}`)},
		"custom, does from then": {role: "Front Office", want: http.StatusCreated, prepare: change("/v1/roles/Front%20Office", `{"permissions":["users.manage"]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.NewServer(t)
			robin := s.As(t, "northwind-robin") // the portal role is msp_helpdesk
			body := map[string]string{"name": "Robin Keller"}
			if c.role != "" {
				body["account_role"] = c.role
			}
			if r := s.Main(t).Do(t, http.MethodPut, robinAccount, body); r.Status != http.StatusOK {
				t.Fatalf("preparing robin: %d %s", r.Status, r.Body)
			}
			if c.prepare != nil {
				c.prepare(t, s)
			}
			if r := send(t, robin, http.MethodPut, someoneNew, newUser); r.Status != c.want {
				t.Errorf("adding: got %d, want %d: %s", r.Status, c.want, r.Body)
			}
			reads := map[int]int{http.StatusCreated: http.StatusOK, http.StatusForbidden: http.StatusForbidden}[c.want]
			if r := send(t, robin, http.MethodGet, users+jordan, ""); r.Status != reads {
				t.Errorf("reading: got %d, want %d: %s", r.Status, reads, r.Body)
			}
			// Whoever manages users does not by that decide what roles may.
			if r := send(t, robin, http.MethodPut, peopleDesk, `{"permissions":["account.manage"]}`); r.Status != http.StatusForbidden {
				t.Errorf("changing a role: got %d: %s", r.Status, r.Body)
			}
		})
	}
}

func change(path, body string) func(*testing.T, *servertest.Server) {
	return func(t *testing.T, s *servertest.Server) {
		t.Helper()
		if r := s.Main(t).Do(t, http.MethodPut, path, body); r.Status != http.StatusOK {
			t.Fatalf("preparing %s: %d %s", path, r.Status, r.Body)
		}
	}
}

func TestRolesOverHTTP(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	read := c.Do(t, http.MethodGet, tracker, nil)
	if role := read.JSON(t); read.Status != http.StatusOK || role["customer_id"] != "cus_acme2222222222222222" || fmt.Sprint(role["builtin"]) != "false" {
		t.Errorf("got %d %s", read.Status, read.Body)
	}
	if r := c.Do(t, http.MethodGet, "/v1/roles/basic_administrator", nil); r.Status != http.StatusOK || fmt.Sprint(r.JSON(t)["builtin"]) != "true" || r.JSON(t)["customer_id"] != nil {
		t.Errorf("built-in: got %d %s", r.Status, r.Body)
	}
	made := c.Do(t, http.MethodPut, acme+"/roles/Tier:%202", `{"description":"Second line","permissions":["users.read"]}`, "If-None-Match", "*")
	if made.Status != http.StatusCreated || made.JSON(t)["name"] != "Tier: 2" || made.Header.Get("Location") != acme+"/roles/Tier:%202" {
		t.Errorf("made: %d %s, location %q", made.Status, made.Body, made.Header.Get("Location"))
	}
	for _, test := range []struct {
		why, method, path, body string
		headers                 []string
		status                  int
		code, field             string
	}{
		{why: "exists", method: "PUT", path: tracker, body: `{"permissions":[]}`, headers: []string{"If-None-Match", "*"}, status: 412, code: "already_exists"},
		{why: "stale", method: "PUT", path: tracker, body: `{"permissions":[]}`, headers: []string{"If-Match", `"old"`}, status: 412, code: "precondition_failed"},
		{why: "no permissions", method: "PUT", path: tracker, body: `{}`, status: 400, code: "invalid_request", field: "/permissions"},
		{why: "a name in the body", method: "PUT", path: tracker, body: `{"name":"Mail Tracker","permissions":[]}`, status: 400, code: "invalid_request", field: "/name"},
		{why: "a slash", method: "PUT", path: acme + "/roles/a%2Fb", body: `{"permissions":[]}`, status: 422, code: "invalid_value", field: "/name"},
		{why: "protected", method: "PUT", path: acme + "/roles/Content%20Auditor", body: `{"permissions":["account.read"]}`, status: 403, code: "protected_role"},
		{why: "in use", method: "DELETE", path: peopleDesk, status: 409, code: "in_use"},
		{why: "built-in", method: "DELETE", path: acme + "/roles/basic_administrator", status: 422, code: "invalid_value"},
		{why: "gone", method: "DELETE", path: acme + "/roles/mail%20tracker", status: 404, code: "not_found"},
	} {
		r := send(t, c, test.method, test.path, test.body, test.headers...)
		if field, _ := r.JSON(t)["field"].(string); r.Status != test.status || r.Code() != test.code || field != test.field {
			t.Errorf("%s: got %d %s", test.why, r.Status, r.Body)
		}
	}
	if r := c.Do(t, http.MethodDelete, tracker, nil, "If-Match", read.Header.Get("ETag")); r.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", r.Status, r.Body)
	}
	var names []string
	for _, item := range items(t, c.Do(t, http.MethodGet, "/v1/custom-roles?customer_id=cus_acme2222222222222222", nil)) {
		names = append(names, item["name"].(string))
	}
	if want := []string{"Content Auditor", "Tier: 2"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func TestEffectiveAccessOverHTTP(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	for query, want := range map[string]bool{ // acme takes direct logins from 203.0.113.0/24, the partner comes from 192.0.2.10
		"?email=" + lee: true,
		"?email=LEE@northwind-msp.example&source_ip=203.0.113.9": true,
		"?email=" + lee + "&source_ip=203.0.113.9&via=portal":    false,
		"?email=" + lee + "&source_ip=192.0.2.10&via=portal":     true,
		"?email=" + lee + "&source_ip=192.0.2.10&via=direct":     false,
		"?email=" + lee + "&source_ip=2001:db8::9":               true,
		"?email=" + pat: false,
	} {
		r := c.Do(t, http.MethodGet, acme+"/effective-access"+query, nil)
		if r.Status != http.StatusOK || r.JSON(t)["allowed"] != want || len(r.JSON(t)["reasons"].([]any)) == 0 {
			t.Errorf("%s: %d %s, want allowed %v", query, r.Status, r.Body, want)
		}
	}
	for _, query := range []string{"", "?email=lee", "?email=" + lee + "&source_ip=192.0.2.0/24", "?email=" + lee + "&source_ip=fe80::1%25eth0", "?email=" + lee + "&via=door"} {
		if r := c.Do(t, http.MethodGet, acme+"/effective-access"+query, nil); r.Status != http.StatusBadRequest || r.Code() != "invalid_request" {
			t.Errorf("%s: got %d %s", query, r.Status, r.Body)
		}
	}
}
