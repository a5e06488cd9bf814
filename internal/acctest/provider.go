package acctest

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/provider"
)

// Factories run the provider in the test's own process.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"msp": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test", time.Now), nil },
	}
}

// Test runs steps against the server, in parallel with other tests. Configurations of the steps are completed by the
// provider block that connects to the server.
func (s *Server) Test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	s.TestCase(t, resource.TestCase{Steps: steps})
}

// TestCase is Test for cases that need more than steps.
func (s *Server) TestCase(t *testing.T, c resource.TestCase) {
	t.Helper()
	c.ProtoV6ProviderFactories = Factories()
	for i := range c.Steps {
		if c.Steps[i].Config != "" {
			c.Steps[i].Config = s.ProviderConfig() + c.Steps[i].Config
		}
	}
	resource.Test(t, c)
}

// Does expects the action on the resource in the plan of the step, and an empty plan after its apply.
func Does(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}
