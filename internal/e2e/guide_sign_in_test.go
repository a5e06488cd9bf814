package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// Somebody follows the guide: applies each of its blocks as written. What is done inside of a customer shows in the audit
// log, other programs get in, and afterwards nobody is signed in any more.
func TestAccGuideSignInFromAPipeline(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the guide's other program is curl")
	}
	seed, err := os.ReadFile(filepath.Join("..", "..", "examples", "sign-in", "seed.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := acctest.NewServer(t, acctest.WithSeed(seed))
	before := s.Counts(t)
	env := []string{"TF_VAR_portal_password=only-for-trying-out-nora"}
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	if cli.Before(1, 11) {
		t.Skip("ephemeral resources want Terraform 1.10 or OpenTofu 1.11")
	}
	written := ""
	for _, block := range guideBlocks(t, "sign-in-from-a-pipeline.md") {
		written += block
		cli.Write("main.tf", written)
		cli.Must("apply", "-auto-approve", "-no-color")
	}
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the last plan is not empty (%d):\n%s", code, out)
	}
	for file, says := range map[string]string{
		"users-of-cedar.example.json": "office@cedar.example", "users-of-birch.example.json": "nina.auditor@birch.example", "customers.json": "cedar.example",
	} {
		if text, err := os.ReadFile(filepath.Join(cli.Dir, file)); err != nil || !strings.Contains(string(text), says) {
			t.Errorf("%s: %s, %v", file, text, err)
		}
	}
	var who, why []string
	for name, into := range map[string]*[]string{"who_signed_in": &who, "why_nora_gets_in_at_birch": &why} {
		if err := json.Unmarshal([]byte(cli.Must("output", "-json", name)), into); err != nil {
			t.Fatal(err)
		}
	}
	if len(who) != 1 || who[0] != "nora.winter@northwind-msp.example" || !strings.Contains(strings.Join(why, " "), "delegated sign-in is excepted") {
		t.Errorf("signed in have %q; %q", who, why)
	}
	for _, id := range []string{"cus_cedar222222222222222", "cus_birch222222222222222"} {
		if open, err := client.Collect(s.Client(t).ListCustomerSessions(t.Context(), id)); err != nil || len(open) != 0 {
			t.Errorf("still open at %s: %v, %v", id, open, err)
		}
	}
	events, err := client.Collect(s.Client(t).ListAuditEvents(t.Context(), client.AuditEventFilter{Kind: "customer_user", CustomerID: "cus_birch222222222222222"}))
	if err != nil || len(events) != 1 || events[0].SessionID == nil {
		t.Errorf("done inside of Birch: %+v, %v", events, err)
	}
	cli.Must("destroy", "-auto-approve", "-no-color")
	if after := s.Counts(t); after != before {
		t.Errorf("after destroy the server has %+v, want %+v", after, before)
	}
}
