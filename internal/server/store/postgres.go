package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// The codes of PostgreSQL's errors that mean something to us: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	pgSerializationFailure = "40001"
	pgDeadlock             = "40P01"
	pgLockTimeout          = "55P03"
	pgForeignKey           = "23503"
	pgUnique               = "23505"
	pgWrongPassword        = "28P01"
	pgNoAccess             = "28000"
	pgNoDatabase           = "3D000"
	pgTooManyConnections   = "53300"
	pgIdleTooLong          = "25P03"
	pgConnectionClass      = "08"
	pgShutdownClass        = "57P"
	pgCompletionUnknown    = "40003"
)

const (
	// migrationLock is the advisory lock of whoever migrates. Any number will do that no other program takes.
	migrationLock = 7_237_485_105
	// connectTimeout is how long a server may take to let us in, unless the DSN says otherwise.
	connectTimeout = 10 * time.Second
)

var postgresDialect = dialect{
	migrations: "postgres",
	goose:      goose.DialectPostgres,
	tableQuery: "SELECT COUNT(to_regclass('" + versionTable + "'))",
	// The lock ends with the transaction, at the latest when the server notices that this process has gone.
	beginMigration: "BEGIN; SET LOCAL lock_timeout = '10min'; SELECT pg_advisory_xact_lock(" + strconv.FormatInt(migrationLock, 10) + ")",

	placeholder: func(n int) string { return "$" + strconv.Itoa(n) },
	lockWait:    30 * time.Second,
	busy: func(err error) bool {
		return slices.Contains([]string{pgSerializationFailure, pgDeadlock, pgLockTimeout}, pgCode(err))
	},
	duplicate: func(err error) bool { return pgCode(err) == pgUnique },
	raced:     func(err error) bool { return pgCode(err) == pgUnique || pgCode(err) == pgForeignKey },
	lost: func(err error) bool {
		code := pgCode(err)
		if code != "" {
			return code == pgTooManyConnections || code == pgIdleTooLong ||
				strings.HasPrefix(code, pgConnectionClass) || strings.HasPrefix(code, pgShutdownClass)
		}
		_, connecting := failure[*pgconn.ConnectError](err)
		_, network := failure[net.Error](err)
		return connecting || network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
			errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
	},
	// The server refuses a COMMIT with an ERROR. Anything else ends the connection, be it before, during or after the
	// commit; except for a transaction that had been given up for its idleness. That the driver thinks a statement was
	// never sent (driver.ErrBadConn) tells nothing: it thinks so, too, of a simple one that got no answer.
	undecided: func(err error) bool {
		if err, ok := failure[*pgconn.PgError](err); ok {
			return err.Code == pgCompletionUnknown || err.SeverityUnlocalized != "ERROR" && err.Code != pgIdleTooLong
		}
		return true
	},
}

func pgCode(err error) string {
	if err, ok := failure[*pgconn.PgError](err); ok {
		return err.Code
	}
	return ""
}

func openPostgres(ctx context.Context, dsn string) (domain.Store, error) {
	config, err := parsePostgres(dsn)
	if err != nil {
		return nil, err
	}
	where := fmt.Sprintf("database %s as user %s", config.ConnConfig.Database, config.ConnConfig.User)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	db := stdlib.OpenDBFromPool(pool)
	s := &store{dialect: postgresDialect, tables: newTables(postgresDialect), reader: db, writer: db, release: pool.Close}
	s.transact = s.transactPostgres
	if err := s.dialect.migrate(ctx, db, migrationsOf(s.dialect)); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", where, explainPostgres(err)), s.Close())
	}
	return s, nil
}

// parsePostgres reads the DSN. What is wrong with it is told without any part of it that may be the password's.
func parsePostgres(dsn string) (*pgxpool.Config, error) {
	location, err := url.Parse(dsn)
	if err != nil {
		return nil, fmt.Errorf("%w: it is no valid URL; write special characters of user and password as %%XX", ErrDSN)
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		_, problem, found := strings.Cut(err.Error(), "`: ") // behind the DSN
		if !found {
			problem = "a parameter is wrong"
		}
		for _, secret := range []string{location.User.String(), location.Query().Get("password"), location.Query().Get("sslpassword")} {
			if _, password, ok := strings.Cut(secret, ":"); ok {
				secret = password
			}
			if secret != "" {
				problem = strings.ReplaceAll(problem, secret, "...")
			}
		}
		return nil, fmt.Errorf("%w: %s", ErrDSN, problem)
	}
	if config.ConnConfig.Database == "" {
		return nil, fmt.Errorf("%w: there is no database in it", ErrDSN)
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	return config, nil
}

// explainPostgres adds to errors of opening what to do about them.
func explainPostgres(err error) error {
	var advice string
	switch code := pgCode(err); {
	case code == pgWrongPassword, code == pgNoAccess:
		advice = "the server refuses this user or its password"
	case code == pgNoDatabase:
		advice = "create the database first"
	case postgresDialect.lost(err):
		advice = "no server is reached there"
	default:
		return err
	}
	return fmt.Errorf("%s: %w", advice, err)
}

// Writers run beside each other; the engine notices when they have not been as if one after the other, and refuses
// one to commit. Each holds the gate in a mode that lets others in, except for one that was refused before and wants
// to be alone. The gate is a table because, unlike functions, LOCK TABLE does not fix what the transaction sees to the
// time before the wait.
//
// Without sequential scans the engine knows more exactly which rows were read, and refuses less.
const (
	pgBegin = "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL lock_timeout = '%d'; " +
		"SET LOCAL idle_in_transaction_session_timeout = '%[1]d'; SET LOCAL enable_seqscan = off; LOCK TABLE write_gate IN %[2]s MODE"
	together = "ROW SHARE"
	alone    = "EXCLUSIVE"
)

func (s *store) transactPostgres(ctx context.Context, exclusively bool, fn func(querier) error) (err error) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	committed := false
	defer func() { // also when fn panics
		if !committed {
			rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
			defer cancel()
			_, _ = conn.ExecContext(rollback, "ROLLBACK") // without an answer, the pool closes the connection
		}
		_ = conn.Close() // gives it back to the pool
	}()
	mode := together
	if exclusively {
		mode = alone
	}
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(pgBegin, s.dialect.lockWait.Milliseconds(), mode)); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := fn(conn); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // the caller has gone
		return err
	}
	// A caller who leaves now would leave open what became of the write.
	commit, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.dialect.lockWait)
	defer cancel()
	if _, err := conn.ExecContext(commit, "COMMIT"); err != nil {
		return fmt.Errorf("%w: %w", errCommit, err)
	}
	committed = true
	return nil
}
