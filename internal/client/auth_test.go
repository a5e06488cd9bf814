package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// authority is a server with a token endpoint that counts what it gives.
type authority struct {
	tokens   atomic.Int32
	requests atomic.Int32
	life     int
	// accepts says whether a token is good; nil takes the latest only.
	accepts func(token string) bool
	// refuse answers a token request instead, if it is set and returns true.
	refuse func(http.ResponseWriter, *http.Request) bool
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth/token" {
		n := a.tokens.Add(1)
		if a.refuse != nil && a.refuse(w, r) {
			return
		}
		time.Sleep(20 * time.Millisecond) // long enough for others to want one too
		writeToken(w, "canary-token-"+strconv.Itoa(int(n)), a.life)
		return
	}
	a.requests.Add(1)
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	good := token == "canary-token-"+strconv.Itoa(int(a.tokens.Load()))
	if a.accepts != nil {
		good = a.accepts(token)
	}
	if !good {
		writeProblem(w, api.Problem{Status: 401, Code: api.ErrorCodeUnauthenticated, Detail: "unknown token"})
		return
	}
	writeAdmin(w)
}

// await waits until the client's token source is as wanted.
func await(t *testing.T, c *Client, wanted func(*tokenSource) bool) {
	t.Helper()
	source, ok := c.credentials.(*tokenSource)
	if !ok {
		t.Fatalf("got %T", c.credentials)
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		source.mu.Lock()
		reached := wanted(source)
		source.mu.Unlock()
		if reached {
			return
		}
	}
	t.Fatal("the token source never came to the state that is waited for")
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	a := &authority{life: 600}
	var basic, form, agent string
	a.refuse = func(_ http.ResponseWriter, r *http.Request) bool {
		id, secret, _ := r.BasicAuth()
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
		basic, form, agent = id+" "+secret, readAll(r), r.Header.Get("User-Agent")
		return false
	}
	c := serve(t, a.ServeHTTP, withSecret)
	if a.tokens.Load() != 0 {
		t.Error("New made a request")
	}
	if err := getAdmin(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if basic != testClientID+" "+testSecret || form != "grant_type=client_credentials" {
		t.Errorf("got %q %q", basic, form)
	}
	want := "terraform-provider-msp/1.2.3 (+https://registry.terraform.io/providers/terraform-provider-msp/msp) Terraform/1.11.4"
	if agent != want {
		t.Errorf("got User-Agent %q", agent)
	}
}

func TestTokenIsSharedAndRenewedOnce(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	a := &authority{life: 600, accepts: func(string) bool { return true }}
	c := serve(t, a.ServeHTTP, withSecret, func(c *Config) {
		c.Now = func() time.Time { return time.Unix(0, now.Load()) }
	})
	ask := func() {
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := putAdmin(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	tokens := func(want int32, when string) {
		t.Helper()
		// A renewal ahead of time goes on beside the requests; it begins before the request that noticed it goes out.
		await(t, c, func(s *tokenSource) bool { return s.flight == nil })
		if got := a.tokens.Load(); got != want {
			t.Errorf("%s: %d tokens asked for, want %d", when, got, want)
		}
	}
	ask()
	tokens(1, "at the start")
	now.Add(int64(479 * time.Second))
	ask()
	tokens(1, "before 80% of its life")
	now.Add(int64(2 * time.Second))
	ask()
	tokens(2, "after 80% of its life")
	now.Add(int64(601 * time.Second))
	ask()
	tokens(3, "after its end")
}

func TestRenewMargin(t *testing.T) {
	t.Parallel()
	for life, want := range map[time.Duration]time.Duration{
		time.Hour: 12 * time.Minute, 10 * time.Minute: 2 * time.Minute,
		100 * time.Second: 30 * time.Second, 20 * time.Second: 10 * time.Second, time.Second: 500 * time.Millisecond,
	} {
		if got := renewMargin(life); got != want {
			t.Errorf("%v: got %v, want %v", life, got, want)
		}
	}
}

func TestFailedRenewalLeavesAGoodToken(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	a := &authority{life: 600, accepts: func(string) bool { return true }}
	c := serve(t, a.ServeHTTP, withSecret, func(c *Config) {
		c.Now = func() time.Time { return time.Unix(0, now.Load()) }
	})
	if err := putAdmin(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	now.Add(int64(500 * time.Second))
	failing := &authority{refuse: func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }}
	source, ok := c.credentials.(*tokenSource)
	if !ok {
		t.Fatalf("got %T", c.credentials)
	}
	source.fetch = serve(t, failing.ServeHTTP, withSecret).fetchToken
	for range 5 {
		if err := putAdmin(t.Context(), c); err != nil {
			t.Error(err)
		}
		await(t, c, func(s *tokenSource) bool { return s.flight == nil }) // the renewal that goes on beside it
	}
	if got := failing.tokens.Load(); got != 1 {
		t.Errorf("renewal tried %d times within moments, want once", got)
	}
}

func TestUnauthorizedRenewsOnce(t *testing.T) {
	t.Parallel()
	t.Run("cured", func(t *testing.T) {
		t.Parallel()
		a := &authority{life: 600}
		c := serve(t, a.ServeHTTP, withSecret)
		if err := putAdmin(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		a.accepts = func(token string) bool { return token == "canary-token-2" } // the first one is revoked
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if err := putAdmin(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := a.tokens.Load(); got != 2 {
			t.Errorf("%d tokens asked for, want 2", got)
		}
	})
	t.Run("not cured", func(t *testing.T) {
		t.Parallel()
		a := &authority{life: 600, accepts: func(string) bool { return false }}
		c := serve(t, a.ServeHTTP, withSecret)
		_ = wantError(t, putAdmin(t.Context(), c), 401)
		if a.tokens.Load() != 2 || a.requests.Load() != 2 {
			t.Errorf("%d tokens, %d requests, want 2 and 2", a.tokens.Load(), a.requests.Load())
		}
	})
	t.Run("once over all repeats", func(t *testing.T) {
		t.Parallel()
		a := &authority{life: 600, accepts: func(string) bool { return false }}
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/oauth/token" && a.requests.Load() == 1 { // 401, then 503, then 401 again
				a.requests.Add(1)
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			a.ServeHTTP(w, r)
		}, withSecret)
		_ = wantError(t, putAdmin(t.Context(), c), 401)
		if a.tokens.Load() != 2 || a.requests.Load() != 3 {
			t.Errorf("%d tokens, %d requests, want 2 and 3", a.tokens.Load(), a.requests.Load())
		}
	})
	t.Run("static token", func(t *testing.T) {
		t.Parallel()
		a := &authority{accepts: func(string) bool { return false }}
		c := serve(t, a.ServeHTTP)
		err := putAdmin(t.Context(), c)
		if e := wantError(t, err, 401); e.Code != api.ErrorCodeUnauthenticated || a.requests.Load() != 1 {
			t.Errorf("got %+v after %d requests", e, a.requests.Load())
		}
	})
}

func TestWrongSecretIsToldOnce(t *testing.T) {
	t.Parallel()
	a := &authority{refuse: func(w http.ResponseWriter, r *http.Request) bool {
		_, secret, _ := r.BasicAuth()
		description := "no such client, or secret " + secret + " is wrong."
		w.Header().Set("X-Request-Id", "req_7")
		writeJSON(w, http.StatusUnauthorized, api.OAuthError{Error: "invalid_client", ErrorDescription: &description})
		return true
	}}
	c := serve(t, a.ServeHTTP, withSecret)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := putAdmin(t.Context(), c)
			var e *AuthError
			if !errors.As(err, &e) || e.Code != "invalid_client" || e.ClientID != testClientID || e.Status != 401 {
				t.Errorf("got %v", err)
				return
			}
			wantText(t, err, testClientID, "invalid_client", "is wrong; check client_id and client_secret", "req_7")
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("%v: holds the secret", err)
			}
		})
	}
	wg.Wait()
	if got := a.tokens.Load(); got != 1 {
		t.Errorf("asked %d times with a wrong secret, want once", got)
	}
	if a.requests.Load() != 0 {
		t.Error("sent a request without a token")
	}
}

