package client

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// bucket is a server's token bucket, in the time of a simulation.
type bucket struct {
	perSecond, burst float64
	silent           bool // announces nothing but Retry-After
	tokens           float64
	at               time.Time
}

func (b *bucket) take(now time.Time) signal {
	b.tokens = min(b.burst, b.tokens+b.perSecond*now.Sub(b.at).Seconds())
	b.at = now
	s := signal{refused: b.tokens < 1}
	if !s.refused {
		b.tokens--
	} else {
		s.retryAfter = time.Duration(math.Ceil((1-b.tokens)/b.perSecond)) * time.Second
	}
	if !b.silent {
		header := http.Header{}
		header.Set("RateLimit-Limit", strconv.Itoa(int(b.burst)))
		header.Set("RateLimit-Remaining", strconv.Itoa(int(b.tokens)))
		header.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil((b.burst-b.tokens)/b.perSecond))))
		s.quota = quotaOf(header)
	}
	return s
}

// simulation is workers who ask as soon as they may, and answers that take their time.
type simulation struct {
	learner  learner
	server   bucket
	now      time.Time
	last     time.Time
	latency  time.Duration
	free     int
	waiting  bool // somebody was not allowed to go a moment ago
	flying   []flight
	accepted int
	refused  int
}

type flight struct {
	lands time.Time
	p     passage
	s     signal
}

func simulate(workers int, latency time.Duration, server bucket) *simulation {
	start := time.Unix(1700000000, 0)
	server.tokens, server.at = server.burst, start
	return &simulation{learner: learner{longestPause: time.Minute}, server: server, now: start, latency: latency, free: workers}
}

func (s *simulation) run(lasts time.Duration) {
	s.accepted, s.refused = 0, 0
	for until := s.now.Add(lasts); s.now.Before(until); s.now = s.now.Add(time.Millisecond) {
		for len(s.flying) > 0 && !s.flying[0].lands.After(s.now) {
			s.learner.inFlight--
			s.learner.answered(s.now, s.flying[0].p, s.flying[0].s)
			s.flying = s.flying[1:]
			s.free++
		}
		for s.free > 0 && s.allowed() {
			s.letOut()
		}
		s.waiting = s.free > 0
	}
}

func (s *simulation) letOut() {
	s.free--
	s.last = s.now
	s.learner.inFlight++
	signal := s.server.take(s.now)
	if signal.refused {
		s.refused++
	} else {
		s.accepted++
	}
	s.flying = append(s.flying, flight{s.now.Add(s.latency), passage{s.now, s.waiting}, signal})
}

func (s *simulation) allowed() bool {
	if s.learner.paused(s.now) > 0 {
		return false
	}
	rate := s.learner.rate()
	return rate == 0 || s.now.Sub(s.last).Seconds() >= 1/rate
}

func TestLearnerFindsTheLimit(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		for _, perSecond := range []float64{2, 50, 500} {
			for _, burst := range []float64{1, 5, 10, 50, 1000} {
				for _, latency := range []time.Duration{2 * time.Millisecond, 100 * time.Millisecond} {
					t.Run(fmt.Sprintf("silent %t, %g a second, burst %g, latency %s", silent, perSecond, burst, latency), func(t *testing.T) {
						t.Parallel()
						s := simulate(50, latency, bucket{perSecond: perSecond, burst: burst, silent: silent})
						s.run(time.Second)
						for range 4 {
							s.run(30 * time.Second)
						}
						can := min(perSecond, 50/latency.Seconds())
						// To find out costs a refusal now and then, which is more than a hundredth of very few.
						if s.refused > max((s.accepted+s.refused)/100, 3) {
							t.Errorf("%d of %d are refused", s.refused, s.accepted+s.refused)
						}
						if use := float64(s.accepted) / (30 * can); use < 0.5 {
							t.Errorf("%.0f%% of what is allowed is used", 100*use)
						}
					})
				}
			}
		}
	}
}

func TestQuotaOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header []string
		want   quota
	}{
		{[]string{"50", "49", "1"}, quota{50, 49, time.Second}},
		{[]string{"50", "0", "0"}, quota{50, 0, 0}},
		{[]string{"50", "0", "60"}, quota{50, 0, time.Minute}},
		{[]string{"50", "0", "61"}, quota{}},         // too long to be spread over
		{[]string{"50", "0", "1700000000"}, quota{}}, // a time, as some servers send
		{[]string{"50", "", "1"}, quota{}},
		{[]string{"0", "0", "1"}, quota{}},
		{[]string{"50", "-1", "1"}, quota{}},
		{[]string{"many", "1", "1"}, quota{}},
	} {
		header := http.Header{}
		for i, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
			if c.header[i] != "" {
				header.Set(name, c.header[i])
			}
		}
		if got := quotaOf(header); got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.header, got, c.want)
		}
	}
}

func TestLearnerForgets(t *testing.T) {
	t.Parallel()
	s := simulate(20, 5*time.Millisecond, bucket{perSecond: 50, burst: 50})
	s.run(5 * time.Second)
	if s.learner.rate() == 0 {
		t.Fatal("no limit was learned")
	}
	s.free = 0 // nobody asks for a while, then one at a time
	s.run(5 * time.Second)
	s.free = 1
	s.latency = 100 * time.Millisecond
	s.run(5 * time.Second)
	if rate := s.learner.rate(); rate != 0 {
		t.Errorf("still limited to %g a second", rate)
	}
}

// Requests that left together are refused together, and that is one thing learned.
func TestRefusalsOfOneMomentCountOnce(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := learner{longestPause: time.Minute}
	refused := signal{refused: true, retryAfter: time.Second, quota: quota{limit: 1, reset: time.Second}}
	if !l.answered(now, passage{at: now}, refused) || l.answered(now, passage{at: now}, refused) {
		t.Error("not just the first refusal slowed everybody down")
	}
	if later := now.Add(time.Nanosecond); !l.answered(later, passage{at: later}, refused) {
		t.Error("what was sent after that and refused taught nothing")
	}
}
