package rest_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// TestOnPostgres runs the tests of this package again, in a process of their own, with servers on PostgreSQL.
func TestOnPostgres(t *testing.T) {
	if os.Getenv(servertest.EnvStore) != "" {
		t.Skip("the tests run on an engine that was chosen")
	}
	if err := pgtest.Installed(); err != nil {
		t.Skipf("not run on PostgreSQL: %v", err)
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), servertest.EnvStore+"=postgres")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
