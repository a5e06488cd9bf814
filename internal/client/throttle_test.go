package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	t.Run("spaces all requests", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var sent []time.Time
			a := &authority{life: 600}
			c := serveInBubble(t, func(w http.ResponseWriter, r *http.Request) {
				sent = append(sent, time.Now())
				a.ServeHTTP(w, r)
			}, withSecret, func(c *Config) { c.MaxRequestsPerSecond = 20 })
			for range 4 { // and the token request makes five
				if err := getAdmin(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
			for i, at := range sent[1:] {
				if gap := at.Sub(sent[i]); gap < 50*time.Millisecond-timerDelay || gap > 50*time.Millisecond {
					t.Errorf("%v between two requests, want 50ms", gap)
				}
			}
			if len(sent) != 5 {
				t.Errorf("%d requests, want 5", len(sent))
			}
		})
	})
	t.Run("tells of long waits, and ends with the context", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			lines := &recorder{}
			c := serveInBubble(t, func(w http.ResponseWriter, _ *http.Request) { writeAdmin(w) },
				func(c *Config) { c.MaxRequestsPerSecond = 0.01; c.Logger = lines })
			if err := getAdmin(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			e := wantTransport(t, putAdmin(ctx, c), KindCanceled)
			if e.MayHaveHappened || !strings.Contains(lines.text(), "INFO waiting for max_requests_per_second") {
				t.Errorf("got %+v and log\n%s", e, lines.text())
			}
		})
	})
}

// TestManyShortWaitsAreTold has a thousand writes that take 50 seconds, of which none waits for a second.
func TestManyShortWaitsAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lines := &recorder{}
		c := serveInBubble(t, func(w http.ResponseWriter, _ *http.Request) { writeAdmin(w) },
			func(c *Config) { c.MaxRequestsPerSecond = 20; c.Logger = lines })
		info := func() (told []string) {
			for line := range strings.SplitSeq(lines.text(), "\n") {
				if strings.HasPrefix(line, "INFO") {
					told = append(told, line)
				}
			}
			return told
		}
		write := func(requests int) {
			inParallel(10, make([]int, requests), func(int) {
				if err := putAdmin(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		write(3)
		if got := info(); len(got) != 0 {
			t.Errorf("waits that nobody notices are told: %q", got)
		}
		time.Sleep(waitsTold)
		write(1000)
		got := info()
		if len(got) != 5 || !strings.HasPrefix(got[0], "INFO waiting for max_requests_per_second [wait_ms ") {
			t.Fatalf("got %q", got)
		}
		for _, line := range got[1:] {
			var requests, ms int
			_, err := fmt.Sscanf(line, "INFO requests waited for max_requests_per_second [requests %d waits_ms %d requests_per_second 20]", &requests, &ms)
			if err != nil || requests < 195 || requests > 210 || ms < 90_000 || ms > 110_000 {
				t.Errorf("%s: want 200 requests that waited for 500 ms (%v)", line, err)
			}
		}
		time.Sleep(2 * waitsTold)
		write(20)
		if again := info(); len(again) != 6 || !strings.HasPrefix(again[5], "INFO waiting") {
			t.Errorf("of the next ones it is told %q", again[5:])
		}
	})
}

// limited answers with 429 once, to the first request after the token.
func limited(seconds string, answered *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if answered.Add(1) == 1 {
			w.Header().Set("Retry-After", seconds)
			writeProblem(w, api.Problem{Status: 429, Code: api.ErrorCodeRateLimited, Retryable: true})
			return
		}
		writeAdmin(w)
	}
}

func TestAllSlowDownTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testAllSlowDownTogether)
}

func testAllSlowDownTogether(t *testing.T) {
	var answered atomic.Int32
	lines := &recorder{}
	c := serveInBubble(t, limited("2", &answered), func(c *Config) { c.Logger = lines })
	sameServer := func(another *Config) { another.HTTPTransport = c.config.HTTPTransport }
	alias := clientOf(t, c.base.String(), sameServer)
	stranger := clientOf(t, c.base.String(), sameServer, func(c *Config) { c.Token = "canary-token-other" })
	done := make(chan error, 2)
	started := time.Now()
	go func() { done <- getAdmin(t.Context(), c) }()
	synctest.Wait()
	if !strings.Contains(lines.text(), "INFO the server's rate limit is reached") {
		t.Errorf("the log has\n%s", lines.text())
	}
	go func() { done <- getAdmin(t.Context(), alias) }()
	if err := getAdmin(t.Context(), stranger); err != nil || time.Since(started) > 0 {
		t.Errorf("another API client had to wait %v, %v", time.Since(started), err)
	}
	time.Sleep(2*time.Second - 1)
	if got := answered.Load(); got != 2 {
		t.Errorf("%d requests were answered during the pause, want that of the other client only", got-1)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if took := time.Since(started); took > 4*time.Second {
		t.Errorf("the pause took %v, the server asked for 2s", took)
	}
}

func TestPauseIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answered atomic.Int32
		lines := &recorder{}
		c := serveInBubble(t, limited("30", &answered), func(c *Config) { c.Logger = lines; c.MaxRetries = 0 })
		_ = wantError(t, getAdmin(t.Context(), c), 429)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = wantTransport(t, putAdmin(ctx, c), KindCanceled)
		if !strings.Contains(lines.text(), "INFO waiting for the server's rate limit [wait_ms 30000") {
			t.Errorf("the log has\n%s", lines.text())
		}
	})
}

// Who was refused waits for the end of the pause by itself. Nobody is before it then, but it has waited for the limit.
func TestRetryAfterPauseHasWaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := newThrottle(0, time.Minute)
		let := func(a *answer) passage {
			t.Helper()
			p, err := limit.wait(t.Context(), &recorder{})
			if err != nil {
				t.Fatal(err)
			}
			limit.answered(t.Context(), &recorder{}, p, a)
			return p
		}
		if let(&answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"1"}}}).waited {
			t.Error("the first request of all waited")
		}
		time.Sleep(time.Second + 10*time.Millisecond)
		if !let(&answer{status: http.StatusOK}).waited {
			t.Error("a repeat after the pause counts as one that did not wait")
		}
		time.Sleep(time.Minute)
		if let(&answer{status: http.StatusOK}).waited {
			t.Error("a request long after the pause counts as one that waited")
		}
	})
}
