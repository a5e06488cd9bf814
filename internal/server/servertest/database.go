package servertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

// EnvStore chooses where servers keep their data: "sqlite", a file in a temporary folder, unless it is "postgres".
const EnvStore = "MSP_TEST_STORE"

// maker makes a database and answers its DSN.
type maker func(testing.TB) string

type engine struct {
	empty maker
	// like makes a database that prepare fills and closes, and answers what makes copies of it. None is any test's own: the
	// test that happens to need it first may end before the others do.
	like func(prepare func(dsn string) error) (maker, error)
}

func engineOf(tb testing.TB) engine {
	tb.Helper()
	switch name := os.Getenv(EnvStore); name {
	case "", "sqlite":
		return engine{
			empty: func(tb testing.TB) string { tb.Helper(); return fileScheme + newFile(tb) },
			like:  likeFile,
		}
	case "postgres":
		if err := pgtest.Installed(); err != nil {
			tb.Skipf("not run on PostgreSQL: %v", err)
		}
		return engine{
			empty: pgtest.Database,
			like:  likePostgres,
		}
	default:
		tb.Fatalf("%s=%s: there are sqlite and postgres", EnvStore, name)
		return engine{}
	}
}

const fileScheme = "sqlite:"

func newFile(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "portal.db")
}

func likeFile(prepare func(dsn string) error) (maker, error) {
	folder, err := os.MkdirTemp("", "servertest")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	file := filepath.Join(folder, "portal.db")
	if err := prepare(fileScheme + file); err != nil {
		return nil, err
	}
	if _, err := os.Stat(file + "-wal"); err == nil {
		return nil, fmt.Errorf("the database left a write-ahead log behind after it was closed")
	}
	content, err := os.ReadFile(file)
	return func(tb testing.TB) string {
		tb.Helper()
		file := newFile(tb)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			tb.Fatal(err)
		}
		return fileScheme + file
	}, err
}

func likePostgres(prepare func(dsn string) error) (maker, error) {
	dsn, err := pgtest.New()
	if err != nil {
		return nil, err
	}
	return func(tb testing.TB) string { tb.Helper(); return pgtest.Copy(tb, dsn) }, prepare(dsn)
}

// seeded are databases with a seed in them, by the text of the seed: hashing all those secrets takes longer than most
// tests.
var seeded sync.Map

// database makes one for a test, seeded where the test does not want a time of its own.
func (c config) database(tb testing.TB) string {
	tb.Helper()
	engine := engineOf(tb)
	if c.options.Now != nil {
		return engine.empty(tb)
	}
	once, _ := seeded.LoadOrStore(string(c.seed), sync.OnceValues(func() (maker, error) {
		return engine.like(func(dsn string) error {
			s, err := server.New(context.Background(), server.Options{Database: dsn, SeedJSON: c.seed, SecretIterations: secretIterations})
			if err != nil {
				return err
			}
			return s.Close()
		})
	}))
	likeSeeded, err := once.(func() (maker, error))()
	if err != nil {
		tb.Fatalf("make a seeded database: %v", err)
	}
	return likeSeeded(tb)
}
