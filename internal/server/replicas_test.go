package server_test

import (
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

// replicasSeed has one client, so that a replica starts soon.
const replicasSeed = `{"partners": [{
  "id": "prt_northwind", "name": "Northwind MSP", "kind": "msp", "products": [],
  "clients": [{"client_id": "northwind-automation", "client_secret": "secret-of-northwind-automation", "portal_role": "msp_administrator"}],
  "users": [{"email": "pat@northwind-msp.example", "name": "Pat Lopez", "account_role": "basic_administrator"}],
  "portal_admins": [{"email": "pat@northwind-msp.example", "role": "msp_administrator"}]
}]}`

// replicas are three servers in processes of their own on one PostgreSQL database, behind a proxy that gives each
// request to the next of them, as a load balancer does.
type replicas struct {
	t     *testing.T
	args  []string
	mu    sync.Mutex // held by whoever replaces a process
	all   [3]*process
	urls  [3]atomic.Pointer[url.URL]
	next  atomic.Uint64
	url   string // of the proxy
	token string
	web   http.Client
	lost  atomic.Int64 // requests that got no answer of a replica
}

// startReplicas starts all of them at once on an empty database.
func startReplicas(t *testing.T) *replicas {
	t.Helper()
	r := &replicas{t: t, args: []string{"--database=" + pgtest.Database(t), "--seed=" + file(t, "seed.json", replicasSeed), "--log-level=warn"}}
	for i := range r.all {
		r.all[i] = launch(t, r.args...)
	}
	for i, p := range r.all {
		p.ready(t)
		r.aim(i)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(r.urls[r.next.Add(1)%uint64(len(r.urls))].Load())
		},
		Transport: &http.Transport{DisableKeepAlives: true}, // which would repeat requests by itself
		ErrorLog:  log.New(io.Discard, "", 0),
	})
	t.Cleanup(proxy.Close)
	r.url, r.web.Timeout = proxy.URL, time.Minute
	r.token = signIn(t, r.url)
	return r
}

// aim the proxy at the process of the replica.
func (r *replicas) aim(i int) {
	location, err := url.Parse(r.all[i].url)
	if err != nil {
		r.t.Error(err)
	}
	r.urls[i].Store(location)
}

// kill a replica, wait until that was in somebody's way, and start it again.
func (r *replicas) kill(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.all[i].Process.Kill(); err != nil {
		r.t.Error(err)
	}
	_ = r.all[i].Wait()
	r.urls[i].Store(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}) // the port may be another test's by now
	waitFor(r.t, &r.lost, 1)
	r.all[i] = start(r.t, r.args...)
	r.aim(i)
}

type reply struct {
	status int
	etag   string
	body   string
}

// field of the body's object.
func (a reply) field(name string) any {
	var object map[string]any
	_ = json.Unmarshal([]byte(a.body), &object)
	return object[name]
}

func (a reply) mayRetry() bool {
	yes, _ := a.field("retryable").(bool)
	return yes
}

// ask through the proxy, as often as a client does: until there is an answer that time alone can't change.
func (r *replicas) ask(method, path, body string, headers ...string) reply {
	for try := 0; ; try++ {
		a, err := r.try(method, path, body, headers...)
		switch {
		case err != nil, a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable:
			r.lost.Add(1)
		case a.mayRetry():
		default:
			return a
		}
		if try == 200 {
			r.t.Errorf("%s %s: gave up: %+v, %v", method, path, a, err)
			return a
		}
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	}
}

func (r *replicas) try(method, path, body string, headers ...string) (reply, error) {
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := r.web.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header.Get("ETag"), string(text)}, err
}

// atOnce runs fn n times at once.
func atOnce(n int, fn func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { fn(i) })
	}
	group.Wait()
}

func customer(name string, seats int) string {
	return fmt.Sprintf(`{"name":%q,"domain":%q,"seats":%d}`, name, name+".example", seats)
}

// create a customer and answer its path.
func (r *replicas) create(name string) string {
	r.t.Helper()
	a := r.ask(http.MethodPost, "/v1/customers", customer(name, 1), "Idempotency-Key", "create-"+name)
	if a.status != http.StatusCreated {
		r.t.Errorf("create: %+v", a)
	}
	return fmt.Sprint("/v1/customers/", a.field("id"))
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)

	// Migrations and seed raced. Whatever was brought in is there once, and in the log once.
	for path, want := range map[string]int{"/v1/partner-users": 1, "/v1/portal-admins": 1, "/v1/audit-events": 4} {
		a := r.ask(http.MethodGet, path, "")
		if items, _ := a.field("items").([]any); len(items) != want {
			t.Errorf("after the seed, %s has not %d items: %s", path, want, a.body)
		}
	}

	for name, test := range map[string]func(*testing.T, *replicas){
		"token":            testToken,
		"no lost update":   testNoLostUpdate,
		"no double create": testNoDoubleCreate,
		"keys":             testKeys,
		"batch keys":       testBatchKeys,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, r)
		})
	}
}

