package store

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	testStore(t, func(t *testing.T) domain.Store {
		t.Helper()
		return openFile(t, filepath.Join(t.TempDir(), "test.db"))
	})
}

func openFile(t *testing.T, path string) *store {
	t.Helper()
	return openDSN(t, "sqlite:"+path)
}

func openDSN(t *testing.T, dsn string) *store {
	t.Helper()
	s := mustOpenDSN(t, dsn)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return s
}

func mustOpen(t *testing.T, path string) *store {
	t.Helper()
	return mustOpenDSN(t, "sqlite:"+path)
}

func mustOpenDSN(t *testing.T, dsn string) *store {
	t.Helper()
	opened, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return engine(t, opened)
}

// engine is the inside of a store.
func engine(t *testing.T, opened domain.Store) *store {
	t.Helper()
	s, ok := opened.(*store)
	if !ok {
		t.Fatalf("Open made a %T", opened)
	}
	return s
}

// testStore is what every engine must do.
func testStore(t *testing.T, open func(*testing.T) domain.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, domain.Store){
		"rows":          testRows,
		"lists":         testLists,
		"order":         testOrder,
		"conditions":    testConditions,
		"refusals":      testRefusals,
		"rollback":      testRollback,
		"failed":        testFailedStatement,
		"unique":        testUnique,
		"references":    testReferences,
		"append only":   testAppendOnly,
		"read only":     testReadOnly,
		"snapshot":      testSnapshot,
		"no lost write": testNoLostWrite,
		"no skew":       testNoSkew,
		"odd texts":     testOddTexts,
		"context":       testContext,
		"run again":     testRunAgain,
		"trial":         testTrial,
		"trial beside":  testTrialBeside,
		"trial refused": testTrialRefusals,
		"read once":     testReadOnce,
		"fetch":         testFetch,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func write(t *testing.T, s domain.Store, fn func(context.Context, domain.Tx) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Write(ctx, fn); err != nil {
		t.Fatal("write:", err)
	}
}

func read(t *testing.T, s domain.Store, fn func(context.Context, domain.Tx) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Read(ctx, fn); err != nil {
		t.Fatal("read:", err)
	}
}

// putParents makes what other rows reference.
func putParents(t *testing.T, s domain.Store) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		for _, partner := range []string{"partner-1", "partner-2"} {
			if err := tx.Partners().Put(ctx, domain.Partner{ID: partner}); err != nil {
				return err
			}
			for i := range 3 {
				id := partner + "-customer-" + strconv.Itoa(i)
				if err := tx.Customers().Put(ctx, domain.Customer{ID: id, PartnerID: partner, DomainKey: id}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func course(progress int) domain.Course {
	return domain.Course{PartnerID: "partner-1", EmailKey: "a@example.com", Course: "basics", ProgressPercent: progress}
}

// progress is what the row that course makes says, or -1.
func progress(ctx context.Context, tx domain.Tx) (int, error) {
	c, err := tx.Courses().Get(ctx, "partner-1", "a@example.com", "basics")
	if errors.Is(err, domain.ErrNoRow) {
		return -1, nil
	}
	return c.ProgressPercent, err
}

func wantProgress(t *testing.T, s domain.Store, want int) {
	t.Helper()
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		got, err := progress(ctx, tx)
		if got != want {
			t.Errorf("progress = %d, want %d", got, want)
		}
		return err
	})
}

func testRollback(t *testing.T, s domain.Store) {
	putParents(t, s)
	put := func(ctx context.Context, tx domain.Tx, n int) {
		if err := tx.Courses().Put(ctx, course(n)); err != nil {
			t.Error(err)
		}
	}
	refused := errors.New("refused")
	err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
		put(ctx, tx, 1)
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("Write = %v, want the error of fn", err)
	}
	wantProgress(t, s, -1)

	func() {
		defer func() {
			if got := recover(); got != "boom" {
				t.Errorf("recovered %v, want the panic of fn", got)
			}
		}()
		_ = s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			put(ctx, tx, 2)
			panic("boom")
		})
	}()
	wantProgress(t, s, -1)

	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		put(ctx, tx, 3)
		if n, err := progress(ctx, tx); n != 3 || err != nil {
			t.Errorf("a transaction sees %d, %v of its own write", n, err)
		}
		return nil
	})
	wantProgress(t, s, 3)
}

