package client

import "context"

// aheadAtFirst bounds the lists of single customers that were asked for in advance and that nobody has wanted yet. Each that
// somebody wanted in the end allows two more: a run that goes through all customers is soon far ahead of itself, and one that
// is about a few of many has asked for a handful in vain.
const aheadAtFirst = 8

// aheadAtMost bounds them for good, and with them the requests under way that nobody waits for.
const aheadAtMost = 32

// askAhead is for a run that comes to a customer for the first time. Once it has come to several, the lists of further ones
// are asked for beside each other, in the order of others, which only grows, so that it need not wait for each in turn.
func (s *shelf[T]) askAhead(ctx context.Context, customer string, others func() []string) {
	if s.client == nil {
		return
	}
	mark, quiet := s.client.writes.mark()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !quiet || s.mark != mark || s.askedFor[customer] > 0 {
		return
	}
	if s.ahead[customer] {
		delete(s.ahead, customer)
		s.wanted++
	}
	room := min(aheadAtFirst+2*s.wanted, aheadAtMost) - len(s.ahead)
	if len(s.askedFor) == 0 || room <= 0 {
		return
	}
	if s.narrow == nil {
		s.narrow = map[string]*snapshot[T]{}
	}
	list := others()
	for ; room > 0 && s.scanned < len(list); s.scanned++ {
		other := list[s.scanned]
		if other == customer || s.narrow[other] != nil {
			continue
		}
		snapshot := newSnapshot(s.of(other), s.key, false, 0, mark, s.client.config.Now())
		snapshot.begin(ctx)
		s.narrow[other], s.ahead[other] = snapshot, true
		room--
	}
}

// begin to ask for a list that nobody waits for yet.
func (s *snapshot[T]) begin(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ask(ctx)
}

// inList answers what a list of everything has for a customer as far as it has come, in its order; nothing without one.
func (s *shelf[T]) inList(customer string) []*T {
	mark, _ := s.client.writes.mark()
	list := s.wideIfThere(mark)
	if list == nil {
		return nil
	}
	list.mu.Lock()
	defer list.mu.Unlock()
	return list.owners[customer][:len(list.owners[customer]):len(list.owners[customer])]
}

// customersInList are the ids of those that a list of them has brought.
func (c *Client) customersInList() []string {
	customers := c.shared.customers.inList("")
	ids := make([]string, len(customers))
	for i, customer := range customers {
		ids[i] = customer.ID
	}
	return ids
}
