package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/store"
)

func TestOpenOperations(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	anonymous := s.Anonymous()
	s.Main(t).Do(t, http.MethodGet, "/v1/me", nil)
	anonymous.Do(t, http.MethodGet, "/secret-path", nil)
	if r := anonymous.Do(t, http.MethodGet, "/openapi.yaml", nil); !bytes.Equal(r.Body, api.Document) {
		t.Errorf("got %d", r.Status)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if r := anonymous.Do(t, http.MethodGet, path, nil); r.Status != http.StatusOK || r.JSON(t)["status"] != "ok" {
			t.Errorf("%s: got %d %s", path, r.Status, r.Body)
		}
	}
	metrics := string(anonymous.Do(t, http.MethodGet, "/metrics", nil).Body)
	for _, line := range []string{
		"# TYPE msp_http_requests_total counter",
		`msp_http_requests_total{operation="getCurrentClient",status="200"} 1`,
		`msp_http_requests_total{operation="none",status="404"} 1`,
		"# TYPE msp_http_request_duration_seconds histogram",
		`msp_http_request_duration_seconds_bucket{operation="getCurrentClient",le="+Inf"} 1`,
		`msp_http_request_duration_seconds_count{operation="getCurrentClient"} 1`,
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics lack %s:\n%s", line, metrics)
		}
	}
	if strings.Contains(metrics, "secret-path") {
		t.Error("a stranger's path became a label")
	}
}

// newHandler is a handler of its own, with options that servertest does not have.
func newHandler(t *testing.T, o rest.Options) http.Handler {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return rest.New(domain.New(db, domain.Options{SecretIterations: 1}), o)
}

func get(t *testing.T, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, rest.Options{Ready: func(context.Context) error { return errors.New("an inner secret") }})
	w := get(t, handler, "/readyz")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), `"retryable":true`) {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := get(t, handler, "/healthz"); w.Code != http.StatusOK {
		t.Errorf("alive: got %d", w.Code)
	}
	gone, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	if w := get(t, rest.New(domain.New(gone, domain.Options{}), rest.Options{}), "/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: got %d %s", w.Code, w.Body)
	}
}

// A failure, and a panic, answer no more than a request id, under which the log tells the rest.
func TestInternalErrors(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	options := rest.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))}
	gone, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	options.Ready = func(context.Context) error { panic("an inner secret") }
	for _, handler := range []http.Handler{rest.New(domain.New(gone, domain.Options{}), options), newHandler(t, options)} {
		path := "/readyz"
		if log.String() == "" {
			path = "/v1/me"
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer CANARY")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var problem api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusInternalServerError || problem.Code != api.ErrorCodeInternal || problem.Retryable || strings.Contains(problem.Detail, "secret") || strings.Contains(problem.Detail, "sql") {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		if !strings.Contains(log.String(), problem.RequestID) {
			t.Errorf("the log does not have %s: %s", problem.RequestID, log.String())
		}
	}
	if !strings.Contains(log.String(), "an inner secret") || !strings.Contains(log.String(), "closed") || strings.Contains(log.String(), "CANARY") {
		t.Errorf("the log is %s", log.String())
	}
}

