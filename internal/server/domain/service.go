package domain

import (
	"context"
	"errors"
	"time"
)

// Service answers every operation of the API.
type Service struct {
	store            Store
	clock            func() time.Time
	ids              *idSource
	tokenTTL         time.Duration
	secretIterations int
	proven           *provenSecrets
	directories      DirectoryReader
	directorySync    DirectorySyncOptions
	sealer           Sealer
	resolver         Resolver
	validationHost   string
	postman          postman
	chores           []*Chore
}

// Options of a Service. The zero value is what production wants.
type Options struct {
	Now      func() time.Time // time.Now if nil
	TokenTTL time.Duration    // how long an access token lives; 15 minutes if zero
	// SecretIterations is the work of hashing a client's secret or a person's password; 600,000 if zero. Fewer are for
	// tests with secrets that guard nothing.
	SecretIterations int
	Directories      DirectoryReader // reads people out of directories; if nil, no synchronization succeeds
	DirectorySync    DirectorySyncOptions
	Sealer           Sealer // encrypts the secrets of directories; if nil, there is no key for them
	// Resolver is asked for the records of domains that are to be verified; without one none is ever verified.
	Resolver Resolver
	// ValidationHost is what the CNAME records of such domains are aliases of; DefaultValidationHost if empty.
	ValidationHost string
	Relay          Relay // where mail is handed over; if nil, it stays in the outbox
}

// DefaultValidationHost is the target of validation by CNAME. It does not have to exist.
const DefaultValidationHost = "domain-validation.msp-portal.example"

// New makes a Service on a store.
func New(store Store, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenTTL == 0 {
		o.TokenTTL = 15 * time.Minute
	}
	if o.SecretIterations == 0 {
		o.SecretIterations = 600_000
	}
	if o.Directories == nil {
		o.Directories = noReader{}
	}
	if o.Sealer == nil {
		o.Sealer = noSealer{}
	}
	if o.Resolver == nil {
		o.Resolver = noResolver{}
	}
	if o.ValidationHost == "" {
		o.ValidationHost = DefaultValidationHost
	}
	s := &Service{
		store: store, clock: o.Now, ids: &idSource{}, tokenTTL: o.TokenTTL, secretIterations: o.SecretIterations,
		proven: newProvenSecrets(o.Now), resolver: o.Resolver, validationHost: o.ValidationHost,
		directories: o.Directories, directorySync: o.DirectorySync.withDefaults(), sealer: o.Sealer, postman: postman{relay: o.Relay},
	}
	s.chores = s.makeChores()
	return s
}

// now is the time in the precision that every store keeps.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

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

// txKey finds the transaction that operations called with a context share.
type txKey struct{}

type sharedTx struct {
	Tx
	trial bool // nothing of it is kept, whatever happens
}

// Atomically runs fn so that all operations called with its context share one transaction, which is committed if fn
// returns nil. fn may run more than once.
func (s *Service) Atomically(ctx context.Context, fn func(context.Context) error) error {
	return s.write(ctx, func(ctx context.Context, _ Tx) error { return fn(ctx) })
}

// errValidateInside tells a programmer of a call that could not keep its promise.
var errValidateInside = errors.New("domain: Validate inside Atomically can't undo its changes")

// Validate runs fn like Atomically, but keeps nothing of what it changed and answers what was found: refusals by rules as
// findings, anything that answers the request as a whole as an error. It waits for no writer, nor any writer for it.
//
// Validate may be called inside Validate, for the findings of each item of a batch: an item then sees what the items
// before it changed, and all of it is undone at the end.
func (s *Service) Validate(ctx context.Context, fn func(context.Context) error) (Findings, error) {
	if shared, ok := ctx.Value(txKey{}).(sharedTx); ok {
		if !shared.trial {
			return nil, errValidateInside
		}
		return findingsOf(fn(ctx))
	}
	var found Findings
	err := s.store.Try(ctx, func(ctx context.Context, tx Tx) (err error) {
		found, err = findingsOf(fn(context.WithValue(ctx, txKey{}, sharedTx{tx, true})))
		return err
	})
	return found, err
}

func (s *Service) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	if shared, ok := ctx.Value(txKey{}).(sharedTx); ok {
		return fn(ctx, shared.Tx)
	}
	return s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		return fn(context.WithValue(ctx, txKey{}, sharedTx{tx, false}), tx)
	})
}

func (s *Service) read(ctx context.Context, fn func(context.Context, Tx) error) error {
	if shared, ok := ctx.Value(txKey{}).(sharedTx); ok {
		return fn(ctx, shared.Tx)
	}
	return s.store.Read(ctx, fn)
}
