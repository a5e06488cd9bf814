package rest

import (
	"hash/maphash"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	// Five tries at once for one person, then one every three minutes. Each replica counts for itself: a temporary password
	// is not to be guessed anyway, this keeps those who try from costing much.
	guessEvery = 3 * time.Minute
	guessBurst = 5
	// guessBuckets bounds what strangers can make the server remember. People share one by chance, which makes the limit
	// stricter for them, never looser.
	guessBuckets = 1 << 14
)

// guesses limits how often somebody without a token tries to be a person, whether or not there is such a person.
type guesses struct {
	seed    maphash.Seed
	now     func() time.Time
	mu      sync.Mutex
	buckets map[uint64]*rate.Limiter
}

func newGuesses(now func() time.Time) *guesses {
	return &guesses{seed: maphash.MakeSeed(), now: now, buckets: map[uint64]*rate.Limiter{}}
}

func (g *guesses) take(c *call, partnerID, email string) error {
	person := maphash.String(g.seed, partnerID+"\x00"+strings.ToLower(email)) % guessBuckets
	g.mu.Lock()
	bucket, ok := g.buckets[person]
	if !ok {
		bucket = rate.NewLimiter(rate.Every(guessEvery), guessBurst)
		g.buckets[person] = bucket
	}
	g.mu.Unlock()
	now := g.now()
	if bucket.AllowN(now, 1) {
		return nil
	}
	wait := strconv.Itoa(int(math.Ceil((1 - bucket.TokensAt(now)) * guessEvery.Seconds())))
	c.header[api.HeaderRetryAfter] = wait
	return refuse(codeRateLimited, "There were too many tries for this person; the next one is taken in %s s.", wait)
}
