package client

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestExpectedReads(t *testing.T) {
	t.Parallel()
	somebody := []string{"P0000@x.example"}
	expect := func(c *Client, customers ...string) {
		for _, customer := range customers {
			c.ExpectExternalAdmins(customer)
		}
	}
	t.Run("the first of many", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, e.ServeHTTP)
		expect(c, "c000", "c001", "c002")
		e.want(t) // nothing is asked for yet
		e.listGrants(t, c, somebody, "c000", "c001", "c002", "c003")
		e.readGrants(t, c, 0, 5)
		e.want(t, everyGrant)
	})
	t.Run("one of two", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, e.ServeHTTP)
		expect(c, "c000", "c001")
		e.listGrants(t, c, somebody, "c000", "c001")
		e.want(t, ofCustomer(0), ofCustomer(1))
	})
	t.Run("several of one customer", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, e.ServeHTTP)
		expect(c, "c001", "c001", "c001")
		e.readGrants(t, c, 3, 4, 5)
		e.want(t, ofCustomer(1))
	})
	t.Run("what was expected long ago", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		var now atomic.Int64
		c := serve(t, e.ServeHTTP, func(c *Config) { c.Now = func() time.Time { return time.Unix(1700000000, now.Load()) } })
		expect(c, "c000", "c001", "c002", "c001")
		now.Add(int64(quickSuccession) + 1)
		e.listGrants(t, c, somebody, "c000")
		e.readGrants(t, c, 3)
		e.want(t, ofCustomer(0), "GET /v1/customers/c001/external-admins/P0000@x.example")
		e.forget()
		expect(c, "c001")
		e.listGrants(t, c, somebody, "c001")
		e.want(t, everyGrant) // the third read
	})
	t.Run("switched off, or unusable", func(t *testing.T) {
		t.Parallel()
		e := newEstate(4, 3)
		c := serve(t, e.ServeHTTP, func(c *Config) { c.NoSnapshots = true })
		expect(c, "c000", "c001", "c002")
		e.listGrants(t, c, somebody, "c000")
		e.want(t, ofCustomer(0))
		Unusable(nil).ExpectExternalAdmins("c000")
		Unusable(nil).ExpectCustomerUser("c000")
	})
}