// The access log has what operators need, and nothing of people or secrets.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	handler := newHandler(t, rest.Options{Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/v1/partner-users/canary@x.example?canary=1", strings.NewReader(`{"name":"canary"}`))
	r.Header.Set("Authorization", "Bearer canary")
	r.Header.Set("X-Request-Id", "id-1")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	var line map[string]any
	if err := json.Unmarshal([]byte(log.String()), &line); err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	if line["method"] != "PUT" || line["route"] != "/v1/partner-users/{email}" || line["operation"] != "putPartnerUser" || line["status"] != float64(401) || line["request_id"] != "id-1" || line["duration"] == nil {
		t.Errorf("got %v", line)
	}
	if strings.Contains(log.String(), "canary") {
		t.Errorf("the log tells too much: %s", log.String())
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := servertest.NewServer(t, servertest.WithClock(clock.Now), servertest.WithRateLimit(0.01, 3))
	c := s.Main(t)
	for left := 2; left >= 0; left-- {
		r := c.Do(t, http.MethodGet, "/v1/me", nil)
		if r.Status != http.StatusOK || r.Header.Get("RateLimit-Limit") != "3" || r.Header.Get("RateLimit-Remaining") != string(rune('0'+left)) {
			t.Fatalf("got %d %v", r.Status, r.Header)
		}
	}
	r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`)
	if r.Status != http.StatusTooManyRequests || r.Code() != "rate_limited" || !retryable(t, r) || r.Header.Get("RateLimit-Remaining") != "0" ||
		r.Header.Get("Retry-After") != "100" || r.Header.Get("RateLimit-Reset") != "300" {
		t.Errorf("got %d %v %s", r.Status, r.Header, r.Body)
	}
	if r := s.As(t, "northwind-sales").Do(t, http.MethodGet, "/v1/me", nil); r.Status != http.StatusOK {
		t.Errorf("another client: got %d %s", r.Status, r.Body)
	}
	clock.Add(100 * time.Second)
	if r := c.Do(t, http.MethodGet, "/v1/me", nil); r.Status != http.StatusOK || r.Header.Get("RateLimit-Remaining") != "0" {
		t.Errorf("when the time has come: got %d %v", r.Status, r.Header)
	}
	if r := s.Anonymous().Do(t, http.MethodGet, "/healthz", nil); r.Status != http.StatusOK {
		t.Errorf("health: got %d", r.Status)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t, servertest.WithFaults())
	c := s.Main(t)
	add := func(f rest.Fault) {
		t.Helper()
		if err := s.Faults.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	for kind, want := range map[rest.FaultKind]struct {
		status     int
		retryAfter string
	}{rest.FaultRateLimited: {429, "2"}, rest.FaultUnavailable: {503, "2"}, rest.FaultConflict: {409, ""}} {
		add(rest.Fault{Operation: "putPartnerUser", Kind: kind, Times: 2, RetryAfter: 1500 * time.Millisecond})
		for range 2 {
			r := c.Do(t, http.MethodPut, fresh, `{"name":"X"}`)
			if r.Status != want.status || r.Code() != string(kind) || r.Header.Get("Retry-After") != want.retryAfter || !retryable(t, r) {
				t.Errorf("%s: got %d %v %s", kind, r.Status, r.Header, r.Body)
			}
		}
	}
	if r := c.Do(t, http.MethodGet, fresh, nil); r.Status != http.StatusNotFound {
		t.Errorf("something was done: %d %s", r.Status, r.Body)
	}
	c.Do(t, http.MethodPut, fresh, `{"name":"Before"}`)
	add(rest.Fault{Operation: "getPartnerUser", Kind: rest.FaultStaleRead, Times: 1})
	if r := c.Do(t, http.MethodGet, fresh, nil); r.Status != http.StatusNotFound {
		t.Errorf("stale: got %d %s", r.Status, r.Body)
	}
	c.Do(t, http.MethodGet, fresh, nil)
	c.Do(t, http.MethodPut, fresh, `{"name":"After"}`)
	add(rest.Fault{Operation: "getPartnerUser", Kind: rest.FaultStaleRead, Times: 1})
	for _, want := range []string{"Before", "After"} {
		if r := c.Do(t, http.MethodGet, fresh, nil); r.JSON(t)["name"] != want {
			t.Errorf("got %s, want %s", r.Body, want)
		}
	}
	add(rest.Fault{Operation: rest.AnyOperation, Kind: rest.FaultSlow, Times: 1, Delay: 50 * time.Millisecond})
	started := time.Now()
	if r := c.Do(t, http.MethodGet, "/v1/me", nil); r.Status != http.StatusOK || time.Since(started) < 50*time.Millisecond {
		t.Errorf("slow: got %d after %s", r.Status, time.Since(started))
	}
	add(rest.Fault{Operation: rest.AnyOperation, Kind: rest.FaultUnavailable})
	s.Faults.Clear()
	if r := c.Do(t, http.MethodGet, "/v1/me", nil); r.Status != http.StatusOK {
		t.Errorf("after Clear: got %d", r.Status)
	}
	for _, bad := range []rest.Fault{{Operation: "none", Kind: rest.FaultSlow}, {Operation: "getPartner", Kind: "odd"}, {Operation: "getPartner", Kind: rest.FaultSlow, Probability: 2}} {
		if s.Faults.Add(bad) == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	add(rest.Fault{Operation: "getPartner", Kind: rest.FaultUnavailable, Probability: 0.5})
	failed := 0
	for range 200 {
		if c.Do(t, http.MethodGet, "/v1/partner", nil).Status != http.StatusOK {
			failed++
		}
	}
	if failed < 50 || failed > 150 {
		t.Errorf("half of 200 were to fail; %d did", failed)
	}
}

// Writers of one object at the same time: nothing is lost, nobody sees a failure of the server.
func TestWritersAtOnce(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	c.Do(t, http.MethodPut, fresh, `{"name":"0"}`)
	var wait sync.WaitGroup
	var done syncBuffer
	for range 8 {
		wait.Go(func() {
			for range 5 {
				for {
					old := c.Do(t, http.MethodGet, fresh, nil)
					name := old.JSON(t)["name"].(string)
					r := c.Do(t, http.MethodPut, fresh, map[string]string{"name": name + "+"}, "If-Match", old.Header.Get("ETag"))
					if r.Status == http.StatusOK {
						_, _ = done.Write([]byte("+"))
						break
					}
					if r.Status != http.StatusPreconditionFailed {
						t.Errorf("got %d %s", r.Status, r.Body)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	if r := c.Do(t, http.MethodGet, fresh, nil); r.JSON(t)["name"] != "0"+done.String() || len(done.String()) != 40 {
		t.Errorf("%d writes were taken, the object is %s", len(done.String()), r.Body)
	}
}

// syncBuffer is a bytes.Buffer for several goroutines.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
