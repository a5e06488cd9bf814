package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

var (
	// ErrDSN is what a DSN is refused with that names no database.
	ErrDSN = errors.New("the database must be given as sqlite:<path>")
	// ErrUnsupported is what Open answers for an engine that is known, but not part of this build.
	ErrUnsupported = errors.New("not supported yet in this build")
	// ErrNewer is what Open answers for a database that a newer version of the program has migrated.
	ErrNewer = errors.New("the database was migrated by a newer version of this program")
)

// Open opens the database that the DSN names, and brings its schema up to date. "sqlite:<path>" is a file, which is
// made with mode 0600 if it is missing; its directory must exist. Several processes may have the same file open.
//
// The errors never show the DSN, which may hold a password.
func Open(ctx context.Context, dsn string) (domain.Store, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	switch {
	case !found:
		return nil, fmt.Errorf("%w, or as postgres://<host>/<database>: there is no scheme in it", ErrDSN)
	case scheme == "sqlite":
		return openSQLite(ctx, rest)
	case scheme == "postgres", scheme == "postgresql":
		return nil, fmt.Errorf("PostgreSQL is %w: use sqlite:<path>", ErrUnsupported)
	default:
		return nil, fmt.Errorf("%w, or as postgres://<host>/<database>: the scheme %q is unknown", ErrDSN, scheme)
	}
}

// maxRuns is how often a write is run when others get in its way after it has begun.
const maxRuns = 10

// store keeps the rows in a database/sql database.
type store struct {
	dialect dialect
	tables  *tables
	writer  *sql.DB // where transactions that write are begun
	reader  *sql.DB // where transactions that only read are begun
}

func (s *store) Read(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	begun, err := s.begin(ctx, s.reader, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	return s.run(ctx, begun, fn)
}

func (s *store) Write(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	for tries := maxRuns; ; tries-- {
		begun, err := s.begin(ctx, s.writer, &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err == nil {
			if err = s.run(ctx, begun, fn); s.dialect.busy(err) && tries > 1 {
				continue
			}
		}
		switch {
		case s.dialect.busy(err):
			return &domain.Error{Code: domain.CodeConflict, Detail: "other writers kept getting in the way; try again"}
		case s.dialect.duplicate(err):
			return &domain.Error{Code: domain.CodeConflict, Detail: "another write has just taken a value that must be unique; try again"}
		default:
			return err
		}
	}
}

func (s *store) begin(ctx context.Context, db *sql.DB, o *sql.TxOptions) (begun *sql.Tx, err error) {
	err = s.dialect.wait(ctx, func() error {
		begun, err = db.BeginTx(ctx, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	return begun, nil
}

// run runs fn in the transaction and ends it.
func (s *store) run(ctx context.Context, begun *sql.Tx, fn func(context.Context, domain.Tx) error) error {
	// After a commit this does nothing. It is deferred so that a panic does not keep the connection.
	defer func() { _ = begun.Rollback() }()
	t := &tx{tables: s.tables, sql: begun}
	err := fn(ctx, t)
	if t.err != nil {
		// Whatever fn made of it: engines differ in what is left of a transaction after a failed statement.
		return t.err
	}
	if err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// wait runs fn until no other writer is in its way any more, for at most lockWait. Between the tries it sleeps for a
// random time, so that waiting processes do not stay in step.
func (d dialect) wait(ctx context.Context, fn func() error) error {
	for deadline := time.Now().Add(d.lockWait); ; {
		err := fn()
		if err == nil || !d.busy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(10 * time.Millisecond)): //nolint:gosec // it spreads load, it keeps no secret
		}
	}
}

func (s *store) Ping(ctx context.Context) error {
	return s.Read(ctx, func(ctx context.Context, tx domain.Tx) error {
		_, err := tx.AppliedSeeds().Count(ctx, domain.Query{})
		return err
	})
}

func (s *store) Close() error {
	// The writer last: it folds the journal into the database.
	return errors.Join(s.reader.Close(), s.writer.Close())
}
