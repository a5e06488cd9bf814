package domain

import (
	"context"
	"errors"
)

// find is Get that tells "there is none" from failures.
func find[T any](ctx context.Context, table Table[T], key ...string) (row T, ok bool, err error) {
	row, err = table.Get(ctx, key...)
	if errors.Is(err, ErrNoRow) {
		return row, false, nil
	}
	return row, err == nil, err
}

// reading runs fn on a snapshot and answers what it answers.
func reading[T any](ctx context.Context, s *Service, fn func(context.Context, Tx) (T, error)) (T, error) {
	var answer T
	err := s.read(ctx, func(ctx context.Context, tx Tx) (err error) {
		answer, err = fn(ctx, tx)
		return err
	})
	return answer, err
}

// putting runs fn in a transaction and answers what it answers: the object, and whether it is new.
func putting[T any](ctx context.Context, s *Service, fn func(context.Context, Tx) (T, bool, error)) (T, bool, error) {
	var (
		answer  T
		created bool
	)
	err := s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
		answer, created, err = fn(ctx, tx)
		return err
	})
	return answer, created, err
}

// check compares the condition with what is there. noun and id, the id as an import takes it, name the object.
func (p Precondition) check(exists bool, revision, noun, id string) error {
	switch {
	case p.CreateOnly && exists:
		e := refuse(CodeAlreadyExists, "", "There is the %s %q already.", noun, id)
		e.ExistingID, e.Precondition = id, true
		return e
	case p.IfMatch != "" && !exists:
		return refuse(CodePreconditionFailed, "", "There is no %s %q any more; read again and decide anew.", noun, id)
	case p.IfMatch != "" && p.IfMatch != "*" && p.IfMatch != revision:
		return refuse(CodePreconditionFailed, "", "The %s %q was changed since it was read; read again and decide anew.", noun, id)
	}
	return nil
}

// maxBlockers is how many of the objects in the way a refusal names.
const maxBlockers = 100

// blockersOf names the first rows that match.
func blockersOf[T any](ctx context.Context, table Table[T], name func(T) Blocker, where ...Condition) ([]Blocker, error) {
	rows, err := table.List(ctx, Query{Where: where, Limit: maxBlockers})
	if err != nil {
		return nil, err
	}
	blockers := make([]Blocker, len(rows))
	for i, row := range rows {
		blockers[i] = name(row)
	}
	return blockers, nil
}

// inTheWay is a refusal that names blockers, or nil if there are none.
func inTheWay(code Code, blockers []Blocker, format string, args ...any) *Error {
	if len(blockers) == 0 {
		return nil
	}
	e := refuse(code, "", format, args...)
	e.Blockers = blockers[:min(len(blockers), maxBlockers)]
	return e
}
