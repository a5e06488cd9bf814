package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// retrier sets each default of go-retryablehttp on purpose. One per call, so that its hooks know the call; what is costly,
// the connections, is shared below it.
func (t *call) retrier(ctx context.Context) *retryablehttp.Client {
	config := t.client.config
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			// One try; turns redirects into errors, so that http.Client never sees one to follow. It has no
			// CloseIdleConnections, hence one failed request does not close the connections of all others.
			Transport: t,
			// None here: the bound is for each try and its body (call.try), not for all tries and waits together.
			Timeout: 0,
		},
		// Its own lines would hold query strings; tries are logged by call.try, repeats by backoff.
		Logger:       nil,
		RetryMax:     config.MaxRetries,
		RetryWaitMin: config.RetryWaitMin,
		RetryWaitMax: config.RetryWaitMax,
		// The default repeats every method on every 5xx and on most errors of TLS.
		CheckRetry: t.checkRetry,
		// The default has no jitter and takes any Retry-After at its word.
		Backoff: func(waitMin, waitMax time.Duration, attempt int, _ *http.Response) time.Duration {
			return t.backoff(ctx, waitMin, waitMax, attempt)
		},
		// The default drops the last answer and its body, with the reason in it.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// repeatable says whether a second arrival of the request does no harm: by its method, by its idempotency key, or because
// it writes nothing that counts (asking for a token only makes one more token, validating changes nothing).
func (t *call) repeatable() bool {
	switch t.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	default:
		return t.idempotencyKey != "" || t.harmless || !t.write
	}
}

func (t *call) checkRetry(ctx context.Context, _ *http.Response, err error) (bool, error) {
	switch {
	case ctx.Err() != nil, !t.repeatable():
		// An answer that came although the caller has gone is handed on as it is.
		return false, nil //nolint:nilerr // go-retryablehttp goes on with err itself
	case err != nil:
		return curable(err) && (!t.dispensable || !errors.Is(err, errTryTimeout)), nil
	case !curableAnswer(t.answer):
		return false, nil
	}
	if wait, ok := retryAfter(t.answer.header, t.client.config.Now()); ok && wait > t.client.config.MaxRetryAfter {
		t.waitAskedFor = wait
		return false, nil
	}
	return true, nil
}

// curable says whether another try may get further than one that ended with err.
func curable(err error) bool {
	var (
		dns       *net.DNSError
		redirect  *redirectError
		badAnswer *badAnswerError
	)
	switch {
	case isTokenError(err), isTLSError(err), errors.As(err, &redirect), errors.As(err, &badAnswer), errors.Is(err, errTooLarge):
		return false
	case errors.As(err, &dns) && dns.IsNotFound:
		return false // a mistyped endpoint should be told at once
	default:
		return true
	}
}

func curableAnswer(a *answer) bool {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusInternalServerError:
		return a.problem != nil && a.problem.Retryable
	case http.StatusConflict:
		// The other 409s say that something stands in the way, which no repeat moves.
		return a.problem != nil && a.problem.Retryable && a.problem.Code == api.ErrorCodeConflict
	default:
		return false
	}
}

// backoff is exponential with full jitter. A Retry-After within the bound is a lower bound, with a little jitter on top so
// that those who were told the same do not come back together.
func (t *call) backoff(ctx context.Context, waitMin, waitMax time.Duration, attempt int) time.Duration {
	ceiling := waitMax
	if attempt < 20 { // further on, the shift could overflow, and any waitMax is reached
		ceiling = min(waitMax, waitMin<<attempt)
	}
	wait := jitter(ceiling)
	reason := "no answer"
	if t.answer != nil {
		reason = "status " + strconv.Itoa(t.answer.status)
		if asked, ok := retryAfter(t.answer.header, t.client.config.Now()); ok {
			wait = asked + jitter(waitMin)
		}
	}
	t.client.log.Info(ctx, "repeating a request", logOperation, t.operation, logMethod, t.method, "path", t.path.String(),
		"attempt", t.attempts+1, "wait_ms", wait.Milliseconds(), "reason", reason)
	return wait
}

func jitter(ceiling time.Duration) time.Duration {
	return rand.N(ceiling + 1) //nolint:gosec // spreads load, keeps no secret
}

// retryAfter reads the header in both its forms. A date counts from the answer's own Date, if it has one: the clocks of
// server and client may differ.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := header.Get(api.HeaderRetryAfter)
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		const most = 365 * 24 * 60 * 60 // beyond any bound, and far from overflow
		return time.Duration(min(seconds, most)) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now)), true
}
