package client

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// TestLostAnswersAboutPortalAdmins has batches that are done and not answered. What happened is looked up; where that can't be,
// it is told.
func TestLostAnswersAboutPortalAdmins(t *testing.T) {
	t.Parallel()
	for name, readable := range map[string]bool{"read back": true, "nothing to be read": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			there := []api.PortalAdmin{{Email: "Taken@x.example", Name: "Other", Role: api.PortalRoleNameMspSales}}
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				var in api.PortalAdminBatch
				switch {
				case strings.HasSuffix(r.URL.Path, ":batch"):
					_ = json.NewDecoder(r.Body).Decode(&in)
					there = append(there, api.PortalAdmin{Email: in.Items[0].Email, Name: valueOf(in.Items[0].Name), Role: valueOf(in.Items[0].Role)})
					drop()
				case r.Method == http.MethodPut:
					writeProblem(w, api.Problem{Status: 412, Code: api.ErrorCodeAlreadyExists})
				case readable:
					writeJSON(w, http.StatusOK, api.PortalAdminPage{Items: there})
				default:
					writeProblem(w, api.Problem{Status: 403, Code: api.ErrorCodeForbidden})
				}
			}, func(c *Config) { c.MaxRetries = 0 })
			item := func(email string) api.PortalAdminBatchItem {
				return api.PortalAdminBatchItem{
					Operation: api.BatchOperationPut, Email: email, Name: new("New"), Role: new(api.PortalRoleNameMspHelpdesk), CreateOnly: new(true),
				}
			}
			outcomes := c.WritePortalAdmins(t.Context(), []api.PortalAdminBatchItem{item("new@x.example"), item("taken@x.example")})
			if done := outcomes[0].Err == nil; done != readable {
				t.Errorf("what the batch has done: %v", outcomes[0].Err)
			}
			for i, o := range outcomes {
				if o.Err != nil && wantError(t, o.Err, 412).MayHaveHappened == readable {
					t.Errorf("item %d: %v", i, o.Err)
				}
			}
		})
	}
}
