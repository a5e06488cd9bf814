package client

import "context"

// readAll answers everything that a customer has of the kind, out of the list of all customers, or by get.
func (s *shelf[T]) readAll(ctx context.Context, customer string, known []objectKey, get func() ([]T, error)) ([]T, error) {
	if s.client != nil {
		if items := s.lookUpAll(ctx, customer, known); items != nil {
			s.client.log.Debug(ctx, "read out of a list", "customer", customer, "items", len(items))
			return items, nil
		}
	}
	return get()
}

// lookUpAll answers nil if the customer has to be asked for by itself.
func (s *shelf[T]) lookUpAll(ctx context.Context, customer string, known []objectKey) []T {
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
	if !s.client.writes.noneSince(mark) {
		return nil // what was found may be older than a write that has ended meanwhile
	}
	return items
}

// findAll waits until the list has all of a customer, whose rows stand together, or can't have it any more. It answers nil if
// that is nothing or lacks one of the known objects.
func (s *snapshot[T]) findAll(ctx context.Context, customer string, known []objectKey) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.await(ctx, customer, func() bool { return s.last != customer && s.owners[customer] != nil }) {
		return nil
	}
	for _, k := range known {
		if s.items[k] == nil {
			return nil
		}
	}
	var items []T
	for _, item := range s.owners[customer] {
		items = append(items, *item)
	}
	return items
}
