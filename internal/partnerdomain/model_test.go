package partnerdomain

import (
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func TestModel(t *testing.T) {
	t.Parallel()
	ends := time.Date(2026, 3, 1, 13, 0, 0, 5, time.FixedZone("", 3600))
	d := api.Domain{
		Name: "Mine.example", VerificationMethod: "TXT", Status: "expired", ExpiresAt: &ends,
		Record: &api.DNSRecord{Name: "mine.example", Type: "TXT", Value: "msp-1"},
	}
	m := model{Name: tfkit.DomainType.Value("MINE.example")}
	m.fromAPI(d)
	if m.Name.ValueString() != "MINE.example" || m.ID.ValueString() != "mine.example" || m.ExpiresAt.ValueString() != "2026-03-01T12:00:00Z" ||
		m.Record.Attributes()["value"].String() != `"msp-1"` || !m.expired() || m.proven() || m.identity().Name.ValueString() != "mine.example" {
		t.Errorf("got %+v", m)
	}
	if in := m.toAPI(); *in.Name != "MINE.example" || in.VerificationMethod != "TXT" || len(m.differing(d)) > 0 {
		t.Errorf("sends %+v", in)
	}
	d.VerificationMethod = "CNAME"
	if got := m.differing(d); !slices.Equal(got, []string{"verification_method"}) {
		t.Errorf("differs in %v", got)
	}
	m.forget()
	if !m.Record.IsUnknown() || !m.Status.IsUnknown() || !m.ExpiresAt.IsUnknown() || m.ID.IsUnknown() {
		t.Errorf("forgot %+v", m)
	}
	m.fromAPI(api.Domain{Name: "mine.example", Status: "verified"})
	if !m.Record.IsNull() || !m.ExpiresAt.Equal(types.StringNull()) || m.proven() {
		t.Errorf("accepted: %+v", m)
	}
}
