package tfkit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

func TestAddError(t *testing.T) {
	t.Parallel()
	const foreign = "and not from the API itself. Check that endpoint is the API's base URL, and what proxies or load balancers on the way to it say."
	const unsure = "\n\nThe write may have been carried out all the same, since the API's own answer to a try of it did not arrive. Apply again, which begins with looking at what is there."
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"refused": {
			&client.Error{Code: "forbidden", Status: 403, Detail: "Not for you.", RequestID: "req_1"},
			"Not for you.\n\n" + advice["forbidden"] + "\n\nCode: forbidden (HTTP 403). Request id: req_1",
		},
		"blocked": {
			&client.Error{Code: "in_use", Status: 409, Detail: "In use.", Blockers: []api.Blocker{{Kind: "role", ID: "r"}}},
			"In use.\n\nIn the way:\n  - role r\n\nCode: in_use (HTTP 409).",
		},
		"of unknown outcome": {
			&client.Error{Code: "unavailable", Status: 503, Detail: "Later.", RequestID: "req_1", MayHaveHappened: true},
			"Later." + unsure + "\n\nCode: unavailable (HTTP 503). Request id: req_1",
		},
		"not before long": {
			&client.Error{Code: "rate_limited", Status: 429, Detail: "Too many.", RequestID: "req_1", RetryAfter: time.Hour},
			"Too many.\n\nThe server asks to wait 1h0m0s, which is longer than the provider waits. Apply again after that.\n\nCode: rate_limited (HTTP 429). Request id: req_1",
		},
		"a proxy's page": {
			fmt.Errorf("wrapped: %w", &client.Error{Status: 502, Detail: "<html> Bad", RequestID: "proxy_9"}),
			"The answer was HTTP 502 (Bad Gateway), " + foreign + " The answer begins: <html> Bad\n\nRequest id: proxy_9",
		},
		"nothing":         {&client.Error{Status: 404}, "The answer was HTTP 404 (Not Found), " + foreign},
		"no known status": {&client.Error{Status: 599, MayHaveHappened: true}, "The answer was HTTP 599, " + foreign + unsure},
		"no answer":       {errors.New("the host is away"), "the host is away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			AddError(&diags, "create it", test.err)
			if len(diags) != 1 || diags[0].Summary() != "Could not create it" || diags[0].Detail() != test.want {
				t.Errorf("got  %v\nwant %q", diags, test.want)
			}
		})
	}
}

// Whoever asks the operator of the API about a refusal needs the request.
func TestRequestsAreTold(t *testing.T) {
	t.Parallel()
	found := client.Finding{ValidationFinding: api.ValidationFinding{Code: "in_use", Severity: api.SeverityFatal, Detail: "In use."}, RequestID: "req_7"}
	for name, say := range map[string]func(*diag.Diagnostics){
		"refused in a plan": func(d *diag.Diagnostics) {
			AddVerdict(d, "it", &client.Validation{Findings: []client.Finding{found}}, nil)
		},
		"warned in a plan": func(d *diag.Diagnostics) { AddFindingWarning(d, "it", found) },
		"changed":          func(d *diag.Diagnostics) { AddChangedSincePlan(d, "it", []string{"name"}, "req_7") },
		"exists": func(d *diag.Diagnostics) {
			(&Runtime{}).MayAdopt(d, "msp_it", "a", nil, "req_7")
		},
		"exists, and is different": func(d *diag.Diagnostics) {
			(&Runtime{AdoptExisting: true}).MayAdopt(d, "msp_it", "a", []string{"name"}, "req_7")
		},
		"not gone": func(d *diag.Diagnostics) {
			AddUnlessGone(d, "it", &client.Versioned[string]{RequestID: "req_7"}, nil)
		},
		"perhaps not gone": func(d *diag.Diagnostics) {
			AddUnlessGone[string](d, "it", nil, &client.Error{Code: "forbidden", RequestID: "req_7"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			say(&diags)
			if len(diags) != 1 || !strings.HasSuffix(diags[0].Detail(), "Request id: req_7") {
				t.Errorf("got %v", diags)
			}
		})
	}
	var diags diag.Diagnostics
	if AddUnlessGone[string](&diags, "it", nil, &client.Error{Code: api.ErrorCodeNotFound}); len(diags) != 0 {
		t.Errorf("gone: %v", diags)
	}
	if addChangedAt(&diags, path.Root("name"), "it", ""); strings.Contains(diags[0].Detail(), "equest") {
		t.Errorf("no request is known: %v", diags)
	}
}

// What could not be removed stays in state, and nothing else of the run may take it over.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	rt := &Runtime{Owned: &Owned{}}
	var failed, well diag.Diagnostics
	failed.AddError("Access was not taken away", "")
	if _, ok := rt.Take(&well, "msp_it", "a"); !ok {
		t.Fatal("not free")
	}
	if rt.GiveUp(&failed, "msp_it", "a"); rt.Owned.Claim("msp_it", "a") {
		t.Error("given up although it is there")
	}
	if rt.GiveUp(&well, "msp_it", "a"); !rt.Owned.Claim("msp_it", "a") {
		t.Error("not given up")
	}
}
