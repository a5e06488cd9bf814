package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// maxAnswerBytes bounds what one answer may make the process hold: a page of 500 objects is well below 1 MiB.
const maxAnswerBytes = 32 << 20

// call is one request with all its tries, which follow each other: nothing in it is shared.
type call struct {
	client *Client
	request

	// credentials is nil for the token request itself, which brings its own header.
	credentials    credentials
	idempotencyKey string
	// accept says whether a 2xx answer is what the operation promises.
	accept func(*answer) error

	attempts  int
	refreshed bool
	// answer is that of the last try, nil if there was none.
	answer *answer
	// uncertain: a try of this write was sent and what became of it is unknown. Stays, whatever later tries say.
	uncertain bool
	// waitAskedFor is a Retry-After beyond the bound.
	waitAskedFor time.Duration
}

// run sends the request until there is an answer that no repeat would better. The error is for want of an answer, or of
// one that can be understood; a refusal is an answer.
func (t *call) run(ctx context.Context) (*answer, error) {
	target, err := t.client.target(t.path, t.query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.operation, err)
	}
	body, err := t.encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.operation, err)
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, t.method, target, body)
	if err != nil {
		return nil, t.failure(err)
	}
	t.setHeader(req.Header)
	req.SetResponseHandler(func(*http.Response) error { return t.judge() })
	resp, err := t.retrier(ctx).Do(req)
	if resp != nil {
		_ = resp.Body.Close() // http.NoBody: the true one is in t.answer
	}
	if err != nil {
		return nil, t.failure(err)
	}
	return t.answer, nil
}

// judge looks at an answer that is not repeated for its status. An error here may be one that a repeat cures.
func (t *call) judge() error {
	if t.answer.status/100 != 2 || t.accept == nil {
		return nil
	}
	err := t.accept(t.answer)
	if err == nil {
		return nil
	}
	t.answer = nil
	t.uncertain = t.write
	var badAnswer *badAnswerError
	if errors.As(err, &badAnswer) {
		return &badAnswerError{t.client.mask.text(badAnswer.text)} // it quotes the answer's media type
	}
	return err
}

func (t *call) setHeader(header http.Header) {
	header.Set("User-Agent", t.client.userAgent)
	header.Set("Accept", t.acceptHeader)
	if t.contentType != "" {
		header.Set("Content-Type", t.contentType)
	}
	if t.idempotencyKey != "" {
		header.Set(api.HeaderIdempotencyKey, t.idempotencyKey)
	}
	if t.ifMatch != "" {
		header.Set(api.HeaderIfMatch, t.ifMatch)
	}
	if t.createOnly {
		header.Set(api.HeaderIfNoneMatch, "*")
	}
	if t.basic != nil {
		header.Set("Authorization", t.basic.header())
	}
}

// RoundTrip is one attempt as go-retryablehttp counts them. With a token that the server does not take any more it is two
// tries: a 401 means that nothing was done, so that repeating it with a new token is safe, once.
func (t *call) RoundTrip(req *http.Request) (*http.Response, error) {
	t.answer = nil
	if t.credentials == nil {
		return t.try(req)
	}
	ctx := req.Context()
	token, err := t.credentials.token(ctx)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.tryWith(req, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || t.refreshed || !t.credentials.reject(token) {
		return resp, err
	}
	t.refreshed = true
	t.answer = nil
	if token, err = t.credentials.token(ctx); err != nil {
		return nil, err
	}
	again := req.Clone(ctx)
	if again.Body, err = req.GetBody(); err != nil {
		return nil, err
	}
	return t.tryWith(again, token)
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

func (t *call) tryWith(req *http.Request, token string) (*http.Response, error) {
	req = req.Clone(req.Context()) // a RoundTripper leaves its request as it is
	req.Header.Set("Authorization", "Bearer "+token)
	return t.try(req)
}

// try sends the request once and reads the whole answer, within the time of one try.
func (t *call) try(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	passage, err := t.client.throttle.wait(ctx, t.client.log)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	t.attempts++
	var way passedOn
	tryCtx, release := t.tryContext(ctx, &way)
	defer release()
	started := time.Now()
	answer, err := t.exchange(req.WithContext(tryCtx))
	t.client.throttle.answered(ctx, t.client.log, passage, answer)
	if err != nil {
		err = endedBy(ctx, tryCtx, err)
	}
	t.logTry(ctx, answer, err, time.Since(started))
	if way.again.Load() {
		t.uncertain = true
	}
	if err != nil {
		var redirect *redirectError
		if t.write && way.sent.Load() && !neverSent(err) && !errors.As(err, &redirect) {
			t.uncertain = true
		}
		return nil, err
	}
	t.answer = answer
	if t.write && answer.leavesOpen() {
		t.uncertain = true
	}
	return &http.Response{
		Status: http.StatusText(answer.status), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: http.NoBody, Request: req,
	}, nil
}

// passedOn is how far a write got on its way through net/http.
type passedOn struct {
	sent  atomic.Bool // it has a connection
	wrote atomic.Bool
	again atomic.Bool // it was written, and has another connection now
}

// trace follows a write. One with an idempotency key net/http sends again by itself where a connection that was used before
// ends without an answer, and nobody else would know that the first answer was lost.
func (w *passedOn) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			w.sent.Store(true)
			if w.wrote.Load() {
				w.again.Store(true)
			}
		},
		WroteHeaders: func() { w.wrote.Store(true) },
	}
}

