package rest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// FaultKind is a way to fail on purpose.
type FaultKind string

// The kinds of faults.
const (
	FaultRateLimited   FaultKind = "rate_limited"   // 429, nothing is done
	FaultUnavailable   FaultKind = "unavailable"    // 503, nothing is done
	FaultConflict      FaultKind = "conflict"       // 409, nothing is done
	FaultDropAnswer    FaultKind = "drop_answer"    // the request is done, the connection closed without an answer
	FaultTruncatedBody FaultKind = "truncated_body" // the request is done, the answer ends half-way
	FaultSlow          FaultKind = "slow"           // nothing but the delay
	FaultStaleRead     FaultKind = "stale_read"     // a GET gets the same answer as this client's GET of this URL before
)

// AnyOperation in a Fault matches all of them.
const AnyOperation = "*"

// Fault is a failure to happen.
type Fault struct {
	Operation   string // operation id, or AnyOperation
	Kind        FaultKind
	Times       int           // how often; always if zero
	Probability float64       // of each time, above 0 to 1; always if zero
	Delay       time.Duration // before anything else, with every kind
	RetryAfter  time.Duration // with FaultRateLimited and FaultUnavailable, rounded up to seconds; 1 s if zero
}

// Faults makes a handler fail on purpose, so that clients can be tested. It is safe for concurrent use; so is a nil one,
// which never fails.
type Faults struct {
	mu     sync.Mutex
	faults []*Fault
	last   map[string]answer // of GETs, by client and URL
}

// Add a fault. Where several match a request, the one that was added first happens.
func (f *Faults) Add(fault Fault) error {
	switch fault.Kind {
	case FaultRateLimited, FaultUnavailable, FaultConflict, FaultDropAnswer, FaultTruncatedBody, FaultSlow, FaultStaleRead:
	default:
		return fmt.Errorf("there is no kind of fault %q", fault.Kind)
	}
	if fault.Operation != AnyOperation && !isOperation(fault.Operation) {
		return fmt.Errorf("there is no operation %q", fault.Operation)
	}
	if fault.Probability < 0 || fault.Probability > 1 || fault.Times < 0 {
		return fmt.Errorf("a fault's probability is from 0 to 1, its times are not negative")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &fault)
	return nil
}

// Clear takes all faults away.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

func isOperation(id string) bool {
	for _, route := range Routes() {
		if route.OperationID == id {
			return true
		}
	}
	return false
}

// take the fault that shall happen now, or nil.
func (f *Faults) take(operation string) *Fault {
	if f == nil || operation == "" {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.faults {
		if fault.Operation != operation && fault.Operation != AnyOperation {
			continue
		}
		if fault.Probability > 0 && rand.Float64() >= fault.Probability { //nolint:gosec // chance, not a secret
			continue
		}
		taken := *fault
		if fault.Times == 1 {
			f.faults = append(f.faults[:i:i], f.faults[i+1:]...)
		} else if fault.Times > 1 {
			fault.Times--
		}
		return &taken
	}
	return nil
}

func (f *Fault) wait(ctx context.Context) {
	if f == nil || f.Delay <= 0 {
		return
	}
	select {
	case <-time.After(f.Delay):
	case <-ctx.Done():
	}
}

// instead is the answer of a fault by which nothing is done.
func (f *Fault) instead() (answer, bool) {
	if f == nil {
		return answer{}, false
	}
	switch f.Kind {
	case FaultConflict:
		return answer{problem: asProblem(refuse(domain.CodeConflict, "Another request came in between; repeat this one."))}, true
	case FaultRateLimited, FaultUnavailable:
		p := asProblem(refuse(domain.Code(f.Kind), "This failure was asked for."))
		wait := max(int(math.Ceil(f.RetryAfter.Seconds())), 1)
		return answer{problem: p, header: map[string]string{api.HeaderRetryAfter: strconv.Itoa(wait)}}, true
	default:
		return answer{}, false
	}
}

// stale swaps the answer to a GET for the one before, if there was one.
func (f *Faults) stale(fault *Fault, c *call, a answer) answer {
	if f == nil || c.request.Method != http.MethodGet || a.problem != nil && a.problem.Status != http.StatusNotFound {
		return a
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := c.actor.ClientID + " " + c.request.URL.String()
	if before, ok := f.last[key]; ok && fault != nil && fault.Kind == FaultStaleRead {
		return before
	}
	if f.last == nil {
		f.last = map[string]answer{}
	}
	f.last[key] = a
	return a
}

// drop closes the connection without an answer.
func (f *Fault) drop() {
	if f != nil && f.Kind == FaultDropAnswer {
		panic(http.ErrAbortHandler)
	}
}

func (f *Fault) truncates() bool { return f != nil && f.Kind == FaultTruncatedBody }
