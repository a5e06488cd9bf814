// Package pgtest gives tests a PostgreSQL server of their own: one for each test binary, on a Unix socket in a temporary
// folder, gone with the process whatever becomes of it.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser is who the DSNs sign in as, which needs no password. Any other user needs one.
const Superuser = "postgres"

// emptyTemplate is PostgreSQL's own.
const emptyTemplate = "template0"

// cluster is the server of this process.
type cluster struct {
	folder string
	stop   io.Closer // never closed: the end of the process does
}

var (
	running   = sync.OnceValues(start)
	databases atomic.Int64
)

// Database makes an empty database and answers its DSN. It skips the test where PostgreSQL is not installed.
func Database(tb testing.TB) string {
	tb.Helper()
	return create(tb, emptyTemplate)
}

// Copy makes a database with the content of another, which nobody may have open.
func Copy(tb testing.TB, dsn string) string {
	tb.Helper()
	location, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	return create(tb, filepath.Base(location.Path))
}

func create(tb testing.TB, template string) string {
	tb.Helper()
	if _, err := programs(); err != nil {
		tb.Skipf("not run on PostgreSQL: %v", err)
	}
	dsn, err := newFrom(template)
	if err != nil {
		tb.Fatal(err)
	}
	return dsn
}

// New makes an empty database that is no test's own, and answers its DSN.
func New() (string, error) { return newFrom(emptyTemplate) }

func newFrom(template string) (string, error) {
	c, err := running()
	if err != nil {
		return "", fmt.Errorf("start PostgreSQL: %w", err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := c.exec(context.Background(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	return c.dsn(name), nil
}

// dsn of a database. Few connections: there are as many pools as tests at a time.
func (c *cluster) dsn(database string) string {
	return "postgres://" + Superuser + "@/" + database + "?host=" + url.QueryEscape(c.folder) + "&pool_max_conns=8"
}

func (c *cluster) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, "user="+Superuser+" dbname=postgres host='"+c.folder+"'")
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// programs finds the folder of PostgreSQL's programs; distributions keep them off the path.
var programs = sync.OnceValues(func() (string, error) {
	candidates, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.Reverse(candidates)
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			candidates = append([]string{filepath.Dir(path)}, candidates...)
		}
	}
	for _, folder := range candidates {
		_, initErr := os.Stat(filepath.Join(folder, "initdb"))
		_, err := os.Stat(filepath.Join(folder, "postgres"))
		if initErr == nil && err == nil {
			return folder, nil
		}
	}
	return "", errors.New("its programs initdb and postgres are not installed")
})

// Installed tells why the tests on PostgreSQL are skipped, or nil.
func Installed() error {
	_, err := programs()
	return err
}

// supervisor runs the server until its input ends, which it does with the process that holds the other end. Nothing here
// has to survive a crash of the machine, so nothing waits for the disk.
const supervisor = `
set -eu
umask 077
export LC_ALL=C TZ=UTC
bin=$1 folder=$2 user=$3
cluster() { "$bin/initdb" --pgdata="$folder/data" --username="$user" --encoding=UTF8 --auth=trust --no-sync "$@"; }
cluster --locale-provider=icu --icu-locale=en || cluster # texts do not compare by their bytes unless told to
{
	printf 'local all %s trust\n' "$user"
	printf 'local all %s scram-sha-256\n' all
} >"$folder/data/pg_hba.conf"
"$bin/postgres" -D "$folder/data" -k "$folder" -h "" -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
	-c max_connections=300 -c shared_buffers=64MB -c autovacuum=off -c max_pred_locks_per_transaction=256 &
read -r nothing || true
kill -INT $! # fast, but in order
wait $! || true
rm -rf "$folder"
`

func start() (*cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), "sh", "-c", supervisor, "sh", bin, folder, Superuser) //nolint:gosec // all of it is ours
	if err := asOwner(cmd, folder); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	stop, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the log tells why
		close(ended)
	}()
	c := &cluster{folder: folder, stop: stop}
	for deadline := time.Now().Add(2 * time.Minute); ; {
		err := c.exec(context.Background(), "SELECT 1")
		if err == nil {
			return c, nil
		}
		select {
		case <-ended:
		case <-time.After(20 * time.Millisecond):
			if time.Now().Before(deadline) {
				continue
			}
		}
		text, _ := os.ReadFile(filepath.Join(folder, "log"))
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
}
