package externaladmins

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// of makes members of keys and roles in turn; the role "?" is unknown.
func of(keysAndRoles ...string) members {
	all := members{}
	for pair := range slices.Chunk(keysAndRoles, 2) {
		role := types.StringValue(pair[1])
		if pair[1] == "?" {
			role = types.StringUnknown()
		}
		all[strings.ToLower(pair[0])] = member{pair[0], role}
	}
	return all
}

var there = []api.ExternalAdmin{
	{CustomerID: "cus_1", Email: "Alex@msp.example", Role: "basic"},
	{CustomerID: "cus_1", Email: "ines@msp.example", Role: "super", ContentProtected: true},
	{CustomerID: "cus_1", Email: "sam@msp.example", Role: "partner"},
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
	empty := model{CustomerID: types.StringValue("cus_1"), Admins: types.MapNull(adminType)}
	if empty.fromAPI(nil); empty.Admins.IsNull() {
		t.Error("nobody is an empty map, not none: that would be planned as a change")
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	var m model
	m.Admins = types.MapValueMust(adminType, map[string]attr.Value{
		"A@x.example": types.ObjectValueMust(adminType.AttrTypes, map[string]attr.Value{attrRole: types.StringUnknown()}),
		"b@x.example": types.ObjectUnknown(adminType.AttrTypes),
		"c@x.example": types.ObjectValueMust(adminType.AttrTypes, map[string]attr.Value{attrRole: types.StringValue("basic")}),
	})
	if got, want := m.members(), of("A@x.example", "?", "b@x.example", "?", "c@x.example", "basic"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if m.Admins = types.MapUnknown(adminType); len(m.members()) != 0 {
		t.Error("an unknown map has members")
	}
	for _, test := range []struct {
		a, b members
		want bool
	}{
		{of("A@x.example", "basic"), of("a@x.example", "basic"), true},
		{of("a@x.example", "basic"), of("a@x.example", "partner"), false},
		{of("a@x.example", "basic"), of("b@x.example", "basic"), false},
		{of("a@x.example", "basic"), of(), false},
	} {
		if test.a.sameAs(test.b) != test.want || test.b.sameAs(test.a) != test.want {
			t.Errorf("%v same as %v: want %t", test.a, test.b, test.want)
		}
	}
}

// texts of changes, with the conditions that they are written under.
func texts(changes []change) []string {
	var all []string
	for _, c := range changes {
		item := c.item("cus_1", true)
		text := string(item.Operation) + " " + item.Email
		if item.Role != nil {
			text += " " + *item.Role
		}
		if item.CreateOnly != nil {
			text += " new"
		}
		if item.IfMatch != nil {
			text += " " + *item.IfMatch
		}
		if checked := c.item("cus_1", false); checked.CreateOnly != nil || checked.IfMatch != nil {
			text += ", and a check with conditions"
		}
		all = append(all, text)
	}
	return all
}

func TestChanges(t *testing.T) {
	t.Parallel()
	want := of("alex@msp.example", "basic", "SAM@msp.example", "basic", "kim@msp.example", "basic", "lee@msp.example", "?", "ines@msp.example", "basic")
	puts := putsFor(want, remoteOf(there))
	puts[2].version = "v1"
	if got, want := texts(puts), []string{"put ines@msp.example basic", "put kim@msp.example basic new", "put SAM@msp.example basic v1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	prior := of("Alex@msp.example", "basic", "sam@msp.example", "partner", "pat@msp.example", "basic")
	if got, want := texts(plannedChanges(prior, of("alex@msp.example", "basic", "SAM@msp.example", "basic", "lee@msp.example", "?"))),
		[]string{"put SAM@msp.example basic new", "delete pat@msp.example"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What concerns somebody in particular is told there, what concerns all is told once.
func TestFailures(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	w := &writer{diags: &diags, customerID: "cus_1"}
	var failed failures
	for i, err := range []error{
		&client.Error{Code: "unknown_role", Field: "/role", Detail: "No such role."},
		&client.Error{Code: "unknown_role", Field: "/role", Detail: "No such role."},
		&client.Error{Code: "forbidden", Detail: "Not for you.", RequestID: "req_1"},
		&client.Error{Code: "forbidden", Detail: "Not for you.", RequestID: "req_2"},
		&client.TransportError{Kind: client.KindTimeout, Path: "/a"},
		&client.TransportError{Kind: client.KindTimeout, Path: "/b"},
		errors.New("else"),
	} {
		failed.add(change{member: member{key: fmt.Sprintf("p%d@x.example", i)}, email: fmt.Sprintf("p%d@x.example", i), isNew: true}, err)
	}
	failed.report(w, change.verb)
	want := []string{
		`admins["p0@x.example"].role Could not create external administrator cus_1/p0@x.example`,
		`admins["p1@x.example"].role Could not create external administrator cus_1/p1@x.example`,
		"admins Could not create 2 external administrators of cus_1: p2@x.example, p3@x.example",
		"admins Could not create 2 external administrators of cus_1: p4@x.example, p5@x.example",
		`admins["p6@x.example"] Could not create external administrator cus_1/p6@x.example`,
	}
	var got []string
	for _, d := range diags {
		at := ""
		if with, ok := d.(diag.DiagnosticWithPath); ok {
			at = with.Path().String()
		}
		got = append(got, at+" "+d.Summary())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNameSome(t *testing.T) {
	t.Parallel()
	crowd := members{}
	for i := range 12 {
		email := fmt.Sprintf("p%02d@x.example", i)
		crowd[email] = member{key: email}
	}
	if got := nameSome(crowd); !strings.HasPrefix(got, "p00@x.example, p01@x.example") || !strings.HasSuffix(got, "p09@x.example and 2 more") {
		t.Errorf("got %q", got)
	}
}