func TestFailureIsForgottenSoon(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	var broken atomic.Bool
	broken.Store(true)
	a := &authority{life: 600, refuse: func(w http.ResponseWriter, _ *http.Request) bool {
		if broken.Load() {
			w.WriteHeader(http.StatusBadRequest)
		}
		return broken.Load()
	}}
	c := serve(t, a.ServeHTTP, withSecret, func(c *Config) {
		c.Now = func() time.Time { return time.Unix(0, now.Load()) }
	})
	if getAdmin(t.Context(), c) == nil {
		t.Fatal("want an error")
	}
	broken.Store(false)
	if getAdmin(t.Context(), c) == nil {
		t.Error("the failure is not remembered at all")
	}
	now.Add(int64(5 * time.Second)) // not by the constant: its size is what is tested
	if err := getAdmin(t.Context(), c); err != nil {
		t.Errorf("the failure is remembered too long: %v", err)
	}
}

func TestTokenEndpointOfAnotherServer(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, api.Problem{Status: 404, Code: api.ErrorCodeNotFound, Detail: "no such path"})
	}, withSecret)
	err := getAdmin(t.Context(), c)
	if IsNotFound(err) {
		t.Fatal("a missing token endpoint passes for an object that is gone")
	}
	var e *AuthError
	if !errors.As(err, &e) {
		t.Fatalf("got %T %v", err, err)
	}
	wantText(t, err, "404", "endpoint")
}

