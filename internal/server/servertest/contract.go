package servertest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

// Contract is the OpenAPI document, parsed and checked.
var Contract = sync.OnceValues(func() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		return nil, err
	}
	openapi3filter.RegisterBodyDecoder(api.ProblemMediaType, openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder(api.ValidationMediaType, openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.PlainBodyDecoder) // the document itself is a text
	return document, document.Validate(context.Background(), openapi3.DisableExamplesValidation())
})

// record keeps every request and holds it, and its answer, to the contract.
func (s *Server) record(tb testing.TB, next http.Handler) http.Handler {
	tb.Helper()
	document, err := Contract()
	if err != nil {
		tb.Fatalf("the contract: %v", err)
	}
	mux := http.NewServeMux()
	actions := map[string][]*recorder{} // by method and path of their object, as ServeMux has it
	for _, route := range rest.Routes() {
		item := document.Paths.Find(route.Path)
		if item == nil || item.GetOperation(route.Method) == nil {
			tb.Fatalf("the contract has no %s %s", route.Method, route.Path)
		}
		rec := &recorder{tb: tb, server: s, next: next, route: &routers.Route{
			Spec: document, Path: route.Path, PathItem: item, Method: route.Method, Operation: item.GetOperation(route.Method),
		}}
		if object, action, ok := strings.Cut(route.Path, "}:"); ok {
			pattern := route.Method + " " + object + "}"
			rec.action = ":" + action
			actions[pattern] = append(actions[pattern], rec)
			continue
		}
		mux.Handle(route.Method+" "+route.Path, rec)
	}
	other := &recorder{tb: tb, server: s, next: next}
	for pattern, recorders := range actions {
		wildcard := pattern[strings.LastIndex(pattern, "{")+1 : len(pattern)-1]
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			value := r.PathValue(wildcard)
			for _, rec := range recorders {
				if object, ok := strings.CutSuffix(value, rec.action); ok {
					r.SetPathValue(wildcard, object)
					rec.ServeHTTP(w, r)
					return
				}
			}
			other.ServeHTTP(w, r)
		})
	}
	mux.Handle("/", other)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if escaped := r.URL.EscapedPath(); path.Clean(escaped) != escaped { // ServeMux would redirect
			other.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// recorder records one operation.
type recorder struct {
	tb     testing.TB
	server *Server
	next   http.Handler
	route  *routers.Route // nil for what the contract does not have
	action string         // on an object: what the path ends in
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller went away
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	seen := Request{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body}
	if rec.route != nil {
		seen.OperationID = rec.route.Operation.OperationID
	}
	tee := &teeWriter{ResponseWriter: w, begins: func(status int) {
		seen.Status = status
		rec.server.mu.Lock()
		rec.server.seen = append(rec.server.seen, seen)
		rec.server.mu.Unlock()
	}}
	defer tee.begin(0)
	rec.next.ServeHTTP(tee, r)
	if rec.route != nil && r.Method == rec.route.Method { // a HEAD has no body to look at
		rec.check(r, body, tee)
	}
}

// check holds the answer to the contract, and the request too if the server took it.
func (rec *recorder) check(r *http.Request, body []byte, answered *teeWriter) {
	rec.tb.Helper()
	parameters := map[string]string{}
	for _, p := range append(rec.route.PathItem.Parameters, rec.route.Operation.Parameters...) {
		if p.Value.In == openapi3.ParameterInPath {
			parameters[p.Value.Name] = r.PathValue(p.Value.Name)
		}
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	request := &openapi3filter.RequestValidationInput{
		Request: again, PathParams: parameters, Route: rec.route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if answered.status < http.StatusBadRequest && !judgesInAnswer(r) {
		if err := openapi3filter.ValidateRequest(r.Context(), request); err != nil {
			rec.tb.Errorf("%s %s was taken although the contract does not allow it: %v", r.Method, r.URL.Path, err)
		}
	}
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: answered.status, Header: answered.Header(), Options: request.Options,
	}
	response.SetBodyBytes(answered.body.Bytes())
	if err := openapi3filter.ValidateResponse(r.Context(), response); err != nil {
		rec.tb.Errorf("%s %s answered %d against the contract: %v", r.Method, r.URL.Path, answered.status, err)
	}
}

// judgesInAnswer tells requests apart whose answer is a success that tells what is wrong with them.
func judgesInAnswer(r *http.Request) bool {
	return r.URL.Query().Get("validate_only") == "true" || strings.HasSuffix(r.URL.Path, ":batch")
}

// teeWriter keeps what it passes on.
type teeWriter struct {
	http.ResponseWriter
	// begins is told the status before anything of the answer leaves, so that nobody has it who is not recorded yet.
	begins func(status int)
	status int
	body   bytes.Buffer
}

func (w *teeWriter) begin(status int) {
	if begins := w.begins; begins != nil {
		w.begins = nil
		begins(status)
	}
}

func (w *teeWriter) WriteHeader(status int) {
	w.begin(status)
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *teeWriter) Write(p []byte) (int, error) {
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush.
func (w *teeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
