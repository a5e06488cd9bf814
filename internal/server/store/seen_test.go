package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// testReadOnce counts the statements of a transaction that gets the same rows again and again, and looks that it never
// gets what it has itself overwritten.
func testReadOnce(t *testing.T, s domain.Store) {
	putParents(t, s)
	write(t, s, func(ctx context.Context, given domain.Tx) error {
		counted := count(t, given)
		for range 3 {
			if n, err := progress(ctx, given); n != -1 || err != nil {
				t.Errorf("there is a row with %d, %v", n, err)
			}
			if c, err := given.Customers().Get(ctx, "partner-1-customer-1"); c.PartnerID != "partner-1" || err != nil {
				t.Errorf("got %+v, %v", c, err)
			}
		}
		if len(counted.reads) != 2 {
			t.Errorf("two rows took %q", counted.reads)
		}
		for want := range 2 {
			if err := given.Courses().Put(ctx, course(want)); err != nil {
				return err
			}
			if n, err := progress(ctx, given); n != want || err != nil {
				t.Errorf("after a Put of %d there is %d, %v", want, n, err)
			}
		}
		for _, do := range []func() error{
			func() error { return given.Courses().Delete(ctx, "partner-1", "a@example.com", "basics") },
			func() error { return given.Courses().DeleteAll(ctx, domain.Query{}) },
		} {
			if err := do(); err != nil {
				return err
			}
			if n, err := progress(ctx, given); n != -1 || err != nil {
				t.Errorf("after its deletion there is %d, %v", n, err)
			}
			if err := given.Courses().Put(ctx, course(2)); err != nil {
				return err
			}
			if n, err := progress(ctx, given); n != 2 || err != nil {
				t.Errorf("then there is %d, %v", n, err)
			}
		}
		return nil
	})
}

// testFetch has rows that are there and rows that are not, asks for some twice, and with texts that no row has.
func testFetch(t *testing.T, s domain.Store) {
	putParents(t, s)
	const customer, other = "partner-1-customer-1", "partner-1-customer-2"
	grant := func(customer, email string) domain.ExternalAdmin {
		return domain.ExternalAdmin{PartnerID: "partner-1", CustomerID: customer, EmailKey: email, Role: email + " at " + customer, ContentProtected: true}
	}
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		for i := range 9 {
			if err := errors.Join(tx.ExternalAdmins().Put(ctx, grant(customer, fmt.Sprint(i))), tx.ExternalAdmins().Put(ctx, grant(other, fmt.Sprint(i)))); err != nil {
				return err
			}
		}
		return nil
	})
	undo := errors.New("undo")
	for name, run := range map[string]func(context.Context, func(context.Context, domain.Tx) error) error{"read": s.Read, "write": s.Write, "trial": s.Try} {
		err := run(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			counted := count(t, tx)
			admins := tx.ExternalAdmins()
			get := func(email, role string) {
				t.Helper()
				row, err := admins.Get(ctx, "partner-1", customer, email)
				if row.Role != role || (role == "") != errors.Is(err, domain.ErrNoRow) || role != "" && row != grant(customer, email) {
					t.Errorf("%s: %q is %+v, %v", name, email, row, err)
				}
			}
			if name != "read" {
				if err := errors.Join(admins.Delete(ctx, "partner-1", customer, "0"), admins.Put(ctx, grant(customer, "new"))); err != nil {
					return err
				}
				counted.reads = nil
			}
			for range 2 {
				if err := admins.Fetch(ctx, []string{"3", "x", "4", "3", "\x00", "5", "6"}, "partner-1", customer); err != nil {
					return err
				}
			}
			for email, role := range map[string]string{"3": "3 at " + customer, "4": "4 at " + customer, "5": "5 at " + customer, "6": "6 at " + customer, "x": ""} {
				get(email, role)
			}
			if len(counted.reads) != 1 {
				t.Errorf("%s: the rows took %q", name, counted.reads)
			}
			if name == "read" {
				return admins.Fetch(ctx, nil, "partner-1", customer)
			}
			// What is written before or after a Fetch is what counts.
			if err := admins.Fetch(ctx, []string{"0", "1", "2", "new"}, "partner-1", customer); err != nil {
				return err
			}
			get("0", "")
			get("new", "new at "+customer)
			if err := errors.Join(admins.Delete(ctx, "partner-1", customer, "1"), admins.Put(ctx, grant(customer, "x"))); err != nil {
				return err
			}
			get("1", "")
			get("2", "2 at "+customer)
			get("x", "x at "+customer)
			return undo
		})
		if err != nil && !errors.Is(err, undo) {
			t.Errorf("%s: %v", name, err)
		}
	}
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		if tx.ExternalAdmins().Fetch(ctx, []string{"a"}, "partner-1") == nil || tx.Partners().Fetch(ctx, []string{"a"}, "b") == nil {
			t.Error("a key of another length was taken")
		}
		return nil
	})
}

// TestPlanOfFetch wants each of the rows to be searched by its key.
func TestPlanOfFetch(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	read(t, s, func(ctx context.Context, tx domain.Tx) error {
		counted := count(t, tx)
		err := tx.ExternalAdmins().Fetch(ctx, []string{"a", "b", "c"}, "p", "c")
		plan := explain(t, s, plannedQuery{sql: counted.reads[0], args: []any{"p", "c", "a", "b", "c", "c"}})
		if !strings.HasPrefix(plan, "SEARCH external_admins USING INDEX") || strings.Count(plan, "=?") != 3 {
			t.Errorf("planned as\n%s", plan)
		}
		return err
	})
}

// counting notes statements that read.
type counting struct {
	querier
	reads []string
}

func count(t *testing.T, given domain.Tx) *counting {
	t.Helper()
	inside, ok := given.(*tx)
	if !ok {
		t.Fatalf("the transaction is a %T", given)
	}
	counted := &counting{querier: inside.sql}
	inside.sql = counted
	return counted
}

func (c *counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.reads = append(c.reads, query)
	return c.querier.QueryContext(ctx, query, args...)
}

func (c *counting) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.reads = append(c.reads, query)
	return c.querier.QueryRowContext(ctx, query, args...)
}
