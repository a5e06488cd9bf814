package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

const requirements = `
terraform {
  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}
`

// delegation is 2 people, made portal admins by an alias, who enter 5 customers: 19 resources that depend on each other
// across both aliases. The domain keeps several of it apart in one sandbox.
func delegation(domain string) string {
	return fmt.Sprintf(`
locals {
  people    = { for i in range(2) : "person${i}@%[1]s" => "Person ${i}" }
  companies = { for i in range(5) : "company${i}.%[1]s" => "Company ${i}" }
}

resource "msp_partner_user" "this" {
  for_each = local.people
  email    = each.key
  name     = each.value
}

resource "msp_portal_admin" "this" {
  provider = msp.second
  for_each = msp_partner_user.this
  email    = each.value.email
  name     = each.value.name
  role     = "msp_administrator"
}

resource "msp_customer" "this" {
  for_each            = local.companies
  name                = each.value
  domain              = each.key
  deletion_protection = false
}

resource "msp_external_admin" "this" {
  provider    = msp.second
  for_each    = { for p in setproduct(keys(local.companies), keys(local.people)) : "${p[0]}/${p[1]}" => p }
  customer_id = msp_customer.this[each.value[0]].id
  email       = msp_portal_admin.this[each.value[1]].email
  role        = "basic_administrator"
}
`, domain)
}

func sandboxes(arguments string) string {
	return fmt.Sprintf("\nprovider \"msp\" {\n  sandbox = {%[1]s}\n}\nprovider \"msp\" {\n  alias   = \"second\"\n  sandbox = {%[1]s}\n}\n", arguments)
}

// live applies, plans without a change, applies again, and destroys all of it.
func live(t *testing.T, cli *acctest.CLI, resources int) {
	t.Helper()
	if out := cli.Must("apply", "-auto-approve", "-no-color"); !strings.Contains(out, fmt.Sprintf("Resources: %d added, 0 changed, 0 destroyed", resources)) {
		t.Errorf("the apply ended with:\n%s", out)
	}
	cli.Must("plan", "-detailed-exitcode", "-no-color")
	if out := cli.Must("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "Resources: 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the second apply ended with:\n%s", out)
	}
	if out := cli.Must("destroy", "-auto-approve", "-no-color"); !strings.Contains(out, fmt.Sprintf("Resources: %d destroyed", resources)) {
		t.Errorf("the destroy ended with:\n%s", out)
	}
}

// TestSandboxInProcess is the sandbox as tests of modules with the testing framework use it.
func TestSandboxInProcess(t *testing.T) {
	t.Parallel()
	config := sandboxes(fmt.Sprintf(" path = %q ", filepath.Join(t.TempDir(), "sandbox.db"))) + `
resource "msp_partner_user" "kim" {
  email = "kim@msp.example"
  name  = "Kim"
}

resource "msp_portal_admin" "kim" {
  provider = msp.second
  email    = msp_partner_user.kim.email
  name     = "Kim"
  role     = "msp_administrator"
}
`
	empty := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{Config: config, ConfigPlanChecks: empty},
		},
	})
}

