package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const jsonMediaType = "application/json"

// answer is what a handler made of a call: either a body, or a problem that becomes one.
type answer struct {
	status  int
	header  map[string]string
	body    []byte
	problem *problem
}

// noContent is the answer to a deletion.
var noContent = answer{status: http.StatusNoContent}

// ok answers a body of a wire type.
func ok(body any) (answer, error) { return encode(http.StatusOK, jsonMediaType, body) }

// object answers a representation with its revision.
func object(revision string, body any) (answer, error) {
	a, err := ok(body)
	if err == nil {
		a.header[api.HeaderETag] = etag(revision)
	}
	return a, err
}

// written answers what a write made of an object.
func (c *call) written(created bool, revision string, body any) (answer, error) {
	a, err := object(revision, body)
	if err == nil && created {
		a.status = http.StatusCreated
		a.header["Location"] = c.request.URL.EscapedPath()
	}
	return a, err
}

func encode(status int, mediaType string, body any) (answer, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return answer{}, err
	}
	return answer{status: status, header: map[string]string{"Content-Type": mediaType}, body: text.Bytes()}, nil
}

// write sends the answer; truncated leaves out half of the body and breaks the connection.
func (a answer) write(w http.ResponseWriter, header map[string]string, truncated bool) {
	h := w.Header()
	h.Set("Cache-Control", "no-store") // answers hold data of people
	h.Set("X-Content-Type-Options", "nosniff")
	for name, value := range header {
		h.Set(name, value)
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if truncated {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.body) // the only failure is a caller that went away
}

func etag(revision string) string { return `"` + revision + `"` }

// each converts a list; the result is never nil, so that it is encoded as an array.
func each[T, U any](list []T, convert func(T) U) []U {
	out := make([]U, len(list))
	for i, item := range list {
		out[i] = convert(item)
	}
	return out
}

// texts converts a list of strings of some kind.
func texts[T, U ~string](list []T) []U {
	return each(list, func(item T) U { return U(item) })
}

// optional is nil for what is not set.
func optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// given is what a pointer points to, or the zero value.
func given[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}
