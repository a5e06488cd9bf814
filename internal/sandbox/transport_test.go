package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTransportIsLikeANetwork sends the same requests through the transport and through a real connection, and wants the
// same answers of both.
func TestTransportIsLikeANetwork(t *testing.T) {
	t.Parallel()
	handler := http.NewServeMux()
	handler.HandleFunc("/echo/{rest...}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("X-Seen", fmt.Sprintf("%s %s %q %q %v", r.Method, r.RequestURI, r.PathValue("rest"), r.URL.RawQuery, r.URL.Host == ""))
		w.Header().Add("X-Twice", "1")
		w.Header().Add("X-Twice", "2")
		w.WriteHeader(http.StatusCreated)
		w.Header().Set("X-Late", "a header after the status is lost")
		fmt.Fprintf(w, "%s %v %s", body, err, r.Header.Get("X-Asked"))
	})
	handler.HandleFunc("/nothing", func(http.ResponseWriter, *http.Request) {})
	handler.HandleFunc("/no-content", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
		_, _ = io.WriteString(w, "nobody sees this")
	})
	handler.HandleFunc("/length", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "hello")
	})
	network := httptest.NewServer(handler)
	t.Cleanup(network.Close)

	for _, c := range []struct{ method, path, body string }{
		{http.MethodGet, "/echo/a?b=c", ""},
		{http.MethodPut, "/echo/kim%2Flee@msp.example", "some text"},
		{http.MethodPost, "/echo/", strings.Repeat("x", 1<<20)},
		{http.MethodHead, "/echo/head", ""},
		{http.MethodGet, "/nothing", ""},
		{http.MethodDelete, "/no-content", ""},
		{http.MethodGet, "/length", ""},
		{http.MethodGet, "/unknown", ""},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			want := exchange(t, http.DefaultTransport, c.method, network.URL+c.path, c.body)
			got := exchange(t, transport{handler}, c.method, "https://sandbox.invalid"+c.path, c.body)
			if got != want {
				t.Errorf("in process:\n%s\nby network:\n%s", got, want)
			}
		})
	}
}

func exchange(t *testing.T, by http.RoundTripper, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Asked", "please")
	resp, err := by.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %d\nseen %q twice %q late %q type %q\n%s",
		resp.Status, resp.StatusCode, resp.Header.Get("X-Seen"), resp.Header["X-Twice"], resp.Header.Get("X-Late"), resp.Header.Get("Content-Type"), answer)
}

func get(ctx context.Context, t *testing.T, handler http.HandlerFunc) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://sandbox.invalid/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return transport{handler}.RoundTrip(req)
}

func TestTransportStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		more := make(chan struct{})
		resp, err := get(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "first ")
			<-more
			_, _ = io.WriteString(w, "second")
		})
		if err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 6)
		if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "first " {
			t.Fatalf("%q, %v", first, err)
		}
		close(more)
		if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "second" {
			t.Errorf("%q, %v", rest, err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestTransportCancel: the end of the request's context ends the wait at once, and the handler learns of it.
func TestTransportCancel(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"before the header": true, "within the body": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				var seen error
				resp, err := get(ctx, t, func(w http.ResponseWriter, r *http.Request) {
					if !before {
						w.WriteHeader(http.StatusOK)
					}
					<-r.Context().Done()
					seen = r.Context().Err()
				})
				if !before {
					if err != nil {
						t.Fatal(err)
					}
					_, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
				}
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the client got %v", err)
				}
				synctest.Wait()
				if seen == nil {
					t.Error("the handler's context did not end")
				}
			})
		})
	}
}

// TestTransportClosedBody: who closes the body early tells the handler, as a closed connection does.
func TestTransportClosedBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wrote error
		resp, err := get(t.Context(), t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			<-r.Context().Done()
			_, wrote = io.WriteString(w, "too late")
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if wrote == nil {
			t.Error("a write after the end was taken")
		}
	})
}

// TestTransportPanic: a handler that gives up breaks its own request off and no other.
func TestTransportPanic(t *testing.T) {
	t.Parallel()
	if resp, err := get(t.Context(), t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }); err == nil {
		_ = resp.Body.Close()
		t.Error("there was an answer")
	}
	resp, err := get(t.Context(), t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != "half" {
		t.Errorf("%q, %v", body, err)
	}
}
