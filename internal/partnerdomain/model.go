package partnerdomain

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

type model struct {
	ID        types.String `tfsdk:"id"`
	Name      tfkit.Text   `tfsdk:"name"`
	Method    types.String `tfsdk:"verification_method"`
	Record    types.Object `tfsdk:"record"`
	Status    types.String `tfsdk:"status"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

type identityModel struct {
	Name types.String `tfsdk:"name"`
}

var recordType = map[string]attr.Type{"name": types.StringType, "type": types.StringType, "value": types.StringType}

// fromAPI takes everything over but the spelling of what is there already.
func (m *model) fromAPI(d api.Domain) {
	m.ID = types.StringValue(tfkit.DomainType.Key(d.Name))
	if remote := tfkit.DomainType.Value(d.Name); !m.Name.Same(remote) {
		m.Name = remote
	}
	m.Method = types.StringValue(string(d.VerificationMethod))
	m.Record = recordOf(d.Record)
	m.Status = types.StringValue(string(d.Status))
	m.ExpiresAt = tfkit.Moment(d.ExpiresAt)
}

func (m *model) toAPI() api.DomainInput {
	return api.DomainInput{Name: tfkit.StringPointer(m.Name), VerificationMethod: api.ValidationMethod(m.Method.ValueString())}
}

func (m *model) identity() identityModel { return identityModel{Name: types.StringValue(m.Name.Key())} }

// differing names the managed attributes in which the server's object is another one.
func (m *model) differing(d api.Domain) []string {
	if m.Method.ValueString() != string(d.VerificationMethod) {
		return []string{"verification_method"}
	}
	return nil
}

// expired tells whether the code is void, so that the next apply gets a new one.
func (m *model) expired() bool { return m.Status.ValueString() == string(api.DomainStatusExpired) }

// proven tells whether DNS has shown by the record that the domain is the partner's.
func (m *model) proven() bool {
	return m.Status.ValueString() == string(api.DomainStatusVerified) && !m.Record.IsNull()
}

// forget what a new code changes.
func (m *model) forget() {
	m.Record, m.Status, m.ExpiresAt = types.ObjectUnknown(recordType), types.StringUnknown(), types.StringUnknown()
}

func recordOf(r *api.DNSRecord) types.Object {
	if r == nil {
		return types.ObjectNull(recordType)
	}
	return types.ObjectValueMust(recordType, map[string]attr.Value{
		"name": types.StringValue(r.Name), "type": types.StringValue(string(r.Type)), "value": types.StringValue(r.Value),
	})
}