func TestUselessToken(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]api.Token{
		"empty":    {TokenType: "Bearer", ExpiresIn: 60},
		"no life":  {AccessToken: "x", TokenType: "Bearer"},
		"type":     {AccessToken: "x", TokenType: "mac", ExpiresIn: 60},
		"newlines": {AccessToken: "x\nInjected: y", TokenType: "Bearer", ExpiresIn: 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, token) }, withSecret)
			var e *AuthError
			if err := getAdmin(t.Context(), c); !errors.As(err, &e) {
				t.Errorf("got %T %v", err, err)
			}
		})
	}
}

func TestTokenRequestIsRepeated(t *testing.T) {
	t.Parallel()
	a := &authority{life: 600}
	a.refuse = func(w http.ResponseWriter, _ *http.Request) bool {
		switch a.tokens.Load() {
		case 1:
			drop()
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	c := serve(t, a.ServeHTTP, withSecret)
	if err := getAdmin(t.Context(), c); err != nil || a.tokens.Load() != 3 {
		t.Errorf("got %v after %d token requests", err, a.tokens.Load())
	}
}

func TestWaitForTokenEndsWithContext(t *testing.T) {
	t.Parallel()
	arrived, gone := make(chan struct{}, 1), make(chan struct{})
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_ = readAll(r)
		arrived <- struct{}{}
		<-r.Context().Done()
		close(gone)
	}, withSecret)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	err := putAdmin(ctx, c)
	if e := wantTransport(t, err, KindCanceled); e.MayHaveHappened {
		t.Errorf("got %+v", e)
	}
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Error("the token request goes on although nobody waits")
	}
}

func TestOneWaiterLeavesTheOthersWait(t *testing.T) {
	t.Parallel()
	a := &authority{life: 600}
	proceed := make(chan struct{})
	release := sync.OnceFunc(func() { close(proceed) })
	defer release()
	a.refuse = func(_ http.ResponseWriter, r *http.Request) bool { hold(r, proceed); return false }
	c := serve(t, a.ServeHTTP, withSecret)
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- getAdmin(ctx, c) }()
	await(t, c, func(s *tokenSource) bool { return s.flight != nil && s.flight.waiting == 1 })
	go func() { second <- getAdmin(t.Context(), c) }()
	await(t, c, func(s *tokenSource) bool { return s.flight.waiting == 2 })
	cancel()
	if err := receive(t, first); !errors.Is(err, context.Canceled) {
		t.Errorf("first: %v", err)
	}
	release()
	if err := receive(t, second); err != nil {
		t.Errorf("second: %v", err)
	}
	if a.tokens.Load() != 1 {
		t.Errorf("%d token requests", a.tokens.Load())
	}
}
