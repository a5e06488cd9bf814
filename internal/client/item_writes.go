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
)

// batchesAtOnce bounds the requests by which one call writes: Terraform runs ten such calls beside each other.
const batchesAtOnce = 4

// ItemOutcome is what became of one item.
type ItemOutcome struct {
	// Err is nil if the item was done or, of a check, if it was judged. Fields in it are pointers into the item, as
	// those of a single request are into its body. Items that were not even tried share one error.
	Err error
	// Findings of a check; none if nothing is wrong.
	Findings []Finding
}

// itemResult is what every kind of batch answers about an item.
type itemResult struct {
	status     int
	problem    *api.Problem
	validation *api.ValidationResult
	requestID  string // of the batch
}

// itemWriter writes or checks any number of items of one kind. Both ways to send them have the same outcome.
type itemWriter[I any] struct {
	client *Client
	// batch sends up to most items in one request, which request describes for errors.
	batch   func(context.Context, []I) ([]itemResult, error)
	most    int
	request request
	// single sends one by itself.
	single func(context.Context, I) ItemOutcome
	// settled tells of items about which an answer was lost whether they are as they were to become, and whether that could be
	// found out. It is nil for checks.
	settled func(context.Context) func(I) (done, known bool)
}

// run answers an outcome for each item in the order of the items. No object may be named twice. The items of a batch that
// fails as a whole are sent one by one, and where an answer was lost, reading tells what had happened: an error means that
// the item's effect is not there, unless it says MayHaveHappened.
func (w itemWriter[I]) run(ctx context.Context, items []I) []ItemOutcome {
	outcomes := make([]ItemOutcome, len(items))
	var all errgroup.Group
	all.SetLimit(batchesAtOnce)
	for from := 0; from < len(items); from += w.most {
		to := min(from+w.most, len(items))
		all.Go(func() error {
			w.runBatch(ctx, items[from:to], outcomes[from:to])
			return nil // errors are outcomes of items
		})
	}
	_ = all.Wait()
	return outcomes
}

func (w itemWriter[I]) runBatch(ctx context.Context, items []I, outcomes []ItemOutcome) {
	results, err := w.batch(ctx, items)
	if err == nil {
		for i, result := range results {
			outcomes[i] = w.outcome(i, items[i], result)
		}
		w.settle(ctx, items, outcomes, false)
		return
	}
	if ctx.Err() != nil {
		for i := range outcomes {
			outcomes[i].Err = err
		}
		return
	}
	w.runSingly(ctx, items, outcomes, err)
	w.settle(ctx, items, outcomes, mayHave(err))
}

// runSingly sends the items of a failed batch one by one, since what ails the batch may concern one of them only. It stops
// at the first answer that has nothing to do with the item: the others would meet the same.
func (w itemWriter[I]) runSingly(ctx context.Context, items []I, outcomes []ItemOutcome, failed error) {
	var hopeless atomic.Bool
	var all errgroup.Group
	all.SetLimit(batchesAtOnce)
	for i, item := range items {
		all.Go(func() error {
			outcomes[i].Err = failed
			if !hopeless.Load() && ctx.Err() == nil {
				outcomes[i] = w.single(ctx, item)
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

// settle looks up what became of items about which an answer was lost, or the answer to all of them: what a single request
// refused may be what the batch had done.
func (w itemWriter[I]) settle(ctx context.Context, items []I, outcomes []ItemOutcome, lost bool) {
	if w.settled == nil {
		return
	}
	var settled func(I) (done, known bool)
	for i, item := range items {
		if outcomes[i].Err == nil || !lost && !mayHave(outcomes[i].Err) {
			continue
		}
		if settled == nil {
			settled = w.settled(ctx)
		}
		switch done, known := settled(item); {
		case done:
			outcomes[i].Err = nil
		case !known:
			outcomes[i].Err = mayHaveAfterAll(outcomes[i].Err)
		}
	}
}

// outcome reads the result of the i-th item of a batch.
func (w itemWriter[I]) outcome(i int, item I, result itemResult) ItemOutcome {
	within := fmt.Sprintf("/items/%d", i)
	checks := w.settled == nil
	if result.problem == nil && result.status/100 == 2 && checks == (result.validation != nil) {
		findings := w.client.findings(valueOf(result.validation).Findings, result.requestID)
		for j := range findings {
			if field := findings[j].Field; field != nil {
				inItem := strings.TrimPrefix(*field, within)
				findings[j].Field = &inItem
			}
		}
		return ItemOutcome{Findings: findings}
	}
	refused := &Error{
		Operation: w.request.operation, Method: http.MethodPost, Path: w.request.path.String(),
		Status: result.status, RequestID: result.requestID,
	}
	if result.problem == nil {
		refused.Detail = "The answer does not say what became of the item."
		return ItemOutcome{Err: refused}
	}
	problem := *result.problem
	inItem := strings.TrimPrefix(valueOf(problem.Field), within)
	problem.Field = &inItem
	refused.take(&problem, item, w.client.mask)
	if id := result.problem.RequestID; id != "" {
		refused.RequestID = w.client.mask.id(id)
	}
	if refused.Code == api.ErrorCodeOutcomeUnknown && !checks {
		refused.MayHaveHappened = true
		w.client.writes.begin(nil) // and never ends
	}
	return ItemOutcome{Err: refused}
}

// resultsOf reads what a batch answered, or hands on why it has not.
func resultsOf[R any](outcome BatchOutcome[R], err error, read func(R) itemResult) ([]itemResult, error) {
	if err != nil {
		return nil, err
	}
	all := make([]itemResult, len(outcome.Results))
	for i, result := range outcome.Results {
		all[i] = read(result)
		all[i].requestID = outcome.RequestID
	}
	return all, nil
}

// checked is the outcome of a single check.
func checked(result *Validation, err error) ItemOutcome {
	if err != nil {
		return ItemOutcome{Err: err}
	}
	return ItemOutcome{Findings: result.Findings}
}
