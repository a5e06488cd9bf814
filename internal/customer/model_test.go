package customer

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// remote is a customer with a value in every field.
func remote() api.Customer {
	return api.Customer{
		ID:                 "cus_1",
		Name:               "Acme Ltd",
		Domain:             "acme.example",
		InternalDomains:    []string{"acme.example", "acme-mail.example"},
		Stage:              api.StageCustomer,
		ImplementationLead: new("lead@msp.example"),
		Seats:              new(25),
		Product:            new("M2"),
		Country:            new("GB"),
		ExternalID:         new("ERP-1"),
		Enabled:            true,
		RequireSso:         true,
		AllowedIPRanges:    []string{"192.0.2.0/24", "2001:db8::1"},
		RFI: api.RFI{
			OutboundIPs: []string{"198.51.100.1"},
			InboundIPs:  []string{"198.51.100.2"},
			Smarthost:   &api.Smarthost{Host: "relay.example", Port: new(2525)},
		},
		DeletionProtection: true,
		Relationship:       api.RelationshipManaged,
		AccountType:        "customer",
		AdminUsername:      new("msp_acme@acme.example"),
		CreatedAt:          time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("", 3600)),
	}
}

func ips(values ...string) types.Set {
	return tfkit.SetOf(tfkit.IPRangeType, types.SetNull(tfkit.IPRangeType), values)
}

func smarthost(host tfkit.Text, port types.Int64) types.Object {
	return types.ObjectValueMust(smarthostTypes, map[string]attr.Value{"host": host, "port": port})
}

func rfi(outbound, inbound types.Set, smarthost types.Object) types.Object {
	return types.ObjectValueMust(rfiTypes, map[string]attr.Value{"outbound_ips": outbound, "inbound_ips": inbound, "smarthost": smarthost})
}

var (
	unknownIPs       = types.SetUnknown(tfkit.IPRangeType)
	unknownSmarthost = types.ObjectUnknown(smarthostTypes)
	unknownHost      = unknown(tfkit.HostType)
)

func unknown(kind tfkit.TextType) tfkit.Text {
	text := kind.Null()
	text.StringValue = types.StringUnknown()
	return text
}

// inState is what a read of the customer puts into state.
func inState(c api.Customer) model {
	m := model{ForceDestroy: types.BoolValue(false)}
	m.fromAPI(c)
	return m
}

func TestFromAPITakesEverything(t *testing.T) {
	t.Parallel()
	m := inState(remote())
	fields := reflect.ValueOf(m.attributes)
	for i := range fields.NumField() {
		value, ok := fields.Field(i).Interface().(attr.Value)
		if name := fields.Type().Field(i).Name; !ok || value.IsNull() || value.IsUnknown() {
			t.Errorf("%s is %v", name, value)
		}
	}
	if got := m.CreatedAt.ValueString(); got != "2026-05-04T02:02:01Z" {
		t.Errorf("created_at is %s, want UTC", got)
	}
	if differing := m.differing(remote()); differing != nil {
		t.Errorf("differs from what was read in %v", differing)
	}
}

func TestFromAPIWithoutOptionalFields(t *testing.T) {
	t.Parallel()
	m := inState(api.Customer{ID: "cus_1", Name: "Acme Ltd", Domain: "acme.example"})
	for name, value := range map[string]attr.Value{
		"implementation_lead": m.ImplementationLead, "seats": m.Seats, "product": m.Product, "country": m.Country, "external_id": m.ExternalID,
		"allowed_ip_ranges": m.AllowedIPRanges, "admin_username": m.AdminUsername, "rfi.smarthost": part[types.Object](m.RFI, "smarthost"),
	} {
		if !value.IsNull() {
			t.Errorf("%s is %v, want null", name, value)
		}
	}
	if outbound := part[types.Set](m.RFI, "outbound_ips"); outbound.IsNull() || len(outbound.Elements()) != 0 {
		t.Errorf("rfi.outbound_ips is %v, want an empty set", outbound)
	}
}

