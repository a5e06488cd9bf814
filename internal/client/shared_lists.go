package client

import (
	"context"
	"sync/atomic"
)

// readAll answers everything that a customer has of the kind, out of the list of all customers, or by get. A list has nothing
// of a customer that is gone, as of one that has nothing; so the latter is taken from it of those only that exist.
func (s *shelf[T]) readAll(ctx context.Context, customer string, known []objectKey, exists func() bool, get func() ([]T, error)) ([]T, error) {
	if s.client != nil {
		if items := s.lookUpAll(ctx, customer, known, exists); items != nil {
			s.client.log.Debug(ctx, "read out of a list", "customer", customer, "items", len(items))
			return items, nil
		}
	}
	return get()
}

// lookUpAll answers nil if the customer has to be asked for by itself.
func (s *shelf[T]) lookUpAll(ctx context.Context, customer string, known []objectKey, exists func() bool) []T {
	mark, quiet := s.client.writes.mark()
	if !quiet {
		return nil
	}
	k := objectKey{customer: customer}
	s.note(k, mark)
	snapshot := s.wideIfWorth(mark)
	if snapshot == nil {
		return nil
	}
	items := snapshot.findAll(ctx, customer, known)
	if items != nil && len(items) == 0 && !exists() {
		return nil
	}
	if !s.client.writes.noneSince(mark) {
		return nil // what was found may be older than a write that has ended meanwhile
	}
	return items
}

// findAll waits until the list has all of a customer, or can't have it any more. It answers nil if that lacks one of the known
// objects.
func (s *snapshot[T]) findAll(ctx context.Context, customer string, known []objectKey) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.await(ctx, customer, func() bool { return s.cameWhole(customer) }) {
		return nil
	}
	for _, k := range known {
		if s.items[k] == nil {
			return nil
		}
	}
	if s.state != stateComplete {
		s.early[customer] = true
	}
	items := []T{}
	for _, item := range s.owners[customer] {
		items = append(items, *item)
	}
	return items
}

// cameWhole tells whether the list has all of a customer before its end: rows of a customer stand together, so another's that
// follow are the sign. s.mu is held.
func (s *snapshot[T]) cameWhole(customer string) bool {
	return !s.scattered.broken() && s.last != customer && s.owners[customer] != nil
}

// scattering is whether a server, against the contract, lists a customer's rows apart from each other. Then all clients of the
// process read its lists to the end. nil is for kinds of which nobody reads all that a customer has.
type scattering struct{ seen atomic.Bool }

func (s *scattering) broken() bool { return s != nil && s.seen.Load() }

// reappeared is for a customer whose rows go on after another's.
func (s *snapshot[T]) reappeared(ctx context.Context, customer string) {
	if s.scattered == nil {
		return
	}
	lacking := s.early[customer]
	delete(s.early, customer)
	if s.scattered.seen.CompareAndSwap(false, true) || lacking {
		s.log.Warn(ctx, "against the API's contract, the list of all customers has rows of one apart from each other: it is read to its end from now on",
			"customer", customer, "read_without_these", lacking)
	}
}
