package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// signedIn gives requests of this process an access token of the sandbox's client. It needs no secret, since it has the
// domain itself; so there is none to keep, to leak or to lose.
type signedIn struct {
	token   string // that requests come with
	service *domain.Service
	next    http.RoundTripper

	mu      sync.Mutex
	access  string
	renewAt time.Time
}

// RoundTrip implements http.RoundTripper.
func (s *signedIn) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Authorization") != "Bearer "+s.token {
		return s.next.RoundTrip(req)
	}
	// No process stays to do this from time to time. What fails is no reason to refuse a request: it is tried again.
	_ = s.service.DoDueChores(req.Context())
	access, err := s.accessToken(req.Context())
	if err != nil {
		closeBody(req)
		return nil, fmt.Errorf("sign in to the sandbox: %w", err)
	}
	req = req.Clone(req.Context()) // a RoundTripper leaves its request as it is
	req.Header.Set("Authorization", "Bearer "+access)
	return s.next.RoundTrip(req)
}

// accessToken is shared by all requests and renewed half-way through its life. It is asked for when first needed: many
// runs of a provider send no request at all.
func (s *signedIn) accessToken(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.renewAt) {
		return s.access, nil
	}
	issued, err := s.service.IssueTokenTo(ctx, clientID)
	if err != nil {
		return "", err
	}
	s.access, s.renewAt = issued.AccessToken, time.Now().Add(issued.TTL/2)
	return s.access, nil
}
