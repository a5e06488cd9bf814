package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	testClientID = "northwind"
	testSecret   = "canary-secret+/%42"
	testToken    = "canary-token-0123456789"
)

// serve starts a server for the handler and returns a client of it that repeats quickly and has a static token. No time
// passes for it, however busy the machine is: lists and tokens do not age.
func serve(t *testing.T, handler http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	return clientOf(t, listen(t, handler), change...)
}

// listen starts a server for the handler and returns its base URL, which no other one ever has: a process goes on with what it
// has learned of a server, and the port of one that has ended is given to another.
func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	return listenBy(t, (*httptest.Server).Start, handler)
}

// listenBy is listen with another way to start the server.
func listenBy(t *testing.T, start func(*httptest.Server), handler http.Handler) string {
	t.Helper()
	base := fmt.Sprintf("/s%d", servers.Add(1))
	server := httptest.NewUnstartedServer(http.StripPrefix(base, handler))
	start(server)
	t.Cleanup(server.Close)
	return server.URL + base
}

// servers are counted, those without a network too.
var servers atomic.Int64

func clientOf(t *testing.T, endpoint string, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		Endpoint: endpoint, Token: testToken, MaxRetries: 3,
		RetryWaitMin: time.Millisecond, RetryWaitMax: 5 * time.Millisecond,
		RequestTimeout: time.Minute, ProviderVersion: "1.2.3", TerraformVersion: "1.11.4",
		Now: func() time.Time { return time.Unix(1700000000, 0) },
	}
	for _, f := range change {
		f(&config)
	}
	c, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func withSecret(c *Config) { c.Token, c.ClientID, c.ClientSecret = "", testClientID, testSecret }

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func writeProblem(w http.ResponseWriter, problem api.Problem) {
	problem.Type, problem.Title, problem.RequestID = "about:blank", http.StatusText(problem.Status), "req_1"
	w.Header().Set("Content-Type", api.ProblemMediaType)
	w.WriteHeader(problem.Status)
	_ = json.NewEncoder(w).Encode(problem)
}

func writeToken(w http.ResponseWriter, value string, seconds int) {
	writeJSON(w, http.StatusOK, api.Token{AccessToken: value, TokenType: "Bearer", ExpiresIn: seconds})
}

func writeAdmin(w http.ResponseWriter) {
	w.Header().Set("ETag", `"r1"`)
	writeJSON(w, http.StatusOK, api.ExternalAdmin{CustomerID: "cus_1", Email: "a@x.example", Role: "helpdesk", Status: "active"})
}

// drop ends the connection without an answer.
func drop() { panic(http.ErrAbortHandler) }

func wantTransport(t *testing.T, err error, kind Kind) *TransportError {
	t.Helper()
	var e *TransportError
	if !errors.As(err, &e) {
		t.Fatalf("got %T %v, want a TransportError", err, err)
	}
	if e.Kind != kind {
		t.Fatalf("got kind %q (%v), want %q", e.Kind, e, kind)
	}
	return e
}

func wantError(t *testing.T, err error, status int) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %T %v, want an Error", err, err)
	}
	if e.Status != status {
		t.Fatalf("got status %d (%v), want %d", e.Status, e, status)
	}
	return e
}

func wantText(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

// recorder is a Logger that keeps all lines of all levels.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) log(level, msg string, values []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%s %s %v", level, msg, values))
}

func (r *recorder) Debug(_ context.Context, msg string, values ...any) { r.log("DEBUG", msg, values) }

func (r *recorder) Info(_ context.Context, msg string, values ...any) { r.log("INFO", msg, values) }

func (r *recorder) Warn(_ context.Context, msg string, values ...any) { r.log("WARN", msg, values) }

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

// roundTrip is an http.RoundTripper of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// serveInBubble is serve without a network, of which synctest can't know whether it waits: in its bubble time passes when
// everybody waits for it, and by as much as they wait for.
func serveInBubble(t *testing.T, handler http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	return clientOf(t, fmt.Sprintf("https://bubble%d.example", servers.Add(1)), append([]func(*Config){func(c *Config) {
		c.Now = time.Now
		c.HTTPTransport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if r = r.Clone(r.Context()); r.Body == nil {
				r.Body = http.NoBody // as handlers get it
			}
			answer := httptest.NewRecorder()
			handler(answer, r)
			return answer.Result(), r.Context().Err()
		})
	}}, change...)...)
}

// receive answers what comes through a channel, which has to be something.
func receive[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(time.Minute): // however busy the machine is
		t.Fatal("waited in vain")
	}
	return v
}

// hold keeps a request until it is let go, or nobody waits for its answer any more.
func hold(r *http.Request, until <-chan struct{}) {
	select {
	case <-until:
	case <-r.Context().Done():
	}
}

func readAll(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	return string(body)
}

func countNew(n *atomic.Int32) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}
