package directory

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// How long a busy API is waited for.
const (
	attempts    = 6
	firstPause  = time.Second // doubled each time, where the API says nothing
	longestWait = 2 * time.Minute
)

func newWeb(config *tls.Config, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
		},
		// None of these APIs redirects, and a token must not go where somebody else points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what an API said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// refusal explains an answer that is not 200, or is nil where trying again later may help.
type refusal func(answer) *domain.DirectoryError

// call sends what makes a request, again where the API is busy or broke down, and decodes the answer into v. Requests
// are made anew each time and must not change anything.
func (r *Reader) call(ctx context.Context, what string, request func() (*http.Request, error), refused refusal, v any) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		req, err := request()
		if err != nil {
			return failure(domain.DirectoryMalformed, "%s: %v", what, err)
		}
		a, err := r.send(ctx, req)
		var again *domain.DirectoryError
		wait := pause
		switch {
		case err != nil:
			again = explainWeb(what, err)
			if again.Kind != domain.DirectoryUnreachable {
				return again
			}
		case a.status == http.StatusOK:
			if err := json.Unmarshal(a.body, v); err != nil {
				return failure(domain.DirectoryMalformed, "%s: the answer is not the JSON that was expected", what)
			}
			return nil
		default:
			if told := refused(a); told != nil {
				told.Detail = what + ": " + told.Detail
				return told
			}
			again = explainStatus(what, a.status)
			if asked, ok := retryAfter(a.header); ok {
				wait = asked
			}
		}
		pause *= 2
		if attempt == attempts || wait > longestWait {
			return again
		}
		if err := r.wait(ctx, wait); err != nil {
			return err
		}
	}
}

// temporary tells answers that may be others a little later.
func temporary(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500
}

func explainStatus(what string, status int) *domain.DirectoryError {
	if status == http.StatusTooManyRequests || status == http.StatusForbidden { // Google's way of saying the same
		return failure(domain.DirectoryRateLimited, "%s: the API asks for more patience than a synchronization has; try again later", what)
	}
	return failure(domain.DirectoryUnreachable, "%s: the API answers %d %s", what, status, http.StatusText(status))
}

// explainWeb is about a request without an answer. Its URL holds no secret: those are in bodies and headers.
func explainWeb(what string, err error) *domain.DirectoryError {
	var unverified *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	switch {
	case errors.Is(err, errTooMuch):
		return failure(domain.DirectoryTooLarge, "%s: an answer has more than %d MiB", what, maxBody>>20)
	case errors.As(err, &unverified), errors.As(err, &header):
		return failure(domain.DirectoryTLS, "%s: %v", what, err)
	}
	return failure(domain.DirectoryUnreachable, "%s: %v", what, err)
}

func (r *Reader) send(ctx context.Context, req *http.Request) (answer, error) {
	req.Header.Set("Accept", "application/json")
	response, err := r.web.Do(req.WithContext(ctx))
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errTooMuch
	}
	if err != nil {
		return answer{}, fmt.Errorf("read the answer: %w", err)
	}
	return answer{response.StatusCode, response.Header, body}, nil
}

// retryAfter is how long an API asks to wait, in either of the header's two forms.
func retryAfter(h http.Header) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 && seconds < int(time.Hour/time.Second)*24 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at)), true
	}
	return 0, false
}
