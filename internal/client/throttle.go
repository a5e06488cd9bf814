package client

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// noticeableWait is how long a wait for the rate limit must be for a line in the log.
const noticeableWait = time.Second

// throttle spaces out requests. All requests of a client share one, token requests included. It is the one place that
// every try passes, hence also where a limit that the server announces belongs.
type throttle struct {
	limiter *rate.Limiter
	log     Logger
}

func newThrottle(perSecond float64, log Logger) *throttle {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	// A burst of one: the figure is a promise for every second, the first one included.
	return &throttle{limiter: rate.NewLimiter(limit, 1), log: log}
}

// wait returns when a request may go out, or with the context's error.
func (t *throttle) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	slot := t.limiter.Reserve()
	delay := slot.Delay()
	if delay == 0 {
		return nil
	}
	if delay >= noticeableWait {
		t.log.Info(ctx, "waiting for max_requests_per_second", "wait_ms", delay.Milliseconds())
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		slot.Cancel()
		return ctx.Err()
	}
}
