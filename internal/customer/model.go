package customer

import (
	"reflect"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// attributes is a customer as the resource and the data sources show it.
type attributes struct {
	ID                 types.String `tfsdk:"id"`
	Name               types.String `tfsdk:"name"`
	Domain             tfkit.Text   `tfsdk:"domain"`
	InternalDomains    types.List   `tfsdk:"internal_domains"`
	Stage              types.String `tfsdk:"stage"`
	ImplementationLead tfkit.Text   `tfsdk:"implementation_lead"`
	Seats              types.Int64  `tfsdk:"seats"`
	Product            types.String `tfsdk:"product"`
	Country            types.String `tfsdk:"country"`
	ExternalID         types.String `tfsdk:"external_id"`
	Enabled            types.Bool   `tfsdk:"enabled"`
	RequireSSO         types.Bool   `tfsdk:"require_sso"`
	AllowedIPRanges    types.Set    `tfsdk:"allowed_ip_ranges"`
	RFI                types.Object `tfsdk:"rfi"`
	DeletionProtection types.Bool   `tfsdk:"deletion_protection"`
	Relationship       types.String `tfsdk:"relationship"`
	AccountType        types.String `tfsdk:"account_type"`
	AdminUsername      types.String `tfsdk:"admin_username"`
	CreatedAt          types.String `tfsdk:"created_at"`
}

type model struct {
	attributes
	ForceDestroy types.Bool `tfsdk:"force_destroy"`
}

type identityModel struct {
	ID types.String `tfsdk:"id"`
}

// fromAPI takes everything over but the spelling of what is there already.
func (m *attributes) fromAPI(c api.Customer) {
	m.ID = types.StringValue(c.ID)
	m.Name = types.StringValue(c.Name)
	if remote := tfkit.DomainType.Value(c.Domain); !m.Domain.Same(remote) {
		m.Domain = remote
	}
	m.InternalDomains = stringList(c.InternalDomains)
	m.Stage = types.StringValue(string(c.Stage))
	if remote := tfkit.EmailType.ValueOrNull(c.ImplementationLead); !m.ImplementationLead.Same(remote) {
		m.ImplementationLead = remote
	}
	m.Seats = int64Value(c.Seats)
	m.Product = types.StringPointerValue(c.Product)
	m.Country = types.StringPointerValue(c.Country)
	m.ExternalID = types.StringPointerValue(c.ExternalID)
	m.Enabled = types.BoolValue(c.Enabled)
	m.RequireSSO = types.BoolValue(c.RequireSso)
	m.AllowedIPRanges = tfkit.SetOf(tfkit.IPRangeType, m.AllowedIPRanges, c.AllowedIPRanges)
	m.RFI = rfiFromAPI(m.RFI, c.RFI)
	m.DeletionProtection = types.BoolValue(c.DeletionProtection)
	m.Relationship = types.StringValue(string(c.Relationship))
	m.AccountType = types.StringValue(string(c.AccountType))
	m.AdminUsername = types.StringPointerValue(c.AdminUsername)
	m.CreatedAt = types.StringValue(c.CreatedAt.UTC().Format(time.RFC3339))
}

func (m *attributes) toAPI() api.CustomerInput {
	in := api.CustomerInput{
		Name:               m.Name.ValueString(),
		Domain:             m.Domain.ValueString(),
		ImplementationLead: tfkit.StringPointer(m.ImplementationLead),
		Seats:              intPointer(m.Seats),
		Product:            tfkit.StringPointer(m.Product),
		Country:            tfkit.StringPointer(m.Country),
		ExternalID:         tfkit.StringPointer(m.ExternalID),
		Enabled:            boolPointer(m.Enabled),
		RequireSso:         boolPointer(m.RequireSSO),
		RFI:                rfiToAPI(m.RFI),
		DeletionProtection: boolPointer(m.DeletionProtection),
	}
	if stage := api.Stage(m.Stage.ValueString()); stage != "" {
		in.Stage = &stage
	}
	if ranges := tfkit.Strings(m.AllowedIPRanges); len(ranges) > 0 {
		in.AllowedIPRanges = &ranges
	}
	return in
}

func (m *attributes) identity() identityModel { return identityModel{ID: m.ID} }

// differing names what is another in the server's customer: the arguments, and the internal domains, which a plan shows
// as they were. What is not known yet, as an rfi that is left to the server, differs from nothing.
func (m *attributes) differing(c api.Customer) []string {
	var names []string
	for _, attribute := range []struct {
		name string
		same bool
	}{
		{"name", m.Name.ValueString() == c.Name},
		{"domain", m.Domain.Same(tfkit.DomainType.Value(c.Domain))},
		{"internal_domains", m.InternalDomains.IsUnknown() || m.InternalDomains.Equal(stringList(c.InternalDomains))},
		{"stage", m.Stage.ValueString() == string(c.Stage)},
		{"implementation_lead", m.ImplementationLead.Same(tfkit.EmailType.ValueOrNull(c.ImplementationLead))},
		{"seats", m.Seats.Equal(int64Value(c.Seats))},
		{"product", tfkit.SameString(m.Product, c.Product)},
		{"country", tfkit.SameString(m.Country, c.Country)},
		{"external_id", tfkit.SameString(m.ExternalID, c.ExternalID)},
		{"enabled", m.Enabled.ValueBool() == c.Enabled},
		{"require_sso", m.RequireSSO.ValueBool() == c.RequireSso},
		{"allowed_ip_ranges", tfkit.SameSet(tfkit.IPRangeType, m.AllowedIPRanges, c.AllowedIPRanges)},
		{"rfi", sameRFI(m.RFI, c.RFI)},
		{"deletion_protection", m.DeletionProtection.ValueBool() == c.DeletionProtection},
	} {
		if !attribute.same {
			names = append(names, attribute.name)
		}
	}
	return names
}

// known reports whether the server can be asked about what is planned. The rfi may have gaps: the server fills them.
func (m *attributes) known() bool {
	for _, value := range []attr.Value{
		m.Name, m.Domain, m.Stage, m.ImplementationLead, m.Seats, m.Product, m.Country, m.ExternalID, m.Enabled, m.RequireSSO, m.DeletionProtection,
	} {
		if value.IsUnknown() {
			return false
		}
	}
	return tfkit.FullyKnown(m.AllowedIPRanges)
}

// sameRequest reports whether the server would be told the same of both.
func (m *attributes) sameRequest(other attributes) bool {
	return reflect.DeepEqual(m.toAPI(), other.toAPI())
}

func stringList(values []string) types.List {
	elements := make([]attr.Value, len(values))
	for i, s := range values {
		elements[i] = types.StringValue(s)
	}
	return types.ListValueMust(types.StringType, elements)
}

func int64Value(n *int) types.Int64 {
	if n == nil {
		return types.Int64Null()
	}
	return types.Int64Value(int64(*n))
}

func intPointer(v types.Int64) *int {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	n := int(v.ValueInt64())
	return &n
}

func boolPointer(v types.Bool) *bool {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return v.ValueBoolPointer()
}
