package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// grants is a server of external administrators in miniature: roles by e-mail, of any customer.
type grants struct {
	mu       sync.Mutex
	roles    map[string]string
	ends     map[string]*time.Time
	requests map[string]int // by operation
	creates  map[string]int // by e-mail
	// before sees each request first; true is: answered.
	before func(w http.ResponseWriter, operation string) bool
	// lose answers a batch that was done.
	lose http.HandlerFunc
}

func (g *grants) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	email := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	single := r.Method + " single"
	switch {
	case r.URL.Path == "/v1/external-admins:batch":
		single = "batch"
	case email == "external-admins":
		single = "list"
	}
	var in api.ExternalAdminBatch
	if single == "batch" {
		_ = json.NewDecoder(r.Body).Decode(&in)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests[single]++
	if g.before != nil && g.before(w, single) {
		return
	}
	switch single {
	case "batch":
		results := make([]api.ExternalAdminBatchItemResult, len(in.Items))
		for i, item := range in.Items {
			results[i] = api.ExternalAdminBatchItemResult{CustomerID: item.CustomerID, Email: item.Email, Status: http.StatusOK}
			if r.URL.Query().Get("validate_only") != "" {
				field := fmt.Sprintf("/items/%d/role", i)
				results[i].Validation = &api.ValidationResult{Findings: []api.ValidationFinding{{Code: "unknown_role", Field: &field}}}
			} else if p := g.put(item.Email, externalAdminInput(item), valueOf(item.CreateOnly), item.Operation == "delete"); p != nil {
				field := fmt.Sprintf("/items/%d%s", i, valueOf(p.Field))
				p.Field, results[i].Status, results[i].Problem = &field, p.Status, p
			}
		}
		if g.lose != nil {
			g.lose(w, r)
			return
		}
		writeJSON(w, http.StatusOK, api.ExternalAdminBatchResult{Results: results})
	case "list":
		items := []api.ExternalAdmin{}
		for email, role := range g.roles {
			items = append(items, api.ExternalAdmin{CustomerID: "cus_1", Email: strings.ToUpper(email), Role: role, ExpiresAt: g.ends[email], Status: "active"})
		}
		writeJSON(w, http.StatusOK, api.ExternalAdminPage{Items: items})
	default:
		var body api.ExternalAdminInput
		_ = json.NewDecoder(r.Body).Decode(&body)
		if p := g.put(email, body, r.Header.Get("If-None-Match") != "", r.Method == http.MethodDelete); p != nil {
			writeProblem(w, *p)
		} else if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
		} else {
			writeJSON(w, http.StatusOK, api.ExternalAdmin{CustomerID: "cus_1", Email: email, Role: body.Role, Status: "active"})
		}
	}
}

func (g *grants) put(email string, in api.ExternalAdminInput, createOnly, remove bool) *api.Problem {
	_, exists := g.roles[email]
	field := "/role"
	switch {
	case in.Role == "bad":
		return &api.Problem{Status: 422, Code: "unknown_role", Detail: "No such role.", Field: &field}
	case remove && !exists:
		return &api.Problem{Status: 404, Code: "not_found", Detail: "No such."}
	case remove:
		delete(g.roles, email)
		return nil
	case createOnly && exists:
		return &api.Problem{Status: 412, Code: "already_exists", Detail: "There is one."}
	case !exists:
		g.creates[email]++
	}
	g.roles[email], g.ends[email] = in.Role, in.ExpiresAt
	return nil
}

func newGrants(t *testing.T, change ...func(*Config)) (*grants, *Client) {
	t.Helper()
	g := &grants{roles: map[string]string{}, ends: map[string]*time.Time{}, requests: map[string]int{}, creates: map[string]int{}}
	return g, serve(t, g.ServeHTTP, append([]func(*Config){func(c *Config) { c.MaxRetries = 0 }}, change...)...)
}

func creation(email, role string) api.ExternalAdminBatchItem {
	only := true
	return api.ExternalAdminBatchItem{Operation: "put", CustomerID: "cus_1", Email: email, Role: &role, CreateOnly: &only}
}

func creations(n int) []api.ExternalAdminBatchItem {
	items := make([]api.ExternalAdminBatchItem, n)
	for i := range items {
		items[i] = creation(fmt.Sprintf("p%d@x.example", i), "r")
	}
	return items
}

func wantDone(t *testing.T, outcomes []ItemOutcome) {
	t.Helper()
	for i, o := range outcomes {
		if o.Err != nil {
			t.Errorf("item %d: %v", i, o.Err)
		}
	}
}

