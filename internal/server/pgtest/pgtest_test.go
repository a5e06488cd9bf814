package pgtest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

func TestCopy(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	query(t, dsn, "CREATE TABLE numbers AS SELECT 42 AS n")
	copied := pgtest.Copy(t, dsn)
	query(t, dsn, "UPDATE numbers SET n = 43")
	if got := query(t, copied, "SELECT n FROM numbers"); got != 42 {
		t.Errorf("the copy has %d", got)
	}
}

// query answers the number that the statement finds, if any.
func query(t *testing.T, dsn, statement string) (n int) {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	delete(config.RuntimeParams, "pool_max_conns") // of the pool alone
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}
