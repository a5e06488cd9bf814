package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	testStore(t, func(t *testing.T) domain.Store {
		t.Helper()
		return openDSN(t, pgtest.Database(t))
	})
}

// Behind a pool of connections that keeps no prepared statements.
func TestPostgresUnprepared(t *testing.T) {
	t.Parallel()
	testStore(t, func(t *testing.T) domain.Store {
		t.Helper()
		return openDSN(t, pgtest.Database(t)+"&default_query_exec_mode=exec")
	})
}

// What is refused says why, and nothing secret.
func TestPostgresRefusals(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	s := openDSN(t, dsn)
	if _, err := s.writer.ExecContext(t.Context(), "CREATE ROLE guest LOGIN PASSWORD 'right'"); err != nil {
		t.Fatal(err)
	}
	guest := func(password string) string {
		return strings.Replace(dsn, pgtest.Superuser+"@", "guest:"+password+"@", 1)
	}
	location, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		guest("hunter2"): "the server refuses this user or its password",
		guest("right"):   "permission denied for table " + versionTable, // it is let in
		strings.Replace(dsn, location.Path, "/missing", 1):                         "create the database first",
		"postgres://u:hunter2@127.0.0.1:1/db":                                      "no server is reached there",
		"postgresql://u:hunter2@127.0.0.1:1/db":                                    "no server is reached there",
		"postgres://u:hunter2%zz@127.0.0.1:1/db":                                   "no valid URL",
		"postgres://u:hunter2#/@127.0.0.1:1/db":                                    "no valid URL",
		"postgres://u:hunter2@127.0.0.1:1/db?sslmode=hunter2":                      "sslmode",
		"postgres://u@127.0.0.1:1/db?password=hunter2&pool_max_conns=many":         "pool_max_conns",
		"postgres://u:hunter2@127.0.0.1:1/db?sslmode=verify-ca&sslrootcert=/no/ca": "/no/ca",
	} {
		opened, err := Open(t.Context(), dsn)
		if err == nil {
			t.Errorf("Open opened %v, want %q", opened, want)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "right") {
			t.Errorf("Open(%s) = %v, want %q, nothing secret", dsn, err, want)
		}
	}
}

func TestPostgresPool(t *testing.T) {
	t.Parallel()
	config, err := parsePostgres("postgres://u@h/db?pool_max_conns=17&pool_max_conn_lifetime=5m&application_name=mine&connect_timeout=3")
	if err != nil {
		t.Fatal(err)
	}
	if config.MaxConns != 17 || config.MaxConnLifetime.Minutes() != 5 || config.ConnConfig.RuntimeParams["application_name"] != "mine" ||
		config.ConnConfig.ConnectTimeout.Seconds() != 3 {
		t.Errorf("got %+v", config)
	}
}

// Not even SQL of one's own changes the log.
func TestPostgresAuditTriggers(t *testing.T) {
	t.Parallel()
	s := openDSN(t, pgtest.Database(t))
	write(t, s, func(ctx context.Context, tx domain.Tx) error {
		return tx.AuditEvents().Put(ctx, domain.AuditEvent{PartnerID: "p", ID: "1", Actor: "a"})
	})
	for _, statement := range []string{
		"UPDATE audit_events SET actor = 'b'", "DELETE FROM audit_events", "TRUNCATE audit_events",
		"INSERT INTO audit_events SELECT * FROM audit_events ON CONFLICT (partner_id, id) DO UPDATE SET actor = 'b'",
	} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// A writer that was refused twice has the database to itself: however many others there are, it comes to an end.
func TestPostgresWriterAlone(t *testing.T) {
	t.Parallel()
	s := openDSN(t, pgtest.Database(t))
	putParents(t, s)
	increment := func(runs *int, meanwhile func()) {
		err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			*runs++
			n, err := progress(ctx, tx)
			meanwhile()
			return errors.Join(err, tx.Courses().Put(ctx, course(n+1)))
		})
		if err != nil {
			t.Error(err)
		}
	}
	var group sync.WaitGroup
	most := make([]int, 16)
	for i := range most {
		group.Go(func() {
			for range 10 {
				runs := 0
				increment(&runs, func() {})
				most[i] = max(most[i], runs)
			}
		})
	}
	group.Wait()
	if slices.Max(most) > maxTogether+1 {
		t.Errorf("writers ran up to %v times, want %d at most", most, maxTogether+1)
	}

	// Somebody else is faster each time that this is possible.
	var runs, others int
	other := make(chan struct{})
	increment(&runs, func() {
		if runs <= maxTogether {
			increment(&others, func() {})
			return
		}
		go func() { // has to wait
			defer close(other)
			increment(&others, func() {})
		}()
	})
	<-other
	if runs != maxTogether+1 || others != maxTogether+1 {
		t.Errorf("it ran %d times, while %d others ran %d times", runs, maxTogether+1, others)
	}
	wantProgress(t, s, len(most)*10+maxTogether+1)
}

