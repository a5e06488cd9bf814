package portaladmin_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const (
	address = "msp_portal_admin.test"
	email   = "dana.novak@northwind-msp.example"
)

const user = `
resource "msp_partner_user" "dana" {
  email = "dana.novak@northwind-msp.example"
  name  = "Dana Novak"
}
`

func config(role string) string {
	return user + fmt.Sprintf(`
resource "msp_portal_admin" "test" {
  email = msp_partner_user.dana.email
  name  = "Dana Novak"
  role  = %q
}
`, role)
}

func TestAccPortalAdmin_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t,
		resource.TestStep{
			Config:           config("msp_sales"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(email)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("unregistered")),
			},
		},
		// Another role reassigns in place.
		resource.TestStep{
			Config:           config("msp_helpdesk"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("role"), knownvalue.StringExact("msp_helpdesk")),
			},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// Case alone is no change, another person is another admin.
		resource.TestStep{
			Config: user + `
resource "msp_portal_admin" "test" {
  email = "DANA.Novak@Northwind-MSP.example"
  name  = "Dana Novak"
  role  = "msp_helpdesk"
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{
			Config: user + `
resource "msp_partner_user" "erik" {
  email = "erik.holm@northwind-msp.example"
  name  = "Erik Holm"
}

resource "msp_portal_admin" "test" {
  email = msp_partner_user.erik.email
  name  = "Erik Holm"
  role  = "msp_helpdesk"
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
		},
	)
}

