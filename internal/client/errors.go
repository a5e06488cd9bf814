package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// Error is an answer by which the API refused a request, or by which something on the way to it did.
type Error struct {
	Operation string // operationId of the contract
	Method    string
	Path      string // without query

	Status int
	// Code is empty if the answer was not the API's own, for example a proxy's.
	Code   api.ErrorCode
	Detail string
	// Field is a JSON pointer into the request body.
	Field      string
	Retryable  bool
	RequestID  string
	ExistingID string
	Blockers   []api.Blocker

	// RetryAfter is set if the server asked for a longer wait than the client is willing to.
	RetryAfter time.Duration
	// MayHaveHappened says of a write that this try or an earlier one may have been carried out all the same.
	MayHaveHappened bool
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s %s): %d", e.Operation, e.Method, e.Path, e.Status)
	if e.Code != "" {
		fmt.Fprintf(&b, " %s", e.Code)
	} else if text := http.StatusText(e.Status); text != "" {
		fmt.Fprintf(&b, " %s", text)
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, ": %s", clause(e.Detail))
	}
	if e.Field != "" {
		fmt.Fprintf(&b, " (field %s)", e.Field)
	}
	for i, blocker := range e.Blockers {
		separator := "; in the way: "
		if i > 0 {
			separator = ", "
		}
		fmt.Fprintf(&b, "%s%s %s", separator, blocker.Kind, blocker.ID)
	}
	writeWaitAskedFor(&b, e.RetryAfter)
	if e.MayHaveHappened {
		b.WriteString("; " + mayHaveHappened)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	return b.String()
}

const (
	mayHaveHappened = "the write may have been carried out"
	didNotHappen    = "the write was not carried out"
)

// errMayHaveHappened is part of errors about a write that have no place for it.
var errMayHaveHappened = errors.New(mayHaveHappened)

// mayHave tells whether a write that failed may have been carried out.
func mayHave(err error) bool {
	var refused *Error
	var unanswered *TransportError
	return errors.As(err, &refused) && refused.MayHaveHappened || errors.As(err, &unanswered) && unanswered.MayHaveHappened ||
		errors.Is(err, errMayHaveHappened)
}

// mayHaveAfterAll is the error of a write that was refused, where an earlier one that wanted the same may have been carried out.
func mayHaveAfterAll(err error) error {
	var refused *Error
	var unanswered *TransportError
	switch {
	case mayHave(err):
		return err
	case errors.As(err, &refused):
		told := *refused
		told.MayHaveHappened = true
		return &told
	case errors.As(err, &unanswered) && unanswered.Write:
		told := *unanswered
		told.MayHaveHappened = true
		return &told
	default:
		return fmt.Errorf("%w; %w", err, errMayHaveHappened)
	}
}

// IsNotFound says whether the API itself said that there is no such object. A 404 of a proxy, or of a server that is not
// this API, is no proof that the object is gone.
func IsNotFound(err error) bool { return IsCode(err, api.ErrorCodeNotFound) }

// IsAlreadyExists says whether a create was refused because the key is taken, see Error.ExistingID.
func IsAlreadyExists(err error) bool { return IsCode(err, api.ErrorCodeAlreadyExists) }

// IsCode says whether err is an Error with this code.
func IsCode(err error, code api.ErrorCode) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// AuthError is a token that the server did not give. It never holds the secret.
type AuthError struct {
	ClientID string
	Status   int
	// Code is OAuth's error (RFC 6749, section 5.2), or that of a problem; may be empty.
	Code      string
	Detail    string
	RequestID string
	// RetryAfter is set if the server asked for a longer wait than the client is willing to.
	RetryAfter time.Duration
}

func (e *AuthError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "no access token for client_id %q: %d", e.ClientID, e.Status)
	if e.Code != "" {
		fmt.Fprintf(&b, " %s", e.Code)
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, ": %s", clause(e.Detail))
	}
	if e.Code == string(api.OAuthErrorErrorInvalidClient) {
		b.WriteString("; check client_id and client_secret")
	} else if e.Status == http.StatusNotFound {
		b.WriteString("; check that endpoint is the API's base URL")
	}
	writeWaitAskedFor(&b, e.RetryAfter)
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	return b.String()
}

