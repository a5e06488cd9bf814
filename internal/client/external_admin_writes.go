package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// batchesAtOnce bounds the requests by which one call writes: Terraform runs ten such calls beside each other.
const batchesAtOnce = 4

// ExternalAdminOutcome is what became of one item.
type ExternalAdminOutcome struct {
	// Err is nil if the item was done or, of a check, if it was judged. Fields in it are pointers into the item, as
	// those of a single request are into its body. Items that were not even tried share one error.
	Err error
	// Findings of a check; none if nothing is wrong.
	Findings []api.ValidationFinding
}

// externalAdminItems writes or checks items. Both ways to send them have the same outcome.
type externalAdminItems struct {
	client *Client
	// batch sends up to api.MaxExternalAdminBatch items in one request.
	batch func(context.Context, []api.ExternalAdminBatchItem) ([]api.ExternalAdminBatchItemResult, error)
	// single sends one by itself.
	single func(context.Context, api.ExternalAdminBatchItem) ExternalAdminOutcome
	writes bool
}

// WriteExternalAdmins writes any number of external administrators, in batches beside each other, and answers an outcome for
// each item in the order of the items. No object may be named twice. The items of a batch that fails as a whole are sent one
// by one, and where an answer was lost, reading tells what had happened: an error means that the item's effect is not there,
// unless it says MayHaveHappened.
func (c *Client) WriteExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem) []ExternalAdminOutcome {
	return externalAdminItems{client: c, batch: c.BatchExternalAdmins, single: c.writeExternalAdmin, writes: true}.run(ctx, items)
}

// CheckExternalAdmins checks what WriteExternalAdmins would do, in the same way.
func (c *Client) CheckExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem) []ExternalAdminOutcome {
	return externalAdminItems{client: c, batch: c.ValidateBatchExternalAdmins, single: c.checkExternalAdmin}.run(ctx, items)
}

func (b externalAdminItems) run(ctx context.Context, items []api.ExternalAdminBatchItem) []ExternalAdminOutcome {
	outcomes := make([]ExternalAdminOutcome, len(items))
	var all errgroup.Group
	all.SetLimit(batchesAtOnce)
	for from := 0; from < len(items); from += api.MaxExternalAdminBatch {
		to := min(from+api.MaxExternalAdminBatch, len(items))
		all.Go(func() error {
			b.runBatch(ctx, items[from:to], outcomes[from:to])
			return nil // errors are outcomes of items
		})
	}
	_ = all.Wait()
	return outcomes
}

func (b externalAdminItems) runBatch(ctx context.Context, items []api.ExternalAdminBatchItem, outcomes []ExternalAdminOutcome) {
	results, err := b.batch(ctx, items)
	if err == nil {
		for i, result := range results {
			outcomes[i] = b.outcome(i, result)
		}
		return
	}
	if ctx.Err() != nil {
		for i := range outcomes {
			outcomes[i].Err = err
		}
		return
	}
	b.runSingly(ctx, items, outcomes, err)
	if b.writes {
		b.client.settleExternalAdmins(ctx, items, outcomes, mayHave(err))
	}
}

// runSingly sends the items of a failed batch one by one, since what ails the batch may concern one of them only. It stops
// at the first answer that has nothing to do with the item: the others would meet the same.
func (b externalAdminItems) runSingly(ctx context.Context, items []api.ExternalAdminBatchItem, outcomes []ExternalAdminOutcome, failed error) {
	var hopeless atomic.Bool
	var all errgroup.Group
	all.SetLimit(batchesAtOnce)
	for i, item := range items {
		all.Go(func() error {
			outcomes[i].Err = failed
			if !hopeless.Load() && ctx.Err() == nil {
				outcomes[i] = b.single(ctx, item)
			}
			if !isOfItem(outcomes[i].Err) {
				hopeless.Store(true)
			}
			return nil
		})
	}
	_ = all.Wait()
}

// isOfItem tells the refusal of one item from what would befall its neighbors as well.
func isOfItem(err error) bool {
	if err == nil {
		return true
	}
	var refused *Error
	if !errors.As(err, &refused) || refused.Code == "" || refused.Retryable {
		return false
	}
	return refused.Code != api.ErrorCodeForbidden && refused.Code != api.ErrorCodeUnauthenticated
}

