package client

import (
	"context"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// WriteExternalAdmins writes any number of external administrators, in batches beside each other, and answers an outcome for
// each item in the order of the items. No object may be named twice. The items of a batch that fails as a whole are sent one
// by one, and where an answer was lost, reading tells what had happened: an error means that the item's effect is not there,
// unless it says MayHaveHappened.
func (c *Client) WriteExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem) []ItemOutcome {
	w := c.externalAdminItems(c.BatchExternalAdmins, c.writeExternalAdmin)
	w.settled = c.settledExternalAdmins
	return w.run(ctx, items)
}

// CheckExternalAdmins checks what WriteExternalAdmins would do, in the same way.
func (c *Client) CheckExternalAdmins(ctx context.Context, items []api.ExternalAdminBatchItem) []ItemOutcome {
	return c.externalAdminItems(c.ValidateBatchExternalAdmins, c.checkExternalAdmin).run(ctx, items)
}

func (c *Client) externalAdminItems(
	batch func(context.Context, []api.ExternalAdminBatchItem) (BatchOutcome[api.ExternalAdminBatchItemResult], error),
	single func(context.Context, api.ExternalAdminBatchItem) ItemOutcome,
) itemWriter[api.ExternalAdminBatchItem] {
	return itemWriter[api.ExternalAdminBatchItem]{
		client: c, most: api.MaxExternalAdminBatch, request: batchExternalAdmins(nil), single: single,
		batch: func(ctx context.Context, items []api.ExternalAdminBatchItem) ([]itemResult, error) {
			results, err := batch(ctx, items)
			return resultsOf(results, err, func(r api.ExternalAdminBatchItemResult) itemResult {
				return itemResult{status: r.Status, problem: r.Problem, validation: r.Validation}
			})
		},
	}
}

func (c *Client) settledExternalAdmins(ctx context.Context) func(api.ExternalAdminBatchItem) (done, known bool) {
	found := map[string]map[string]api.ExternalAdmin{} // by customer id and folded e-mail
	return func(item api.ExternalAdminBatchItem) (done, known bool) {
		if _, ok := found[item.CustomerID]; !ok {
			found[item.CustomerID] = c.externalAdminsOf(ctx, item.CustomerID)
		}
		have := found[item.CustomerID]
		if have == nil {
			return false, false
		}
		admin, exists := have[canon.Fold(item.Email)]
		if item.Operation == api.BatchOperationDelete {
			return !exists, true
		}
		return exists && admin.Role == valueOf(item.Role) && sameTime(admin.ExpiresAt, item.ExpiresAt), true
	}
}

func sameTime(a, b *time.Time) bool { return (a == nil) == (b == nil) && valueOf(a).Equal(valueOf(b)) }

// externalAdminsOf a customer by folded e-mail address; nil if they can't be read.
func (c *Client) externalAdminsOf(ctx context.Context, customerID string) map[string]api.ExternalAdmin {
	admins := map[string]api.ExternalAdmin{}
	for admin, err := range c.ListCustomerExternalAdmins(ctx, customerID) {
		if err != nil {
			return nil
		}
		admins[canon.Fold(admin.Email)] = admin
	}
	return admins
}

// externalAdminInput is the body of the single request for an item.
func externalAdminInput(item api.ExternalAdminBatchItem) api.ExternalAdminInput {
	return api.ExternalAdminInput{Role: valueOf(item.Role), ExpiresAt: item.ExpiresAt}
}

func (c *Client) writeExternalAdmin(ctx context.Context, item api.ExternalAdminBatchItem) ItemOutcome {
	var err error
	if item.Operation == api.BatchOperationDelete {
		err = c.DeleteExternalAdmin(ctx, item.CustomerID, item.Email, MatchOptions{IfMatch: valueOf(item.IfMatch)})
	} else {
		_, err = c.PutExternalAdmin(ctx, item.CustomerID, item.Email, externalAdminInput(item),
			WriteOptions{IfMatch: valueOf(item.IfMatch), CreateOnly: valueOf(item.CreateOnly)})
	}
	return ItemOutcome{Err: err}
}

func (c *Client) checkExternalAdmin(ctx context.Context, item api.ExternalAdminBatchItem) ItemOutcome {
	if item.Operation == api.BatchOperationDelete {
		return checked(c.ValidateDeleteExternalAdmin(ctx, item.CustomerID, item.Email, MatchOptions{IfMatch: valueOf(item.IfMatch)}))
	}
	return checked(c.ValidatePutExternalAdmin(ctx, item.CustomerID, item.Email, externalAdminInput(item),
		WriteOptions{IfMatch: valueOf(item.IfMatch), CreateOnly: valueOf(item.CreateOnly)}))
}
