package domain

import (
	"context"
	"fmt"
	"slices"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

func (w *seeding) customer(ctx context.Context, path string, partner Partner, c SeedCustomer) error {
	row, existed, err := w.customerRow(ctx, path, c)
	if err != nil || row.ID == "" {
		return err
	}
	if !existed {
		if err := insert(ctx, w, w.tx.Customers(), KindCustomer, row.ID, row.ID, row, row.ID); err != nil {
			return err
		}
	}
	if err := each(path, "custom_roles", c.CustomRoles, func(at string, r SeedRole) error { return w.role(ctx, at, row.ID, r) }); err != nil {
		return err
	}
	if err := w.customerUsers(ctx, path, row, c); err != nil {
		return err
	}
	if len(c.ExternalAdmins) > 0 && partner.Kind != KindMSP {
		w.fault(path+".external_admins", "only partners of kind %s have external administrators", KindMSP)
	}
	if err := each(path, "external_admins", c.ExternalAdmins, func(at string, g SeedExternalAdmin) error { return w.grant(ctx, at, row, g) }); err != nil {
		return err
	}
	if err := each(path, "access_roles", c.AccessRoles, func(at string, r SeedAccessRole) error { return w.access(ctx, at, row, r) }); err != nil {
		return err
	}
	if err := each(path, "contacts", c.Contacts, func(at string, k SeedContact) error { return w.contact(ctx, at, row, k) }); err != nil {
		return err
	}
	if err := each(path, "invoices", c.Invoices, func(at string, i SeedInvoice) error { return w.invoice(ctx, at, row, i) }); err != nil {
		return err
	}
	return each(path, "clients", c.Clients, func(at string, k SeedCustomerClient) error {
		unfit := w.refused(at, checkContactRoles(k.ContactRoles, "/contact_roles"))
		own := Client{ID: k.ID, PartnerID: row.PartnerID, CustomerID: row.ID, ContactRoles: append([]string{}, k.ContactRoles...)}
		return w.insertClient(ctx, at, own, k.Secret, !unfit)
	})
}

// customerRow answers the customer that the seed means, existing or new; without an id if there is a fault.
func (w *seeding) customerRow(ctx context.Context, path string, c SeedCustomer) (row Customer, existed bool, err error) {
	before := len(w.faults)
	if c.ID != "" && w.checkID(path+".id", c.ID) {
		w.declare(path+".id", KindCustomer, c.ID)
	}
	w.declare(path+".domain", "domain", w.actor.PartnerID, fold(c.Domain))
	if c.ID != "" {
		old, ok, err := find(ctx, w.tx.Customers(), c.ID)
		if err != nil {
			return Customer{}, false, err
		}
		if ok && old.PartnerID != w.actor.PartnerID {
			w.fault(path+".id", "%q is the customer of somebody else", c.ID)
		}
		if ok && len(w.faults) == before {
			return old, true, nil
		}
	}
	same, err := w.tx.Customers().List(ctx, Query{Where: []Condition{
		Eq(FieldPartnerID, w.actor.PartnerID), Eq(FieldDomainKey, fold(c.Domain)),
	}})
	if err != nil {
		return Customer{}, false, err
	}
	if len(same) > 0 && c.ID != "" {
		w.fault(path+".domain", "customer %q has %q already", same[0].ID, c.Domain)
	}
	if len(w.faults) > before {
		return Customer{}, false, nil
	}
	if len(same) > 0 {
		return same[0], true, nil
	}
	row, found, err := w.newCustomer(ctx, c)
	if err != nil || w.refused(path, found) {
		return Customer{}, false, err
	}
	return row, false, nil
}

// newCustomer judges a customer that is not there yet by the rules of the API.
func (w *seeding) newCustomer(ctx context.Context, c SeedCustomer) (Customer, Findings, error) {
	row := Customer{
		ID: c.ID, PartnerID: w.actor.PartnerID, Domain: c.Domain, DomainKey: fold(c.Domain), Stage: c.Stage, Relationship: c.Relationship,
		CreatedAt: w.s.now(), Revision: newRevision(), RFI: RFI{OutboundIPs: []string{}, InboundIPs: []string{}},
	}
	if row.ID == "" {
		row.ID = newCustomerID()
	}
	if row.Stage == "" {
		row.Stage = StageCustomer
	}
	if row.Relationship == "" {
		row.Relationship = RelationshipReferral
	}
	if c.CreatedAt != nil {
		row.CreatedAt = c.CreatedAt.UTC()
	}
	found := row.set(CustomerInput{
		Name: c.Name, Seats: c.Seats, Product: c.Product, Country: c.Country, ExternalID: c.ExternalID, RequireSSO: &c.RequireSSO,
		AllowedIPRanges: c.AllowedIPRanges, DeletionProtection: c.DeletionProtection,
	})
	found.add(checkStage(row.Stage))
	found.add(checkDomain(c.Domain, "/domain"))
	row.InternalDomains = append([]string{c.Domain}, c.InternalDomains...)
	for i, internal := range c.InternalDomains {
		found.add(checkDomain(internal, fmt.Sprintf("/internal_domains/%d", i)))
	}
	switch row.Relationship {
	case RelationshipManaged:
		if orDefault(c.BuiltinAdmin, true) {
			row.AdminUsername = adminUsername(row)
		} else if !slices.ContainsFunc(c.Users, func(u SeedCustomerUser) bool { return u.Role == UserMasterAdmin }) {
			found.add(refuse(CodeLastMasterAdmin, "/users", "Without a built-in administrator one of the users has to be %s.", UserMasterAdmin))
		}
		config, _, err := configOf(ctx, w.tx, row.PartnerID)
		if err != nil {
			return Customer{}, nil, err
		}
		row.RFI = RFI{OutboundIPs: config.OutboundIPs, InboundIPs: config.InboundIPs, Smarthost: config.Smarthost}
	case RelationshipReferral:
		if c.BuiltinAdmin != nil {
			found.add(refuse(CodeNotManaged, "/builtin_admin", "Only managed customers can have a built-in administrator."))
		}
	default:
		found.add(refuse(CodeInvalidValue, "/relationship", "%q is no relationship; there are %s and %s.", row.Relationship, RelationshipManaged, RelationshipReferral))
	}
	more, err := checkReferences(ctx, w.tx, row, Customer{})
	return row, append(found, more...), err
}

// grant brings in an external administrator. Unlike the API it takes protected roles too, for it plays the vendor's
// support.
func (w *seeding) grant(ctx context.Context, path string, customer Customer, g SeedExternalAdmin) error {
	addr, bad := parseAddress(g.Email, "/email")
	if bad != nil {
		w.refused(path, Findings{bad})
		return nil
	}
	found, err := checkGrantee(ctx, w.tx, customer, addr)
	if err != nil {
		return err
	}
	role, known, err := findRole(ctx, w.tx, customer.PartnerID, customer.ID, g.Role)
	if err != nil {
		return err
	}
	if !known {
		unknown, err := unknownRole(ctx, w.tx, customer.PartnerID, customer.ID, g.Role, "/role")
		if err != nil {
			return err
		}
		found.add(unknown)
	}
	if g.ExpiresAt != nil {
		found.add(malformed(canon.InCalendar(*g.ExpiresAt), "/expires_at"))
	}
	if !w.declare(path+".email", KindExternalAdmin, customer.ID, addr.key) || w.refused(path, found) {
		return nil
	}
	grant := ExternalAdmin{
		PartnerID: customer.PartnerID, CustomerID: customer.ID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text,
		Role: g.Role, ContentProtected: role.ContentProtected, Revision: newRevision(),
	}
	limit(&grant, g.ExpiresAt)
	return insert(ctx, w, w.tx.ExternalAdmins(), KindExternalAdmin, grantID(customer.ID, addr.key), customer.ID, grant, grantKey(grant)...)
}

// access brings in an access role. Nobody is mailed about what was given long ago.
func (w *seeding) access(ctx context.Context, path string, customer Customer, r SeedAccessRole) error {
	found := checkNotifyEmails(r.NotifyEmails, "/notify_emails")
	if _, known := accessRoleTitles[r.Role]; !known {
		found.add(refuse(CodeInvalidValue, "/role", "%q is no access role; there are %s and %s.", r.Role, AccessDecisionMaker, AccessPhoneManager))
	}
	if !w.declare(path+".role", KindAccessRole, customer.ID, string(r.Role)) || w.refused(path, found) {
		return nil
	}
	access := AccessRole{
		PartnerID: customer.PartnerID, CustomerID: customer.ID, Role: r.Role, NotifyEmails: r.NotifyEmails,
		GroupName: groupName(customer.Name, r.Role), GrantedAt: customer.CreatedAt, Revision: newRevision(),
	}
	if err := insert(ctx, w, w.tx.AccessRoles(), KindAccessRole, accessID(customer.ID, r.Role), customer.ID, access, accessKey(access)...); err != nil {
		return err
	}
	return each(path, "members", r.Members, func(at, email string) error { return w.member(ctx, at, access, email) })
}

// member puts a partner user into the group of an access role.
func (w *seeding) member(ctx context.Context, path string, access AccessRole, email string) error {
	addr, bad := parseAddress(email, "")
	if bad != nil {
		w.refused(path, Findings{bad})
		return nil
	}
	found, err := checkIsUser(ctx, w.tx, access.PartnerID, addr)
	if err != nil {
		return err
	}
	for _, unfit := range found {
		unfit.Field = "" // the member is the whole value
	}
	if !w.declare(path, KindAccessGroupMember, access.CustomerID, string(access.Role), addr.key) || w.refused(path, found) {
		return nil
	}
	member := AccessGroupMember{
		PartnerID: access.PartnerID, CustomerID: access.CustomerID, Role: access.Role, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text,
		GroupName: access.GroupName, AddedAt: access.GrantedAt, Revision: newRevision(),
	}
	return insert(ctx, w, w.tx.AccessGroupMembers(), KindAccessGroupMember, memberID(member), access.CustomerID, member, memberKey(member)...)
}

func (w *seeding) customerUsers(ctx context.Context, path string, customer Customer, c SeedCustomer) error {
	if len(c.Users) > 0 && customer.Relationship != RelationshipManaged {
		w.fault(path+".users", "only managed customers have users here")
	}
	return each(path, "users", c.Users, func(at string, u SeedCustomerUser) error { return w.customerUser(ctx, at, customer, u) })
}

func (w *seeding) customerUser(ctx context.Context, path string, customer Customer, u SeedCustomerUser) error {
	addr, bad := parseAddress(u.Email, "/email")
	found := checkCustomerUser(CustomerUserInput{Name: u.Name, Role: u.Role}).with(bad)
	if bad == nil && isBuiltinAdmin(customer, addr.key) {
		found.add(builtinAdmin(customer, "/email"))
	}
	if w.refused(path, found) || !w.declare(path+".email", KindCustomerUser, customer.ID, addr.key) {
		return nil
	}
	user := newCustomerUser(customer, addr)
	user.Name, user.Role, user.Revision = u.Name, u.Role, newRevision()
	return insert(ctx, w, w.tx.CustomerUsers(), KindCustomerUser, customerUserID(customer.ID, addr.key), customer.ID, user, customerUserKey(user)...)
}

func (w *seeding) contact(ctx context.Context, path string, customer Customer, c SeedContact) error {
	addr, bad := parseAddress(c.Email, "/email")
	found := checkContact(ContactInput{Name: c.Name, Phone: c.Phone, Roles: c.Roles}).with(bad)
	if bad == nil && isBuiltinAdmin(customer, addr.key) {
		found.add(builtinAdmin(customer, "/email"))
	}
	if w.refused(path, found) || !w.declare(path+".email", KindAuthorizedContact, customer.ID, addr.key) {
		return nil
	}
	contact := newContact(customer, addr)
	contact.Name, contact.Phone, contact.Revision = c.Name, c.Phone, newRevision()
	contact = contact.withRoles(c.Roles)
	return insert(ctx, w, w.tx.AuthorizedContacts(), KindAuthorizedContact, contactID(customer.ID, addr.key), customer.ID, contact, contactKey(contact)...)
}
