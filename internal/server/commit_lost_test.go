package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

// Where the database does not tell whether it committed, the answer says so, and the same key does it exactly once.
func TestCommitLost(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]pgtest.Cut{"before": pgtest.BeforeCommit, "after": pgtest.AfterCommit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := pgtest.NewLine(t, pgtest.Database(t))
			url, _, _ := command(t, "--database="+line.DSN, "--seed="+file(t, "seed.json", replicasSeed))
			token := signIn(t, url)
			call := func(method, path, body string) (int, string) {
				t.Helper()
				return ask(t, method, url+path, body, "Authorization", "Bearer "+token, "Content-Type", "application/json", "Idempotency-Key", "the-key")
			}

			line.Break(cut, "initech.example")
			status, body := call(http.MethodPost, "/v1/customers", customer("initech", 1))
			if status != http.StatusServiceUnavailable || !strings.Contains(body, `"code":"outcome_unknown"`) || !strings.Contains(body, `"retryable":true`) {
				t.Errorf("the first answer is %d %s", status, body)
			}
			status, first := call(http.MethodPost, "/v1/customers", customer("initech", 1))
			if status != http.StatusCreated {
				t.Errorf("the second answer is %d %s", status, first)
			}
			if status, again := call(http.MethodPost, "/v1/customers", customer("initech", 1)); status != http.StatusCreated || again != first {
				t.Errorf("the third answer is %d %s, the second was %s", status, again, first)
			}

			var made struct{ ID string }
			if err := json.Unmarshal([]byte(first), &made); err != nil {
				t.Fatal(err)
			}
			if _, all := call(http.MethodGet, "/v1/customers", ""); strings.Count(all, `"id":`) != 1 || !strings.Contains(all, made.ID) {
				t.Errorf("the answer was %s, there are %s", first, all)
			}
			if _, events := call(http.MethodGet, "/v1/audit-events", ""); strings.Count(events, `"object_id":"`+made.ID) != 1 {
				t.Errorf("it is not once in the log: %s", events)
			}
		})
	}
}