func TestAccPortalAdmin_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config("msp_sales"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"email": knownvalue.StringExact(email)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestAccPortalAdmin_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	remove := func() {
		if err := s.Client(t).DeletePortalAdmin(t.Context(), email, client.MatchOptions{}); err != nil {
			t.Error(err)
		}
	}
	s.Test(t,
		resource.TestStep{Config: config("msp_sales")},
		resource.TestStep{
			PreConfig: func() {
				in := api.PortalAdminInput{Name: "Dana Novak", Role: api.PortalRoleNameMspAdministrator}
				if _, err := s.Client(t).PutPortalAdmin(t.Context(), email, in, client.WriteOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config:           config("msp_sales"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{PreConfig: remove, Config: config("msp_sales"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: remove, Config: config("msp_sales"), Destroy: true},
	)
}

func TestAccPortalAdmin_alreadyExists(t *testing.T) {
	t.Parallel()
	existing := func(s *acctest.Server) {
		c := s.Client(t)
		if _, err := c.PutPartnerUser(t.Context(), email, api.PartnerUserInput{Name: "Dana Novak"}, client.WriteOptions{}); err != nil {
			t.Error(err)
		}
		if _, err := c.PutPortalAdmin(t.Context(), email, api.PortalAdminInput{Name: "Dana Novak", Role: api.PortalRoleNameMspSales}, client.WriteOptions{}); err != nil {
			t.Error(err)
		}
	}
	s := acctest.NewServer(t)
	existing(s)
	alone := acctest.Block("msp_portal_admin", `email = "dana.novak@northwind-msp.example"; name = "Dana Novak"; role = "msp_sales"`)
	s.Test(t, resource.TestStep{Config: alone, ExpectError: acctest.Says("exists already", "to = msp_portal_admin.NAME", `id = "`+email+`"`)})

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	existing(adopting)
	adopting.Test(t,
		resource.TestStep{Config: config("msp_helpdesk"), ExpectError: acctest.Says("not taken over", "differs in: role")},
		resource.TestStep{Config: config("msp_sales"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
	)
}

// registers does so in the moment between plan and apply.
type registers func()

func (r registers) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	r()
}

// People register when they like: that is no difference to be applied, and in no apply's way.
func TestAccPortalAdmin_registers(t *testing.T) {
	t.Parallel()
	status := func(want string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact(want))}
	}
	for name, steps := range map[string]func(register func()) []resource.TestStep{
		"before a plan": func(register func()) []resource.TestStep {
			return []resource.TestStep{
				{Config: config("msp_sales"), PreConfig: register, PlanOnly: true},
				{Config: config("msp_sales"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop), ConfigStateChecks: status("registered")},
				{Config: config("msp_helpdesk"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate), ConfigStateChecks: status("registered")},
			}
		},
		"between plan and apply": func(register func()) []resource.TestStep {
			return []resource.TestStep{
				{
					Config:            config("msp_helpdesk"),
					ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{registers(register)}},
					ConfigStateChecks: status("unregistered"), // as it was planned; the next refresh shows the rest
				},
				{Config: config("msp_helpdesk"), PlanOnly: true},
				{RefreshState: true},
				{Config: config("msp_helpdesk"), ConfigStateChecks: status("registered")},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			post := servertest.NewPost(t)
			s := acctest.NewServer(t, acctest.WithPost(post))
			created := resource.TestStep{Config: config("msp_sales"), ConfigStateChecks: status("unregistered")}
			s.Test(t, append([]resource.TestStep{created}, steps(func() { s.Register(t, post, email) })...)...)
		})
	}
}

// Who is removed and comes back is invited anew, and has lost the password.
func TestAccPortalAdmin_startsOver(t *testing.T) {
	t.Parallel()
	post := servertest.NewPost(t)
	s := acctest.NewServer(t, acctest.WithPost(post))
	s.Test(t,
		resource.TestStep{Config: config("msp_sales")},
		resource.TestStep{PreConfig: func() { s.Register(t, post, email) }, Config: user},
		resource.TestStep{
			Config:            config("msp_sales"),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("unregistered"))},
		},
		resource.TestStep{PreConfig: func() { s.Register(t, post, email) }, Config: config("msp_sales"), PlanOnly: true},
	)
	if mails := post.Mails(); len(mails) != 2 {
		t.Errorf("%d mails, want two invitations", len(mails))
	}
}

func TestAccPortalAdmin_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"unknown portal role":  {`email = "dana@northwind-msp.example"; name = "Dana"; role = "administrator"`, []string{"Attribute role", "msp_administrator"}},
		"no address":           {`email = "dana"; name = "Dana"; role = "msp_sales"`, []string{"Attribute email"}},
		"no phone":             {`email = "dana@northwind-msp.example"; name = "Dana"; role = "msp_sales"; phone = "12"`, []string{"Attribute phone:"}},
		"no partner user":      {`email = "nobody@northwind-msp.example"; name = "N"; role = "msp_sales"`, []string{"Could not create portal admin", "not_a_partner_user", "Request id: "}},
		"alias, not primary":   {`email = "` + acctest.DirectoryAlias + `"; name = "N"; role = "msp_sales"`, []string{"Would be refused", "Attribute email", acctest.DirectoryUser}},
		"outside the partner ": {`email = "someone@elsewhere.example"; name = "N"; role = "msp_sales"`, []string{"not_a_partner_user"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.Block("msp_portal_admin", c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}
}

// The caller's own access: neither taken away nor given another role, said while planning.
func TestAccPortalAdmin_own(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("northwind-alex"))
	own := func(role string) string {
		return acctest.Block("msp_portal_admin", fmt.Sprintf("email = %q; name = %q; role = %q", s.ActsFor, s.ActsForName, role))
	}
	imported := `
import {
  to = msp_portal_admin.test
  id = "` + s.ActsFor + `"
}
`
	s.Test(t,
		resource.TestStep{Config: imported + own("msp_administrator")},
		resource.TestStep{Config: own("msp_sales"), PlanOnly: true, ExpectError: acctest.Says("Would be refused", "own_account")},
		resource.TestStep{Config: own("msp_administrator"), Destroy: true, ExpectError: acctest.Says("Would be refused", "own_account")},
		// Another person in one's place: refused before anything that refers to it is removed.
		resource.TestStep{
			Config:   acctest.Block("msp_portal_admin", `email = "jordan@northwind-msp.example"; name = "Jordan Weber"; role = "msp_administrator"`),
			PlanOnly: true, ExpectError: acctest.Says("Would be refused", "own_account"),
		},
		resource.TestStep{Config: `
removed {
  from = msp_portal_admin.test
  lifecycle {
    destroy = false
  }
}
`},
	)
}

func TestAccPortalAdmin_notAllowed(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	s.Test(t, resource.TestStep{
		Config:      acctest.Block("msp_portal_admin", `email = "dana.novak@northwind-msp.example"; name = "Dana Novak"; role = "msp_sales"`),
		ExpectError: acctest.Says("partner.manage", "msp_administrator", "forbidden", "Request id: "),
	})
}

func TestAccPortalAdmins_dataSource(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: config("msp_prospects") + `
data "msp_portal_admins" "prospects" {
  role         = "msp_prospects"
  email_domain = "NORTHWIND-msp.example"
  depends_on   = [msp_portal_admin.test]
}

data "msp_portal_admins" "elsewhere" {
  email_domain = "elsewhere.example"
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_portal_admins.prospects", tfjsonpath.New("portal_admins"), knownvalue.SetPartial([]knownvalue.Check{
				knownvalue.ObjectExact(map[string]knownvalue.Check{
					"email": knownvalue.StringExact(email), "name": knownvalue.StringExact("Dana Novak"), "phone": knownvalue.Null(),
					"role": knownvalue.StringExact("msp_prospects"), "status": knownvalue.StringExact("unregistered"),
				}),
			})),
			statecheck.ExpectKnownValue("data.msp_portal_admins.elsewhere", tfjsonpath.New("portal_admins"), knownvalue.ListSizeExact(0)),
		},
	})
}
