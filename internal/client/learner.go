package client

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

const (
	// longestSpread is the longest RateLimit-Reset that requests are spread over. A quota for an hour is better used up at
	// once, and its end told.
	longestSpread = time.Minute
	// fewTokens is a limit of which what remains says little: one request decides between all and nothing.
	fewTokens = 8

	searching  = 3.0              // growth of the factor in a second until it is too large
	probing    = 0.01             // on top of 1, after that
	bolder     = 10 * time.Second // without another refusal, probing doubles
	backingTo  = 0.7              // what a refusal leaves of the factor
	leastPace  = 0.05             // of the factor
	growthStep = time.Second      // the longest time that one answer lets the factor grow for
)

// learner finds out how much a server takes, from what it announces (RateLimit-Limit, -Remaining and -Reset) and from what
// it refuses (429). It is silent until one of them shows that too much is on its way. Then it spreads what remains over the
// time until the quota is full again. That is always safe, but for a small bucket far too slow; so a factor grows as long as
// the bucket is nearly full, or nothing is known of it, and falls with each refusal.
type learner struct {
	longestPause time.Duration // a longer one is an error of the request that was told so

	inFlight int
	limited  bool
	quota    quota // as last announced
	factor   float64

	grownAt   time.Time
	waitedAt  time.Time // when a request last had to wait
	cutAt     time.Time // refusals of what was sent until then say nothing new
	refusedAt time.Time // when the factor last turned out to be too large; zero if it never did
	until     time.Time // end of the pause that the server asked for
	accepted  meter
}

// quota is what a server announces; the zero value is nothing.
type quota struct {
	limit, remaining int
	reset            time.Duration
}

func quotaOf(header http.Header) quota {
	number := func(name string) int {
		n, err := strconv.Atoi(header.Get(name))
		if err != nil {
			return -1
		}
		return n
	}
	limit, remaining, reset := number("RateLimit-Limit"), number("RateLimit-Remaining"), number("RateLimit-Reset")
	if limit < 1 || remaining < 0 || reset < 0 || reset > int(longestSpread/time.Second) {
		return quota{}
	}
	return quota{limit, remaining, time.Duration(reset) * time.Second}
}

// nearlyFull also answers true of a quota that is not known.
func (q quota) nearlyFull() bool { return float64(q.remaining+1) >= 0.9*float64(q.limit) }

// signal is what an answer says of the limit.
type signal struct {
	refused    bool
	retryAfter time.Duration
	quota      quota
}

// rate is how many requests a second may go out; 0 is no limit.
func (l *learner) rate() float64 {
	if !l.limited {
		return 0
	}
	return l.factor * float64(l.quota.remaining+1) / max(l.quota.reset.Seconds(), 1)
}

// paused is how long nothing may go out at all.
func (l *learner) paused(now time.Time) time.Duration { return max(0, l.until.Sub(now)) }

// answered takes what an answer says. It reports a refusal that slows everybody down.
func (l *learner) answered(now time.Time, p passage, s signal) (cut bool) {
	if s.refused || s.quota.limit > 0 {
		l.quota = s.quota
	}
	if p.waited {
		l.waitedAt = now
	}
	if s.refused {
		return l.refuse(now, p, s.retryAfter)
	}
	l.accepted.add(now)
	switch {
	case !l.limited && l.quota.limit >= fewTokens && l.quota.remaining <= 2*l.inFlight:
		l.start(now, 1) // what is on its way may use up the rest
	case l.limited && now.Sub(l.waitedAt) > l.quota.reset+time.Second:
		l.limited = false // nobody asks for so much any more
	case l.limited:
		l.grow(now, p)
	}
	return false
}

func (l *learner) start(now time.Time, factor float64) {
	l.limited, l.factor = true, factor
	l.grownAt, l.waitedAt, l.refusedAt = now, now, time.Time{}
}

// refuse holds everybody back for as long as the server asks, and lets out less after that.
func (l *learner) refuse(now time.Time, p passage, pause time.Duration) (cut bool) {
	if until := now.Add(pause); pause <= l.longestPause && until.After(l.until) {
		l.until = until
	}
	if !p.at.After(l.cutAt) {
		return false
	}
	switch {
	case l.limited:
		l.factor, l.refusedAt = max(leastPace, backingTo*l.factor), now
	case l.quota.limit >= fewTokens:
		l.start(now, 1)
	default:
		l.start(now, max(1, backingTo*l.accepted.inLastSecond(now)))
	}
	l.cutAt, l.grownAt = now, now
	return true
}

// grow makes the factor larger while there are requests that it keeps waiting.
func (l *learner) grow(now time.Time, p passage) {
	elapsed := min(now.Sub(l.grownAt), growthStep)
	l.grownAt = now
	if !p.waited || !l.quota.nearlyFull() {
		return
	}
	perSecond := searching
	if !l.refusedAt.IsZero() && l.quota.limit < fewTokens { // else the bucket shows in time that the factor is too large
		perSecond = min(searching, 1+probing*math.Exp2(float64(now.Sub(l.refusedAt))/float64(bolder)))
	}
	l.factor *= math.Pow(perSecond, elapsed.Seconds())
}

// meter counts events of the last second, which it takes to be even within each full second.
type meter struct {
	second         time.Time
	now, lastCount float64
}

func (m *meter) add(at time.Time) {
	m.turn(at)
	m.now++
}

func (m *meter) inLastSecond(at time.Time) float64 {
	m.turn(at)
	return m.now + m.lastCount*(1-at.Sub(m.second).Seconds())
}

func (m *meter) turn(at time.Time) {
	if passed := at.Sub(m.second); passed >= 2*time.Second {
		*m = meter{second: at}
	} else if passed >= time.Second {
		*m = meter{second: m.second.Add(time.Second), lastCount: m.now}
	}
}
