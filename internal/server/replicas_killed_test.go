package server_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// waitFor so many more events, or the failure of the test.
func waitFor(t *testing.T, counter *atomic.Int64, more int64) {
	t.Helper()
	for until := counter.Load() + more; counter.Load() < until && !t.Failed(); {
		time.Sleep(time.Millisecond)
	}
}

// kill -9 of one replica after the other, at any moment, loses no acknowledged write and does none twice, and the clients
// go on.
func TestReplicaKilled(t *testing.T) {
	t.Parallel()
	const kills = 6
	r := startReplicas(t)
	var (
		wait   sync.WaitGroup
		enough atomic.Bool
	)
	more := func() bool { return !enough.Load() && !t.Failed() }
	works := []killedWork{
		{name: "creations", each: 15, run: testCreationsKilled},
		{name: "increments", each: 5, run: testIncrementsKilled},
		{name: "batches", each: 1, run: testBatchesKilled},
	}
	checks := make([]func(), len(works))
	for i := range works {
		wait.Go(func() { checks[i] = works[i].run(r, &works[i].acked, more) })
	}
	for i := range kills {
		for j := range works {
			waitFor(t, &works[j].acked, works[j].each)
		}
		r.kill(i % len(r.all)) // while they are at it
	}
	enough.Store(true)
	wait.Wait()
	for i, check := range checks {
		check()
		t.Logf("%s: %d writes", works[i].name, works[i].acked.Load())
	}
	t.Logf("%d tries interrupted by %d kills", r.lost.Load(), kills)
}

// killedWork writes as long as more says so, counts what was acknowledged, and answers how to judge what the servers have
// in the end.
type killedWork struct {
	name  string
	each  int64 // acknowledged writes between kills
	acked atomic.Int64
	run   func(r *replicas, acked *atomic.Int64, more func() bool) (check func())
}

func testCreationsKilled(r *replicas, acked *atomic.Int64, more func() bool) func() {
	var ids sync.Map // by the customer's domain
	atOnce(4, func(writer int) {
		for i := 0; more(); i++ {
			name := fmt.Sprintf("c%d-%d", writer, i)
			a := r.ask(http.MethodPost, "/v1/customers", customer(name, 1), "Idempotency-Key", name)
			if a.status != http.StatusCreated {
				r.t.Errorf("customer %s: %+v", name, a)
			}
			ids.Store(name+".example", a.field("id"))
			acked.Add(1)
		}
	})
	return func() {
		ids.Range(func(name, id any) bool {
			a := r.ask(http.MethodGet, fmt.Sprintf("/v1/customers?domain=%s", name), "")
			items, _ := a.field("items").([]any)
			if len(items) != 1 || !strings.Contains(a.body, fmt.Sprintf(`"id":%q`, id)) {
				r.t.Errorf("customer %s was acknowledged as %s, the servers have %+v", name, id, a)
			}
			return true
		})
	}
}

func testIncrementsKilled(r *replicas, acked *atomic.Int64, more func() bool) func() {
	path := r.create("counter")
	var refused atomic.Int64
	r.increment(path, 3, acked, &refused, func(int) bool { return more() })
	return func() {
		if got := r.ask(http.MethodGet, path, "").field("seats"); got != float64(1+acked.Load()) {
			r.t.Errorf("%d acknowledged increments make %v", acked.Load(), got)
		}
	}
}

// Each batch creates the users of a customer of its own. Had one been done in part, or twice, an item of it would have
// been refused.
func testBatchesKilled(r *replicas, acked *atomic.Int64, more func() bool) func() {
	const items = 100
	var customers []string
	for i := 0; more(); i++ {
		name := "batch-" + strconv.Itoa(i)
		path := r.create(name)
		var list []string
		for user := range items {
			list = append(list, fmt.Sprintf(`{"operation":"put","create_only":true,"customer_id":%q,"email":"u%d@%s.example","name":"U","role":"audit"}`,
				strings.TrimPrefix(path, "/v1/customers/"), user, name))
		}
		a := r.ask(http.MethodPost, "/v1/customer-users:batch", `{"items":[`+strings.Join(list, ",")+`]}`, "Idempotency-Key", name)
		if a.status != http.StatusOK || strings.Count(a.body, `"status":201`) != items {
			r.t.Errorf("batch %d: %+v", i, a)
		}
		customers = append(customers, path)
		acked.Add(1)
	}
	return func() {
		for _, path := range customers {
			for list, want := range map[string]int{
				path + "/users?page_size=500": items,
				"/v1/audit-events?page_size=500&kind=customer_user&customer_id=" + strings.TrimPrefix(path, "/v1/customers/"): items,
			} {
				a := r.ask(http.MethodGet, list, "")
				if got, _ := a.field("items").([]any); len(got) != want {
					r.t.Errorf("%s has %d items, want %d", list, len(got), want)
				}
			}
		}
	}
}
