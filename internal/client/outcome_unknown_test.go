package client

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// outcomeUnknown is a server that does not know either whether it has done a write.
var outcomeUnknown = api.Problem{Status: 503, Code: api.ErrorCodeOutcomeUnknown, Retryable: true}

func TestOutcomeUnknownToTheServer(t *testing.T) {
	t.Parallel()
	t.Run("the repeat does it once", func(t *testing.T) {
		t.Parallel()
		var mu sync.Mutex
		done := map[string]int{} // by key
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			key := r.Header.Get(api.HeaderIdempotencyKey)
			if done[key]++; done[key] == 1 {
				writeProblem(w, outcomeUnknown)
				return
			}
			writeJSON(w, http.StatusCreated, api.Customer{ID: "cus_1"})
		})
		got, err := c.CreateCustomer(t.Context(), api.CustomerInput{Name: "Acme", Domain: "acme.example"})
		if err != nil || got.Value.ID != "cus_1" || len(done) != 1 {
			t.Errorf("got %+v, %v by keys %v", got, err, done)
		}
		if _, quiet := c.writes.mark(); !quiet {
			t.Error("a write of which all is known has not ended")
		}
	})
	t.Run("to the end", func(t *testing.T) {
		t.Parallel()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, outcomeUnknown) })
		err := putAdmin(t.Context(), c)
		if e := wantError(t, err, 503); !e.MayHaveHappened {
			t.Errorf("%v: says that nothing was changed", err)
		}
		wantText(t, err, "may have been carried out")
		if _, quiet := c.writes.mark(); quiet {
			t.Error("a write of which nobody knows has ended")
		}
	})
	t.Run("then it refuses", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int32
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				writeProblem(w, outcomeUnknown)
				return
			}
			writeProblem(w, api.Problem{Status: 412, Code: api.ErrorCodeAlreadyExists})
		})
		if e := wantError(t, putAdmin(t.Context(), c), 412); !e.MayHaveHappened {
			t.Errorf("%v: does not tell of the first try", e)
		}
	})
	t.Run("then there is no token", func(t *testing.T) {
		t.Parallel()
		var tokens, asked atomic.Int32
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path != "/oauth/token" && asked.Add(1) == 1:
				writeProblem(w, outcomeUnknown)
			case r.URL.Path == "/oauth/token" && tokens.Add(1) == 1:
				writeToken(w, testToken, 600)
			default:
				writeProblem(w, api.Problem{Status: 401, Code: api.ErrorCodeUnauthenticated})
			}
		}, withSecret)
		err := putAdmin(t.Context(), c)
		if !errors.As(err, new(*AuthError)) || !mayHave(err) {
			t.Errorf("got %T %v", err, err)
		}
		wantText(t, err, "may have been carried out")
	})
	t.Run("of a read", func(t *testing.T) {
		t.Parallel()
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, outcomeUnknown) })
		if e := wantError(t, getAdmin(t.Context(), c), 503); e.MayHaveHappened {
			t.Errorf("%v: speaks of writing", e)
		}
	})
}
