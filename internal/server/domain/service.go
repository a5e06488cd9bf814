package domain

import (
	"context"
	"errors"
	"time"
)

// Service answers every operation of the API.
type Service struct {
	store Store
	now   func() time.Time
	ids   *idSource
	// TokenTTL is how long an access token lives.
	tokenTTL time.Duration
}

// Options of a Service. The zero value is what production wants.
type Options struct {
	Now      func() time.Time // time.Now if nil
	TokenTTL time.Duration    // 15 minutes if zero
}

// New makes a Service on a store.
func New(store Store, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenTTL == 0 {
		o.TokenTTL = 15 * time.Minute
	}
	return &Service{store: store, now: o.Now, ids: &idSource{}, tokenTTL: o.TokenTTL}
}

// Ping reports whether the database answers.
func (s *Service) Ping(ctx context.Context) error { return s.store.Ping(ctx) }

// Precondition is what the caller wants to be true of the object before a write.
type Precondition struct {
	CreateOnly bool   // there is no such object
	IfMatch    string // its revision is still this one; empty for any
}

// Page asks for a part of a list.
type Page struct {
	Size  int    // 1 to 500
	Token string // of the page before, or empty
}

// List is a page of a list.
type List[T any] struct {
	Items     []T
	NextToken string // empty on the last page
}

type txKey struct{}

// Atomically runs fn so that all operations called with its context share one transaction, which is committed if fn
// returns nil. fn may run more than once.
func (s *Service) Atomically(ctx context.Context, fn func(context.Context) error) error {
	return s.write(ctx, func(ctx context.Context, _ Tx) error { return fn(ctx) })
}

// errRollback ends a transaction whose changes are not wanted.
var errRollback = errors.New("roll back")

// Validate runs fn like Atomically, undoes whatever it changed and answers what was found: refusals by rules as
// findings, anything that answers the request as a whole as an error.
func (s *Service) Validate(ctx context.Context, fn func(context.Context) error) (Findings, error) {
	var found Findings
	err := s.write(ctx, func(ctx context.Context, _ Tx) error {
		var err error
		if found, err = findingsOf(fn(ctx)); err != nil {
			return err
		}
		return errRollback
	})
	if errors.Is(err, errRollback) {
		err = nil
	}
	return found, err
}

func (s *Service) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	if tx, ok := ctx.Value(txKey{}).(Tx); ok {
		return fn(ctx, tx)
	}
	return s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		return fn(context.WithValue(ctx, txKey{}, tx), tx)
	})
}

func (s *Service) read(ctx context.Context, fn func(context.Context, Tx) error) error {
	if tx, ok := ctx.Value(txKey{}).(Tx); ok {
		return fn(ctx, tx)
	}
	return s.store.Read(ctx, fn)
}