func testToken(t *testing.T, r *replicas) {
	for _, p := range r.all {
		if status, body := ask(t, http.MethodGet, p.url+"/v1/customers", "", "Authorization", "Bearer "+r.token); status != http.StatusOK {
			t.Errorf("a replica answers the token of another with %d %s", status, body)
		}
	}
}

func testNoLostUpdate(t *testing.T, r *replicas) {
	const writers, each = 8, 6
	path := r.create("counter")
	var done, refused atomic.Int64
	r.increment(path, writers, &done, &refused, func(mine int) bool { return mine < each })
	if got := r.ask(http.MethodGet, path, "").field("seats"); done.Load() != writers*each || got != float64(1+writers*each) {
		t.Errorf("%d increments make %v", done.Load(), got)
	}
	if refused.Load() < writers-1 {
		t.Errorf("%d writes over what had been changed since were refused, want %d at least", refused.Load(), writers-1)
	}
}

// increment the seats of a customer by many writers at once, each as long as more says so of the number of its own, and
// count those that were acknowledged, and refused. Each has a key, so that one whose answer was lost is known when it is
// repeated.
func (r *replicas) increment(path string, writers int, done, refused *atomic.Int64, more func(mine int) bool) {
	first := r.ask(http.MethodGet, path, "") // which all of them have seen, so that they are in each other's way
	atOnce(writers, func(int) {
		seen := first
		for mine := 0; more(mine); seen = r.ask(http.MethodGet, path, "") {
			seats, _ := seen.field("seats").(float64)
			a := r.ask(http.MethodPut, path, customer("counter", int(seats)+1), "If-Match", seen.etag, "Idempotency-Key", crand.Text())
			switch a.status {
			case http.StatusOK:
				mine++
				done.Add(1)
			case http.StatusPreconditionFailed:
				refused.Add(1)
			default:
				r.t.Errorf("got %+v", a)
				return
			}
		}
	})
}

func testNoDoubleCreate(t *testing.T, r *replicas) {
	for round := range 8 {
		var created, refused atomic.Int64
		atOnce(6, func(int) {
			a := r.ask(http.MethodPost, "/v1/customers", customer("same-"+strconv.Itoa(round), 1))
			switch {
			case a.status == http.StatusCreated:
				created.Add(1)
			case a.status == http.StatusConflict && a.field("code") == "already_exists" && a.field("existing_id") != nil:
				refused.Add(1)
			default:
				t.Errorf("got %+v", a)
			}
		})
		if created.Load() != 1 || refused.Load() != 5 {
			t.Errorf("created %d times, refused %d times", created.Load(), refused.Load())
		}
	}
}

func testKeys(t *testing.T, r *replicas) {
	for round := range 8 {
		key := "key-" + strconv.Itoa(round)
		answers := make([]reply, 6)
		atOnce(len(answers), func(i int) {
			answers[i] = r.ask(http.MethodPost, "/v1/customers", customer(key, 1), "Idempotency-Key", key)
		})
		for _, a := range answers {
			if a.status != http.StatusCreated || a != answers[0] {
				t.Errorf("one key was answered\n%+v and\n%+v", answers[0], a)
			}
		}
	}
	if a := r.ask(http.MethodPost, "/v1/customers", customer("another", 1), "Idempotency-Key", "key-0"); a.field("code") != "idempotency_conflict" {
		t.Errorf("a key was taken for another request: %+v", a)
	}
}

func testBatchKeys(t *testing.T, r *replicas) {
	for round := range 4 {
		name := "batch-" + strconv.Itoa(round)
		id := strings.TrimPrefix(r.create(name), "/v1/customers/")
		body := fmt.Sprintf(`{"items":[{"operation":"put","customer_id":%q,"email":"pat@northwind-msp.example","role":"basic_administrator","create_only":true}]}`, id)
		answers := make([]reply, 6)
		atOnce(len(answers), func(i int) {
			answers[i] = r.ask(http.MethodPost, "/v1/external-admins:batch", body, "Idempotency-Key", name)
		})
		for _, a := range answers {
			if a.status != http.StatusOK || a != answers[0] || !strings.Contains(a.body, `"status":201`) {
				t.Errorf("one key was answered\n%+v and\n%+v", answers[0], a)
			}
		}
	}
}
