package customersession_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

const (
	typeName = "msp_customer_session"
	initech  = "cus_initech2222222222222" // managed
	globex   = "cus_globex22222222222222" // referral; kim is partner_administrator
	alex     = "alex@northwind-msp.example"
	password = "own-password-of-alex"
)

// get asks the API with a session's token.
func get(t *testing.T, s *acctest.Server, token, path string) int {
	t.Helper()
	return s.With(token).Do(t, http.MethodGet, path, nil).Status
}

func open(t *testing.T, s *acctest.Server) []api.CustomerSession {
	t.Helper()
	sessions, err := client.Collect(s.Client(t).ListCustomerSessions(t.Context(), initech))
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// As Terraform does it: in the plan and again in the apply, each session by itself, renewed while it lasts, and closed.
func TestSessionLife(t *testing.T) {
	t.Parallel()
	clock := &acctest.Clock{}
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	p := s.Protocol(t)
	config := map[string]any{"customer_id": initech, "email": strings.ToUpper(alex), "password": password, "ttl": "10m"}
	planned, refusal := p.Open(typeName, config)
	if refusal != "" {
		t.Fatal(refusal)
	}
	applied, refusal := p.Open(typeName, config)
	if refusal != "" {
		t.Fatal(refusal)
	}
	path := "/v1/customers/" + initech + "/users"
	one, two := planned.Text(t, "token"), applied.Text(t, "token")
	if one == two || get(t, s, one, path) != http.StatusOK || get(t, s, two, path) != http.StatusOK {
		t.Fatal("the sessions are not two that are open")
	}
	for name, want := range map[string]string{"email": strings.ToUpper(alex), "mode": "delegated", "ttl": "10m", "endpoint": s.URL} {
		if got := applied.Text(t, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if in := time.Until(applied.RenewAt); in < time.Minute || in > 6*time.Minute {
		t.Errorf("to be renewed in %s", in)
	}
	p.Close(t.Context(), planned)
	if len(p.Said) != 0 || get(t, s, one, path) != http.StatusUnauthorized || get(t, s, two, path) != http.StatusOK {
		t.Errorf("closing the one: %v", p.Said)
	}
	for range 4 { // a long apply
		clock.Pass(8 * time.Minute)
		if refusal := p.Renew(applied); refusal != "" {
			t.Fatal(refusal)
		}
	}
	if get(t, s, two, path) != http.StatusOK || !applied.RenewAt.After(time.Now()) {
		t.Error("a renewed session does not go on")
	}
	for _, o := range []*acctest.Opened{planned, applied} {
		if kept := o.Private(); kept == "" || strings.Contains(kept, password) || strings.Contains(kept, o.Text(t, "token")) {
			t.Errorf("Terraform keeps %q", kept)
		}
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	p.Close(interrupted, applied)
	if len(p.Said) != 0 || len(open(t, s)) != 0 {
		t.Errorf("an interrupted run leaves %v, %v", open(t, s), p.Said)
	}
	p.Close(t.Context(), applied) // has ended already, which is what was wanted
	if len(p.Said) != 0 {
		t.Errorf("closed again: %v", p.Said)
	}
	if refusal := p.Renew(applied); !strings.Contains(refusal, "renew the session at customer "+initech) {
		t.Errorf("renewed after its end: %q", refusal)
	}

	left, refusal := p.Open(typeName, config) // and then the process crashes
	if refusal != "" {
		t.Fatal(refusal)
	}
	clock.Pass(10 * time.Minute)
	if get(t, s, left.Text(t, "token"), path) != http.StatusUnauthorized {
		t.Error("a session that nobody renews goes on")
	}
}

// Several customers at once, by default as who the client acts for, and with the permissions of each session.
func TestSessionsSideBySide(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("northwind-kim"))
	p := s.Protocol(t)
	delegated, refusal := p.Open(typeName, map[string]any{"customer_id": initech, "password": "own-password-of-kim"})
	if refusal != "" {
		t.Fatal(refusal)
	}
	own, refusal := p.Open(typeName, map[string]any{"customer_id": globex, "password": "own-password-of-kim", "mode": "external_admin"})
	if refusal != "" {
		t.Fatal(refusal)
	}
	if got := delegated.Text(t, "email"); got != "kim@northwind-msp.example" || delegated.Text(t, "ttl") != "15m0s" {
		t.Errorf("it is %q", got)
	}
	grants := "/v1/customers/" + globex + "/external-admins"
	for _, test := range []struct {
		why  string
		of   *acctest.Opened
		path string
		want int
	}{
		{"a partner administrator", own, grants, 200},
		{"elsewhere", own, "/v1/customers/" + initech, 404},
		{"delegated", delegated, "/v1/customers/" + initech, 200},
		{"delegated, elsewhere", delegated, grants, 403},
	} {
		if got := get(t, s, test.of.Text(t, "token"), test.path); got != test.want {
			t.Errorf("%s: got %d, want %d", test.why, got, test.want)
		}
	}
	if permissions := fmt.Sprint(own.Result["permissions"]); strings.Contains(permissions, "content.read") || !strings.Contains(permissions, "users.manage") {
		t.Errorf("a partner administrator may %s", permissions)
	}
}

// said is what was said without being an error.
func said(p *acctest.Protocol) string {
	var text strings.Builder
	for _, d := range p.Said {
		text.WriteString(d.Summary + ": " + d.Detail + "\n")
	}
	return text.String()
}

// A session of an external administrator ends with the grant: where that is known no renewal is asked for, and where it
// comes out only at a renewal that is the last one. What can't be renewed any more says so, in words.
func TestSessionEndsWithItsGrant(t *testing.T) {
	t.Parallel()
	const kim = "kim@northwind-msp.example"
	clock := &acctest.Clock{}
	s := acctest.NewServer(t, acctest.WithClient("northwind-kim"), acctest.WithClock(clock.Now))
	main := s.As(t, servertest.MainClient)
	p := s.Protocol(t)
	until := func(in time.Duration) string {
		end := clock.Now().Add(in).UTC().Truncate(time.Second).Format(time.RFC3339)
		r := main.Do(t, http.MethodPut, "/v1/customers/"+globex+"/external-admins/"+kim, map[string]any{"role": "partner_administrator", "expires_at": end})
		if r.Status != http.StatusOK {
			t.Fatalf("got %d %s", r.Status, r.Body)
		}
		return end
	}
	open := func() *acctest.Opened {
		o, refusal := p.Open(typeName, map[string]any{"customer_id": globex, "password": "own-password-of-kim", "mode": "external_admin", "ttl": "10m"})
		if refusal != "" {
			t.Fatal(refusal)
		}
		return o
	}

	end := until(4 * time.Minute)
	short := open()
	if !short.RenewAt.IsZero() || short.Text(t, "expires_at") != end {
		t.Errorf("to be renewed at %s, and it ends at %s of %s", short.RenewAt, short.Text(t, "expires_at"), end)
	}
	if text := said(p); !strings.Contains(text, globex+" can't be renewed") || !strings.Contains(text, "the grant of "+kim) || !strings.Contains(text, end) {
		t.Errorf("it says %q", text)
	}

	until(time.Hour)
	long := open()
	if in := time.Until(long.RenewAt); in < time.Minute || in > 5*time.Minute || said(p) != "" {
		t.Errorf("to be renewed in %s: %s", in, said(p))
	}
	clock.Pass(5 * time.Minute)
	end = until(8 * time.Minute) // the grant is shortened, but not below what the session has
	if refusal := p.Renew(long); refusal != "" || said(p) != "" || long.RenewAt.IsZero() {
		t.Errorf("%s %s, to be renewed at %s", refusal, said(p), long.RenewAt)
	}
	if refusal := p.Renew(long); refusal != "" || !long.RenewAt.IsZero() || !strings.Contains(said(p), end) || !strings.Contains(said(p), "the grant of "+kim) {
		t.Errorf("%s %q, to be renewed at %s", refusal, said(p), long.RenewAt)
	}
	end = until(2 * time.Minute) // and now below
	if refusal := p.Renew(long); refusal != "" || !long.RenewAt.IsZero() || !strings.Contains(said(p), end) {
		t.Errorf("%s %q, to be renewed at %s", refusal, said(p), long.RenewAt)
	}
	clock.Pass(2 * time.Minute)
	if refusal := p.Renew(long); !strings.Contains(refusal, "renew the session at customer "+globex+": It has ended") || !strings.Contains(refusal, end) {
		t.Errorf("renewed after its end: %q", refusal)
	}
}

func TestSessionRefused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	p := s.Protocol(t)
	for name, test := range map[string]struct {
		config map[string]any
		says   []string
	}{
		"wrong password": {map[string]any{"customer_id": initech, "email": alex, "password": "another one"}, []string{"sign in to customer " + initech, "Attribute password", "not the password", "wrong_password", "Request id"}},
		"nobody":         {map[string]any{"customer_id": initech, "password": password}, []string{"Attribute email", "acts for nobody"}},
		"referral":       {map[string]any{"customer_id": globex, "email": alex, "password": password}, []string{"Attribute mode", "not_managed"}},
		"no customer":    {map[string]any{"customer_id": "cus_none", "email": alex, "password": password}, []string{"not_found"}},
	} {
		_, refusal := p.Open(typeName, test.config)
		for _, says := range test.says {
			if !strings.Contains(refusal, says) {
				t.Errorf("%s: %q does not say %q", name, refusal, says)
			}
		}
		if strings.Contains(refusal, "another one") || strings.Contains(refusal, password) {
			t.Errorf("%s: the password stands in %q", name, refusal)
		}
	}
	if sessions := open(t, s); len(sessions) != 0 {
		t.Errorf("open are %v", sessions)
	}
	for role, refused := range map[string]bool{"northwind-prospects": true, "northwind-sales": false} {
		p := acctest.NewServer(t, acctest.WithClient(role)).Protocol(t)
		if _, refusal := p.Open(typeName, map[string]any{"customer_id": initech, "email": alex, "password": password}); strings.Contains(refusal, "customers.sign_in") != refused {
			t.Errorf("%s: %q", role, refusal)
		}
	}
}

// echo shows what a session gave, which no state of ours ever does.
func echo() resource.TestCase {
	factories := acctest.Factories()
	factories["echo"] = echoprovider.NewProviderServer()
	return resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		ProtoV6ProviderFactories: factories,
	}
}

func TestAccSession(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	c := echo()
	config := func(arguments string) string {
		return s.ProviderConfig() + fmt.Sprintf("ephemeral %q \"test\" {\n%s\n}\n", typeName, strings.ReplaceAll(arguments, ";", "\n"))
	}
	const echoed = `
provider "echo" {
  data = {
    email       = ephemeral.msp_customer_session.test.email
    mode        = ephemeral.msp_customer_session.test.mode
    permissions = ephemeral.msp_customer_session.test.permissions
    endpoint    = ephemeral.msp_customer_session.test.endpoint
    opens       = startswith(ephemeral.msp_customer_session.test.token, "mspsession_")
  }
}
resource "echo" "test" {}
`
	good := fmt.Sprintf("customer_id = %q; email = %q; password = %q", initech, alex, password)
	data := func(name string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data").AtMapKey(name), want)
	}
	invalid := func(arguments string, says ...string) resource.TestStep {
		return resource.TestStep{Config: config(arguments), PlanOnly: true, ExpectError: acctest.Says(says...)}
	}
	c.Steps = []resource.TestStep{
		invalid(good+`; ttl = "2h"`, "Attribute ttl", "1m to 1h"),
		invalid(good+`; ttl = "soon"`, "Attribute ttl", "1m to 1h"),
		invalid(good+`; mode = "root"`, "mode", "external_admin"),
		invalid(fmt.Sprintf(`customer_id = %q; email = "alex"; password = "x"`, initech), "email", "alex"),
		invalid(fmt.Sprintf(`customer_id = %q; email = %q; password = ""`, initech, alex), "password"),
		invalid(fmt.Sprintf(`customer_id = ""; email = %q; password = "x"`, alex), "customer_id"),
		invalid(fmt.Sprintf(`customer_id = %q; email = %q; password = "wrong one"`, initech, alex), "sign in to customer", "Attribute password"),
		{
			Config: config(good) + echoed,
			ConfigStateChecks: []statecheck.StateCheck{
				data("email", knownvalue.StringExact(alex)), data("mode", knownvalue.StringExact("delegated")), data("opens", knownvalue.Bool(true)),
				data("endpoint", knownvalue.StringExact(s.URL)), data("permissions", knownvalue.SetPartial([]knownvalue.Check{knownvalue.StringExact("roles.manage")})),
			},
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	}
	resource.Test(t, c)
	if sessions := open(t, s); len(sessions) != 0 {
		t.Errorf("the runs are over, and open are %v", sessions)
	}
	opened := 0
	for _, r := range s.Requests() {
		if r.OperationID == "openCustomerSession" && r.Status == http.StatusCreated {
			opened++
		}
	}
	if opened < 2 {
		t.Errorf("%d sessions were opened, want one in a plan and one in an apply at least", opened)
	}
}
