package client

import (
	"context"
	"errors"
	"net"
	"net/http"
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

func newSlow(then http.HandlerFunc) *slow {
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
		for way, serveIt := range map[string]func(*testing.T, http.HandlerFunc, ...func(*Config)) *Client{
			"by connections": serveByPipes, "in the process": serveInBubble,
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					handler := newSlow(func(w http.ResponseWriter, r *http.Request) {
						if r.Method == http.MethodDelete {
							w.WriteHeader(http.StatusNoContent)
							return
						}
						writeAdmin(w)
					})
					c := serveIt(t, handler.ServeHTTP)
					ctx, cancel := context.WithCancel(t.Context())
					go func() {
						<-handler.arrived
						cancel()
						synctest.Wait() // until all has come of it that does
						close(handler.release)
					}()
					if err := run(ctx, c); err != nil {
						t.Errorf("the answer that came was not handed on: %v", err)
					}
					if handler.asked.Load() != 1 {
						t.Errorf("asked %d times", handler.asked.Load())
					}
				})
			})
		}
	}
}

func TestCanceledWriteIsNotRepeated(t *testing.T) {
	t.Parallel()
	handler := newSlow(func(w http.ResponseWriter, _ *http.Request) {
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
	synctest.Test(t, func(t *testing.T) {
		handler := newSlow(nil)
		c := serveByPipes(t, handler.ServeHTTP, func(c *Config) { c.WriteGrace = 100 * time.Millisecond })
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-handler.arrived
			cancel()
		}()
		started := time.Now()
		err := putAdmin(ctx, c)
		if took := time.Since(started); took != 100*time.Millisecond {
			t.Errorf("ended %v after the cancellation, want 100ms", took)
		}
		e := wantTransport(t, err, KindCanceled)
		if !errors.Is(err, context.Canceled) || !e.MayHaveHappened {
			t.Errorf("got %+v", e)
		}
		wantText(t, err, "100ms", "may have been carried out")
		if handler.asked.Load() != 1 {
			t.Errorf("asked %d times", handler.asked.Load())
		}
	})
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
			handler := newSlow(nil)
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
			synctest.Test(t, func(t *testing.T) {
				var hangs atomic.Int32
				c := serveByPipes(t, func(w http.ResponseWriter, r *http.Request) {
					_ = readAll(r) // only then is a client that goes away noticed
					if hangs.Add(-1) >= 0 {
						hang(w, r)
						return
					}
					writeAdmin(w)
				}, func(c *Config) { c.RequestTimeout = time.Second; c.MaxRetries = 2 })
				hangs.Store(2)
				started := time.Now()
				err := putAdmin(t.Context(), c)
				if took := time.Since(started); err != nil || took < 2*time.Second || took > 3*time.Second {
					t.Errorf("third try: %v after %v", err, took)
				}
				hangs.Store(3)
				err = putAdmin(t.Context(), c)
				if e := wantTransport(t, err, KindTimeout); !e.MayHaveHappened || e.Attempts != 3 {
					t.Errorf("got %+v", e)
				}
				wantText(t, err, "1s", "request_timeout", "3 attempts")
				if errors.Is(err, context.DeadlineExceeded) {
					t.Error("a try's timeout passes for the caller's deadline")
				}
			})
		})
	}
}
