package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	jsonMediaType    = "application/json"
	acceptJSON       = jsonMediaType + ", " + api.ProblemMediaType
	acceptValidation = api.ValidationMediaType + ", " + api.ProblemMediaType
)

// Versioned is an object with the version that it was read or written at.
type Versioned[T any] struct {
	Value T
	// ETag goes into IfMatch of a later write. It is for the transport only, never for state.
	ETag string
	// Created says of a write whether the object is new.
	Created bool
	// RequestID names the request to the API's operator.
	RequestID string
}

// WriteOptions are conditions of a write that may create. Unmet, they are a precondition_failed or an already_exists.
type WriteOptions struct {
	// IfMatch is the ETag that the object must still have.
	IfMatch string
	// CreateOnly refuses to change an object that exists.
	CreateOnly bool
}

// MatchOptions is the condition of a write that never creates.
type MatchOptions struct {
	// IfMatch is the ETag that the object must still have.
	IfMatch string
}

// path is the segments of a path as they are meant; String escapes them.
type path []string

func (p path) String() string {
	var b strings.Builder
	for _, segment := range p {
		b.WriteString("/" + url.PathEscape(segment))
	}
	return b.String()
}

// check refuses segments that would make the path that of another operation: nothing has such a key.
func (p path) check() error {
	for _, segment := range p {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("%q can't be the id, e-mail address or name of anything", segment)
		}
	}
	return nil
}

// request is what an operation asks for.
type request struct {
	operation    string // operationId of the contract
	method       string
	path         path
	query        url.Values
	body         any        // sent as JSON unless nil
	form         url.Values // instead of body
	basic        *basicAuth
	contentType  string
	acceptHeader string
	ifMatch      string
	createOnly   bool
	// write: the request changes something. One that only validates does not.
	write bool
	// harmless: a write that takes no idempotency key, since doing it again does no harm.
	harmless bool
	// grantsOf are customers, where a write changes nothing but who may enter them.
	grantsOf []string
	// dispensable: the caller has another way, so that a try without an answer in time is not repeated.
	dispensable bool
}

func (r request) encode() (any, error) {
	switch {
	case r.form != nil:
		return []byte(r.form.Encode()), nil
	case r.body != nil:
		return json.Marshal(r.body)
	default:
		return nil, nil //nolint:nilnil // go-retryablehttp takes an untyped nil for no body
	}
}

func (c *Client) target(p path, query url.Values) (string, error) {
	if err := p.check(); err != nil {
		return "", err
	}
	target := c.base.String() + p.String()
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target, nil
}

func v1(segments ...string) path { return append(path{"v1"}, segments...) }

func read(operation string, p path, query url.Values) request {
	return request{operation: operation, method: http.MethodGet, path: p, query: query, acceptHeader: acceptJSON}
}

func put(operation string, p path, body any, o WriteOptions) request {
	r := post(operation, p, body)
	r.method, r.ifMatch, r.createOnly = http.MethodPut, o.IfMatch, o.CreateOnly
	return r
}

func post(operation string, p path, body any) request {
	return request{
		operation: operation, method: http.MethodPost, path: p, body: body,
		contentType: jsonMediaType, acceptHeader: acceptJSON, write: true,
	}
}

func remove(operation string, p path, o MatchOptions) request {
	return request{
		operation: operation, method: http.MethodDelete, path: p,
		acceptHeader: acceptJSON, ifMatch: o.IfMatch, write: true,
	}
}

// validating is the request that checks what r would do. It changes nothing and so needs no idempotency key.
func (r request) validating() request {
	r.query = maps.Clone(r.query)
	if r.query == nil {
		r.query = url.Values{}
	}
	r.query.Set("validate_only", "true")
	r.write = false
	return r
}

