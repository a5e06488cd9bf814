package domain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

const (
	maxSeats = 1_000_000
	maxSlug  = 40
)

// GetCustomer answers an account that the partner works for.
func (s *Service) GetCustomer(ctx context.Context, a Actor, id string) (Customer, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (Customer, error) { return a.visibleCustomer(ctx, tx, id) })
}

// ListCustomers answers the customers that the actor sees, by id.
func (s *Service) ListCustomers(ctx context.Context, a Actor, f CustomerFilter, page Page) (List[Customer], error) {
	if err := a.requirePermission(permissionAccountRead); err != nil {
		return List[Customer]{}, err
	}
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	switch {
	case a.isCustomer():
		where = append(where, Eq(FieldID, a.CustomerID))
	case !a.has(ScopeCustomersManage):
		if err := a.require(ScopeCustomersManage, ScopeProspectsCreate); err != nil {
			return List[Customer]{}, err
		}
		where = append(where, Eq(FieldStage, string(StageProspect)))
	}
	eq(&where, FieldNameKey, fold(f.Name))
	eq(&where, FieldDomainKey, fold(f.Domain))
	eq(&where, FieldExternalID, f.ExternalID)
	eq(&where, FieldStage, string(f.Stage))
	eq(&where, FieldRelationship, string(f.Relationship))
	if f.Enabled != nil {
		where = append(where, Eq(FieldEnabled, *f.Enabled))
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[Customer], error) {
		return listPage(ctx, tx.Customers(), where, page, 1, func(c Customer) []string { return []string{c.ID} })
	})
}

// CreateCustomer creates a managed customer with its built-in administrator.
func (s *Service) CreateCustomer(ctx context.Context, a Actor, in CustomerInput) (Customer, error) {
	if in.Stage == "" {
		in.Stage = StageCustomer
	}
	if err := a.require(ScopeProspectsCreate); err != nil {
		return Customer{}, err
	}
	if in.Stage == StageCustomer && !a.has(ScopeOrdersPlace) {
		e := a.forbidden("/stage", ScopeOrdersPlace)
		e.Detail += ` Without it, create a customer at stage "prospect".`
		return Customer{}, e
	}
	if in.ImplementationLead != "" && !a.has(ScopeOrdersLead) {
		return Customer{}, a.forbidden("/implementation_lead", ScopeOrdersLead)
	}
	customer, _, err := putting(ctx, s, func(ctx context.Context, tx Tx) (Customer, bool, error) {
		return s.createCustomer(ctx, tx, a, in)
	})
	return customer, err
}

func (s *Service) createCustomer(ctx context.Context, tx Tx, a Actor, in CustomerInput) (Customer, bool, error) {
	config, _, err := configOf(ctx, tx, a.PartnerID)
	if err != nil {
		return Customer{}, false, err
	}
	customer := Customer{
		ID: newCustomerID(), PartnerID: a.PartnerID, Domain: in.Domain, DomainKey: fold(in.Domain), InternalDomains: []string{in.Domain},
		Stage: in.Stage, Relationship: RelationshipManaged, CreatedAt: s.now(), Revision: newRevision(),
		RFI: RFI{OutboundIPs: config.OutboundIPs, InboundIPs: config.InboundIPs, Smarthost: config.Smarthost},
	}
	found := customer.set(in)
	found.add(checkStage(in.Stage))
	if bad := checkDomain(in.Domain, "/domain"); bad != nil {
		found.add(bad)
	} else {
		taken, err := checkUnique(ctx, tx, customer, FieldDomainKey, customer.DomainKey, "/domain")
		if err != nil {
			return Customer{}, false, err
		}
		found.add(taken)
	}
	more, err := checkReferences(ctx, tx, customer, Customer{})
	if err != nil {
		return Customer{}, false, err
	}
	if err := append(found, more...).err(); err != nil {
		return Customer{}, false, err
	}
	customer.AdminUsername = adminUsername(customer)
	if err := tx.Customers().Put(ctx, customer); err != nil {
		return Customer{}, false, err
	}
	return customer, true, s.audit(ctx, tx, a, change{Kind: KindCustomer, ObjectID: customer.ID, CustomerID: customer.ID, After: customer})
}

// adminUsername names the built-in administrator of a managed customer. It never changes, whatever the customer's name
// becomes.
func adminUsername(c Customer) string {
	slug := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(c.Name))
	if slug == "" {
		slug = "customer"
	}
	return fmt.Sprintf("msp_%s@%s", slug[:min(len(slug), maxSlug)], c.DomainKey)
}

// AccountTypeCustomer is the one type of account that partners create.
const AccountTypeCustomer = "customer"

func checkAccountType(accountType string) *Error {
	if accountType == "" || accountType == AccountTypeCustomer {
		return nil
	}
	return refuse(CodeInvalidValue, "/account_type", "Partners create accounts of the type %s only, never those of partners; %q can't be.", AccountTypeCustomer, accountType)
}

