package partnerconfig_test

import (
	"testing"

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
)

const address = "msp_partner_config.test"

const full = `
resource "msp_partner_config" "test" {
  outbound_ips = ["198.51.100.0/24", "2001:DB8::1"]
  inbound_ips  = ["203.0.113.10"]

  smarthost = {
    host = "Relay.Northwind-MSP.example"
    port = 587
  }
}
`

func TestAccPartnerConfig_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           full,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("partner")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("outbound_ips"), knownvalue.SetExact([]knownvalue.Check{
					knownvalue.StringExact("198.51.100.0/24"), knownvalue.StringExact("2001:DB8::1"),
				})),
			},
		},
		// Other spellings of the same are no change.
		resource.TestStep{
			Config: `
resource "msp_partner_config" "test" {
  outbound_ips = ["2001:db8:0::1/128", "198.51.100.0/24"]
  inbound_ips  = ["203.0.113.10/32"]

  smarthost = {
    host = "relay.northwind-msp.example"
    port = 587
  }
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"outbound_ips", "smarthost"}}, // their spelling
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: "other", ExpectError: acctest.Says("Invalid import ID", `"partner"`)},
		// One more address beside a known one in another spelling, one set and the port left out.
		resource.TestStep{
			Config: `
resource "msp_partner_config" "test" {
  outbound_ips = ["2001:db8::1", "198.51.100.0/24", "192.0.2.7"]

  smarthost = {
    host = "relay.northwind-msp.example"
  }
}
`,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("outbound_ips"), knownvalue.SetSizeExact(3)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("inbound_ips"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("smarthost").AtMapKey("port"), knownvalue.Null()),
			},
		},
		resource.TestStep{
			Config:           acctest.Block("msp_partner_config", `outbound_ips = []`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
	)
	// Destroying clears it.
	if err := s.Expect(t, func(c *client.Client) (any, error) {
		config, err := c.GetPartnerConfig(t.Context())
		if err != nil {
			return nil, err
		}
		return len(config.Value.OutboundIPs) + len(config.Value.InboundIPs), nil
	}, 0); err != nil {
		t.Error(err)
	}
}

func TestAccPartnerConfig_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: full, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"id": knownvalue.StringExact("partner")}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestAccPartnerConfig_takesOverAndDrifts(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	set := func(ips ...string) func() {
		return func() {
			if _, err := s.Client(t).PutPartnerConfig(t.Context(), api.PartnerConfigInput{OutboundIPs: &ips}, client.MatchOptions{}); err != nil {
				t.Error(err)
			}
		}
	}
	s.Test(t,
		// What is there is taken over without an import.
		resource.TestStep{PreConfig: set("192.0.2.99"), Config: full, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: set("192.0.2.98"), Config: full, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		// Cleared elsewhere is gone.
		resource.TestStep{
			PreConfig: func() {
				if err := s.Client(t).DeletePartnerConfig(t.Context(), client.MatchOptions{}); err != nil {
					t.Error(err)
				}
			},
			Config: full, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			Check: func(*terraform.State) error {
				return s.Expect(t, func(c *client.Client) (any, error) {
					config, err := c.GetPartnerConfig(t.Context())
					if err != nil {
						return nil, err
					}
					return config.Value.Smarthost.Host, nil
				}, "Relay.Northwind-MSP.example")
			},
		},
	)
}

func TestAccPartnerConfig_declaredTwice(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: full + `
resource "msp_partner_config" "second" {
  outbound_ips = ["192.0.2.1"]
}
`,
		ExpectError: acctest.Says("exists already", "Declare it once"),
	})
}

func TestAccPartnerConfig_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		arguments string
		want      []string
	}{
		"leading zero":      {`outbound_ips = ["10.0.0.0/08"]`, []string{"Invalid IP address or CIDR range", "outbound_ips"}},
		"host bits":         {`inbound_ips = ["10.1.2.3/8"]`, []string{"inbound_ips", `write "10.0.0.0/8"`}},
		"no address":        {`outbound_ips = ["relay.example"]`, []string{"outbound_ips", "no IP address or range"}},
		"two spellings":     {`outbound_ips = ["2001:DB8::1", "2001:db8::1"]`, []string{"Attribute outbound_ips", "are the same"}},
		"one-address range": {`inbound_ips = ["192.0.2.1", "192.0.2.1/32"]`, []string{"Attribute inbound_ips", "are the same"}},
		"no host":           {`smarthost = { host = "relay" }`, []string{"smarthost.host"}},
		"no port":           {`smarthost = { host = "relay.example.com", port = 70000 }`, []string{"smarthost.port"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: acctest.Block("msp_partner_config", c.arguments), PlanOnly: true, ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccPartnerConfig_unknownValues(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: `
resource "terraform_data" "ip" {
  input = "192.0.2.1"
}

resource "msp_partner_config" "test" {
  outbound_ips = [terraform_data.ip.output, "192.0.2.2"]

  smarthost = {
    host = "${terraform_data.ip.id}.example"
  }
}
`,
		ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
	})
}

func TestAccPartnerConfig_notAllowed(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspSales)).Test(t, resource.TestStep{
		Config: full, ExpectError: acctest.Says("partner.manage", "msp_administrator", "forbidden", "Request id: "),
	})
}

func TestAccPartnerConfig_dataSource(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config: full + `
data "msp_partner_config" "test" {
  depends_on = [msp_partner_config.test]
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.msp_partner_config.test", tfjsonpath.New("smarthost").AtMapKey("port"), knownvalue.Int64Exact(587)),
			statecheck.ExpectKnownValue("data.msp_partner_config.test", tfjsonpath.New("inbound_ips"), knownvalue.SetSizeExact(1)),
		},
	})
}
