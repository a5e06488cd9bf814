package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// With everything logged that can be, neither the client's secret nor its access token stands in log, state, plan or
// output, also where requests are refused.
func TestAccSecretsStayInside(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	cli := acctest.NewCLI(t, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log",
		"MSP_ENDPOINT="+s.URL, "MSP_CLIENT_ID="+s.ClientID, "MSP_CLIENT_SECRET="+s.ClientSecret)
	cli.Write("main.tf", requirements+`
provider "msp" {}

resource "msp_partner_user" "good" {
  email = "dana.novak@northwind-msp.example"
  name  = "Dana Novak"
}

resource "msp_portal_admin" "refused" {
  email = "nobody@northwind-msp.example"
  name  = "Nobody"
  role  = "msp_sales"
}
`)
	if out, code := cli.Run("plan", "-no-color", "-out=plan.bin"); code != 0 {
		t.Fatalf("plan ended with %d:\n%s", code, out)
	}
	shown := cli.Must("show", "-json", "plan.bin")
	applied, code := cli.Run("apply", "-no-color", "plan.bin")
	if code == 0 {
		t.Fatal("the apply was to be refused for one resource")
	}
	canaries := map[string]string{"the secret": s.ClientSecret}
	for _, r := range s.Requests() {
		if r.OperationID != "createToken" {
			if token := r.Header["Authorization"]; len(token) == 1 {
				canaries["an access token"] = token[0][len("Bearer "):]
			}
		}
	}
	if len(canaries) != 2 {
		t.Fatal("no request carried an access token")
	}
	texts := map[string][]byte{"the plan as JSON": []byte(shown), "the output of apply": []byte(applied)}
	err := filepath.WalkDir(cli.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			texts[entry.Name()], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if log := texts["trace.log"]; !bytes.Contains(log, []byte("/v1/partner-users/")) || !bytes.Contains(log, []byte("[TRACE]")) {
		t.Fatal("the log is not complete, so it proves nothing")
	}
	if len(texts["terraform.tfstate"]) == 0 {
		t.Fatal("there is no state")
	}
	for where, text := range texts {
		for what, canary := range canaries {
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("%s stands in %s", what, where)
			}
		}
	}
}
