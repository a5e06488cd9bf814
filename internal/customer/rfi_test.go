package customer_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// What the partner config of the seed pre-fills.
var (
	prefilledOutbound  = texts("192.0.2.10", "2001:db8::/48")
	prefilledInbound   = texts("198.51.100.0/24")
	prefilledSmarthost = relay("smtp.northwind-msp.example", 587)
)

func relay(host string, port int64) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{"host": knownvalue.StringExact(host), "port": knownvalue.Int64Exact(port)})
}

func rfi(outbound, inbound, smarthost knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{attribute("rfi", knownvalue.ObjectExact(map[string]knownvalue.Check{
		"outbound_ips": outbound, "inbound_ips": inbound, "smarthost": smarthost,
	}))}
}

// planned says what a plan shows of the rfi before it is applied.
func planned(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	checks := acctest.Does(address, action)
	checks.PreApply = append(checks.PreApply, more...)
	return checks
}

func known(name string, want knownvalue.Check) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, tfjsonpath.New("rfi").AtMapKey(name), want)
}

func unknown(name string) plancheck.PlanCheck {
	return plancheck.ExpectUnknownValue(address, tfjsonpath.New("rfi").AtMapKey(name))
}

func withRFI(rfi string) string { return block(tailwind + "\nrfi = {\n" + rfi + "\n}") }

func TestAccCustomer_rfiLeftOut(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t,
		resource.TestStep{
			Config: block(tailwind),
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("rfi"))),
			ConfigStateChecks: rfi(prefilledOutbound, prefilledInbound, prefilledSmarthost),
		},
		// Another change does not make it unknown.
		resource.TestStep{
			Config: block(tailwind + "; seats = 2"),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate,
				known("outbound_ips", prefilledOutbound), known("smarthost", prefilledSmarthost)),
		},
	)
}

func TestAccCustomer_rfiInParts(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	const both = "outbound_ips = [\"203.0.113.7\", \"2001:DB8::7\"]\nsmarthost = { host = \"Relay.Tailwind.example\", port = 2525 }"
	drift := func(outbound, inbound []string) func() {
		return func() {
			change(t, s, api.CustomerInput{
				Name: "Tailwind Traders", Domain: "tailwind.example", DeletionProtection: new(false),
				RFI: &api.RFIInput{OutboundIPs: &outbound, InboundIPs: &inbound},
			})
		}
	}
	s.Test(t,
		resource.TestStep{
			Config:            withRFI(both),
			ConfigPlanChecks:  planned(plancheck.ResourceActionCreate, unknown("inbound_ips"), known("smarthost", relay("Relay.Tailwind.example", 2525))),
			ConfigStateChecks: rfi(texts("203.0.113.7", "2001:DB8::7"), prefilledInbound, relay("Relay.Tailwind.example", 2525)),
		},
		// Spelling alone.
		resource.TestStep{
			Config:           withRFI("outbound_ips = [\"2001:db8:0::7\", \"203.0.113.7/32\"]\nsmarthost = { host = \"relay.tailwind.example\", port = 2525 }"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		// One part changes, in the smarthost too, and the others stay.
		resource.TestStep{
			Config: withRFI("outbound_ips = []"),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate,
				known("inbound_ips", prefilledInbound), known("smarthost", relay("Relay.Tailwind.example", 2525))),
			ConfigStateChecks: rfi(knownvalue.SetSizeExact(0), prefilledInbound, relay("Relay.Tailwind.example", 2525)),
		},
		resource.TestStep{
			Config:            withRFI("smarthost = { port = 25 }"),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, known("smarthost", relay("Relay.Tailwind.example", 25))),
			ConfigStateChecks: rfi(knownvalue.SetSizeExact(0), prefilledInbound, relay("Relay.Tailwind.example", 25)),
		},
		resource.TestStep{
			Config:            withRFI("smarthost = { host = \"2001:db8::25\" }"),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, known("smarthost", relay("2001:db8::25", 25))),
			ConfigStateChecks: rfi(knownvalue.SetSizeExact(0), prefilledInbound, relay("2001:db8::25", 25)),
		},
		resource.TestStep{
			Config:            withRFI(`outbound_ips = ["203.0.113.8"]`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: rfi(texts("203.0.113.8"), prefilledInbound, relay("2001:db8::25", 25)),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		// What somebody changes in a configured part is a difference, elsewhere it is not.
		resource.TestStep{
			PreConfig:         drift([]string{"203.0.113.9"}, []string{"203.0.113.10"}),
			Config:            withRFI(`outbound_ips = ["203.0.113.8"]`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, known("inbound_ips", texts("203.0.113.10"))),
			ConfigStateChecks: rfi(texts("203.0.113.8"), texts("203.0.113.10"), relay("2001:db8::25", 25)),
		},
		resource.TestStep{
			PreConfig:        drift([]string{"203.0.113.8"}, []string{"203.0.113.11"}),
			Config:           withRFI(`outbound_ips = ["203.0.113.8"]`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		// Removing a part, or all of it, keeps what the server has.
		resource.TestStep{Config: withRFI(""), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{
			Config:            block(tailwind),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: rfi(texts("203.0.113.8"), texts("203.0.113.11"), relay("2001:db8::25", 25)),
		},
	)
}

// Without a partner config there is nothing to pre-fill.
func TestAccCustomer_rfiWithoutPartnerConfig(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	if err := s.Client(t).DeletePartnerConfig(t.Context(), client.MatchOptions{}); err != nil {
		t.Fatal(err)
	}
	empty := knownvalue.SetSizeExact(0)
	s.Test(t,
		resource.TestStep{
			Config:            block(tailwind),
			ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
			ConfigStateChecks: rfi(empty, empty, knownvalue.Null()),
		},
		resource.TestStep{
			Config:      withRFI("smarthost = { port = 25 }"),
			PlanOnly:    true,
			ExpectError: acctest.Says("Missing host", "Attribute rfi.smarthost.host: "),
		},
		resource.TestStep{
			Config:           withRFI(`smarthost = { host = "relay.tailwind.example" }`),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: rfi(empty, empty, knownvalue.ObjectExact(map[string]knownvalue.Check{
				"host": knownvalue.StringExact("relay.tailwind.example"), "port": knownvalue.Null(),
			})),
		},
		// From another resource, not known while planning.
		resource.TestStep{
			Config: fmt.Sprintf(`
resource "terraform_data" "relay" {
  input = { host = "other.tailwind.example", port = 465 }
}
%s`, withRFI(`smarthost = { host = terraform_data.relay.output.host, port = terraform_data.relay.output.port }`)),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: rfi(empty, empty, relay("other.tailwind.example", 465)),
		},
	)
}
