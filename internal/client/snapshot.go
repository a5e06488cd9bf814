package client

import (
	"context"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// objectKey names an object of one kind, alike for an item of a list and for a read of its own.
type objectKey struct {
	customer string // empty for kinds that no customer has
	name     string
}

// snapshot is a list of which reads are served while it is still being fetched: each page as it arrives, while the next
// one is under way.
type snapshot[T any] struct {
	pager pager[T]
	key   func(*T) objectKey
	// narrower: the alternative to this list is that of each customer asked for, not a read for each object.
	narrower bool
	earlier  int    // reads of the same run, before there was this list
	mark     uint64 // of the writes, before the first page was asked for
	born     time.Time
	// For what is read by customers, else nil.
	scattered *scattering
	early     map[string]bool // customers that were read before the end of the list
	log       Logger

	mu      sync.Mutex
	items   map[objectKey]*T
	owners  map[string][]*T // items by the customers that they belong to
	last    string          // customer of the last item
	fetched int             // pages
	next    string          // token of the page to ask for
	state   snapshotState
	asking  bool
	cancel  context.CancelFunc // of what is being asked
	turned  chan struct{}      // closed when a page, or the end, has come
	waiting int
	reads   int
	askers  map[string]bool // customers that were asked for
}

type snapshotState int

const (
	stateOpen     snapshotState = iota // there may be more pages
	stateComplete                      // all is here
	stateFailed                        // what is here is true, more will not come
	stateDropped                       // not to be used any more
)

// finding is what a snapshot says of an object.
type finding int

const (
	findingNone    finding = iota // this list can't tell, or at a price that is too high
	findingPresent                // here it is
	findingAbsent                 // not in the list, which may have been asked for before the object was there
)

func newSnapshot[T any](ask pager[T], key func(*T) objectKey, narrower bool, earlier int, mark uint64, born time.Time) *snapshot[T] {
	return &snapshot[T]{
		pager: ask, key: key, narrower: narrower, earlier: earlier, mark: mark, born: born,
		items: map[objectKey]*T{}, owners: map[string][]*T{}, askers: map[string]bool{}, turned: make(chan struct{}),
	}
}

// usable says whether reads may still be served of it.
func (s *snapshot[T]) usable(mark uint64, now time.Time) bool {
	if s == nil || s.mark != mark || now.Sub(s.born) >= snapshotLife {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state != stateDropped
}

// here answers an object that has come already, or nil.
func (s *snapshot[T]) here(k objectKey) *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := s.items[k]
	if item != nil {
		s.reads++
		s.askers[k.customer] = true
	}
	return item
}

// find waits until the list has the object, or can't have it any more.
func (s *snapshot[T]) find(ctx context.Context, k objectKey) (*T, finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.await(ctx, k.customer, func() bool { return s.items[k] != nil }) {
		return nil, findingNone
	}
	if item := s.items[k]; item != nil {
		return item, findingPresent
	}
	return nil, findingAbsent
}

// await counts a read, and waits until what it is for is here, or all is. It says no if neither will be. s.mu is held.
func (s *snapshot[T]) await(ctx context.Context, customer string, here func() bool) bool {
	s.reads++
	s.askers[customer] = true
	for !here() && s.state != stateComplete {
		switch {
		case s.asking:
		case s.state != stateOpen || !s.worthAnother():
			return false
		default:
			s.ask(ctx)
		}
		if !s.wait(ctx) {
			return false
		}
	}
	return true
}

// worthAnother bounds the pages by the requests that would be needed without this list: those who ask for little of a
// long list shall not pay for all of it. Many reads are the sign of a run that will ask for much more: what it gave up
// now, it would have to ask for in the end, and for the alternative besides. s.mu is held.
func (s *snapshot[T]) worthAnother() bool {
	alternative := s.reads
	if s.narrower {
		alternative = len(s.askers)
		if len(s.owners) > 0 {
			perOwner := len(s.items) / len(s.owners)
			alternative *= 1 + perOwner/api.MaxPageSize
		}
	}
	if run := s.earlier + s.reads; run >= manyReads {
		alternative = 2*alternative + run/readsPerPage
	}
	return s.fetched <= alternative
}

// wait for news; false if the reader has gone. The last reader to go takes along what is being asked. s.mu is held.
func (s *snapshot[T]) wait(ctx context.Context) bool {
	turned, gone := s.turned, false
	s.waiting++
	s.mu.Unlock()
	select {
	case <-turned:
	case <-ctx.Done():
		gone = true
	}
	s.mu.Lock()
	s.waiting--
	if gone && s.waiting == 0 {
		s.discard()
	}
	return !gone
}

// ask for pages as long as they are worth it. They outlive the reader who was first, because others wait for them too.
// s.mu is held.
func (s *snapshot[T]) ask(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.asking = true
	go func(cancel context.CancelFunc) {
		defer cancel()
		for s.turn(ctx) {
		}
	}(s.cancel)
}

// turn one page, and say whether to go on.
func (s *snapshot[T]) turn(ctx context.Context) bool {
	s.mu.Lock()
	token := s.next
	s.mu.Unlock()
	p, err := s.pager(ctx, token)

	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		close(s.turned)
		s.turned = make(chan struct{})
	}()
	s.fetched++
	s.next = valueOf(p.NextPageToken)
	switch {
	case s.state == stateDropped:
	case err != nil:
		s.state = stateFailed
	default:
		s.take(ctx, p.Items)
		if s.next == "" {
			s.state = stateComplete
		}
	}
	s.asking = s.state == stateOpen && s.worthAnother()
	return s.asking
}

func (s *snapshot[T]) take(ctx context.Context, items []T) {
	for i := range items {
		k := s.key(&items[i])
		if k.customer != s.last && s.owners[k.customer] != nil {
			s.reappeared(ctx, k.customer)
		}
		s.items[k] = &items[i]
		s.owners[k.customer] = append(s.owners[k.customer], &items[i])
		s.last = k.customer
	}
}

// drop ends the use of the snapshot. Who waits goes on without it.
func (s *snapshot[T]) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.discard()
}

// discard is drop with s.mu held.
func (s *snapshot[T]) discard() {
	s.state = stateDropped
	s.items, s.owners = nil, nil
	if s.cancel != nil {
		s.cancel()
	}
}