// tryContext bounds one try. A read ends with the caller's context. A write that was sent goes on for the grace period, so
// that the caller learns what became of it; one that was not sent yet ends at once.
func (t *call) tryContext(ctx context.Context, way *passedOn) (context.Context, context.CancelFunc) {
	timeout := t.client.config.RequestTimeout
	if !t.write {
		return context.WithTimeoutCause(ctx, timeout, errTryTimeout)
	}
	tryCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	timer := time.AfterFunc(timeout, func() { cancel(errTryTimeout) })
	unwatch := context.AfterFunc(ctx, func() {
		if !way.sent.Load() {
			cancel(ctx.Err())
			return
		}
		// Needs no stopping: when it fires after the try, it ends what has ended.
		time.AfterFunc(t.client.config.WriteGrace, func() { cancel(errGraceOver) })
	})
	if t.client.inProcess {
		way.sent.Store(true) // such a transport has no connecting to tell from sending
	} else {
		tryCtx = httptrace.WithClientTrace(tryCtx, way.trace())
	}
	return tryCtx, func() {
		unwatch()
		timer.Stop()
		cancel(nil)
	}
}

// endedBy names what ended a try: net/http says "context canceled" of several things.
func endedBy(ctx, tryCtx context.Context, err error) error {
	if tryCtx.Err() == nil {
		return err
	}
	cause := context.Cause(tryCtx)
	if errors.Is(cause, errTryTimeout) || errors.Is(cause, errGraceOver) {
		return cause
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (t *call) exchange(req *http.Request) (*answer, error) {
	resp, err := t.client.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 == 3 {
		return nil, &redirectError{status: resp.StatusCode, host: redirectHost(resp)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errTruncated
	case err != nil:
		return nil, err
	case len(body) > maxAnswerBytes:
		return nil, errTooLarge
	case int64(len(body)) < resp.ContentLength && req.Method != http.MethodHead:
		return nil, errTruncated // net/http sees this itself, another transport may not
	}
	return newAnswer(resp, body), nil
}

// redirectHost keeps of a Location what may stand in an error: paths and queries of sign-in pages hold tokens.
func redirectHost(resp *http.Response) string {
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return "an address that is none"
	}
	if location.Host == "" && resp.Request != nil {
		return resp.Request.URL.Host
	}
	return location.Host
}

func (t *call) logTry(ctx context.Context, answer *answer, err error, duration time.Duration) {
	values := []any{
		logOperation, t.operation, logMethod, t.method, "path", t.pathForLog(),
		"attempt", t.attempts, "duration_ms", duration.Milliseconds(),
	}
	if err != nil {
		_, text := t.describe(err)
		t.client.log.Debug(ctx, "API request failed", append(values, "error", text)...)
		return
	}
	t.client.log.Debug(ctx, "API request", append(values, "status", answer.status, logRequestID, answer.requestID())...)
}

// pathForLog has of the query only the page size: the rest may hold names and addresses.
func (t *call) pathForLog() string {
	if size := t.query.Get("page_size"); size != "" {
		return t.path.String() + "?page_size=" + size
	}
	return t.path.String()
}