func TestFromAPIKeepsSpelling(t *testing.T) {
	t.Parallel()
	m := model{attributes: attributes{
		Domain:             tfkit.DomainType.Value("ACME.example"),
		ImplementationLead: tfkit.EmailType.Value("Lead@MSP.example"),
		AllowedIPRanges:    ips("192.0.2.0/24", "2001:DB8::1"),
		RFI:                rfi(ips("198.51.100.1/32"), unknownIPs, smarthost(tfkit.HostType.Value("Relay.Example"), types.Int64Unknown())),
	}}
	m.fromAPI(remote())
	want := rfi(ips("198.51.100.1/32"), ips("198.51.100.2"), smarthost(tfkit.HostType.Value("Relay.Example"), types.Int64Value(2525)))
	if m.Domain.ValueString() != "ACME.example" || m.ImplementationLead.ValueString() != "Lead@MSP.example" ||
		!m.AllowedIPRanges.Equal(ips("192.0.2.0/24", "2001:DB8::1")) || !m.RFI.Equal(want) {
		t.Errorf("spelling was not kept: %s, %s, %s, %s", m.Domain, m.ImplementationLead, m.AllowedIPRanges, m.RFI)
	}
	if differing := m.differing(remote()); differing != nil {
		t.Errorf("spelling alone counts as a difference in %v", differing)
	}
}

func TestToAPIRoundTrip(t *testing.T) {
	t.Parallel()
	m, c := inState(remote()), remote()
	want := api.CustomerInput{
		Name: c.Name, Domain: c.Domain, Stage: &c.Stage, ImplementationLead: c.ImplementationLead, Seats: c.Seats, Product: c.Product,
		Country: c.Country, ExternalID: c.ExternalID, Enabled: &c.Enabled, RequireSso: &c.RequireSso, AllowedIPRanges: &c.AllowedIPRanges,
		RFI:                &api.RFIInput{OutboundIPs: &c.RFI.OutboundIPs, InboundIPs: &c.RFI.InboundIPs, Smarthost: c.RFI.Smarthost},
		DeletionProtection: &c.DeletionProtection,
	}
	if got := m.toAPI(); !reflect.DeepEqual(got, want) {
		t.Errorf("toAPI gives\n%+v, want\n%+v", got, want)
	}
	fields := reflect.ValueOf(want)
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		if fields.Field(i).IsZero() && name != "AccountType" { // of which there is one only
			t.Errorf("the contract's %s is never sent", name)
		}
	}
}

func TestToAPILeavesOutWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rfi  types.Object
		want *api.RFIInput
	}{
		"null":           {types.ObjectNull(rfiTypes), nil},
		"unknown":        {types.ObjectUnknown(rfiTypes), nil},
		"all unknown":    {rfi(unknownIPs, unknownIPs, unknownSmarthost), nil},
		"unknown member": {rfi(types.SetValueMust(tfkit.IPRangeType, []attr.Value{unknown(tfkit.IPRangeType)}), unknownIPs, unknownSmarthost), nil},
		"empty set":      {rfi(types.SetValueMust(tfkit.IPRangeType, nil), unknownIPs, unknownSmarthost), &api.RFIInput{OutboundIPs: &[]string{}}},
		"inbound only":   {rfi(unknownIPs, ips("192.0.2.1"), unknownSmarthost), &api.RFIInput{InboundIPs: &[]string{"192.0.2.1"}}},
		"host only":      {rfi(unknownIPs, unknownIPs, smarthost(tfkit.HostType.Value("relay.example"), types.Int64Unknown())), &api.RFIInput{Smarthost: &api.Smarthost{Host: "relay.example"}}},
		"port only":      {rfi(unknownIPs, unknownIPs, smarthost(unknownHost, types.Int64Value(25))), nil},
	} {
		m := model{attributes: attributes{RFI: tt.rfi}}
		if got := m.toAPI().RFI; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestDiffering(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*api.Customer){
		"name":                func(c *api.Customer) { c.Name = "ACME Ltd" },
		"domain":              func(c *api.Customer) { c.Domain = "acme.test" },
		"internal_domains":    func(c *api.Customer) { c.InternalDomains = []string{"acme.example"} },
		"stage":               func(c *api.Customer) { c.Stage = api.StageProspect },
		"implementation_lead": func(c *api.Customer) { c.ImplementationLead = nil },
		"seats":               func(c *api.Customer) { c.Seats = new(26) },
		"product":             func(c *api.Customer) { c.Product = nil },
		"country":             func(c *api.Customer) { c.Country = new("DE") },
		"external_id":         func(c *api.Customer) { c.ExternalID = new("erp-1") },
		"enabled":             func(c *api.Customer) { c.Enabled = false },
		"require_sso":         func(c *api.Customer) { c.RequireSso = false },
		"allowed_ip_ranges":   func(c *api.Customer) { c.AllowedIPRanges = []string{"192.0.2.0/24"} },
		"deletion_protection": func(c *api.Customer) { c.DeletionProtection = false },
		"rfi":                 func(c *api.Customer) { c.RFI.InboundIPs = nil },
	} {
		c := remote()
		change(&c)
		m := inState(remote())
		if got := m.differing(c); !slices.Equal(got, []string{want}) {
			t.Errorf("a change of %s is seen in %v", want, got)
		}
		if want == "internal_domains" {
			continue // not for the client to say
		}
		before, after := inState(remote()), inState(c)
		if before.sameRequest(after.attributes) {
			t.Errorf("a change of %s would not be sent", want)
		}
	}
	m := inState(remote()) // all fields of the input but the type of account, and the internal domains
	if differing := m.differing(api.Customer{}); len(differing) != reflect.TypeFor[api.CustomerInput]().NumField() {
		t.Errorf("not every field of the contract's input is compared: %v", differing)
	}
}

