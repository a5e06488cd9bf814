package client

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"
)

// timerDelay is about how late a timer may be.
const timerDelay = time.Millisecond

// throttleKey is what requests share a throttle by: who asks whom, and what was configured about it.
type throttleKey struct {
	endpoint, clientID, token string
	perSecond                 float64
}

// throttle spaces out all requests of a process to one server as one client, token requests included. It is the one place
// that every try passes, on its way out and with its answer. Requests leave in the order in which they came.
type throttle struct {
	configured float64 // requests a second; 0 is no limit

	mu      sync.Mutex
	learned learner
	last    time.Time // when the latest request left
	waiting int
	waits   waits
	changed chan struct{} // closed when those who wait may be wrong about how long

	turn chan struct{} // holds the one who is next
}

func newThrottle(perSecond float64, longestPause time.Duration) *throttle {
	return &throttle{
		configured: perSecond, learned: learner{longestPause: longestPause},
		changed: make(chan struct{}), turn: make(chan struct{}, 1),
	}
}

// passage is a request that was let out.
type passage struct {
	at     time.Time
	waited bool
}

// wait returns when a request may go out, or with the context's error. Of what went out, answered has to be told.
func (t *throttle) wait(ctx context.Context, log Logger) (passage, error) {
	if err := ctx.Err(); err != nil {
		return passage{}, err
	}
	if p, ok := t.passAtOnce(); ok {
		return p, nil
	}
	leave := t.queue(ctx, log)
	defer leave()
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return passage{}, ctx.Err()
	}
	defer func() { <-t.turn }()
	for {
		p, delay, changed := t.pass()
		if delay <= 0 {
			return p, nil
		}
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-changed:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return passage{}, ctx.Err()
		}
	}
}

// passAtOnce lets a request out if there is nothing to wait for, and nobody who waits.
func (t *throttle) passAtOnce() (passage, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.waiting > 0 || t.delay(now) > 0 {
		return passage{}, false
	}
	return t.letOut(now, false), true
}

// queue up, and tell of waits.
func (t *throttle) queue(ctx context.Context, log Logger) (leave func()) {
	t.mu.Lock()
	now := time.Now()
	expected := time.Duration(t.waiting)*t.gap() + t.delay(now)
	reason, rate := t.limit(now), t.rate()
	t.waiting++
	tell := t.waits.begin(now, expected)
	t.mu.Unlock()
	if tell {
		log.Info(ctx, "waiting for "+reason, "wait_ms", expected.Milliseconds(), logPerSecond, rounded(rate))
	}
	return func() {
		t.mu.Lock()
		t.waiting--
		end := time.Now()
		requests, sum := t.waits.end(end, end.Sub(now))
		reason, rate := t.limit(end), t.rate()
		t.mu.Unlock()
		if requests > 0 {
			log.Info(ctx, "requests waited for "+reason, "requests", requests, "waits_ms", sum.Milliseconds(), logPerSecond, rounded(rate))
		}
	}
}

// limit is what requests wait for. t.mu is held.
func (t *throttle) limit(now time.Time) string {
	if t.learned.paused(now) > 0 || t.learned.rate() > 0 && t.rate() != t.configured {
		return "the server's rate limit"
	}
	return "max_requests_per_second"
}

// rounded is a rate for the log.
func rounded(rate float64) float64 { return math.Round(rate*10) / 10 }

// pass lets the next request out, or says how long it has to wait unless something changes.
func (t *throttle) pass() (passage, time.Duration, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if delay := t.delay(now); delay > 0 {
		return passage{}, delay, t.changed
	}
	return t.letOut(now, true), 0, nil
}

// letOut a request. t.mu is held.
func (t *throttle) letOut(now time.Time, waited bool) passage {
	// Who was refused waits for the end of the pause elsewhere, and then finds nobody before it.
	waited = waited || t.last.Before(t.learned.until)
	// A timer's delay is made up for, else a high rate would suffer from it.
	t.last = later(t.last.Add(t.gap()), now.Add(-timerDelay))
	t.learned.inFlight++
	return passage{now, waited}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// delay is how long the next request has to wait. t.mu is held.
func (t *throttle) delay(now time.Time) time.Duration {
	return max(t.learned.paused(now), t.last.Add(t.gap()).Sub(now))
}

// gap is what lies between two requests: there are no bursts, the figure is a promise for every second. t.mu is held.
func (t *throttle) gap() time.Duration {
	rate := t.rate()
	if rate == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / rate)
}

// rate is the lower of what was configured and what was learned; 0 is no limit. t.mu is held.
func (t *throttle) rate() float64 {
	learned := t.learned.rate()
	if learned == 0 || t.configured > 0 && t.configured < learned {
		return t.configured
	}
	return learned
}

// answered tells what came back for a request that was let out; a nil answer is none.
func (t *throttle) answered(ctx context.Context, log Logger, p passage, a *answer) {
	t.mu.Lock()
	t.learned.inFlight--
	cut := false
	if a != nil {
		s := signal{refused: a.status == http.StatusTooManyRequests, quota: quotaOf(a.header)}
		s.retryAfter, _ = retryAfter(a.header, time.Now())
		cut = t.learned.answered(time.Now(), p, s)
	}
	rate, pause := t.rate(), t.learned.paused(time.Now())
	if t.waiting > 0 {
		close(t.changed)
		t.changed = make(chan struct{})
	}
	t.mu.Unlock()
	if cut {
		log.Info(ctx, "the server's rate limit is reached: all requests slow down", "pause_ms", pause.Milliseconds(), logPerSecond, rounded(rate))
	}
}
