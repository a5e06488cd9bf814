package store

import (
	"context"
	"database/sql"
	"errors"
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
	values := make([]any, len(r.fields))
	targets := make([]any, len(values))
	for i := range values {
		targets[i] = &values[i]
	}
	err := r.tx.queryRow(ctx, r.get, key, targets)
	if errors.Is(err, sql.ErrNoRows) {
		values, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	if seen := r.tx.seen[r.name]; seen == nil || len(seen) == maxSeen {
		r.tx.seen[r.name] = changes{}
	}
	r.tx.seen[r.name][id] = values
	return values, nil
}

// forget what was read of the table, which is about to change.
func (r rows[T]) forget() { delete(r.tx.seen, r.name) }

// fill a row with the values of its columns.
func (t *table[T]) fill(row *T, values []any) error {
	for i, c := range t.bind(row) {
		if err := c.field.Scan(values[i]); err != nil {
			return err
		}
	}
	return nil
}
