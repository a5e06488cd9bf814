package externaladmins

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// of makes members of keys and access in turn: a role, or a role and " until " and a time. The role "?" is unknown.
func of(keysAndAccess ...string) members {
	all := members{}
	for pair := range slices.Chunk(keysAndAccess, 2) {
		role, until, limited := strings.Cut(pair[1], " until ")
		value := access{role: types.StringValue(role), expires: tfkit.InstantType.Null()}
		if role == "?" {
			value.role = types.StringUnknown()
		}
		if limited {
			value.expires = tfkit.InstantType.Value(until)
		}
		all[strings.ToLower(pair[0])] = member{Key: pair[0], Value: value}
	}
	return all
}

var there = []api.ExternalAdmin{
	{CustomerID: "cus_1", Email: "Alex@msp.example", Role: "basic"},
	{CustomerID: "cus_1", Email: "ines@msp.example", Role: "super", ContentProtected: true},
	{CustomerID: "cus_1", Email: "sam@msp.example", Role: "partner"},
}

// limited is sam's grant with an end.
func limited() []api.ExternalAdmin {
	noon := time.Date(2027, 3, 31, 12, 0, 0, 0, time.UTC)
	admins := slices.Clone(there)
	admins[2].ExpiresAt = &noon
	return admins
}

func TestFromAPI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ prior, want members }{
		"nothing":           {nil, of("Alex@msp.example", "basic", "sam@msp.example", "partner")},
		"other spelling":    {of("ALEX@MSP.example", "basic"), of("ALEX@MSP.example", "basic", "sam@msp.example", "partner")},
		"other role":        {of("sam@msp.example", "basic"), of("Alex@msp.example", "basic", "sam@msp.example", "partner")},
		"somebody gone":     {of("kim@msp.example", "basic"), of("Alex@msp.example", "basic", "sam@msp.example", "partner")},
		"protected by then": {of("ines@msp.example", "basic"), of("Alex@msp.example", "basic", "sam@msp.example", "partner")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := model{CustomerID: types.StringValue("cus_1"), Admins: types.MapNull(adminType)}
			if test.prior != nil {
				m.setMembers(test.prior)
			}
			m.fromAPI(there)
			if got := m.members(); !reflect.DeepEqual(got, test.want) || !m.ID.Equal(m.CustomerID) || m.identity().CustomerID != m.CustomerID {
				t.Errorf("got %v of %s, want %v", got, m.ID, test.want)
			}
		})
	}
	for prior, want := range map[string]string{
		"partner until 2027-03-31T14:00:00+02:00": "partner until 2027-03-31T14:00:00+02:00", // spelled as before
		"partner until 2027-03-31T14:00:00Z":      "partner until 2027-03-31T12:00:00Z",
		"partner":                                 "partner until 2027-03-31T12:00:00Z",
	} {
		m := model{CustomerID: types.StringValue("cus_1")}
		m.setMembers(of("sam@msp.example", prior))
		m.fromAPI(limited())
		if got, want := m.members(), of("Alex@msp.example", "basic", "sam@msp.example", want); !reflect.DeepEqual(got, want) {
			t.Errorf("after %s: got %v, want %v", prior, got, want)
		}
	}
	empty := model{CustomerID: types.StringValue("cus_1"), Admins: types.MapNull(adminType)}
	if empty.fromAPI(nil); empty.Admins.IsNull() {
		t.Error("nobody is an empty map, not none: that would be planned as a change")
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	var m model
	m.Admins = types.MapValueMust(adminType, map[string]attr.Value{
		"A@x.example": types.ObjectValueMust(adminType.AttrTypes, map[string]attr.Value{attrRole: types.StringUnknown(), attrExpiresAt: tfkit.InstantType.Null()}),
		"b@x.example": types.ObjectUnknown(adminType.AttrTypes),
		"c@x.example": types.ObjectValueMust(adminType.AttrTypes, map[string]attr.Value{attrRole: types.StringValue("basic"), attrExpiresAt: tfkit.InstantType.Value("2027-03-31T14:00:00+02:00")}),
	})
	if got, want := m.members(), of("A@x.example", "?", "b@x.example", "?", "c@x.example", "basic until 2027-03-31T14:00:00+02:00"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if m.Admins = types.MapUnknown(adminType); len(m.members()) != 0 {
		t.Error("an unknown map has members")
	}
}

// texts of changes, with the conditions that they are written under.
func texts(changes []change) []string {
	var all []string
	for _, c := range changes {
		item := itemOf("cus_1", c, true)
		text := string(item.Operation) + " " + item.Email
		if item.Role != nil {
			text += " " + *item.Role
		}
		if item.ExpiresAt != nil {
			text += " until " + item.ExpiresAt.Format(time.RFC3339Nano)
		}
		if item.CreateOnly != nil {
			text += " new"
		}
		if item.IfMatch != nil {
			text += " " + *item.IfMatch
		}
		if checked := itemOf("cus_1", c, false); checked.CreateOnly != nil || checked.IfMatch != nil {
			text += ", and a check with conditions"
		}
		all = append(all, text)
	}
	return all
}

func TestChanges(t *testing.T) {
	t.Parallel()
	want := of("alex@msp.example", "basic", "SAM@msp.example", "basic", "kim@msp.example", "basic", "lee@msp.example", "?", "ines@msp.example", "basic")
	puts := tfkit.MemberPuts(want, membersOf(there))
	puts[2].Version = "v1"
	if got, want := texts(puts), []string{"put ines@msp.example basic", "put kim@msp.example basic new", "put SAM@msp.example basic v1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := texts(tfkit.MemberPuts(of("sam@msp.example", "partner until 2027-03-31T14:00:00+02:00"), membersOf(limited()))); got != nil {
		t.Errorf("the same time in another spelling is written: %q", got)
	}
	if got, want := texts(tfkit.MemberPuts(of("sam@msp.example", "partner until 2027-03-31T14:00:00Z", "alex@msp.example", "basic until 2027-03-31T14:00:00Z"), membersOf(limited()))),
		[]string{"put alex@msp.example basic until 2027-03-31T14:00:00Z", "put sam@msp.example partner until 2027-03-31T14:00:00Z"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := texts(tfkit.MemberPuts(of("sam@msp.example", "partner"), membersOf(limited()))), []string{"put sam@msp.example partner"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	prior := of("Alex@msp.example", "basic", "sam@msp.example", "partner", "pat@msp.example", "basic")
	if got, want := texts(tfkit.PlannedMemberChanges(prior, of("alex@msp.example", "basic", "SAM@msp.example", "basic", "lee@msp.example", "?"))),
		[]string{"put SAM@msp.example basic", "delete pat@msp.example"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
