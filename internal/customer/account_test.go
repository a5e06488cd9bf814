package customer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

// Disabling keeps the account with all that is in it, lets nobody in, and is undone by enabling.
func TestAccCustomer_disabled(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const lee = "lee@northwind-msp.example"
	access := func(want bool) resource.TestCheckFunc {
		return func(*terraform.State) error {
			got, err := s.Client(t).GetEffectiveAccess(t.Context(), find(t, s, "tailwind.example").ID, client.AccessQuestion{Email: lee})
			if err == nil && (got.Allowed != want || len(got.Paths) == 0) {
				err = fmt.Errorf("allowed is %t by %+v, want %t", got.Allowed, got.Paths, want)
			}
			return err
		}
	}
	s.Test(t,
		resource.TestStep{Config: block(tailwind + "; force_destroy = true"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{
			PreConfig: func() { grant(t, s, "tailwind.example") },
			Config:    block(tailwind + "; force_destroy = true"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop), Check: access(true),
		},
		resource.TestStep{
			Config: block(tailwind + "; force_destroy = true; enabled = false"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("enabled", knownvalue.Bool(false))}, Check: access(false),
		},
		resource.TestStep{Config: block(tailwind + "; force_destroy = true"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate), Check: access(true)},
	)
}

// An external_id that another customer got is refused by the apply, which keeps the customer as it was.
func TestAccCustomer_externalIDTaken(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{Config: block(tailwind + `; external_id = "CRM-2"`)},
		resource.TestStep{
			Config:      block(tailwind + `; external_id = "CRM-1001"`), // of acme
			ExpectError: acctest.Says("Could not update customer tailwind.example", "Attribute external_id", "cus_acme2222222222222222", "already_exists"),
		},
		resource.TestStep{Config: block(tailwind + `; external_id = "CRM-2"`), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
	)
}

// A deletion that the server confirms but does not show is no success: with the customer go those who may enter it.
func TestAccCustomer_notDeleted(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	made := create(t, s, api.CustomerInput{Name: "Tailwind Traders", Domain: "tailwind.example", DeletionProtection: new(bool)})
	// Reading before makes the old answer known.
	if _, err := s.Client(t).GetCustomer(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Faults.Add(rest.Fault{Operation: "getCustomer", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	state := map[string]any{"id": made.ID, "name": made.Name, "domain": made.Domain, "deletion_protection": false}
	after, refusal := p.Apply(typeName, state, nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") || !strings.Contains(refusal, "Request id: ") || after == nil {
		t.Errorf("a deletion that can't be seen is answered %q and leaves %v in state", refusal, after)
	}
	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, state, nil); refusal != "" || after != nil {
		t.Errorf("deleting what is gone is answered %q and leaves %v in state", refusal, after)
	}
}
