package client

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// Shared reads answer the ReadX methods out of lists, so that a plan of a thousand objects costs a few requests. They are
// told apart from the GetX methods by what they give: no version to write against, and what somebody else changed within
// snapshotLife may be missing. What they never are is older than this process's own last write, and they call nothing gone
// that they have not asked for by itself.
const (
	// snapshotLife is how long a list serves reads, counted from before its first page was asked for. A plan of 10,000
	// objects takes about half of it.
	snapshotLife = 30 * time.Second
	// quickSuccession is how soon a read has to follow another one to count as part of the same run.
	quickSuccession = 5 * time.Second
	// readsAlone is how many objects of a kind are asked for singly, as cheaper than a list.
	readsAlone = 2
	// manyReads of a kind in one run are the sign of a large one, in which a page for every readsPerPage of them may be
	// asked for in advance.
	manyReads    = 8
	readsPerPage = 10
)

// sharedReads are the kinds of which there may be thousands.
type sharedReads struct {
	customers      shelf[api.Customer]
	partnerUsers   shelf[api.PartnerUser]
	portalAdmins   shelf[api.PortalAdmin]
	domains        shelf[api.Domain]
	customerUsers  shelf[api.CustomerUser]
	externalAdmins shelf[api.ExternalAdmin]
	accessRoles    shelf[api.AccessRole]
	groupMembers   shelf[api.AccessGroupMember]
	contacts       shelf[api.AuthorizedContact]
	roles          shelf[api.Role]
	// What checks before a write go by.
	caller       shelf[api.CurrentClient]
	accountRoles shelf[accountRole]
}

// shareReads fills the shelves; empty ones let every read through.
func (c *Client) shareReads() {
	c.shared.customers.open(c, customerKey, sharedPages[api.Customer](c, opListCustomers, v1("customers")), nil)
	c.shared.partnerUsers.open(c, partnerUserKey, sharedPages[api.PartnerUser](c, opListPartnerUsers, v1("partner-users")), nil)
	c.shared.portalAdmins.open(c, portalAdminKey, sharedPages[api.PortalAdmin](c, opListPortalAdmins, v1("portal-admins")), nil)
	c.shared.domains.open(c, domainKey, sharedPages[api.Domain](c, opListDomains, v1("domains")), nil)
	c.shared.customerUsers.open(c, customerUserKey, sharedPages[api.CustomerUser](c, opListCustomerUsers, v1("customer-users")),
		func(customerID string) pager[api.CustomerUser] {
			return sharedPages[api.CustomerUser](c, opListUsersOfCustomer, v1("customers", customerID, "users"))
		})
	c.shared.externalAdmins.open(c, externalAdminKey, sharedPages[api.ExternalAdmin](c, opListExternalAdmins, v1("external-admins")),
		func(customerID string) pager[api.ExternalAdmin] {
			return sharedPages[api.ExternalAdmin](c, opListCustomerExternalAdmins, v1("customers", customerID, "external-admins"))
		})
	c.shared.externalAdmins.scattered = scatteredOf.of(scatteredKey{c.base.String(), opListExternalAdmins}, func() *scattering { return &scattering{} })
	c.shared.accessRoles.open(c, accessRoleKey, sharedPages[api.AccessRole](c, opListAccessRoles, v1("access-roles")),
		func(customerID string) pager[api.AccessRole] {
			return sharedPages[api.AccessRole](c, opListCustomerAccessRoles, v1("customers", customerID, "access-roles"))
		})
	c.shared.groupMembers.open(c, func(m *api.AccessGroupMember) objectKey { return groupMemberKey(m.CustomerID, m.Role, m.Email) },
		sharedPages[api.AccessGroupMember](c, opListAccessGroupMembers, v1("access-group-members")),
		func(customerID string) pager[api.AccessGroupMember] {
			return dispensablePages[api.AccessGroupMember](c, read(opListAccessGroupMembers, v1("access-group-members"), url.Values{"customer_id": {customerID}}))
		})
	c.shared.contacts.open(c, func(k *api.AuthorizedContact) objectKey { return emailKey(k.CustomerID, k.Email) },
		sharedPages[api.AuthorizedContact](c, opListAuthorizedContacts, v1("authorized-contacts")),
		func(customerID string) pager[api.AuthorizedContact] {
			return sharedPages[api.AuthorizedContact](c, opListContactsOfCustomer, v1("customers", customerID, "contacts"))
		})
	c.shared.roles.open(c, roleKey, sharedPages[api.Role](c, opListCustomRoles, v1("custom-roles")), nil)
	c.shared.caller.open(c, callerKey, sharedCaller(c), nil)
	c.shared.accountRoles.open(c, accountRoleKey, nil, func(customerID string) pager[accountRole] { return sharedAccountRoles(c, customerID) })
}

