package store

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

// Processes of their own are this test binary again, told by the environment what to do.
const (
	childEnv = "STORE_TEST_CHILD"
	dsnEnv   = "STORE_TEST_DSN"
)

func TestMain(m *testing.M) {
	children := map[string]func(context.Context, domain.Store) error{
		"open":      func(context.Context, domain.Store) error { return nil },
		"increment": incrementChild,
		"append":    appendChild,
	}
	what := os.Getenv(childEnv)
	if what == "" {
		os.Exit(m.Run())
	}
	if err := runChild(children[what]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runChild opens the store when told to by the end of stdin, so that all children start at once.
func runChild(work func(context.Context, domain.Store) error) error {
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, os.Getenv(dsnEnv))
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, s), s.Close())
}

type child struct {
	*exec.Cmd
	start  io.Closer
	output *bufio.Scanner
	errors *strings.Builder
}

// startChild starts a process that waits for its start to be closed.
func startChild(t *testing.T, what, dsn string) child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := child{Cmd: exec.CommandContext(t.Context(), self), errors: &strings.Builder{}}
	c.Env = append(os.Environ(), childEnv+"="+what, dsnEnv+"="+dsn)
	c.Stderr = c.errors
	if c.start, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.output = bufio.NewScanner(output)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func runChildren(t *testing.T, n int, what, dsn string) {
	t.Helper()
	children := make([]child, n)
	for i := range children {
		children[i] = startChild(t, what, dsn)
	}
	for _, c := range children {
		_ = c.start.Close()
	}
	for i, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, c.errors)
		}
	}
}

// engines are the makers of empty databases; they answer the DSN.
var engines = map[string]func(*testing.T) string{
	"sqlite": func(t *testing.T) string {
		t.Helper()
		return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	},
	"postgres": func(t *testing.T) string {
		t.Helper()
		return pgtest.Database(t)
	},
}

// onEngines runs a test on an empty database of each engine.
func onEngines(t *testing.T, test func(t *testing.T, create func(*testing.T) string)) {
	t.Helper()
	for name, create := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, create)
		})
	}
}

func TestProcessesRaceToMigrate(t *testing.T) {
	t.Parallel()
	onEngines(t, testProcessesRaceToMigrate)
}

func testProcessesRaceToMigrate(t *testing.T, create func(*testing.T) string) {
	for range 5 {
		dsn := create(t)
		runChildren(t, 4, "open", dsn)
		s := openDSN(t, dsn)
		var n int
		if err := s.reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+versionTable+" WHERE version_id = 1").Scan(&n); err != nil || n != 1 {
			t.Errorf("the first migration was applied %d times, %v", n, err)
		}
	}
}

const increments = 50

func incrementChild(ctx context.Context, s domain.Store) error {
	for range increments {
		err := s.Write(ctx, func(ctx context.Context, tx domain.Tx) error {
			n, err := progress(ctx, tx)
			return errors.Join(err, tx.Courses().Put(ctx, course(n+1)))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestProcessesLoseNoWrite(t *testing.T) {
	t.Parallel()
	onEngines(t, testProcessesLoseNoWrite)
}

func testProcessesLoseNoWrite(t *testing.T, create func(*testing.T) string) {
	dsn := create(t)
	s := openDSN(t, dsn)
	putParents(t, s)
	const processes = 4
	runChildren(t, processes, "increment", dsn)
	wantProgress(t, s, processes*increments-1)
}

const appenders = 4

// appendChild writes pairs of rows for ever, several at a time, and says so after each.
func appendChild(ctx context.Context, s domain.Store) error {
	failures := make(chan error, appenders)
	for range appenders {
		go func() { failures <- appendForever(ctx, s) }()
	}
	return <-failures
}

func appendForever(ctx context.Context, s domain.Store) error {
	for {
		id := rand.Text()
		err := s.Write(ctx, func(ctx context.Context, tx domain.Tx) error {
			return errors.Join(
				tx.Outbox().Put(ctx, domain.Mail{PartnerID: "p", ID: id, Body: strings.Repeat("x", 2000)}),
				tx.AuditEvents().Put(ctx, domain.AuditEvent{PartnerID: "p", ID: id}))
		})
		if err != nil {
			return err
		}
		fmt.Println(id) //nolint:forbidigo // the answer to the parent
	}
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	onEngines(t, testKilledProcessLosesNothingAcknowledged)
}

func testKilledProcessLosesNothingAcknowledged(t *testing.T, create func(*testing.T) string) {
	dsn := create(t)
	acknowledged := map[string]bool{}
	for round := range 6 {
		c := startChild(t, "append", dsn)
		_ = c.start.Close()
		for range appenders + 7*round {
			if !c.output.Scan() {
				t.Fatalf("the process wrote no more: %v\n%s", c.Wait(), c.errors)
			}
			acknowledged[c.output.Text()] = true
		}
		time.Sleep(mathrand.N(5 * time.Millisecond)) // so that it is at any point of the next writes
		_ = c.Process.Kill()
		for c.output.Scan() {
			acknowledged[c.output.Text()] = true
		}
		if err := c.Wait(); err == nil {
			t.Fatal("the process ended by itself")
		}
		checkAppended(t, dsn, acknowledged)
		if t.Failed() {
			t.Fatal("in round", round)
		}
	}
	t.Logf("%d acknowledged writes", len(acknowledged))
}

// checkAppended opens what a killed process has left, as the only one, and closes it again.
func checkAppended(t *testing.T, dsn string, acknowledged map[string]bool) {
	t.Helper()
	s := mustOpenDSN(t, dsn)
	var mails, events int
	read(t, s, func(ctx context.Context, tx domain.Tx) (err error) {
		for id := range acknowledged {
			if _, err := tx.Outbox().Get(ctx, "p", id); err != nil {
				t.Errorf("write %s was acknowledged: %v", id, err)
			}
		}
		if mails, err = tx.Outbox().Count(ctx, domain.Query{}); err != nil {
			return err
		}
		events, err = tx.AuditEvents().Count(ctx, domain.Query{})
		return err
	})
	if mails != events || mails < len(acknowledged) {
		t.Errorf("there are %d mails and %d events for %d acknowledged writes of one each", mails, events, len(acknowledged))
	}
	if s.dialect.goose == goose.DialectSQLite3 {
		var integrity string
		row := s.reader.QueryRowContext(t.Context(), "PRAGMA integrity_check")
		if err := row.Scan(&integrity); err != nil || integrity != "ok" {
			t.Errorf("integrity: %s, %v", integrity, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
