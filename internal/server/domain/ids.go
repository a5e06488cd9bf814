package domain

import (
	"crypto/rand"
	"sync"
	"time"
)

// idAlphabet is Crockford's base 32: sorts by value, has no letters that look like digits.
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idSource makes ids that sort by time, strictly within a process.
type idSource struct {
	mu      sync.Mutex
	last    int64 // microseconds
	counter int64 // among the ids of one microsecond
}

const (
	idTimeDigits    = 11
	idCounterDigits = 4
	idRandomDigits  = 8 // tells processes apart
	idCounterEnd    = 1 << (5 * idCounterDigits)
)

func (s *idSource) next(prefix string, now time.Time) string {
	s.mu.Lock()
	switch micro := now.UnixMicro(); {
	case micro > s.last:
		s.last, s.counter = micro, 0
	case s.counter+1 < idCounterEnd:
		s.counter++
	default:
		s.last, s.counter = s.last+1, 0
	}
	last, counter := s.last, s.counter
	s.mu.Unlock()
	return prefix + base32(last, idTimeDigits) + base32(counter, idCounterDigits) + randomID(idRandomDigits)
}

// base32 writes n with a fixed number of digits.
func base32(n int64, digits int) string {
	out := make([]byte, digits)
	for i := digits - 1; i >= 0; i-- {
		out[i] = idAlphabet[n&31]
		n >>= 5
	}
	return string(out)
}

// randomID has five random bits a digit.
func randomID(digits int) string {
	out := make([]byte, digits)
	rand.Read(out) // never fails
	for i, b := range out {
		out[i] = idAlphabet[b&31]
	}
	return string(out)
}

func newRevision() string { return randomID(16) }

func newCustomerID() string { return "cus_" + randomID(20) }
