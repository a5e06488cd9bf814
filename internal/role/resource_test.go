package role_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
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
)

const (
	typeName = "msp_role"
	address  = typeName + ".test"

	acme    = "cus_acme2222222222222222" // has the custom roles Mail Tracker and, protected, Content Auditor
	initech = "cus_initech2222222222222"

	atInitech = `customer_id = "` + initech + `"; `
	desk      = atInitech + `name = "Mail Desk"; permissions = ["messages.track", "account.read"]`
	ownDesk   = `name = "Mail Desk"; permissions = ["messages.track", "account.read"]`
)

func block(arguments string) string { return acctest.Block(typeName, arguments) }

func importing(id string) string {
	return fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
}

func attribute(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

func put(t *testing.T, s *acctest.Server, customerID, name string, permissions ...string) {
	t.Helper()
	if _, err := s.Client(t).PutRole(t.Context(), customerID, name, api.RoleInput{Permissions: permissions}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, s *acctest.Server, customerID, name string) {
	t.Helper()
	if err := s.Client(t).DeleteRole(t.Context(), customerID, name, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

// gone expects that the account has no such role any more.
func gone(t *testing.T, s *acctest.Server, customerID, name string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, err := s.Client(t).GetRole(t.Context(), customerID, name); !client.IsNotFound(err) {
			return fmt.Errorf("%s/%s should be gone, but reading it answers %w", customerID, name, err)
		}
		return nil
	}
}

func TestAccRole_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           block(desk),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("id", knownvalue.StringExact(initech+"/Mail Desk")),
				attribute("description", knownvalue.Null()),
				attribute("editable", knownvalue.Bool(true)),
				attribute("content_protected", knownvalue.Bool(false)),
			},
		},
		// Permissions have no order.
		resource.TestStep{
			Config:           block(atInitech + `name = "Mail Desk"; permissions = ["account.read", "messages.track", "account.read"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{
			Config: block(atInitech + `name = "Mail Desk"; description = "Follows mail."; permissions = ["users.read"]`),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("content_protected"), knownvalue.Bool(false)),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: func(*terraform.State) error {
				return s.Expect(t, func(c *client.Client) (any, error) {
					got, err := c.GetRole(t.Context(), initech, "Mail Desk")
					if err != nil {
						return nil, err
					}
					return got.Value, nil
				}, api.Role{
					CustomerID: new(initech), Name: "Mail Desk", Description: "Follows mail.", Permissions: []string{"users.read"}, Editable: true, Assignable: true,
				})
			},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// What is left out is removed; no permission at all is possible.
		resource.TestStep{
			Config:            block(atInitech + `name = "Mail Desk"; permissions = []`),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("description", knownvalue.Null()), attribute("permissions", knownvalue.SetSizeExact(0))},
		},
		// Another name is another role, be it in case only, and so is another account, the partner's own among them.
		resource.TestStep{
			Config:           block(atInitech + `name = "mail desk"; permissions = ["users.read"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, "Mail Desk"),
		},
		resource.TestStep{
			Config:           block(`customer_id = "` + acme + `"; name = "mail desk"; permissions = ["users.read"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, "mail desk"),
		},
		resource.TestStep{
			Config:            block(ownDesk),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{attribute("id", knownvalue.StringExact("Mail Desk")), attribute("customer_id", knownvalue.Null())},
			Check:             gone(t, s, acme, "mail desk"),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		resource.TestStep{
			Config:           block(`name = "Mail Desk"; permissions = ["users.manage"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{Config: block(ownDesk), Destroy: true, Check: gone(t, s, "", "Mail Desk")},
	)
}

func TestAccRole_importByIdentity(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config     string
		customerID knownvalue.Check
	}{
		"of a customer": {desk, knownvalue.StringExact(initech)},
		"of one's own":  {ownDesk, knownvalue.Null()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.NewServer(t).TestCase(t, resource.TestCase{
				TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
				Steps: []resource.TestStep{
					{Config: block(c.config), ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"customer_id": c.customerID, "name": knownvalue.StringExact("Mail Desk")}),
					}},
					{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
				},
			})
		})
	}
}

