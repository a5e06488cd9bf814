package rest

import (
	"math"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// RateLimit is how much each client may ask: a token bucket. Signing in and the operations without sign-in are not
// counted. The zero value is no limit.
type RateLimit struct {
	PerSecond float64
	Burst     int // 1 if zero
}

// limiter keeps a bucket for each client. There are no more of them than clients that have signed in.
type limiter struct {
	limit   RateLimit
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimiter(limit RateLimit, now func() time.Time) *limiter {
	limit.Burst = max(limit.Burst, 1)
	return &limiter{limit: limit, now: now, buckets: map[string]*rate.Limiter{}}
}

// take a request out of the client's bucket, and tell in the answer's header what is left.
func (l *limiter) take(c *call) error {
	if l.limit.PerSecond <= 0 {
		return nil
	}
	l.mu.Lock()
	bucket, ok := l.buckets[c.actor.ClientID]
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(l.limit.PerSecond), l.limit.Burst)
		l.buckets[c.actor.ClientID] = bucket
	}
	l.mu.Unlock()
	now := l.now()
	allowed := bucket.AllowN(now, 1)
	left := bucket.TokensAt(now)
	c.header["RateLimit-Limit"] = strconv.Itoa(l.limit.Burst)
	c.header["RateLimit-Remaining"] = strconv.Itoa(max(int(left), 0))
	c.header["RateLimit-Reset"] = l.seconds(float64(l.limit.Burst) - left)
	if allowed {
		return nil
	}
	wait := l.seconds(1 - left)
	c.header[api.HeaderRetryAfter] = wait
	return refuse(codeRateLimited, "This client may send %g requests a second, %d at once; repeat in %s s.", l.limit.PerSecond, l.limit.Burst, wait)
}

// seconds until so many tokens have come, rounded up.
func (l *limiter) seconds(tokens float64) string {
	return strconv.Itoa(int(math.Ceil(max(tokens, 0) / l.limit.PerSecond)))
}
