package client_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// TestPlansOfCustomerUsers compares each verdict with the server's, and holds who is asked about: those of whom something
// known leaves a doubt, and no others.
func TestPlansOfCustomerUsers(t *testing.T) {
	t.Parallel()
	const (
		main, helpdesk = "northwind-automation", "northwind-helpdesk"
		umbrella       = "cus_umbrella222222222222"
		eve            = "eve@umbrella.example"
		ana            = "ana.silva@umbrella.example" // master_admin
		tom            = "TOM@umbrella.example"       // standard_support
		audit, master  = api.CustomerUserRoleAudit, api.CustomerUserRoleMasterAdmin
	)
	for name, c := range map[string]struct {
		clientID, customerID, email string
		name                        string
		role                        api.CustomerUserRole
		spelling                    string
		remove, asks                bool
		want                        string
	}{
		"somebody new":                  {clientID: main, customerID: umbrella, email: eve, role: audit},
		"in another spelling":           {clientID: main, customerID: umbrella, email: eve, role: audit, spelling: "Eve@umbrella.example"},
		"a master admin":                {clientID: main, customerID: umbrella, email: ana, role: audit},
		"by the help desk":              {clientID: helpdesk, customerID: umbrella, email: eve, role: audit},
		"a change by the help desk":     {clientID: helpdesk, customerID: umbrella, email: tom, role: audit},
		"a long name":                   {clientID: main, customerID: umbrella, email: eve, role: audit, name: strings.Repeat("ä", 150), asks: true},
		"too long a name":               {clientID: main, customerID: umbrella, email: eve, role: audit, name: strings.Repeat("a", 201), asks: true, want: "invalid_value/name"},
		"two lines":                     {clientID: main, customerID: umbrella, email: eve, role: audit, name: "E\nve", asks: true, want: "invalid_value/name"},
		"blank":                         {clientID: main, customerID: umbrella, email: eve, role: audit, name: " ", asks: true, want: "invalid_value/name"},
		"no such role":                  {clientID: main, customerID: umbrella, email: eve, role: "king", asks: true, want: "invalid_value/role"},
		"no address":                    {clientID: main, customerID: umbrella, email: "eve", role: audit, asks: true, want: "invalid_value/email"},
		"the spelling of another":       {clientID: main, customerID: umbrella, email: eve, role: audit, spelling: "adam@umbrella.example", asks: true, want: "invalid_value/email"},
		"the built-in administrator":    {clientID: main, customerID: umbrella, email: "MSP_umbrella@umbrella.example", role: audit, asks: true, want: "invalid_value/email"},
		"a referral":                    {clientID: main, customerID: globex, email: eve, role: audit, asks: true, want: "not_managed"},
		"no such customer":              {clientID: main, customerID: "cus_nobody", email: eve, role: audit, asks: true, want: "not_found"},
		"a master admin by help desk":   {clientID: helpdesk, customerID: umbrella, email: eve, role: master, asks: true, want: "forbidden"},
		"demotion by help desk":         {clientID: helpdesk, customerID: umbrella, email: ana, role: audit, asks: true, want: "forbidden"},
		"without the right":             {clientID: "northwind-sales", customerID: umbrella, email: eve, role: audit, asks: true, want: "forbidden"},
		"removed":                       {clientID: main, customerID: umbrella, email: ana, remove: true},
		"removed already":               {clientID: main, customerID: umbrella, email: eve, remove: true},
		"removed with the customer":     {clientID: main, customerID: "cus_nobody", email: eve, remove: true, asks: true},
		"removed by the help desk":      {clientID: helpdesk, customerID: umbrella, email: tom, remove: true},
		"removal of a master by them":   {clientID: helpdesk, customerID: umbrella, email: ana, remove: true, asks: true, want: "forbidden"},
		"removal without the right":     {clientID: "northwind-sales", customerID: umbrella, email: tom, remove: true, asks: true, want: "forbidden"},
		"removal of the built-in admin": {clientID: main, customerID: umbrella, email: "msp_umbrella@umbrella.example", remove: true, asks: true, want: "invalid_value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.NewServer(t)
			c1 := clientAs(t, s, c.clientID)
			in := api.CustomerUserInput{Name: "Eve Adams", Role: c.role}
			if c.name != "" {
				in.Name = c.name
			}
			if c.spelling != "" {
				in.Email = &c.spelling
			}
			plan := func() (*client.Validation, error) {
				if c.remove {
					return c1.PlanDeleteCustomerUser(t.Context(), c.customerID, c.email)
				}
				return c1.PlanPutCustomerUser(t.Context(), c.customerID, c.email, in)
			}
			for range 8 { // what a plan of many learns
				for _, customerID := range []string{c.customerID, umbrella, initech} {
					_, _ = c1.PlanPutCustomerUser(t.Context(), customerID, "pat@umbrella.example", api.CustomerUserInput{Name: "Pat", Role: audit})
				}
			}
			s.ResetRequests()
			result, err := plan()
			got := verdict(t, result, err)
			if asked := slices.ContainsFunc(s.Requests(), isValidation); asked != c.asks || !asked && len(s.Requests()) > 0 {
				t.Errorf("asked to validate: %t, want %t; requests: %v", asked, c.asks, s.Requests())
			}
			if c.remove {
				result, err = c1.ValidateDeleteCustomerUser(t.Context(), c.customerID, c.email, client.MatchOptions{})
			} else {
				result, err = c1.ValidatePutCustomerUser(t.Context(), c.customerID, c.email, in, client.WriteOptions{})
			}
			want := verdict(t, result, err)
			if c.remove && client.IsNotFound(err) {
				want = "" // in a plan, there is nothing left to do then
			}
			if got != want || got != c.want {
				t.Errorf("%q, the server says %q, want %q", got, want, c.want)
			}
		})
	}
}
