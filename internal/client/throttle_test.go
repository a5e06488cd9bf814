package client

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	t.Run("spaces all requests", func(t *testing.T) {
		t.Parallel()
		a := &authority{life: 600}
		c := serve(t, a.ServeHTTP, withSecret, func(c *Config) { c.MaxRequestsPerSecond = 20 })
		started := time.Now()
		for range 4 { // and the token request makes five: four gaps of 50 ms
			if err := getAdmin(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(started); took < 190*time.Millisecond {
			t.Errorf("five requests took %v, want 200ms", took)
		}
	})
	t.Run("tells of long waits, and ends with the context", func(t *testing.T) {
		t.Parallel()
		lines := &recorder{}
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { writeAdmin(w) },
			func(c *Config) { c.MaxRequestsPerSecond = 0.01; c.Logger = lines })
		if err := getAdmin(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		e := wantTransport(t, putAdmin(ctx, c), KindCanceled)
		if e.MayHaveHappened || !strings.Contains(lines.text(), "INFO waiting for max_requests_per_second") {
			t.Errorf("got %+v and log\n%s", e, lines.text())
		}
	})
}