// After a failed statement engines differ in what is left of the transaction, so nothing may be.
func testFailedStatement(t *testing.T, s domain.Store) {
	putParents(t, s)
	err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
		if err := tx.Courses().Put(ctx, course(1)); err != nil {
			return err
		}
		if err := tx.PartnerUsers().Put(ctx, domain.PartnerUser{PartnerID: "nobody"}); err == nil {
			t.Error("a user of no partner was stored")
		}
		if _, err := tx.Courses().List(ctx, domain.Query{}); err == nil {
			t.Error("the transaction goes on after a failed statement")
		}
		return nil // swallows it
	})
	if err == nil {
		t.Error("the transaction was committed although a statement had failed")
	}
	wantProgress(t, s, -1)
}

func testUnique(t *testing.T, s domain.Store) {
	putParents(t, s)
	customer := func(id, partner, domainKey, externalID string) domain.Customer {
		return domain.Customer{ID: id, PartnerID: partner, DomainKey: domainKey, ExternalID: externalID}
	}
	for _, step := range []struct {
		customer domain.Customer
		conflict bool
	}{
		{customer("a", "partner-1", "a.example", "crm-1"), false},
		{customer("b", "partner-1", "a.example", ""), true},
		{customer("b", "partner-2", "a.example", "crm-1"), false}, // another partner
		{customer("c", "partner-1", "c.example", "crm-1"), true},
		{customer("c", "partner-1", "c.example", ""), false},
		{customer("d", "partner-1", "d.example", ""), false}, // having none is not unique
		{customer("d", "partner-1", "a.example", ""), true},  // as a change
		{customer("a", "partner-1", "a.example", "crm-1"), false},
	} {
		err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			return tx.Customers().Put(ctx, step.customer)
		})
		var refusal *domain.Error
		if conflict := errors.As(err, &refusal) && refusal.Code == domain.CodeConflict; conflict != step.conflict || (err != nil) != step.conflict {
			t.Errorf("Put(%s, %s, %q) = %v, want conflict: %t", step.customer.ID, step.customer.DomainKey, step.customer.ExternalID, err, step.conflict)
		}
	}
}

func testReferences(t *testing.T, s domain.Store) {
	putParents(t, s)
	grant := domain.ExternalAdmin{PartnerID: "partner-1", CustomerID: "partner-1-customer-0", EmailKey: "a@example.com"}
	elsewhere := grant
	elsewhere.CustomerID = "partner-2-customer-0"
	for name, test := range map[string]struct {
		fn      func(context.Context, domain.Tx) error
		refused bool
	}{
		"grant of an own customer": {func(ctx context.Context, tx domain.Tx) error {
			return tx.ExternalAdmins().Put(ctx, grant)
		}, false},
		"grant of another partner's customer": {func(ctx context.Context, tx domain.Tx) error {
			return tx.ExternalAdmins().Put(ctx, elsewhere)
		}, true},
		"client of no customer": {func(ctx context.Context, tx domain.Tx) error {
			return tx.Clients().Put(ctx, domain.Client{ID: "a", PartnerID: "partner-1"})
		}, false},
		"client of an unknown customer": {func(ctx context.Context, tx domain.Tx) error {
			return tx.Clients().Put(ctx, domain.Client{ID: "b", PartnerID: "partner-1", CustomerID: "unknown"})
		}, true},
		"customer that goes before its grants": {func(ctx context.Context, tx domain.Tx) error {
			return errors.Join(tx.ExternalAdmins().Put(ctx, grant), tx.Customers().Delete(ctx, grant.CustomerID))
		}, true},
		"customer that goes after its grants": {func(ctx context.Context, tx domain.Tx) error {
			id := "partner-1-customer-1"
			return errors.Join(
				tx.ExternalAdmins().Put(ctx, domain.ExternalAdmin{PartnerID: "partner-1", CustomerID: id}),
				tx.ExternalAdmins().DeleteAll(ctx, domain.Query{Where: []domain.Condition{domain.Eq(domain.FieldCustomerID, id)}}),
				tx.Customers().Delete(ctx, id))
		}, false},
	} {
		if err := s.Write(t.Context(), test.fn); (err != nil) != test.refused {
			t.Errorf("%s: %v, want refused: %t", name, err, test.refused)
		}
	}
}