// settleExternalAdmins looks up what became of items about which an answer was lost: what a single request refused may be
// what the batch had done.
func (c *Client) settleExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem, outcomes []ExternalAdminOutcome, lost bool) {
	roles := map[string]map[string]string{} // by customer id and folded e-mail
	for i, item := range items {
		if outcomes[i].Err == nil || !lost && !mayHave(outcomes[i].Err) {
			continue
		}
		if _, ok := roles[item.CustomerID]; !ok {
			roles[item.CustomerID] = c.externalAdminRoles(ctx, item.CustomerID)
		}
		have := roles[item.CustomerID]
		if have == nil {
			continue // unknown as before
		}
		role, exists := have[canon.Fold(item.Email)]
		if item.Operation == api.BatchOperationDelete && !exists || item.Operation == api.BatchOperationPut && exists && role == valueOf(item.Role) {
			outcomes[i].Err = nil
		}
	}
}

// externalAdminRoles answers nil if they can't be read.
func (c *Client) externalAdminRoles(ctx context.Context, customerID string) map[string]string {
	roles := map[string]string{}
	for admin, err := range c.ListCustomerExternalAdmins(ctx, customerID) {
		if err != nil {
			return nil
		}
		roles[canon.Fold(admin.Email)] = admin.Role
	}
	return roles
}

// mayHave tells whether a write that failed may have been carried out.
func mayHave(err error) bool {
	var refused *Error
	var unanswered *TransportError
	return errors.As(err, &refused) && refused.MayHaveHappened || errors.As(err, &unanswered) && unanswered.MayHaveHappened
}

func (c *Client) writeExternalAdmin(ctx context.Context, item api.ExternalAdminBatchItem) ExternalAdminOutcome {
	var err error
	if item.Operation == api.BatchOperationDelete {
		err = c.DeleteExternalAdmin(ctx, item.CustomerID, item.Email, MatchOptions{IfMatch: valueOf(item.IfMatch)})
	} else {
		_, err = c.PutExternalAdmin(ctx, item.CustomerID, item.Email, api.ExternalAdminInput{Role: valueOf(item.Role)},
			WriteOptions{IfMatch: valueOf(item.IfMatch), CreateOnly: valueOf(item.CreateOnly)})
	}
	return ExternalAdminOutcome{Err: err}
}

func (c *Client) checkExternalAdmin(ctx context.Context, item api.ExternalAdminBatchItem) ExternalAdminOutcome {
	var result *api.ValidationResult
	var err error
	if item.Operation == api.BatchOperationDelete {
		result, err = c.ValidateDeleteExternalAdmin(ctx, item.CustomerID, item.Email, MatchOptions{IfMatch: valueOf(item.IfMatch)})
	} else {
		result, err = c.ValidatePutExternalAdmin(ctx, item.CustomerID, item.Email, api.ExternalAdminInput{Role: valueOf(item.Role)},
			WriteOptions{IfMatch: valueOf(item.IfMatch), CreateOnly: valueOf(item.CreateOnly)})
	}
	if err != nil {
		return ExternalAdminOutcome{Err: err}
	}
	return ExternalAdminOutcome{Findings: result.Findings}
}

// outcome reads the result of the i-th item of a batch.
func (b externalAdminItems) outcome(i int, result api.ExternalAdminBatchItemResult) ExternalAdminOutcome {
	within := fmt.Sprintf("/items/%d", i)
	if result.Problem == nil && result.Status/100 == 2 && b.writes == (result.Validation == nil) {
		findings := valueOf(result.Validation).Findings
		for j := range findings {
			if field := findings[j].Field; field != nil {
				inItem := strings.TrimPrefix(*field, within)
				findings[j].Field = &inItem
			}
		}
		return ExternalAdminOutcome{Findings: findings}
	}
	refused := &Error{Operation: opBatchExternalAdmins, Method: http.MethodPost, Path: batchExternalAdmins(nil).path.String(), Status: result.Status}
	if result.Problem == nil {
		refused.Detail = "The answer does not say what became of the item."
		return ExternalAdminOutcome{Err: refused}
	}
	refused.take(result.Problem, b.client.mask)
	refused.Field = strings.TrimPrefix(refused.Field, within)
	refused.RequestID = b.client.mask.text(result.Problem.RequestID)
	return ExternalAdminOutcome{Err: refused}
}