func TestDifferingInRFI(t *testing.T) {
	t.Parallel()
	host := tfkit.HostType.Value("relay.example")
	none := types.ObjectNull(smarthostTypes)
	for name, tt := range map[string]struct {
		rfi    types.Object
		remote *api.Smarthost
		same   bool
	}{
		"all left out":                {types.ObjectUnknown(rfiTypes), &api.Smarthost{Host: "relay.example"}, true},
		"parts left out":              {rfi(unknownIPs, unknownIPs, unknownSmarthost), &api.Smarthost{Host: "relay.example"}, true},
		"other outbound":              {rfi(ips("192.0.2.9"), unknownIPs, unknownSmarthost), nil, false},
		"none, and none there":        {rfi(unknownIPs, unknownIPs, none), nil, true},
		"none, but one there":         {rfi(unknownIPs, unknownIPs, none), &api.Smarthost{Host: "relay.example"}, false},
		"one, but none there":         {rfi(unknownIPs, unknownIPs, smarthost(host, types.Int64Null())), nil, false},
		"host only, port there":       {rfi(unknownIPs, unknownIPs, smarthost(host, types.Int64Unknown())), &api.Smarthost{Host: "RELAY.example", Port: new(25)}, true},
		"without port, port there":    {rfi(unknownIPs, unknownIPs, smarthost(host, types.Int64Null())), &api.Smarthost{Host: "relay.example", Port: new(25)}, false},
		"other host":                  {rfi(unknownIPs, unknownIPs, smarthost(host, types.Int64Unknown())), &api.Smarthost{Host: "relay.test"}, false},
		"port only, the same there":   {rfi(unknownIPs, unknownIPs, smarthost(unknownHost, types.Int64Value(25))), &api.Smarthost{Host: "relay.test", Port: new(25)}, true},
		"port only, another is there": {rfi(unknownIPs, unknownIPs, smarthost(unknownHost, types.Int64Value(25))), &api.Smarthost{Host: "relay.test", Port: new(26)}, false},
	} {
		if same := sameRFI(tt.rfi, api.RFI{Smarthost: tt.remote}); same != tt.same {
			t.Errorf("%s: same is %t", name, same)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	m := inState(remote())
	m.RFI = types.ObjectUnknown(rfiTypes)
	if !m.known() {
		t.Error("an rfi that is left to the server must not keep from asking")
	}
	m.AllowedIPRanges = unknownIPs
	if m.known() {
		t.Error("unknown allowed_ip_ranges are not seen")
	}
	m = inState(remote())
	m.Seats = types.Int64Unknown()
	if m.known() {
		t.Error("unknown seats are not seen")
	}
}

func TestAdviceOnRefusedDeletion(t *testing.T) {
	t.Parallel()
	for code, want := range map[api.ErrorCode]string{
		api.ErrorCodeInUse:             "force_destroy = true",
		api.ErrorCodeNotManaged:        "terraform state rm",
		api.ErrorCodeDeletionProtected: "deletion_protection = false",
	} {
		var diags diag.Diagnostics
		tfkit.AddError(&diags, "delete customer", withAdvice(&client.Error{Code: code, Detail: "Refused."}))
		if text := diags[0].Detail(); !strings.HasPrefix(text, "Refused.") || !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", code, text, want)
		}
	}
}