// set takes over what can be changed of a customer and judges the values alone, without looking at other objects.
func (c *Customer) set(in CustomerInput) Findings {
	var found Findings
	found.add(checkLine(in.Name, "/name"))
	found.add(checkAccountType(in.AccountType))
	if in.Country != "" {
		found.add(malformed(canon.Country(in.Country), "/country"))
	}
	if in.ExternalID != "" {
		found.add(checkLine(in.ExternalID, "/external_id"))
	}
	if in.Seats < 0 || in.Seats > maxSeats {
		found.add(refuse(CodeInvalidValue, "/seats", "%d seats can't be; write 1 to %d, or leave seats out.", in.Seats, maxSeats))
	}
	c.Name, c.NameKey = in.Name, fold(in.Name)
	c.Country, c.ExternalID, c.Seats, c.Product = in.Country, in.ExternalID, in.Seats, in.Product
	c.Enabled = orDefault(in.Enabled, true)
	c.RequireSSO = orDefault(in.RequireSSO, false)
	c.DeletionProtection = orDefault(in.DeletionProtection, true)
	if key := fold(in.ImplementationLead); key != c.ImplementationLeadKey {
		c.ImplementationLead, c.ImplementationLeadKey = in.ImplementationLead, key
	}
	var more Findings
	c.AllowedIPRanges, more = canonicalRanges(in.AllowedIPRanges, "/allowed_ip_ranges")
	return append(append(found, more...), c.RFI.set(in.RFI)...)
}

// set takes over what is given of a Request for Information and keeps the rest.
func (r *RFI) set(in RFIInput) Findings {
	var found, more Findings
	if in.OutboundIPs != nil {
		r.OutboundIPs, more = canonicalRanges(*in.OutboundIPs, "/rfi/outbound_ips")
		found = append(found, more...)
	}
	if in.InboundIPs != nil {
		r.InboundIPs, more = canonicalRanges(*in.InboundIPs, "/rfi/inbound_ips")
		found = append(found, more...)
	}
	if in.Smarthost != nil && !sameSmarthost(in.Smarthost, r.Smarthost) {
		r.Smarthost, more = checkSmarthost(in.Smarthost, "/rfi/smarthost")
		found = append(found, more...)
	}
	return found
}

func orDefault(value *bool, otherwise bool) bool {
	if value == nil {
		return otherwise
	}
	return *value
}

func checkStage(stage Stage) *Error {
	if stage == StageProspect || stage == StageCustomer {
		return nil
	}
	return refuse(CodeInvalidValue, "/stage", "%q is no stage; there are %s and %s.", stage, StageProspect, StageCustomer)
}

// checkUnique refuses a value that another customer of the partner has.
func checkUnique(ctx context.Context, tx Tx, c Customer, column Field, value, field string) (*Error, error) {
	others, err := tx.Customers().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, c.PartnerID), Eq(column, value)}})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(others, func(other Customer) bool { return other.ID != c.ID })
	if i < 0 {
		return nil, nil
	}
	e := refuse(CodeAlreadyExists, field, "Customer %q (%s) has %q already.", others[i].ID, others[i].Name, value)
	e.ExistingID = others[i].ID
	return e, nil
}

// checkReferences judges what a customer names elsewhere, as far as it is new against old.
func checkReferences(ctx context.Context, tx Tx, c, old Customer) (Findings, error) {
	var found Findings
	if c.ExternalID != "" && c.ExternalID != old.ExternalID {
		taken, err := checkUnique(ctx, tx, c, FieldExternalID, c.ExternalID, "/external_id")
		if err != nil {
			return nil, err
		}
		found.add(taken)
	}
	if c.Product != "" && c.Product != old.Product {
		unknown, err := checkProduct(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		found.add(unknown)
	}
	if c.ImplementationLead != "" && c.ImplementationLeadKey != old.ImplementationLeadKey {
		unfit, err := checkLead(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		found.add(unfit)
	}
	return found, nil
}

func checkProduct(ctx context.Context, tx Tx, c Customer) (*Error, error) {
	partner, err := tx.Partners().Get(ctx, c.PartnerID)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(partner.Products))
	for i, product := range partner.Products {
		names[i] = product.Name
	}
	if slices.Contains(names, c.Product) {
		return nil, nil
	}
	if len(names) == 0 {
		return refuse(CodeUnknownProduct, "/product", "The partner sells no products, so %q can't be one.", c.Product), nil
	}
	return refuse(CodeUnknownProduct, "/product", "The partner does not sell %q; its products are %s.", c.Product, strings.Join(names, ", ")), nil
}

func checkLead(ctx context.Context, tx Tx, c Customer) (*Error, error) {
	const field = "/implementation_lead"
	if _, bad := parseAddress(c.ImplementationLead, field); bad != nil {
		return bad, nil
	}
	admin, ok, err := find(ctx, tx.PortalAdmins(), c.PartnerID, c.ImplementationLeadKey)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return refuse(CodeNotAPortalAdmin, field, "%q is no portal admin; give the person portal access first.", c.ImplementationLead), nil
	case !mayLead(admin.Role):
		return refuse(CodeInvalidValue, field, "%q is %s; implementation leads are %s or %s.",
			c.ImplementationLead, admin.Role, RoleAdministrator, RoleImplementationLead), nil
	}
	return checkEnabled(ctx, tx, c.PartnerID, c.ImplementationLeadKey, field)
}
