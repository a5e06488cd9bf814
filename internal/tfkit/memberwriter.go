package tfkit

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// readsAtOnce bounds the requests for the versions of single members.
const readsAtOnce = 8

// MemberAPI is how an authoritative map's members are read and written.
type MemberAPI[V MemberValue[V]] interface {
	// What names a member in errors, as in "external administrator cus_1/alex@example.com".
	What(key string) string
	// List answers who is there now.
	List(ctx context.Context) (Members[V], error)
	// Get answers one of them with the version.
	Get(ctx context.Context, email string) (Member[V], error)
	// Write makes the changes, each on the condition of what was looked up; Check lets the API judge them without
	// conditions. Both answer in the order of the changes.
	Write(ctx context.Context, changes []MemberChange[V]) []client.ItemOutcome
	Check(ctx context.Context, changes []MemberChange[V]) []client.ItemOutcome
	// AddNoHome says that what the members belong to is not there.
	AddNoHome(diags *diag.Diagnostics, err error)
}

// MemberWriter does what one call of Terraform asks for with the members of a map. What goes wrong ends up in Diags.
type MemberWriter[V MemberValue[V]] struct {
	API   MemberAPI[V]
	Diags *diag.Diagnostics

	TypeName   string
	ImportID   string
	Plural     string    // of what the members are, as in "external administrators of cus_1"
	At         path.Path // of the map
	Attributes []string  // of a member
}

func (w *MemberWriter[V]) place(key string) Place { return MemberPlace(w.At, key, w.Attributes...) }

// List answers who is there now.
func (w *MemberWriter[V]) List(ctx context.Context) Members[V] { return w.Listed(w.API.List(ctx)) }

// Listed answers who is there, of a list that was asked for, and says what went wrong with it.
func (w *MemberWriter[V]) Listed(now Members[V], err error) Members[V] {
	switch {
	case client.IsNotFound(err):
		w.API.AddNoHome(w.Diags, err)
	case err != nil:
		AddError(w.Diags, "read "+w.Plural, err)
	}
	return now
}

// Verdicts are what the API says of changes, by folded address.
type Verdicts map[string]client.ItemOutcome

// VerdictsOf are the outcomes of checks of the changes, in their order.
func VerdictsOf[V MemberValue[V]](changes []MemberChange[V], outcomes []client.ItemOutcome) Verdicts {
	verdicts := make(Verdicts, len(changes))
	for i, outcome := range outcomes {
		verdicts[changes[i].Email] = outcome
	}
	return verdicts
}

// Check lets the API judge the changes without making them. Findings that refuse says so of become errors.
func (w *MemberWriter[V]) Check(ctx context.Context, changes []MemberChange[V], refuse func(client.Finding) bool) {
	w.Refuse(changes, VerdictsOf(changes, w.API.Check(ctx, changes)), refuse)
}

// Refuse makes errors of verdicts that the changes could not be judged, and of findings that refuse says so of.
func (w *MemberWriter[V]) Refuse(changes []MemberChange[V], verdicts Verdicts, refuse func(client.Finding) bool) {
	var failed memberFailures[V]
	for _, c := range changes {
		outcome := verdicts[c.Email]
		switch {
		case c.Remove && client.IsNotFound(outcome.Err):
		case client.IsNotFound(outcome.Err):
			w.API.AddNoHome(w.Diags, outcome.Err)
			return
		case outcome.Err != nil:
			failed.add(c, outcome.Err)
		}
		for _, finding := range outcome.Findings {
			if refuse(finding) {
				AddFinding(w.Diags, w.place(c.Key), c.removalOf()+w.API.What(c.Key), finding)
			}
		}
	}
	failed.report(w, func(MemberChange[V]) string { return "check" })
}

// Fatal refuses what no other resource of the run can cure.
func Fatal(finding client.Finding) bool { return finding.Severity == api.SeverityFatal }

// Anything refuses every finding, as where the next step is to write.
func Anything(client.Finding) bool { return true }

