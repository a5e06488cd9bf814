package domain

import (
	"context"
	"encoding/base64"
	"encoding/json"
)

const (
	defaultPageSize = 100
	maxPageSize     = 500
)

// size is how many items the page holds at most.
func (p Page) size() int {
	if p.Size <= 0 {
		return defaultPageSize
	}
	return min(p.Size, maxPageSize)
}

// encodeCursor makes the opaque token of the page that comes after a key. A key, not a position: what is created or
// removed meanwhile makes nobody skip or repeat others.
func encodeCursor(key []string) string {
	raw, _ := json.Marshal(key) // strings always marshal
	return base64.RawURLEncoding.EncodeToString(raw)
}

// decodeCursor answers nil for the first page.
func decodeCursor(token string, keyLength int) ([]string, error) {
	if token == "" {
		return nil, nil
	}
	var key []string
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(raw, &key)
	}
	if err != nil || len(key) != keyLength {
		return nil, refuse(CodeInvalidRequest, "", "The page_token is none that this list gave out; start again without it.")
	}
	return key, nil
}

// listPage reads one page of the rows that match. key answers a row's key in full; all keys are of keyLength.
func listPage[T any](ctx context.Context, table Table[T], where []Condition, page Page, keyLength int, key func(T) []string) (List[T], error) {
	after, err := decodeCursor(page.Token, keyLength)
	if err != nil {
		return List[T]{}, err
	}
	size := page.size()
	rows, err := table.List(ctx, Query{Where: where, After: after, Limit: size + 1}) // one more tells whether there is a next page
	if err != nil {
		return List[T]{}, err
	}
	if len(rows) <= size {
		return List[T]{Items: rows}, nil
	}
	return List[T]{Items: rows[:size], NextToken: encodeCursor(key(rows[size-1]))}, nil
}

// conditions is a list of comparisons under construction.
type conditions []Condition

// eq adds a comparison unless the value is the zero value, which does not filter.
func eq[T comparable](c *conditions, field Field, value T) {
	var zero T
	if value != zero {
		*c = append(*c, Eq(field, value))
	}
}
