package client

import "time"

// ExpectExternalAdmins tells that an external administrator of a customer, or all that it has, will probably be read soon.
// Terraform decodes the states of several resources before it asks for the first one, so the first read of many need not
// look like that of one alone. It only decides what is asked for, and nothing is asked for yet.
func (c *Client) ExpectExternalAdmins(customerID string) { c.shared.externalAdmins.expect(customerID) }

// ExpectCustomerUser does for the users of customers what ExpectExternalAdmins does.
func (c *Client) ExpectCustomerUser(customerID string) { c.shared.customerUsers.expect(customerID) }

// expectations are reads to come.
type expectations struct {
	last time.Time
	all  int
	of   map[string]int // by customer
}

func (s *shelf[T]) expect(customer string) {
	if s.client == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.config.Now()
	if now.Sub(s.expected.last) > quickSuccession {
		s.expected = expectations{of: map[string]int{}}
	}
	s.expected.last = now
	s.expected.all++
	s.expected.of[customer]++
}

// run answers how many reads there are in this run and of how many customers, with those to come. s.mu is held.
func (s *shelf[T]) run() (reads, customers int) {
	if s.client.config.Now().Sub(s.expected.last) > quickSuccession {
		return s.reads, len(s.askedFor)
	}
	return max(s.reads, s.expected.all), max(len(s.askedFor), len(s.expected.of))
}

// runOf is run for one customer. s.mu is held.
func (s *shelf[T]) runOf(customer string) int {
	if s.client.config.Now().Sub(s.expected.last) > quickSuccession {
		return s.askedFor[customer]
	}
	return max(s.askedFor[customer], s.expected.of[customer])
}
