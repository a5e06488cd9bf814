package domainverification_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	address = "msp_domain_verification.test"
	name    = "mine.example"
)

// both is a domain by CNAME, which the wildcards of a test's zone can answer before anybody knows the code.
const both = `
resource "msp_domain" "test" {
  name                = "mine.example"
  verification_method = "CNAME"
}
`

func config(arguments string) string {
	return both + acctest.Block("msp_domain_verification", "domain = msp_domain.test.id; "+arguments)
}

// meanwhile does something beside Terraform, for as long as the test goes on.
func meanwhile(t *testing.T, do func(ctx context.Context)) {
	t.Helper()
	var done sync.WaitGroup
	done.Go(func() { do(t.Context()) })
	t.Cleanup(done.Wait) // the context has ended by then
}

func publish(t *testing.T, lookups *dnstest.Server) {
	t.Helper()
	if err := lookups.CNAME("*."+name, domain.DefaultValidationHost); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, s *acctest.Server) {
	t.Helper()
	if _, err := s.Client(t).PutDomain(t.Context(), name, api.DomainInput{VerificationMethod: api.ValidationMethodCNAME}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, s *acctest.Server) {
	t.Helper()
	if err := s.Client(t).DeleteDomain(t.Context(), name, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

func TestAccDomainVerification_lifecycle(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	s.Test(t,
		// The record appears while Terraform waits.
		resource.TestStep{
			PreConfig: func() {
				meanwhile(t, func(ctx context.Context) {
					for lookups.Questions() < 3 && ctx.Err() == nil {
						time.Sleep(5 * time.Millisecond)
					}
					_ = lookups.CNAME("*."+name, domain.DefaultValidationHost)
				})
			},
			Config:           config(""),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(name)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("verified_at"), knownvalue.NotNull()),
				statecheck.ExpectKnownValue("msp_domain.test", tfjsonpath.New("status"), knownvalue.StringExact("pending")), // as it was before the wait
			},
			Check: func(*terraform.State) error {
				if lookups.Questions() < 3 {
					return errors.New("it did not wait")
				}
				return nil
			},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// What has come of the domain meanwhile is no change.
		resource.TestStep{
			Config: config(""), ConfigPlanChecks: acctest.Does("msp_domain.test", plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("msp_domain.test", tfjsonpath.New("status"), knownvalue.StringExact("verified"))},
		},
		resource.TestStep{Config: config(`timeouts = { create = "5m" }`), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{
			Config:           both + acctest.Block("msp_domain_verification", `domain = upper(msp_domain.test.id); timeouts = { create = "5m" }`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		// Destroying it only forgets.
		resource.TestStep{Config: both, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionDestroy), Check: func(*terraform.State) error {
			d, err := s.Client(t).GetDomain(t.Context(), name)
			if err == nil && d.Value.Status != api.DomainStatusVerified {
				err = fmt.Errorf("the domain is %s", d.Value.Status)
			}
			return err
		}},
	)
}

func TestAccDomainVerification_importByIdentity(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	publish(t, lookups)
	s.TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(""), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"domain": knownvalue.StringExact(name)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// The time is over: the error says what DNS had and what it must have, nothing is in state, and the next apply goes on.
func TestAccDomainVerification_timeout(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	const soon = `timeouts = { create = "400ms" }`
	s.Test(t,
		resource.TestStep{
			Config:      config(soon),
			ExpectError: acctest.Says("Domain mine.example is not verified yet", "400ms", "timeouts.create", "NXDOMAIN", "msp-", "CNAME", domain.DefaultValidationHost, "good until", "Nothing is lost"),
		},
		resource.TestStep{
			PreConfig:   func() { _ = lookups.CNAME("*."+name, "elsewhere.example") },
			Config:      config(soon),
			ExpectError: acctest.Says("alias of elsewhere.example and not of " + domain.DefaultValidationHost),
		},
		resource.TestStep{
			PreConfig:   func() { lookups.Fail(dnstest.ServFail) },
			Config:      config(soon),
			ExpectError: acctest.Says("SERVFAIL"),
		},
		resource.TestStep{
			PreConfig: func() {
				lookups.Fail(dnstest.None)
				lookups.Remove("*." + name)
				publish(t, lookups)
			},
			Config: config(soon),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate), plancheck.ExpectResourceAction("msp_domain.test", plancheck.ResourceActionNoop),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
		},
	)
}

// A domain that is verified no more is waited for again.
func TestAccDomainVerification_changedAndGone(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	publish(t, lookups)
	s.Test(t,
		resource.TestStep{Config: config("")},
		resource.TestStep{
			PreConfig:        func() { remove(t, s); put(t, s) },
			Config:           config(""),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{PreConfig: func() { remove(t, s) }, Config: config(""), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		// Another method, and so a domain that begins anew, is waited for in the same apply.
		resource.TestStep{
			PreConfig: func() {
				c := s.Client(t)
				meanwhile(t, func(ctx context.Context) {
					for ctx.Err() == nil {
						d, err := c.GetDomain(ctx, name)
						if err == nil && d.Value.VerificationMethod == api.ValidationMethodTXT {
							_ = lookups.TXT(name, d.Value.Record.Value)
							return
						}
						time.Sleep(10 * time.Millisecond)
					}
				})
			},
			Config: `
resource "msp_domain" "test" {
  name                = "mine.example"
  verification_method = "TXT"
}
` + acctest.Block("msp_domain_verification", "domain = msp_domain.test.id"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
		},
		resource.TestStep{PreConfig: func() { remove(t, s) }, Config: config(""), Destroy: true},
	)
}

func TestAccDomainVerification_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for what, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"no domain name": {`domain = "no domain"`, []string{"Attribute domain"}},
		"no such domain": {`domain = "nowhere.example"`, []string{"There is no domain nowhere.example", "msp_domain"}},
		"no duration":    {`domain = "mine.example"; timeouts = { create = "soon" }`, []string{"Attribute timeouts.create", "soon", "90s"}},
		"no time at all": {`domain = "mine.example"; timeouts = { create = "0s" }`, []string{"Attribute timeouts.create", "longer than 0"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.Block("msp_domain_verification", c.arguments), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccDomainVerification_notAllowed(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	s.Test(t, resource.TestStep{
		Config:      acctest.Block("msp_domain_verification", `domain = "northwind-msp.example"`),
		ExpectError: acctest.Says("Attribute domain", "partner.manage", "forbidden", "Request id: "),
	})
}

// Another partner has verified the domain: told at once, once DNS shows that it is the caller's.
func TestAccDomainVerification_taken(t *testing.T) {
	t.Parallel()
	s, lookups := acctest.NewServerWithDNS(t)
	publish(t, lookups)
	contoso := s.As(t, "contoso-automation")
	contoso.Do(t, "PUT", "/v1/domains/"+name, `{"verification_method":"CNAME"}`)
	contoso.Do(t, "POST", "/v1/domains/"+name+":verify", nil)
	s.Test(t, resource.TestStep{
		Config:      config(""),
		ExpectError: acctest.Says("Could not verify domain mine.example", "Attribute domain", "another partner has verified it", "domain_taken"),
	})
}

// The code expired while nobody looked.
func TestAccDomainVerification_expired(t *testing.T) {
	t.Parallel()
	var clock acctest.Clock
	s, _ := acctest.NewServerWithDNS(t, acctest.WithClock(clock.Now))
	put(t, s)
	clock.Pass(31 * 24 * time.Hour)
	s.Test(t, resource.TestStep{
		Config:      acctest.Block("msp_domain_verification", `domain = "mine.example"`),
		ExpectError: acctest.Says("Code of domain mine.example has expired", "new record"),
	})
}
