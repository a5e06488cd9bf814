package partneruser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

const address = "msp_partner_user.test"

const minimal = `
resource "msp_partner_user" "test" {
  email = "Dana.Novak@northwind-msp.example"
  name  = "Dana Novak"
}
`

func TestAccPartnerUser_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           minimal,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("dana.novak@northwind-msp.example")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("email"), knownvalue.StringExact("Dana.Novak@northwind-msp.example")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("phone"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("source"), knownvalue.StringExact("manual")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
			},
		},
		// Another case of the address is no change at all.
		resource.TestStep{
			Config: `
resource "msp_partner_user" "test" {
  email = "dana.novak@NORTHWIND-msp.example"
  name  = "Dana Novak"
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{
			Config: `
resource "msp_partner_user" "test" {
  email        = "dana.novak@northwind-msp.example"
  name         = "Dana Novak-Berg"
  phone        = "+49 89 5550199"
  account_role = "basic_administrator"
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("name"), knownvalue.StringExact("Dana Novak-Berg")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("account_role"), knownvalue.StringExact("basic_administrator")),
			},
		},
		// An import ID in another case is the same person; state keeps that spelling.
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"email"}},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// What is left out is removed.
		resource.TestStep{
			Config:           minimal,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				return s.Expect(t, func(c *client.Client) (any, error) {
					user, err := c.GetPartnerUser(t.Context(), "dana.novak@northwind-msp.example")
					return user.Value, err
				}, api.PartnerUser{
					Email: "Dana.Novak@northwind-msp.example", Name: "Dana Novak", Source: api.UserSourceManual, Enabled: true, Aliases: []string{},
				})
			},
		},
		resource.TestStep{
			Config: `
resource "msp_partner_user" "test" {
  email = "dana.berg@northwind-msp.example"
  name  = "Dana Novak"
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
		},
	)
}

func TestAccPartnerUser_importByIdentity(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: minimal, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"email": knownvalue.StringExact("dana.novak@northwind-msp.example")}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestAccPartnerUser_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const email = "dana.novak@northwind-msp.example"
	remove := func() {
		if err := s.Client(t).DeletePartnerUser(t.Context(), email, client.MatchOptions{}); err != nil {
			t.Error(err)
		}
	}
	s.Test(t,
		resource.TestStep{Config: minimal},
		resource.TestStep{
			PreConfig: func() {
				if _, err := s.Client(t).PutPartnerUser(t.Context(), email, api.PartnerUserInput{Name: "Somebody"}, client.WriteOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config:           minimal,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig:        remove,
			Config:           minimal,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		// Destroying what is gone already is no error.
		resource.TestStep{Config: minimal, Destroy: true, Check: func(*terraform.State) error { return nil }, PreConfig: remove},
	)
}

func TestAccPartnerUser_alreadyExists(t *testing.T) {
	t.Parallel()
	const other = `
resource "msp_partner_user" "test" {
  email = "dana.novak@northwind-msp.example"
  name  = "Another Name"
}
`
	existing := func(s *acctest.Server) {
		if _, err := s.Client(t).PutPartnerUser(t.Context(), "dana.novak@northwind-msp.example", api.PartnerUserInput{Name: "Dana Novak"}, client.WriteOptions{}); err != nil {
			t.Error(err)
		}
	}
	s := acctest.NewServer(t)
	existing(s)
	s.Test(t, resource.TestStep{
		Config:      minimal,
		ExpectError: acctest.Says("exists already", "import {", "to = msp_partner_user.NAME", `id = "dana.novak@northwind-msp.example"`),
	})

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	existing(adopting)
	adopting.Test(t,
		resource.TestStep{Config: other, ExpectError: acctest.Says("not taken over", "differs in: name")},
		resource.TestStep{Config: minimal, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
	)

	// One person declared twice: whichever comes second must not adopt what the first one made.
	twice := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	twice.Test(t, resource.TestStep{
		Config: minimal + `
resource "msp_partner_user" "again" {
  email = "DANA.novak@northwind-msp.example"
  name  = "Dana Novak"
}
`,
		ExpectError: acctest.Says("this very run made or adopted it"),
	})
}

// A removal that the server confirms but does not show is no success.
func TestAccPartnerUser_notRemoved(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	const email = "dana.novak@northwind-msp.example"
	dana := map[string]any{"id": email, "email": email, "name": "Dana Novak"}
	if _, refusal := p.Apply("msp_partner_user", nil, dana); refusal != "" {
		t.Fatal(refusal)
	}
	// Reading before makes the old answer known.
	if _, err := s.Client(t).GetPartnerUser(t.Context(), email); err != nil {
		t.Fatal(err)
	}
	if err := s.Faults.Add(rest.Fault{Operation: "getPartnerUser", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal := p.Apply("msp_partner_user", dana, nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") || !strings.Contains(refusal, "Request id: ") || after == nil {
		t.Errorf("a removal that can't be seen is answered %q and leaves %v in state", refusal, after)
	}
	s.Faults.Clear()
	if after, refusal = p.Apply("msp_partner_user", dana, nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

// Of a write whose answer was lost, a later refusal does not say that nothing happened.
func TestAccPartnerUser_outcomeUnknown(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults(
		rest.Fault{Operation: "putPartnerUser", Kind: rest.FaultDropAnswer, Times: 1},
		rest.Fault{Operation: "putPartnerUser", Kind: rest.FaultUnavailable, RetryAfter: time.Hour},
	))
	p := s.Protocol(t)
	const email = "dana.novak@northwind-msp.example"
	_, refusal := p.Apply("msp_partner_user", nil, map[string]any{"email": email, "name": "Dana Novak"})
	for _, part := range []string{"The write may have been carried out all the same", "asks to wait 1h0m0s", "Code: unavailable (HTTP 503). Request id: "} {
		if !strings.Contains(refusal, part) {
			t.Errorf("%q is not in %q", part, refusal)
		}
	}
	if _, err := s.Client(t).GetPartnerUser(t.Context(), email); err != nil {
		t.Errorf("it had happened: %v", err)
	}
}

func TestAccPartnerUser_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no address":     {`email = "dana.novak"; name = "Dana"`, []string{"Invalid e-mail address", "Attribute email"}},
		"no name":        {`email = "dana@northwind-msp.example"; name = ""`, []string{"Attribute name"}},
		"no phone":       {`email = "dana@northwind-msp.example"; name = "Dana"; phone = "089 1234567"`, []string{"Attribute phone:", "write + and 6 to 15 digits"}},
		"protected role": {`email = "dana@northwind-msp.example"; name = "Dana"; account_role = "super_administrator"`, []string{"Would be refused", "Attribute account_role", "protected_role", "Request id: "}},
		"directory user": {`email = "` + acctest.DirectoryUser + `"; name = "Dana"`, []string{"Would be refused", "managed_by_directory"}},
		"alias":          {`email = "` + acctest.DirectoryAlias + `"; name = "Dana"`, []string{"Could not create partner user", acctest.DirectoryUser, "already_exists"}},
		"unknown role":   {`email = "dana@northwind-msp.example"; name = "Dana"; account_role = "nope"`, []string{"Could not create partner user", "Attribute account_role", "unknown_role", "Request id: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{
				Config:      acctest.Block("msp_partner_user", c.arguments),
				ExpectError: acctest.Says(c.want...),
			})
		})
	}
}

func TestAccPartnerUser_unknownValues(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: `
resource "terraform_data" "name" {
  input = "Dana Novak"
}

resource "msp_partner_user" "test" {
  email = "dana.novak@northwind-msp.example"
  name  = terraform_data.name.output
}
`,
		ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
	})
}

func TestAccPartnerUser_inUse(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	admin := func() {
		if _, err := s.Client(t).PutPortalAdmin(t.Context(), "dana.novak@northwind-msp.example",
			api.PortalAdminInput{Name: "Dana", Role: api.PortalRoleNameMspSales}, client.WriteOptions{}); err != nil {
			t.Error(err)
		}
	}
	s.Test(t,
		resource.TestStep{Config: minimal},
		resource.TestStep{
			PreConfig: admin, Config: minimal, Destroy: true,
			ExpectError: acctest.Says("Could not remove partner user", "In the way:", "- portal_admin dana.novak@northwind-msp.example"),
		},
		resource.TestStep{
			PreConfig: func() {
				if err := s.Client(t).DeletePortalAdmin(t.Context(), "dana.novak@northwind-msp.example", client.MatchOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config: minimal,
		},
	)
}

// Whom a directory brought that is not connected any more is taken over by the first change, and enabled.
func TestAccPartnerUser_takenOver(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	own := acctest.Block("msp_partner_user", `email = "`+acctest.DirectoryUser+`"; name = "Sam Osei"`)
	s.Test(t,
		resource.TestStep{
			PreConfig: func() {
				if err := s.Client(t).DeleteDirectory(t.Context(), "corporate-ad", client.MatchOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config: "import {\n  to = msp_partner_user.test\n  id = \"" + acctest.DirectoryUser + "\"\n}\n" + own,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("source"), knownvalue.StringExact("directory")),
			},
		},
		resource.TestStep{
			Config:           acctest.Block("msp_partner_user", `email = "`+acctest.DirectoryUser+`"; name = "Sam Osei-Berg"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("source"), knownvalue.StringExact("manual")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
			},
		},
	)
}

