package store

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

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

// TestPages reads pages of 500 among 100,000 rows: each costs the same, wherever it is. Where a page is full, it is one search
// of an index; and PostgreSQL, which may choose otherwise, tells how many rows it reads.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, create := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testPages(t, create)
		})
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
		judgePages(t, s, "grants: "+page.name, domain.Tx.ExternalAdmins, where, grant("c100001"), grant("c100990"))
	}
	for _, page := range []struct {
		name  string
		where []domain.Condition
	}{
		{"enabled", []domain.Condition{domain.Eq(domain.FieldEnabled, true)}},
		{"relationship", []domain.Condition{domain.Eq(domain.FieldRelationship, "managed")}},
	} {
		where := append([]domain.Condition{partner}, page.where...)
		judgePages(t, s, "customers: "+page.name, domain.Tx.Customers, where, []string{"c100001"}, []string{"c100800"})
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
		judgePages(t, s, "events: "+page.name, domain.Tx.AuditEvents, where, []string{"p", "evt1000001"}, []string{"p", "evt1020000"})
	}
}

// judgePages judges the plans of an early and a late page, and compares how much they read.
func judgePages[T any](t *testing.T, s *store, name string, of func(domain.Tx) domain.Table[T], where []domain.Condition, early, late []string) {
	t.Helper()
	var rows, reads []int
	for _, after := range [][]string{early, late} {
		q := domain.Query{Where: where, After: after, Limit: 501}
		read(t, s, func(ctx context.Context, dtx domain.Tx) error {
			found, err := of(dtx).List(ctx, q)
			if err != nil {
				return err
			}
			table, ok := of(dtx).(interface {
				planned(domain.Query) (plannedQuery, error)
			})
			if !ok {
				t.Fatalf("%T is no table of ours", of(dtx))
			}
			planned, err := table.planned(q)
			if err != nil {
				return err
			}
			rows = append(rows, len(found))
			plan := explain(t, s, planned)
			if s.dialect.goose == goose.DialectPostgres {
				reads = append(reads, rowsRead(t, s, planned))
			} else if !strings.Contains(plan, ">?") && !strings.Contains(plan, ">(?") {
				t.Errorf("%s: %s\nis planned as\n%s\nwhich does not begin where the page does", name, planned.sql, plan)
			}
			if rows[0] == 501 { // where a page holds all there is, reading all and sorting may be the best plan
				planned.check(t, plan)
			}
			return nil
		})
	}
	t.Logf("%s: pages of %v rows read %v", name, rows, reads)
	if len(reads) == 2 && reads[1] > 2*reads[0]+1000 {
		t.Errorf("%s: a late page reads %d rows, an early one %d", name, reads[1], reads[0])
	}
}

// rowsRead runs a query on PostgreSQL and adds up what each step of its plan hands on or passes over.
func rowsRead(t *testing.T, s *store, q plannedQuery) int {
	t.Helper()
	sum := 0
	for _, step := range lines(t, s, "EXPLAIN (ANALYZE, TIMING OFF) "+q.sql, q.args...) {
		for _, found := range countedRows.FindAllStringSubmatch(step, -1) {
			n, err := strconv.Atoi(found[1])
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
	}
	if sum == 0 {
		t.Fatalf("%s reads nothing", q.sql)
	}
	return sum
}

var countedRows = regexp.MustCompile(`(?:actual rows=|Rows Removed by Filter: )(\d+)`)

// planned is the statement that lists what the query selects.
func (t *table[T]) planned(q domain.Query) (plannedQuery, error) {
	s, err := t.selection("SELECT "+t.columns, q, true)
	if err != nil {
		return plannedQuery{}, err
	}
	return plannedQuery{table: t.name, sql: s.String(), args: s.args}, nil
}
