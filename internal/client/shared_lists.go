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
	nobody := objectKey{customer: customer} // not to be found, which is certain when all pages are here
	s.note(nobody, mark)
	snapshot := s.wideIfWorth(nobody, mark)
	if snapshot == nil {
		return nil
	}
	if _, finding := snapshot.find(ctx, nobody); finding != findingAbsent {
		return nil
	}
	items := snapshot.of(customer, known)
	if !s.client.writes.noneSince(mark) {
		return nil // what was found may be older than a write that has ended meanwhile
	}
	return items
}

// of answers what a customer has, or nil if that is nothing or lacks one of the known objects.
func (s *snapshot[T]) of(customer string, known []objectKey) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateComplete {
		return nil // dropped meanwhile
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
