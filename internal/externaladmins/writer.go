package externaladmins

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// readsAtOnce bounds the requests for the versions of single grants.
const readsAtOnce = 8

// writer does what one call of Terraform asks for at one customer. What goes wrong ends up in diags.
type writer struct {
	client     *client.Client
	diags      *diag.Diagnostics
	customerID string
}

func (r *externalAdmins) writer(diags *diag.Diagnostics, customerID string) *writer {
	return &writer{r.rt.Client, diags, customerID}
}

// list answers who has access now.
func (w *writer) list(ctx context.Context) remote {
	admins, err := client.Collect(w.client.ListCustomerExternalAdmins(ctx, w.customerID))
	switch {
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(w.diags, w.customerID, err)
	case err != nil:
		tfkit.AddError(w.diags, "read external administrators of "+w.customerID, err)
	}
	return remoteOf(admins)
}

// check lets the API judge the changes without making them. Findings that refuse says so of become errors.
func (w *writer) check(ctx context.Context, changes []change, refuse func(api.ValidationFinding) bool) {
	var failed failures
	for i, outcome := range w.client.CheckExternalAdmins(ctx, w.items(changes, false)) {
		c := changes[i]
		switch {
		case c.remove && client.IsNotFound(outcome.Err):
		case client.IsNotFound(outcome.Err):
			tfkit.AddNoSuchCustomer(w.diags, w.customerID, outcome.Err)
			return
		case outcome.Err != nil:
			failed.add(c, outcome.Err)
		}
		for _, finding := range outcome.Findings {
			if refuse(finding) {
				tfkit.AddFinding(w.diags, placeOf(c.member), c.removalOf()+w.what(c), finding)
			}
		}
	}
	failed.report(w, func(change) string { return "check" })
}

// lockToVersions makes changes of roles depend on the versions that were looked at, so that nobody else's change is written
// over. Those of which the list did not tell are looked up.
func (w *writer) lockToVersions(ctx context.Context, puts []change, now remote) {
	if w.diags.HasError() {
		return
	}
	errs := make([]error, len(puts))
	roles := make([]string, len(puts))
	var all errgroup.Group
	all.SetLimit(readsAtOnce)
	for i := range puts {
		if puts[i].isNew {
			continue
		}
		before := now[puts[i].email]
		roles[i] = before.Role
		if before.Etag != nil {
			puts[i].version = *before.Etag
			continue
		}
		all.Go(func() error {
			admin, err := w.client.GetExternalAdmin(ctx, w.customerID, puts[i].email)
			if errs[i] = err; err == nil {
				puts[i].version, roles[i] = admin.ETag, admin.Value.Role
			}
			return nil // told in the order of the members
		})
	}
	_ = all.Wait()
	var failed failures
	for i, c := range puts {
		switch {
		case c.isNew:
		case client.IsNotFound(errs[i]), errs[i] == nil && roles[i] != now[c.email].Role:
			tfkit.AddChangedAt(w.diags, placeOf(c.member)("/"+attrRole), w.what(c))
		case errs[i] != nil:
			failed.add(c, errs[i])
		}
	}
	failed.report(w, func(change) string { return "read" })
}

// checkUnchanged stops an update that would write over what the plan did not show.
func (w *writer) checkUnchanged(prior, want members, now remote) {
	for _, email := range prior.emails() {
		before := prior[email]
		admin, exists := now[email]
		_, wanted := want[email]
		switch {
		case !exists && wanted:
			tfkit.AddChangedAt(w.diags, placeOf(before)(""), fmt.Sprintf("the access of %s (it is gone)", before.key))
		case exists && !now.has(email, before):
			tfkit.AddChangedAt(w.diags, placeOf(before)("/"+attrRole), fmt.Sprintf("the role of %s (it is %q now)", before.key, admin.Role))
		}
	}
	added := want.without(prior)
	for _, email := range added.emails() {
		// With the very role that is wanted there is nothing left to do.
		if admin, exists := now[email]; exists && !now.has(email, added[email]) {
			tfkit.AddChangedAt(w.diags, placeOf(added[email])("/"+attrRole), fmt.Sprintf("the access of %s (with the role %q now)", added[email].key, admin.Role))
		}
	}
}

// write makes the changes and answers whom it did so for, and how many failed.
func (w *writer) write(ctx context.Context, changes []change) (done members, failed int) {
	done = members{}
	var failures failures
	for i, outcome := range w.client.WriteExternalAdmins(ctx, w.items(changes, true)) {
		c := changes[i]
		if outcome.Err == nil || c.remove && client.IsNotFound(outcome.Err) {
			done[c.email] = c.member
			continue
		}
		failures.add(c, outcome.Err)
		failed++
	}
	failures.report(w, change.verb)
	return done, failed
}

// remove takes access away and reads whether it is gone. It answers those of whom that can't be said.
func (w *writer) remove(ctx context.Context, gone members) members {
	if len(gone) == 0 {
		return nil
	}
	done, _ := w.write(ctx, removalsOf(gone))
	left := gone.without(done)
	admins, err := client.Collect(w.client.ListCustomerExternalAdmins(ctx, w.customerID))
	if client.IsNotFound(err) {
		return left // the customer went, and took everything along
	}
	if err != nil {
		tfkit.AddError(w.diags, "verify that access to "+w.customerID+" is gone", err)
		return gone
	}
	now := remoteOf(admins)
	for _, email := range done.emails() {
		if _, exists := now[email]; exists {
			left[email] = gone[email]
			tfkit.AddUnlessGone(w.diags, "external administrator "+w.customerID+"/"+gone[email].key, nil)
		}
	}
	return left
}

func (w *writer) items(changes []change, conditions bool) []api.ExternalAdminBatchItem {
	items := make([]api.ExternalAdminBatchItem, len(changes))
	for i, c := range changes {
		items[i] = c.item(w.customerID, conditions)
	}
	return items
}

func (w *writer) what(c change) string { return "external administrator " + w.customerID + "/" + c.key }
