package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// A block of the guide with the file that it belongs to, and the script of a step of its workflow.
var (
	namedBlock   = regexp.MustCompile("(?ms)^`([^`\n]+)`:\n\n```[a-z]+\n(.*?\n)```$")
	workflowPlan = regexp.MustCompile(`(?s)\n      - id: plan\n        run: \|\n(.*?)\n      - run: (terraform show [^\n]*)\n`)
	workflowDoes = regexp.MustCompile(`(?m)^      - run: (terraform apply .*)$`)
)

// Somebody follows the guide, section by section, at a partner that has customers already, one of them with somebody who
// was let in by hand. In the end the pipeline applies what was approved, and nothing else.
func TestAccGuideTemplateCustomerOnboarding(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "template-customer-onboarding.md"))
	if err != nil {
		t.Fatal(err)
	}
	s := acctest.NewServer(t)
	before := s.Counts(t)
	var env []string
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	if cli.Before(1, 7) {
		t.Skip("the guide wants Terraform or OpenTofu 1.7")
	}
	copyExample(t, filepath.Join(cli.Dir, "modules"), "modules")
	const kim = "kim@northwind-msp.example"
	initech := customerID(t, s, "initech.example")
	if _, err := s.Client(t).PutExternalAdmin(t.Context(), initech, kim, api.ExternalAdminInput{Role: "basic_administrator"}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}

	workflow := ""
	sections := regexp.MustCompile(`(?m)^## `).Split(string(text), -1)[1:]
	for _, section := range sections {
		title, _, _ := strings.Cut(section, "\n")
		blocks := namedBlock.FindAllStringSubmatch(section, -1)
		for _, block := range blocks {
			name, content := block[1], strings.ReplaceAll(block[2], "github.com/terraform-provider-msp/terraform-provider-msp//examples", ".")
			if strings.HasSuffix(name, ".yml") {
				workflow = content
				continue
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(cli.Dir, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			cli.Write(name, content)
		}
		if len(blocks) == 0 {
			continue
		}
		cli.Must("get", "-no-color")
		var out string
		switch title {
		case "A human approves, the pipeline applies":
			pipeline(t, s, cli, workflow)
			continue
		case "Testing your own template":
			out = cli.Must("test", "-no-color")
		default:
			out = cli.Must("apply", "-auto-approve", "-no-color")
		}
		says, known := map[string][]string{
			"One customer":   {`Resources: 6 added, 0 changed, 0 destroyed`},
			"Many customers": {`has moved to module.customer["bluebird-bakery.example"]`, "0 changed, 0 destroyed"},
			"Customers that exist already": {
				`- "` + kim + `" = {`, "2 imported, 0 added, 2 changed, 0 destroyed",
			},
			"One administrator fewer":   {"0 added, 4 changed, 4 destroyed"},
			"Testing your own template": {"2 passed, 0 failed"},
			"A customer leaves":         {"0 added, 1 changed, 0 destroyed"},
		}[title]
		if !known {
			t.Fatalf("the section %q is new: what does it do?", title)
		}
		for _, what := range says {
			if !strings.Contains(out, what) {
				t.Errorf("after %q there is no %q:\n%s", title, what, out)
			}
		}
		if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
			t.Errorf("after %q the second plan is not empty (%d):\n%s", title, code, out)
		}
	}

	var customers map[string]string
	if err := json.Unmarshal([]byte(cli.Must("output", "-json", "customers")), &customers); err != nil || len(customers) != 4 || customers["initech.example"] != initech {
		t.Errorf("the customers are %q, %v", customers, err)
	}
	table, err := os.ReadFile(filepath.Join(cli.Dir, "customers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	cli.Write("customers.csv", regexp.MustCompile(`(?m)^Delta Dental,.*,no\n`).ReplaceAllString(string(table), ""))
	if out := cli.Must("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "0 added, 0 changed, 6 destroyed") {
		t.Errorf("after a customer left:\n%s", out)
	}
	if out, code := cli.Run("destroy", "-auto-approve", "-no-color"); code == 0 || !strings.Contains(out, "deletion_protection") {
		t.Errorf("the destroy of customers that are protected ended with %d:\n%s", code, out)
	}
	cli.Must("apply", "-auto-approve", "-no-color", "-var", "deletion_protection=false")
	cli.Must("destroy", "-auto-approve", "-no-color", "-var", "deletion_protection=false")
	before.Customers-- // Initech was taken over, and so it is gone
	if after := s.Counts(t); after != before {
		t.Errorf("after destroy the server has %+v, want %+v", after, before)
	}
}

func customerID(t *testing.T, s *acctest.Server, domain string) string {
	t.Helper()
	for customer, err := range s.Client(t).ListCustomers(t.Context(), client.CustomerFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if customer.Domain == domain {
			return customer.ID
		}
	}
	t.Fatalf("there is no customer %s", domain)
	return ""
}

// pipeline does what the workflow of the guide does between a merge and the end, while somebody else changes something
// by hand before the approval.
func pipeline(t *testing.T, s *acctest.Server, cli *acctest.CLI, workflow string) {
	t.Helper()
	planned, applied := workflowPlan.FindStringSubmatch(workflow), workflowDoes.FindStringSubmatch(workflow)
	if planned == nil || applied == nil {
		t.Fatalf("the workflow has other steps:\n%s", workflow)
	}
	plan := func() string {
		t.Helper()
		if out, code := script(t, cli, planned[1]+"\n"+planned[2]); code != 0 {
			t.Fatalf("the job plan ended with %d:\n%s", code, out)
		}
		status, err := os.ReadFile(filepath.Join(cli.Dir, "output.txt"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Fields(string(status))
		return lines[len(lines)-1]
	}
	apply := func() (string, int) { t.Helper(); return script(t, cli, applied[1]) }

	if status := plan(); status != "status=0" {
		t.Errorf("with nothing to do, the plan says %q", status)
	}
	people, err := os.ReadFile(filepath.Join(cli.Dir, "administrators.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	cli.Write("administrators.yaml", strings.Replace(string(people), "customer_role: partner_administrator", "customer_role: basic_administrator", 1))
	if status := plan(); status != "status=2" {
		t.Errorf("with a change, the plan says %q", status)
	}
	summary, err := os.ReadFile(filepath.Join(cli.Dir, "summary.txt"))
	if err != nil || !strings.Contains(string(summary), `"partner_administrator" -> "basic_administrator"`) {
		t.Errorf("whoever approves sees %s, %v", summary, err)
	}
	cedar := customerID(t, s, "cedar-clinic.example")
	if err := s.Client(t).DeleteExternalAdmin(t.Context(), cedar, "dana.reyes@northwind-msp.example", client.MatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if out, code := apply(); code == 0 || !strings.Contains(out, "Changed since the plan") {
		t.Errorf("what was changed by hand was written over (%d):\n%s", code, out)
	}
	if out, code := apply(); code == 0 || !strings.Contains(out, "stale") {
		t.Errorf("an old plan was applied (%d):\n%s", code, out)
	}
	if status := plan(); status != "status=2" {
		t.Errorf("after a plan that was refused, the next one says %q", status)
	}
	if out, code := apply(); code != 0 {
		t.Errorf("the approved plan ended with %d:\n%s", code, out)
	}
	if status := plan(); status != "status=0" {
		t.Errorf("after everything, the plan says %q", status)
	}
}

// script runs a step of a workflow as GitHub does, with the CLI under test as terraform.
func script(t *testing.T, cli *acctest.CLI, text string) (string, int) {
	t.Helper()
	terraform := cli.Command(t.Context())
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", `terraform() { "$TERRAFORM" "$@"; }`+"\n"+text)
	cmd.Dir = terraform.Dir
	cmd.Env = slices.Concat(terraform.Env, []string{"TERRAFORM=" + terraform.Path, "GITHUB_OUTPUT=output.txt", "GITHUB_STEP_SUMMARY=summary.txt"})
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
