package domainverification

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const (
	// defaultPatience is an hour, for which most name servers remember that there was no record, and some more.
	defaultPatience = 75 * time.Minute

	firstPause = 5 * time.Second
	lastPause  = time.Minute
)

// pause is how long to wait after so many looks. Tests wait less.
var pause = backoff

// backoff grows by half each time up to a minute, and spreads out what was created together.
func backoff(looks int) time.Duration {
	pause := firstPause
	for range looks - 1 {
		if pause = pause * 3 / 2; pause >= lastPause {
			pause = lastPause
			break
		}
	}
	return pause - pause/8 + rand.N(pause/4) //nolint:gosec // nothing secret
}

// wait is for one domain to be verified.
type wait struct {
	client   *client.Client
	domain   string
	patience time.Duration

	looks int
	last  *api.Domain // what the last look that was answered told
	err   error       // of the last look, where it was not
}

// run answers the verified domain, or nil after adding the reason.
func (w *wait) run(ctx context.Context, diags *diag.Diagnostics) *api.Domain {
	started := time.Now()
	bounded, cancel := context.WithTimeout(ctx, w.patience)
	defer cancel()
	for {
		looking := bounded
		if w.looks == 0 {
			looking = ctx // however short the patience is, there is something to tell of in the end
		}
		d, err := w.client.VerifyDomain(looking, w.domain)
		w.looks++
		switch {
		case err == nil && d.Status == api.DomainStatusVerified:
			tflog.Info(ctx, "domain is verified", map[string]any{"domain": w.domain, "attempt": w.looks, "waited": time.Since(started).String()})
			return d
		case err == nil && d.Status == api.DomainStatusExpired:
			diags.AddAttributeError(path.Root("domain"), "Code of domain "+w.domain+" has expired",
				"DNS did not have its record within 30 days. The next apply of the msp_domain gets a new code; publish the new record then.")
			return nil
		case err == nil:
			w.last, w.err = d, nil
		case looking.Err() == nil && !mayPass(err):
			w.refused(diags, err)
			return nil
		default:
			w.err = err
		}
		next := pause(w.looks)
		if bounded.Err() == nil {
			tflog.Info(ctx, "domain is not verified yet", map[string]any{
				"domain": w.domain, "attempt": w.looks, "outcome": w.outcome(), "dns": w.seen(), "waited": time.Since(started).String(), "next_look_in": next.String(),
			})
		}
		select {
		case <-bounded.Done():
			w.over(ctx, diags)
			return nil
		case <-time.After(next):
		}
	}
}

// mayPass tells a failure that another look may not meet from a refusal.
func mayPass(err error) bool {
	var refused *client.Error
	if errors.As(err, &refused) {
		return refused.Retryable || refused.Status >= 500
	}
	var auth *client.AuthError
	return !errors.As(err, &auth)
}

func (w *wait) refused(diags *diag.Diagnostics, err error) {
	if client.IsNotFound(err) {
		diags.AddAttributeError(path.Root("domain"), "There is no domain "+w.domain,
			"It is not among the partner's domains. Declare it as msp_domain and refer to the id of that resource, so that Terraform creates it first.")
		return
	}
	tfkit.AddErrorAt(diags, atDomain, "verify domain "+w.domain, err)
}

// over says that it is over without a result, and how to go on.
func (w *wait) over(ctx context.Context, diags *diag.Diagnostics) {
	why := fmt.Sprintf("DNS did not show within %s that the domain is yours (timeouts.create)", w.patience)
	if ctx.Err() != nil {
		why = "The run was interrupted before DNS showed that the domain is yours"
	}
	text := fmt.Sprintf("%s. The vendor looked %d times. What the last look saw: %s", why, w.looks, w.seen())
	if w.last != nil && w.last.Record != nil {
		r := w.last.Record
		text += fmt.Sprintf("\n\nThe record that DNS must have:\n\n  %s  %s  %q", r.Name, r.Type, r.Value)
	}
	if w.last != nil && w.last.ExpiresAt != nil {
		text += fmt.Sprintf("\n\nThe code in it is good until %s.", w.last.ExpiresAt.UTC().Format(time.RFC3339))
	}
	text += "\n\nNothing is lost: the vendor goes on looking by itself, and the next apply goes on waiting."
	diags.AddAttributeError(path.Root("domain"), "Domain "+w.domain+" is not verified yet", text)
}

func (w *wait) outcome() string {
	switch {
	case w.err != nil:
		return "error"
	case w.last != nil && w.last.LastCheck != nil:
		return string(w.last.LastCheck.Outcome)
	}
	return "unknown"
}

// seen is what DNS had, in words.
func (w *wait) seen() string {
	switch {
	case w.last != nil && w.last.LastCheck != nil:
		return w.last.LastCheck.Detail
	case w.err != nil:
		return w.err.Error()
	}
	return "nothing was said."
}

// positiveDuration refuses what is no time to wait.
type positiveDuration struct{}

func (positiveDuration) Description(context.Context) string {
	return "The value must be a duration longer than 0, such as 30m."
}

func (v positiveDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("Attribute %s: %q is no duration longer than 0. Write a number with a unit, such as \"90s\", \"30m\" or \"2h\".", req.Path, req.ConfigValue.ValueString()))
	}
}
