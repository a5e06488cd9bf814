package client

import "sync"

// Clients of one process know of each other what keeps them honest: provider blocks with aliases may reach the same
// server, and even be the same API client there.
var (
	writesOf    perProcess[string, writes]
	throttlesOf perProcess[throttleKey, throttle]
)

// perProcess keeps one value for each key as long as the process lives. There are as many as different configurations.
type perProcess[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]*V
}

func (p *perProcess[K, V]) of(key K, create func() *V) *V {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.values[key]; ok {
		return v
	}
	if p.values == nil {
		p.values = map[K]*V{}
	}
	v := create()
	p.values[key] = v
	return v
}

// writes tells whether something was written to a server since a moment, or is just being written. It does not tell kinds
// apart: removing a customer removes grants, renaming one renames groups.
type writes struct {
	mu       sync.Mutex
	begun    uint64
	underWay int
}

// begin a write. end tells whether it is known what became of it; a write of which it is not may still be carried out any
// time, and so never ends.
func (w *writes) begin() (end func(known bool)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun++
	w.underWay++
	return func(known bool) {
		if known {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.underWay--
		}
	}
}

// mark answers a mark of this moment, and whether no write is under way.
func (w *writes) mark() (mark uint64, quiet bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun, w.underWay == 0
}

// noneSince says whether no write has begun since a mark that was quiet.
func (w *writes) noneSince(mark uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun == mark
}
