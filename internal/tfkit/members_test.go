package tfkit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// rank is a member's value; "?" is unknown.
type rank string

func (r rank) Known() bool { return r != "?" }

func (r rank) DiffersFrom(before rank) []Difference {
	if r == before {
		return nil
	}
	return []Difference{{"rank", string(before), string(r)}}
}

// ranks makes members of keys and ranks in turn.
func ranks(keysAndRanks ...string) Members[rank] {
	all := Members[rank]{}
	for pair := range slices.Chunk(keysAndRanks, 2) {
		all[strings.ToLower(pair[0])] = Member[rank]{Key: pair[0], Value: rank(pair[1])}
	}
	return all
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b Members[rank]
		want bool
	}{
		{ranks("A@x.example", "first"), ranks("a@x.example", "first"), true},
		{ranks("a@x.example", "first"), ranks("a@x.example", "second"), false},
		{ranks("a@x.example", "first"), ranks("b@x.example", "first"), false},
		{ranks("a@x.example", "first"), ranks(), false},
	} {
		if test.a.SameAs(test.b) != test.want || test.b.SameAs(test.a) != test.want {
			t.Errorf("%v same as %v: want %t", test.a, test.b, test.want)
		}
	}
	now, prior := ranks("a@x.example", "first", "B@x.example", "second"), ranks("A@X.example", "third", "c@x.example", "first")
	if got := now.SpelledAs(prior); got["a@x.example"].Key != "A@X.example" || got["a@x.example"].Value != "first" || got["b@x.example"].Key != "B@x.example" || len(got) != 2 {
		t.Errorf("spelled %v", got)
	}
	if now["a@x.example"].Key != "a@x.example" {
		t.Error("the members themselves were spelled anew")
	}
	if got := now.Without(prior).Emails(); !slices.Equal(got, []string{"b@x.example"}) {
		t.Errorf("without: %q", got)
	}
	if got := now.With(prior); got["a@x.example"].Value != "third" || len(got) != 3 || len(now) != 2 {
		t.Errorf("with: %v, was %v", got, now)
	}

	crowd := Members[rank]{}
	for i := range 12 {
		email := fmt.Sprintf("p%02d@x.example", i)
		crowd[email] = Member[rank]{Key: email}
	}
	if got := crowd.Names(); !strings.HasPrefix(got, "p00@x.example, p01@x.example") || !strings.HasSuffix(got, "p09@x.example and 2 more") {
		t.Errorf("got %q", got)
	}
}

func TestMemberChanges(t *testing.T) {
	t.Parallel()
	texts := func(changes []MemberChange[rank]) (all []string) {
		for _, c := range changes {
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.verb(), c.Key, c.Value, c.Version)))
		}
		return all
	}
	now := ranks("a@x.example", "first", "b@x.example", "first", "c@x.example", "first", "d@x.example", "first")
	b := now["b@x.example"]
	b.Version = "v1"
	now["b@x.example"] = b
	want := ranks("A@x.example", "first", "B@x.example", "second", "c@x.example", "?", "E@x.example", "first")
	if got, want := texts(MemberPuts(want, now)), []string{"update B@x.example second v1", "create E@x.example first"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := texts(PlannedMemberChanges(now, want)), []string{"update B@x.example second v1", "create E@x.example first", "remove d@x.example first"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := texts(MemberRemovals(ranks("B@x.example", "first", "d@x.example", "first", "gone@x.example", "first").FoundIn(now))); !slices.Equal(got, []string{"remove B@x.example first v1", "remove d@x.example first"}) {
		t.Errorf("got %q", got)
	}
}

// people have no more than names.
type people struct{ MemberAPI[rank] }

func (people) What(key string) string { return "person " + key }

// What concerns somebody in particular is told there, what concerns all is told once.
func TestMemberFailures(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	w := &MemberWriter[rank]{API: people{}, Diags: &diags, Plural: "people", At: path.Root("team"), Attributes: []string{"rank"}}
	var failed memberFailures[rank]
	for i, err := range []error{
		&client.Error{Code: "unknown_role", Field: "/rank", Detail: "No such rank."},
		&client.Error{Code: "unknown_role", Field: "/rank", Detail: "No such rank."},
		&client.Error{Code: "forbidden", Detail: "Not for you.", RequestID: "req_1"},
		&client.Error{Code: "forbidden", Detail: "Not for you.", RequestID: "req_2"},
		&client.TransportError{Kind: client.KindTimeout, Path: "/a"},
		&client.TransportError{Kind: client.KindTimeout, Path: "/b"},
		errors.New("else"),
		&client.Error{Code: "unavailable", Detail: "Later."},
		&client.Error{Code: "unavailable", Detail: "Later.", MayHaveHappened: true},
		&client.TransportError{Kind: client.KindTimeout, Path: "/c", Write: true, MayHaveHappened: true},
	} {
		email := fmt.Sprintf("p%d@x.example", i)
		failed.add(MemberChange[rank]{Member: Member[rank]{Key: email}, Email: email, IsNew: true}, err)
	}
	failed.report(w, MemberChange[rank].verb)
	want := []string{
		`team["p0@x.example"].rank Could not create person p0@x.example`,
		`team["p1@x.example"].rank Could not create person p1@x.example`,
		"team Could not create 2 people: p2@x.example, p3@x.example",
		"team Could not create 2 people: p4@x.example, p5@x.example",
		`team["p6@x.example"] Could not create person p6@x.example`,
		`team["p7@x.example"] Could not create person p7@x.example`,
		`team["p8@x.example"] Could not create person p8@x.example`,
		`team["p9@x.example"] Could not create person p9@x.example`,
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
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if text := diags[2].Detail(); !strings.HasSuffix(text, "Request id: req_1, req_2") {
		t.Errorf("the ids of all requests belong in: %s", text)
	}
	for i, unsure := range map[int]bool{5: false, 6: true, 7: true} {
		if text := diags[i].Detail(); strings.Contains(text, "may have been carried out") != unsure {
			t.Errorf("unsure %t: %s", unsure, text)
		}
	}
}

// Whoever is as wanted already is judged with the others, but not refused.
func TestRefuse(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	w := &MemberWriter[rank]{API: people{}, Diags: &diags, At: path.Root("team")}
	want, now := ranks("A@x.example", "first", "b@x.example", "first", "c@x.example", "?"), ranks("a@x.example", "first", "other@x.example", "first")
	judged := MemberPuts(want, nil)
	outcomes := make([]client.ItemOutcome, len(judged))
	for i, c := range judged {
		found := api.ValidationFinding{Code: "unknown_role", Severity: api.SeverityFatal, Detail: "No " + c.Email}
		outcomes[i].Findings = []client.Finding{{ValidationFinding: found}}
	}
	verdicts := VerdictsOf(judged, outcomes)
	w.Refuse(MemberPuts(want, now), verdicts, Fatal)
	if len(diags) != 1 || !strings.Contains(diags[0].Summary()+diags[0].Detail(), "b@x.example") {
		t.Errorf("refused: %v", diags)
	}
}
