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
	ErrDSN = errors.New("the database must be given as sqlite:<path> or postgres://<user>@<host>/<database>")
	// ErrNewer is what Open answers for a database that a newer version of the program has migrated.
	ErrNewer = errors.New("the database was migrated by a newer version of this program")
)

// Open opens the database that the DSN names, and brings its schema up to date.
//
// "sqlite:<path>" is a file, which is made with mode 0600 if it is missing; its directory must exist. Several processes
// of one machine may have the same file open.
//
// "postgres://<user>:<password>@<host>:<port>/<database>" is a database of a PostgreSQL server, with the parameters of
// libpq and those of the pool of connections, such as ?sslmode=verify-full&pool_max_conns=20. Any number of processes
// may have it open.
//
// The errors never show the DSN, which may hold a password.
func Open(ctx context.Context, dsn string) (domain.Store, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	switch {
	case !found:
		return nil, fmt.Errorf("%w: there is no scheme in it", ErrDSN)
	case scheme == "sqlite":
		return openSQLite(ctx, rest)
	case scheme == "postgres", scheme == "postgresql":
		return openPostgres(ctx, dsn)
	default:
		return nil, fmt.Errorf("%w: the scheme %q is unknown", ErrDSN, scheme)
	}
}

const (
	// maxRuns is how often a write is run when others get in its way after it has begun.
	maxRuns = 10
	// maxTogether is how many of these runs have other writers beside them, where the engine allows it.
	maxTogether = 2
)

// errCommit marks the errors that the engine answered COMMIT with.
var errCommit = errors.New("commit")

// store keeps the rows in a database/sql database.
type store struct {
	dialect dialect
	tables  *tables
	reader  *sql.DB // where transactions that only read are begun
	writer  *sql.DB // where transactions that write are begun; it may be the same
	// transact runs fn in one serializable transaction of the engine and answers when it is durable, or undone; with
	// errCommit if it is neither for sure. With alone no other process writes meanwhile, so nothing can get in the way.
	transact func(ctx context.Context, alone bool, fn func(querier) error) error
	release  func() // what is left to close at the end
}

func (s *store) Read(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	return s.onSnapshot(ctx, &tx{}, fn)
}

func (s *store) Try(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	return s.onSnapshot(ctx, &tx{changes: map[string]changes{}}, fn)
}

func (s *store) onSnapshot(ctx context.Context, t *tx, fn func(context.Context, domain.Tx) error) error {
	begun, err := s.begin(ctx)
	if err != nil {
		return s.explain(ctx, fmt.Errorf("begin: %w", err))
	}
	// After a commit this does nothing. It is deferred so that a panic does not keep the connection.
	defer func() { _ = begun.Rollback() }()
	if err := s.run(ctx, t, begun, fn); err != nil {
		return s.explain(ctx, err)
	}
	return s.explain(ctx, begun.Commit())
}

func (s *store) begin(ctx context.Context) (begun *sql.Tx, err error) {
	err = s.dialect.wait(ctx, func() error {
		begun, err = s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		return err
	})
	return begun, err
}

func (s *store) Write(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	for run := 1; ; run++ {
		alone := run > maxTogether
		err := s.transact(ctx, alone, func(q querier) error { return s.run(ctx, &tx{}, q, fn) })
		again := s.dialect.busy(err) || errors.Is(err, errUndone) || !alone && s.dialect.raced(err)
		if !again || run == maxRuns || ctx.Err() != nil {
			return s.explain(ctx, err)
		}
	}
}

// explain makes errors that the domain knows of those that callers can do something about.
func (s *store) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errCommit) && s.dialect.undecided(err):
		return fmt.Errorf("%w: %w", domain.ErrOutcomeUnknown, err)
	case ctx.Err() != nil && (errors.Is(err, sql.ErrTxDone) || s.dialect.lost(err)):
		return ctx.Err() // which ended the transaction, or the connection
	case s.dialect.busy(err), errors.Is(err, errUndone):
		return &domain.Error{Code: domain.CodeConflict, Detail: "other writers kept getting in the way; try again"}
	case s.dialect.duplicate(err):
		return &domain.Error{Code: domain.CodeConflict, Detail: "another write has just taken a value that must be unique; try again"}
	case s.dialect.lost(err):
		return fmt.Errorf("%w: %w", domain.ErrUnavailable, err)
	default:
		return err
	}
}

// run runs fn on a transaction that has begun.
func (s *store) run(ctx context.Context, t *tx, q querier, fn func(context.Context, domain.Tx) error) error {
	t.tables, t.sql, t.seen = s.tables, q, map[string]changes{}
	err := fn(ctx, t)
	if t.err != nil {
		// Whatever fn made of it: engines differ in what is left of a transaction after a failed statement.
		return t.err
	}
	return err
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
	defer s.release()
	// The writer last: that of SQLite folds the journal into the database.
	return errors.Join(s.reader.Close(), s.writer.Close())
}
