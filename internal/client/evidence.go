package client

import (
	"context"
	"iter"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListAuditEvents = "listAuditEvents"
	opListOutbox      = "listOutbox"
)

// AuditEventFilter narrows a list of audit events; what is empty does not.
type AuditEventFilter struct {
	Kind       string
	Actor      string
	CustomerID string
	// Since is the first moment that counts, Until the first that does not any more.
	Since time.Time
	Until time.Time
}

// ListAuditEvents reads the audit log, oldest first.
func (c *Client) ListAuditEvents(ctx context.Context, f AuditEventFilter) iter.Seq2[api.AuditEvent, error] {
	return list[api.AuditEvent](ctx, c, opListAuditEvents, v1("audit-events"),
		filters(map[string]string{"kind": f.Kind, "actor": f.Actor, "customer_id": f.CustomerID, "since": moment(f.Since), "until": moment(f.Until)}))
}

// ListOutbox reads the partner's outgoing mail, oldest first.
func (c *Client) ListOutbox(ctx context.Context) iter.Seq2[api.Mail, error] {
	return list[api.Mail](ctx, c, opListOutbox, v1("outbox"), nil)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
