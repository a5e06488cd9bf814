package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const opCreateToken = "createToken"

// failureMemory is how long a failed token request answers those who come after it. Long enough that hundreds of
// resources with a wrong secret do not lock the client out, short enough that nobody waits for a cure that has come.
const failureMemory = 2 * time.Second

// credentials give the bearer token of a request.
type credentials interface {
	// token returns a token, at once or when there is one; ctx bounds the wait.
	token(ctx context.Context) (string, error)
	// reject tells that the server did not take a token. It returns whether token can give another one.
	reject(token string) bool
}

// staticToken is a token that was configured and can't be renewed.
type staticToken string

func (s staticToken) token(context.Context) (string, error) { return string(s), nil }
func (s staticToken) reject(string) bool                    { return false }

// basicAuth identifies the client at the token endpoint.
type basicAuth struct{ id, secret string }

// header form-encodes both parts before they are joined, as RFC 6749, section 2.3.1 asks for: a colon or a percent sign
// would otherwise be read wrongly.
func (b *basicAuth) header() string {
	joined := url.QueryEscape(b.id) + ":" + url.QueryEscape(b.secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(joined))
}

// tokenSource shares one token among all requests of a client, and one request for the next.
type tokenSource struct {
	fetch func(context.Context) (api.Token, error)
	now   func() time.Time

	mu       sync.Mutex
	value    string
	renewAt  time.Time
	expires  time.Time
	flight   *tokenFlight
	failure  error
	failedAt time.Time
}

// tokenFlight is a token request under way.
type tokenFlight struct {
	done    chan struct{}
	waiting int
	// ahead: the token in use is still good, so that nobody has to wait for this one.
	ahead  bool
	cancel context.CancelFunc
	value  string
	err    error
}

func (s *tokenSource) token(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	s.mu.Lock()
	now := s.now()
	failedLately := s.failure != nil && now.Before(s.failedAt.Add(failureMemory))
	if s.value != "" && now.Before(s.expires) {
		if s.flight == nil && !failedLately && !now.Before(s.renewAt) {
			s.start(ctx).ahead = true
		}
		defer s.mu.Unlock()
		return s.value, nil
	}
	if s.flight == nil {
		if failedLately {
			defer s.mu.Unlock()
			return "", s.failure
		}
		s.start(ctx)
	}
	flight := s.flight
	flight.waiting++
	s.mu.Unlock()

	select {
	case <-flight.done:
		return flight.value, flight.err
	case <-ctx.Done():
		s.leave(flight)
		return "", ctx.Err()
	}
}

// start begins a request that outlives the one who asked first, because others wait for it too. s.mu is held.
func (s *tokenSource) start(ctx context.Context) *tokenFlight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	flight := &tokenFlight{done: make(chan struct{}), cancel: cancel}
	s.flight = flight
	go func() {
		defer cancel()
		asked := s.now() // the token's life is counted from before the request: rather too short than too long
		token, err := s.fetch(ctx)
		s.land(flight, token, asked, err)
	}()
	return flight
}

func (s *tokenSource) land(flight *tokenFlight, token api.Token, asked time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(flight.done)
	flight.value, flight.err = token.AccessToken, err
	if s.flight != flight {
		return // everybody left
	}
	s.flight = nil
	if s.failure = err; err != nil {
		s.failedAt = s.now()
		return
	}
	life := time.Duration(token.ExpiresIn) * time.Second
	s.value = token.AccessToken
	s.expires = asked.Add(life)
	s.renewAt = s.expires.Add(-renewMargin(life))
}

// renewMargin is how long before its end a token is renewed: a fifth of its life, at least 30 s, but never more than half.
func renewMargin(life time.Duration) time.Duration {
	return max(life/5, min(30*time.Second, life/2))
}

// leave gives up waiting; the last one to leave ends the request.
func (s *tokenSource) leave(flight *tokenFlight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	flight.waiting--
	if flight.waiting == 0 && !flight.ahead && s.flight == flight {
		s.flight = nil
		flight.cancel()
	}
}

func (s *tokenSource) reject(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value == token {
		s.value = ""
	}
	return true
}

// fetchToken asks for a token. Repeating it is safe although it is a POST without a key: all that a lost answer leaves
// behind is a token that nobody uses.
func (c *Client) fetchToken(ctx context.Context) (api.Token, error) {
	t := &call{
		client: c,
		request: request{
			operation: opCreateToken, method: http.MethodPost, path: path{"oauth", "token"},
			form:        url.Values{"grant_type": {string(api.TokenRequestGrantTypeClientCredentials)}},
			contentType: "application/x-www-form-urlencoded", acceptHeader: acceptJSON,
			basic: &basicAuth{c.config.ClientID, c.config.ClientSecret},
		},
	}
	var token api.Token
	t.accept = func(a *answer) error { return decodeJSON(a, http.StatusOK, jsonMediaType, &token) }
	a, err := t.run(ctx)
	if err != nil {
		return api.Token{}, err
	}
	if a.status != http.StatusOK {
		return api.Token{}, c.authError(t.refusal(), a)
	}
	c.mask.add(token.AccessToken)
	if token.AccessToken == "" || !isHeaderToken(token.AccessToken) || !strings.EqualFold(string(token.TokenType), "Bearer") || token.ExpiresIn <= 0 {
		return api.Token{}, &AuthError{
			ClientID: c.config.ClientID, Status: a.status, RequestID: c.mask.id(a.requestID()),
			Detail: "the answer of /oauth/token holds no bearer token with a lifetime; check endpoint",
		}
	}
	return token, nil
}

// authError is never an Error: a 404 of the token endpoint must not look like an object that is gone.
func (c *Client) authError(e *Error, a *answer) *AuthError {
	auth := &AuthError{ClientID: c.config.ClientID, Status: e.Status, Code: string(e.Code), Detail: e.Detail, RequestID: e.RequestID}
	var oauth api.OAuthError
	if a.problem == nil && json.Unmarshal(a.body, &oauth) == nil && oauth.Error != "" {
		auth.Code = c.mask.word(string(oauth.Error), oauth.Error.Valid())
		auth.Detail = c.mask.text(valueOf(oauth.ErrorDescription))
	}
	auth.RetryAfter = e.RetryAfter
	return auth
}