func (g *grants) wantCreatedOnce(t *testing.T, n int) {
	t.Helper()
	if len(g.creates) != n || len(g.roles) != n {
		t.Errorf("%d created, %d there, want %d", len(g.creates), len(g.roles), n)
	}
	for email, times := range g.creates {
		if times != 1 {
			t.Errorf("%s was created %d times", email, times)
		}
	}
}

func TestWritesInBatches(t *testing.T) {
	t.Parallel()
	g, c := newGrants(t)
	items := creations(250)
	items[7], items[103] = creation("bad7@x.example", "bad"), creation("bad103@x.example", "bad")
	outcomes := c.WriteExternalAdmins(t.Context(), items)
	for _, i := range []int{103, 7} {
		if e := wantError(t, outcomes[i].Err, 422); e.Field != "/role" || e.Detail != "No such role." || e.Code != "unknown_role" {
			t.Errorf("item %d: %+v", i, e)
		}
		outcomes = slices.Delete(outcomes, i, i+1)
	}
	wantDone(t, outcomes)
	g.wantCreatedOnce(t, 248)
	if g.requests["batch"] != 3 || len(g.requests) != 1 {
		t.Errorf("requests %v, want three batches", g.requests)
	}
	if len(c.WriteExternalAdmins(t.Context(), nil)) != 0 || g.requests["batch"] != 3 {
		t.Error("nothing to write is a request")
	}
}

func TestChecksInBatches(t *testing.T) {
	t.Parallel()
	g, c := newGrants(t)
	for i, o := range c.CheckExternalAdmins(t.Context(), creations(120)) {
		if o.Err != nil || len(o.Findings) != 1 || valueOf(o.Findings[0].Field) != "/role" {
			t.Errorf("item %d: %v %+v", i, o.Err, o.Findings)
		}
	}
	if g.requests["batch"] != 2 || len(g.roles) != 0 {
		t.Errorf("requests %v, %d written", g.requests, len(g.roles))
	}
}

// A server that does not know validate_only writes, and must not pass for one that has judged.
func TestCheckWithoutJudgment(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, api.ExternalAdminBatchResult{Results: []api.ExternalAdminBatchItemResult{{Status: 201}}})
	})
	if o := c.CheckExternalAdmins(t.Context(), creations(1)); o[0].Err == nil {
		t.Error("the check passed")
	}
}

