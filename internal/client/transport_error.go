package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// Kind says what failed between the client and the API.
type Kind string

// The kinds of TransportError.
const (
	KindDNS              Kind = "dns"               // the host name has no address
	KindRefused          Kind = "refused"           // nothing listens there
	KindUnknownAuthority Kind = "unknown_authority" // the certificate's authority is not trusted
	KindTLS              Kind = "tls"               // TLS failed otherwise
	KindTimeout          Kind = "timeout"           // no complete answer in time
	KindCanceled         Kind = "canceled"          // the caller's context ended
	KindRedirect         Kind = "redirect"          // the server points elsewhere
	KindTruncated        Kind = "truncated"         // the answer broke off
	KindTooLarge         Kind = "too_large"         // the answer is beyond every expectation
	KindBadAnswer        Kind = "bad_answer"        // the answer is not one of this API
	KindConnection       Kind = "connection"        // the connection failed otherwise
)

// TransportError is a request without an answer that could be understood. It never holds secrets or query strings.
type TransportError struct {
	Operation string // operationId of the contract
	Method    string
	Path      string // without query
	Kind      Kind
	// Attempts is how many tries were sent or begun.
	Attempts int
	// Write says whether the request would have changed something, MayHaveHappened whether it perhaps did: in this try
	// or an earlier one of the same request.
	Write           bool
	MayHaveHappened bool

	text  string
	cause error
}

func (e *TransportError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s %s): %s", e.Operation, e.Method, e.Path, e.text)
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	if e.Write && e.MayHaveHappened {
		b.WriteString("; " + mayHaveHappened)
	} else if e.Write {
		b.WriteString("; " + didNotHappen)
	}
	return b.String()
}

// Unwrap returns the cause, so that errors.Is finds context.Canceled.
func (e *TransportError) Unwrap() error { return e.cause }

// What a try ends with besides the errors of net/http.
var (
	errTryTimeout = errors.New("no complete answer in time")
	errGraceOver  = fmt.Errorf("no answer within the grace period: %w", context.Canceled)
	errTruncated  = errors.New("the answer broke off")
	errTooLarge   = errors.New("the answer is too large")
)

type redirectError struct {
	status int
	host   string
}

func (e *redirectError) Error() string { return fmt.Sprintf("redirect %d to %q", e.status, e.host) }

// badAnswerError is a 2xx answer that is none of this API.
type badAnswerError struct{ text string }

func (e *badAnswerError) Error() string { return e.text }

// failure turns what a request without a usable answer ended with into the error that a caller gets.
func (t *call) failure(err error) error {
	if urlErr := new(url.Error); errors.As(err, &urlErr) {
		err = urlErr.Err // without the URL, whose query is nobody's business
	}
	if isTokenError(err) {
		if t.uncertain {
			return fmt.Errorf("%w; %s: %w", err, t.operation, errMayHaveHappened)
		}
		return err
	}
	kind, text := t.describe(err)
	return &TransportError{
		Operation: t.operation, Method: t.method, Path: t.path.String(),
		Kind: kind, Attempts: t.attempts, Write: t.write, MayHaveHappened: t.uncertain,
		text: t.client.mask.text(text), cause: err,
	}
}

// isTokenError tells what came from asking for a token: it is complete, and was repeated where that made sense.
func isTokenError(err error) bool {
	var auth *AuthError
	var transport *TransportError
	return errors.As(err, &auth) || errors.As(err, &transport)
}

func (t *call) describe(err error) (Kind, string) {
	host := t.client.base.Host
	var (
		dns       *net.DNSError
		redirect  *redirectError
		badAnswer *badAnswerError
		authority x509.UnknownAuthorityError
		netErr    net.Error
	)
	switch {
	case errors.Is(err, errGraceOver):
		return KindCanceled, fmt.Sprintf("canceled, and no answer came within a further %s", t.client.config.WriteGrace)
	case errors.Is(err, context.Canceled):
		return KindCanceled, "canceled" + t.lastStatus()
	case errors.Is(err, context.DeadlineExceeded):
		return KindCanceled, "the time set for the whole operation ran out" + t.lastStatus()
	case errors.Is(err, errTryTimeout):
		return KindTimeout, fmt.Sprintf("%s gave no complete answer within %s (request_timeout)", host, t.client.config.RequestTimeout)
	case errors.As(err, &redirect):
		return KindRedirect, fmt.Sprintf("%s redirects to %q (status %d); redirects are not followed, set endpoint to where the API really is", host, redirect.host, redirect.status)
	case errors.As(err, &badAnswer):
		return KindBadAnswer, fmt.Sprintf("%s; check that endpoint is the API's base URL", badAnswer.text)
	case errors.Is(err, errTooLarge):
		return KindTooLarge, fmt.Sprintf("the answer is larger than %d MiB", maxAnswerBytes>>20)
	case errors.Is(err, errTruncated):
		return KindTruncated, "the answer broke off before its end"
	case errors.As(err, &authority):
		return KindUnknownAuthority, fmt.Sprintf("the certificate of %s is signed by an authority that is not trusted here; if it is your own authority, name its certificate in ca_cert_file", host)
	case errors.Is(err, http.ErrSchemeMismatch):
		return KindTLS, fmt.Sprintf("%s speaks plain http, endpoint says https", host)
	case isTLSError(err):
		return KindTLS, fmt.Sprintf("TLS with %s failed: %v", host, err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return KindDNS, fmt.Sprintf("the host name %q can't be resolved; check endpoint", dns.Name)
	case errors.As(err, &dns):
		return KindDNS, fmt.Sprintf("the host name %q could not be resolved: %s", dns.Name, dns.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return KindRefused, fmt.Sprintf("nothing listens at %s (connection refused); check endpoint and that the server runs", host)
	case errors.As(err, &netErr) && netErr.Timeout():
		return KindTimeout, fmt.Sprintf("no connection to %s in time", host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return KindConnection, fmt.Sprintf("%s closed the connection without an answer", host)
	default:
		return KindConnection, fmt.Sprintf("the connection to %s failed: %v", host, err)
	}
}

// lastStatus tells of the answer after which a canceled request was waiting to be repeated.
func (t *call) lastStatus() string {
	if t.answer == nil {
		return ""
	}
	return fmt.Sprintf(" while waiting to repeat it after status %d", t.answer.status)
}

func isTLSError(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		op           *net.OpError
	)
	return errors.As(err, &verification) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) ||
		// crypto/tls reports alerts, its own and the peer's, as net.OpError with these names.
		errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

// neverSent tells errors of connecting from those of a request under way.
func neverSent(err error) bool {
	var op *net.OpError
	return isTLSError(err) || errors.As(err, &op) && op.Op == "dial"
}
