package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// maxSeen is how many rows of a table a transaction remembers to have read.
const maxSeen = 1000

const keySeparator = "\x00" // which no text has

func keyOf(parts []any) string {
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i], _ = part.(string) // as all parts of keys are
	}
	return strings.Join(texts, keySeparator)
}

// kept are the values of the row that the database has by this key, nil if there is none.
func (r rows[T]) kept(ctx context.Context, key []any) ([]any, error) {
	id := keyOf(key)
	if values, ok := r.tx.seen[r.name][id]; ok {
		return values, nil
	}
	values, targets := r.slots()
	err := r.tx.queryRow(ctx, r.get, key, targets)
	if errors.Is(err, sql.ErrNoRows) {
		values, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.remember(id, values)
	return values, nil
}

func (r rows[T]) Fetch(ctx context.Context, last []string, first ...string) error {
	if len(first) != len(r.key)-1 {
		return fmt.Errorf("fetch %s: a key has %d parts, not %d", r.name, len(r.key), len(first)+1)
	}
	var ids []string // of what is not known yet
	s := &statement{placeholder: r.dialect.placeholder}
	s.WriteString("SELECT " + r.columns + " FROM " + r.name + " WHERE ")
	for i, part := range first {
		s.WriteString(r.key[i] + " = " + s.arg(part) + " AND ")
	}
	s.WriteString(r.key[len(first)] + " IN (")
	for _, part := range last {
		key, err := r.tx.prepare(ctx, append(slices.Clone(s.args[:len(first)]), part))
		if r.tx.err != nil {
			return r.failed("fetch", r.tx.err)
		}
		if err != nil {
			continue // for Get to refuse
		}
		id := keyOf(key)
		if _, ok := r.tx.seen[r.name][id]; ok || slices.Contains(ids, id) {
			continue
		}
		if len(ids) > 0 {
			s.WriteString(", ")
		}
		s.WriteString(s.arg(part))
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	// Lists of few different lengths are statements that are prepared already.
	for n := len(ids); bits.OnesCount(uint(n)) != 1; n++ {
		s.WriteString(", " + s.arg(s.args[len(s.args)-1]))
	}
	s.WriteString(")")
	found := changes{}
	err := r.tx.query(ctx, s.String(), s.args, func(each *sql.Rows) error {
		values, targets := r.slots()
		if err := each.Scan(targets...); err != nil {
			return err
		}
		found[keyOf(values[:len(r.key)])] = values
		return nil
	})
	if err != nil {
		return r.failed("fetch", err)
	}
	for _, id := range ids {
		r.remember(id, found[id])
	}
	return nil
}

// slots for the values of a row, and where to scan them to.
func (r rows[T]) slots() (values, targets []any) {
	values = make([]any, len(r.fields))
	targets = make([]any, len(values))
	for i := range values {
		targets[i] = &values[i]
	}
	return values, targets
}

func (r rows[T]) remember(id string, values []any) {
	if seen := r.tx.seen[r.name]; seen == nil || len(seen) == maxSeen {
		r.tx.seen[r.name] = changes{}
	}
	r.tx.seen[r.name][id] = values
}

// forget what was read of a row, which is about to change.
func (r rows[T]) forget(key []any) { delete(r.tx.seen[r.name], keyOf(key)) }

// fill a row with the values of its columns.
func (t *table[T]) fill(row *T, values []any) error {
	for i, c := range t.bind(row) {
		if err := c.field.Scan(values[i]); err != nil {
			return err
		}
	}
	return nil
}
