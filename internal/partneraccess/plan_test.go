package partneraccess_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// held expects that the role is still given.
func held(t *testing.T, s *acctest.Server, customerID string, role api.AccessRoleName) resource.TestCheckFunc {
	return func(*terraform.State) error {
		_, err := s.Client(t).GetAccessRole(t.Context(), customerID, role)
		return err
	}
}

// At a referral the partner's only right is decision_maker: it is not taken away on the way to another role.
func TestAccPartnerAccessRole_replacedAtReferral(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	decides := config(acme, "decision_maker", "it@acme.example")
	phones := config(acme, "phone_manager", "it@acme.example")
	beside := strings.Replace(phones, `"test"`, `"beside"`, 1)
	importing := fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, acme+"/decision_maker")
	s.Test(t,
		resource.TestStep{Config: importing + decides, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{Config: phones, ExpectError: acctest.Says("would lose decision_maker for good", "Attribute role", acme, "a resource of its own")},
		// The way that the error names.
		resource.TestStep{Config: decides + beside, ConfigPlanChecks: acctest.Does(typeName+".beside", plancheck.ResourceActionCreate), Check: held(t, s, acme, api.AccessRoleNameDecisionMaker)},
		resource.TestStep{Config: beside, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionDestroy), Check: resource.ComposeAggregateTestCheckFunc(
			gone(t, s, acme, api.AccessRoleNameDecisionMaker), held(t, s, acme, api.AccessRoleNamePhoneManager),
		)},
	)
}

// What the plan says of a role that goes.
func TestAccPartnerAccessRole_givenBack(t *testing.T) {
	t.Parallel()
	object := func(customerID, role string) map[string]any {
		return map[string]any{
			"id": customerID + "/" + role, "customer_id": customerID, "role": role, "notify_emails": []string{"it@acme.example"},
			"group_name": "Some Group", "granted_at": "2025-01-31T09:30:00Z",
		}
	}
	const (
		decider, phones = "decision_maker", "phone_manager"
		refusal         = "The replacement would lose decision_maker for good"
		warning         = "The partner can't give itself decision_maker again"
	)
	partner := acctest.NewServer(t)
	customer := acctest.NewServer(t, acctest.WithClient("acme-decision"))
	for name, c := range map[string]struct {
		server        *acctest.Server
		prior, wanted map[string]any
		says          string
	}{
		"replaced":                  {partner, object(acme, decider), object(acme, phones), refusal},
		"destroyed":                 {partner, object(acme, decider), nil, warning},
		"given elsewhere":           {partner, object(acme, decider), object(initech, decider), warning},
		"replaced where managed":    {partner, object(initech, decider), object(initech, phones), ""},
		"destroyed where managed":   {partner, object(initech, decider), nil, ""},
		"destroyed, of no customer": {partner, object("cus_nobody", decider), nil, ""},
		"other role replaced":       {partner, object(acme, phones), object(acme, decider), ""},
		"other role destroyed":      {partner, object(acme, phones), nil, ""},
		"replaced by the customer":  {customer, object(acme, decider), object(acme, phones), ""},
		"destroyed by the customer": {customer, object(acme, decider), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := c.server.Protocol(t)
			p.Plan(typeName, c.prior, c.wanted)
			var said []string
			for _, d := range p.Said {
				said = append(said, d.Summary)
				if isError := d.Severity == tfprotov6.DiagnosticSeverityError; isError != (c.says == refusal) {
					t.Errorf("%s: %s", d.Severity, d.Summary)
				}
				if c.says == refusal && d.Attribute.String() != `AttributeName("role")` {
					t.Errorf("it stands at %s, want role", d.Attribute)
				}
			}
			if strings.Join(said, "; ") != c.says {
				t.Errorf("the plan says %q, want %q", said, c.says)
			}
		})
	}
}
