package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// kill -9 of the server, between and during writes, loses none that was acknowledged; and a write whose answer was lost is
// repeated with its key without being done twice.
func TestKillLosesNoAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	const writers, kills, each = 4, 5, 40
	args := []string{"--database=sqlite:" + filepath.Join(t.TempDir(), "portal.db"), "--seed=testdata/seed.json", "--log-level=warn"}
	var (
		mu          sync.RWMutex // held by whoever replaces the server
		server      = start(t, args...)
		token       = signIn(t, server.url)
		acked       atomic.Int64
		interrupted atomic.Int64 // writes that the server had begun to read when it was killed
		ids         sync.Map     // by the customer's domain
	)
	// put one customer until it is acknowledged, and answer its id.
	put := func(name string) string {
		for t.Context().Err() == nil {
			mu.RLock()
			base := server.url
			mu.RUnlock()
			status, body := ask(t, http.MethodPost, base+"/v1/customers", fmt.Sprintf(`{"name":%q,"domain":%q}`, name, name),
				"Authorization", "Bearer "+token, "Content-Type", "application/json", "Idempotency-Key", name)
			if status == 0 { // killed
				if !strings.Contains(body, "refused") {
					interrupted.Add(1)
				}
				time.Sleep(time.Millisecond)
				continue
			}
			var customer struct{ ID string }
			if err := json.Unmarshal([]byte(body), &customer); err != nil || status != http.StatusCreated {
				t.Errorf("customer %s: got %d %s", name, status, body)
				return ""
			}
			return customer.ID
		}
		return ""
	}
	var (
		wait   sync.WaitGroup
		enough atomic.Bool
	)
	for writer := range writers {
		wait.Go(func() {
			for i := 0; !enough.Load() && !t.Failed(); i++ {
				name := fmt.Sprintf("c%d-%d.example", writer, i)
				ids.Store(name, put(name))
				acked.Add(1)
			}
		})
	}
	restart := func() {
		mu.Lock()
		defer mu.Unlock()
		if err := server.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = server.Wait()
		server = start(t, args...)
	}
	killed := 0
	for ; (killed < kills || interrupted.Load() == 0) && !t.Failed(); killed++ {
		waitFor(t, &acked, each)
		restart() // while the writers are at it
	}
	enough.Store(true)
	wait.Wait()
	restart() // with nothing under way
	ids.Range(func(name, id any) bool {
		status, body := ask(t, http.MethodGet, server.url+"/v1/customers?domain="+url.QueryEscape(name.(string)), "", "Authorization", "Bearer "+token)
		var page struct{ Items []struct{ ID string } }
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK || len(page.Items) != 1 || page.Items[0].ID != id {
			t.Errorf("customer %s was acknowledged as %s, the server has %d %s", name, id, status, body)
		}
		return true
	})
	t.Logf("%d writes acknowledged, %d interrupted by %d kills", acked.Load(), interrupted.Load(), killed)
}

func signIn(t *testing.T, base string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"northwind-automation"}, "client_secret": {"secret-of-northwind-automation"}}
	status, body := ask(t, http.MethodPost, base+"/oauth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &token); err != nil || token.AccessToken == "" {
		t.Fatalf("got %d %s", status, body)
	}
	return token.AccessToken
}
