package rest

import (
	"context"
	"encoding/json"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listAuditEvents(ctx context.Context, c *call) (answer, error) {
	events, err := c.service.ListAuditEvents(ctx, c.actor, domain.AuditFilter{
		Kind: c.query.Get("kind"), Actor: c.query.Get("actor"), CustomerID: c.query.Get("customer_id"),
		Since: c.moment("since"), Until: c.moment("until"),
	}, c.page)
	if err != nil {
		return answer{}, err
	}
	page := api.AuditEventPage{Items: make([]api.AuditEvent, len(events.Items)), NextPageToken: optional(events.NextToken)}
	for i, e := range events.Items {
		if page.Items[i], err = auditEvent(e); err != nil {
			return answer{}, err
		}
	}
	return ok(page)
}

func auditEvent(e domain.AuditEvent) (api.AuditEvent, error) {
	wire := api.AuditEvent{
		ID: e.ID, Time: e.Time, RequestID: e.RequestID, Actor: e.Actor, ActsFor: optional(e.ActsFor), SessionID: optional(e.SessionID), Action: api.AuditEventAction(e.Action),
		Kind: e.Kind, ObjectID: e.ObjectID, CustomerID: optional(e.CustomerID),
	}
	var err error
	if wire.Before, err = objectOf(e.Before); err != nil {
		return wire, err
	}
	wire.After, err = objectOf(e.After)
	return wire, err
}

// objectOf is nil for an object that was not there.
func objectOf(text json.RawMessage) (*map[string]any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var object map[string]any
	err := json.Unmarshal(text, &object)
	return &object, err
}

func listOutbox(ctx context.Context, c *call) (answer, error) {
	mails, err := c.service.ListOutbox(ctx, c.actor, c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.MailPage{NextPageToken: optional(mails.NextToken), Items: each(mails.Items, func(m domain.Mail) api.Mail {
		return api.Mail{
			ID: m.ID, Event: m.Event, To: m.To, Subject: m.Subject, Body: m.Body, Status: api.MailStatus(m.Status), CreatedAt: m.CreatedAt,
			Attempts: m.Attempts, NextAttemptAt: m.NextAttemptAt, SentAt: m.SentAt, Reason: optional(m.Reason),
		}
	})})
}
