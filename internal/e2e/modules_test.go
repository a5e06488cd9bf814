package e2e

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// copyExample puts an example into a folder as a clean clone has it, without what Terraform left beside it.
func copyExample(t *testing.T, to, name string) {
	t.Helper()
	from := filepath.Join("..", "..", "examples", filepath.FromSlash(name))
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".terraform") && entry.IsDir() {
			return fs.SkipDir
		}
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".terraform") || strings.Contains(entry.Name(), ".tfstate") {
			return nil
		}
		inside, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, inside)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testRuns counts the run blocks of a module's tests.
func testRuns(t *testing.T, pattern string) (runs int) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		runs += strings.Count("\n"+string(text), "\nrun \"")
	}
	return runs
}

// `terraform test` does what the README of the module promises, on the sandbox where that is by default and elsewhere.
func TestAccModuleCustomerOnboarding(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"default path": filepath.Join(".terraform", "msp-sandbox", "sandbox.db"),
		"its own path": "module.db",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			if cli.Before(1, 6) {
				t.Skip("terraform test wants Terraform or OpenTofu 1.6")
			}
			copyExample(t, cli.Dir, "modules/customer-onboarding")
			files, args := "*.tftest.hcl", []string{"test", "-no-color"}
			if path == "module.db" {
				files = "onboarding.tftest.hcl"
				args = append(args, "-filter=tests/"+files)
				file := filepath.Join(cli.Dir, "tests", files)
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				moved := strings.Replace(string(text), "sandbox = {\n", fmt.Sprintf("sandbox = {\n    path = %q\n", path), 1)
				if err := os.WriteFile(file, []byte(moved), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want := fmt.Sprintf("%d passed, 0 failed", testRuns(t, filepath.Join(cli.Dir, "tests", files)))
			if out := cli.Must(args...); !strings.Contains(out, want) {
				t.Errorf("want %s:\n%s", want, out)
			}
			if _, err := os.Stat(filepath.Join(cli.Dir, path)); err != nil {
				t.Error(err)
			}
		})
	}
}

// The example at scale is applied, changed by one line, and destroyed; what the files say is what the server has then.
func TestAccMSPAtScale(t *testing.T) {
	t.Parallel()
	seed, err := os.ReadFile(filepath.Join("..", "..", "examples", "demo", "seed.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := acctest.NewServer(t, acctest.WithSeed(seed))
	before := s.Counts(t)
	env := []string{"TF_VAR_deletion_protection=false"}
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	copyExample(t, cli.Dir, "msp-at-scale")
	copyExample(t, filepath.Join(filepath.Dir(cli.Dir), "modules"), "modules")
	cli.Must("get", "-no-color")
	cli.Must("apply", "-auto-approve", "-no-color")
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the second plan is not empty (%d):\n%s", code, out)
	}

	var customers map[string]string
	if err := json.Unmarshal([]byte(cli.Must("output", "-json", "customers")), &customers); err != nil || len(customers) != 40 {
		t.Fatalf("there are %d customers, %v", len(customers), err)
	}
	applied := before
	applied.PartnerUsers += 5
	applied.PortalAdmins += 5
	applied.Customers += 40
	applied.CustomerUsers += 60
	applied.CustomRoles += 3
	applied.ExternalAdmins += 40 + 40 + 39 + 2 // Alex, Bo, Carla with one exception, and Dmitri by exceptions alone
	applied.AccessRoles += 15 + 15
	applied.GroupMembers += 15 + 3*15 // Alex in all groups, Bo and Carla in those of phone managers
	applied.Contacts += 85
	if counts := s.Counts(t); counts != applied {
		t.Errorf("the server has %+v, want %+v", counts, applied)
	}

	const file = "administrators.yaml"
	text, err := os.ReadFile(filepath.Join(cli.Dir, file))
	if err != nil {
		t.Fatal(err)
	}
	cli.Write(file, strings.Replace(string(text), "zephyr-zoo.example:", "zefyr-zoo.example:", 1))
	if out, code := cli.Run("plan", "-no-color"); code != 1 || !strings.Contains(out, "customers.csv has no zefyr-zoo.example") {
		t.Errorf("a customer that there is not (%d):\n%s", code, out)
	}
	cli.Write(file, strings.Replace(string(text), "role: Mail Desk", "role: basic_administrator", 1))
	if out := cli.Must("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "0 added, 1 changed, 0 destroyed") {
		t.Errorf("one line more or less changed:\n%s", out)
	}

	cli.Must("destroy", "-auto-approve", "-no-color")
	if after := s.Counts(t); after != before {
		t.Errorf("after destroy the server has %+v, want %+v", after, before)
	}
}
