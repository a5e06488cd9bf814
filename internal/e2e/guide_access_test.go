package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// guideFile is the line by which a block says to whose folder it belongs, and to which file there.
var guideFile = regexp.MustCompile(`\A# (customer|partner)/(\S+\.tf)\n`)

// Two sides follow the guide, each with its own credentials and each of its blocks as written: the customer gives, the
// partner puts people into the groups, who get in as the guide says and have the rights that it says, until the customer
// takes it back.
func TestAccGuideGiveAPartnerAccess(t *testing.T) {
	t.Parallel()
	const (
		globex     = "cus_globex22222222222222"
		kim, robin = "kim.tran@northwind-msp.example", "robin.keller@northwind-msp.example"
	)
	seed, err := os.ReadFile(filepath.Join("..", "..", "examples", "partner-access", "seed.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := acctest.NewServer(t, acctest.WithSeed(seed))
	before := s.Counts(t)
	as := func(clientID string) *acctest.CLI {
		return acctest.NewCLI(t, "MSP_ENDPOINT="+s.URL, "MSP_CLIENT_ID="+clientID, "MSP_CLIENT_SECRET="+s.Secret(t, clientID))
	}
	sides := map[string]*acctest.CLI{"customer": as("globex"), "partner": as("northwind")}
	applies := func(side string, more ...string) {
		t.Helper()
		sides[side].Must(append([]string{"apply", "-auto-approve", "-no-color"}, more...)...)
	}
	output := func(side, name string, into any) {
		t.Helper()
		if err := json.Unmarshal([]byte(sides[side].Must("output", "-json", name)), into); err != nil {
			t.Fatal(err)
		}
	}
	sees := func(clientID string, want int) {
		t.Helper()
		if r := s.As(t, clientID).Do(t, http.MethodGet, "/v1/customers/"+globex+"/invoices", nil); r.Status != want {
			t.Errorf("invoices for %s: got %d %s, want %d", clientID, r.Status, r.Body, want)
		}
	}
	told := func() map[string][]string {
		t.Helper()
		mails, err := client.Collect(s.Client(t).ListOutbox(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		events := map[string][]string{}
		for _, mail := range mails {
			events[mail.To] = append(events[mail.To], mail.Event)
		}
		return events
	}

	sees("kims-reports", http.StatusForbidden)
	for _, block := range guideBlocks(t, "give-a-partner-access.md") {
		named := guideFile.FindStringSubmatch(block)
		if named == nil {
			t.Fatalf("this block does not say where it belongs:\n%s", block)
		}
		sides[named[1]].Write(named[2], block)
		applies(named[1])
	}
	for side, cli := range sides {
		if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
			t.Errorf("the last plan of the %s is not empty (%d):\n%s", side, code, out)
		}
	}
	var groups []string
	if output("customer", "groups", &groups); !slices.Equal(groups, []string{"Globex Decision Maker", "Globex Phone Manager"}) {
		t.Errorf("groups %q", groups)
	}
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "give-a-partner-access.md"))
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string][]string{}
	output("partner", "who_gets_in", &ways)
	if len(ways) != 2 || len(ways[kim]) != 2 || !strings.Contains(string(guide), "\n"+ways[kim][0]+"\n") || len(ways[robin]) != 2 || !strings.HasPrefix(ways[robin][0], "open, portal, phone_manager: ") {
		t.Errorf("who gets in: %q", ways)
	}
	sees("kims-reports", http.StatusOK)
	sees("robins-reports", http.StatusForbidden)
	if got, want := told(), map[string][]string{
		"it@globex.example":       {"access_role_granted", "access_role_granted"},
		"office@globex.example":   {"access_role_granted", "access_role_granted"},
		"office@fabrikam.example": {"access_role_granted"},
		kim:                       {"access_group_joined"},
		robin:                     {"access_group_joined", "access_group_joined"},
	}; !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("told %q, want %q", got, want)
	}

	// The customer takes one role back: the partner's next plan agrees.
	applies("customer", "-var", `roles=["decision_maker"]`)
	if out, code := sides["partner"].Run("plan", "-detailed-exitcode", "-no-color"); strings.Contains(out, "Error") || code == 1 || strings.Contains(out, "will be created") {
		t.Errorf("the partner's plan after a role was taken away (%d):\n%s", code, out)
	}
	applies("partner")
	ways = nil // of Go's own, maps keep what an answer does not name
	if output("partner", "who_gets_in", &ways); len(ways[kim]) != 2 || len(ways[robin]) != 0 {
		t.Errorf("who gets in: %q", ways)
	}
	if got := told()[robin]; got[len(got)-1] != "access_group_left" {
		t.Errorf("robin was told %q", got)
	}
	sees("kims-reports", http.StatusOK)

	// And all of it.
	sides["customer"].Must("destroy", "-auto-approve", "-no-color")
	sees("kims-reports", http.StatusForbidden)
	sides["partner"].Must("destroy", "-auto-approve", "-no-color")
	if after := s.Counts(t); after != before {
		t.Errorf("after destroy the server has %+v, want %+v", after, before)
	}
}