// People whom a directory brought can have a role, and are neither removed nor replaced; the plan says so before anything that
// refers to them is removed.
func TestAccPartnerUser_directory(t *testing.T) {
	t.Parallel()
	const imported = `
import {
  to = msp_partner_user.test
  id = "` + acctest.DirectoryUser + `"
}
`
	own := acctest.Block("msp_partner_user", `email = "`+acctest.DirectoryUser+`"; name = "Sam Osei"`)
	acctest.NewServer(t).Test(t,
		resource.TestStep{Config: imported + own, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{ // of a role in the partner's account no directory knows
			Config:           acctest.Block("msp_partner_user", `email = "`+acctest.DirectoryUser+`"; name = "Sam Osei"; account_role = "basic_administrator"`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            resource.TestCheckResourceAttr(address, "source", "directory"),
		},
		resource.TestStep{Config: own, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{
			Config:   acctest.Block("msp_partner_user", `email = "sam.new@northwind-msp.example"; name = "Sam Osei"`),
			PlanOnly: true, ExpectError: acctest.Says("Would be refused", "managed_by_directory"),
		},
		resource.TestStep{Config: own, Destroy: true, ExpectError: acctest.Says("Would be refused", "removed block with destroy = false", "managed_by_directory")},
		resource.TestStep{Config: `
removed {
  from = msp_partner_user.test
  lifecycle {
    destroy = false
  }
}
`},
	)
}

// Whoever acts for a person whose role in the partner's own account may manage users adds partner users, whatever the
// portal role; others do not.
func TestAccPartnerUser_byAccountRole(t *testing.T) {
	t.Parallel()
	// Both are clients of the portal role msp_helpdesk; robin is basic_administrator of the own account, kim has no role there.
	acctest.NewServer(t, acctest.WithClient("northwind-robin")).Test(t, resource.TestStep{
		Config: minimal, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
	})
	acctest.NewServer(t, acctest.WithClient("northwind-kim")).Test(t, resource.TestStep{
		Config: minimal, PlanOnly: true, ExpectError: acctest.Says("partner_users.manage", "msp_current_client", "forbidden", "Request id: "),
	})
}
