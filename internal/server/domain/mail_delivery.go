package domain

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Relay is where mail is handed over.
type Relay interface {
	// Connect begins a session, or tells why no mail can be handed over at present.
	Connect(ctx context.Context) (RelaySession, error)
}

// RelaySession is a connection to a Relay, for one letter after the other.
type RelaySession interface {
	// Send answers nil once the relay has taken the letter, and a *MailRefusal for what it has against this letter. After
	// any other error the session is over, and the relay may or may not have taken the letter.
	Send(ctx context.Context, letter Letter) error
	Close() error
}

// Letter is a mail on its way to the relay.
type Letter struct {
	ID      string // of the mail: a letter that is sent again has the same
	To      string
	Subject string
	Body    string
	Date    time.Time
}

// MailRefusal is what a relay has against one letter.
type MailRefusal struct {
	Code      string // of SMTP, such as "550 5.1.1"
	Text      string // the rest of its answer, which may name the recipient
	Permanent bool   // it would say the same again
}

// Error has the code only, since logs hold no addresses of people.
func (e *MailRefusal) Error() string { return "the relay answers " + e.Code }

const (
	// sendTimeout is for one letter. A relay may take ten minutes to think about one (RFC 5321, section 4.5.3.2.6), and who
	// waits less sends it twice.
	sendTimeout = 14 * time.Minute
	// mailLease is how long a mail belongs to the process that sends it.
	mailLease = sendTimeout + time.Minute
	// stopTimeout is what is left of sendTimeout when the process is to end.
	stopTimeout = 10 * time.Second

	// A mail that is refused for the time being is tried again after firstRetry, then after twice as long each time, at most
	// after lastRetry. With maxAttempts that goes on for about five days, as RFC 5321 wants it (section 4.5.4.1).
	firstRetry  = time.Minute
	lastRetry   = 4 * time.Hour
	maxAttempts = 36

	// A relay that can't be reached at all is left alone for relayRest, then for twice as long each time, at most for
	// maxRelayRest. No attempt is counted meanwhile: mail waits as long as it takes.
	relayRest    = 2 * time.Second
	maxRelayRest = 2 * time.Minute
)

// postman is what this process knows about the relay. Only the chore uses it, which is never under way twice.
type postman struct {
	relay     Relay
	failures  int // to reach it, in a row
	restUntil time.Time
}

// backoff is first, doubled with each time that came before, up to last; and up to half of it less, so that those who
// failed together do not come back together.
func backoff(first, last time.Duration, before int) time.Duration {
	wait := first
	for range before {
		wait = min(2*wait, last)
	}
	return wait - rand.N(wait/2) //nolint:gosec // nothing secret
}

// deliverMail hands the mail that is due to the relay.
func (s *Service) deliverMail(ctx context.Context) error {
	if s.now().Before(s.postman.restUntil) {
		return nil
	}
	if due, err := reading(ctx, s, s.nextMail); err != nil || due == nil {
		return err
	}
	session, err := s.postman.relay.Connect(ctx)
	if err != nil {
		return s.leaveRelayAlone(fmt.Errorf("the relay can't be reached: %w", err))
	}
	defer func() { _ = session.Close() }() // what it has taken it has taken
	var failed []error
	for ctx.Err() == nil {
		m, letter, err := s.claimMail(ctx)
		if err != nil || m == nil {
			failed = append(failed, err)
			break
		}
		outcome := send(ctx, session, letter)
		// What is known of a letter is written down, also while the process is told to end.
		if err := s.settleMail(context.WithoutCancel(ctx), *m, outcome); err != nil {
			failed = append(failed, err)
			break
		}
		var refusal *MailRefusal
		switch {
		case outcome == nil:
			s.postman.failures = 0
		case errors.As(outcome, &refusal):
			failed = append(failed, fmt.Errorf("%s: %w", m.ID, refusal))
		default:
			failed = append(failed, s.leaveRelayAlone(fmt.Errorf("%s: %w", m.ID, outcome)))
			return errors.Join(failed...)
		}
	}
	return errors.Join(failed...)
}

