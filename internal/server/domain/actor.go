package domain

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Actor is who calls: a partner's API client, or with a CustomerID a customer's own.
type Actor struct {
	ClientID     string
	PartnerID    string // of a customer's own client, the partner of record
	PortalRole   PortalRole
	ActsFor      string // e-mail of a portal admin
	CustomerID   string
	ContactRoles []string
	Scopes       []Scope // of the token; none for a customer's own client
	Suspended    bool    // who ActsFor is disabled, so there are no scopes
	APIToken     bool    // with a token that was made for another program
	Narrowed     bool    // to the scopes of a role: what the person may do besides does not count
	// Session makes it somebody signed in at the customer CustomerID, with the permissions there instead of scopes.
	Session   *SessionActor
	RequestID string
}

// Contact roles, which a person or a customer's own client holds on one customer account.
const (
	ContactDecisionMaker = "decision_maker"
	ContactPhoneManager  = "phone_manager"
	ContactBilling       = "billing_contact"
	ContactTechnical     = "technical_contact"
	ContactEmergency     = "emergency_contact"
)

var contactRoles = []string{ContactDecisionMaker, ContactPhoneManager, ContactBilling, ContactTechnical, ContactEmergency}

func (a Actor) has(scope Scope) bool { return slices.Contains(a.Scopes, scope) }

// isCustomer tells a customer's own client, and whoever is signed in at a customer, from clients of partners.
func (a Actor) isCustomer() bool { return a.CustomerID != "" }

// isDecisionMaker is true for a customer's own client with that contact role.
func (a Actor) isDecisionMaker() bool {
	return a.isCustomer() && slices.Contains(a.ContactRoles, ContactDecisionMaker)
}

func (a Actor) sessionID() string {
	if a.Session == nil {
		return ""
	}
	return a.Session.ID
}

// Principal is whose answers to idempotency keys these are: a session does not get those of its client.
func (a Actor) Principal() string { return cmp.Or(a.sessionID(), a.ClientID) }

// person names who did something, for people to read.
func (a Actor) person() string {
	if a.ActsFor != "" {
		return a.ActsFor
	}
	return a.ClientID
}

// require refuses unless the actor has one of the scopes.
func (a Actor) require(anyOf ...Scope) error {
	if slices.ContainsFunc(anyOf, a.has) {
		return nil
	}
	return a.forbidden("", anyOf...)
}

// forbidden says which scope is missing and who has it.
func (a Actor) forbidden(field string, anyOf ...Scope) *Error {
	var roles, scopes []string
	for _, role := range PortalRoles {
		if slices.ContainsFunc(anyOf, func(s Scope) bool { return slices.Contains(RoleTable[s], role.Name) }) {
			roles = append(roles, string(role.Name))
		}
	}
	for _, s := range anyOf {
		scopes = append(scopes, string(s))
	}
	why := "this client's role is " + string(a.PortalRole)
	switch {
	case a.Session != nil:
		why = "this is a session at a customer, where the permissions of " + a.Session.Role + " count"
	case a.isCustomer():
		why = "a customer's own client can only read its account and the roles there and, with the contact role decision_maker, manage its contacts and the access roles of its partner"
	case a.Suspended:
		why = "this client acts for " + a.ActsFor + ", who is disabled"
	case slices.Contains(roles, string(a.PortalRole)):
		why = "this token was issued without it"
	}
	who := "role " + strings.Join(roles, "") + " has"
	if len(roles) > 1 {
		who = "roles " + strings.Join(roles, ", ") + " have"
	}
	return refuse(CodeForbidden, field, "This needs the scope %s, which the portal %s; %s.",
		strings.Join(scopes, " or "), who, why)
}

// noDecisionMaker refuses who is at a customer what its decision makers do.
func (a Actor) noDecisionMaker(does string) *Error {
	if a.Session != nil {
		return refuse(CodeNotDecisionMaker, "", "A session at the customer is no decision maker of it, and only one %s.", does)
	}
	return refuse(CodeNotDecisionMaker, "", "Of the customer's own clients, only one with the contact role %s %s.", ContactDecisionMaker, does)
}

// ownCustomer answers a customer of the actor's partner; for a customer's own client only that customer.
func (a Actor) ownCustomer(ctx context.Context, tx Tx, id string) (Customer, error) {
	c, ok, err := find(ctx, tx.Customers(), id)
	if err != nil {
		return Customer{}, err
	}
	if !ok || c.PartnerID != a.PartnerID || a.isCustomer() && c.ID != a.CustomerID {
		return Customer{}, refuse(CodeNotFound, "", "There is no customer %q.", id)
	}
	return c, nil
}

// visibleCustomer is ownCustomer for operations on the customer itself, where scopes depend on its stage.
func (a Actor) visibleCustomer(ctx context.Context, tx Tx, id string) (Customer, error) {
	if err := a.requirePermission(permissionAccountRead); err != nil {
		return Customer{}, err
	}
	if !a.isCustomer() {
		if err := a.require(ScopeCustomersManage, ScopeProspectsCreate); err != nil {
			return Customer{}, err
		}
	}
	c, err := a.ownCustomer(ctx, tx, id)
	if err == nil && c.Stage == StageCustomer && !a.isCustomer() {
		err = a.require(ScopeCustomersManage)
	}
	return c, err
}

// changeableCustomer is visibleCustomer for changes, which a customer's own client can't make.
func (a Actor) changeableCustomer(ctx context.Context, tx Tx, id string) (Customer, error) {
	if err := a.require(ScopeCustomersManage, ScopeProspectsCreate); err != nil {
		return Customer{}, err
	}
	return a.visibleCustomer(ctx, tx, id)
}