// As above, on any Terraform.
func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	p := acctest.NewServer(t).Protocol(t)
	for id, identity := range map[string]map[string]any{
		acme + "/Mail Tracker": {"customer_id": acme, "name": "Mail Tracker"},
		"People Desk":          {"name": "People Desk"},
	} {
		attributes, after := p.Import(typeName, identity)
		for name, want := range map[string]any{"id": id, "name": identity["name"], "customer_id": identity["customer_id"]} {
			if got := attributes[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
				t.Errorf("%s: %s is %s, want %v", id, name, got, want)
			}
		}
		if !after["name"].Equal(attributes["name"]) || !after["customer_id"].Equal(attributes["customer_id"]) {
			t.Errorf("%s: the identity is %s", id, after)
		}
	}
}

func TestAccRole_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		id   string
		want []string
	}{
		"no name":      {acme + "/", []string{"Invalid import ID", "customer_id/name"}},
		"no customer":  {"/Mail Tracker", []string{"Invalid import ID", "customer_id/name"}},
		"no such":      {initech + "/Mail Tracker", []string{"Cannot import non-existent"}},
		"not ours":     {"cus_tailspin222222222222/Mail Tracker", []string{"Cannot import non-existent"}},
		"built-in":     {acme + "/basic_administrator", []string{"A built-in role can't be managed", "basic_administrator", "msp_roles"}},
		"own built-in": {"super_administrator", []string{"A built-in role can't be managed", "super_administrator"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: importing(c.id) + block(desk), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccRole_changedAndGone(t *testing.T) {
	t.Parallel()
	for account, wanted := range map[string]string{initech: block(desk), "": block(ownDesk)} {
		t.Run("account "+account, func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t)
			s.Test(t,
				resource.TestStep{Config: wanted},
				resource.TestStep{
					PreConfig:        func() { put(t, s, account, "Mail Desk", "messages.track", "account.manage") },
					Config:           wanted,
					ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
				},
				resource.TestStep{
					PreConfig:        func() { remove(t, s, account, "Mail Desk") },
					Config:           wanted,
					ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
				},
				resource.TestStep{PreConfig: func() { remove(t, s, account, "Mail Desk") }, Config: wanted, Destroy: true},
			)
		})
	}
}

// Somebody's change between plan and apply is not written over.
func TestAccRole_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	p := s.Protocol(t)
	object := func(permissions ...string) map[string]any {
		return map[string]any{"id": initech + "/Mail Desk", "customer_id": initech, "name": "Mail Desk", "permissions": permissions, "editable": true, "content_protected": false}
	}
	put(t, s, initech, "Mail Desk", "account.manage")
	s.ResetRequests()
	if _, refusal := p.Apply(typeName, object("account.read"), object("users.read")); !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, "permissions") {
		t.Errorf("an update over somebody's change is answered %q", refusal)
	}
	for _, request := range s.Requests() {
		if request.Method == http.MethodPut {
			t.Error("somebody's change was written over")
		}
	}
	if _, refusal := p.Apply(typeName, object("account.manage"), object("users.read")); refusal != "" {
		t.Error(refusal)
	}
	written := s.Requests()[len(s.Requests())-1]
	if written.Method != http.MethodPut || len(written.Header["If-Match"]) != 1 {
		t.Errorf("the update was written with %s and If-Match %v, want the ETag that was read", written.Method, written.Header["If-Match"])
	}
}

func TestAccRole_alreadyExists(t *testing.T) {
	t.Parallel()
	const tracker = `customer_id = "` + acme + `"; name = "Mail Tracker"; description = "Follows messages."; permissions = `
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      block(tracker + `["users.read"]`),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_role.NAME", `id = "`+acme+`/Mail Tracker"`),
	})
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      block(`name = "People Desk"; permissions = ["users.read"]`),
		ExpectError: acctest.Says("exists already", `id = "People Desk"`),
	})
	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	adopting.Test(t,
		resource.TestStep{Config: block(tracker + `["users.read"]`), ExpectError: acctest.Says("not taken over", "differs in: permissions")},
		resource.TestStep{Config: block(tracker + `["messages.track", "account.read"]`), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
	)
	// One role declared twice: whichever comes second must not adopt what the first one made.
	twice := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	twice.Test(t, resource.TestStep{
		Config:      block(desk) + strings.Replace(block(desk), `"test"`, `"again"`, 1),
		ExpectError: acctest.Says("this very run made or adopted it"),
	})
}

