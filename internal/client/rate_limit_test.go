package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// stopwatch passes requests to a server in the same process and notes when which answers came.
type stopwatch struct {
	server  http.Handler
	mu      sync.Mutex
	answers []timedAnswer
}

type timedAnswer struct {
	at     time.Time
	status int
}

func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	s.server.ServeHTTP(answer, r)
	time.Sleep(2 * time.Millisecond) // of the network
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, timedAnswer{time.Now(), answer.Code})
	return answer.Result(), nil
}

// TestNoStormUnderARateLimit asks the true server for as much as 20 workers can, under a limit of 50 requests a second:
// after the first second nearly nothing is refused, and most of what is allowed is used.
func TestNoStormUnderARateLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []rateLimitCase{
		{burst: 50, refusals: 0, use: 0.9},
		{burst: 10, refusals: 0, use: 0.8},
		// A bucket of one does not show in advance that it is empty. What is found out by being refused is paid with it.
		{burst: 1, refusals: 3, use: 0.3},
	} {
		t.Run(fmt.Sprintf("burst of %d", limit.burst), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, limit.test) // in which only waiting takes time
		})
	}
}

// runs are counted, since a process goes on with what it has learned of a server.
var runs atomic.Int64

type rateLimitCase struct {
	burst    int
	refusals int // that are too few to count
	use      float64
}

func (want rateLimitCase) test(t *testing.T) {
	const (
		perSecond = 50
		workers   = 20
		lasts     = 6 * time.Second
	)
	inside, err := server.New(t.Context(), server.Options{
		Database: "sqlite:" + filepath.Join(t.TempDir(), "portal.db"), SeedJSON: servertest.SeedJSON(t), SecretIterations: 1,
		RateLimit: rest.RateLimit{PerSecond: perSecond, Burst: want.burst},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = inside.Close() }()
	watch := &stopwatch{server: inside.Handler()}
	c, err := client.New(t.Context(), client.Config{
		Endpoint: fmt.Sprintf("https://run%d.example", runs.Add(1)), HTTPTransport: watch, MaxRetries: 6,
		ClientID: servertest.MainClient, ClientSecret: "secret-of-" + servertest.MainClient,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := c.GetPartnerConfig(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	first, accepted, refused := 0, 0, 0
	for _, a := range watch.answers {
		switch {
		case a.at.Before(started.Add(time.Second)):
			first++
		case a.status == http.StatusTooManyRequests:
			refused++
		default:
			accepted++
		}
	}
	t.Logf("%d answers in the first second, then %d accepted and %d refused", first, accepted, refused)
	if refused > want.refusals && 100*refused >= accepted+refused {
		t.Errorf("%d of %d answers after the first second are refusals", refused, accepted+refused)
	}
	if use := float64(accepted) / (perSecond * (lasts - time.Second).Seconds()); use < want.use {
		t.Errorf("%.0f%% of what the server allows is used, want %.0f%%", 100*use, 100*want.use)
	}
}
