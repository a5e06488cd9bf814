package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// fill makes 1,000 customers with 100 grants each, and 30,000 events of the log, in SQL that both engines understand.
const (
	fillPartner   = `INSERT INTO partners (id, name, kind, technical_status, sales_status) VALUES ('p', '', '', '', '')`
	fillCustomers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
		INSERT INTO customers (id, partner_id, name, name_key, domain, domain_key, stage, implementation_lead, implementation_lead_key, seats,
			product, country, enabled, require_sso, deletion_protection, relationship, admin_username, created_at, revision)
		SELECT 'c' || (100000 + i), 'p', '', 'name ' || i, '', 'd' || i, 'customer', '', '', 1, '', '', i % 2 = 0, i % 2 = 0, i % 2 = 0, CASE WHEN i % 3 = 0 THEN 'managed' ELSE 'referral' END, '', '2026-11-22T16:00:00.000000000Z', '' FROM n`
	fillGrants = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
		INSERT INTO external_admins (partner_id, customer_id, email_key, email_domain, email, role, content_protected, revision)
		SELECT 'p', 'c' || (100000 + i / 100), 'admin' || (1000 + i % 100) || '@example.com',
			CASE WHEN i % 10 = 0 THEN 'other.example' ELSE 'example.com' END, '',
			CASE WHEN i % 100 = 7 THEN 'custom' ELSE 'basic_administrator' END, i % 2 = 0, '0123456789abcdef' FROM n`
	fillEvents = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
		INSERT INTO audit_events (partner_id, id, time, request_id, actor, acts_for, action, kind, object_id, customer_id)
		SELECT 'p', 'evt' || (1000000 + i), '2026-11-22T16:00:00.000000000Z', '', 'actor ' || (i % 3), '', 'create',
			CASE WHEN i % 5 = 0 THEN 'customer' ELSE 'external_admin' END, '', 'c' || (100000 + i / 30) FROM n`
)

// TestPages reads pages of 500 among 100,000 rows: each costs the same, wherever it is.
func TestPages(t *testing.T) { //nolint:paralleltest // it compares times
	for name, create := range engines { //nolint:paralleltest // as above
		t.Run(name, func(t *testing.T) { testPages(t, create) })
	}
}

func testPages(t *testing.T, create func(*testing.T) string) {
	s := openDSN(t, create(t))
	for _, statement := range []string{fillPartner, fillCustomers, fillGrants, fillEvents, "ANALYZE"} {
		if s.dialect.goose == goose.DialectSQLite3 && statement == "ANALYZE" {
			continue // nobody does this for an embedded database
		}
		if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	grant := func(customer string) []string { return []string{"p", customer, "admin1000@example.com"} }
	partner := domain.Eq(domain.FieldPartnerID, "p")
	for _, page := range []struct {
		name  string
		where []domain.Condition
	}{
		{"all", nil},
		{"common role", []domain.Condition{domain.Eq(domain.FieldRole, "basic_administrator")}},
		{"rare role", []domain.Condition{domain.Eq(domain.FieldRole, "custom")}},
		{"domain", []domain.Condition{domain.Eq(domain.FieldEmailDomain, "example.com")}},
		{"person", []domain.Condition{domain.Eq(domain.FieldEmailKey, "admin1007@example.com")}},
	} {
		where := append([]domain.Condition{partner}, page.where...)
		comparePages(t, s, "grants: "+page.name, domain.Tx.ExternalAdmins, where, grant("c100001"), grant("c100990"))
	}
	for _, page := range []struct {
		name  string
		where []domain.Condition
	}{
		{"enabled", []domain.Condition{domain.Eq(domain.FieldEnabled, true)}},
		{"relationship", []domain.Condition{domain.Eq(domain.FieldRelationship, "managed")}},
	} {
		where := append([]domain.Condition{partner}, page.where...)
		comparePages(t, s, "customers: "+page.name, domain.Tx.Customers, where, []string{"c100001"}, []string{"c100800"})
	}
	for _, page := range []struct {
		name  string
		where []domain.Condition
	}{
		{"all", nil},
		{"kind", []domain.Condition{domain.Eq(domain.FieldKind, "external_admin")}},
		{"actor", []domain.Condition{domain.Eq(domain.FieldActor, "actor 1")}},
	} {
		where := append([]domain.Condition{partner}, page.where...)
		comparePages(t, s, "events: "+page.name, domain.Tx.AuditEvents, where, []string{"p", "evt1000001"}, []string{"p", "evt1020000"})
	}
}

// comparePages judges the plans of an early and a late page, and compares how long they take.
func comparePages[T any](t *testing.T, s *store, name string, of func(domain.Tx) domain.Table[T], where []domain.Condition, early, late []string) {
	t.Helper()
	pages := map[bool]domain.Query{
		false: {Where: where, After: early, Limit: 501},
		true:  {Where: where, After: late, Limit: 501},
	}
	took := map[bool][]time.Duration{}
	rows := map[bool]int{}
	// What other programs do makes a page slower, never quicker: the quickest of many counts.
	const least, most = 12, 300 // PostgreSQL plans a statement anew the first times, then perhaps once for all
	same := func() bool { return slices.Min(took[true]) <= 4*slices.Min(took[false])+2*time.Millisecond }
	for n := 0; n < least || n < most && !same(); n++ {
		for isLate, q := range pages {
			start := time.Now()
			read(t, s, func(ctx context.Context, dtx domain.Tx) error {
				found, err := of(dtx).List(ctx, q)
				rows[isLate] = len(found)
				return err
			})
			took[isLate] = append(took[isLate], time.Since(start))
		}
	}
	first, last := slices.Min(took[false]), slices.Min(took[true])
	t.Logf("%s: %d rows in %v, late %d rows in %v", name, rows[false], first, rows[true], last)
	if !same() {
		t.Errorf("%s: a late page takes %v, an early one %v", name, last, first)
	}
	if rows[false] < 501 {
		return // where a page holds all there is, reading all and sorting may be the best plan
	}
	for _, q := range pages {
		read(t, s, func(_ context.Context, dtx domain.Tx) error {
			table, ok := of(dtx).(interface {
				planned(domain.Query) (plannedQuery, error)
			})
			if !ok {
				t.Fatalf("%T is no table of ours", of(dtx))
			}
			planned, err := table.planned(q)
			if err == nil {
				planned.check(t, explain(t, s, planned))
			}
			return err
		})
	}
}

// planned is the statement that lists what the query selects.
func (t *table[T]) planned(q domain.Query) (plannedQuery, error) {
	s, err := t.selection("SELECT "+t.columns, q, true)
	if err != nil {
		return plannedQuery{}, err
	}
	return plannedQuery{table: t.name, sql: s.String(), args: s.args}, nil
}
