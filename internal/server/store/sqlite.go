package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

var sqliteDialect = dialect{
	migrations:     "sqlite",
	goose:          goose.DialectSQLite3,
	tableQuery:     "SELECT COUNT(*) FROM sqlite_schema WHERE name = '" + versionTable + "'",
	beginMigration: "BEGIN IMMEDIATE", // the database's own write lock

	placeholder: func(int) string { return "?" },
	lockWait:    30 * time.Second,
	busy: func(err error) bool {
		code := sqliteCode(err) & 0xff // without the reason
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	},
	duplicate: func(err error) bool {
		code := sqliteCode(err)
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	},
	raced: never, // there is one writer
	lost:  never, // the file is here
	// The log may have the whole transaction when waiting for the disk fails. It is undone then, but whoever opens the
	// file after a crash before the next write finds it there.
	undecided: func(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_IOERR },
}

func sqliteCode(err error) int {
	if err, ok := failure[*sqlite.Error](err); ok {
		return err.Code()
	}
	return sqlite3.SQLITE_OK
}

// Both kinds of connections check references and refuse misspelled names in double quotes.
const sqliteOptions = "?mode=rw&_foreign_keys=1&_dqs=0&_error_rc=1"

const (
	// An acknowledged write is on the disk. SQLite itself waits for locks only shortly, since dialect.wait minds the
	// context.
	sqliteWriter = sqliteOptions + "&_synchronous=FULL&_busy_timeout=100"
	// Readers wait only while another process opens, closes or repairs the file.
	sqliteReader = sqliteOptions + "&_query_only=1&_busy_timeout=10000"
)

func openSQLite(ctx context.Context, path string) (domain.Store, error) {
	switch {
	case path == "":
		return nil, fmt.Errorf("%w: there is no path in it", ErrDSN)
	case strings.HasPrefix(path, ":memory:"):
		return nil, fmt.Errorf("%w: a database in memory would be another one for each connection; use a file in a temporary directory", ErrDSN)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	writer, err := sqliteDB(path, sqliteWriter, 1)
	if err != nil {
		return nil, err
	}
	reader, err := sqliteDB(path, sqliteReader, max(4, runtime.GOMAXPROCS(0)))
	if err != nil {
		return nil, err
	}
	s := &store{dialect: sqliteDialect, tables: newTables(sqliteDialect), reader: reader, writer: writer, release: func() {}}
	writes := newGroup(s.beginSQLite)
	s.transact = func(ctx context.Context, _ bool, fn func(querier) error) error { return writes.run(ctx, fn) }
	err = useJournal(ctx, writer)
	if err == nil {
		err = sqliteDialect.migrate(ctx, writer, migrationsOf(sqliteDialect))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), s.Close())
	}
	return s, nil
}

// beginSQLite begins a transaction that has the database's write lock, so that it has not read what is outdated when it
// comes to write.
func (s *store) beginSQLite(ctx context.Context) (*sql.Conn, error) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	err = s.dialect.wait(ctx, func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "BEGIN IMMEDIATE")
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("begin: %w", err), conn.Close())
	}
	return conn, nil
}

// createPrivate makes an empty file for the database if there is none. A file that is there is not opened: closing it
// again would drop the locks that this process may have on it for another store.
func createPrivate(path string) error {
	info, err := os.Stat(path) //nolint:gosec // the operator names it
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a directory; name a file in it")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the operator names it
	switch {
	case err == nil:
		return file.Close()
	case errors.Is(err, fs.ErrExist): // another process was faster
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the directory %s does not exist; create it first", filepath.Dir(path))
	default:
		return err
	}
}

// sqliteDB is a pool of connections to the file. It opens none yet.
func sqliteDB(path, options string, size int) (*sql.DB, error) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive
		path = "/" + path
	}
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", OmitHost: true, Path: path}).String() + options)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(preparing{connector})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// useJournal sees to it that the file has a write-ahead log, with which readers and the writer do not wait for each
// other. The file remembers it.
func useJournal(ctx context.Context, db *sql.DB) error {
	return sqliteDialect.wait(ctx, func() error {
		var mode string
		if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil || mode == "wal" {
			return err
		}
		if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
			return err
		}
		if mode != "wal" {
			return fmt.Errorf("the file system allows no write-ahead log (journal mode %q); use a local one", mode)
		}
		return nil
	})
}