// What the domain found to be free or there may have been taken or removed by others since. It is asked again, and only
// believed when nobody else is at work.
func TestPostgresRaces(t *testing.T) {
	t.Parallel()
	s := openDSN(t, pgtest.Database(t))
	putParents(t, s)
	for name, test := range map[string]struct {
		put  func(context.Context, domain.Tx) error
		want domain.Code
	}{
		"duplicate": {func(ctx context.Context, tx domain.Tx) error {
			return tx.Customers().Put(ctx, domain.Customer{ID: "new", PartnerID: "partner-1", DomainKey: "partner-1-customer-0"})
		}, domain.CodeConflict},
		"reference": {func(ctx context.Context, tx domain.Tx) error {
			return tx.Customers().Put(ctx, domain.Customer{ID: "new", PartnerID: "nobody", DomainKey: "new"})
		}, ""},
	} {
		runs := 0
		err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
			runs++
			return test.put(ctx, tx)
		})
		var refusal *domain.Error
		if errors.As(err, &refusal) != (test.want != "") || refusal != nil && refusal.Code != test.want || err == nil || runs != maxTogether+1 {
			t.Errorf("%s: %v after %d runs", name, err, runs)
		}
	}
}

// A COMMIT that gets no answer may have been done or not.
func TestPostgresCommitLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cut  pgtest.Cut
		rows int
	}{"before": {pgtest.BeforeCommit, 0}, "after": {pgtest.AfterCommit, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := pgtest.NewLine(t, pgtest.Database(t))
			s := openDSN(t, line.DSN)
			line.Break(test.cut, "the-partner")
			err := s.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
				return tx.Partners().Put(ctx, domain.Partner{ID: "the-partner"})
			})
			if !errors.Is(err, domain.ErrOutcomeUnknown) || errors.Is(err, domain.ErrUnavailable) {
				t.Errorf("Write = %v", err)
			}
			read(t, s, func(ctx context.Context, tx domain.Tx) error {
				if n, err := tx.Partners().Count(ctx, domain.Query{}); err != nil || n != test.rows {
					t.Errorf("there are %d rows, %v", n, err)
				}
				return nil
			})
		})
	}
}

// What the server refuses to commit has not been done.
func TestPostgresUndecided(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"refused":         {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: pgSerializationFailure}, false},
		"not told":        {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: pgCompletionUnknown}, true},
		"shut down":       {&pgconn.PgError{SeverityUnlocalized: "FATAL", Code: "57P01"}, true},
		"idle too long":   {&pgconn.PgError{SeverityUnlocalized: "FATAL", Code: pgIdleTooLong}, false},
		"no answer":       {io.ErrUnexpectedEOF, true},
		"answer too late": {context.DeadlineExceeded, true},
		"the driver's":    {driver.ErrBadConn, true}, // of a COMMIT that was done, too: see TestPostgresCommitLost
	} {
		err := (&store{dialect: postgresDialect}).explain(t.Context(), fmt.Errorf("%w: %w", errCommit, test.err))
		if errors.Is(err, domain.ErrOutcomeUnknown) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (&store{dialect: postgresDialect}).explain(t.Context(), io.ErrUnexpectedEOF); errors.Is(err, domain.ErrOutcomeUnknown) {
		t.Errorf("before COMMIT: %v", err)
	}
}

// A server that goes away leaves an error that callers can wait for the end of, and no broken connection behind.
func TestPostgresLost(t *testing.T) {
	t.Parallel()
	s := openDSN(t, pgtest.Database(t))
	kill := "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
	fn := func(ctx context.Context, tx domain.Tx) error {
		if _, err := tx.Partners().Get(ctx, "p"); !errors.Is(err, domain.ErrNoRow) {
			return err
		}
		if _, err := s.writer.ExecContext(ctx, kill); err != nil {
			return err
		}
		_, err := tx.Customers().Get(ctx, "c")
		return err
	}
	for name, err := range map[string]error{"Write": s.Write(t.Context(), fn), "Read": s.Read(t.Context(), fn)} {
		if !errors.Is(err, domain.ErrUnavailable) {
			t.Errorf("%s = %v", name, err)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error("afterwards:", err)
	}
}
