package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// walk reads all pages and answers the values of a field; between is called after each page.
func walk(t *testing.T, c *servertest.Caller, path, field string, size int, between func(page int)) []string {
	t.Helper()
	var all []string
	token := ""
	for page := 1; ; page++ {
		r := c.Do(t, http.MethodGet, fmt.Sprintf("%s?page_size=%d&page_token=%s", path, size, url.QueryEscape(token)), nil)
		if r.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, r.Status, r.Body)
		}
		list := items(t, r)
		if len(list) > size {
			t.Fatalf("a page of %d has %d items", size, len(list))
		}
		for _, item := range list {
			all = append(all, item[field].(string))
		}
		token, _ = r.JSON(t)["next_page_token"].(string)
		if token == "" {
			return all
		}
		between(page)
	}
}

// Items that come and go while a client pages make it neither skip nor repeat others.
func TestPagesWhileThingsChange(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	var want []string
	name := func(i int) string { return fmt.Sprintf("page-%03d@pages.example", i) }
	for i := range 30 {
		c.Do(t, http.MethodPut, users+name(2*i), `{"name":"P"}`)
		want = append(want, name(2*i))
	}
	got := walk(t, c, "/v1/partner-users", "email", 7, func(page int) {
		c.Do(t, http.MethodPut, users+fmt.Sprintf("aaa-%d@pages.example", page), `{"name":"Before"}`) // before where the client is
		c.Do(t, http.MethodDelete, users+name(0), nil)
		c.Do(t, http.MethodPut, users+"zzz@pages.example", `{"name":"Behind"}`)
	})
	got = slices.DeleteFunc(got, func(email string) bool { return !strings.HasPrefix(email, "page-") })
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// Every list gives the same items in the same order, whatever the size of its pages.
func TestPagesOfEveryList(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	c.Do(t, http.MethodPut, acme+"/access-roles/phone_manager", `{"notify_emails":["it@acme.example","Phone@acme.example"]}`)
	c.Do(t, http.MethodPut, acme+"/external-admins/"+pat, `{"role":"Mail Tracker"}`)
	c.Do(t, http.MethodPut, "/v1/directories/second", googleDirectory)
	c.Do(t, http.MethodPut, decisionMakers+"/"+jordan, `{}`)
	for path, field := range map[string]string{
		"/v1/directories": "name", "/v1/partner-users": "email", "/v1/portal-admins": "email", "/v1/customers": "id", "/v1/external-admins": "email", "/v1/access-roles": "role",
		"/v1/domains":       "name",
		"/v1/access-groups": "name", "/v1/audit-events": "id", "/v1/outbox": "id", "/v1/training": "email", "/v1/custom-roles": "name",
		"/v1/customer-users": "email", umbrella + "/users": "email",
		acme + "/external-admins": "email", acme + "/access-roles": "role",
		"/v1/authorized-contacts": "email", acme + "/contacts": "email",
		"/v1/access-group-members": "email", decisionMakers: "email", initech + "/invoices": "number",
	} {
		whole := walk(t, c, path, field, 500, func(int) { t.Errorf("%s: 500 are not enough", path) })
		if len(whole) < 2 {
			t.Errorf("%s: too few to page: %v", path, whole)
		}
		if got := walk(t, c, path, field, 1, func(int) {}); !slices.Equal(got, whole) {
			t.Errorf("%s: got %v in pages of 1, %v at once", path, got, whole)
		}
	}
}

// An item of a list says which version it is of: the one that the object has by itself.
func TestItemsCarryVersions(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	c.Do(t, http.MethodPut, acme+"/access-roles/phone_manager", `{"notify_emails":["it@acme.example"]}`)
	customer := func(item map[string]any) string { return "/v1/customers/" + item["customer_id"].(string) }
	external := func(item map[string]any) string { return customer(item) + "/external-admins/" + item["email"].(string) }
	user := func(item map[string]any) string { return customer(item) + "/users/" + item["email"].(string) }
	access := func(item map[string]any) string { return customer(item) + "/access-roles/" + item["role"].(string) }
	contact := func(item map[string]any) string { return customer(item) + "/contacts/" + item["email"].(string) }
	member := func(item map[string]any) string { return access(item) + "/members/" + item["email"].(string) }
	for path, one := range map[string]func(item map[string]any) string{
		"/v1/partner-users":       func(item map[string]any) string { return users + item["email"].(string) },
		"/v1/portal-admins":       func(item map[string]any) string { return "/v1/portal-admins/" + item["email"].(string) },
		"/v1/customers":           func(item map[string]any) string { return "/v1/customers/" + item["id"].(string) },
		"/v1/customer-users":      user,
		umbrella + "/users":       user,
		"/v1/external-admins":     external,
		acme + "/external-admins": external,
		"/v1/access-roles":        access,
		acme + "/access-roles":    access,

		"/v1/authorized-contacts":  contact,
		acme + "/contacts":         contact,
		"/v1/access-group-members": member,
		decisionMakers:             member,
	} {
		list := items(t, c.Do(t, http.MethodGet, path, nil))
		if len(list) == 0 {
			t.Errorf("%s is empty", path)
		}
		for _, item := range list {
			if got := c.Do(t, http.MethodGet, one(item), nil); got.Header.Get("ETag") == "" || item["etag"] != got.Header.Get("ETag") {
				t.Errorf("%s: %s is %v in the list, %q by itself", path, one(item), item["etag"], got.Header.Get("ETag"))
			}
		}
	}
}

func TestQueryParameters(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	for _, query := range []string{
		"/v1/customers?page_size=0", "/v1/customers?page_size=501", "/v1/customers?page_size=-1", "/v1/customers?page_size=ten", "/v1/customers?page_size=",
		"/v1/customers?page_size=010", "/v1/customers?page_size=1&page_size=2", "/v1/customers?page_token=nonsense", "/v1/customers?page_token=e30",
		"/v1/customers?unknown=1", "/v1/customers?Name=x", "/v1/customers?stage=lead", "/v1/customers?stage=", "/v1/customers?relationship=friend",
		"/v1/customers?enabled=1", "/v1/customers?enabled=TRUE", "/v1/customers?a;b", "/v1/customers?name=%zz", "/v1/partner-users?source=ldap", "/v1/domains?status=valid",
		"/v1/customer-users?role=basic_administrator",
		"/v1/portal-admins?role=administrator", "/v1/access-roles?role=owner", "/v1/access-group-members?role=owner", "/v1/authorized-contacts?role=master_admin", "/v1/audit-events?since=yesterday", "/v1/me?x=y", "/v1/customers?validate_only=true",
		umbrella + "?force=true",
	} {
		if r := c.Do(t, http.MethodGet, query, nil); r.Status != http.StatusBadRequest || r.Code() != "invalid_request" {
			t.Errorf("%s: got %d %s", query, r.Status, r.Body)
		}
	}
	for _, query := range []string{"?validate_only=yes", "?force=1", "?force=true&force=true", "?validate_only="} {
		if r := c.Do(t, http.MethodDelete, initech+query, nil); r.Status != http.StatusBadRequest || r.Code() != "invalid_request" {
			t.Errorf("DELETE %s: got %d %s", query, r.Status, r.Body)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	since := url.QueryEscape(items(t, c.Do(t, http.MethodGet, "/v1/audit-events?page_size=500", nil))[0]["time"].(string))
	c.Do(t, http.MethodPut, initech, `{"name":"Initech","domain":"initech.example","enabled":false,"seats":20,"product":"Email Continuity","country":"US"}`)
	for query, want := range map[string]int{
		"/v1/customers?name=ACME%20ltd":                                 1,
		"/v1/customers?domain=Acme.Example":                             1,
		"/v1/customers?external_id=CRM-1001":                            1,
		"/v1/customers?stage=prospect":                                  1,
		"/v1/customers?relationship=managed":                            2,
		"/v1/customers?relationship=managed&stage=customer":             1,
		"/v1/customers?enabled=false":                                   1,
		"/v1/customers?enabled=true":                                    3,
		"/v1/partner-users?source=directory":                            1,
		"/v1/partner-users?email_domain=NORTHWIND-msp.example":          8,
		"/v1/partner-users?email_domain=elsewhere.example":              0,
		"/v1/portal-admins?role=msp_administrator":                      2,
		"/v1/domains?status=verified":                                   1,
		"/v1/domains?status=pending":                                    1,
		"/v1/domains?status=expired":                                    0,
		"/v1/customer-users?customer_id=cus_umbrella222222222222":       2,
		"/v1/customer-users?customer_id=cus_initech2222222222222":       0,
		"/v1/customer-users?email=ANA.silva@umbrella.example":           1,
		"/v1/customer-users?role=master_admin":                          1,
		"/v1/customer-users?email_domain=Umbrella.example":              2,
		"/v1/authorized-contacts?customer_id=cus_acme2222222222222222":  2,
		"/v1/authorized-contacts?role=decision_maker":                   2,
		"/v1/authorized-contacts?role=billing_contact":                  1,
		"/v1/authorized-contacts?role=phone_manager":                    0,
		"/v1/authorized-contacts?email=MARA.lind@acme.example":          1,
		"/v1/authorized-contacts?email_domain=Globex.example":           1,
		"/v1/external-admins?customer_id=cus_acme2222222222222222":      2,
		"/v1/external-admins?email=LEE@northwind-msp.example":           1,
		"/v1/external-admins?role=super_administrator":                  1,
		"/v1/external-admins?email_domain=northwind-msp.example":        3,
		"/v1/access-roles?role=decision_maker":                          1,
		"/v1/access-roles?role=phone_manager":                           0,
		"/v1/access-groups?customer_id=cus_acme2222222222222222":        1,
		"/v1/access-group-members?customer_id=cus_acme2222222222222222": 1,
		"/v1/access-group-members?customer_id=cus_none":                 0,
		"/v1/access-group-members?role=decision_maker":                  1,
		"/v1/access-group-members?role=phone_manager":                   0,
		"/v1/access-group-members?email=KIM@northwind-msp.example":      1,
		"/v1/access-group-members?email=" + jordan:                      0,
		"/v1/access-group-members?email_domain=northwind-msp.example":   1,
		"/v1/access-group-members?email_domain=elsewhere.example":       0,
		"/v1/audit-events?kind=customer&actor=" + servertest.MainClient: 1,
		"/v1/audit-events?until=" + since:                               0,
		"/v1/audit-events?kind=training_nonsense":                       0,
	} {
		if got := items(t, c.Do(t, http.MethodGet, query, nil)); len(got) != want {
			t.Errorf("%s: got %d, want %d: %v", query, len(got), want, got)
		}
	}
	all := len(items(t, c.Do(t, http.MethodGet, "/v1/audit-events?page_size=500", nil)))
	if got := items(t, c.Do(t, http.MethodGet, "/v1/audit-events?page_size=500&since="+since, nil)); len(got) != all {
		t.Errorf("since the first event there are %d of %d", len(got), all)
	}
}
