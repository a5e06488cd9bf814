package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	onEngines(t, testNewerDatabaseIsRefused)
}

func testNewerDatabaseIsRefused(t *testing.T, create func(*testing.T) string) {
	dsn := create(t)
	s := openDSN(t, dsn)
	if _, err := s.writer.ExecContext(t.Context(), "INSERT INTO "+versionTable+" (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	if again, err := Open(t.Context(), dsn); !errors.Is(err, ErrNewer) {
		t.Errorf("Open = %v, %v, want %v", again, err, ErrNewer)
	}
}

// Replicas may all be started at once, on an empty database or with a newer version of the program.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	onEngines(t, testMigrateAtOnce)
}

func testMigrateAtOnce(t *testing.T, create func(*testing.T) string) {
	newer := fstest.MapFS{
		"90001_first.sql":  {Data: []byte("-- +goose Up\nSELECT 1;")},
		"90002_second.sql": {Data: []byte("-- +goose Up\nCREATE TABLE second (id TEXT);")},
	}
	dsn := create(t)
	var opened, group sync.WaitGroup
	opened.Add(8)
	for range 8 {
		group.Go(func() {
			s, err := Open(t.Context(), dsn)
			opened.Done()
			if err != nil {
				t.Error(err)
				return
			}
			opened.Wait()
			inside := engine(t, s)
			if err := errors.Join(inside.dialect.migrate(t.Context(), inside.writer, newer), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestMigrationsAreAllOrNone(t *testing.T) {
	t.Parallel()
	onEngines(t, testMigrationsAreAllOrNone)
}

func testMigrationsAreAllOrNone(t *testing.T, create func(*testing.T) string) {
	dsn := create(t)
	s := openDSN(t, dsn)
	sources := fstest.MapFS{
		"90001_first.sql": {Data: []byte("-- +goose Up\nSELECT 1;")},
		"90002_good.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE good (id TEXT);")},
		"90003_bad.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE bad (id TEXT);\nINSERT INTO nowhere VALUES (1);")},
	}
	if err := s.dialect.migrate(t.Context(), s.writer, sources); err == nil {
		t.Error("a bad migration was applied")
	}
	if got := schema(t, s); slices.Contains(got, "good") || slices.Contains(got, "bad") {
		t.Errorf("a failed migration left %v", got)
	}
	openDSN(t, dsn) // the version is what it was

	sources["90003_bad.sql"].Data = []byte("-- +goose Up\nCREATE TABLE bad (id TEXT);")
	for range 2 { // the second time there is nothing to do
		if err := s.dialect.migrate(t.Context(), s.writer, sources); err != nil {
			t.Error("mended:", err)
		}
	}
	if got := schema(t, s); !slices.Contains(got, "good") || !slices.Contains(got, "bad") {
		t.Errorf("the mended migrations made %v", got)
	}
	write(t, s, func(ctx context.Context, tx domain.Tx) error { // the lock is free, the connection as before
		return tx.AppliedSeeds().Put(ctx, domain.AppliedSeed{Hash: "x"})
	})
}

// schema lists the tables.
func schema(t *testing.T, s *store) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_schema WHERE type = 'table'"
	if s.dialect.goose == goose.DialectPostgres {
		query = "SELECT tablename FROM pg_tables"
	}
	rows, err := s.reader.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// Mail of an older version waits for the relay like new mail does.
func TestOldMailIsTakenOver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := createPrivate(path); err != nil {
		t.Fatal(err)
	}
	old, err := sqliteDB(path, sqliteWriter, 1)
	if err != nil {
		t.Fatal(err)
	}
	first, err := fs.ReadFile(migrationsOf(sqliteDialect), "00001_initial.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := sqliteDialect.migrate(t.Context(), old, fstest.MapFS{"00001_initial.sql": {Data: first}}); err != nil {
		t.Fatal(err)
	}
	_, err = old.ExecContext(t.Context(), `INSERT INTO outbox (partner_id, id, event, recipient, subject, body, status, created_at) VALUES
		('p', 'mail_1', 'e', 'A@x.example', 's', 'b', 'sent', '2026-01-01T00:00:00.000000000Z'),
		('p', 'mail_2', 'e', 'A@x.example', 's', 'b', 'pending', '2026-01-02T00:00:00.000000000Z'),
		('p', 'mail_3', 'e', 'a@X.example', 's', 'b', 'pending', '2026-01-03T00:00:00.000000000Z'),
		('q', 'mail_4', 'e', 'a@x.example', 's', 'b', 'pending', '2026-01-04T00:00:00.000000000Z')`)
	if err := errors.Join(err, old.Close()); err != nil {
		t.Fatal(err)
	}
	read(t, openFile(t, path), func(ctx context.Context, tx domain.Tx) error {
		mails, err := tx.Outbox().List(ctx, domain.Query{})
		got := ""
		for _, m := range mails {
			got += fmt.Sprintf("%s %q %v, ", m.ID, m.PendingTo, m.NextAttemptAt != nil && m.NextAttemptAt.Equal(m.CreatedAt))
		}
		if want := `mail_1 "" false, mail_2 "a@x.example" true, mail_3 "a@x.example" false, mail_4 "a@x.example" true, `; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		return err
	})
}
