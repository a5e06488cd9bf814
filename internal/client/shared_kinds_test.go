package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// TestEveryKindIsShared holds the keys of each kind: by which a list's item is found again.
func TestEveryKindIsShared(t *testing.T) {
	t.Parallel()
	emails := []string{"a@x.example", "B@x.example", "c@x.example"}
	kinds := map[string]struct {
		list string
		item func(n int) any
		read func(ctx context.Context, c *Client, n int) error
	}{
		"customers": {
			"/v1/customers", func(n int) any { return api.Customer{ID: fmt.Sprint("cus_", n)} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadCustomer(ctx, fmt.Sprint("cus_", n))
				return same(got, err, func(v *api.Customer) bool { return v.ID == fmt.Sprint("cus_", n) })
			},
		},
		"partner users": {
			"/v1/partner-users", func(n int) any { return api.PartnerUser{Email: emails[n]} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadPartnerUser(ctx, strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.PartnerUser) bool { return v.Email == emails[n] })
			},
		},
		"portal admins": {
			"/v1/portal-admins", func(n int) any { return api.PortalAdmin{Email: emails[n]} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadPortalAdmin(ctx, strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.PortalAdmin) bool { return v.Email == emails[n] })
			},
		},
		"domains": {
			"/v1/domains", func(n int) any { return api.Domain{Name: emails[n]} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadDomain(ctx, strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.Domain) bool { return v.Name == emails[n] })
			},
		},
		"customer users": {
			"/v1/customer-users", func(n int) any { return api.CustomerUser{CustomerID: fmt.Sprint("cus_", n), Email: emails[n]} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadCustomerUser(ctx, fmt.Sprint("cus_", n), strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.CustomerUser) bool { return v.Email == emails[n] })
			},
		},
		"external admins": {
			"/v1/external-admins", func(n int) any { return api.ExternalAdmin{CustomerID: fmt.Sprint("cus_", n), Email: emails[n]} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadExternalAdmin(ctx, fmt.Sprint("cus_", n), strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.ExternalAdmin) bool { return v.Email == emails[n] })
			},
		},
		"custom roles": {
			"/v1/custom-roles", func(n int) any { return api.Role{CustomerID: new(fmt.Sprint("cus_", n)), Name: "Desk"} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadRole(ctx, fmt.Sprint("cus_", n), "Desk")
				return same(got, err, func(v *api.Role) bool { return *v.CustomerID == fmt.Sprint("cus_", n) })
			},
		},
		"members of access groups": {
			"/v1/access-group-members", func(n int) any {
				return api.AccessGroupMember{CustomerID: fmt.Sprint("cus_", n), Role: "phone_manager", Email: emails[n]}
			},
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadAccessGroupMember(ctx, fmt.Sprint("cus_", n), "phone_manager", strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.AccessGroupMember) bool { return v.Email == emails[n] })
			},
		},
		"authorized contacts": {
			"/v1/authorized-contacts", func(n int) any { return api.AuthorizedContact{CustomerID: fmt.Sprint("cus_", n), Email: emails[n]} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadAuthorizedContact(ctx, fmt.Sprint("cus_", n), strings.ToUpper(emails[n]))
				return same(got, err, func(v *api.AuthorizedContact) bool { return v.Email == emails[n] })
			},
		},
		"access roles": {
			"/v1/access-roles", func(n int) any { return api.AccessRole{CustomerID: fmt.Sprint("cus_", n), Role: "decision_maker"} },
			func(ctx context.Context, c *Client, n int) error {
				got, err := c.ReadAccessRole(ctx, fmt.Sprint("cus_", n), "decision_maker")
				return same(got, err, func(v *api.AccessRole) bool { return v.CustomerID == fmt.Sprint("cus_", n) })
			},
		},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lists, singles atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == kind.list {
					lists.Add(1)
					writeJSON(w, http.StatusOK, map[string]any{"items": []any{kind.item(0), kind.item(1), kind.item(2)}})
					return
				}
				singles.Add(1)
				path, _ := url.PathUnescape(r.URL.Path)
				for n := range 3 {
					if strings.Contains(strings.ToLower(path), strings.ToLower(emails[n])) || strings.Contains(path, fmt.Sprint("cus_", n)) {
						writeJSON(w, http.StatusOK, kind.item(n))
						return
					}
				}
				writeProblem(w, api.Problem{Status: 404, Code: api.ErrorCodeNotFound})
			})
			for _, n := range []int{0, 1, 2, 0, 1, 2} {
				if err := kind.read(t.Context(), c, n); err != nil {
					t.Error(err)
				}
			}
			if lists.Load() != 1 || singles.Load() != readsAlone {
				t.Errorf("%d lists and %d single requests, want 1 and %d", lists.Load(), singles.Load(), readsAlone)
			}
		})
	}
}

func same[T any](got *T, err error, is func(*T) bool) error {
	if err == nil && !is(got) {
		err = fmt.Errorf("got %+v", *got)
	}
	return err
}
