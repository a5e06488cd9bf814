package domain

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// LoginVia is how somebody signs in at a customer.
type LoginVia string

// The ways of signing in.
const (
	ViaPortal LoginVia = "portal" // through the partner portal
	ViaDirect LoginVia = "direct" // at the customer's own console
)

// AccessQuestion asks whether a person gets in at a customer.
type AccessQuestion struct {
	Email    string
	SourceIP netip.Addr // as canon.IPAddress answers it; zero: addresses are not judged
	Via      LoginVia   // empty: either way
}

// EffectiveAccess is the answer.
type EffectiveAccess struct {
	CustomerID  string
	Email       string
	Allowed     bool
	Permissions []string // of the open paths together, sorted
	Paths       []AccessPath
	Reasons     []string // of the open paths, of all if none is open
}

// AccessPath is one way in.
type AccessPath struct {
	Kind        string // of the object that opens it
	ID          string // as an import takes it
	Via         LoginVia
	Role        string
	Allowed     bool
	Permissions []string // of the role, open or not
	Reasons     []string // what opens it, then what keeps it closed
}

// EffectiveAccess judges whether a person gets in at a customer, by every way that there is, without trying.
func (s *Service) EffectiveAccess(ctx context.Context, a Actor, customerID string, q AccessQuestion) (EffectiveAccess, error) {
	if err := a.require(ScopeExternalAdminsManage); err != nil {
		return EffectiveAccess{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (EffectiveAccess, error) {
		customer, err := a.ownCustomer(ctx, tx, customerID)
		if err != nil {
			return EffectiveAccess{}, err
		}
		person, bad := parseAddress(q.Email, "/email")
		if bad != nil {
			return EffectiveAccess{}, bad
		}
		config, _, err := configOf(ctx, tx, customer.PartnerID)
		if err != nil {
			return EffectiveAccess{}, err
		}
		login := login{customer: customer, config: config, person: person, sourceIP: q.SourceIP, via: q.Via, at: s.now()}
		var paths []AccessPath
		for _, way := range pathFinders {
			openings, err := way.find(ctx, tx, login)
			if err != nil {
				return EffectiveAccess{}, err
			}
			for _, o := range openings {
				paths = append(paths, login.judge(o)...)
			}
		}
		return login.verdict(paths), nil
	})
}

// login is what is judged: one person at one customer.
type login struct {
	customer Customer
	config   PartnerConfig // of the customer's partner
	person   address
	sourceIP netip.Addr
	via      LoginVia
	at       time.Time
}

// pathFinders find what opens a way in for the person, one function for each kind of object that can, in the order in which
// answers name them. What holds for all of them is judged by login.judge.
var pathFinders = []struct {
	as   string // what the person is then, or how, for the answer that there is no way
	find func(context.Context, Tx, login) ([]opening, error)
}{
	{"as external administrator", externalAdminPath},
	{"as member of the group of an access role", groupMemberPath},
	{"as authorized contact", contactPath},
	{"as user of the account", customerUserPath},
	{"as built-in administrator", builtinAdminPath},
	{"by delegated sign-in", delegatedPath},
}

// opening is an object that lets the person in, as far as it alone decides.
type opening struct {
	kind, id, role string
	permissions    []string
	vias           []LoginVia // of signing in that it opens
	opens          string     // says what it gives
	closed         []string   // say why it gives nothing at present; none if it does
	withoutSSO     bool       // it is open by password also where single sign-on is mandatory
}

// externalAdminPath is the person's own grant. It opens the portal, and the customer's console too.
func externalAdminPath(ctx context.Context, tx Tx, l login) ([]opening, error) {
	grant, ok, err := find(ctx, tx.ExternalAdmins(), l.customer.PartnerID, l.customer.ID, l.person.key)
	if err != nil || !ok {
		return nil, err
	}
	role, _, err := findRole(ctx, tx, l.customer.PartnerID, l.customer.ID, grant.Role)
	if err != nil {
		return nil, err
	}
	o := opening{
		kind: KindExternalAdmin, id: grantID(grant.CustomerID, grant.EmailKey), role: grant.Role, permissions: role.Permissions,
		vias:  []LoginVia{ViaPortal, ViaDirect},
		opens: fmt.Sprintf("%s is an external administrator of %s with the role %q.", grant.Email, l.customer.Name, grant.Role),
	}
	switch {
	case grant.ExpiresAt == nil:
	case grant.status(l.at) == GrantExpired:
		o.closed = append(o.closed, fmt.Sprintf("This ended at %s; a new date brings it back.", canon.InstantText(*grant.ExpiresAt)))
	default:
		o.opens = fmt.Sprintf("%s is an external administrator of %s with the role %q until %s.",
			grant.Email, l.customer.Name, grant.Role, canon.InstantText(*grant.ExpiresAt))
	}
	person, err := portalPerson(ctx, tx, l)
	o.closed = append(o.closed, person.closed...)
	return []opening{o}, err
}

// customerUserPath is the person's user in the customer's own account, which the portal knows nothing of.
func customerUserPath(ctx context.Context, tx Tx, l login) ([]opening, error) {
	user, ok, err := find(ctx, tx.CustomerUsers(), l.customer.PartnerID, l.customer.ID, l.person.key)
	if err != nil || !ok {
		return nil, err
	}
	return []opening{{
		kind: KindCustomerUser, id: customerUserID(user.CustomerID, user.EmailKey), role: string(user.Role), permissions: user.Role.permissions(),
		vias:  []LoginVia{ViaDirect},
		opens: fmt.Sprintf("%s is a user of %s with the role %q.", user.Email, l.customer.Name, user.Role),
	}}, nil
}

// builtinAdminPath is that of the user with whom a managed customer was created. It is no person of the partner, so the
// portal does not let it in.
func builtinAdminPath(ctx context.Context, tx Tx, l login) ([]opening, error) {
	if !isBuiltinAdmin(l.customer, l.person.key) {
		return nil, nil
	}
	role, _, err := findRole(ctx, tx, l.customer.PartnerID, l.customer.ID, AccountBasicAdministrator)
	return []opening{{
		kind: KindBuiltinAdmin, id: l.customer.ID + "/" + l.person.key, role: role.Name, permissions: role.Permissions,
		vias:  []LoginVia{ViaDirect},
		opens: fmt.Sprintf("%s is the built-in administrator of %s, with the role %q.", l.customer.AdminUsername, l.customer.Name, role.Name),
	}}, err
}

// judge answers the ways that an opening gives, each with what keeps it closed.
func (l login) judge(o opening) []AccessPath {
	var paths []AccessPath
	for _, via := range o.vias {
		if l.via != "" && l.via != via {
			continue
		}
		path := AccessPath{Kind: o.kind, ID: o.id, Via: via, Role: o.role, Permissions: o.permissions, Allowed: true, Reasons: []string{o.opens}}
		if len(o.closed) > 0 {
			path.Allowed, path.Reasons = false, append(path.Reasons, o.closed...)
		}
		if !l.customer.Enabled {
			path.Allowed, path.Reasons = false, append(path.Reasons, fmt.Sprintf("%s is disabled, so nobody gets in.", l.customer.Name))
		}
		in, why := l.judgeAddress(via)
		path.Allowed, path.Reasons = path.Allowed && in, append(path.Reasons, why)
		if why := l.judgeSSO(o); why != "" {
			path.Reasons = append(path.Reasons, why)
		}
		paths = append(paths, path)
	}
	return paths
}

// judgeAddress tells whether a login may come from where it comes. Where the customer allows some ranges only, they
// judge direct logins; those through the portal are judged by the addresses from which the partner says its people come.
func (l login) judgeAddress(via LoginVia) (in bool, why string) {
	if len(l.customer.AllowedIPRanges) == 0 {
		return true, fmt.Sprintf("%s takes logins from every address.", l.customer.Name)
	}
	ranges, whose := l.customer.AllowedIPRanges, fmt.Sprintf("the ranges from which %s takes direct logins", l.customer.Name)
	if via == ViaPortal {
		ranges, whose = l.config.OutboundIPs, "the outbound addresses of the partner config, which judges logins through the portal instead of the customer's ranges"
		if len(ranges) == 0 {
			return true, "The partner config, which judges logins through the portal instead of the customer's ranges, names no outbound addresses, so they may come from everywhere."
		}
	}
	if !l.sourceIP.IsValid() {
		return true, fmt.Sprintf("The address must lie in one of %s: %s. None was given, so this was not judged.", whose, strings.Join(ranges, ", "))
	}
	if within, ok := rangeOf(ranges, l.sourceIP); ok {
		return true, fmt.Sprintf("%s lies in %s, one of %s.", l.sourceIP, within, whose)
	}
	return false, fmt.Sprintf("%s lies in none of %s: %s.", l.sourceIP, whose, strings.Join(ranges, ", "))
}

// verdict sums up.
func (l login) verdict(paths []AccessPath) EffectiveAccess {
	v := EffectiveAccess{CustomerID: l.customer.ID, Email: l.person.text, Paths: paths}
	v.Allowed = slices.ContainsFunc(paths, func(p AccessPath) bool { return p.Allowed })
	for _, p := range paths {
		if p.Allowed {
			v.Permissions = append(v.Permissions, p.Permissions...)
		}
		if p.Allowed == v.Allowed {
			v.Reasons = append(v.Reasons, p.Reasons...)
		}
	}
	slices.Sort(v.Permissions)
	v.Permissions = slices.Compact(v.Permissions)
	v.Reasons = unique(v.Reasons)
	if len(paths) == 0 {
		v.Reasons = []string{l.noPath()}
	}
	return v
}

// noPath says of what there is none.
func (l login) noPath() string {
	how := ""
	if l.via != "" {
		how = map[LoginVia]string{ViaPortal: " through the portal", ViaDirect: " directly"}[l.via]
	}
	ways := make([]string, len(pathFinders))
	for i, way := range pathFinders {
		ways[i] = way.as
	}
	return fmt.Sprintf("Nothing lets %s in at %s%s: neither %s.", l.person.text, l.customer.Name, how, strings.Join(ways, ", nor "))
}

// unique keeps the first of equal texts.
func unique(texts []string) []string {
	var first []string
	for _, text := range texts {
		if !slices.Contains(first, text) {
			first = append(first, text)
		}
	}
	return first
}
