package client

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// surveyLife is how long a survey may be taken, counted from before it was asked for. Terraform makes a resource within moments
// of planning it. What somebody else does in between is not seen, so that more than those moments would be too long.
const surveyLife = 3 * time.Second

// ExternalAdminSurvey is what there is to know before people are let into a customer.
type ExternalAdminSurvey struct {
	// Admins are all who have access; Err is why that can't be said.
	Admins []api.ExternalAdmin
	Err    error
	// Outcomes are those of CheckExternalAdmins.
	Outcomes []ItemOutcome
}

// SurveyExternalAdmins asks who has access to a customer, and lets the API judge items that give access to it, in their order.
// Neither request waits for the other.
func (c *Client) SurveyExternalAdmins(ctx context.Context, customerID string, items []api.ExternalAdminBatchItem) ExternalAdminSurvey {
	c.surveys.take(customerID) // whatever this one finds, it is newer
	mark, quiet := c.writes.markOf(customerID)
	asked := c.config.Now()
	var found ExternalAdminSurvey
	var judging errgroup.Group
	judging.Go(func() error {
		found.Outcomes = c.CheckExternalAdmins(ctx, items)
		return nil // errors are outcomes of items
	})
	found.Admins, found.Err = Collect(c.ListCustomerExternalAdmins(ctx, customerID))
	_ = judging.Wait()
	if quiet && found.leavesNoQuestion() {
		c.surveys.keep(customerID, survey{fingerprint(items), found.Admins, mark, asked})
	}
	return found
}

// TakeExternalAdminSurvey answers, at most once, what SurveyExternalAdmins found of just these items within surveyLife; nil
// says that it has to be asked again. Terraform plans each resource once more just before it makes it, and would ask the same
// twice within moments.
//
// Only what leaves no question is kept: all items are free of findings, and nobody has access yet but by roles that the
// vendor's support alone gives. So whoever writes the items does so on the condition that the person is not there, and the
// API refuses where somebody else was faster; nothing else that was found becomes part of a write.
func (c *Client) TakeExternalAdminSurvey(customerID string, items []api.ExternalAdminBatchItem) *ExternalAdminSurvey {
	kept, ok := c.surveys.take(customerID)
	if !ok || c.config.NoSnapshots || kept.items != fingerprint(items) || c.config.Now().Sub(kept.asked) >= surveyLife {
		return nil
	}
	if mark, quiet := c.writes.markOf(customerID); !quiet || mark != kept.mark {
		return nil
	}
	return &ExternalAdminSurvey{Admins: kept.admins, Outcomes: make([]ItemOutcome, len(items))}
}

func (s *ExternalAdminSurvey) leavesNoQuestion() bool {
	return s.Err == nil &&
		!slices.ContainsFunc(s.Admins, func(a api.ExternalAdmin) bool { return !a.ContentProtected }) &&
		!slices.ContainsFunc(s.Outcomes, func(o ItemOutcome) bool { return o.Err != nil || len(o.Findings) > 0 })
}

// survey is one without a question.
type survey struct {
	items  [sha256.Size]byte
	admins []api.ExternalAdmin
	mark   uint64
	asked  time.Time
}

// fingerprint is one of the items as they would be sent.
func fingerprint(items []api.ExternalAdminBatchItem) [sha256.Size]byte {
	text, _ := json.Marshal(items) // strings and times of the contract's years; if one can't be sent, its check has failed
	return sha256.Sum256(text)
}

// surveys are the last ones by customer.
type surveys struct {
	mu   sync.Mutex
	kept map[string]survey
}

func (s *surveys) keep(customerID string, one survey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]survey{}
	}
	s.kept[customerID] = one
}

func (s *surveys) take(customerID string) (survey, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.kept[customerID]
	delete(s.kept, customerID)
	return one, ok
}