// clause is a detail without its full stop, since more may follow. The dots of an excerpt stay.
func clause(detail string) string {
	if strings.HasSuffix(detail, "..") {
		return detail
	}
	return strings.TrimSuffix(detail, ".")
}

func writeWaitAskedFor(b *strings.Builder, wait time.Duration) {
	if wait > 0 {
		fmt.Fprintf(b, "; the server asks to wait %s, which is longer than this client waits", wait)
	}
}

// answer is a whole answer of the server, its body read.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	problem *api.Problem // nil if the body is none
}

func newAnswer(resp *http.Response, body []byte) *answer {
	a := &answer{status: resp.StatusCode, header: resp.Header, body: body}
	if a.status >= http.StatusBadRequest && a.mediaType() == api.ProblemMediaType {
		var problem api.Problem
		if json.Unmarshal(body, &problem) == nil && problem.Code != "" {
			a.problem = &problem
		}
	}
	return a
}

func (a *answer) mediaType() string {
	mediaType, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return mediaType
}

// leavesOpen tells whether an answer to a write does not say what became of it. A problem says that nothing was changed, but
// for the one code that is about this. Any other 5xx may come from something in front of a server that did it.
func (a *answer) leavesOpen() bool {
	if a.problem != nil {
		return a.problem.Code == api.ErrorCodeOutcomeUnknown
	}
	return a.status >= http.StatusInternalServerError
}

func (a *answer) requestID() string {
	if a.problem != nil && a.problem.RequestID != "" {
		return a.problem.RequestID
	}
	return a.header.Get(api.HeaderRequestID)
}

const (
	maxScanned = 64 << 10 // of a foreign body, before it is masked
	maxDetail  = 512      // of a foreign body, in an error
)

// excerpt is the beginning of a body that is no problem, fit for an error.
func (a *answer) excerpt(mask *redactor) string {
	body := a.body[:min(len(a.body), maxScanned)]
	text := mask.text(string(bytes.ToValidUTF8(body, nil)))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "") + "..."
	}
	return text
}

// refusal turns an answer outside 2xx into the error that a caller gets.
func (t *call) refusal() *Error {
	a, mask := t.answer, t.client.mask
	e := &Error{
		Operation: t.operation, Method: t.method, Path: t.path.String(),
		Status: a.status, RequestID: mask.id(a.requestID()),
		RetryAfter: t.waitAskedFor, MayHaveHappened: t.uncertain,
	}
	if a.problem == nil {
		e.Detail = a.excerpt(mask)
		return e
	}
	e.take(a.problem, t.body, mask)
	return e
}

// take over what a problem says of a request with this body.
func (e *Error) take(problem *api.Problem, body any, mask *redactor) {
	e.Code = api.ErrorCode(mask.word(string(problem.Code), problem.Code.Valid()))
	e.Detail = mask.text(problem.Detail)
	e.Retryable = problem.Retryable
	field := valueOf(problem.Field)
	e.Field = mask.word(field, isFieldOf(body, field))
	e.ExistingID = mask.text(valueOf(problem.ExistingID))
	for _, blocker := range valueOf(problem.Blockers) {
		e.Blockers = append(e.Blockers, api.Blocker{Kind: mask.text(blocker.Kind), ID: mask.text(blocker.ID)})
	}
}

// isFieldOf tells whether a JSON pointer leads to something in a request body. Then it is made of the contract's words.
func isFieldOf(body any, pointer string) bool {
	text, err := json.Marshal(body)
	var at any
	if err != nil || json.Unmarshal(text, &at) != nil || !strings.HasPrefix(pointer, "/") {
		return false
	}
	for step := range strings.SplitSeq(pointer[1:], "/") {
		object, _ := at.(map[string]any)
		var ok bool
		if at, ok = object[step]; !ok {
			return false
		}
	}
	return true
}

func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
