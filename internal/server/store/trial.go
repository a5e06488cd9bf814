package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// changes are the values of rows of one table by key, nil for a row that is not there.
type changes map[string][]any

// trial tells whether the transaction keeps nothing of what it writes.
func (t *tx) trial() bool { return t.changes != nil }

func (r rows[T]) change(key, values []any) {
	if r.tx.changes[r.name] == nil {
		r.tx.changes[r.name] = changes{}
	}
	r.tx.changes[r.name][keyOf(key)] = values
}

// changeAll is DeleteAll in a trial.
func (r rows[T]) changeAll(ctx context.Context, q domain.Query) error {
	list, err := r.List(ctx, domain.Query{Where: q.Where})
	if err != nil {
		return err
	}
	for i := range list {
		r.change(r.pick(&list[i], r.key), nil)
	}
	return nil
}

// merge makes what a query finds in a trial of the rows that the database has.
func (r rows[T]) merge(kept []T, q domain.Query) ([]T, error) {
	changed := r.tx.changes[r.name]
	var list []T
	for _, row := range kept {
		if _, ok := changed[keyOf(r.pick(&row, r.key))]; !ok {
			list = append(list, row)
		}
	}
	for key, values := range changed {
		if values == nil || q.After != nil && slices.Compare(strings.Split(key, keySeparator), q.After) <= 0 {
			continue
		}
		row, ok, err := r.match(values, q)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, row)
		}
	}
	order := r.key
	if q.By != "" {
		order = append([]string{string(q.By)}, r.key...)
	}
	ranks := make([]rank, len(list))
	for i := range list {
		ranks[i] = rank{r.pick(&list[i], order), i}
	}
	sortRanks(ranks)
	if q.Limit > 0 && len(ranks) > q.Limit {
		ranks = ranks[:q.Limit]
	}
	var merged []T // nil without any, as List answers
	for _, one := range ranks {
		merged = append(merged, list[one.at])
	}
	return merged, nil
}

// rank is what a row is sorted by, and where it is. Sorting the rows themselves would be compiled for each kind of row.
type rank struct {
	by []any
	at int
}

func sortRanks(ranks []rank) {
	slices.SortFunc(ranks, func(a, b rank) int { return slices.CompareFunc(a.by, b.by, compare) })
}

// countChanges tells how many more rows match in a trial than the database has.
func (r rows[T]) countChanges(ctx context.Context, q domain.Query) (int, error) {
	more := 0
	for key, now := range r.tx.changes[r.name] {
		var args []any
		for part := range strings.SplitSeq(key, keySeparator) {
			args = append(args, part)
		}
		before, err := r.kept(ctx, args)
		if err != nil {
			return 0, err
		}
		for by, values := range map[int][]any{-1: before, 1: now} {
			if values == nil {
				continue
			}
			if _, ok, err := r.match(values, q); err != nil {
				return 0, err
			} else if ok {
				more += by
			}
		}
	}
	return more, nil
}

// match answers the row of these values, and whether a query selects it, as far as its conditions go.
func (t *table[T]) match(values []any, q domain.Query) (row T, ok bool, err error) {
	if err := t.fill(&row, values); err != nil {
		return row, false, err
	}
	for _, c := range q.Where {
		want, err := t.fields[string(c.Field)].argument(c.Value)
		if err != nil {
			return row, false, err
		}
		have := t.pick(&row, []string{string(c.Field)})[0]
		if want == nil || have == nil {
			if want != have {
				return row, false, nil
			}
			continue
		}
		order := compare(have, want)
		if c.Op == domain.OpEqual && order != 0 || c.Op == domain.OpLess && order >= 0 || c.Op == domain.OpGreaterEqual && order < 0 {
			return row, false, nil
		}
	}
	return row, true, nil
}

// pick values of a row as its columns keep them.
func (t *table[T]) pick(row *T, names []string) []any {
	picked := make([]any, len(names))
	for _, c := range t.bind(row) {
		if i := slices.Index(names, c.name); i >= 0 {
			picked[i], _ = c.field.Value() // that of a document alone can fail, and nobody compares those
		}
	}
	return picked
}

// compare values of one column, as the engines order them. NULL comes first, as with one of them.
func compare(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(bit(a != nil), bit(b != nil))
	}
	switch a := a.(type) {
	case string:
		b, _ := b.(string)
		return cmp.Compare(a, b)
	case int64:
		b, _ := b.(int64)
		return cmp.Compare(a, b)
	case bool:
		b, _ := b.(bool)
		return cmp.Compare(bit(a), bit(b))
	default:
		return 0 // of documents, which have no order
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