func (s *Service) leaveRelayAlone(err error) error {
	s.postman.restUntil = s.now().Add(backoff(relayRest, maxRelayRest, s.postman.failures))
	s.postman.failures++
	return err
}

// send gives the letter its time. When the process is to end, a letter that is under way is not given up at once: the
// relay may have taken it, and the answer is all that tells.
func send(ctx context.Context, session RelaySession, letter Letter) error {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopTimeout, cancel) })
	defer stop()
	return session.Send(sending, letter)
}

// nextMail answers the mail that is due for the longest time, of any partner; nil if none is.
func (s *Service) nextMail(ctx context.Context, tx Tx) (*Mail, error) {
	soon := s.now().Add(time.Microsecond) // the precision of every time: what is due now is before it
	due, err := tx.Outbox().List(ctx, Query{Where: []Condition{{FieldNextAttempt, OpLess, soon}}, By: FieldNextAttempt, Limit: 1})
	if err != nil || len(due) == 0 {
		return nil, err
	}
	return &due[0], nil
}

// claimMail takes the next mail for this process: until the lease ends, no other one will. It answers nil if none is due.
func (s *Service) claimMail(ctx context.Context) (claimed *Mail, letter Letter, err error) {
	err = s.write(ctx, func(ctx context.Context, tx Tx) error {
		for {
			if claimed, err = s.nextMail(ctx, tx); err != nil || claimed == nil {
				return err
			}
			letter = Letter{ID: claimed.ID, To: claimed.To, Subject: claimed.Subject, Body: claimed.Body, Date: claimed.CreatedAt}
			if claimed.Event == mailInvited {
				body, inForce, err := s.withTemporaryPassword(ctx, tx, *claimed)
				if err != nil {
					return err
				}
				if !inForce {
					claimed.Status = MailCanceled
					claimed.Reason = "The person was invited again, has registered, or is no portal admin any more."
					if err := s.endMail(ctx, tx, *claimed); err != nil {
						return err
					}
					continue
				}
				letter.Body = body
			}
			claimed.Attempts++
			until := s.now().Add(mailLease)
			claimed.NextAttemptAt = &until
			return tx.Outbox().Put(ctx, *claimed)
		}
	})
	return claimed, letter, err
}

// settleMail writes down what became of a mail that this process had claimed.
func (s *Service) settleMail(ctx context.Context, claimed Mail, outcome error) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		m, err := tx.Outbox().Get(ctx, claimed.PartnerID, claimed.ID)
		if err != nil || m.Status != MailPending {
			return err
		}
		if outcome != nil && m.Attempts != claimed.Attempts {
			return nil // the lease has ended, and another process has it
		}
		now := s.now()
		var refusal *MailRefusal
		switch isRefusal := errors.As(outcome, &refusal); {
		case outcome == nil:
			m.Status, m.SentAt, m.Reason = MailSent, &now, ""
			return s.endMail(ctx, tx, m)
		case isRefusal:
			m.Reason = refusal.Code + " " + refusal.Text
		default:
			m.Reason = "The relay could not be used, or was lost before it answered."
		}
		if refusal != nil && refusal.Permanent || m.Attempts >= maxAttempts {
			m.Status = MailFailed
			return s.endMail(ctx, tx, m)
		}
		again := now.Add(backoff(firstRetry, lastRetry, m.Attempts-1))
		m.NextAttemptAt = &again
		return tx.Outbox().Put(ctx, m)
	})
}

// endMail keeps a mail that is over and lets the next one to the same address go.
func (s *Service) endMail(ctx context.Context, tx Tx, m Mail) error {
	key := m.PendingTo
	m.PendingTo, m.NextAttemptAt = "", nil
	if err := tx.Outbox().Put(ctx, m); err != nil {
		return err
	}
	next, ok, err := firstPendingTo(ctx, tx, m.PartnerID, key)
	if err != nil || !ok {
		return err
	}
	now := s.now()
	next.NextAttemptAt = &now
	return tx.Outbox().Put(ctx, next)
}
