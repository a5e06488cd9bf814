package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// table knows how rows of one kind are kept. All of its SQL is made of names declared in tables.go; values only ever
// travel as arguments.
type table[T any] struct {
	dialect dialect
	name    string
	key     []string
	fields  map[string]field // by column; only to convert arguments of conditions, bound to no row in use
	bind    func(*T) []column

	columns string // of a SELECT
	get     string
	put     string
	remove  string
}

// newTable makes the SQL of a table whose key is its first keyLen columns.
func newTable[T any](d dialect, name string, keyLen int, bind func(*T) []column) *table[T] {
	t := &table[T]{dialect: d, name: name, fields: map[string]field{}, bind: bind}
	var names, places, updates, match []string
	for i, c := range bind(new(T)) {
		t.fields[c.name] = c.field
		names = append(names, c.name)
		places = append(places, d.placeholder(i+1))
		if i < keyLen {
			match = append(match, c.name+" = "+d.placeholder(i+1))
		} else {
			updates = append(updates, c.name+" = excluded."+c.name)
		}
	}
	t.key = names[:keyLen:keyLen]
	t.columns = strings.Join(names, ", ")
	where := strings.Join(match, " AND ")
	t.get = "SELECT " + t.columns + " FROM " + name + " WHERE " + where
	t.put = "INSERT INTO " + name + " (" + t.columns + ") VALUES (" + strings.Join(places, ", ") +
		") ON CONFLICT (" + strings.Join(t.key, ", ") + ") DO UPDATE SET " + strings.Join(updates, ", ")
	t.remove = "DELETE FROM " + name + " WHERE " + where
	return t
}

// statement is SQL with its arguments.
type statement struct {
	strings.Builder
	args        []any
	placeholder func(int) string
}

// arg adds a value and answers its placeholder.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return s.placeholder(len(s.args))
}

var errNotComparable = errors.New("the column cannot be compared")

// selection begins a statement with the rows that a query selects. With page it minds After, Limit and the order.
func (t *table[T]) selection(verb string, q domain.Query, page bool) (*statement, error) {
	s := &statement{placeholder: t.dialect.placeholder}
	s.WriteString(verb + " FROM " + t.name)
	var terms []string
	fixed := map[string]driver.Value{}
	for _, c := range q.Where {
		name := string(c.Field)
		f, ok := t.fields[name]
		if !ok {
			return nil, fmt.Errorf("%s: no column %q to select by", t.name, name)
		}
		value, err := f.argument(c.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: condition on %s: %w", t.name, name, err)
		}
		switch {
		case c.Op != domain.OpEqual && c.Op != domain.OpLess && c.Op != domain.OpGreaterEqual:
			return nil, fmt.Errorf("%s: condition on %s: unknown comparison %q", t.name, name, c.Op)
		case value != nil:
			terms = append(terms, fmt.Sprintf("%s %s %s", name, c.Op, s.arg(value)))
		case c.Op == domain.OpEqual:
			terms = append(terms, name+" IS NULL")
		default:
			return nil, fmt.Errorf("%s: condition on %s: the empty value has no order", t.name, name)
		}
		if c.Op == domain.OpEqual {
			fixed[name] = value
		}
	}
	if page && q.After != nil {
		term, err := t.after(s, q.After, fixed)
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
	}
	if len(terms) > 0 {
		s.WriteString(" WHERE " + strings.Join(terms, " AND "))
	}
	if page {
		order := t.key
		if q.By != "" {
			if _, ok := t.fields[string(q.By)]; !ok {
				return nil, fmt.Errorf("%s: no column %q to order by", t.name, q.By)
			}
			order = append([]string{string(q.By)}, t.key...)
		}
		s.WriteString(" ORDER BY " + strings.Join(order, ", "))
		if q.Limit > 0 {
			s.WriteString(" LIMIT " + s.arg(q.Limit))
		}
	}
	return s, nil
}

// after is the comparison that only greater keys fulfill. Key columns that the query fixes to the very value are left
// out: the rest then is a range of an index, so that a late page costs what the first one does.
func (t *table[T]) after(s *statement, after []string, fixed map[string]driver.Value) (string, error) {
	if len(after) != len(t.key) {
		return "", fmt.Errorf("%s: a key has %d parts, not %d", t.name, len(t.key), len(after))
	}
	var names, places []string
	for i, name := range t.key {
		if value, ok := fixed[name]; ok && value == after[i] {
			continue
		}
		names = append(names, name)
		places = append(places, s.arg(after[i]))
	}
	if len(names) == 0 {
		return "1 = 0", nil // the only row there may be is the one to come after
	}
	if len(names) == 1 {
		return names[0] + " > " + places[0], nil
	}
	return "(" + strings.Join(names, ", ") + ") > (" + strings.Join(places, ", ") + ")", nil
}

