package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func testSnapshot(t *testing.T, s domain.Store) {
	putParents(t, s)
	write(t, s, func(ctx context.Context, tx domain.Tx) error { return tx.Courses().Put(ctx, course(1)) })
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		before, err := progress(ctx, tx)
		if err != nil {
			return err
		}
		write(t, s, func(ctx context.Context, tx domain.Tx) error { //nolint:contextcheck // of the test, as that of Read is
			return errors.Join(tx.Courses().Put(ctx, course(2)), tx.AppliedSeeds().Put(ctx, domain.AppliedSeed{Hash: "x"}))
		})
		wantProgress(t, s, 2) //nolint:contextcheck // of the test, as that of Read is
		after, err := progress(ctx, tx)
		if before != 1 || after != 1 {
			t.Errorf("one Read saw %d, then %d", before, after)
		}
		if n, err := tx.AppliedSeeds().Count(ctx, domain.Query{}); n != 0 || err != nil {
			t.Errorf("one Read saw %d rows, %v of a table it had not read before", n, err)
		}
		return err
	})
}

func testNoLostWrite(t *testing.T, s domain.Store) {
	putParents(t, s)
	const writers, each = 8, 25
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
					n, err := progress(ctx, tx)
					if err != nil {
						return err
					}
					return tx.Courses().Put(ctx, course(n+1))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	wantProgress(t, s, writers*each-1)
}

// Writers that decide by what they do not find must not decide so side by side.
func testNoSkew(t *testing.T, s domain.Store) {
	putParents(t, s)
	for round := range 10 {
		partner := domain.Eq(domain.FieldPartnerID, "partner-1")
		var group sync.WaitGroup
		for writer := range 6 {
			group.Go(func() {
				err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
					rows := domain.Query{Where: []domain.Condition{partner, domain.Eq(domain.FieldEmailKey, fmt.Sprint(round))}}
					if n, err := tx.Courses().Count(ctx, rows); n > 0 || err != nil {
						return err
					}
					return tx.Courses().Put(ctx, domain.Course{PartnerID: "partner-1", EmailKey: fmt.Sprint(round), Course: fmt.Sprint(writer)})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		n, err := tx.Courses().Count(ctx, domain.Query{})
		if n != 10 {
			t.Errorf("there are %d rows, want 1 for each of 10 rounds", n)
		}
		return err
	})
}

func testContext(t *testing.T, s domain.Store) {
	putParents(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Write(ctx, func(ctx context.Context, tx domain.Tx) error {
		if err := tx.Courses().Put(ctx, course(1)); err != nil {
			return err
		}
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Write of a caller who has gone = %v", err)
	}
	wantProgress(t, s, -1)

	if err := s.Ping(t.Context()); err != nil {
		t.Error("ping:", err)
	}
}

// What the engine says about conflicts is played here, since SQLite has none once a write has begun.
func testRunAgain(t *testing.T, s domain.Store) {
	putParents(t, s)
	conflict := errors.New("played")
	engine(t, s).dialect.busy = func(err error) bool { return errors.Is(err, conflict) }
	for _, test := range []struct{ conflicts, runs int }{{0, 1}, {2, 3}, {maxRuns - 1, maxRuns}, {maxRuns, maxRuns}} {
		runs := 0
		err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			runs++
			n, err := progress(ctx, tx)
			if err != nil || n != -1 {
				t.Errorf("run %d sees %d, %v of the run before", runs, n, err)
			}
			if err := tx.Courses().Put(ctx, course(runs)); err != nil {
				return err
			}
			if runs <= test.conflicts {
				return conflict
			}
			return tx.Courses().Delete(ctx, "partner-1", "a@example.com", "basics")
		})
		var refusal *domain.Error
		gaveUp := errors.As(err, &refusal) && refusal.Code == domain.CodeConflict
		if runs != test.runs || gaveUp != (test.conflicts == maxRuns) || (err != nil) != gaveUp {
			t.Errorf("%d conflicts: %d runs, %v", test.conflicts, runs, err)
		}
	}
}
