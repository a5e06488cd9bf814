package domain

import (
	"context"
	"slices"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// GrantStatus tells whether an external administrator can enter.
type GrantStatus string

// The states of external administrators.
const (
	GrantActive  GrantStatus = "active"
	GrantExpired GrantStatus = "expired"
)

// status follows from the time alone, so that access is gone at once, whatever runs or does not run.
func (g ExternalAdmin) status(now time.Time) GrantStatus {
	if g.ExpiresAt != nil && !now.Before(*g.ExpiresAt) {
		return GrantExpired
	}
	return GrantActive
}

// GrantStatus answers whether an external administrator can enter now.
func (s *Service) GrantStatus(g ExternalAdmin) GrantStatus { return g.status(s.now()) }

// limit sets when the grant's access ends, nil for never.
func limit(g *ExternalAdmin, at *time.Time) {
	g.ExpiresAt, g.ExpiryDue = nil, nil
	if at != nil {
		at := at.UTC()
		g.ExpiresAt, g.ExpiryDue = &at, &at
	}
}

// checkExpiry refuses an end that has come already, unless the old grant has it: as time passes, nothing else about a grant
// becomes impossible to change.
func (s *Service) checkExpiry(wanted *time.Time, old ExternalAdmin) *Error {
	const field = "/expires_at"
	switch {
	case wanted == nil || sameInstant(wanted, old.ExpiresAt):
		return nil
	case canon.InCalendar(*wanted) != nil:
		return malformed(canon.InCalendar(*wanted), field)
	case !s.now().Before(*wanted):
		return refuse(CodeInvalidValue, field, "%s has come already; give a later time, or none for access that does not end.", canon.InstantText(*wanted))
	}
	return nil
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// grantInTime is a grant as the audit log shows it where only time has passed.
type grantInTime struct {
	ExternalAdmin
	Status GrantStatus `json:"status"`
}

// noteExpiry writes into the audit log, once, that the grant has expired, if it has. Whoever changes or removes a grant
// does so first: what comes after it must not make it look as if access had never ended. The grant is not stored.
func (s *Service) noteExpiry(ctx context.Context, tx Tx, g *ExternalAdmin) error {
	if g.ExpiryDue == nil || g.status(s.now()) != GrantExpired {
		return nil
	}
	g.ExpiryDue = nil
	server := Actor{ClientID: serverActor, PartnerID: g.PartnerID}
	err := s.audit(ctx, tx, server, change{
		Kind: KindExternalAdmin, ObjectID: grantID(g.CustomerID, g.EmailKey), CustomerID: g.CustomerID,
		Before: grantInTime{*g, GrantActive}, After: grantInTime{*g, GrantExpired},
	})
	if err != nil {
		return err
	}
	// A grant that is given again does not bring back the sessions that it had.
	return s.endSessions(ctx, tx, server, []Condition{Eq(FieldPartnerID, g.PartnerID), Eq(FieldCustomerID, g.CustomerID), Eq(FieldEmailKey, g.EmailKey)}, ModeExternalAdmin)
}

// expiriesAtOnce bounds a transaction of NoteExpiries.
const expiriesAtOnce = 100

// NoteExpiries writes into the audit log which grants have expired. It changes nothing about who can enter.
func (s *Service) NoteExpiries(ctx context.Context) error {
	due, err := reading(ctx, s, func(ctx context.Context, tx Tx) ([]ExternalAdmin, error) {
		ended := Query{Where: []Condition{{FieldExpiryDue, OpLess, s.now()}}}
		// Mostly there is none, which an index tells. A list, which has an order, may pass over all grants.
		if n, err := tx.ExternalAdmins().Count(ctx, ended); err != nil || n == 0 {
			return nil, err
		}
		return tx.ExternalAdmins().List(ctx, ended)
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(due, expiriesAtOnce) {
		err := s.write(ctx, func(ctx context.Context, tx Tx) error {
			for _, grant := range some {
				// Another process may have been faster.
				grant, ok, err := find(ctx, tx.ExternalAdmins(), grantKey(grant)...)
				if err != nil {
					return err
				}
				if !ok || grant.ExpiryDue == nil {
					continue
				}
				if err := s.noteExpiry(ctx, tx, &grant); err != nil {
					return err
				}
				if err := tx.ExternalAdmins().Put(ctx, grant); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
