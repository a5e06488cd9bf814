package client

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// estate is an API with many grants, or with many portal admins, which records what it is asked.
type estate struct {
	authority

	grants    []api.ExternalAdmin // by customer and e-mail
	admins    []api.PortalAdmin
	customers []api.Customer
	before    func(r *http.Request) // called ahead of each answer, if set

	mu    sync.Mutex
	asked []string
}

// newEstate has customers c000, c001, ... with so many grants each.
func newEstate(customers, grants int) *estate {
	e := &estate{authority: authority{life: 3600}}
	for i := range customers {
		e.customers = append(e.customers, api.Customer{ID: fmt.Sprintf("c%03d", i)})
		for j := range grants {
			e.grants = append(e.grants, api.ExternalAdmin{CustomerID: fmt.Sprintf("c%03d", i), Email: fmt.Sprintf("p%04d@x.example", j), Role: "r", Status: "active"})
		}
	}
	for j := range grants {
		e.admins = append(e.admins, api.PortalAdmin{Email: fmt.Sprintf("p%04d@x.example", j), Role: "r", Status: "active"})
	}
	return e
}

func (e *estate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.asked = append(e.asked, r.Method+" "+r.URL.Path)
	e.mu.Unlock()
	if e.before != nil {
		e.before(r)
	}
	part := strings.Split(r.URL.Path, "/")
	switch {
	case r.URL.Path == "/oauth/token":
		e.authority.ServeHTTP(w, r)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/v1/external-admins":
		servePage(w, r, e.grants)
	case r.URL.Path == "/v1/customers":
		servePage(w, r, e.customers)
	case r.URL.Path == "/v1/portal-admins":
		servePage(w, r, e.admins)
	case len(part) == 5: // /v1/customers/x/external-admins
		servePage(w, r, slices.DeleteFunc(slices.Clone(e.grants), func(g api.ExternalAdmin) bool { return g.CustomerID != part[3] }))
	case len(part) == 4: // /v1/portal-admins/x
		serveOne(w, e.admins, func(a api.PortalAdmin) bool { return strings.EqualFold(a.Email, part[3]) })
	default:
		serveOne(w, e.grants, func(g api.ExternalAdmin) bool { return g.CustomerID == part[3] && strings.EqualFold(g.Email, part[5]) })
	}
}

func servePage[T any](w http.ResponseWriter, r *http.Request, items []T) {
	from, _ := strconv.Atoi(r.URL.Query().Get("page_token"))
	size, _ := strconv.Atoi(r.URL.Query().Get("page_size"))
	to := min(from+size, len(items))
	page := map[string]any{"items": items[from:to]}
	if to < len(items) {
		page["next_page_token"] = strconv.Itoa(to)
	}
	writeJSON(w, http.StatusOK, page)
}

func serveOne[T any](w http.ResponseWriter, items []T, is func(T) bool) {
	i := slices.IndexFunc(items, is)
	if i < 0 {
		writeProblem(w, api.Problem{Status: 404, Code: api.ErrorCodeNotFound})
		return
	}
	w.Header().Set("ETag", `"r1"`)
	writeJSON(w, http.StatusOK, items[i])
}

// all requests so far.
func (e *estate) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.asked)
}

// requests are those so far, except for tokens.
func (e *estate) requests() []string {
	return slices.DeleteFunc(e.all(), func(s string) bool { return strings.HasSuffix(s, "/oauth/token") })
}

func (e *estate) want(t *testing.T, requests ...string) {
	t.Helper()
	if got := e.requests(); !slices.Equal(got, requests) {
		t.Errorf("asked for\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(requests, "\n"))
	}
}

func (e *estate) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = nil
}

// readGrants reads grants by their numbers, one after the other.
func (e *estate) readGrants(t *testing.T, c *Client, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		g := e.grants[n]
		got, err := c.ReadExternalAdmin(t.Context(), g.CustomerID, strings.ToUpper(g.Email[:1])+g.Email[1:])
		if err != nil || *got != g {
			t.Errorf("read %v: got %v, %v", g, got, err)
		}
	}
}

const everyGrant = "GET /v1/external-admins"

func TestPlanOfThousandObjects(t *testing.T) {
	t.Parallel()
	shuffled := func(n int) []int {
		order := make([]int, n)
		for i := range order {
			order[i] = i * 7919 % n // a prime: each once
		}
		return order
	}
	grouped := func(n int) []int {
		order := shuffled(n)
		slices.Sort(order)
		return order
	}
	// Terraform goes through the blocks of a configuration in no order, and through each at once.
	blocks := func(n int) []int {
		order := make([]int, n)
		for i, block := range shuffled(n / 100) {
			for j := range 100 {
				order[100*i+j] = 100*block + j
			}
		}
		return order
	}
	for name, order := range map[string]func(int) []int{"shuffled": shuffled, "by customer": grouped, "block by block": blocks} {
		for _, parallel := range []int{1, 10, 50} {
			for _, n := range []int{1000, 10000} {
				if n == 10000 && parallel == 1 {
					continue // Terraform reads ten at once unless it is told not to
				}
				t.Run(fmt.Sprintf("%d, %s, %d at once", n, name, parallel), func(t *testing.T) {
					t.Parallel()
					e := newEstate(n/100, 100)
					c := serve(t, e.ServeHTTP, withSecret)
					inParallel(parallel, order(n), func(i int) { e.readGrants(t, c, i) })
					if got := e.all(); len(got) > n/500+3 {
						t.Errorf("%d requests for %d grants:\n%s", len(got), n, strings.Join(got, "\n"))
					}
				})
			}
			t.Run(fmt.Sprintf("portal admins, %s, %d at once", name, parallel), func(t *testing.T) {
				t.Parallel()
				e := newEstate(1, 1000)
				c := serve(t, e.ServeHTTP, withSecret)
				inParallel(parallel, order(1000), func(n int) {
					if got, err := c.ReadPortalAdmin(t.Context(), e.admins[n].Email); err != nil || *got != e.admins[n] {
						t.Errorf("got %v, %v", got, err)
					}
				})
				if got := e.all(); len(got) > 1000/500+3 {
					t.Errorf("%d requests for 1,000 portal admins:\n%s", len(got), strings.Join(got, "\n"))
				}
			})
		}
	}
}

func inParallel(workers int, numbers []int, do func(int)) {
	queue := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for n := range queue {
				do(n)
			}
		})
	}
	for _, n := range numbers {
		queue <- n
	}
	close(queue)
	group.Wait()
}
