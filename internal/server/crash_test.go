package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// kill -9 of the server, between and during 200 writes, loses none that was acknowledged; and a write whose answer was
// lost is repeated with its key without being done twice.
func TestKillLosesNoAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	const writes, writers, kills = 200, 4, 5
	args := []string{"--database=sqlite:" + filepath.Join(t.TempDir(), "portal.db"), "--seed=testdata/seed.json", "--log-level=warn"}
	var (
		mu     sync.RWMutex // held by whoever replaces the server
		server = start(t, args...)
		token  = signIn(t, server.url)
		acked  atomic.Int64
		lost   atomic.Int64
		ids    [writes]string
	)
	// put one customer until it is acknowledged, and answer its id.
	put := func(i int) string {
		for t.Context().Err() == nil {
			mu.RLock()
			base := server.url
			mu.RUnlock()
			status, body := ask(t, http.MethodPost, base+"/v1/customers", fmt.Sprintf(`{"name":"C %d","domain":"c%d.example"}`, i, i),
				"Authorization", "Bearer "+token, "Content-Type", "application/json", "Idempotency-Key", fmt.Sprintf("key-%d", i))
			if status == 0 { // killed
				lost.Add(1)
				time.Sleep(time.Millisecond)
				continue
			}
			var customer struct{ ID string }
			if err := json.Unmarshal([]byte(body), &customer); err != nil || status != http.StatusCreated {
				t.Errorf("customer %d: got %d %s", i, status, body)
				return ""
			}
			return customer.ID
		}
		return ""
	}
	next := make(chan int)
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			for i := range next {
				ids[i] = put(i)
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
	for i := range writes {
		next <- i
		if i%(writes/kills) == writes/kills/2 {
			restart() // while the other writers are at it
		}
	}
	close(next)
	wait.Wait()
	restart() // with nothing under way
	if lost.Load() == 0 {
		t.Error("no write was ever interrupted: the test tests nothing")
	}
	for i, id := range ids {
		status, body := ask(t, http.MethodGet, server.url+"/v1/customers?domain="+url.QueryEscape(fmt.Sprintf("c%d.example", i)), "", "Authorization", "Bearer "+token)
		var page struct{ Items []struct{ ID string } }
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK || len(page.Items) != 1 || page.Items[0].ID != id {
			t.Errorf("customer %d was acknowledged as %s, the server has %d %s", i, id, status, body)
		}
	}
	t.Logf("%d writes acknowledged, %d tries interrupted by %d kills", acked.Load(), lost.Load(), kills)
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
