package partnerdomain_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
)

const (
	address = "msp_domain.test"
	name    = "mine.example"
)

func config(name, method string) string {
	return acctest.Block("msp_domain", fmt.Sprintf("name = %q; verification_method = %q", name, method))
}

// prove that a domain is the partner's, behind Terraform's back.
func prove(t *testing.T, s *acctest.Server, lookups *dnstest.Server, name string) {
	t.Helper()
	c := s.Client(t)
	d, err := c.GetDomain(t.Context(), name)
	if client.IsNotFound(err) {
		d, err = c.PutDomain(t.Context(), name, api.DomainInput{VerificationMethod: api.ValidationMethodTXT}, client.WriteOptions{})
	}
	if err == nil && d.Value.VerificationMethod == api.ValidationMethodTXT {
		err = lookups.TXT(d.Value.Record.Name, d.Value.Record.Value)
	} else if err == nil {
		err = lookups.CNAME(d.Value.Record.Name, d.Value.Record.Value)
	}
	if err == nil {
		_, err = c.VerifyDomain(t.Context(), name)
	}
	if err != nil {
		t.Error(err)
	}
}

func attribute(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

func record(kind string) statecheck.StateCheck {
	return attribute("record", knownvalue.ObjectPartial(map[string]knownvalue.Check{"type": knownvalue.StringExact(kind)}))
}

func TestAccDomain_lifecycle(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	s.Test(t,
		resource.TestStep{
			Config:           config("Mine.example", "TXT"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("id", knownvalue.StringExact(name)), attribute("name", knownvalue.StringExact("Mine.example")),
				attribute("status", knownvalue.StringExact("pending")), attribute("expires_at", knownvalue.NotNull()),
				attribute("record", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"name": knownvalue.StringExact(name), "type": knownvalue.StringExact("TXT"), "value": knownvalue.NotNull(),
				})),
			},
		},
		// Case alone is no change, neither while the code is unused nor after.
		resource.TestStep{Config: config("MINE.example", "TXT"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		// Another method is another record, in place while nothing is verified.
		resource.TestStep{
			Config:            config(name, "CNAME"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{record("CNAME"), attribute("status", knownvalue.StringExact("pending"))},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"name"}},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// It is verified meanwhile: no difference, and the record stays readable.
		resource.TestStep{
			PreConfig:         func() { prove(t, s, lookups, name) },
			Config:            config(name, "CNAME"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{record("CNAME"), attribute("status", knownvalue.StringExact("verified"))},
		},
		resource.TestStep{Config: config("mine.EXAMPLE", "CNAME"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		// From now on another method means to begin anew.
		resource.TestStep{
			Config:            config(name, "TXT"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{record("TXT"), attribute("status", knownvalue.StringExact("pending"))},
		},
		resource.TestStep{Config: config("other.example", "TXT"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace)},
	)
}

func TestAccDomain_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(name, "TXT"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"name": knownvalue.StringExact(name)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// A subdomain of a verified domain has no record, and that is no difference either.
func TestAccDomain_subdomain(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	prove(t, s, lookups, name)
	s.Test(t,
		resource.TestStep{
			Config:           config("shop."+name, "TXT"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("record", knownvalue.Null()), attribute("status", knownvalue.StringExact("verified")), attribute("expires_at", knownvalue.Null()),
			},
		},
		resource.TestStep{Config: config("SHOP."+name, "TXT"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{Config: config("shop."+name, "CNAME"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
	)
}

func TestAccDomain_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	remove := func() {
		if err := s.Client(t).DeleteDomain(t.Context(), name, client.MatchOptions{}); err != nil {
			t.Error(err)
		}
	}
	s.Test(t,
		resource.TestStep{Config: config(name, "TXT")},
		resource.TestStep{
			PreConfig: func() {
				in := api.DomainInput{VerificationMethod: api.ValidationMethodCNAME}
				if _, err := s.Client(t).PutDomain(t.Context(), name, in, client.WriteOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config:           config(name, "TXT"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{PreConfig: remove, Config: config(name, "TXT"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: remove, Config: config(name, "TXT"), Destroy: true},
	)
}

func TestAccDomain_alreadyExists(t *testing.T) {
	t.Parallel()
	existing := func(s *acctest.Server) {
		if _, err := s.Client(t).PutDomain(t.Context(), name, api.DomainInput{VerificationMethod: api.ValidationMethodTXT}, client.WriteOptions{}); err != nil {
			t.Error(err)
		}
	}
	s := acctest.NewServer(t)
	existing(s)
	s.Test(t, resource.TestStep{Config: config(name, "TXT"), ExpectError: acctest.Says("exists already", "to = msp_domain.NAME", `id = "`+name+`"`)})

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	existing(adopting)
	adopting.Test(t,
		resource.TestStep{Config: config(name, "CNAME"), ExpectError: acctest.Says("not taken over", "differs in: verification_method")},
		resource.TestStep{Config: config(name, "TXT"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
	)
}

func TestAccDomain_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for what, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no domain name": {`name = "no domain"; verification_method = "TXT"`, []string{"Attribute name"}},
		"one label":      {`name = "localhost"; verification_method = "TXT"`, []string{"Attribute name", "two labels"}},
		"no method":      {`name = "mine.example"; verification_method = "MX"`, []string{"Attribute verification_method", "CNAME"}},
		"too long for an alias": {
			`name = "` + strings.Repeat("a.", 112) + `example"; verification_method = "CNAME"`,
			[]string{"Would be refused", "Attribute verification_method", "use TXT"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.Block("msp_domain", c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccDomain_notAllowed(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	s.Test(t, resource.TestStep{Config: config(name, "TXT"), ExpectError: acctest.Says("partner.manage", "msp_administrator", "forbidden", "Request id: ")})
}

// Names and methods that are known only at apply are planned all the same.
func TestAccDomain_unknown(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: `
resource "terraform_data" "late" {
  input = { name = "mine.example", method = "CNAME" }
}
` + acctest.Block("msp_domain", "name = terraform_data.late.output.name; verification_method = terraform_data.late.output.method"),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("name")), plancheck.ExpectUnknownValue(address, tfjsonpath.New("record")),
			},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
		ConfigStateChecks: []statecheck.StateCheck{record("CNAME")},
	})
}

// clock is one that the test turns on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A code that expired unused: the plan says what will change, the apply gets a new one and warns.
func TestAccDomain_expired(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Now()}
	s := acctest.NewServer(t, acctest.WithClock(clock.Now))
	differs := statecheck.CompareValue(compare.ValuesDiffer())
	s.Test(t,
		resource.TestStep{
			Config:            config(name, "TXT"),
			ConfigStateChecks: []statecheck.StateCheck{differs.AddStateValue(address, tfjsonpath.New("record").AtMapKey("value"))},
		},
		resource.TestStep{
			PreConfig: func() { clock.turn(31 * 24 * time.Hour) },
			Config:    config(name, "TXT"),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate), plancheck.ExpectUnknownValue(address, tfjsonpath.New("record")),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("status")), plancheck.ExpectUnknownValue(address, tfjsonpath.New("expires_at")),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(name)),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("status", knownvalue.StringExact("pending")), differs.AddStateValue(address, tfjsonpath.New("record").AtMapKey("value")),
			},
		},
	)

	cli := acctest.NewCLI(t)
	again := acctest.NewServer(t, acctest.WithClock(clock.Now))
	cli.Write("main.tf", "terraform {\n  required_providers {\n    msp = { source = \"terraform-provider-msp/msp\" }\n  }\n}\n"+again.ProviderConfig()+config(name, "TXT"))
	cli.Must("apply", "-auto-approve", "-no-color")
	clock.turn(31 * 24 * time.Hour)
	if out := cli.Must("apply", "-auto-approve", "-no-color"); !acctest.Says("Warning: New code for domain mine.example", "had expired", "mine.example TXT", "1 changed").MatchString(out) {
		t.Errorf("no warning:\n%s", out)
	}
}

func TestAccDomains_dataSource(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	prove(t, s, lookups, name)
	s.Test(t, resource.TestStep{
		Config: config("shop."+name, "TXT") + `
data "msp_domains" "verified" {
  status     = "verified"
  depends_on = [msp_domain.test]
}

data "msp_domains" "expired" {
  status = "expired"
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_domains.verified", tfjsonpath.New("domains"), knownvalue.SetPartial([]knownvalue.Check{
				knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"name": knownvalue.StringExact(name), "status": knownvalue.StringExact("verified"), "verified_at": knownvalue.NotNull(), "accepted_by": knownvalue.Null(),
					"record":     knownvalue.ObjectPartial(map[string]knownvalue.Check{"type": knownvalue.StringExact("TXT")}),
					"last_check": knownvalue.ObjectPartial(map[string]knownvalue.Check{"outcome": knownvalue.StringExact("found"), "at": knownvalue.NotNull(), "detail": knownvalue.NotNull()}),
				}),
				knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"name": knownvalue.StringExact("shop." + name), "accepted_by": knownvalue.StringExact(name), "record": knownvalue.Null(), "last_check": knownvalue.Null(),
				}),
			})),
			statecheck.ExpectKnownValue("data.msp_domains.expired", tfjsonpath.New("domains"), knownvalue.ListSizeExact(0)),
		},
	})
}
