package client

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// modelDriver is who does things at random in TestSharedReadsModel.
type modelDriver struct {
	portal  *portal
	foreign bool
	clients []*Client
	objects []string
	locks   sync.Map // by object: Terraform never writes one twice at a time
	written atomic.Int64
	reads   atomic.Int64
	asked   atomic.Int64
	peeked  atomic.Int64
	batches atomic.Int64
	acted   atomic.Int64
	// lateFrom is how many things are done before the portal loses writes.
	lateFrom int64
	lists    atomic.Int64
	listed   atomic.Int64
}

// act does one thing at random: mostly reads, in runs, as in a plan.
func (d *modelDriver) act(t *testing.T, random *rand.Rand) {
	t.Helper()
	if d.acted.Add(1) == d.lateFrom {
		d.portal.late.Store(true)
	}
	path := d.objects[random.IntN(len(d.objects))]
	c := d.clients[random.IntN(len(d.clients))]
	switch n := random.IntN(100); {
	case n < 3:
		d.write(t, c, path, random.IntN(2) == 0)
	case n < 4:
		d.writeBatch(t, c, random)
	case n < 8 && d.foreign:
		role := ""
		if random.IntN(2) == 0 {
			role = fmt.Sprintf("foreign %d", d.written.Add(1))
		}
		d.portal.mu.Lock()
		d.portal.set(path, role, false)
		d.portal.mu.Unlock()
	case n < 10:
		d.portal.clock.Add(random.Int64N(int64(quickSuccession)))
	case n < 11:
		d.portal.clock.Add(int64(snapshotLife))
	case n < 20:
		customer, _ := splitPath(path)
		c.ExpectExternalAdmins(customer)
	case n < 34:
		d.list(t, c, modelCustomers[random.IntN(len(modelCustomers))], random.IntN(1<<len(modelPeople)))
	default:
		d.read(t, c, path, random.IntN(2) == 0, random.IntN(2) == 0)
	}
}

func (d *modelDriver) write(t *testing.T, c *Client, path string, remove bool) {
	t.Helper()
	lock, _ := d.locks.LoadOrStore(path, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	customer, email := splitPath(path)
	role := fmt.Sprintf("own %d", d.written.Add(1))
	switch {
	case remove && customer == "":
		_ = c.DeletePortalAdmin(t.Context(), email, MatchOptions{})
	case remove:
		_ = c.DeleteExternalAdmin(t.Context(), customer, email, MatchOptions{})
	case customer == "":
		_, _ = c.PutPortalAdmin(t.Context(), email, api.PortalAdminInput{Name: "N", Role: api.PortalRoleName(role)}, WriteOptions{})
	default:
		_, _ = c.PutExternalAdmin(t.Context(), customer, email, api.ExternalAdminInput{Role: role}, WriteOptions{})
	}
}

// writeBatch of some grants, in the order of their paths: others who want several do not wait for each other in a circle.
func (d *modelDriver) writeBatch(t *testing.T, c *Client, random *rand.Rand) {
	t.Helper()
	var items []api.ExternalAdminBatchItem
	var mine []*sync.Mutex
	defer func() {
		for _, lock := range mine {
			lock.Unlock()
		}
	}()
	for _, path := range d.objects {
		customer, email := splitPath(path)
		if customer == "" || random.IntN(4) > 0 {
			continue
		}
		lock, _ := d.locks.LoadOrStore(path, &sync.Mutex{})
		lock.(*sync.Mutex).Lock()
		mine = append(mine, lock.(*sync.Mutex))
		item := api.ExternalAdminBatchItem{Operation: api.BatchOperationDelete, CustomerID: customer, Email: email}
		if random.IntN(2) == 0 {
			item.Operation, item.Role = api.BatchOperationPut, new(fmt.Sprintf("own %d", d.written.Add(1)))
		}
		items = append(items, item)
	}
	d.batches.Add(1)
	c.WriteExternalAdmins(t.Context(), items)
}

// read an object, in some spelling, with a look at what has come already before, or without.
func (d *modelDriver) read(t *testing.T, c *Client, path string, upper, peek bool) {
	t.Helper()
	r := d.begin(path)
	customer, email := splitPath(path)
	if upper {
		email = strings.ToUpper(email)
	}
	d.reads.Add(1)
	var err error
	var here *api.ExternalAdmin
	if peek && customer != "" {
		here = c.PeekExternalAdmin(customer, email)
	}
	switch {
	case here != nil:
		d.peeked.Add(1)
		r.role = here.Role
	case customer == "":
		var admin *api.PortalAdmin
		k := emailKey("", email)
		admin, err = c.shared.portalAdmins.read(t.Context(), k, func() (*Versioned[api.PortalAdmin], error) {
			d.asked.Add(1)
			return c.GetPortalAdmin(t.Context(), email)
		})
		if err == nil {
			r.role = string(admin.Role)
		}
	default:
		var admin *api.ExternalAdmin
		k := emailKey(customer, email)
		admin, err = c.shared.externalAdmins.read(t.Context(), k, func() (*Versioned[api.ExternalAdmin], error) {
			d.asked.Add(1)
			return c.GetExternalAdmin(t.Context(), customer, email)
		})
		if err == nil {
			r.role = admin.Role
		}
	}
	if err != nil && !IsNotFound(err) {
		return // the portal failed once too often
	}
	d.end(t, r)
}

// list all that a customer has, as somebody who knows of some of them.
func (d *modelDriver) list(t *testing.T, c *Client, customer string, known int) {
	t.Helper()
	var readings []reading
	var keys []objectKey
	for i, email := range modelPeople {
		r := d.begin(grantPath(customer, email))
		if r.unasked = known&(1<<i) == 0; !r.unasked {
			keys = append(keys, emailKey(customer, email))
		}
		readings = append(readings, r)
	}
	d.lists.Add(1)
	there := func() bool { return true } // which no customer ever ceases to be
	admins, err := c.shared.externalAdmins.readAll(t.Context(), customer, keys, there, func() ([]api.ExternalAdmin, error) {
		d.listed.Add(1)
		return Collect(c.ListCustomerExternalAdmins(t.Context(), customer))
	})
	if err != nil {
		return // the portal failed once too often
	}
	for _, r := range readings {
		for _, admin := range admins {
			if grantPath(customer, admin.Email) == r.path {
				r.role = admin.Role
			}
		}
		d.end(t, r)
	}
}

// begin a reading. A write of the object that is under way may be answered either way; one that has ended has not to be
// missed.
func (d *modelDriver) begin(path string) reading {
	lock, _ := d.locks.LoadOrStore(path, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	own := d.portal.lastOwn(path)
	return reading{path: path, from: d.portal.moment(), began: d.portal.now(), ownVersion: own}
}

func (d *modelDriver) end(t *testing.T, r reading) {
	t.Helper()
	r.to = d.portal.moment()
	if wrong := d.portal.judge(r, d.foreign); wrong != "" {
		d.portal.mu.Lock()
		defer d.portal.mu.Unlock()
		t.Errorf("a read of %s from step %d to %d answered %q: %s; its history is %+v", r.path, r.from, r.to, r.role, wrong, d.portal.history[r.path])
	}
}

func splitPath(path string) (customer, email string) {
	parts := strings.Split(path, "/")
	if len(parts) > 4 {
		customer = parts[3]
	}
	return customer, parts[len(parts)-1]
}
