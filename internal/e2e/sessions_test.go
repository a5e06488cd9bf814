package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// insideOfCustomers signs in to a customer that exists and to one that the same run makes, works inside of the latter,
// hands the tokens to another program, and narrows one for it.
const insideOfCustomers = requirements + `
variable "portal_password" {
  type      = string
  ephemeral = true
}

provider "msp" {}

resource "msp_customer" "new" {
  name                = "Nakatomi"
  domain              = "nakatomi.example"
  require_sso         = true
  deletion_protection = false
  force_destroy       = true
}

ephemeral "msp_customer_session" "new" {
  customer_id = msp_customer.new.id
  email       = "alex@northwind-msp.example"
  password    = var.portal_password
}

ephemeral "msp_customer_session" "initech" {
  customer_id = "cus_initech2222222222222"
  email       = "alex@northwind-msp.example"
  password    = var.portal_password
  ttl         = "1m"
}

ephemeral "msp_access_token" "tool" {
  role = "msp_helpdesk"
}

provider "msp" {
  alias    = "inside"
  endpoint = ephemeral.msp_customer_session.new.endpoint
  token    = ephemeral.msp_customer_session.new.token
}

resource "msp_customer_user" "first" {
  provider    = msp.inside
  customer_id = msp_customer.new.id
  email       = "holly@nakatomi.example"
  name        = "Holly"
  role        = "master_admin"
}

data "msp_current_client" "inside" {
  provider   = msp.inside
  depends_on = [msp_customer_user.first]
}

data "msp_audit_events" "inside" {
  kind        = "customer_user"
  customer_id = msp_customer_user.first.customer_id
  depends_on  = [msp_customer_user.first]
}

resource "terraform_data" "tool" {
  depends_on = [msp_customer_user.first]

  provisioner "local-exec" {
    command = "printf '%s\\n' \"$ONE\" \"$TWO\" \"$THREE\" > \"$SEEN\""
    environment = {
      ONE   = ephemeral.msp_customer_session.new.token
      TWO   = ephemeral.msp_customer_session.initech.token
      THREE = ephemeral.msp_access_token.tool.token
    }
  }
}
`

// Neither the password nor a token stands in state, plan, output or log, nor in the server's log and database; and when
// the run is over, each of them is void.
func TestAccSessionsLeaveNothing(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the other program is a shell command")
	}
	const password, wrong = "own-password-of-alex", `no "password" <of> älex\s`
	dir := t.TempDir()
	seed, seen := filepath.Join(dir, "seed.json"), filepath.Join(dir, "seen")
	if err := os.WriteFile(seed, servertest.SeedJSON(t), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := t.TempDir()
	url := serve(t, filepath.Join(kept, "server.log"), "--database=sqlite:"+filepath.Join(kept, "portal.db"), "--seed="+seed, "--log-level=debug")
	secret := "secret-of-" + servertest.MainClient
	cli := acctest.NewCLI(t, "TF_LOG=TRACE", "TF_LOG_PATH=trace.log", "TF_VAR_portal_password="+password, "SEEN="+seen,
		"MSP_ENDPOINT="+url, "MSP_CLIENT_ID="+servertest.MainClient, "MSP_CLIENT_SECRET="+secret)
	if cli.Before(1, 11) {
		t.Skip("ephemeral resources want Terraform 1.10 or OpenTofu 1.11")
	}
	cli.Write("main.tf", insideOfCustomers)
	said := cli.Must("plan", "-no-color", "-out=plan.bin")
	said += cli.Must("show", "-json", "plan.bin")
	said += cli.Must("apply", "-no-color", "plan.bin")
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the second plan is not empty (%d):\n%s", code, out)
	}
	refused, code := cli.Run("plan", "-no-color", "-var=portal_password="+wrong)
	if code == 0 || !strings.Contains(refused, "wrong_password") {
		t.Errorf("a wrong password (%d):\n%s", code, refused)
	}
	said += refused
	handed, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	tokens := strings.Fields(string(handed))
	if len(tokens) != 3 || !strings.HasPrefix(tokens[0], "mspsession_") {
		t.Fatalf("the other program got %d tokens", len(tokens))
	}

	texts := map[string][]byte{"what was printed": []byte(said)}
	for _, root := range []string{cli.Dir, kept} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				if _, twice := texts[path]; twice {
					t.Fatalf("%s was read before", path)
				}
				texts[path], err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	database := filepath.Join(kept, "portal.db")
	texts[database] = append(texts[database], texts[database+"-wal"]...)
	for name, sign := range map[string]string{
		filepath.Join(cli.Dir, "trace.log"): "openCustomerSession", filepath.Join(cli.Dir, "terraform.tfstate"): "holly@nakatomi.example",
		filepath.Join(kept, "server.log"): "openCustomerSession", database: "customer_sessions",
	} {
		if !bytes.Contains(texts[name], []byte(sign)) {
			t.Fatalf("%s is not complete, so it proves nothing", name)
		}
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(tokens[0], "mspsession_"), ".")
	if n := bytes.Count(texts[filepath.Join(cli.Dir, "terraform.tfstate")], []byte(`"session_id": "ses_`+id+`"`)); n != 2 {
		t.Errorf("%d of who acted inside and the log of what was done there show the session", n)
	}
	for name, text := range texts {
		for i, canary := range append(tokens, password, wrong) {
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("canary %d stands in %s", i, name)
			}
		}
	}
	for i, token := range tokens {
		c, err := client.New(t.Context(), client.Config{Endpoint: url, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		if me, err := c.GetCurrentClient(t.Context()); err == nil {
			t.Errorf("the run is over, and token %d is taken: %+v", i, me)
		}
	}
	cli.Must("destroy", "-auto-approve", "-no-color")
}
