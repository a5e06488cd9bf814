package externaladmin

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var remote = api.ExternalAdmin{
	CustomerID: "cus_1", Email: "Alex@MSP.example", Role: "basic_administrator", Status: api.ExternalAdminStatusActive,
}

func TestFromAPI(t *testing.T) {
	t.Parallel()
	want := model{
		ID:         types.StringValue("cus_1/alex@msp.example"),
		CustomerID: types.StringValue("cus_1"),
		Email:      tfkit.EmailType.Value("Alex@MSP.example"),
		Role:       types.StringValue("basic_administrator"),
		Status:     types.StringValue("active"),
	}
	for name, prior := range map[string]tfkit.Text{
		"nothing":          tfkit.EmailType.Null(),
		"another person":   tfkit.EmailType.Value("sam@msp.example"),
		"same spelling":    tfkit.EmailType.Value("Alex@MSP.example"),
		"another spelling": tfkit.EmailType.Value("ALEX@msp.example"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, want := model{Email: prior}, want
			if name == "another spelling" {
				want.Email = prior
			}
			got.fromAPI(remote)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if identity := (identityModel{types.StringValue("cus_1"), types.StringValue("alex@msp.example")}); got.identity() != identity {
				t.Errorf("identity %v, want %v whatever the spelling", got.identity(), identity)
			}
			if got.importID() != got.ID.ValueString() {
				t.Errorf("import ID %q is not the id %q", got.importID(), got.ID.ValueString())
			}
		})
	}
}

func TestToAPI(t *testing.T) {
	t.Parallel()
	m := model{Email: tfkit.EmailType.Value("Alex@MSP.example"), Role: types.StringValue("basic_administrator")}
	email := "Alex@MSP.example"
	if got, want := m.toAPI(), (api.ExternalAdminInput{Email: &email, Role: "basic_administrator"}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDiffering(t *testing.T) {
	t.Parallel()
	var m model
	m.fromAPI(remote)
	if got := m.differing(remote); got != nil {
		t.Errorf("an object differs from itself in %v", got)
	}
	m.Role = types.StringValue("partner_administrator")
	if got, want := m.differing(remote), []string{"role"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSameGrant(t *testing.T) {
	t.Parallel()
	state := model{CustomerID: types.StringValue("cus_1"), Email: tfkit.EmailType.Value("alex@msp.example")}
	for name, test := range map[string]struct {
		plan model
		want bool
	}{
		"same":             {state, true},
		"another spelling": {model{CustomerID: state.CustomerID, Email: tfkit.EmailType.Value("ALEX@msp.example")}, true},
		"another person":   {model{CustomerID: state.CustomerID, Email: tfkit.EmailType.Value("sam@msp.example")}, false},
		"another customer": {model{CustomerID: types.StringValue("cus_2"), Email: state.Email}, false},
		"unknown customer": {model{CustomerID: types.StringUnknown(), Email: state.Email}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.plan.sameGrant(&state); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestAtRole(t *testing.T) {
	t.Parallel()
	other := "/email"
	got := atRole(&client.Validation{Findings: []client.Finding{
		{ValidationFinding: api.ValidationFinding{Code: api.ErrorCodeProtectedRole}},
		{ValidationFinding: api.ValidationFinding{Code: api.ErrorCodeProtectedRole, Field: &other}},
		{ValidationFinding: api.ValidationFinding{Code: api.ErrorCodeInUse}},
	}}).Findings
	if got[0].Field == nil || *got[0].Field != "/role" || got[1].Field != &other || got[2].Field != nil {
		t.Errorf("only the finding about a protected role without a field belongs at /role: %+v", got)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		filter externalAdminsModel
		want   bool
	}{
		"no filter":      {externalAdminsModel{}, true},
		"email":          {externalAdminsModel{Email: tfkit.EmailType.Value("alex@msp.EXAMPLE")}, true},
		"another email":  {externalAdminsModel{Email: tfkit.EmailType.Value("sam@msp.example")}, false},
		"role":           {externalAdminsModel{Role: types.StringValue("basic_administrator")}, true},
		"another role":   {externalAdminsModel{Role: types.StringValue("Basic_Administrator")}, false},
		"domain":         {externalAdminsModel{EmailDomain: tfkit.DomainType.Value("MSP.example")}, true},
		"another domain": {externalAdminsModel{EmailDomain: tfkit.DomainType.Value("example.com")}, false},
		"one of two":     {externalAdminsModel{Role: types.StringValue("basic_administrator"), Email: tfkit.EmailType.Value("sam@msp.example")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.filter.wants(remote); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
