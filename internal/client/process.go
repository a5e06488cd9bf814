package client

import "sync"

// Clients of one process know of each other what keeps them honest: provider blocks with aliases may reach the same
// server, and even be the same API client there.
var (
	writesOf    perProcess[string, writes]
	throttlesOf perProcess[throttleKey, throttle]
	scatteredOf perProcess[scatteredKey, scattering]
)

// scatteredKey is a list of a server.
type scatteredKey struct{ endpoint, operation string }

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
// apart, but for the one that is written most: removing a customer removes grants, renaming one renames groups.
type writes struct {
	mu  sync.Mutex
	all tally
	// Of all, those that let people into customers, change how, or put them out, and nothing else: in total, and by customer.
	grants   tally
	grantsOf map[string]*tally
}

// tally of writes.
type tally struct {
	begun    uint64
	underWay int
}

// begin a write; customers are those of which it only changes who may enter them, none if it changes anything else. end tells
// whether it is known what became of it; a write of which it is not may still be carried out any time, and so never ends.
func (w *writes) begin(customers []string) (end func(known bool)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	tallies := w.talliesOf(customers)
	for _, t := range tallies {
		t.begun++
		t.underWay++
	}
	return func(known bool) {
		if known {
			w.mu.Lock()
			defer w.mu.Unlock()
			for _, t := range tallies {
				t.underWay--
			}
		}
	}
}

// talliesOf a write of just these customers' external administrators. w.mu is held.
func (w *writes) talliesOf(customers []string) []*tally {
	tallies := []*tally{&w.all}
	if len(customers) > 0 {
		tallies = append(tallies, &w.grants)
	}
	for _, customerID := range customers {
		if w.grantsOf[customerID] == nil {
			if w.grantsOf == nil {
				w.grantsOf = map[string]*tally{}
			}
			w.grantsOf[customerID] = &tally{}
		}
		tallies = append(tallies, w.grantsOf[customerID])
	}
	return tallies
}

// mark answers a mark of this moment, and whether no write is under way.
func (w *writes) mark() (mark uint64, quiet bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.begun, w.all.underWay == 0
}

// markOf is mark for who may enter a customer, and who may be let in there. Writes of other customers' external administrators
// leave it as it is: no rule about one customer's goes by those of another. Everything else may change it: portal admins and
// partner users have to be there, roles have to be given, domains have to be others, a customer may go.
func (w *writes) markOf(customerID string) (mark uint64, quiet bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	own := tally{}
	if t := w.grantsOf[customerID]; t != nil {
		own = *t
	}
	return w.all.begun - w.grants.begun + own.begun, w.all.underWay-w.grants.underWay+own.underWay == 0
}

// noneSince says whether no write has begun since a mark that was quiet.
func (w *writes) noneSince(mark uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.begun == mark
}
