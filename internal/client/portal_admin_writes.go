package client

import (
	"context"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// WritePortalAdmins does for portal admins what WriteExternalAdmins does for external administrators, in batches of ten.
func (c *Client) WritePortalAdmins(ctx context.Context, items []api.PortalAdminBatchItem) []ItemOutcome {
	w := c.portalAdminItems(c.BatchPortalAdmins, c.writePortalAdmin)
	w.settled = c.settledPortalAdmins
	return w.run(ctx, items)
}

// CheckPortalAdmins checks what WritePortalAdmins would do, in the same way. Each batch is judged by itself: an administrator
// who comes with another batch is not there yet for this one.
func (c *Client) CheckPortalAdmins(ctx context.Context, items []api.PortalAdminBatchItem) []ItemOutcome {
	return c.portalAdminItems(c.ValidateBatchPortalAdmins, c.checkPortalAdmin).run(ctx, items)
}

func (c *Client) portalAdminItems(
	batch func(context.Context, []api.PortalAdminBatchItem) (BatchOutcome[api.PortalAdminBatchItemResult], error),
	single func(context.Context, api.PortalAdminBatchItem) ItemOutcome,
) itemWriter[api.PortalAdminBatchItem] {
	return itemWriter[api.PortalAdminBatchItem]{
		client: c, most: api.MaxPortalAdminBatch, request: batchPortalAdmins(nil), single: single,
		batch: func(ctx context.Context, items []api.PortalAdminBatchItem) ([]itemResult, error) {
			results, err := batch(ctx, items)
			return resultsOf(results, err, func(r api.PortalAdminBatchItemResult) itemResult {
				return itemResult{status: r.Status, problem: r.Problem, validation: r.Validation}
			})
		},
	}
}

func (c *Client) settledPortalAdmins(ctx context.Context) func(api.PortalAdminBatchItem) (done, known bool) {
	have := map[string]api.PortalAdmin{} // by folded e-mail
	for admin, err := range c.ListPortalAdmins(ctx, PortalAdminFilter{}) {
		if err != nil {
			return func(api.PortalAdminBatchItem) (done, known bool) { return false, false }
		}
		have[canon.Fold(admin.Email)] = admin
	}
	return func(item api.PortalAdminBatchItem) (done, known bool) {
		admin, exists := have[canon.Fold(item.Email)]
		if item.Operation == api.BatchOperationDelete {
			return !exists, true
		}
		return exists && admin.Role == valueOf(item.Role) && admin.Name == valueOf(item.Name) && valueOf(admin.Phone) == valueOf(item.Phone), true
	}
}

func (c *Client) writePortalAdmin(ctx context.Context, item api.PortalAdminBatchItem) ItemOutcome {
	var err error
	if item.Operation == api.BatchOperationDelete {
		err = c.DeletePortalAdmin(ctx, item.Email, MatchOptions{IfMatch: valueOf(item.IfMatch)})
	} else {
		_, err = c.PutPortalAdmin(ctx, item.Email, portalAdminInput(item), WriteOptions{IfMatch: valueOf(item.IfMatch), CreateOnly: valueOf(item.CreateOnly)})
	}
	return ItemOutcome{Err: err}
}

func (c *Client) checkPortalAdmin(ctx context.Context, item api.PortalAdminBatchItem) ItemOutcome {
	if item.Operation == api.BatchOperationDelete {
		return checked(c.ValidateDeletePortalAdmin(ctx, item.Email, MatchOptions{IfMatch: valueOf(item.IfMatch)}))
	}
	return checked(c.ValidatePutPortalAdmin(ctx, item.Email, portalAdminInput(item),
		WriteOptions{IfMatch: valueOf(item.IfMatch), CreateOnly: valueOf(item.CreateOnly)}))
}

func portalAdminInput(item api.PortalAdminBatchItem) api.PortalAdminInput {
	return api.PortalAdminInput{Name: valueOf(item.Name), Phone: item.Phone, Role: valueOf(item.Role)}
}