// sharedPages of a list that reads are served of. Without it, they ask for themselves.
func sharedPages[T any](c *Client, operation string, p path) pager[T] {
	return dispensablePages[T](c, read(operation, p, nil))
}

func dispensablePages[T any](c *Client, r request) pager[T] {
	r.dispensable = true
	return pagesOf[T](c, r)
}

// dropSharedReads is for a write that begins: whatever was read before it is not to be served after it.
func (c *Client) dropSharedReads() {
	c.shared.customers.drop()
	c.shared.partnerUsers.drop()
	c.shared.portalAdmins.drop()
	c.shared.domains.drop()
	c.shared.customerUsers.drop()
	c.shared.externalAdmins.drop()
	c.shared.accessRoles.drop()
	c.shared.groupMembers.drop()
	c.shared.contacts.drop()
	c.shared.roles.drop()
	c.shared.caller.drop()
	c.shared.accountRoles.drop()
}

// E-mail addresses are compared without regard to case, ids and names of roles as they are.
func customerKey(c *api.Customer) objectKey       { return objectKey{name: c.ID} }
func partnerUserKey(u *api.PartnerUser) objectKey { return emailKey("", u.Email) }
func portalAdminKey(a *api.PortalAdmin) objectKey { return emailKey("", a.Email) }
func customerUserKey(u *api.CustomerUser) objectKey {
	return emailKey(u.CustomerID, u.Email)
}

func externalAdminKey(a *api.ExternalAdmin) objectKey {
	return emailKey(a.CustomerID, a.Email)
}

func accessRoleKey(r *api.AccessRole) objectKey {
	return objectKey{r.CustomerID, string(r.Role)}
}

func roleKey(r *api.Role) objectKey {
	customerID := "" // the partner's own account
	if r.CustomerID != nil {
		customerID = *r.CustomerID
	}
	return objectKey{customerID, r.Name}
}

func groupMemberKey(customer string, role api.AccessRoleName, email string) objectKey {
	return emailKey(customer, string(role)+"/"+email)
}

func emailKey(customer, email string) objectKey {
	return objectKey{customer, strings.ToLower(email)}
}

// shelf decides for the reads of one kind whether a list serves them, and which: that of all customers, or where it would
// cost more, that of one.
type shelf[T any] struct {
	client *Client
	key    func(*T) objectKey
	all    pager[T]                       // nil where there is no list of all customers
	of     func(customer string) pager[T] // nil for kinds that no customer has
	// scattered is of the list of all, where it is read by customers.
	scattered *scattering

	mu       sync.Mutex
	mark     uint64 // of the writes, that all below belongs to
	lastRead time.Time
	reads    int
	askedFor map[string]int // reads by customer
	expected expectations
	wide     *snapshot[T]
	narrow   map[string]*snapshot[T]
	ahead    map[string]bool // of narrow, those that nobody has wanted yet
	wanted   int             // that were ahead
	scanned  int             // customers that were looked at for that
}

func (s *shelf[T]) open(c *Client, key func(*T) objectKey, all pager[T], of func(string) pager[T]) {
	s.client, s.key, s.all, s.of = c, key, all, of
	s.ahead = map[string]bool{}
}

// read answers an object out of a list, or by get, which asks for it alone.
func (s *shelf[T]) read(ctx context.Context, k objectKey, get func() (*Versioned[T], error)) (*T, error) {
	if item, _ := s.lookUp(ctx, k); item != nil {
		s.client.log.Debug(ctx, "read out of a list", "customer", k.customer, "name", k.name)
		shallow := *item
		return &shallow, nil
	}
	v, err := get()
	if err != nil {
		return nil, err
	}
	return &v.Value, nil
}

// peek answers an object that a list has brought already; nil says nothing. It asks for nothing, and waits for nothing.
func (s *shelf[T]) peek(k objectKey) *T {
	if s.client == nil {
		return nil
	}
	mark, quiet := s.client.writes.mark()
	if !quiet {
		return nil
	}
	for _, snapshot := range []*snapshot[T]{s.narrowIfThere(k, mark), s.wideIfThere(mark)} {
		if snapshot == nil {
			continue
		}
		if item := snapshot.here(k); item != nil && s.client.writes.noneSince(mark) {
			s.note(k, mark)
			shallow := *item
			return &shallow
		}
	}
	return nil
}

