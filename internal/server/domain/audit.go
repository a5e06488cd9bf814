package domain

import (
	"context"
	"encoding/json"
	"fmt"
)

// Kinds of objects in the audit log and in blockers.
const (
	KindPartner          = "partner"
	KindPartnerConfig    = "partner_config"
	KindEmergencyContact = "emergency_contact"
	KindPartnerUser      = "partner_user"
	KindDirectory        = "directory"
	KindPortalAdmin      = "portal_admin"
	KindDomain           = "domain"
	KindInvitation       = "invitation"
	KindCustomer         = "customer"
	KindCustomerUser     = "customer_user"
	KindExternalAdmin    = "external_admin"
	KindAccessRole       = "access_role"
	KindRole             = "role"
	KindClient           = "client"
	KindCourse           = "course"
	KindBuiltinAdmin     = "builtin_admin"

	KindAccessGroupMember = "access_group_member"
	KindInvoice           = "invoice"
	KindAuthorizedContact = "authorized_contact"
	KindCustomerSession   = "customer_session"
	KindFailedSignIn      = "failed_sign_in" // to a customer; its creation is all that there is of it
	KindAccessToken       = "access_token"
	KindAPIToken          = "api_token" // of a customer
	KindDelegatedSignIn   = "delegated_sign_in"
)

// serverActor is who the audit log names for what happened by itself.
const serverActor = "server"

// change is what the audit log tells of one object. Before is nil on creation, After on deletion.
type change struct {
	Kind       string
	ObjectID   string // as an import takes it
	CustomerID string
	Before     any
	After      any
}

// audit records a change in the transaction that makes it.
func (s *Service) audit(ctx context.Context, tx Tx, a Actor, c change) error {
	event := AuditEvent{
		PartnerID: a.PartnerID, Time: s.now(), RequestID: a.RequestID, Actor: a.ClientID, ActsFor: a.ActsFor, SessionID: a.sessionID(),
		Action: AuditUpdate, Kind: c.Kind, ObjectID: c.ObjectID, CustomerID: c.CustomerID,
	}
	event.ID = s.ids.next("evt_", event.Time)
	switch {
	case c.Before == nil:
		event.Action = AuditCreate
	case c.After == nil:
		event.Action = AuditDelete
	}
	var err error
	if event.Before, err = auditJSON(c.Before); err != nil {
		return err
	}
	if event.After, err = auditJSON(c.After); err != nil {
		return err
	}
	return tx.AuditEvents().Put(ctx, event)
}

func auditJSON(object any) (json.RawMessage, error) {
	if object == nil {
		return nil, nil
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return raw, nil
}

// ListAuditEvents answers the partner's audit log, oldest first.
func (s *Service) ListAuditEvents(ctx context.Context, a Actor, f AuditFilter, page Page) (List[AuditEvent], error) {
	if err := a.require(ScopeAuditRead); err != nil {
		return List[AuditEvent]{}, err
	}
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldKind, f.Kind)
	eq(&where, FieldActor, f.Actor)
	eq(&where, FieldCustomerID, f.CustomerID)
	if f.Since != nil {
		where = append(where, Condition{FieldTime, OpGreaterEqual, f.Since.UTC()})
	}
	if f.Until != nil {
		where = append(where, Condition{FieldTime, OpLess, f.Until.UTC()})
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[AuditEvent], error) {
		return listPage(ctx, tx.AuditEvents(), where, page, 2, func(e AuditEvent) []string { return []string{e.PartnerID, e.ID} })
	})
}
