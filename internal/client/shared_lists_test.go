package client

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// listGrants reads all that customers have, as somebody who knows of who is known there.
func (e *estate) listGrants(t *testing.T, c *Client, known []string, customers ...string) {
	t.Helper()
	for _, customer := range customers {
		want := slices.DeleteFunc(slices.Clone(e.grants), func(g api.ExternalAdmin) bool { return g.CustomerID != customer })
		got, err := c.ReadCustomerExternalAdmins(t.Context(), customer, known)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v (%v)", customer, got, want, err)
		}
	}
}

func ofCustomer(i int) string { return fmt.Sprintf("GET /v1/customers/c%03d/external-admins", i) }

func TestSharedLists(t *testing.T) {
	t.Parallel()
	somebody := []string{"P0000@x.example"}
	t.Run("a thousand customers", func(t *testing.T) {
		t.Parallel()
		e := newEstate(1000, 10) // 20 pages
		c := serve(t, e.ServeHTTP)
		numbers := make([]int, 1000)
		for i := range numbers {
			numbers[i] = i * 7919 % 1000
		}
		inParallel(10, numbers, func(n int) { e.listGrants(t, c, somebody, fmt.Sprintf("c%03d", n)) })
		if got := e.requests(); len(got) > 20+30 {
			t.Errorf("%d requests for 20 pages", len(got))
		}
	})
	t.Run("one or two customers are asked for by themselves", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		c := serve(t, e.ServeHTTP)
		e.listGrants(t, c, somebody, "c000", "c001")
		e.want(t, ofCustomer(0), ofCustomer(1))
		e.listGrants(t, c, somebody, "c002", "c000", "c001")
		e.want(t, ofCustomer(0), ofCustomer(1), everyGrant)
	})
	t.Run("a customer whose rows have come does not wait for those of others", func(t *testing.T) {
		t.Parallel()
		e := newEstate(6, 200) // on the first page two and a half
		c := serve(t, e.ServeHTTP)
		served := make(chan struct{})
		release := sync.OnceFunc(func() { close(served) })
		defer release()
		e.before = func(r *http.Request) {
			if r.URL.Query().Get("page_token") != "" {
				hold(r, served)
			}
		}
		for i := range 6 {
			c.ExpectExternalAdmins(fmt.Sprintf("c%03d", i))
		}
		var rest sync.WaitGroup
		for _, customer := range []string{"c002", "c005"} { // its rows go on, on the second page; and the last of all
			rest.Go(func() { e.listGrants(t, c, somebody, customer) })
		}
		e.listGrants(t, c, somebody, "c000", "c001")
		release()
		rest.Wait()
		e.want(t, everyGrant, everyGrant, everyGrant)
	})
	t.Run("customers that have nobody", func(t *testing.T) {
		t.Parallel()
		e := newEstate(1000, 10)
		e.grants = e.grants[:7000] // 14 pages
		c := serve(t, e.ServeHTTP)
		numbers := make([]int, 1000)
		for i := range numbers {
			numbers[i] = i * 7919 % 1000
		}
		inParallel(10, numbers, func(n int) {
			known := somebody
			if n >= 700 {
				known = nil
			}
			e.listGrants(t, c, known, fmt.Sprintf("c%03d", n))
		})
		if got := e.requests(); len(got) > 14+2+30 {
			t.Errorf("%d requests for 14 pages, and 2 of customers", len(got))
		}
		e.forget()
		e.listGrants(t, c, nil, "gone")
		e.want(t, "GET /v1/customers/gone/external-admins")
	})
	t.Run("rows of a customer that stand apart", func(t *testing.T) {
		t.Parallel()
		e := newEstate(6, 200) // on the first page two and a half
		e.grants = slices.Concat(e.grants[100:600], e.grants[:100], e.grants[600:])
		lines := &recorder{}
		c := serve(t, e.ServeHTTP, func(c *Config) { c.Logger = lines })
		alias := clientOf(t, c.base.String(), func(c *Config) { c.Logger = lines })
		held := make(chan struct{})
		release := sync.OnceFunc(func() { close(held) })
		defer release()
		e.before = func(r *http.Request) {
			if r.URL.Query().Get("page_token") != "" {
				hold(r, held)
			}
		}
		expect := func(c *Client) {
			for i := range 6 {
				c.ExpectExternalAdmins(fmt.Sprintf("c%03d", i))
			}
		}
		expect(c)
		early, err := c.ReadCustomerExternalAdmins(t.Context(), "c000", nil)
		if err != nil || len(early) != 100 {
			t.Fatalf("got %d rows of the first page, %v", len(early), err)
		}
		release()
		e.listGrants(t, c, somebody, "c005", "c002", "c000")
		expect(alias)
		e.listGrants(t, alias, nil, "c000")
		// Further pages are not worth it for one customer.
		e.want(t, everyGrant, everyGrant, everyGrant, everyGrant, everyGrant, ofCustomer(0))
		var warnings []string
		for line := range strings.SplitSeq(lines.text(), "\n") {
			if strings.HasPrefix(line, "WARN") {
				warnings = append(warnings, line)
			}
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "[customer c000 read_without_these true]") {
			t.Errorf("the log has %q", warnings)
		}
	})
	t.Run("what a list has not is asked for", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, e.ServeHTTP)
		e.listGrants(t, c, somebody, "c000", "c001", "c002")
		e.forget()
		e.grants = append(e.grants, api.ExternalAdmin{CustomerID: "c003", Email: "new@x.example", Role: "r", Status: "active"},
			api.ExternalAdmin{CustomerID: "c004", Email: "new@x.example", Role: "r", Status: "active"})
		e.listGrants(t, c, []string{"new@x.example"}, "c003") // knows of somebody newer
		e.listGrants(t, c, nil, "c004")                       // a customer that is newer
		e.want(t, ofCustomer(3), ofCustomer(4))
	})
	t.Run("after a write and during one", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, e.ServeHTTP)
		e.listGrants(t, c, somebody, "c000", "c001", "c002")
		e.forget()
		e.before = func(r *http.Request) {
			if r.Method == http.MethodDelete {
				e.listGrants(t, c, somebody, "c001")
			}
		}
		if err := c.DeleteExternalAdmin(t.Context(), "c002", "p0000@x.example", MatchOptions{}); err != nil {
			t.Fatal(err)
		}
		e.listGrants(t, c, somebody, "c001")
		e.want(t, "DELETE /v1/customers/c002/external-admins/p0000@x.example", ofCustomer(1), ofCustomer(1))
	})
	t.Run("a list that is refused", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/external-admins" {
				writeProblem(w, api.Problem{Status: 403, Code: api.ErrorCodeForbidden})
				return
			}
			e.ServeHTTP(w, r)
		})
		e.listGrants(t, c, somebody, "c000", "c001", "c002", "c003", "c000")
		if got := strings.Join(e.requests(), "\n"); strings.Count(got, "/v1/customers/") != 5 {
			t.Errorf("asked for\n%s", got)
		}
	})
	t.Run("switched off", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		c := serve(t, e.ServeHTTP, func(c *Config) { c.NoSnapshots = true })
		e.listGrants(t, c, somebody, "c000", "c001", "c002", "c000")
		e.want(t, ofCustomer(0), ofCustomer(1), ofCustomer(2), ofCustomer(0))
	})
}
