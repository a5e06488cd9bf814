package rest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// batchItem is one write of a batch.
type batchItem[T any] struct {
	key        string // what it writes to, folded
	operation  api.BatchOperation
	createOnly bool
	ifMatch    *string
	forPut     map[string]bool // fields that only a put takes, and whether they are given
	put        func(context.Context, domain.Precondition) (T, bool, error)
	remove     func(context.Context, domain.Precondition) error
}

// outcome of an item: what the single request would have answered.
type outcome[T any] struct {
	status     int
	object     *T
	problem    *api.Problem
	validation *api.ValidationResult
}

// runBatch runs the items one after the other in one transaction. A refused item has changed nothing, since the domain
// checks before it writes; so its neighbors stand. anticipate runs before them, in the same transaction.
func runBatch[T any](ctx context.Context, c *call, items []batchItem[T], limit int, anticipate func(context.Context) error) ([]outcome[T], error) {
	switch {
	case len(items) == 0:
		return nil, refuseField(domain.CodeInvalidValue, "/items", "The batch is empty; send 1 to %d items.", limit)
	case len(items) > limit:
		return nil, refuseField(domain.CodeBatchTooLarge, "/items", "The batch has %d items; it takes at most %d. Send the others in further requests.", len(items), limit)
	}
	validateOnly := c.query.Get("validate_only") == "true"
	var outcomes []outcome[T]
	err := c.service.Atomically(ctx, func(ctx context.Context) error {
		if err := anticipate(ctx); err != nil {
			return err
		}
		outcomes = make([]outcome[T], len(items))
		seen := map[string]int{}
		for i, item := range items {
			write := func(ctx context.Context) error {
				if first, twice := seen[item.key]; twice {
					return refuse(domain.CodeInvalidValue, "The batch names this object twice; item %d does already.", first)
				}
				seen[item.key] = i
				return item.run(ctx, &outcomes[i])
			}
			var err error
			if validateOnly {
				err = outcomes[i].validate(ctx, c, write)
			} else {
				err = outcomes[i].judge(c, write(ctx))
			}
			if err != nil {
				return err
			}
			outcomes[i].pointInto(i)
		}
		return nil
	})
	return outcomes, err
}

// nothing is what those batches anticipate whose items have little in common.
func nothing(context.Context) error { return nil }

// run one item.
func (item batchItem[T]) run(ctx context.Context, o *outcome[T]) error {
	when := domain.Precondition{CreateOnly: item.createOnly}
	if item.ifMatch != nil {
		revisions, err := parseIfMatch(*item.ifMatch)
		if err != nil || len(revisions) != 1 {
			return refuseField(domain.CodeInvalidValue, "/if_match", "if_match must be * or one ETag in quotation marks, as answers have it.")
		}
		when.IfMatch = revisions[0]
	}
	if item.createOnly && (item.ifMatch != nil || item.operation == api.BatchOperationDelete) {
		return refuseField(domain.CodeInvalidValue, "/create_only", "create_only goes with the operation put only, and not with if_match.")
	}
	switch item.operation {
	case api.BatchOperationPut:
		object, created, err := item.put(ctx, when)
		if err != nil {
			return err
		}
		o.status, o.object = http.StatusOK, &object
		if created {
			o.status = http.StatusCreated
		}
		return nil
	case api.BatchOperationDelete:
		for _, name := range slices.Sorted(maps.Keys(item.forPut)) {
			if item.forPut[name] {
				return refuseField(domain.CodeInvalidValue, "/"+name, "%s goes with the operation put only.", name)
			}
		}
		o.status = http.StatusNoContent
		return item.remove(ctx, when)
	default:
		return refuseField(domain.CodeInvalidValue, "/operation", "The operation must be put or delete.")
	}
}

// judge makes an item's outcome of its refusal, or hands back what concerns the whole batch.
func (o *outcome[T]) judge(c *call, err error) error {
	var e *domain.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e), e.Code == domain.CodeForbidden && !c.mayCall(), e.Code == domain.CodeConflict:
		return err // a failure, a caller who may send no item at all, or a transaction to run again
	}
	p := asProblem(err)
	*o = outcome[T]{status: p.Status, problem: p.withID(c.id)}
	return nil
}

// validate makes an item's outcome of what was found. The change is kept for the items behind it; the transaction of
// the batch is undone as a whole.
func (o *outcome[T]) validate(ctx context.Context, c *call, write func(context.Context) error) error {
	found, err := c.service.Validate(ctx, write)
	if err != nil {
		return o.judge(c, err)
	}
	result := validation(found)
	*o = outcome[T]{status: http.StatusOK, validation: &result}
	return nil
}

// pointInto makes the item's pointers those into the request body, as the contract has them.
func (o *outcome[T]) pointInto(i int) {
	into := func(field *string) *string {
		return optional(fmt.Sprintf("/items/%d%s", i, given(field)))
	}
	if o.problem != nil {
		o.problem.Field = into(o.problem.Field)
	}
	if o.validation != nil {
		for j := range o.validation.Findings {
			o.validation.Findings[j].Field = into(o.validation.Findings[j].Field)
		}
	}
}
