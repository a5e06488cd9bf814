package client

import "time"

const (
	// noticeableWait is how long requests must have waited for a rate limit, together, for a line in the log.
	noticeableWait = time.Second
	// waitsTold is how often their waits are told after that, and how long nobody must have waited for it to be over.
	waitsTold = 10 * time.Second
)

// waits are what requests wait for a rate limit, as the log has them: that they begin to, and now and then what it comes to.
// There may be thousands of short ones that take minutes together, so none has a line of its own.
type waits struct {
	requests int           // that have waited and that the log does not have
	sum      time.Duration // of their waits
	last     time.Time     // when somebody had to wait
	told     time.Time     // when the log had the latest line; zero if it has none
}

// begin a wait, and say whether the log should have that it is waited.
func (w *waits) begin(now time.Time, expected time.Duration) (tell bool) {
	if now.Sub(w.last) > waitsTold {
		*w = waits{}
	}
	w.last = now
	if !w.told.IsZero() || w.sum+expected < noticeableWait {
		return false
	}
	w.told = now
	return true
}

// end a wait, and answer what the log should have; no requests are nothing.
func (w *waits) end(now time.Time, waited time.Duration) (requests int, sum time.Duration) {
	w.last = now
	w.requests++
	w.sum += waited
	if w.told.IsZero() || now.Sub(w.told) < waitsTold {
		return 0, 0
	}
	requests, sum = w.requests, w.sum
	w.requests, w.sum, w.told = 0, 0, now
	return requests, sum
}
