// Package directorytest gives tests and the demo stand-ins for the APIs that people are read from: Microsoft's token
// endpoint and Graph, and Google's token endpoint and Directory API. They follow the vendors' public documentation, in
// what they refuse too.
package directorytest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

// Trouble is what happens to the next requests for a page of users instead of an answer.
type Trouble struct {
	Times      int    // how many requests
	Status     int    // what they are answered with
	RetryAfter string // the header; none if empty
	Body       string // as it is
	After      int    // requests for pages that work before
}

// state is what both stand-ins have.
type state struct {
	mu      sync.Mutex
	users   []map[string]any
	trouble Trouble
	tokens  map[string]bool
	pages   int
	signIns int
}

// Set replaces all users.
func (s *state) Set(users ...map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = users
}

// Disturb makes trouble from now on.
func (s *state) Disturb(t Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = t
}

// Pages counts the requests for a page of users so far, whatever became of them.
func (s *state) Pages() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pages
}

// SignIns counts the requests for a token so far, whatever became of them.
func (s *state) SignIns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signIns
}

// disturbed answers a request for a page if it meets trouble.
func (s *state) disturbed(w http.ResponseWriter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages++
	if s.trouble.After > 0 {
		s.trouble.After--
		return false
	}
	if s.trouble.Times == 0 {
		return false
	}
	s.trouble.Times--
	w.Header().Set("Content-Type", "application/json")
	if s.trouble.RetryAfter != "" {
		w.Header().Set("Retry-After", s.trouble.RetryAfter)
	}
	w.WriteHeader(s.trouble.Status)
	_, _ = w.Write([]byte(s.trouble.Body)) // the client may be gone
	return true
}

// issue makes an access token.
func (s *state) issue(w http.ResponseWriter, token string) {
	s.mu.Lock()
	if s.tokens == nil {
		s.tokens = map[string]bool{}
	}
	s.tokens["Bearer "+token] = true
	s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": token})
}

// authorized tells whether the request has a token of these.
func (s *state) authorized(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[r.Header.Get("Authorization")]
}

// page is the part of the users that starts at the token's place, and the place of the next one, empty if it is the last.
func (s *state) page(token string, size int) (users []map[string]any, next string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := 0
	if token != "" {
		var err error
		if from, err = strconv.Atoi(token); err != nil || from < 0 || from > len(s.users) {
			return nil, "", false
		}
	}
	until := min(from+size, len(s.users))
	if until < len(s.users) {
		next = strconv.Itoa(until)
	}
	return s.users[from:until], next, true
}

// only answers the user with the fields that were asked for.
func only(user map[string]any, fields []string) map[string]any {
	part := map[string]any{}
	for _, field := range fields {
		if value, ok := user[field]; ok {
			part[field] = value
		}
	}
	return part
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

// base is the URL that the stand-in was reached by.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
