package client

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestSharedReads(t *testing.T) {
	t.Parallel()
	t.Run("one or two objects are asked for by themselves", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		c := serve(t, e.ServeHTTP)
		e.readGrants(t, c, 0, 3)
		e.want(t, "GET /v1/customers/c000/external-admins/P0000@x.example", "GET /v1/customers/c001/external-admins/P0000@x.example")
		e.readGrants(t, c, 6, 7, 8, 0)
		if got := e.requests(); len(got) != 3 || got[2] != everyGrant {
			t.Errorf("asked for %q", got)
		}
	})
	t.Run("few objects of one customer cost its list, whatever else there is", func(t *testing.T) {
		t.Parallel()
		e := newEstate(100, 50)
		c := serve(t, e.ServeHTTP)
		inParallel(10, []int{4950, 4951, 4952, 4953, 4954, 4955, 4956, 4957, 4958, 4959, 4960, 4961}, func(n int) { e.readGrants(t, c, n) })
		// Where all arrive before the first is on its way, there is no plain one beside the list.
		if got := e.requests(); len(got) > 2 || !slices.Contains(got, "GET /v1/customers/c099/external-admins") {
			t.Errorf("asked for %q", got)
		}
	})
	t.Run("few objects of some customers do not pay for all", func(t *testing.T) {
		t.Parallel()
		e := newEstate(500, 20) // 20 pages
		c := serve(t, e.ServeHTTP)
		var numbers []int
		for customer := 460; customer < 463; customer++ {
			for grant := range 10 {
				numbers = append(numbers, customer*20+grant)
			}
		}
		inParallel(10, numbers, func(n int) { e.readGrants(t, c, n) })
		if got := e.requests(); len(got) > 3+4+6 {
			t.Errorf("%d requests for 30 grants of 3 customers:\n%s", len(got), strings.Join(got, "\n"))
		}
	})
	t.Run("a list that is refused", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 4)
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/external-admins") {
				e.mu.Lock()
				e.asked = append(e.asked, "refused")
				e.mu.Unlock()
				writeProblem(w, api.Problem{Status: 403, Code: api.ErrorCodeForbidden})
				return
			}
			e.ServeHTTP(w, r)
		})
		e.readGrants(t, c, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14)
		refused := 0
		for _, request := range e.requests() {
			if request == "refused" {
				refused++
			}
		}
		if got := len(e.requests()); refused != 5 || got != 12+refused { // of all, and of each customer
			t.Errorf("%d requests, %d of them refused", got, refused)
		}
	})
	t.Run("a list that gives no answer in time is not asked for again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			e := newEstate(3, 3)
			e.before = func(r *http.Request) {
				if r.URL.Path == "/v1/external-admins" {
					<-r.Context().Done()
				}
			}
			c := serveInBubble(t, e.ServeHTTP)
			e.readGrants(t, c, 0, 3, 6)
			if got := e.requests(); len(got) != 4 || got[2] != everyGrant {
				t.Errorf("asked for %q", got)
			}
		})
	})
	t.Run("what a list has not is asked for", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		c := serve(t, e.ServeHTTP)
		e.readGrants(t, c, 0, 3, 6)
		e.grants = append(e.grants, api.ExternalAdmin{CustomerID: "c001", Email: "new@x.example", Role: "r", Status: "active"})
		e.readGrants(t, c, 9)
		if _, err := c.ReadExternalAdmin(t.Context(), "c001", "nobody@x.example"); !IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		got := e.requests()
		if tail := got[3:]; !slices.Equal(tail, []string{"GET /v1/customers/c001/external-admins/New@x.example", "GET /v1/customers/c001/external-admins/nobody@x.example"}) {
			t.Errorf("asked for %q", got)
		}
	})
	t.Run("lists grow old", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		var now atomic.Int64
		c := serve(t, e.ServeHTTP, func(c *Config) { c.Now = func() time.Time { return time.Unix(1700000000, now.Load()) } })
		e.readGrants(t, c, 0, 3, 6, 1)
		e.forget()
		for range 7 { // still one run
			now.Add(int64(quickSuccession) - 1)
			e.readGrants(t, c, 1)
		}
		e.want(t, everyGrant)
		now.Add(int64(snapshotLife))
		e.readGrants(t, c, 1)
		e.want(t, everyGrant, "GET /v1/customers/c000/external-admins/P0001@x.example")
	})
	t.Run("switched off", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		c := serve(t, e.ServeHTTP, func(c *Config) { c.NoSnapshots = true })
		e.readGrants(t, c, 0, 1, 2, 3, 4, 5, 6, 7, 8)
		if got := e.requests(); len(got) != 9 || slices.Contains(got, everyGrant) {
			t.Errorf("asked for %q", got)
		}
	})
	t.Run("a client that is unusable", func(t *testing.T) {
		t.Parallel()
		why := errors.New("not configured yet")
		if _, err := Unusable(why).ReadCustomer(t.Context(), "c000"); !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSharedReadsAndWrites(t *testing.T) {
	t.Parallel()
	two := func(t *testing.T, e *estate) (*Client, *Client) {
		t.Helper()
		c := serve(t, e.ServeHTTP)
		return c, clientOf(t, c.base.String())
	}
	remove := func(ctx context.Context, c *Client) error {
		return c.DeletePortalAdmin(ctx, "p0000@x.example", MatchOptions{})
	}
	t.Run("a write ends the use of lists, in all clients", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		reader, writer := two(t, e)
		for _, c := range []*Client{reader, writer} {
			e.readGrants(t, reader, 0, 3, 6)
			e.forget()
			if err := remove(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			e.readGrants(t, reader, 0, 3, 6)
			if got := e.requests(); len(got) != 4 || got[3] != everyGrant {
				t.Errorf("asked for %q", got)
			}
		}
	})
	t.Run("while a write is under way, nothing is shared", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		reader, writer := two(t, e)
		held, arrived := make(chan struct{}), make(chan struct{})
		release := sync.OnceFunc(func() { close(held) })
		defer release()
		e.before = func(r *http.Request) {
			if r.Method == http.MethodDelete {
				close(arrived)
				hold(r, held)
			}
		}
		done := make(chan error, 1)
		go func() { done <- remove(t.Context(), writer) }()
		receive(t, arrived)
		e.readGrants(t, reader, 0, 3, 6, 1, 4, 7)
		release()
		if err := receive(t, done); err != nil || slices.Contains(e.requests(), everyGrant) {
			t.Errorf("%v, asked for %q", err, e.requests())
		}
	})
	t.Run("a read that was there before a write is not served of what is older", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		reader, writer := two(t, e)
		held, arrived := make(chan struct{}), make(chan struct{})
		release := sync.OnceFunc(func() { close(held) })
		defer release()
		e.before = func(r *http.Request) {
			if r.URL.Path == "/v1/external-admins" {
				close(arrived)
				hold(r, held)
			}
		}
		e.readGrants(t, reader, 0, 3)
		e.forget()
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.readGrants(t, reader, 6)
		}()
		receive(t, arrived)
		if err := remove(t.Context(), writer); err != nil {
			t.Fatal(err)
		}
		release()
		receive(t, done)
		e.want(t, everyGrant, "DELETE /v1/portal-admins/p0000@x.example", "GET /v1/customers/c002/external-admins/P0000@x.example")
	})
	t.Run("a write of which nobody knows never ends", func(t *testing.T) {
		t.Parallel()
		e := newEstate(3, 3)
		c, _ := two(t, e)
		e.before = func(r *http.Request) {
			if r.Method == http.MethodDelete {
				drop()
			}
		}
		_ = wantTransport(t, remove(t.Context(), c), KindConnection)
		e.forget()
		e.readGrants(t, c, 0, 3, 6, 1, 4, 7)
		if got := e.requests(); len(got) != 6 || slices.Contains(got, everyGrant) {
			t.Errorf("asked for %q", got)
		}
	})
}

func TestSharedReadsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	// stuck holds the second page back.
	stuck := func(e *estate) (release func(), second <-chan string) {
		held, asked := make(chan struct{}), make(chan string, 10)
		e.before = func(r *http.Request) {
			if token := r.URL.Query().Get("page_token"); token != "" {
				asked <- token
				hold(r, held)
			}
		}
		return sync.OnceFunc(func() { close(held) }), asked
	}
	t.Run("the next page is asked for while the first is served", func(t *testing.T) {
		t.Parallel()
		e := newEstate(10, 100)
		c := serve(t, e.ServeHTTP)
		release, second := stuck(e)
		defer release()
		e.readGrants(t, c, 0, 100, 200, 300, 400, 499)
		if got := receive(t, second); got != "500" || len(e.requests()) != 4 {
			t.Errorf("asked for page %s, and %q", got, e.requests())
		}
	})
	t.Run("who goes takes along only what nobody else waits for", func(t *testing.T) {
		t.Parallel()
		e := newEstate(10, 100)
		c := serve(t, e.ServeHTTP)
		release, second := stuck(e)
		defer release()
		e.readGrants(t, c, 0, 100, 200)
		read := func(ctx context.Context, n int) <-chan error {
			done := make(chan error, 1)
			go func() {
				_, err := c.ReadExternalAdmin(ctx, e.grants[n].CustomerID, e.grants[n].Email)
				done <- err
			}()
			return done
		}
		ctx, cancel := context.WithCancel(t.Context())
		leaves, stays := read(ctx, 900), read(t.Context(), 901)
		receive(t, second)
		waitFor(t, func() bool {
			wide := c.shared.externalAdmins.wide
			wide.mu.Lock()
			defer wide.mu.Unlock()
			return wide.waiting == 2
		})
		cancel()
		if e := wantTransport(t, receive(t, leaves), KindCanceled); e == nil {
			return
		}
		release()
		if err := receive(t, stays); err != nil {
			t.Error(err)
		}
		if got := e.requests(); len(got) != 4 {
			t.Errorf("asked for %q", got)
		}
	})
	t.Run("the last one to go ends the list", func(t *testing.T) {
		t.Parallel()
		e := newEstate(10, 100)
		c := serve(t, e.ServeHTTP)
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		e.before = func(r *http.Request) {
			if r.URL.Query().Get("page_token") != "" {
				cancel()
				<-r.Context().Done()
				close(ended)
			}
		}
		e.readGrants(t, c, 0, 100, 200)
		if _, err := c.ReadExternalAdmin(ctx, "c009", "p0000@x.example"); err == nil {
			t.Error("got no error")
		}
		receive(t, ended)
		e.before = nil
		e.forget()
		e.readGrants(t, c, 900, 901) // by a new list
		e.want(t, everyGrant, everyGrant)
	})
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
