package domain

import (
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	source := &idSource{}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var ids []string
	// The clock stands still, goes on and goes back.
	for _, step := range []time.Duration{0, 0, time.Microsecond, time.Second, time.Millisecond, -time.Hour, 24 * time.Hour} {
		ids = append(ids, source.next("evt_", start.Add(step)))
	}
	if !slices.IsSorted(ids) {
		t.Errorf("not in order: %q", ids)
	}
	if other := (&idSource{}).next("evt_", start.Add(-time.Second)); other > ids[0] {
		t.Errorf("an earlier id of another process, %q, sorts behind %q", other, ids[0])
	}
	if shape := regexp.MustCompile(`^evt_[0-9a-z]{23}$`); !shape.MatchString(ids[0]) {
		t.Errorf("%q has another shape", ids[0])
	}
}

func TestIDsSurviveAFullMicrosecond(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	source := &idSource{last: now.UnixMicro(), counter: idCounterEnd - 2}
	last, first, second := source.next("", now), source.next("", now), source.next("", now.Add(time.Microsecond))
	if last >= first || first >= second {
		t.Errorf("not in order: %q, %q, %q", last, first, second)
	}
}

func TestIDsAreUniqueAmongGoroutines(t *testing.T) {
	t.Parallel()
	source, now := &idSource{}, time.Now()
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				id := source.next("", now)[:idTimeDigits+idCounterDigits]
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 8*200 {
		t.Errorf("%d different ids of %d", len(seen), 8*200)
	}
}

func TestCustomerIDs(t *testing.T) {
	t.Parallel()
	a, b := newCustomerID(), newCustomerID()
	if a == b || !regexp.MustCompile(`^cus_[0-9a-hjkmnp-tv-z]{20}$`).MatchString(a) {
		t.Errorf("%q, %q", a, b)
	}
}