// lookUp answers what lists say of an object; nothing if they are not worth asking for, or not to be trusted. What is
// absent may have been made by somebody else since, so it is not gone before it was asked for by itself.
func (s *shelf[T]) lookUp(ctx context.Context, k objectKey) (*T, finding) {
	if s.client == nil {
		return nil, findingNone
	}
	mark, quiet := s.client.writes.mark()
	if !quiet {
		return nil, findingNone
	}
	s.note(k, mark)
	for _, choose := range []func() *snapshot[T]{
		func() *snapshot[T] { return s.narrowIfThere(k, mark) },
		func() *snapshot[T] { return s.wideIfWorth(mark) },
		func() *snapshot[T] { return s.narrowIfWorth(k, mark) },
	} {
		snapshot := choose()
		if snapshot == nil {
			continue
		}
		item, finding := snapshot.find(ctx, k)
		switch {
		case finding == findingNone:
			continue
		case !s.client.writes.noneSince(mark):
			return nil, findingNone // what was found may be older than a write that has ended meanwhile
		default:
			return item, finding
		}
	}
	return nil, findingNone
}

// count a read that is served otherwise, for what it says of those that follow.
func (s *shelf[T]) count(k objectKey) {
	if s.client != nil {
		mark, _ := s.client.writes.mark()
		s.note(k, mark)
	}
}

// worth counts a read, and tells whether the list of everything would serve it.
func (s *shelf[T]) worth(k objectKey) bool {
	if s.client == nil {
		return false
	}
	mark, quiet := s.client.writes.mark()
	if !quiet {
		return false
	}
	s.note(k, mark)
	return s.wideIfWorth(mark) != nil
}

// note a read, and forget what belongs to another run or to the time before a write.
func (s *shelf[T]) note(k objectKey, mark uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.config.Now()
	if s.mark < mark {
		s.forget()
		s.mark = mark
	}
	if now.Sub(s.lastRead) > quickSuccession {
		s.reads, s.askedFor = 0, map[string]int{}
	}
	s.lastRead = now
	s.reads++
	s.askedFor[k.customer]++
}

// narrowIfThere answers the list of the object's customer if it was asked for already.
func (s *shelf[T]) narrowIfThere(k objectKey, mark uint64) *snapshot[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if snapshot := s.narrow[k.customer]; snapshot.usable(mark, s.client.config.Now()) {
		return snapshot
	}
	return nil
}

// wideIfThere answers the list of everything if it was asked for already.
func (s *shelf[T]) wideIfThere(mark uint64) *snapshot[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wide.usable(mark, s.client.config.Now()) {
		return s.wide
	}
	return nil
}

// wideIfWorth answers the list of everything, once several reads have followed each other, of several customers if the
// kind has them.
func (s *shelf[T]) wideIfWorth(mark uint64) *snapshot[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.config.Now()
	reads, customers := s.run()
	switch {
	case s.all == nil || s.mark != mark:
		return nil // there is none, or a write has begun since
	case s.wide.usable(mark, now):
		return s.wide
	case reads <= readsAlone || s.of != nil && customers < 2:
		return nil
	}
	s.wide = newSnapshot(s.all, s.key, s.of != nil, s.reads, mark, now)
	s.wide.scattered, s.wide.log, s.wide.early = s.scattered, s.client.log, map[string]bool{}
	return s.wide
}

// narrowIfWorth answers the list of the object's customer, from the second read there on. Where there is no list of all
// customers, the first read is enough once several have followed each other: most runs that go on ask for the same again.
func (s *shelf[T]) narrowIfWorth(k objectKey, mark uint64) *snapshot[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.config.Now()
	reads := s.runOf(k.customer)
	switch {
	case s.of == nil || s.mark != mark:
		return nil
	case reads < 2 && (s.all != nil || s.reads <= readsAlone):
		return nil
	case s.narrow[k.customer].usable(mark, now):
		return s.narrow[k.customer]
	}
	if s.narrow == nil {
		s.narrow = map[string]*snapshot[T]{}
	}
	s.narrow[k.customer] = newSnapshot(s.of(k.customer), s.key, false, s.askedFor[k.customer], mark, now)
	return s.narrow[k.customer]
}

func (s *shelf[T]) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
}

// forget everything. s.mu is held.
func (s *shelf[T]) forget() {
	if s.wide != nil {
		s.wide.drop()
	}
	for _, snapshot := range s.narrow {
		snapshot.drop()
	}
	s.wide, s.narrow = nil, nil
	s.ahead, s.wanted, s.scanned = map[string]bool{}, 0, 0
	s.expected = expectations{}
	s.reads, s.askedFor = 0, map[string]int{}
}
