package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// testTrial does the same random things in a transaction that is rolled back and in a trial: both must see the same all the
// time, and leave nothing.
func testTrial(t *testing.T, s domain.Store) {
	putParents(t, s)
	for round := range 40 {
		random := rand.New(rand.NewPCG(3, uint64(round))) // the same each time
		write(t, s, func(ctx context.Context, tx domain.Tx) error { return play(ctx, tx, random, 20, nil) })
		before := dump(t, s)
		var want, got []string
		undo := errors.New("undo")
		seed := random.Uint64()
		err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			want = nil
			return errors.Join(play(ctx, tx, rand.New(rand.NewPCG(4, seed)), 120, &want), undo)
		})
		if strings.TrimSpace(err.Error()) != undo.Error() {
			t.Fatal(err)
		}
		err = s.Try(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			return play(ctx, tx, rand.New(rand.NewPCG(4, seed)), 120, &got)
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("round %d, step %d: the trial has\n%s\nthe write had\n%s", round, i, got[i], want[i])
			}
		}
		if after := dump(t, s); after != before {
			t.Fatalf("round %d: the trial left\n%s\nof\n%s", round, after, before)
		}
	}
}

// play does random things and logs what it sees.
func play(ctx context.Context, tx domain.Tx, random *rand.Rand, steps int, log *[]string) error {
	note := func(format string, args ...any) {
		if log != nil {
			*log = append(*log, fmt.Sprintf(format, args...))
		}
	}
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for range steps {
		grant := domain.ExternalAdmin{
			PartnerID: "partner-1", CustomerID: one("partner-1-customer-0", "partner-1-customer-1"), EmailKey: one("a", "B", "ä", "z", "a@a", "a-b"),
			Role: one("basic", "full"), ContentProtected: random.IntN(2) == 0,
		}
		mail := domain.Mail{PartnerID: "partner-1", ID: one("a", "b", "c", "d", "e"), Attempts: random.IntN(3)}
		mail.PendingTo = one("", "x", "y")
		moment := at.Add(time.Duration(random.IntN(4)))
		if mail.NextAttemptAt = &moment; random.IntN(3) == 0 {
			grant.ExpiresAt, mail.NextAttemptAt = &moment, nil
		}
		due := domain.Condition{Field: domain.FieldNextAttempt, Op: domain.OpLess, Value: at.Add(time.Duration(1 + random.IntN(3)))}
		few := domain.Condition{Field: "attempts", Op: domain.OpGreaterEqual, Value: 1}
		query := domain.Query{Limit: random.IntN(5)}
		for _, c := range []domain.Condition{
			domain.Eq(domain.FieldCustomerID, grant.CustomerID), domain.Eq(domain.FieldRole, grant.Role),
			domain.Eq(domain.FieldProtected, grant.ContentProtected),
			{Field: domain.FieldEmailKey, Op: domain.OpGreaterEqual, Value: grant.EmailKey},
		} {
			if random.IntN(3) == 0 {
				query.Where = append(query.Where, c)
			}
		}
		if random.IntN(3) == 0 {
			query.After = grantKey(grant)
		}
		var err, more error
		switch random.IntN(10) {
		case 0, 1, 2:
			err, more = tx.ExternalAdmins().Put(ctx, grant), tx.Outbox().Put(ctx, mail)
		case 3:
			err, more = tx.ExternalAdmins().Delete(ctx, grantKey(grant)...), tx.Outbox().Delete(ctx, "partner-1", mail.ID)
		case 4:
			if random.IntN(4) == 0 {
				err = tx.ExternalAdmins().DeleteAll(ctx, query)
				more = tx.Outbox().DeleteAll(ctx, domain.Query{Where: []domain.Condition{domain.Eq(domain.FieldPendingTo, mail.PendingTo), few}})
			}
		case 5, 6:
			row, failure := tx.ExternalAdmins().Get(ctx, grantKey(grant)...)
			note("get %v: %+v %v %v", grantKey(grant), row, row.ExpiresAt, errors.Is(failure, domain.ErrNoRow))
			if !errors.Is(failure, domain.ErrNoRow) {
				err = failure
			}
		case 7:
			n, failure := tx.ExternalAdmins().Count(ctx, query)
			m, failureToo := tx.Outbox().Count(ctx, domain.Query{Where: []domain.Condition{due, few}})
			note("count %+v: %d and %d", query, n, m)
			err, more = failure, failureToo
		case 8:
			list, failure := tx.ExternalAdmins().List(ctx, query)
			note("list %+v: %v of %d, nil %t", query, list, len(list), list == nil)
			err = failure
		case 9:
			ids := func(q domain.Query) string {
				list, failure := list(ctx, tx.Outbox(), q, func(m domain.Mail) string { return m.ID })
				err = errors.Join(err, failure)
				return fmt.Sprint(list)
			}
			note("due %s, with no recipient %s", ids(domain.Query{Where: []domain.Condition{due}, By: domain.FieldNextAttempt, Limit: 2}),
				ids(domain.Query{Where: []domain.Condition{domain.Eq(domain.FieldPendingTo, "")}}))
		}
		if err := errors.Join(err, more); err != nil {
			return err
		}
	}
	return nil
}

func dump(t *testing.T, s domain.Store) (text string) {
	t.Helper()
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		grants, err := tx.ExternalAdmins().List(ctx, domain.Query{})
		mails, more := tx.Outbox().List(ctx, domain.Query{})
		text = fmt.Sprintf("%v %v", grants, mails)
		return errors.Join(err, more)
	})
	return text
}

// testTrialBeside runs trials while a writer is in the middle of its transaction, and while another trial is: they do not
// see each other.
func testTrialBeside(t *testing.T, s domain.Store) {
	putParents(t, s)
	inside, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			if err := tx.Courses().Put(ctx, course(1)); err != nil {
				return err
			}
			inside <- struct{}{}
			<-release
			return nil
		})
	}()
	<-inside
	try := func(value int, fn func()) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // for a store where they wait, which is wrong
		defer cancel()
		err := s.Try(ctx, func(ctx context.Context, tx domain.Tx) error {
			if n, err := progress(ctx, tx); n != -1 || err != nil {
				t.Errorf("a trial sees %d, %v of another transaction", n, err)
			}
			if err := tx.Courses().Put(ctx, course(value)); err != nil {
				return err
			}
			fn()
			if n, err := progress(ctx, tx); n != value || err != nil {
				t.Errorf("a trial sees %d, %v, has put %d", n, err, value)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	try(2, func() { try(3, func() {}) })
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	wantProgress(t, s, 1)
}

// What no engine keeps is refused in a trial too, and what fn answers is answered.
func testTrialRefusals(t *testing.T, s domain.Store) {
	putParents(t, s)
	for _, text := range []string{"a\x00b", "\xff"} {
		err := s.Try(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			return tx.AppliedSeeds().Put(ctx, domain.AppliedSeed{Hash: text})
		})
		var refusal *domain.Error
		if !errors.As(err, &refusal) || refusal.Code != domain.CodeInvalidRequest {
			t.Errorf("Put of %q: %v", text, err)
		}
	}
	failure := errors.New("failure")
	if err := s.Try(t.Context(), func(context.Context, domain.Tx) error { return failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
}
