package client_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// stopwatch notes when which answers came.
type stopwatch struct {
	mu      sync.Mutex
	answers []timedAnswer
}

type timedAnswer struct {
	at     time.Time
	status int
}

func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.answers = append(s.answers, timedAnswer{time.Now(), resp.StatusCode})
	}
	return resp, err
}

// TestNoStormUnderARateLimit asks the true server for as much as 20 workers can, under a limit of 50 requests a second:
// after the first second nearly nothing is refused, and most of what is allowed is used.
func TestNoStormUnderARateLimit(t *testing.T) {
	t.Parallel()
	const (
		perSecond = 50
		workers   = 20
		lasts     = 6 * time.Second
	)
	for burst, want := range map[int]struct {
		refusals int // that are too few to count
		use      float64
	}{
		50: {0, 0.4},
		10: {0, 0.2},
		// A bucket of one does not show in advance that it is empty. What is found out by being refused is paid with it.
		1: {3, 0.03},
	} {
		t.Run(fmt.Sprintf("burst of %d", burst), func(t *testing.T) {
			t.Parallel()
			s := servertest.NewServer(t, servertest.WithRateLimit(perSecond, burst))
			watch := &stopwatch{}
			c, err := client.New(t.Context(), client.Config{
				Endpoint: s.URL, ClientID: s.ClientID, ClientSecret: s.ClientSecret, HTTPTransport: watch, MaxRetries: 6,
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
		})
	}
}
