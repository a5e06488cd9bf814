package e2e

import (
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// A replacement that Terraform makes by itself, asked for or because of a taint, is planned as a creation of what is there.
// At a referral customer decision_maker would be lost by it: the plan says so, and nothing else of that kind is refused.
func TestAccDecisionMakerIsNotReplaced(t *testing.T) {
	t.Parallel()
	const (
		initech  = "cus_initech2222222222222" // managed
		referral = "msp_partner_access_role.referral"
		managed  = "msp_partner_access_role.managed"
		refusal  = "The replacement would lose decision_maker for good"
	)
	s := acctest.NewServer(t)
	var env []string
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	cli.Write("main.tf", requirements+`
provider "msp" {
  adopt_existing = true
}

resource "msp_partner_access_role" "referral" {
  customer_id   = "cus_acme2222222222222222"
  role          = "decision_maker"
  notify_emails = ["it@acme.example"]
}

resource "msp_partner_access_role" "managed" {
  customer_id   = "`+initech+`"
  role          = "decision_maker"
  notify_emails = ["it@initech.example"]
}
`)
	cli.Must("apply", "-auto-approve", "-no-color") // adopts the one, which is a creation too, and makes the other

	refused := func(why string, args ...string) {
		t.Helper()
		if out, code := cli.Run(append([]string{"plan", "-no-color"}, args...)...); code == 0 || strings.Count(out, refusal) != 1 || !strings.Contains(out, "moved block") {
			t.Errorf("%s (%d):\n%s", why, code, out)
		}
	}
	refused("asked for", "-replace="+referral)
	refused("asked for, without a refresh", "-replace="+referral, "-refresh=false")
	cli.Must("taint", referral)
	refused("tainted")
	cli.Must("untaint", referral)
	if out, code := cli.Run("plan", "-no-color", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan is not empty (%d):\n%s", code, out)
	}
	if _, err := s.Client(t).GetAccessRole(t.Context(), "cus_acme2222222222222222", api.AccessRoleNameDecisionMaker); err != nil {
		t.Error(err)
	}

	// Who may give it again may replace it, and what is gone is simply made again.
	cli.Must("apply", "-auto-approve", "-no-color", "-replace="+managed)
	if err := s.Client(t).DeleteAccessRole(t.Context(), initech, api.AccessRoleNameDecisionMaker, client.MatchOptions{}); err != nil {
		t.Fatal(err)
	}
	cli.Must("apply", "-auto-approve", "-no-color")
}

// The last decision maker among a customer's contacts is replaced no more than removed: the plan says so, and nothing is lost.
func TestAccLastDecisionMakerIsNotReplaced(t *testing.T) {
	t.Parallel()
	const (
		acme    = "cus_acme2222222222222222"
		mara    = "mara.lind@acme.example"
		refusal = "Would be refused: replacement of authorized contact"
	)
	s := acctest.NewServer(t)
	var env []string
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	cli.Write("main.tf", requirements+`
provider "msp" {
  adopt_existing = true
}

resource "msp_authorized_contact" "mara" {
  customer_id = "`+acme+`"
  email       = "`+mara+`"
  name        = "Mara Lind"
  phone       = "+44 20 7946 0958"
  roles       = ["billing_contact", "decision_maker"]
}
`)
	cli.Must("apply", "-auto-approve", "-no-color") // adopts
	const replace = "-replace=msp_authorized_contact.mara"
	refused := func(why string, args ...string) {
		t.Helper()
		if out, code := cli.Run(append([]string{"plan", "-no-color"}, args...)...); code == 0 || strings.Count(out, refusal) != 1 || !strings.Contains(out, "last_decision_maker") {
			t.Errorf("%s (%d):\n%s", why, code, out)
		}
	}
	refused("asked for", replace)
	refused("asked for, without a refresh", replace, "-refresh=false")
	cli.Must("taint", "msp_authorized_contact.mara")
	refused("tainted")
	cli.Must("untaint", "msp_authorized_contact.mara")
	if out, code := cli.Run("plan", "-no-color", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan is not empty (%d):\n%s", code, out)
	}
	if _, err := s.Client(t).GetAuthorizedContact(t.Context(), acme, mara); err != nil {
		t.Error(err)
	}
}
