package domain

import (
	"cmp"
	"context"
	"net/netip"
	"strings"
	"time"
)

// SessionMode is how somebody of the partner is signed in at a customer.
type SessionMode string

// The modes of sessions.
const (
	// ModeDelegated is for the partner: a master admin's rights but creating API tokens, also where SSO is mandatory.
	ModeDelegated SessionMode = "delegated"
	// ModeExternalAdmin is for a person, with just the role of the own grant.
	ModeExternalAdmin SessionMode = "external_admin"
)

// Bounds of sessions and of API tokens.
const (
	MinTTL     = time.Minute
	MaxTTL     = time.Hour
	DefaultTTL = 15 * time.Minute
	// maxRenewals is how long renewals can keep one alive, counted from its beginning.
	maxRenewals = 24 * time.Hour
)

// The token of a session tells which session it is of, and by its beginning that it is one: to the server, and to whoever
// looks for leaked ones.
const (
	sessionIDPrefix    = "ses_"
	sessionTokenPrefix = "mspsession_"
)

func sessionToken(id string) string {
	return sessionTokenPrefix + strings.TrimPrefix(id, sessionIDPrefix) + "." + newAccessToken()
}

// sessionOfToken is the id of the session that a token is of, if it is one of a session.
func sessionOfToken(bearer string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(bearer, sessionTokenPrefix)
	id, _, _ = strings.Cut(rest, ".")
	return sessionIDPrefix + id, ok
}

// CustomerSession is somebody of the partner signed in at a customer. Its token is nowhere but in the answer that opened it.
type CustomerSession struct {
	ID         string      `json:"id"`
	PartnerID  string      `json:"-"`
	CustomerID string      `json:"customer_id"`
	TokenHash  string      `json:"-"` // SHA-256, hex
	ClientID   string      `json:"-"` // that opened it, and alone manages it
	EmailKey   string      `json:"-"`
	Email      string      `json:"email"`
	Mode       SessionMode `json:"mode"`
	TTLSeconds int         `json:"ttl_seconds"`
	OpenedAt   time.Time   `json:"opened_at"`
	ExpiresAt  time.Time   `json:"expires_at"`
}

func sessionObjectID(c CustomerSession) string { return c.CustomerID + "/" + c.ID }

// SessionInput is how somebody signs in at a customer.
type SessionInput struct {
	Email    string // of a portal admin; for whom the client acts if empty
	Password string // of that person's own
	Mode     SessionMode
	TTL      time.Duration // DefaultTTL if zero
	SourceIP netip.Addr    // whence the request came; addresses are not judged if it is zero
}

// OpenedSession is a session with what only the answer to its opening holds.
type OpenedSession struct {
	CustomerSession
	Token       string
	Permissions []string // at present
}

// OpenSession signs somebody in at a customer. It is not to be called inside Atomically, since a wrong password counts
// whatever becomes of the request. Inside Validate it judges neither the password nor what tells something of the person.
func (s *Service) OpenSession(ctx context.Context, a Actor, customerID string, in SessionInput) (OpenedSession, error) {
	person, err := s.checkSession(ctx, a, customerID, &in)
	if err != nil {
		return OpenedSession{}, err
	}
	if shared, ok := ctx.Value(txKey{}).(sharedTx); ok && shared.trial {
		return OpenedSession{}, nil
	}
	err = s.verifyPassword(ctx, a.PartnerID, person, in.Password, func(ctx context.Context, tx Tx, tries int) error {
		return s.audit(ctx, tx, a, change{Kind: KindFailedSignIn, ObjectID: customerID + "/" + person.key, CustomerID: customerID, After: map[string]any{
			"email": person.text, "mode": in.Mode, "wrong_passwords": tries,
		}})
	})
	if err != nil {
		return OpenedSession{}, err
	}
	var opened OpenedSession
	err = s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
		opened, err = s.openSession(ctx, tx, a, customerID, person, in)
		return err
	})
	return opened, err
}

// checkSession judges what can be judged before the password, and fills in what was left out.
func (s *Service) checkSession(ctx context.Context, a Actor, customerID string, in *SessionInput) (address, error) {
	if err := a.requireSignIn(); err != nil {
		return address{}, err
	}
	customer, err := reading(ctx, s, func(ctx context.Context, tx Tx) (Customer, error) { return a.ownCustomer(ctx, tx, customerID) })
	if err != nil {
		return address{}, err
	}
	in.Mode, in.Email = cmp.Or(in.Mode, ModeDelegated), cmp.Or(in.Email, a.ActsFor)
	if in.Email == "" {
		return address{}, refuse(CodeInvalidValue, "/email", "This client acts for nobody, so the portal admin who signs in must be named.")
	}
	person, bad := parseAddress(in.Email, "/email")
	found := Findings(nil).with(bad).with(checkTTL(&in.TTL)).with(checkReachable(customer, in.Mode))
	if in.Mode != ModeDelegated && in.Mode != ModeExternalAdmin {
		found.add(refuse(CodeInvalidValue, "/mode", "%q is no mode; there are %s and %s.", in.Mode, ModeDelegated, ModeExternalAdmin))
	}
	return person, found.err()
}

// checkTTL judges how long something shall live, and fills in what was left out.
func checkTTL(ttl *time.Duration) *Error {
	*ttl = cmp.Or(*ttl, DefaultTTL)
	if *ttl < MinTTL || *ttl > MaxTTL {
		return refuse(CodeInvalidValue, "/ttl_seconds", "%d seconds are not taken; it is %d to %d.", int(ttl.Seconds()), int(MinTTL.Seconds()), int(MaxTTL.Seconds()))
	}
	return nil
}

// openSession is for somebody whose password was right a moment ago.
func (s *Service) openSession(ctx context.Context, tx Tx, a Actor, customerID string, person address, in SessionInput) (OpenedSession, error) {
	customer, err := a.ownCustomer(ctx, tx, customerID)
	if err != nil {
		return OpenedSession{}, err
	}
	admitted, err := s.admits(ctx, tx, customer, person, in.Mode)
	if err != nil {
		return OpenedSession{}, err
	}
	config, _, err := configOf(ctx, tx, customer.PartnerID)
	if err != nil {
		return OpenedSession{}, err
	}
	if in, why := (login{customer: customer, config: config, sourceIP: in.SourceIP}).judgeAddress(ViaPortal); !in {
		return OpenedSession{}, refuse(CodeAddressNotAllowed, "", "%s", why)
	}
	now := s.now()
	id := s.ids.next(sessionIDPrefix, now)
	opened := OpenedSession{Token: sessionToken(id), Permissions: admitted.permissions}
	opened.CustomerSession = CustomerSession{
		ID: id, PartnerID: a.PartnerID, CustomerID: customerID, TokenHash: tokenHash(opened.Token), ClientID: a.ClientID,
		EmailKey: person.key, Email: admitted.email, Mode: in.Mode, TTLSeconds: int(in.TTL.Seconds()), OpenedAt: now,
		ExpiresAt: admitted.until(now.Add(in.TTL)),
	}
	if err := tx.CustomerSessions().Put(ctx, opened.CustomerSession); err != nil {
		return OpenedSession{}, err
	}
	return opened, s.audit(ctx, tx, a, change{
		Kind: KindCustomerSession, ObjectID: sessionObjectID(opened.CustomerSession), CustomerID: customerID, After: opened.CustomerSession,
	})
}
