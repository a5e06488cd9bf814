package portaladmins

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func there() []api.PortalAdmin {
	phone, version := "+49 30 1234567", `"v1"`
	return []api.PortalAdmin{
		{Email: "Alex@msp.example", Name: "Alex", Role: "msp_administrator", Status: "registered", Phone: &phone, Etag: &version},
		{Email: "sam@msp.example", Name: "Sam", Role: "msp_sales", Status: "unregistered"},
	}
}

func TestFromAPI(t *testing.T) {
	t.Parallel()
	m := model{Admins: types.MapNull(adminType), Statuses: types.MapNull(types.StringType)}
	m.fromAPI(there())
	if m.ID.ValueString() != importID || m.identity().ID != m.ID || !slices.Equal(m.members().Emails(), []string{"alex@msp.example", "sam@msp.example"}) {
		t.Errorf("got %+v", m)
	}
	if got := m.statuses(); len(got) != 2 || got["alex@msp.example"].ValueString() != "registered" || got["sam@msp.example"].ValueString() != "unregistered" {
		t.Errorf("statuses %v", got)
	}
	if alex := m.members()["alex@msp.example"]; alex.Key != "Alex@msp.example" || alex.Value.phone.ValueString() != "+49 30 1234567" || len(alex.Value.DiffersFrom(membersOf(there())["alex@msp.example"].Value)) != 0 {
		t.Errorf("alex is %+v", alex)
	}
	// Keys keep the spelling of what is there already, in both maps.
	m.set(tfkit.Members[person]{"alex@msp.example": {Key: "ALEX@msp.example"}}, nil)
	m.fromAPI(there())
	if _, ok := m.Statuses.Elements()["ALEX@msp.example"]; !ok || m.members()["alex@msp.example"].Key != "ALEX@msp.example" {
		t.Errorf("got %+v", m)
	}
	if m.fromAPI(nil); m.Admins.IsNull() || m.Statuses.IsNull() {
		t.Error("nobody is an empty map, not none: that would be planned as a change")
	}
}

func TestUnknownPeople(t *testing.T) {
	t.Parallel()
	unknown := types.ObjectValueMust(adminType.AttrTypes, map[string]attr.Value{
		attrName: types.StringValue("A"), attrPhone: types.StringNull(), attrRole: types.StringUnknown(),
	})
	m := model{Admins: types.MapValueMust(adminType, map[string]attr.Value{"a@x.example": unknown, "b@x.example": types.ObjectUnknown(adminType.AttrTypes)})}
	all := m.members()
	if len(all) != 2 || all["a@x.example"].Value.Known() || all["b@x.example"].Value.Known() {
		t.Errorf("got %+v", all)
	}
	planned := plannedStatuses(all, statuses{"a@x.example": types.StringValue("registered")}).Elements()
	if !planned["a@x.example"].Equal(types.StringValue("registered")) || !planned["b@x.example"].IsUnknown() {
		t.Errorf("planned %v", planned)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	want := membersOf(there())
	alex := want["alex@msp.example"]
	alex.Value.name, alex.Version = types.StringValue("Alex Morgan"), ""
	want["alex@msp.example"] = alex
	want["kim@msp.example"] = member{Key: "Kim@msp.example", Value: person{name: types.StringValue("Kim"), phone: types.StringNull(), role: types.StringValue("msp_sales")}}
	puts := tfkit.MemberPuts(want, membersOf(there()))
	if len(puts) != 2 {
		t.Fatalf("got %+v", puts)
	}
	changed, added := itemOf(puts[0], true), itemOf(puts[1], true)
	if changed.Operation != "put" || changed.Email != "Alex@msp.example" || *changed.Name != "Alex Morgan" || *changed.Phone != "+49 30 1234567" || *changed.Role != "msp_administrator" || *changed.IfMatch != `"v1"` || changed.CreateOnly != nil {
		t.Errorf("changed %+v", changed)
	}
	if added.Email != "Kim@msp.example" || added.Phone != nil || !*added.CreateOnly || added.IfMatch != nil {
		t.Errorf("added %+v", added)
	}
	for _, c := range puts {
		if item := itemOf(c, false); item.CreateOnly != nil || item.IfMatch != nil {
			t.Errorf("a check with conditions: %+v", item)
		}
	}
	removal := tfkit.MemberRemovals(want.FoundIn(membersOf(there())))[0]
	if gone := itemOf(removal, true); gone.Operation != "delete" || gone.Name != nil || gone.Role != nil || gone.IfMatch == nil || *gone.IfMatch != `"v1"` {
		t.Errorf("removed %+v", gone)
	}
	if gone := itemOf(removal, false); gone.IfMatch != nil {
		t.Errorf("a check of a removal with conditions: %+v", gone)
	}
}