// do runs a request of the API; accept sees a 2xx answer only.
func (c *Client) do(ctx context.Context, r request, accept func(*answer) error) (a *answer, err error) {
	if c.unusable != nil {
		return nil, c.unusable
	}
	t := &call{client: c, request: r, credentials: c.credentials, accept: accept}
	if r.write {
		if !r.harmless {
			t.idempotencyKey = rand.Text() // 130 bits: no two requests ever share one
		}
		c.wrote.Store(true)
		end := c.writes.begin(r.grantsOf)
		c.dropSharedReads()
		defer func() { end(!t.uncertain || err == nil) }()
	}
	a, err = t.run(ctx)
	if err != nil {
		return nil, err
	}
	if a.status/100 != 2 {
		return nil, t.refusal()
	}
	return a, nil
}

// fetch reads an object that has no version.
func fetch[T any](ctx context.Context, c *Client, r request) (*T, error) {
	value := new(T)
	_, err := c.do(ctx, r, func(a *answer) error { return decodeJSON(a, http.StatusOK, jsonMediaType, value) })
	if err != nil {
		return nil, err
	}
	return value, nil
}

// versioned reads or writes an object that has a version.
func versioned[T any](ctx context.Context, c *Client, r request) (*Versioned[T], error) {
	v := new(Versioned[T])
	a, err := c.do(ctx, r, func(a *answer) error {
		status := http.StatusOK
		if r.method == http.MethodPost || r.method == http.MethodPut && a.status == http.StatusCreated {
			status = http.StatusCreated
		}
		return decodeJSON(a, status, jsonMediaType, &v.Value)
	})
	if err != nil {
		return nil, err
	}
	v.ETag = a.header.Get(api.HeaderETag)
	v.Created = a.status == http.StatusCreated
	v.RequestID = c.mask.id(a.requestID())
	return v, nil
}

// erase runs a request whose success has no body.
func (c *Client) erase(ctx context.Context, r request) error {
	_, err := c.do(ctx, r, func(a *answer) error {
		if a.status != http.StatusNoContent {
			return unexpected(a, "204 without a body")
		}
		return nil
	})
	return err
}

// BatchOutcome is what became of each item of a batch, in their order.
type BatchOutcome[R any] struct {
	Results []R `json:"results"`
	// RequestID names the request to the API's operator.
	RequestID string `json:"-"`
}

// batch runs a request with an outcome for each of its items, in their order.
func batch[R any](ctx context.Context, c *Client, r request, items int) (BatchOutcome[R], error) {
	var outcome BatchOutcome[R]
	if items == 0 {
		return outcome, nil
	}
	a, err := c.do(ctx, r, func(a *answer) error {
		err := decodeJSON(a, http.StatusOK, jsonMediaType, &outcome)
		if err == nil && len(outcome.Results) != items {
			return &badAnswerError{fmt.Sprintf("the answer has %d outcomes for %d items", len(outcome.Results), items)}
		}
		return err
	})
	if err != nil {
		return BatchOutcome[R]{}, err
	}
	outcome.RequestID = c.mask.id(a.requestID())
	return outcome, nil
}

// decodeJSON reads an answer of just this status and media type. What is unknown in it is passed over, so that a newer
// server can be talked to. JSON that ends too early is a truncated answer, which a repeat may cure.
func decodeJSON(a *answer, status int, mediaType string, into any) error {
	if a.status != status || a.mediaType() != mediaType {
		return unexpected(a, fmt.Sprintf("%d with %s", status, mediaType))
	}
	err := json.Unmarshal(a.body, into)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(a.body)):
		return errTruncated
	default:
		// Not the error's own text: it may quote the body.
		return &badAnswerError{"the answer's JSON is not what the operation promises"}
	}
}

func unexpected(a *answer, want string) error {
	got := strconv.Itoa(a.status)
	if mediaType := a.mediaType(); mediaType != "" {
		got += " with " + mediaType
	}
	return &badAnswerError{fmt.Sprintf("the answer is %s, where %s belongs", got, want)}
}
