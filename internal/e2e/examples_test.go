package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Every example of a resource, data source or ephemeral resource is applied as written, planned again without a change, and destroyed.
func TestAccExamples(t *testing.T) {
	t.Parallel()
	examples := filepath.Join("..", "..", "examples")
	var files []string
	for _, pattern := range []string{"resources/*/resource.tf", "data-sources/*/data-source.tf", "ephemeral-resources/*/ephemeral-resource.tf"} {
		found, err := filepath.Glob(filepath.Join(examples, filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(file)))+"/"+filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := acctest.NewServer(t, append(surroundings(t, filepath.Base(filepath.Dir(file)), filepath.Base(file)), acctest.WithDNS(publishing(t)))...)
			before := s.Counts(t)
			cli := acctest.NewCLI(t, "TF_VAR_directory_password=only for this test", "TF_VAR_portal_password=own-password-of-alex")
			if strings.Contains(string(text), "ephemeral") && cli.Before(1, 11) {
				t.Skip("write-only arguments want Terraform or OpenTofu 1.11")
			}
			cli.Write("main.tf", requirements+s.ProviderConfig()+string(text))
			cli.Must("apply", "-auto-approve", "-no-color")
			if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
				t.Errorf("the second plan is not empty (%d):\n%s", code, out)
			}
			cli.Must("destroy", "-auto-approve", "-no-color")
			if after := s.Counts(t); after != before {
				t.Errorf("after destroy the server has %+v, want %+v", after, before)
			}
		})
	}
}

// surroundings of an example that the usual ones do not fit: a list of all portal admins can't be without their grants.
func surroundings(t *testing.T, example, file string) []acctest.Option {
	t.Helper()
	if example != "msp_portal_admins" || file != "resource.tf" {
		return nil
	}
	seed, err := os.ReadFile(filepath.Join("testdata", "seed-one-admin.json"))
	if err != nil {
		t.Fatal(err)
	}
	return []acctest.Option{acctest.WithSeed(seed)}
}

// publishing is a DNS server in which whoever owns northwind.example has published every alias below it.
func publishing(t *testing.T) string {
	t.Helper()
	lookups, err := dnstest.Start()
	if err == nil {
		t.Cleanup(func() { _ = lookups.Close() })
		err = lookups.CNAME("*.northwind.example", domain.DefaultValidationHost)
	}
	if err != nil {
		t.Fatal(err)
	}
	return lookups.Address
}

// The import blocks of the examples fit the schemas of their resources.
func TestAccExampleImports(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "resources", "*", "import-by-string-id.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			cli.Write("versions.tf", requirements)
			for _, name := range []string{"resource.tf", filepath.Base(file)} {
				text, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(text), "ephemeral") && cli.Before(1, 11) {
					t.Skip("write-only arguments want Terraform or OpenTofu 1.11")
				}
				cli.Write(name, string(text))
			}
			cli.Must("validate", "-no-color")
		})
	}
}