// TestSandboxDefaultPath lets the real processes of several commands meet on the file in Terraform's data folder.
func TestSandboxDefaultPath(t *testing.T) {
	t.Parallel()
	for name, dataDir := range map[string]string{"default folder": "", "TF_DATA_DIR": "data"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t, "TF_DATA_DIR="+dataDir)
			cli.Write("main.tf", requirements+sandboxes("")+delegation("one.example"))
			live(t, cli, 19)
			if dataDir == "" {
				dataDir = ".terraform"
			}
			if _, err := os.Stat(filepath.Join(cli.Dir, dataDir, "msp-sandbox", "sandbox.db")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSandboxShared runs two Terraforms at once on one file: four configured providers that write side by side.
func TestSandboxShared(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "folder", "sandbox.db")
	var clis []*acctest.CLI
	for _, domain := range []string{"one.example", "two.example"} {
		cli := acctest.NewCLI(t)
		cli.Write("main.tf", requirements+sandboxes(fmt.Sprintf(" path = %q ", path))+delegation(domain))
		clis = append(clis, cli)
	}
	both := func(args ...string) {
		t.Helper()
		var wg sync.WaitGroup
		for _, cli := range clis {
			wg.Go(func() {
				if out, code := cli.Run(args...); code != 0 {
					t.Errorf("terraform %v ended with %d:\n%s", args, code, out)
				}
			})
		}
		wg.Wait()
	}
	both("apply", "-auto-approve", "-no-color")
	both("plan", "-detailed-exitcode", "-no-color")
	both("destroy", "-auto-approve", "-no-color")
}

// TestSandboxSeedFile works on a customer that exists on its own.
func TestSandboxSeedFile(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("seed.json", `{"partners": [{"id": "sandbox", "name": "Sandbox MSP", "kind": "msp", "products": [], "clients": [], "users": [], "portal_admins": [],
		"customers": [{"name": "Initech", "domain": "initech.example", "custom_roles": [{"name": "Help Desk", "permissions": ["users.read"]}]}]}]}`)
	cli.Write("main.tf", requirements+`
provider "msp" {
  sandbox = { seed_file = "seed.json" }
}

data "msp_customer" "initech" {
  domain = "initech.example"
}

data "msp_roles" "initech" {
  customer_id = data.msp_customer.initech.id
}

data "msp_roles" "own" {}

data "msp_portal_roles" "all" {}

output "roles" {
  value = join(" ", [for role in data.msp_roles.initech.roles : role.name if role.assignable])
}

output "own" {
  value = join(" ", [for role in data.msp_roles.own.roles : role.name if role.content_protected])
}

output "may_not_sign_in" {
  value = join(" ", [for role in data.msp_portal_roles.all.portal_roles : role.name if !contains(role.permissions, "customers.sign_in")])
}
`)
	cli.Must("apply", "-auto-approve")
	for output, want := range map[string]string{
		"roles":           "partner_administrator basic_administrator Help Desk",
		"own":             "super_administrator full_administrator discovery_officer",
		"may_not_sign_in": "msp_prospects",
	} {
		if got := strings.TrimSpace(cli.Must("output", "-raw", output)); got != want {
			t.Errorf("%s is %q, want %q", output, got, want)
		}
	}
}

// TestSandboxTerraformTest tests a module with `terraform test`, which needs neither a server nor credentials.
func TestSandboxTerraformTest(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", requirements+`
variable "domain" {
  type = string
}

resource "msp_customer" "this" {
  name                = "Acme"
  domain              = var.domain
  deletion_protection = false
}

output "id" {
  value = msp_customer.this.id
}

# OpenTofu knows nothing of other runs in conditions.
resource "terraform_data" "first" {
  input = msp_customer.this.id
  lifecycle {
    ignore_changes = [input]
  }
}

output "first_id" {
  value = terraform_data.first.output
}
`)
	cli.Write("main.tftest.hcl", `
provider "msp" {
  sandbox = {}
}

run "creates" {
  variables {
    domain = "acme.example"
  }
  assert {
    condition     = startswith(output.id, "cus_")
    error_message = "The id is ${output.id}."
  }
}

run "keeps" {
  variables {
    domain = "ACME.example"
  }
  assert {
    condition     = output.id == output.first_id
    error_message = "Another spelling is another customer."
  }
}
`)
	// Twice, since what the first one destroyed at its end must not be in the way of the second.
	for range 2 {
		if out := cli.Must("test", "-no-color"); !strings.Contains(out, "2 passed, 0 failed") {
			t.Errorf("terraform test ended with:\n%s", out)
		}
	}
}

// TestUnknownProviderBlock plans with a provider block that is known only at apply, and applies.
func TestUnknownProviderBlock(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", requirements+fmt.Sprintf(`
resource "terraform_data" "path" {
  input = %q
}
`, filepath.Join(t.TempDir(), "sandbox.db"))+sandboxes(" path = terraform_data.path.output ")+delegation("one.example"))
	cli.Must("plan", "-no-color")
	live(t, cli, 20)
}

// TestOneError counts what a user has to read when the provider can't connect, however many resources there are.
func TestOneError(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct{ arguments, says string }{
		"nothing set":        {"", "The provider is not configured"},
		"wrong secret":       {fmt.Sprintf("endpoint = %q\nclient_id = %q\nclient_secret = \"wrong\"", s.URL, s.ClientID), "Could not sign in"},
		"half a credential":  {fmt.Sprintf("endpoint = %q\nclient_id = %q", s.URL, s.ClientID), "Missing client_secret"},
		"unreachable server": {"endpoint = \"https://127.0.0.1:1\"\nclient_id = \"x\"\nclient_secret = \"wrong\"\nmax_retries = 0", "Could not reach the API"},
		"foreign http":       {"endpoint = \"http://portal.example\"\ntoken = \"x\"", "Invalid endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			cli.Write("main.tf", requirements+"provider \"msp\" {\n"+c.arguments+"\n}\nprovider \"msp\" {\n  alias = \"second\"\n  sandbox = {}\n}\n"+delegation("one.example"))
			out, code := cli.Run("plan", "-no-color")
			if code == 0 || strings.Count(out, "Error: ") != 1 || !strings.Contains(out, "Error: "+c.says) {
				t.Errorf("the plan ended with %d:\n%s", code, out)
			}
		})
	}
}
