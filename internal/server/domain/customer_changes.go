package domain

import (
	"context"
	"encoding/json"
	"slices"
)

// PutCustomer changes a customer; it never creates one.
func (s *Service) PutCustomer(ctx context.Context, a Actor, id string, in CustomerInput, pre Precondition) (Customer, error) {
	customer, _, err := putting(ctx, s, func(ctx context.Context, tx Tx) (Customer, bool, error) {
		return s.putCustomer(ctx, tx, a, id, in, pre)
	})
	return customer, err
}

func (s *Service) putCustomer(ctx context.Context, tx Tx, a Actor, id string, in CustomerInput, pre Precondition) (Customer, bool, error) {
	old, err := a.changeableCustomer(ctx, tx, id)
	if err != nil {
		return Customer{}, false, err
	}
	if err := pre.check(true, old.Revision, "customer", id); err != nil {
		return Customer{}, false, err
	}
	customer := old
	if in.Stage != "" {
		customer.Stage = in.Stage
	}
	found := customer.set(in)
	if err := a.checkMayChange(old, customer); err != nil {
		return Customer{}, false, err
	}
	if fold(in.Domain) != old.DomainKey {
		found.add(refuse(CodeInvalidValue, "/domain", "The domain of a customer is %q for good; for %q, create another customer.", old.Domain, in.Domain))
	}
	if old.Relationship == RelationshipReferral {
		found = append(found, checkReferral(old, customer)...)
	} else {
		found.add(checkStage(customer.Stage))
		if old.Stage == StageCustomer && customer.Stage == StageProspect {
			found.add(refuse(CodeInvalidTransition, "/stage", "A customer does not become a prospect again; leave the stage %q.", StageCustomer))
		}
	}
	more, err := checkReferences(ctx, tx, customer, old)
	if err != nil {
		return Customer{}, false, err
	}
	if err := append(found, more...).err(); err != nil {
		return Customer{}, false, err
	}
	if sameCustomer(customer, old) {
		return old, false, nil
	}
	customer.Revision = newRevision()
	if err := tx.Customers().Put(ctx, customer); err != nil {
		return Customer{}, false, err
	}
	err = s.audit(ctx, tx, a, change{Kind: KindCustomer, ObjectID: id, CustomerID: id, Before: old, After: customer})
	if err == nil && customer.Name != old.Name {
		err = s.renameGroups(ctx, tx, a, customer)
	}
	if err == nil && !customer.Enabled {
		err = s.endSessions(ctx, tx, a, belongsTo(customer), ModeDelegated, ModeExternalAdmin)
	}
	if err == nil && customer.RequireSSO {
		err = s.endSessions(ctx, tx, a, belongsTo(customer), ModeExternalAdmin)
	}
	return customer, false, err
}

// checkMayChange refuses changes that are orders, to those who may not place them.
func (a Actor) checkMayChange(old, customer Customer) error {
	if customer.ImplementationLeadKey != old.ImplementationLeadKey && !a.has(ScopeOrdersLead) {
		return a.forbidden("/implementation_lead", ScopeOrdersLead)
	}
	if old.Stage == StageProspect {
		if customer.Stage == StageCustomer && !a.has(ScopeOrdersPlace) {
			return a.forbidden("/stage", ScopeOrdersPlace)
		}
		return nil
	}
	if customer.Product != old.Product && !a.has(ScopeOrdersUpgrade) {
		return a.forbidden("/product", ScopeOrdersUpgrade)
	}
	if customer.Seats != old.Seats && !a.has(ScopeOrdersUpgrade) {
		return a.forbidden("/seats", ScopeOrdersUpgrade)
	}
	return nil
}

// checkReferral refuses changes of what a referral customer decides itself.
func checkReferral(old, customer Customer) Findings {
	var found Findings
	for _, own := range []struct {
		field   string
		changed bool
		is      any // as JSON has it
	}{
		{"/name", customer.Name != old.Name, old.Name},
		{"/stage", customer.Stage != old.Stage, old.Stage},
		{"/country", customer.Country != old.Country, old.Country},
		{"/enabled", customer.Enabled != old.Enabled, old.Enabled},
		{"/require_sso", customer.RequireSSO != old.RequireSSO, old.RequireSSO},
		{"/allowed_ip_ranges", !slices.Equal(customer.AllowedIPRanges, old.AllowedIPRanges), old.AllowedIPRanges},
	} {
		if own.changed {
			is, _ := json.Marshal(own.is) // strings and booleans always marshal
			found.add(refuse(CodeNotManaged, own.field, "%q is a referral customer and decides this itself; it is %s, leave it so.", old.Name, is))
		}
	}
	return found
}

// sameCustomer compares what a change can touch.
func sameCustomer(a, b Customer) bool {
	return a.Name == b.Name && a.Stage == b.Stage && a.ImplementationLeadKey == b.ImplementationLeadKey && a.Seats == b.Seats &&
		a.Product == b.Product && a.Country == b.Country && a.ExternalID == b.ExternalID && a.Enabled == b.Enabled &&
		a.RequireSSO == b.RequireSSO && a.DeletionProtection == b.DeletionProtection &&
		slices.Equal(a.AllowedIPRanges, b.AllowedIPRanges) && slices.Equal(a.RFI.OutboundIPs, b.RFI.OutboundIPs) &&
		slices.Equal(a.RFI.InboundIPs, b.RFI.InboundIPs) && sameSmarthost(a.RFI.Smarthost, b.RFI.Smarthost)
}

// renameGroups lets the groups of access roles follow the customer's name.
func (s *Service) renameGroups(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	roles, err := accessOf(ctx, tx, customer)
	if err != nil {
		return err
	}
	for _, old := range roles {
		access := old
		access.GroupName, access.Revision = groupName(customer.Name, old.Role), newRevision()
		if err := tx.AccessRoles().Put(ctx, access); err != nil {
			return err
		}
		err := s.audit(ctx, tx, a, change{
			Kind: KindAccessRole, ObjectID: accessID(customer.ID, old.Role), CustomerID: customer.ID, Before: old, After: access,
		})
		if err != nil {
			return err
		}
		if err := s.renameMembers(ctx, tx, a, access); err != nil {
			return err
		}
	}
	return nil
}

func accessOf(ctx context.Context, tx Tx, customer Customer) ([]AccessRole, error) {
	return tx.AccessRoles().List(ctx, Query{Where: belongsTo(customer)})
}

// belongsTo selects the rows of a customer.
func belongsTo(c Customer) []Condition {
	return []Condition{Eq(FieldPartnerID, c.PartnerID), Eq(FieldCustomerID, c.ID)}
}