func TestAccRole_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"unknown permission":      {atInitech + `name = "New"; permissions = ["users.read", "users.delete"]`, []string{"Would be refused", "Attribute permissions", `"users.delete" is no permission`, "account.read", "users.manage", "invalid_value"}},
		"permission in one's own": {`name = "New"; permissions = ["users"]`, []string{"Would be refused", "Attribute permissions", `"users" is no permission`, "invalid_value"}},
		"empty permission":        {`name = "New"; permissions = [""]`, []string{"permissions"}},
		"protected content":       {atInitech + `name = "New"; permissions = ["users.read", "content.read"]`, []string{"Would be refused", "Attribute permissions", "content.read", "protected_role"}},
		"built-in":                {atInitech + `name = "basic_administrator"; permissions = []`, []string{"Would be refused", "Attribute name", "built-in", "invalid_value"}},
		"built-in, another case":  {`name = "Super_Administrator"; permissions = []`, []string{"Would be refused", "Attribute name", "built-in"}},
		"no name":                 {`name = ""; permissions = []`, []string{"Attribute name"}},
		"slash":                   {`name = "a/b"; permissions = []`, []string{"Attribute name", "slash"}},
		"blank at the end":        {`name = "Desk "; permissions = []`, []string{"Attribute name", `write "Desk"`}},
		"no description":          {`name = "Desk"; description = ""; permissions = []`, []string{"Attribute description"}},
		"two lines":               {`name = "Desk"; description = "a\nb"; permissions = []`, []string{"Would be refused", "Attribute description"}},
		"no customer id":          {`customer_id = ""; name = "Desk"; permissions = []`, []string{"Attribute customer_id"}},
		"no such customer":        {`customer_id = "cus_nobody"; name = "Desk"; permissions = []`, []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer":      {`customer_id = "cus_tailspin222222222222"; name = "Desk"; permissions = []`, []string{"No such customer", "Attribute customer_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: block(c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccRole_notAllowed(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	for arguments, scope := range map[string]string{desk: "external_admins.manage", ownDesk: "partner.manage"} {
		s.Test(t, resource.TestStep{
			Config: block(arguments), PlanOnly: true,
			ExpectError: acctest.Says(scope, "msp_administrator", "msp_current_client", "forbidden", "Request id: "),
		})
	}
}

// A role with protected content is imported and read, and its plan is empty. Whatever else is tried is refused while
// planning.
func TestAccRole_protected(t *testing.T) {
	t.Parallel()
	held := `customer_id = "` + acme + `"; name = "Content Auditor"; description = "Reads content."; permissions = `
	const own = `["account.read", "content.read"]`
	refused := acctest.Says("Would be refused", "Content Auditor", "protected_role", "asked before writing")
	acctest.NewServer(t).Test(t,
		resource.TestStep{
			Config:            importing(acme+"/Content Auditor") + block(held+own),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{attribute("content_protected", knownvalue.Bool(true))},
		},
		resource.TestStep{Config: block(held + `["account.read"]`), ExpectError: refused},
		resource.TestStep{Config: block(strings.Replace(held, acme, initech, 1) + `["account.read"]`), ExpectError: refused},
		resource.TestStep{Config: block(held + own), Destroy: true, ExpectError: refused},
		resource.TestStep{Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address)},
	)
}

func TestAccRole_unknownValues(t *testing.T) {
	t.Parallel()
	config := func(permission string) string {
		return fmt.Sprintf(`
resource "terraform_data" "facts" {
  input = { name = "Mail Desk", description = "Follows mail.", permission = %q }
}

resource "msp_customer" "new" {
  name                = "Tailwind"
  domain              = "tailwind.example"
  deletion_protection = false
}

resource "msp_role" "test" {
  customer_id = msp_customer.new.id
  name        = terraform_data.facts.output.name
  description = terraform_data.facts.output.description
  permissions = [terraform_data.facts.output.permission, "users.read"]
}
`, permission)
	}
	acctest.NewServer(t).Test(t,
		// What the values turn out to be is judged by the apply.
		resource.TestStep{Config: config("users.delete"), ExpectError: acctest.Says("Could not create role", "Attribute permissions", "users.delete", "Request id: ")},
		resource.TestStep{
			Config:           config("messages.track"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)}},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("permissions", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("messages.track"), knownvalue.StringExact("users.read")})),
			},
		},
		resource.TestStep{Config: config("messages.track"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
	)
}