func TestFailedBatchGoesSingly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		problem api.Problem
		also    string // what fails besides batches
		singles int    // at most
		done    int
	}{
		"conflict":             {api.Problem{Status: 409, Code: "conflict", Retryable: true}, "", 30, 30},
		"forbidden as a batch": {api.Problem{Status: 403, Code: "forbidden"}, "", 30, 30},
		"forbidden altogether": {api.Problem{Status: 403, Code: "forbidden"}, "PUT single", batchesAtOnce, 0},
		"unavailable":          {api.Problem{Status: 503, Code: "unavailable", Retryable: true}, "PUT single", batchesAtOnce, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, c := newGrants(t)
			g.before = func(w http.ResponseWriter, operation string) bool {
				if operation == "batch" || operation == test.also {
					writeProblem(w, test.problem)
					return true
				}
				return false
			}
			outcomes := c.WriteExternalAdmins(t.Context(), creations(30))
			g.wantCreatedOnce(t, test.done)
			if n := g.requests["PUT single"]; n > test.singles || g.requests["list"] != 0 {
				t.Errorf("requests %v, want at most %d single ones and nothing looked up", g.requests, test.singles)
			}
			if test.done > 0 {
				wantDone(t, outcomes)
				return
			}
			for _, o := range outcomes {
				wantError(t, o.Err, test.problem.Status)
			}
		})
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	lost := func(http.ResponseWriter, *http.Request) { drop() }
	ofBatch := func(t *testing.T, lose http.HandlerFunc) {
		t.Helper()
		g, c := newGrants(t)
		g.lose = lose
		items := append(creations(30), creation("bad@x.example", "bad"))
		outcomes := c.WriteExternalAdmins(t.Context(), items)
		wantError(t, outcomes[30].Err, 422)
		wantDone(t, outcomes[:30])
		g.wantCreatedOnce(t, 30)
		if g.requests["list"] != 1 {
			t.Errorf("requests %v, want one to look up what happened", g.requests)
		}

		for i := range items {
			items[i] = api.ExternalAdminBatchItem{Operation: "delete", CustomerID: "cus_1", Email: items[i].Email}
		}
		wantDone(t, c.WriteExternalAdmins(t.Context(), items[:30]))
		if len(g.roles) != 0 {
			t.Errorf("left over: %v", g.roles)
		}
	}
	t.Run("of a batch", func(t *testing.T) {
		t.Parallel()
		ofBatch(t, lost)
	})
	t.Run("of a batch whose server does not know either", func(t *testing.T) {
		t.Parallel()
		ofBatch(t, func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, outcomeUnknown) })
	})
	t.Run("of one item", func(t *testing.T) {
		t.Parallel()
		g, c := newGrants(t)
		g.lose = func(w http.ResponseWriter, _ *http.Request) {
			result := api.ExternalAdminBatchItemResult{CustomerID: "cus_1", Status: 503, Problem: &outcomeUnknown}
			delete(g.roles, "p1@x.example")
			writeJSON(w, http.StatusOK, api.ExternalAdminBatchResult{Results: []api.ExternalAdminBatchItemResult{result, result}})
		}
		outcomes := c.WriteExternalAdmins(t.Context(), creations(2))
		wantDone(t, outcomes[:1])
		if e := wantError(t, outcomes[1].Err, 503); !e.MayHaveHappened {
			t.Errorf("%v, want that it may have happened", e)
		}
		if _, quiet := c.writes.mark(); quiet {
			t.Error("a write of which nobody knows has ended")
		}
	})
	t.Run("of a batch, and of who looks what became of it", func(t *testing.T) {
		t.Parallel()
		g, c := newGrants(t)
		g.lose = lost
		g.before = func(w http.ResponseWriter, operation string) bool {
			if operation == "list" {
				writeProblem(w, api.Problem{Status: 403, Code: api.ErrorCodeForbidden})
			}
			return operation == "list"
		}
		for i, o := range c.WriteExternalAdmins(t.Context(), creations(3)) {
			if !IsAlreadyExists(o.Err) || !wantError(t, o.Err, 412).MayHaveHappened {
				t.Errorf("item %d: %v, want that it may be the batch that has made it", i, o.Err)
			}
		}
	})
	t.Run("what is another's stays refused", func(t *testing.T) {
		t.Parallel()
		g, c := newGrants(t)
		g.lose = lost
		g.roles["p1@x.example"] = "another"
		outcomes := c.WriteExternalAdmins(t.Context(), creations(2))
		wantDone(t, outcomes[:1])
		if !IsAlreadyExists(outcomes[1].Err) || g.roles["p1@x.example"] != "another" {
			t.Errorf("%v, and %v", outcomes[1].Err, g.roles)
		}
	})
	t.Run("of grants that end", func(t *testing.T) {
		t.Parallel()
		g, c := newGrants(t)
		end := time.Date(2027, 3, 31, 18, 0, 0, 0, time.FixedZone("", 7200))
		same, other := end.UTC(), end.Add(time.Second)
		g.before = func(_ http.ResponseWriter, operation string) bool {
			if operation != "list" {
				drop() // as if the batch had been done, but for some
			}
			return false
		}
		for email, there := range map[string]*time.Time{"p0@x.example": &same, "p1@x.example": &other, "p2@x.example": nil} {
			g.roles[email], g.ends[email] = "r", there
		}
		items := creations(4)
		for i := range 3 {
			items[i].ExpiresAt = &end
		}
		g.roles["p3@x.example"], g.ends["p3@x.example"] = "r", &end
		for i, o := range c.WriteExternalAdmins(t.Context(), items) {
			if done := i == 0; done != (o.Err == nil) {
				t.Errorf("item %d: %v", i, o.Err)
			}
		}
	})
	t.Run("of everything", func(t *testing.T) {
		t.Parallel()
		g, c := newGrants(t)
		g.lose = lost
		g.before = func(_ http.ResponseWriter, operation string) bool {
			if operation != "batch" {
				drop()
			}
			return false
		}
		for i, o := range c.WriteExternalAdmins(t.Context(), creations(30)) {
			if !mayHave(o.Err) {
				t.Errorf("item %d: %v, want that it may have happened", i, o.Err)
			}
		}
	})
}

func TestCanceledWritesDoNotGoOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	g, c := newGrants(t, func(c *Config) { c.WriteGrace = 10 * time.Second })
	g.before = func(w http.ResponseWriter, _ string) bool {
		cancel()
		writeProblem(w, api.Problem{Status: 409, Code: "conflict", Retryable: true})
		return true
	}
	for _, o := range c.WriteExternalAdmins(ctx, creations(30)) {
		wantError(t, o.Err, 409)
	}
	if g.requests["batch"] != 1 || len(g.requests) != 1 {
		t.Errorf("requests %v, want none after the cancellation", g.requests)
	}
}