// rows is a table within a transaction.
type rows[T any] struct {
	*table[T]
	tx *tx
}

var _ domain.Table[domain.Customer] = rows[domain.Customer]{}

func (r rows[T]) Get(ctx context.Context, key ...string) (T, error) {
	var row T
	args, err := r.keyArgs(key)
	if err != nil {
		return row, err
	}
	// What is no text is refused before it is looked for.
	if args, err = r.tx.prepare(ctx, args); err != nil {
		return row, r.failed("read", err)
	}
	values, changed := r.tx.changes[r.name][keyOf(args)]
	if !changed {
		values, err = r.kept(ctx, args)
	}
	switch {
	case err != nil:
		return row, r.failed("read", err)
	case values == nil:
		return row, domain.ErrNoRow
	}
	err = r.tx.note(r.fill(&row, values))
	return row, r.failed("read", err)
}

func (r rows[T]) Put(ctx context.Context, row T) error {
	values, err := r.tx.prepare(ctx, r.targets(&row))
	switch key := values[:min(len(r.key), len(values))]; {
	case err != nil:
	case r.tx.trial():
		r.change(key, values)
	default:
		r.forget(key)
		err = r.tx.exec(ctx, r.put, values)
	}
	return r.failed("write", err)
}

func (r rows[T]) Delete(ctx context.Context, key ...string) error {
	args, err := r.keyArgs(key)
	if err != nil {
		return err
	}
	args, err = r.tx.prepare(ctx, args)
	switch {
	case err != nil:
	case r.tx.trial():
		r.change(args, nil)
	default:
		r.forget(args)
		err = r.tx.exec(ctx, r.remove, args)
	}
	return r.failed("delete", err)
}

func (r rows[T]) List(ctx context.Context, q domain.Query) ([]T, error) {
	limit, changed := q.Limit, len(r.tx.changes[r.name])
	if limit > 0 {
		q.Limit += changed // since so many of those that are kept may not count
	}
	s, err := r.selection("SELECT "+r.columns, q, true)
	if err != nil {
		return nil, err
	}
	var list []T
	var row T
	targets := r.targets(&row)
	err = r.tx.query(ctx, s.String(), s.args, func(found *sql.Rows) error {
		if err := found.Scan(targets...); err != nil {
			return err
		}
		list = append(list, row)
		return nil
	})
	if err == nil && changed > 0 {
		q.Limit = limit
		list, err = r.merge(list, q)
	}
	if err != nil {
		return nil, r.failed("list", err)
	}
	return list, nil
}

func (r rows[T]) Count(ctx context.Context, q domain.Query) (int, error) {
	s, err := r.selection("SELECT COUNT(*)", q, false)
	if err != nil {
		return 0, err
	}
	var n int
	err = r.tx.queryRow(ctx, s.String(), s.args, []any{&n})
	if err == nil && r.tx.trial() {
		var more int
		more, err = r.countChanges(ctx, q)
		n += more
	}
	return n, r.failed("count", err)
}

func (r rows[T]) DeleteAll(ctx context.Context, q domain.Query) error {
	s, err := r.selection("DELETE", q, false)
	if err != nil {
		return err
	}
	if r.tx.trial() {
		return r.changeAll(ctx, q)
	}
	delete(r.tx.seen, r.name)
	args, err := r.tx.prepare(ctx, s.args)
	if err == nil {
		err = r.tx.exec(ctx, s.String(), args)
	}
	return r.failed("delete", err)
}

// targets are the columns of a row, to scan into or to take the values of.
func (t *table[T]) targets(row *T) []any {
	columns := t.bind(row)
	targets := make([]any, len(columns))
	for i, c := range columns {
		targets[i] = c.field
	}
	return targets
}

func (t *table[T]) keyArgs(key []string) ([]any, error) {
	if len(key) != len(t.key) {
		return nil, fmt.Errorf("%s: a key has %d parts, not %d", t.name, len(t.key), len(key))
	}
	args := make([]any, len(key))
	for i, part := range key {
		args[i] = part
	}
	return args, nil
}

func (t *table[T]) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", what, t.name, err)
}
