package domain

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"
)

// Invoice is what a customer is to pay, or has paid. The portal writes invoices, nobody does through the API.
type Invoice struct {
	PartnerID  string `json:"-"`
	CustomerID string `json:"customer_id"`
	Number     string `json:"number"`
	IssuedOn   string `json:"issued_on"` // dates as 2006-01-02
	DueOn      string `json:"due_on"`
	PaidOn     string `json:"paid_on,omitempty"` // empty until it is paid
	Amount     string `json:"amount"`            // decimal number
	Currency   string `json:"currency"`          // ISO 4217
}

func invoiceKey(i Invoice) []string { return []string{i.PartnerID, i.CustomerID, i.Number} }

func invoiceID(i Invoice) string { return i.CustomerID + "/" + i.Number }

// ListInvoices answers a customer's invoices, by number, to its decision makers: phone managers do not see what it pays.
func (s *Service) ListInvoices(ctx context.Context, a Actor, customerID string, page Page) (List[Invoice], error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[Invoice], error) {
		customer, err := a.decidedCustomer(ctx, tx, customerID)
		if err != nil {
			return List[Invoice]{}, err
		}
		return listPage(ctx, tx.Invoices(), belongsTo(customer), page, 3, invoiceKey)
	})
}

// decidedCustomer answers a customer of which the actor is a decision maker: its own client with that contact role, a client
// that acts for a member of the partner's decision maker group or for an authorized contact with that role or, for a managed
// customer, one that decides about its access roles too.
func (a Actor) decidedCustomer(ctx context.Context, tx Tx, customerID string) (Customer, error) {
	if a.isCustomer() {
		customer, err := a.ownCustomer(ctx, tx, customerID)
		if err == nil && !a.isDecisionMaker() {
			err = a.noDecisionMaker("sees invoices and payments")
		}
		return customer, err
	}
	isMember, err := a.actsAsMember(ctx, tx, customerID, AccessDecisionMaker)
	if err != nil {
		return Customer{}, err
	}
	isContact, err := a.actsAsContact(ctx, tx, customerID, ContactDecisionMaker)
	if err != nil {
		return Customer{}, err
	}
	decides := isMember || isContact
	missing := a.require(ScopeAccessRolesManage)
	if missing != nil && !decides {
		return Customer{}, missing
	}
	customer, err := a.ownCustomer(ctx, tx, customerID)
	switch {
	case err != nil, decides && customer.Enabled, missing == nil && customer.Relationship == RelationshipManaged:
	case decides:
		err = refuse(CodeForbidden, "", "%q is disabled, so nobody has rights there as a member of a group or as an authorized contact.", customer.Name)
	default:
		err = refuse(CodeNotDecisionMaker, "", "%q is a referral customer. Its invoices and payments are for its decision makers alone: "+
			"of the partner, for people in the group of the access role %s, or who are authorized contacts with that role. This client acts for nobody who is.", customer.Name, AccessDecisionMaker)
	}
	return customer, err
}

// removeInvoices is for a customer that is deleted.
func (s *Service) removeInvoices(ctx context.Context, tx Tx, a Actor, customer Customer) error {
	invoices, err := tx.Invoices().List(ctx, Query{Where: belongsTo(customer)})
	if err != nil {
		return err
	}
	for _, invoice := range invoices {
		if err := tx.Invoices().Delete(ctx, invoiceKey(invoice)...); err != nil {
			return err
		}
		err := s.audit(ctx, tx, a, change{Kind: KindInvoice, ObjectID: invoiceID(invoice), CustomerID: customer.ID, Before: invoice})
		if err != nil {
			return err
		}
	}
	return nil
}

// SeedInvoice is an invoice. Dates are as in 2026-01-31; PaidOn is left out while it is not paid.
type SeedInvoice struct {
	Number   string `json:"number"`
	IssuedOn string `json:"issued_on"`
	DueOn    string `json:"due_on"`
	PaidOn   string `json:"paid_on,omitempty"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func (w *seeding) invoice(ctx context.Context, path string, customer Customer, i SeedInvoice) error {
	before := len(w.faults)
	w.refused(path, Findings(nil).with(checkLine(i.Number, "/number")))
	w.checkAmount(path+".amount", i.Amount)
	w.checkCurrency(path+".currency", i.Currency)
	for name, date := range map[string]string{"issued_on": i.IssuedOn, "due_on": i.DueOn, "paid_on": cmp.Or(i.PaidOn, i.IssuedOn)} {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			w.fault(path+"."+name, "%q is no date; write it as in 2026-01-31", date)
		}
	}
	if !w.declare(path+".number", KindInvoice, customer.ID, i.Number) || len(w.faults) > before {
		return nil
	}
	invoice := Invoice{
		PartnerID: customer.PartnerID, CustomerID: customer.ID, Number: i.Number,
		IssuedOn: i.IssuedOn, DueOn: i.DueOn, PaidOn: i.PaidOn, Amount: i.Amount, Currency: i.Currency,
	}
	return insert(ctx, w, w.tx.Invoices(), KindInvoice, invoiceID(invoice), customer.ID, invoice, invoiceKey(invoice)...)
}

func (w *seeding) checkAmount(path, amount string) {
	if value, err := strconv.ParseFloat(amount, 64); err != nil || value < 0 || strings.Trim(amount, "0123456789.") != "" {
		w.fault(path, "%q is no price; write a decimal number, as in \"4.50\"", amount)
	}
}

func (w *seeding) checkCurrency(path, code string) {
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		w.fault(path, "%q is no ISO 4217 code; write three upper-case letters, as in EUR", code)
	}
}
