package partneruser_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// listed is a person as the data source has to show what the server has.
func listed(user api.PartnerUser) knownvalue.Check {
	optional := func(text *string) knownvalue.Check {
		if text == nil {
			return knownvalue.Null()
		}
		return knownvalue.StringExact(*text)
	}
	aliases := make([]knownvalue.Check, len(user.Aliases))
	for i, alias := range user.Aliases {
		aliases[i] = knownvalue.StringExact(alias)
	}
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"email": knownvalue.StringExact(user.Email), "name": knownvalue.StringExact(user.Name), "phone": optional(user.Phone),
		"account_role": optional(user.AccountRole), "source": knownvalue.StringExact(string(user.Source)),
		"directory": optional(user.Directory), "enabled": knownvalue.Bool(user.Enabled), "aliases": knownvalue.SetExact(aliases),
	})
}

func TestAccPartnerUsers_filters(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const guest = "Guest@elsewhere.example"
	if _, err := s.Client(t).PutPartnerUser(t.Context(), guest, api.PartnerUserInput{Name: "Guest"}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	everybody, err := client.Collect(s.Client(t).ListPartnerUsers(t.Context(), client.PartnerUserFilter{}))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments string
		want      func(api.PartnerUser) bool
		number    int
	}{
		"all":               {"", func(api.PartnerUser) bool { return true }, 9},
		"by hand":           {`source = "manual"`, func(u api.PartnerUser) bool { return u.Source == api.UserSourceManual }, 8},
		"from a directory":  {`source = "directory"`, func(u api.PartnerUser) bool { return u.Email == acctest.DirectoryUser }, 1},
		"domain":            {`email_domain = "ELSEWHERE.example"`, func(u api.PartnerUser) bool { return u.Email == guest }, 1},
		"domain and source": {`email_domain = "elsewhere.example"; source = "directory"`, func(api.PartnerUser) bool { return false }, 0},
		"domain above":      {`email_domain = "msp.example"`, func(api.PartnerUser) bool { return false }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want []knownvalue.Check
			for _, user := range everybody {
				if c.want(user) {
					want = append(want, listed(user))
				}
			}
			if len(want) != c.number {
				t.Fatalf("the server has %d of them, want %d", len(want), c.number)
			}
			s.Test(t, resource.TestStep{
				Config: acctest.DataBlock("msp_partner_users", c.arguments),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.msp_partner_users.test", tfjsonpath.New("partner_users"), knownvalue.ListExact(want)),
				},
			})
		})
	}
}

func TestAccPartnerUsers_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no domain": {`email_domain = "example"`, []string{"Attribute email_domain"}},
		"no source": {`source = "ldap"`, []string{"Attribute source", "directory"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.DataBlock("msp_partner_users", c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk)).Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_partner_users", ""), ExpectError: acctest.Says("partner_users.manage", "forbidden"),
	})
}

// More people than a page holds.
func TestAccPartnerUsers_pages(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const people = 510
	for i := range people {
		email := fmt.Sprintf("p%03d@elsewhere.example", i)
		if _, err := s.Client(t).PutPartnerUser(t.Context(), email, api.PartnerUserInput{Name: "P"}, client.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s.Test(t, resource.TestStep{
		Config: acctest.DataBlock("msp_partner_users", `email_domain = "elsewhere.example"`) + `
output "distinct" {
  value = length(toset(data.msp_partner_users.test.partner_users[*].email))
}
`,
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("distinct", knownvalue.Int64Exact(people))},
	})
}
