package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// figures are cells of one round each, without requests.
func figures(seconds map[key]float64) cells {
	var all cells
	for k, s := range seconds {
		all = append(all, &cell{key: k, Seconds: []float64{s}, Median: s})
	}
	return all
}

func TestGoals(t *testing.T) {
	t.Parallel()
	plan := func(variant string, rows, latency int) key { return key{"plan", variant, rows, latency, ""} }
	all := figures(map[key]float64{
		plan(noopProvider, 1000, 0): 4, plan(single, 1000, 0): 3,
		plan(noopProvider, 1000, 20): 4, plan(single, 1000, 20): 3.1,
		plan(single, 1000, 100): 2, plan(restapi, 1000, 100): 12, plan(terraformData, 1000, 100): 1,
		// 10,000 rows: Terraform alone takes 5 s longer than ten times its time, which are not the provider's.
		plan(single, 10000, 100): 31, plan(terraformData, 10000, 100): 15,
		plan(mapped, 1000, 100): 1, plan(mapped, 10000, 100): 4,
		{"destroy", single, 1000, 100, ""}: 25, {"destroy", plainProvider, 1000, 100, ""}: 20,
	})
	all.find(plan(single, 1000, 20)).Requests = 6
	all.find(plan(single, 10000, 100)).RSS = 99
	all.find(plan(single, 10000, 100)).Requests = 24
	all.find(plan(mapped, 1000, 100)).Requests = 5
	all.find(plan(mapped, 10000, 100)).Requests = 23
	goals := goalsOf(all, 1000, 10000, map[string]string{restful: "no binary"})

	for work, want := range map[string]string{
		"plan at 0 ms / no-op provider":                                   "0.75 x (3.00 / 4.00 s) true",
		"plan at 20 ms / no-op provider":                                  "0.78 x (3.10 / 4.00 s) false",
		"plan at 100 ms / no-op provider":                                 "missing: not measured",
		"plan at 100 ms, against restapi":                                 "6.00 x (2.00, 12.00 s) true",
		"plan at 100 ms, against restful":                                 "missing: no binary",
		"requests of a plan":                                              "6 false",
		"requests of a plan of 10000 rows":                                "24 false",
		"maps: requests of a plan":                                        "5 true",
		"maps: requests of a plan of 10000 rows":                          "23 true",
		"destroy at 100 ms / a provider that neither checks nor verifies": "1.25 x (25.00 / 20.00 s)",
		"apply at 100 ms / a provider that neither checks nor verifies":   "missing: not measured",
		"plan of 10000 rows at 100 ms: time for a row / that at 1000":     "1.30 x (31.00 s, 5.00 s of it Terraform's) true",
		"plan of 10000 rows: memory of the provider":                      "99 MB true",
		"provider start / no-op provider":                                 "missing: not measured",
		"maps: apply / terraform_data, both with a local state":           "missing: not measured",
		"plan with 50 requests/s / without a limit":                       "missing: not measured",
		"maps: plan at 100 ms, against the provider per object":           "missing: not measured",
		"destroy at 100 ms / the provider per object":                     "missing: not measured",
	} {
		i := slices.IndexFunc(goals, func(g goal) bool { return g.Work == work })
		if i < 0 {
			t.Errorf("no row %q", work)
			continue
		}
		got := goals[i].Figure
		if ok := goals[i].OK; ok != nil {
			got += map[bool]string{true: " true", false: " false"}[*ok]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", work, got, want)
		}
	}
}

// Rows that only compare are not counted as missed, however they turn out.
func TestComparisonsAreNotJudged(t *testing.T) {
	t.Parallel()
	all := figures(map[key]float64{
		{"apply", single, 1000, 100, ""}: 30, {"apply", plainProvider, 1000, 100, ""}: 3,
	})
	r := results{Goals: goalsOf(all, 1000, 10000, nil)}
	if i := slices.IndexFunc(r.Goals, func(g goal) bool { return g.Value == 10 }); i < 0 || r.Goals[i].OK != nil || r.missed() != 0 {
		t.Errorf("row %d, %d missed: %+v", i, r.missed(), r.Goals)
	}
}

