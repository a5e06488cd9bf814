package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// slow is a handler that tells when a request came in and answers when it is let go.
type slow struct {
	arrived chan struct{}
	release chan struct{}
	asked   atomic.Int32
	then    http.HandlerFunc
}

func newSlow(t *testing.T, then http.HandlerFunc) *slow {
	t.Helper()
	return &slow{arrived: make(chan struct{}, 100), release: make(chan struct{}), then: then}
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	_ = readAll(r)
	s.arrived <- struct{}{}
	select {
	case <-s.release:
		s.then(w, r)
	case <-r.Context().Done():
	}
}

func putAdmin(ctx context.Context, c *Client) error {
	_, err := c.PutExternalAdmin(ctx, "cus_1", "a@x.example", api.ExternalAdminInput{Role: "helpdesk"}, WriteOptions{})
	return err
}

func getAdmin(ctx context.Context, c *Client) error {
	_, err := c.GetExternalAdmin(ctx, "cus_1", "a@x.example")
	return err
}

func TestCanceledWriteIsLetFinish(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(context.Context, *Client) error{
		"PUT": putAdmin,
		"DELETE": func(ctx context.Context, c *Client) error {
			return c.DeleteExternalAdmin(ctx, "cus_1", "a@x.example", MatchOptions{})
		},
	} {
		for _, inProcess := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				handler := newSlow(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodDelete {
						w.WriteHeader(http.StatusNoContent)
						return
					}
					writeAdmin(w)
				})
				c := serve(t, handler.ServeHTTP, func(c *Config) {
					if inProcess {
						c.HTTPTransport = &http.Transport{}
					}
				})
				ctx, cancel := context.WithCancel(t.Context())
				go func() {
					<-handler.arrived
					cancel()
					time.Sleep(50 * time.Millisecond)
					close(handler.release)
				}()
				if err := run(ctx, c); err != nil {
					t.Errorf("the answer that came was not handed on: %v", err)
				}
				if handler.asked.Load() != 1 {
					t.Errorf("asked %d times", handler.asked.Load())
				}
			})
		}
	}
}

func TestCanceledWriteIsNotRepeated(t *testing.T) {
	t.Parallel()
	handler := newSlow(t, func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, api.Problem{Status: 503, Code: api.ErrorCodeUnavailable, Retryable: true})
	})
	c := serve(t, handler.ServeHTTP)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-handler.arrived
		cancel()
		close(handler.release)
	}()
	_ = wantError(t, putAdmin(ctx, c), 503)
	if handler.asked.Load() != 1 {
		t.Errorf("asked %d times", handler.asked.Load())
	}
}

func TestCanceledWriteHasBoundedGrace(t *testing.T) {
	t.Parallel()
	handler := newSlow(t, nil)
	c := serve(t, handler.ServeHTTP, func(c *Config) { c.WriteGrace = 100 * time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	var canceled time.Time
	go func() {
		<-handler.arrived
		canceled = time.Now()
		cancel()
	}()
	err := putAdmin(ctx, c)
	if took := time.Since(canceled); took < 100*time.Millisecond || took > c.config.RequestTimeout/2 {
		t.Errorf("ended %v after the cancellation, want about 100ms", took)
	}
	e := wantTransport(t, err, KindCanceled)
	if !errors.Is(err, context.Canceled) || !e.MayHaveHappened {
		t.Errorf("got %+v", e)
	}
	wantText(t, err, "100ms", "may have been carried out")
	if handler.asked.Load() != 1 {
		t.Errorf("asked %d times", handler.asked.Load())
	}
}

func TestCanceledReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(context.Context, *Client) error{
		"GET": getAdmin,
		"validation": func(ctx context.Context, c *Client) error {
			_, err := c.ValidateCreateCustomer(ctx, api.CustomerInput{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := newSlow(t, nil)
			c := serve(t, handler.ServeHTTP)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-handler.arrived
				cancel()
			}()
			err := run(ctx, c)
			e := wantTransport(t, err, KindCanceled)
			if !errors.Is(err, context.Canceled) || e.Write {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestCanceledBeforeSendingIsNotSent(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); writeAdmin(w) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := putAdmin(ctx, c)
	if e := wantTransport(t, err, KindCanceled); e.MayHaveHappened {
		t.Errorf("got %+v", e)
	}
	wantText(t, err, "was not carried out")
	if asked.Load() != 0 {
		t.Error("sent all the same")
	}
}

func TestCanceledWhileConnectingEndsAtOnce(t *testing.T) {
	t.Parallel()
	// A listener that never answers the TLS handshake: the write is never sent.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	c := clientOf(t, "https://"+listener.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = putAdmin(ctx, c)
	if e := wantTransport(t, err, KindCanceled); e.MayHaveHappened || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %+v", e)
	}
}

func TestCancelEndsTheWaitForARepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := serveInBubble(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusServiceUnavailable)
			time.AfterFunc(time.Second, cancel)
		})
		started := time.Now()
		err := getAdmin(ctx, c)
		if took := time.Since(started); took != time.Second {
			t.Errorf("took %v", took)
		}
		_ = wantTransport(t, err, KindCanceled)
		wantText(t, err, "after status 503")
	})
}

func TestEachTryHasItsOwnTimeout(t *testing.T) {
	t.Parallel()
	for name, hang := range map[string]http.HandlerFunc{
		"header": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"body": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"customer_id":`))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var hangs atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = readAll(r) // only then is a client that goes away noticed
				if hangs.Add(-1) >= 0 {
					hang(w, r)
					return
				}
				writeAdmin(w)
			}))
			t.Cleanup(server.Close)
			short := func(c *Config) { c.RequestTimeout = time.Second }
			hangs.Store(2)
			// There are more tries than have to be, lest the machine be too busy for one of those that get an answer.
			patient := clientOf(t, server.URL, short, func(c *Config) { c.MaxRetries = 10 })
			if err := putAdmin(t.Context(), patient); err != nil || hangs.Load() >= 0 {
				t.Errorf("third try: %v", err)
			}
			hangs.Store(2)
			hasty := clientOf(t, server.URL, short, func(c *Config) { c.MaxRetries = 1 })
			err := putAdmin(t.Context(), hasty)
			if e := wantTransport(t, err, KindTimeout); !e.MayHaveHappened || e.Attempts != 2 {
				t.Errorf("got %+v", e)
			}
			wantText(t, err, "1s", "request_timeout", "2 attempts")
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("a try's timeout passes for the caller's deadline")
			}
		})
	}
}
