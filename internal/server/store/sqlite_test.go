package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("This is no database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]struct {
		is   error
		says string
	}{
		"":                          {ErrDSN, "no scheme"},
		"msp.db":                    {ErrDSN, "no scheme"},
		"sqlite:":                   {ErrDSN, "no path"},
		"sqlite::memory:":           {ErrDSN, "memory"},
		"mysql://u:hunter2@host/db": {ErrDSN, `"mysql"`},
		"sqlite:" + dir:             {nil, "is a directory"},
		"sqlite:" + filepath.Join(dir, "missing", "x.db"): {nil, "the directory " + filepath.Join(dir, "missing") + " does not exist"},
		"sqlite:" + text: {nil, "not a database"},
	} {
		s, err := Open(t.Context(), dsn)
		if err == nil {
			t.Errorf("Open(%q) opened %v", dsn, s)
			continue
		}
		if want.is != nil && !errors.Is(err, want.is) || !strings.Contains(err.Error(), want.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open(%q) = %v, want %q, nothing secret", dsn, err, want.says)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "missing")); err == nil {
		t.Error("a refused Open made a directory")
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"plain.db", "a b#c?d%41&mode=memory.db", "ü'\".db"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, `?"`) {
			continue
		}
		path := filepath.Join(dir, name)
		s := openFile(t, path)
		write(t, s, func(ctx context.Context, tx domain.Tx) error {
			return tx.AppliedSeeds().Put(ctx, domain.AppliedSeed{Hash: name})
		})
		again := openFile(t, path) // in the same process
		read(t, again, func(ctx context.Context, tx domain.Tx) error {
			_, err := tx.AppliedSeeds().Get(ctx, name)
			return err
		})
		for _, file := range []string{path, path + "-wal", path + "-shm"} {
			info, err := os.Stat(file)
			if err != nil {
				t.Error(err)
			} else if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", file, info.Mode())
			}
		}
	}
}

func TestRelativePath(t *testing.T) { // not parallel: it changes the working directory
	t.Chdir(t.TempDir())
	openFile(t, "here.db")
	if _, err := os.Stat("here.db"); err != nil {
		t.Error(err)
	}
}

// What makes an acknowledged write durable, and rows consistent.
func TestPragmas(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "query_only": "0"} {
		var got string
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("writer: %s = %q, %v, want %s", pragma, got, err, want)
		}
	}
	// Hold one connection, so that the pool opens another.
	for range 2 {
		conn, err := s.reader.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		var got string
		if err := conn.QueryRowContext(t.Context(), "PRAGMA query_only").Scan(&got); err != nil || got != "1" {
			t.Errorf("reader: query_only = %q, %v", got, err)
		}
	}
}

// Not even SQL of one's own changes the log.
func TestAuditTriggers(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		return tx.AuditEvents().Put(ctx, domain.AuditEvent{PartnerID: "p", ID: "1", Actor: "a"})
	})
	for _, statement := range []string{
		"UPDATE audit_events SET actor = 'b'",
		"DELETE FROM audit_events",
		"INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events",
		"REPLACE INTO audit_events SELECT * FROM audit_events",
	} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// A waiting writer of the same process leaves when its caller does, too.
func TestWriterLeavesQueue(t *testing.T) {
	t.Parallel()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	write(t, s, func(ctx context.Context, _ domain.Tx) error {
		waiting, stop := context.WithTimeout(ctx, 50*time.Millisecond)
		defer stop()
		start := time.Now()
		err := s.Write(waiting, func(context.Context, domain.Tx) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > sqliteDialect.lockWait {
			t.Errorf("a waiting Write ended with %v after %v", err, time.Since(start))
		}
		return nil
	})
}

// A writer in another process is played by another store on the same file: it has connections of its own.
func TestWriterWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	first, second := openFile(t, path), openFile(t, path)
	putParents(t, first)
	hold := func(during func()) {
		write(t, first, func(ctx context.Context, tx domain.Tx) error {
			during()
			return tx.Courses().Put(ctx, course(1))
		})
	}
	waits := make(chan struct{}, 1)
	busy := second.dialect.busy
	second.dialect.busy = func(err error) bool {
		yes := busy(err)
		if yes {
			select {
			case waits <- struct{}{}:
			default:
			}
		}
		return yes
	}
	done := make(chan error, 2)
	hold(func() {
		go func() {
			done <- second.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
				n, err := progress(ctx, tx)
				return errors.Join(err, tx.Courses().Put(ctx, course(n+1)))
			})
		}()
		select {
		case err := <-done:
			t.Error("the second writer did not wait")
			done <- err
		case <-waits:
		}
	})
	if err := <-done; err != nil {
		t.Error("the second writer:", err)
	}
	wantProgress(t, first, 2)

	hold(func() {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := second.Write(ctx, func(context.Context, domain.Tx) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > sqliteDialect.lockWait {
			t.Errorf("a waiting writer whose caller leaves: %v after %v", err, time.Since(start))
		}
	})

	second.dialect.lockWait = 50 * time.Millisecond
	hold(func() {
		err := second.Write(t.Context(), func(context.Context, domain.Tx) error { return nil })
		var refusal *domain.Error
		if !errors.As(err, &refusal) || refusal.Code != domain.CodeConflict {
			t.Errorf("a writer that has waited long enough: %v, want a conflict", err)
		}
	})
}