func TestCompareRuns(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	dir := t.TempDir()
	write := func(name, commit, load, figure string, ok *bool) string {
		t.Helper()
		text, err := json.Marshal(results{Commit: commit, Rows: 1000, Terraform: "v1.11.4", Processor: 2, Load: load, Goals: []goal{
			{Work: "plan", Goal: "<= 1 x", Figure: figure, OK: ok},
			{Work: "apply / plain", Figure: "1.1 x (2 / 2.2 s)", Value: 1.1},
		}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	one, two := write("1", "abc", "1 2 3", "0.5 x (1 / 2 s)", &yes), write("2", "abc", "2 2 2", "1.5 x (3 / 2 s)", &no)
	unmeasured, other := write("3", "abc", "0 0 0", "missing: no binary", nil), write("4", "abc-dirty", "0 0 0", "0.5 x", &yes)

	var out strings.Builder
	if err := compareAll(&out, "", []string{one, two, unmeasured}); err != nil {
		t.Fatal(err)
	}
	want := "Commit `abc`, 1000 rows, Terraform v1.11.4, 2 processors.\n\n" +
		"| | goal | run 1 | run 2 | run 3 | met |\n|---|---|---|---|---|---|\n" +
		"| plan | <= 1 x | 0.5 x (1 / 2 s) | **1.5 x (3 / 2 s)** | missing: no binary | 1 of 3 |\n" +
		"| apply / plain | none | 1.1 x (2 / 2.2 s) | 1.1 x (2 / 2.2 s) | 1.1 x (2 / 2.2 s) | |\n" +
		"| load average at the end | | 1 2 3 | 2 2 2 | 0 0 0 | |\n"
	if out.String() != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
	for _, files := range [][]string{nil, {one, other}, {one, filepath.Join(dir, "none")}} {
		if err := compareAll(&out, "", files); err == nil {
			t.Errorf("%q were compared", files)
		}
	}
}

// What stands in the page before and after the table stays, however often it is replaced.
func TestTableInPage(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(page, []byte("before\n"+tableBegins+tableEnds+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"one\n", "two\n"} {
		if err := replaceTable(page, table); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(page)
		if want := "before\n" + tableBegins + table + tableEnds + "after\n"; err != nil || string(text) != want {
			t.Errorf("%q (%v), want %q", text, err, want)
		}
	}
	if err := os.WriteFile(page, []byte("before\n"+tableEnds+tableBegins+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaceTable(page, "three\n"); err == nil {
		t.Error("a page without a place for the table was taken")
	}
}

func TestCellsKeepTheWorst(t *testing.T) {
	t.Parallel()
	var all cells
	k := key{Work: "plan", Variant: single, Rows: 1000}
	for _, round := range []struct {
		seconds, rss float64
		requests     int64
	}{{3, 50, 5}, {1, 60, 4}, {2, 40, 3}} {
		p := &proxy{}
		p.requests.Store(round.requests)
		all.add(k, spent{round.seconds, 1, round.rss}, p)
	}
	if c := all.find(k); len(all) != 1 || c.Median != 2 || c.Requests != 5 || c.RSS != 60 {
		t.Errorf("%d cells, %+v", len(all), c)
	}
	if got := median([]float64{1, 2, 3, 10}); got != 2.5 {
		t.Errorf("median %v", got)
	}
}

func TestScaledState(t *testing.T) {
	t.Parallel()
	state := `{"serial": 7, "resources": [
		{"name": "` + blockName(1) + `", "instances": []},
		{"name": "` + blockName(0) + `", "instances": [{"attributes": {"customer_id": "` + customerID(0) + `"}}]}]}`
	text, err := scaled([]byte(state), 3)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Serial    int
		Resources []struct {
			Name      string
			Instances []struct{ Attributes map[string]string }
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Serial != 7 || len(got.Resources) != 3 {
		t.Fatalf("%s", text)
	}
	for i, r := range got.Resources {
		if r.Name != blockName(i) || len(r.Instances) != 1 || r.Instances[0].Attributes["customer_id"] != customerID(i) {
			t.Errorf("block %d: %+v", i, r)
		}
	}
}

// Every round begins with another variant, so that none always finds the machine as the same other one left it.
func TestTurns(t *testing.T) {
	t.Parallel()
	b := &bench{left: map[string]string{mapped: "missing"}}
	var orders []string
	for round := range 3 {
		var names []string
		for _, v := range b.here(round, terraformData, noopProvider, mapped, single) {
			names = append(names, v.name)
		}
		orders = append(orders, strings.Join(names, " "))
	}
	want := []string{"terraform_data noop msp", "noop msp terraform_data", "msp terraform_data noop"}
	if !slices.Equal(orders, want) {
		t.Errorf("%q, want %q", orders, want)
	}
}
