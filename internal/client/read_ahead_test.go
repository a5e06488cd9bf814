package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// TestReadAhead has 40 customers, of which every account has one role.
func TestReadAhead(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[string]int{}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/v1/customers" {
			var customers []api.Customer
			for i := range 40 {
				customers = append(customers, api.Customer{ID: customerNo(i)})
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"items": customers})
			return
		}
		id, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/customers/"), "/roles")
		if !ok {
			_ = json.NewEncoder(w).Encode(api.Customer{ID: id})
			return
		}
		mu.Lock()
		asked[id]++
		mu.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []api.Role{{Name: "desk", Assignable: true}}})
	})
	roles := &c.shared.accountRoles
	ahead := func() int {
		roles.mu.Lock()
		defer roles.mu.Unlock()
		return len(roles.ahead)
	}
	assign := func(customer int, want int) {
		t.Helper()
		c.surelyAssignable(t.Context(), customerNo(customer), "desk")
		if got := ahead(); got != want {
			t.Errorf("after customer %d, %d lists are ahead, want %d", customer, got, want)
		}
	}
	assign(30, 0)
	assign(31, 0) // nobody knows which customers there are
	for i := range 4 {
		if _, err := c.ReadCustomer(t.Context(), customerNo(i)); err != nil {
			t.Fatal(err)
		}
	}
	assign(31, 0) // it is not new to the run
	assign(32, aheadAtFirst)
	assign(33, aheadAtFirst)  // nobody has wanted any of them yet
	assign(5, aheadAtFirst+2) // one of them
	assign(5, aheadAtFirst+2)
	assign(6, aheadAtFirst+4)
	if !c.surelyAssignable(t.Context(), customerNo(7), "desk") || c.surelyAssignable(t.Context(), customerNo(7), "other") {
		t.Error("what was asked for in advance tells something else")
	}
	c.dropSharedReads()
	if got := ahead(); got != 0 {
		t.Errorf("%d lists are ahead after a write has begun", got)
	}
	mu.Lock()
	defer mu.Unlock()
	for id, n := range asked {
		if n > 1 {
			t.Errorf("%s was asked %d times", id, n)
		}
	}

	off := serve(t, http.NotFound, func(c *Config) { c.NoSnapshots = true })
	off.shared.accountRoles.askAhead(t.Context(), "c000", func() []string { t.Error("others are looked for"); return nil })
}

func customerNo(i int) string { return fmt.Sprintf("c%03d", i) }