// LockToVersions makes changes depend on the versions that were looked at, so that nobody else's change is written over. Those
// of which the list did not tell are looked up.
func (w *MemberWriter[V]) LockToVersions(ctx context.Context, changes []MemberChange[V], now Members[V]) {
	if w.Diags.HasError() {
		return
	}
	errs := make([]error, len(changes))
	values := make([]Member[V], len(changes))
	var all errgroup.Group
	all.SetLimit(readsAtOnce)
	for i := range changes {
		if changes[i].IsNew || changes[i].Version != "" {
			continue
		}
		all.Go(func() error {
			if values[i], errs[i] = w.API.Get(ctx, changes[i].Email); errs[i] == nil {
				changes[i].Version = values[i].Version
			}
			return nil // told in the order of the members
		})
	}
	_ = all.Wait()
	var failed memberFailures[V]
	for i, c := range changes {
		switch {
		case c.Remove && client.IsNotFound(errs[i]): // nothing is left to do
		case client.IsNotFound(errs[i]):
			addChangedAt(w.Diags, w.place(c.Key)(""), w.API.What(c.Key)+" (it is gone)", requestIDOf(errs[i]))
		case errs[i] != nil:
			failed.add(c, errs[i])
		case values[i].Version != "":
			w.addChanged(c.Key, values[i].Value.DiffersFrom(now[c.Email].Value))
		}
	}
	failed.report(w, func(MemberChange[V]) string { return "read" })
}

// CheckUnchanged stops an update that would write over what the plan did not show.
func (w *MemberWriter[V]) CheckUnchanged(prior, want, now Members[V]) {
	for _, email := range prior.Emails() {
		before := prior[email]
		one, exists := now[email]
		_, wanted := want[email]
		switch {
		case exists:
			w.addChanged(before.Key, one.Value.DiffersFrom(before.Value))
		case wanted:
			addChangedAt(w.Diags, w.place(before.Key)(""), w.API.What(before.Key)+" (it is gone)", "")
		}
	}
	added := want.Without(prior)
	for _, email := range added.Emails() {
		// With the very values that are wanted there is nothing left to do.
		if one, exists := now[email]; exists {
			w.addChanged(added[email].Key, one.Value.DiffersFrom(added[email].Value))
		}
	}
}

func (w *MemberWriter[V]) addChanged(key string, differences []Difference) {
	for _, d := range differences {
		addChangedAt(w.Diags, w.place(key)("/"+d.Attribute), fmt.Sprintf("%s of %s (it is %q now)", d.Attribute, w.API.What(key), d.After), "")
	}
}

// Write gives and changes access, and answers whom it did so for, and how many failed.
func (w *MemberWriter[V]) Write(ctx context.Context, puts []MemberChange[V]) (done Members[V], failed int) {
	done = Members[V]{}
	var failures memberFailures[V]
	for i, outcome := range w.API.Write(ctx, puts) {
		c := puts[i]
		if outcome.Err == nil {
			done[c.Email] = c.Member
			continue
		}
		failures.add(c, outcome.Err)
		failed++
	}
	failures.report(w, MemberChange[V].verb)
	return done, failed
}

// Remove takes access away and reads whether it is gone. It answers those of whom that can't be said.
func (w *MemberWriter[V]) Remove(ctx context.Context, removals []MemberChange[V]) Members[V] {
	if len(removals) == 0 {
		return nil
	}
	outcomes := w.API.Write(ctx, removals)
	now, err := w.API.List(ctx)
	read := err == nil || client.IsNotFound(err) // what they belonged to went, and took everybody along
	left := Members[V]{}
	var failures memberFailures[V]
	for i, c := range removals {
		_, exists := now[c.Email]
		switch refused := outcomes[i].Err; {
		case client.IsCode(refused, api.ErrorCodePreconditionFailed) && read && !exists: // somebody else was faster
		case refused != nil && !client.IsNotFound(refused):
			failures.add(c, refused)
			left[c.Email] = c.Member
		case exists:
			addStillThere(w.Diags, w.API.What(c.Key), "")
			left[c.Email] = c.Member
		}
	}
	failures.report(w, MemberChange[V].verb)
	if !read {
		AddError(w.Diags, "verify that "+w.Plural+" are gone", err)
		return ChangedMembers(removals)
	}
	return left
}