func testAppendOnly(t *testing.T, s domain.Store) {
	event := domain.AuditEvent{PartnerID: "partner-1", ID: "evt_1", Actor: "a"}
	write(t, s, func(ctx context.Context, tx domain.Tx) error { return tx.AuditEvents().Put(ctx, event) })
	changed := event
	changed.Actor = "b"
	for name, fn := range map[string]func(context.Context, domain.Table[domain.AuditEvent]) error{
		"Put": func(ctx context.Context, log domain.Table[domain.AuditEvent]) error { return log.Put(ctx, changed) },
		"Delete": func(ctx context.Context, log domain.Table[domain.AuditEvent]) error {
			return log.Delete(ctx, "partner-1", "evt_1")
		},
		"DeleteAll": func(ctx context.Context, log domain.Table[domain.AuditEvent]) error {
			return log.DeleteAll(ctx, domain.Query{})
		},
	} {
		if err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error { return fn(ctx, tx.AuditEvents()) }); err == nil {
			t.Errorf("%s changed the log", name)
		}
	}
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		got, err := tx.AuditEvents().Get(ctx, "partner-1", "evt_1")
		if got.Actor != "a" {
			t.Errorf("the log says actor %q", got.Actor)
		}
		return err
	})
}

func testReadOnly(t *testing.T, s domain.Store) {
	putParents(t, s)
	err := s.Read(t.Context(), func(ctx context.Context, tx domain.Tx) error { return tx.Courses().Put(ctx, course(1)) })
	if err == nil {
		t.Error("Read wrote")
	}
	wantProgress(t, s, -1)
}

// What one engine cannot keep none is asked for.
func testOddTexts(t *testing.T, s domain.Store) {
	putParents(t, s)
	for _, odd := range []string{"a\x00b", "a\xffb"} {
		for name, fn := range map[string]func(context.Context, domain.Tx) error{
			"Put": func(ctx context.Context, tx domain.Tx) error {
				return tx.AppliedSeeds().Put(ctx, domain.AppliedSeed{Hash: odd})
			},
			"Get": func(ctx context.Context, tx domain.Tx) error {
				_, err := tx.Customers().Get(ctx, odd)
				return err
			},
			"Where": func(ctx context.Context, tx domain.Tx) error {
				_, err := tx.Customers().Count(ctx, domain.Query{Where: []domain.Condition{domain.Eq(domain.FieldStage, odd)}})
				return err
			},
			"After": func(ctx context.Context, tx domain.Tx) error {
				_, err := tx.Customers().List(ctx, domain.Query{After: []string{odd}})
				return err
			},
		} {
			write(t, s, func(ctx context.Context, tx domain.Tx) error {
				var refusal *domain.Error
				if err := fn(ctx, tx); !errors.As(err, &refusal) || refusal.Code != domain.CodeInvalidRequest {
					t.Errorf("%s of %q: %v", name, odd, err)
				}
				_, err := tx.Customers().Count(ctx, domain.Query{}) // the transaction goes on
				return err
			})
		}
	}
}
