package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// transport is a http.RoundTripper that calls a handler in the same process, as a connection to a server would: the
// answer is there with its header, its body streams, the end of the request's context is the handler's too, and what
// the handler has begun goes on although nobody waits.
type transport struct{ handler http.Handler }

// errHandlerPanicked stands for the connection that a server drops after a panic of its handler.
var errHandlerPanicked = errors.New("sandbox: the request was given up")

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	ctx, cancel := context.WithCancel(req.Context())
	body, out := io.Pipe()
	w := &responseWriter{header: make(http.Header), body: out, withoutBody: req.Method == http.MethodHead, ready: make(chan struct{})}

	go t.serve(w, asReceived(ctx, req))

	select {
	case <-w.ready:
	case <-req.Context().Done():
		cancel()
		_ = body.Close() // whatever the handler still writes finds nobody
		return nil, req.Context().Err()
	}
	if w.failure != nil {
		cancel()
		return nil, w.failure
	}
	stop := context.AfterFunc(req.Context(), func() { _ = body.CloseWithError(req.Context().Err()) })
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        w.sent,
		Body:          &responseBody{pipe: body, ctx: req.Context(), done: func() { stop(); cancel() }},
		ContentLength: contentLength(w.sent),
		Request:       req,
	}, nil
}

// serve runs the handler to its end, whether or not somebody still waits.
func (t transport) serve(w *responseWriter, req *http.Request) {
	defer closeBody(req)
	defer func() {
		// A panic is that of one request, as in net/http: the process goes on with the others.
		if recover() != nil {
			w.fail(errHandlerPanicked)
			return
		}
		w.WriteHeader(http.StatusOK) // if the handler wrote nothing
		_ = w.body.Close()
	}()
	t.handler.ServeHTTP(w, req)
}

// asReceived is the client's request as a server sees it.
func asReceived(ctx context.Context, req *http.Request) *http.Request {
	in := req.Clone(ctx)
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "sandbox"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.URL.Scheme, in.URL.Host = "", ""
	return in
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

func contentLength(header http.Header) int64 {
	if n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64); err == nil {
		return n
	}
	return -1
}

// responseWriter hands the header over once and pipes the body.
type responseWriter struct {
	header      http.Header
	body        *io.PipeWriter
	withoutBody bool

	once   sync.Once
	ready  chan struct{} // closed once the fields below are set
	status int
	sent   http.Header
	// failure takes the place of an answer.
	failure error
}

func (w *responseWriter) Header() http.Header { return w.header }

func (w *responseWriter) WriteHeader(status int) {
	if status < http.StatusOK {
		return // informational answers tell this client nothing
	}
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		if status == http.StatusNoContent || status == http.StatusNotModified {
			w.withoutBody = true
		}
		close(w.ready)
	})
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.withoutBody {
		return len(p), nil
	}
	return w.body.Write(p)
}

// Flush implements http.Flusher. The pipe keeps nothing back.
func (w *responseWriter) Flush() { w.WriteHeader(http.StatusOK) }

// fail breaks the answer off, or takes its place.
func (w *responseWriter) fail(err error) {
	w.once.Do(func() {
		w.failure = err
		close(w.ready)
	})
	_ = w.body.CloseWithError(io.ErrUnexpectedEOF)
}

// responseBody ends the handler's context when the client is done with the answer.
type responseBody struct {
	pipe *io.PipeReader
	ctx  context.Context // the request's, as net/http keeps it for its bodies
	done func()
}

func (b *responseBody) Read(p []byte) (int, error) {
	n, err := b.pipe.Read(p)
	if err != nil && b.ctx.Err() != nil {
		return n, b.ctx.Err() // even if the handler ended properly on seeing the same
	}
	return n, err
}

func (b *responseBody) Close() error {
	err := b.pipe.Close()
	b.done()
	return err
}
