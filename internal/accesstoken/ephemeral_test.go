package accesstoken_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

const typeName = "msp_access_token"

// A token of its own each time, with what the role has and no more, renewed while it is needed and then void.
func TestTokenLife(t *testing.T) {
	t.Parallel()
	clock := &acctest.Clock{}
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	p := s.Protocol(t)
	whole, refusal := p.Open(typeName, map[string]any{})
	if refusal != "" {
		t.Fatal(refusal)
	}
	narrow, refusal := p.Open(typeName, map[string]any{"role": "msp_helpdesk", "ttl": "2m"})
	if refusal != "" {
		t.Fatal(refusal)
	}
	ask := func(o *acctest.Opened, path string) int {
		return s.With(o.Text(t, "token")).Do(t, http.MethodGet, path, nil).Status
	}
	for _, test := range []struct {
		of   *acctest.Opened
		path string
		want int
	}{
		{whole, "/v1/audit-events", 200}, {whole, "/v1/customers", 200}, {narrow, "/v1/customers", 200}, {narrow, "/v1/audit-events", 403},
	} {
		if got := ask(test.of, test.path); got != test.want {
			t.Errorf("%s: got %d, want %d", test.path, got, test.want)
		}
	}
	if whole.Text(t, "ttl") != "15m0s" || narrow.Text(t, "ttl") != "2m" || whole.Text(t, "endpoint") != s.URL || strings.Contains(fmt.Sprint(narrow.Result["permissions"]), "audit.read") {
		t.Errorf("got %v and %v", whole.Result, narrow.Result)
	}
	if in := time.Until(narrow.RenewAt); in > 2*time.Minute {
		t.Errorf("to be renewed in %s", in)
	}
	for range 3 {
		clock.Pass(90 * time.Second)
		if refusal := p.Renew(narrow); refusal != "" {
			t.Fatal(refusal)
		}
	}
	if got := ask(narrow, "/v1/customers"); got != http.StatusOK {
		t.Errorf("a renewed token: %d", got)
	}
	if kept := narrow.Private(); kept == "" || strings.Contains(kept, narrow.Text(t, "token")) {
		t.Errorf("Terraform keeps %q", kept)
	}
	for range 2 { // the second time it has ended already
		p.Close(t.Context(), narrow)
		if len(p.Said) != 0 || ask(narrow, "/v1/customers") != http.StatusUnauthorized {
			t.Errorf("closed: %v", p.Said)
		}
	}
	if refusal := p.Renew(narrow); !strings.Contains(refusal, "renew access token tok_") {
		t.Errorf("renewed after its end: %q", refusal)
	}
	clock.Pass(15 * time.Minute) // and the process that had the other one has crashed
	if got := ask(whole, "/v1/customers"); got != http.StatusUnauthorized {
		t.Errorf("a token that nobody renews: %d", got)
	}
}

// After a day no renewal helps, so that none is asked for.
func TestTokenOfADay(t *testing.T) {
	t.Parallel()
	clock := &acctest.Clock{}
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	p := s.Protocol(t)
	o, refusal := p.Open(typeName, map[string]any{"ttl": "1h"})
	if refusal != "" {
		t.Fatal(refusal)
	}
	for range 28 { // of the last one only a part is given
		clock.Pass(50 * time.Minute)
		if refusal := p.Renew(o); refusal != "" || len(p.Said) != 0 || o.RenewAt.IsZero() {
			t.Fatalf("%s %v, to be renewed at %s", refusal, p.Said, o.RenewAt)
		}
		if time.Until(o.RenewAt) > 30*time.Minute {
			t.Fatalf("to be renewed at %s", o.RenewAt)
		}
	}
	if refusal := p.Renew(o); refusal != "" || !o.RenewAt.IsZero() || len(p.Said) != 1 || !strings.Contains(p.Said[0].Detail, "24 hours at most") {
		t.Errorf("%s %v, to be renewed at %s", refusal, p.Said, o.RenewAt)
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		client string
		says   []string
	}{
		"more than the client has": {"northwind-helpdesk", []string{"Attribute role", "partner.manage", "never has more"}},
		"a customer's own client":  {"acme-decision", []string{"/v1/customers/cus_acme2222222222222222/api-tokens"}},
	} {
		p := acctest.NewServer(t, acctest.WithClient(test.client)).Protocol(t)
		_, refusal := p.Open(typeName, map[string]any{"role": "msp_administrator"})
		for _, says := range test.says {
			if !strings.Contains(refusal, says) {
				t.Errorf("%s: %q does not say %q", name, refusal, says)
			}
		}
	}
}

func TestAccToken(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	factories := acctest.Factories()
	factories["echo"] = echoprovider.NewProviderServer()
	config := func(arguments string) string {
		return s.ProviderConfig() + fmt.Sprintf("ephemeral %q \"test\" {\n%s\n}\n", typeName, arguments)
	}
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{Config: config(`role = "king"`), PlanOnly: true, ExpectError: acctest.Says("Attribute role", "msp_administrator")},
			{Config: config(`ttl = "1s"`), PlanOnly: true, ExpectError: acctest.Says("Attribute ttl", "1m to 1h")},
			{
				Config: config(`role = "msp_prospects"`) + `
provider "echo" {
  data = ephemeral.msp_access_token.test.permissions
}
resource "echo" "test" {}
`,
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data"), knownvalue.SetExact([]knownvalue.Check{
					knownvalue.StringExact("catalogue.read"), knownvalue.StringExact("prospects.create"),
				}))},
			},
		},
	})
	made, ended := 0, 0
	for _, r := range s.Requests() {
		switch {
		case r.OperationID == "createAccessToken" && r.Status == http.StatusCreated:
			made++
		case r.OperationID == "deleteAccessToken" && r.Status == http.StatusNoContent:
			ended++
		}
	}
	if made < 2 || made != ended {
		t.Errorf("%d tokens were made, %d ended", made, ended)
	}
}
