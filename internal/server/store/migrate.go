package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrationsOf are the versions of the engine's schema, oldest first. They run within one transaction, so none may
// hold what an engine refuses there, such as CREATE INDEX CONCURRENTLY.
func migrationsOf(d dialect) fs.FS {
	sources, err := fs.Sub(migrations, "migrations/"+d.migrations)
	if err != nil {
		panic(err) // the path above is not a path
	}
	return sources
}

// versionTable is where goose keeps which migrations were applied.
const versionTable = "schema_version"

// migrate applies the migrations that the database lacks, all of them or none, while other processes wait.
func (d dialect) migrate(ctx context.Context, db *sql.DB, sources fs.FS) error {
	latest, err := latestVersion(sources)
	if err != nil {
		return err
	}
	// Nearly always there is nothing to do, and asking goose would take longer than all the rest of opening.
	if current, err := d.isCurrent(ctx, db, latest); err != nil || current {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // only gives it back to the pool
	return d.wait(ctx, func() error {
		_, err := conn.ExecContext(ctx, d.beginMigration)
		if err == nil {
			err = conn.Raw(func(raw any) error { return d.up(ctx, raw, sources) })
		}
		end := "COMMIT"
		if err != nil {
			end = "ROLLBACK"
		}
		// Where the transaction did not begin there is none to roll back, which does not matter.
		if _, endErr := conn.ExecContext(context.WithoutCancel(ctx), end); err == nil {
			err = endErr
		}
		return err
	})
}

func latestVersion(sources fs.FS) (int64, error) {
	files, err := fs.Glob(sources, "*.sql")
	if err != nil || len(files) == 0 {
		return 0, errors.Join(err, errors.New("no migrations are built in"))
	}
	return goose.NumericComponent(files[len(files)-1]) // Glob sorts
}

// isCurrent reports whether all migrations up to the latest were applied.
func (d dialect) isCurrent(ctx context.Context, db *sql.DB, latest int64) (bool, error) {
	var tables, version int64
	err := d.wait(ctx, func() error { return db.QueryRowContext(ctx, d.tableQuery).Scan(&tables) })
	if err != nil || tables == 0 {
		return false, err
	}
	if err := db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM "+versionTable).Scan(&version); err != nil {
		return false, err
	}
	if version > latest {
		return false, fmt.Errorf("%w: its schema is version %d, the latest known here is %d", ErrNewer, version, latest)
	}
	return version == latest, nil
}

// up lets goose apply what is missing, within the transaction that is open on the connection.
func (d dialect) up(ctx context.Context, raw any, sources fs.FS) error {
	if prepared, ok := raw.(*preparedConn); ok {
		raw = prepared.fullConn // statements of migrations are not worth keeping
	}
	conn, ok := raw.(nestable)
	if !ok {
		return fmt.Errorf("the driver's connection %T lacks a method", raw)
	}
	db := sql.OpenDB(nested{conn})
	defer func() { _ = db.Close() }() // closes nothing
	db.SetMaxOpenConns(1)
	migrator, err := goose.NewProvider(d.goose, db, sources, goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	_, err = migrator.Up(ctx)
	return err
}

// nested makes one connection look like a database whose transactions are savepoints, since goose begins a
// transaction of its own for each migration and engines have none within another.
type nested struct{ nestable }

type nestable interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

var _ interface {
	driver.Connector
	driver.ConnBeginTx
	driver.Tx
} = nested{}

func (n nested) Connect(context.Context) (driver.Conn, error) { return n, nil }
func (n nested) Driver() driver.Driver                        { return nil }
func (n nested) Close() error                                 { return nil }

func (n nested) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	_, err := n.ExecContext(ctx, "SAVEPOINT migration", nil)
	return n, err
}

func (n nested) Commit() error {
	_, err := n.ExecContext(context.Background(), "RELEASE migration", nil)
	return err
}

func (n nested) Rollback() error {
	_, err := n.ExecContext(context.Background(), "ROLLBACK TO migration; RELEASE migration", nil)
	return err
}
