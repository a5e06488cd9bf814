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

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// TestPlans asks for a late page of every table by every column that queries use, within a partner where there is one:
// SQLite must go straight to it in an index, without sorting and without passing over the pages before.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	fields := queriedFields(t)
	planned := map[string]bool{}
	for _, table := range testedTables(t) {
		for _, q := range plannedQueries(table, fields) {
			if q.table == "partners" || q.table == "applied_seeds" { // few, and only read by their key
				continue
			}
			planned[q.field] = true
			t.Run(q.table+" by "+q.field, func(t *testing.T) {
				t.Parallel()
				plan := explain(t, s, q.sql, q.args)
				if len(plan) != 1 || !strings.HasPrefix(plan[0], "SEARCH "+q.table+" ") {
					t.Errorf("%s\nis planned as\n%s", q.sql, strings.Join(plan, "\n"))
				}
				for _, part := range q.uses {
					if !strings.Contains(plan[0], part) {
						t.Errorf("%s\nis planned as\n%s\nwhich makes no use of %s", q.sql, plan[0], part)
					}
				}
			})
		}
	}
	if len(planned) < 15 {
		t.Errorf("only queries by %v were planned", planned)
	}
}

type plannedQuery struct {
	table, field, sql string
	args              []any
	uses              []string // what the index must be searched by
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
	if _, ok := t.fields["partner_id"]; !ok || field == "partner_id" || field == "id" && slices.Equal(t.key, []string{"id"}) {
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

// few are the columns, or the further columns of a query by the first, that narrow down few rows anyway.
var few = map[string]bool{
	"roles.content_protected":           true, // the custom roles of one customer
	"external_admins.content_protected": true, // the grants of one person
	"clients.customer_id partner_id":    true, // the clients of one customer
	"customers.domain_key id":           true, // one
	"customers.external_id id":          true, // one
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

func explain(t *testing.T, s *store, query string, args []any) []string {
	t.Helper()
	rows, err := s.reader.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}
