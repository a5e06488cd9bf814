package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// TestPlans asks for a late page of every table by every column that queries use, within a partner where there is one:
// SQLite must go straight to it in an index, without sorting and without passing over the pages before. PostgreSQL, which
// plans by how many rows there are, has the same indexes by TestSchemas, and large tables in TestPages.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	fields := queriedFields(t)
	planned := map[string]bool{}
	for _, table := range testedTables(t, s.dialect) {
		for _, q := range plannedQueries(table, fields) {
			if q.table == "partners" || q.table == "applied_seeds" { // few, and only read by their key
				continue
			}
			planned[q.field] = true
			q.check(t, explain(t, s, q))
		}
	}
	if len(planned) < 15 {
		t.Errorf("only queries by %v were planned", planned)
	}
}

// TestPlanOfExpiries asks whether anything has expired at any partner: only what is due may be looked at, not every grant.
func TestPlanOfExpiries(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	where := []domain.Condition{{Field: domain.FieldExpiryDue, Op: domain.OpLess, Value: time.Unix(0, 0)}}
	table := newTables(s.dialect).externalAdmins
	statement, err := table.selection("SELECT COUNT(*)", domain.Query{Where: where}, false)
	if err != nil {
		t.Fatal(err)
	}
	plan := explain(t, s, plannedQuery{sql: statement.String(), args: statement.args})
	if !strings.HasPrefix(plan, "SEARCH external_admins USING COVERING INDEX external_admins_by_expiry (expiry_due<?)") {
		t.Errorf("planned as\n%s", plan)
	}
}

type plannedQuery struct {
	table, field, sql string
	args              []any
	uses              []string // what the index must be searched by
}

// check that the plan is one search of an index, by all that the query fixes.
func (q plannedQuery) check(t *testing.T, plan string) {
	t.Helper()
	bad := !strings.HasPrefix(plan, "SEARCH "+q.table+" ") && !strings.Contains(plan, "Index Cond: ")
	for _, word := range []string{"SCAN ", "TEMP B-TREE", "Seq Scan", "Sort", "Bitmap"} {
		bad = bad || strings.Contains(plan, word)
	}
	if bad {
		t.Errorf("%s\nis planned as\n%s", q.sql, plan)
	}
	for _, part := range q.uses {
		if !strings.Contains(plan, part) {
			t.Errorf("%s\nis planned as\n%s\nwhich makes no use of %s", q.sql, plan, part)
		}
	}
}

// plannedQueries has one query for each of the fields that the table has.
func plannedQueries(p testedTable, fields []string) []plannedQuery {
	var queries []plannedQuery
	for _, field := range fields {
		if q, err := p.plan(field); err == nil {
			queries = append(queries, q)
		}
	}
	return queries
}

// plan is the query for a late page by the field, within a partner.
func (t *table[T]) plan(field string) (plannedQuery, error) {
	q := plannedQuery{table: t.name, field: field}
	query := domain.Query{Limit: 501}
	names := []string{"partner_id", field}
	if _, ok := t.fields["partner_id"]; !ok || field == "partner_id" || field == "id" && slices.Equal(t.key, []string{"id"}) || due[t.name+"."+field] {
		names = []string{field}
	}
	fixed := map[string]bool{}
	for _, name := range names {
		var value any = "x"
		switch t.fields[name].(type) {
		case booleanField:
			value = true
		case instantField:
			value = time.Unix(0, 0)
		}
		query.Where = append(query.Where, domain.Eq(domain.Field(name), value))
		if !few[t.name+"."+name] && !few[t.name+"."+field+" "+name] {
			q.uses = append(q.uses, name+"=?")
		}
		fixed[name] = true
	}
	var rest []string
	for _, name := range t.key {
		query.After = append(query.After, "x")
		if !fixed[name] && !few[t.name+"."+field+" "+name] {
			rest = append(rest, name)
		}
	}
	switch len(rest) {
	case 0:
	case 1:
		q.uses = append(q.uses, rest[0]+">?")
	default:
		q.uses = append(q.uses, "("+strings.Join(rest, ",")+")>(")
	}
	s, err := t.selection("SELECT "+t.columns, query, true)
	if err != nil {
		return q, err
	}
	q.sql, q.args = s.String(), s.args
	return q, nil
}

// due are the columns that tell when work is due, which is looked for among all partners.
var due = map[string]bool{
	"outbox.next_attempt_at":       true,
	"customer_sessions.expires_at": true,
}

// Work that is due is found oldest first in an index, without passing over what is not.
func TestPlansOfWorkThatIsDue(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	q := domain.Query{
		Where: []domain.Condition{{Field: domain.FieldNextAttempt, Op: domain.OpLess, Value: time.Unix(0, 0)}}, By: domain.FieldNextAttempt, Limit: 1,
	}
	selection, err := s.tables.outbox.selection("SELECT "+s.tables.outbox.columns, q, true)
	if err != nil {
		t.Fatal(err)
	}
	planned := plannedQuery{table: "outbox", sql: selection.String(), args: selection.args, uses: []string{"next_attempt_at<?"}}
	planned.check(t, explain(t, s, planned))
	q.By = "nothing"
	if _, err := s.tables.outbox.selection("SELECT *", q, true); err == nil {
		t.Error("a column that is not there gives an order")
	}
}

// few are the columns, or the further columns of a query by the first, that narrow down few rows anyway.
var few = map[string]bool{
	"roles.content_protected":           true, // the custom roles of one customer
	"external_admins.content_protected": true, // the grants of one person
	"clients.customer_id partner_id":    true, // the clients of one customer
	"customers.domain_key id":           true, // one
	"customers.external_id id":          true, // one
	"tokens.id hash":                    true, // one
}

// queriedFields are the columns behind the Field constants of the domain.
func queriedFields(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "domain", "store.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Field") {
			return true
		}
		if value, ok := spec.Values[0].(*ast.BasicLit); ok {
			name, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			fields = append(fields, name)
		}
		return true
	})
	if len(fields) < 20 {
		t.Fatalf("only found the fields %v", fields)
	}
	return fields
}

// explain answers the engine's plan.
func explain(t *testing.T, s *store, q plannedQuery) string {
	t.Helper()
	verb := "EXPLAIN QUERY PLAN "
	if s.dialect.goose == goose.DialectPostgres {
		verb = "EXPLAIN (COSTS OFF) "
	}
	var plan strings.Builder
	for _, line := range lines(t, s, verb+q.sql, q.args...) {
		plan.WriteString(line + "\n")
	}
	return plan.String()
}

// lines are the last columns of what the query answers.
func lines(t *testing.T, s *store, query string, args ...any) (found []string) {
	t.Helper()
	rows, err := s.reader.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	targets := make([]any, len(columns))
	for i := range targets {
		targets[i] = new(any)
	}
	var line string
	targets[len(targets)-1] = &line
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		found = append(found, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
