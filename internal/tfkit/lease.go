package tfkit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Lease is what Terraform keeps, while it runs, of something that the API lets live for a time: to renew it, and to end it.
// It opens nothing.
type Lease struct {
	ID         string        `json:"id"`
	CustomerID string        `json:"customer_id,omitempty"`
	TTL        time.Duration `json:"ttl"`
	ExpiresAt  time.Time     `json:"expires_at"`
	// Ahead is how much the server's clock shows more than the one here.
	Ahead time.Duration `json:"ahead"`
}

const leaseKey = "lease"

// NewLease is of what began just now, at a time of the server's clock as is its end.
func NewLease(id string, began, expires time.Time, ttlSeconds int) Lease {
	return Lease{ID: id, TTL: time.Duration(ttlSeconds) * time.Second, ExpiresAt: expires, Ahead: time.Until(began)}
}

// FallsShort tells of what has begun just now whether it ends earlier than its ttl, for a reason that no renewal cures.
func (l Lease) FallsShort(began time.Time) bool { return l.ExpiresAt.Before(began.Add(l.TTL)) }

// Prolonged is the lease with the end that a renewal gave, and whether that is later than before: if it is not, no further
// renewal makes a difference.
func (l Lease) Prolonged(expires time.Time) (prolonged Lease, later bool) {
	later = expires.After(l.ExpiresAt)
	l.ExpiresAt = expires
	return l, later
}

// RenewAt is when Terraform is to renew it: halfway to its end by the clock here, which may be wrong or jump, and in no case
// later than halfway through its ttl, nor at once.
func (l Lease) RenewAt() time.Time {
	left := max(time.Until(l.ExpiresAt.Add(-l.Ahead)), 0)
	return time.Now().Add(max(min(left, l.TTL)/2, l.TTL/20))
}

// Keep hands the lease to Terraform.
func (l Lease) Keep(ctx context.Context, private interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}, diags *diag.Diagnostics,
) {
	text, err := json.Marshal(l)
	if err != nil {
		diags.AddError("Could not remember "+l.ID, err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, leaseKey, text)...)
}

// RecallLease answers what Terraform kept; not ok if there is nothing.
func RecallLease(ctx context.Context, private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}, diags *diag.Diagnostics,
) (l Lease, ok bool) {
	text, found := private.GetKey(ctx, leaseKey)
	diags.Append(found...)
	if diags.HasError() || text == nil {
		return l, false
	}
	if err := json.Unmarshal(text, &l); err != nil {
		diags.AddError("Could not recall what was opened", err.Error())
		return l, false
	}
	return l, true
}
