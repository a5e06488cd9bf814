package e2e

import (
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// A plan reads objects out of lists, unless it is told not to; it shows the same either way.
func TestAccPlanSharesReads(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	first := acctest.NewCLI(t)
	first.Write("main.tf", requirements+s.ProviderConfig()+onboarding)
	first.Must("apply", "-auto-approve", "-no-color")
	for _, c := range []struct {
		name    string
		env     string
		atMost  int // single requests of each kind
		atLeast int
		lists   int // of each kind
	}{
		{"shared", "MSP_NO_SNAPSHOTS=", 2, 0, 2},
		{"one by one", "MSP_NO_SNAPSHOTS=1", people * companies, people, 0},
	} {
		cli := acctest.NewCLI(t, c.env)
		cli.Dir = first.Dir
		s.ResetRequests()
		if out := cli.Must("plan", "-no-color"); !strings.Contains(out, "No changes.") {
			t.Errorf("%s: a second plan shows\n%s", c.name, out)
		}
		asked := map[string]int{}
		for _, r := range s.Requests() {
			asked[r.OperationID]++
		}
		for _, kind := range []string{"Customer", "PartnerUser", "PortalAdmin", "ExternalAdmin", "AccessRole"} {
			single, lists := asked["get"+kind], asked["list"+kind+"s"]+asked["listCustomer"+kind+"s"]
			if single > c.atMost || single < c.atLeast || lists > c.lists {
				t.Errorf("%s: %d single requests and %d lists of kind %s, in %v", c.name, single, lists, kind, asked)
			}
		}
	}
}

// A check before the write is spared where Terraform plans once more within an apply that has begun to write.
func TestAccApplyAsksOnce(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", requirements+s.ProviderConfig()+`
resource "msp_partner_user" "dana" {
  email = "dana.novak@northwind-msp.example"
  name  = "Dana Novak"
}

resource "msp_portal_admin" "dana" {
  email = msp_partner_user.dana.email
  name  = "Dana Novak"
  role  = "msp_sales"
}
`)
	cli.Must("apply", "-auto-approve", "-no-color")
	checks, writes := 0, 0
	for _, r := range s.Requests() {
		switch {
		case r.OperationID != "putPortalAdmin":
		case strings.Contains(r.Query, "validate_only"):
			checks++
		default:
			writes++
		}
	}
	if checks != 1 || writes != 1 {
		t.Errorf("the portal admin took %d checks and %d writes, want one of each", checks, writes)
	}
}
