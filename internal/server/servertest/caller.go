package servertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Caller sends requests as one API client, without the provider: to prepare what a test meets, to change things behind
// Terraform's back, and to look what came of it.
type Caller struct {
	server *Server
	token  string
}

// Response is an answer that was read.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// As signs a client of the seed in.
func (s *Server) As(tb testing.TB, clientID string) *Caller {
	tb.Helper()
	if token, ok := s.tokens.Load(clientID); ok {
		return &Caller{s, token.(string)}
	}
	c := s.signIn(tb, clientID, url.Values{})
	s.tokens.Store(clientID, c.token)
	return c
}

// Narrow signs a client in for some of its scopes, separated by blanks.
func (s *Server) Narrow(tb testing.TB, clientID, scopes string) *Caller {
	tb.Helper()
	return s.signIn(tb, clientID, url.Values{"scope": {scopes}})
}

// With sends requests with an access token that a test has got.
func (s *Server) With(token string) *Caller { return &Caller{s, token} }

// Anonymous sends requests without signing in.
func (s *Server) Anonymous() *Caller { return &Caller{server: s} }

func (s *Server) signIn(tb testing.TB, clientID string, form url.Values) *Caller {
	tb.Helper()
	form.Set("grant_type", "client_credentials")
	form.Set("client_id", clientID)
	form.Set("client_secret", s.Secret(tb, clientID))
	r := s.Anonymous().Do(tb, http.MethodPost, "/oauth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	token, _ := r.JSON(tb)["access_token"].(string)
	if r.Status != http.StatusOK || token == "" {
		tb.Fatalf("sign in as %s: %d %s", clientID, r.Status, r.Body)
	}
	return &Caller{s, token}
}

// Main is As for the main client.
func (s *Server) Main(tb testing.TB) *Caller {
	tb.Helper()
	return s.As(tb, s.ClientID)
}

// Do sends a request. The body is a text as it is, or anything else as JSON; nil is none. Headers are names and values
// in turn. It fails the test if there is no answer.
func (c *Caller) Do(tb testing.TB, method, path string, body any, headers ...string) Response {
	tb.Helper()
	r, err := c.send(tb, http.DefaultTransport, method, path, body, headers)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// once sends requests exactly once: on a connection that was used before, http.Transport repeats some by itself.
var once = &http.Transport{DisableKeepAlives: true}

// Try is Do for requests that may stay without an answer.
func (c *Caller) Try(tb testing.TB, method, path string, body any, headers ...string) (Response, error) {
	tb.Helper()
	return c.send(tb, once, method, path, body, headers)
}

func (c *Caller) send(tb testing.TB, by http.RoundTripper, method, path string, body any, headers []string) (Response, error) {
	tb.Helper()
	var content io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			tb.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(tb.Context(), method, c.server.URL+path, content)
	if err != nil {
		tb.Fatal(err)
	}
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := by.RoundTrip(request) // unlike a http.Client, it follows no redirects
	if err != nil {
		return Response{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return Response{Status: response.StatusCode, Header: response.Header, Body: text}, err
}

// JSON is the body as an object.
func (r Response) JSON(tb testing.TB) map[string]any {
	tb.Helper()
	var object map[string]any
	if err := json.Unmarshal(r.Body, &object); err != nil {
		tb.Fatalf("the answer is no JSON object: %v\n%s", err, r.Body)
	}
	return object
}

// Code is the error code of a refusal, or empty.
func (r Response) Code() string {
	var problem struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(r.Body, &problem) != nil {
		return ""
	}
	return problem.Code
}

// Field is where a refusal points to, or empty.
func (r Response) Field() string {
	var problem struct {
		Field string `json:"field"`
	}
	if json.Unmarshal(r.Body, &problem) != nil {
		return ""
	}
	return problem.Field
}
