package externaladmins_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// Terraform plans a creation once more just before it makes it. What that asked is not asked again, unless something in
// between, or in what it found, makes it doubtful, or more than moments have passed.
func TestAccExternalAdmins_askedOnce(t *testing.T) {
	t.Parallel()
	both, one := roles{robin: basic, lee: partner}, roles{robin: basic}
	const (
		again   = 1
		moments = 3 * time.Second
	)
	for name, c := range map[string]struct {
		before  func(t *testing.T, s *acctest.Server) // the plan
		between func(t *testing.T, s *acctest.Server, p *acctest.Protocol)
		planned roles // both if nil
		asks    int   // lists and checks by the apply
		refusal string
		after   roles // in state
		has     roles // on the server, as after if nil
		unseen  bool  // what somebody else writes within moments
	}{
		"nothing happens": {after: both},
		"another customer is written": {
			between: func(t *testing.T, _ *acctest.Server, p *acctest.Protocol) {
				if _, refusal := p.Apply("msp_external_admin", nil, map[string]any{"customer_id": globex, "email": robin, "role": basic}); refusal != "" {
					t.Error(refusal)
				}
			},
			after: both,
		},
		"the same customer is written": {
			between: func(t *testing.T, _ *acctest.Server, p *acctest.Protocol) {
				if _, refusal := p.Apply("msp_external_admin", nil, map[string]any{"customer_id": initech, "email": robin, "role": basic}); refusal != "" {
					t.Error(refusal)
				}
			},
			asks: again, after: both,
		},
		"others were planned": {planned: one, asks: again, after: both},
		"somebody was there": {
			before: func(t *testing.T, s *acctest.Server) { grant(t, s, robin, partner) },
			asks:   again, after: both, // taken over
		},
		"somebody unlisted was there, and is": {
			before: func(t *testing.T, s *acctest.Server) { grant(t, s, kim, basic) },
			asks:   again, refusal: "Others have access already", has: roles{kim: basic},
		},
		"it would have been refused": {
			before: func(t *testing.T, s *acctest.Server) { s.Dismiss(t, robin) },
			asks:   again, refusal: "not_a_portal_admin", has: roles{},
		},
		"somebody else lets one in": { // theirs stands
			between: func(t *testing.T, s *acctest.Server, _ *acctest.Protocol) { grant(t, s, robin, partner) },
			refusal: "already_exists", after: roles{lee: partner}, has: roles{robin: partner, lee: partner}, unseen: true,
		},
		"time passes": {
			between: func(_ *testing.T, _ *acctest.Server, p *acctest.Protocol) { p.Pass(moments) },
			asks:    again, after: both,
		},
		"time passes, and somebody else lets one in": {
			between: func(t *testing.T, s *acctest.Server, p *acctest.Protocol) {
				grant(t, s, robin, partner)
				p.Pass(moments)
			},
			asks: again, after: both, // taken over
		},
		"time passes, and somebody else lets others in": {
			between: func(t *testing.T, s *acctest.Server, p *acctest.Protocol) { grant(t, s, kim, basic); p.Pass(moments) },
			asks:    again, refusal: "Others have access already", has: roles{kim: basic},
		},
		"time passes, and somebody else makes one unfit": { // and nobody is let in
			between: func(t *testing.T, s *acctest.Server, p *acctest.Protocol) { s.Dismiss(t, robin); p.Pass(moments) },
			asks:    again, refusal: "not_a_portal_admin", has: roles{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			off := os.Getenv("MSP_NO_SNAPSHOTS") != ""
			if off && c.unseen {
				t.Skip("The apply sees it when it asks again.")
			}
			s := acctest.NewServer(t)
			// Others write past what is between provider and server, and so as other processes.
			between(t, s, func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
			if c.before != nil {
				c.before(t, s)
			}
			p := s.Protocol(t)
			planned := c.planned
			if planned == nil {
				planned = both
			}
			if refusal := p.Plan(typeName, nil, object(initech, planned)); refusal != "" {
				t.Fatal(refusal)
			}
			if c.between != nil {
				c.between(t, s, p)
			}
			s.ResetRequests()
			after, refusal := p.Apply(typeName, nil, object(initech, both))
			if !strings.Contains(refusal, c.refusal) || (refusal != "") != (c.refusal != "") {
				t.Errorf("the apply is answered %q, want %q", refusal, c.refusal)
			}
			asks := c.asks
			if off {
				asks = again
			}
			checks := s.Count("batchExternalAdmins") - len(batchWrites(t, s))
			if lists := s.Count("listCustomerExternalAdmins"); lists != asks || checks != asks {
				t.Errorf("the apply asked for %d lists and %d checks, want %d", lists, checks, asks)
			}
			want := c.has
			if want == nil {
				want = c.after
			}
			wantRoles(t, "the state", rolesOf(t, after), c.after)
			wantRoles(t, "the server", has(t, s, initech), want)
		})
	}
}
