package domain

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"time"
)

// authenticateSession answers who holds a session's token. Whoever has lost the right to be there is out at once.
func (s *Service) authenticateSession(ctx context.Context, tx Tx, id, bearer string) (Actor, error) {
	ended := refuse(CodeUnauthenticated, "", "The session is unknown or has ended; open a new one.")
	session, _, err := find(ctx, tx.CustomerSessions(), id)
	if err != nil {
		return Actor{}, err
	}
	if subtle.ConstantTimeCompare([]byte(session.TokenHash), []byte(tokenHash(bearer))) != 1 || !s.now().Before(session.ExpiresAt) {
		return Actor{}, ended
	}
	customer, err := tx.Customers().Get(ctx, session.CustomerID)
	if err != nil {
		return Actor{}, err
	}
	admitted, err := s.admits(ctx, tx, customer, session.person(), session.Mode)
	if err == nil {
		err = s.opensStill(ctx, tx, session)
	}
	var refused *Error
	if errors.As(err, &refused) {
		ended.Detail = "The session has ended: " + refused.Detail
		return Actor{}, ended
	}
	return Actor{
		ClientID: session.ClientID, PartnerID: session.PartnerID, ActsFor: session.Email, CustomerID: session.CustomerID, Scopes: []Scope{},
		Session: &SessionActor{ID: session.ID, Mode: session.Mode, Role: admitted.role, Permissions: admitted.permissions},
	}, err
}

func (c CustomerSession) person() address { return address{text: c.Email, key: c.EmailKey} }

// opensStill refuses sessions of a client that could not open them any more.
func (s *Service) opensStill(ctx context.Context, tx Tx, session CustomerSession) error {
	client, ok, err := find(ctx, tx.Clients(), session.ClientID)
	if err != nil {
		return err
	}
	scopes, err := scopesNow(ctx, tx, client)
	if err == nil && (!ok || !slices.Contains(scopes, ScopeCustomersSignIn)) {
		err = refuse(CodeForbidden, "", "the client that opened it may not sign in to customers any more.")
	}
	return err
}

// ownSession answers a session that the actor's client has opened and that has not ended.
func (s *Service) ownSession(ctx context.Context, tx Tx, a Actor, customerID, id string) (CustomerSession, error) {
	if err := a.requireSignIn(); err != nil {
		return CustomerSession{}, err
	}
	if _, err := a.ownCustomer(ctx, tx, customerID); err != nil {
		return CustomerSession{}, err
	}
	session, ok, err := find(ctx, tx.CustomerSessions(), id)
	if err == nil && (!ok || session.CustomerID != customerID || session.ClientID != a.ClientID || !s.now().Before(session.ExpiresAt)) {
		err = refuse(CodeNotFound, "", "This client has no session %q at customer %q, or it has ended.", id, customerID)
	}
	return session, err
}

// ListSessions answers the sessions at a customer that the actor's client has opened and that have not ended, oldest first.
func (s *Service) ListSessions(ctx context.Context, a Actor, customerID string, page Page) (List[CustomerSession], error) {
	if err := a.requireSignIn(); err != nil {
		return List[CustomerSession]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[CustomerSession], error) {
		customer, err := a.ownCustomer(ctx, tx, customerID)
		if err != nil {
			return List[CustomerSession]{}, err
		}
		where := append(belongsTo(customer), Eq(FieldClientID, a.ClientID), Condition{FieldExpiresAt, OpGreaterEqual, s.now().Add(time.Microsecond)})
		return listPage(ctx, tx.CustomerSessions(), where, page, 1, func(c CustomerSession) []string { return []string{c.ID} })
	})
}

// GetSession answers a session that the actor's client has opened.
func (s *Service) GetSession(ctx context.Context, a Actor, customerID, id string) (CustomerSession, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (CustomerSession, error) {
		return s.ownSession(ctx, tx, a, customerID, id)
	})
}

// RenewSession lets a session live for its ttl from now on, but no longer than 24 hours since it was opened, or than the
// person's grant.
func (s *Service) RenewSession(ctx context.Context, a Actor, customerID, id string) (CustomerSession, error) {
	var renewed CustomerSession
	err := s.write(ctx, func(ctx context.Context, tx Tx) error {
		session, err := s.ownSession(ctx, tx, a, customerID, id)
		if err != nil {
			return err
		}
		customer, err := a.ownCustomer(ctx, tx, customerID)
		if err != nil {
			return err
		}
		admitted, err := s.admits(ctx, tx, customer, session.person(), session.Mode)
		if err != nil {
			return err
		}
		end := renewal(s.now(), session.OpenedAt, session.TTLSeconds)
		if end.Before(session.ExpiresAt) {
			end = session.ExpiresAt
		}
		renewed = session
		renewed.ExpiresAt = admitted.until(end) // earlier than before if the grant was shortened
		if renewed.ExpiresAt.Equal(session.ExpiresAt) {
			return nil
		}
		return tx.CustomerSessions().Put(ctx, renewed)
	})
	return renewed, err
}

// renewal is when what began at a time ends if it is renewed now.
func renewal(now, began time.Time, ttlSeconds int) time.Time {
	end, last := now.Add(time.Duration(ttlSeconds)*time.Second), began.Add(maxRenewals)
	if last.Before(end) {
		return last
	}
	return end
}

// CloseSession ends a session.
func (s *Service) CloseSession(ctx context.Context, a Actor, customerID, id string) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		session, err := s.ownSession(ctx, tx, a, customerID, id)
		if err != nil {
			return err
		}
		return s.endSession(ctx, tx, a, session)
	})
}

func (s *Service) endSession(ctx context.Context, tx Tx, a Actor, session CustomerSession) error {
	if err := tx.CustomerSessions().Delete(ctx, session.ID); err != nil {
		return err
	}
	return s.audit(ctx, tx, a, change{Kind: KindCustomerSession, ObjectID: sessionObjectID(session), CustomerID: session.CustomerID, Before: session})
}

// endSessions ends those that match and are of one of the modes, for good: what closed them may be undone before they would
// have ended by themselves.
func (s *Service) endSessions(ctx context.Context, tx Tx, a Actor, where []Condition, modes ...SessionMode) error {
	sessions, err := tx.CustomerSessions().List(ctx, Query{Where: where})
	if err != nil {
		return err
	}
	for _, session := range sessions {
		if !slices.Contains(modes, session.Mode) {
			continue
		}
		if err := s.endSession(ctx, tx, a, session); err != nil {
			return err
		}
	}
	return nil
}

// endSessionsOf ends those of a person, in these modes.
func (s *Service) endSessionsOf(ctx context.Context, tx Tx, a Actor, partnerID, emailKey string, modes ...SessionMode) error {
	return s.endSessions(ctx, tx, a, []Condition{Eq(FieldPartnerID, partnerID), Eq(FieldEmailKey, emailKey)}, modes...)
}

// sweepSessions removes those whose time is over, each with its line in the audit log.
func (s *Service) sweepSessions(ctx context.Context) error {
	over := Query{Where: []Condition{{FieldExpiresAt, OpLess, s.now()}}, Limit: expiriesAtOnce}
	for {
		var some []CustomerSession
		err := s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
			if some, err = tx.CustomerSessions().List(ctx, over); err != nil {
				return err
			}
			for _, session := range some {
				if err := s.endSession(ctx, tx, Actor{ClientID: serverActor, PartnerID: session.PartnerID}, session); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(some) < expiriesAtOnce {
			return err
		}
	}
}
