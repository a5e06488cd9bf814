package main

import (
	"fmt"
	"math"
)

// goal is a row of the table.
type goal struct {
	Work   string  `json:"work"`
	Goal   string  `json:"goal"`   // empty in a row that only compares
	Figure string  `json:"figure"` // why there is none if it could not be measured
	Value  float64 `json:"value,omitempty"`
	OK     *bool   `json:"ok"` // nil without a figure, or without a goal
}

type table struct {
	cells cells
	rows  int
	scale int
	left  map[string]string // why a variant was not measured
	goals []goal
}

// goalsOf judges the figures. What is compared was measured side by side, so ratios stand where seconds would tell of the
// machine.
func goalsOf(all cells, rows, scale int, left map[string]string) []goal {
	t := &table{cells: all, rows: rows, scale: scale, left: left}
	plan := func(variant string, latency int) key { return key{"plan", variant, rows, latency, ""} }
	apply := func(variant string) key { return key{"apply", variant, rows, 100, ""} }
	destroy := func(variant string) key { return key{"destroy", variant, rows, 100, ""} }

	for _, at := range []struct {
		latency int
		goal    float64
	}{{0, 0.75}, {20, 0.75}, {100, 0.85}} {
		t.atMost(fmt.Sprintf("plan at %d ms / no-op provider", at.latency), at.goal, plan(single, at.latency), plan(noopProvider, at.latency))
	}
	t.faster("plan at 100 ms, against restapi", 6, plan(single, 100), plan(restapi, 100))
	t.faster("plan at 100 ms, against restful", 10, plan(single, 100), plan(restful, 100))
	t.faster("plan at 100 ms, against restapi with its logs off", 5, plan(single, 100), plan(restapi+quiet, 100))
	t.faster("plan at 100 ms, against restful with its logs off", 7, plan(single, 100), plan(restful+quiet, 100))
	t.compare("plan at 100 ms / a provider that neither checks nor verifies", plan(single, 100), plan(plainProvider, 100))
	many := func(variant string) key { return key{"plan", variant, scale, 100, ""} }
	t.requests("requests of a plan", plan(single, 0), plan(single, 20), plan(single, 100))
	t.requests(fmt.Sprintf("requests of a plan of %d rows", scale), many(single))
	t.requests("maps: requests of a plan", plan(mapped, 100))
	t.requests(fmt.Sprintf("maps: requests of a plan of %d rows", scale), many(mapped))

	t.atMost("apply at 100 ms / the provider per object", 1, apply(single), apply(perObject))
	t.compare("apply at 100 ms / a provider that neither checks nor verifies", apply(single), apply(plainProvider))
	t.faster("apply at 100 ms, against restapi", 1.5, apply(single), apply(restapi))
	t.faster("apply at 100 ms, against restful", 3, apply(single), apply(restful))
	t.atMost("destroy at 100 ms / the provider per object", 0.8, destroy(single), destroy(perObject))
	t.compare("destroy at 100 ms / a provider that neither checks nor verifies", destroy(single), destroy(plainProvider))

	t.atMost("maps: plan at 100 ms / terraform_data", 0.7, plan(mapped, 100), plan(terraformData, 100))
	t.atMost("maps: apply at 100 ms / terraform_data", 0.8, apply(mapped), apply(terraformData))
	local := func(variant string) key { return key{"apply", variant, rows, 100, localState} }
	t.atMost("maps: apply / terraform_data, both with a local state", 0.2, local(mapped), local(terraformData))
	t.faster("maps: plan at 100 ms, against the provider per object", 6, plan(mapped, 100), plan(perObject, 100))
	t.faster("maps: apply at 100 ms, against the provider per object", 6, apply(mapped), apply(perObject))
	t.compare("maps: apply at 100 ms / a provider that neither checks nor verifies", apply(mapped), apply(plainProvider))

	t.atScale()
	limited := func(work, variant, condition string) key { return key{work, variant, rows, 20, condition} }
	t.atMost("plan with 50 requests/s / without a limit", 1.2, limited("plan", single, condition(limit)), limited("plan", single, ""))
	t.atMost("maps: apply with 50 requests/s / without a limit", 1.2, limited("apply", mapped, condition(limit)), limited("apply", mapped, ""))
	t.atMost("provider start / no-op provider", 1.1, key{"validate", single, 1, 0, ""}, key{"validate", noopProvider, 1, 0, ""})
	return t.goals
}

// find answers what was measured, or notes that it was not.
func (t *table) find(work, goal string, keys ...key) ([]*cell, bool) {
	var found []*cell
	for _, k := range keys {
		c := t.cells.find(k)
		if c == nil {
			why := t.left[k.Variant]
			if why == "" {
				why = "not measured"
			}
			t.missing(work, goal, why)
			return nil, false
		}
		found = append(found, c)
	}
	return found, true
}

func (t *table) missing(work, want, why string) {
	t.goals = append(t.goals, goal{Work: work, Goal: want, Figure: "missing: " + why})
}

func (t *table) judge(work, want, figure string, value float64, ok bool) {
	t.goals = append(t.goals, goal{work, want, figure, value, &ok})
}

// atMost wants one to take at most so many times the other.
func (t *table) atMost(work string, ratio float64, one, other key) {
	goal := fmt.Sprintf("<= %g x", ratio)
	if value, figure, ok := t.ratio(work, goal, one, other); ok {
		t.judge(work, goal, figure, value, value <= ratio)
	}
}

// compare tells how many times the other one takes, and wants nothing.
func (t *table) compare(work string, one, other key) {
	if value, figure, ok := t.ratio(work, "", one, other); ok {
		t.goals = append(t.goals, goal{Work: work, Figure: figure, Value: value})
	}
}

func (t *table) ratio(work, goal string, one, other key) (value float64, figure string, ok bool) {
	c, ok := t.find(work, goal, one, other)
	if !ok {
		return 0, "", false
	}
	value = c[0].Median / c[1].Median
	return value, fmt.Sprintf("%.2f x (%.2f / %.2f s)", value, c[0].Median, c[1].Median), true
}

// faster wants one to be so many times as fast as the other.
func (t *table) faster(work string, times float64, one, other key) {
	goal := fmt.Sprintf(">= %g x faster", times)
	if c, ok := t.find(work, goal, one, other); ok {
		value := c[1].Median / c[0].Median
		t.judge(work, goal, fmt.Sprintf("%.2f x (%.2f, %.2f s)", value, c[0].Median, c[1].Median), value, value >= times)
	}
}

// requests wants plans of so many rows to send at most one request for each 500, and three besides.
func (t *table) requests(work string, keys ...key) {
	allowed := int64(math.Ceil(float64(keys[0].Rows)/500)) + 3
	goal := fmt.Sprintf("<= %d", allowed)
	if found, ok := t.find(work, goal, keys...); ok {
		var most int64
		for _, c := range found {
			most = max(most, c.Requests)
		}
		t.judge(work, goal, fmt.Sprint(most), float64(most), most <= allowed)
	}
}

// atScale compares the time for a row among many with that among few. What Terraform itself takes longer, as terraform_data
// shows, is not the provider's.
func (t *table) atScale() {
	at := func(variant string, rows int) key { return key{"plan", variant, rows, 100, ""} }
	work, goal := fmt.Sprintf("plan of %d rows at 100 ms: time for a row / that at %d", t.scale, t.rows), "<= 1.3 x"
	if c, ok := t.find(work, goal, at(single, t.scale), at(single, t.rows), at(terraformData, t.scale), at(terraformData, t.rows)); ok {
		times := float64(t.scale) / float64(t.rows)
		terraform := max(0, c[2].Median-times*c[3].Median)
		value := (c[0].Median - terraform) / times / c[1].Median
		t.judge(work, goal, fmt.Sprintf("%.2f x (%.2f s, %.2f s of it Terraform's)", value, c[0].Median, terraform), value, value <= 1.3)
	}
	work, goal = fmt.Sprintf("plan of %d rows: memory of the provider", t.scale), "< 100 MB"
	if c, ok := t.find(work, goal, at(single, t.scale)); ok {
		if c[0].RSS == 0 {
			t.missing(work, goal, "only Linux shows it")
			return
		}
		t.judge(work, goal, fmt.Sprintf("%.0f MB", c[0].RSS), c[0].RSS, c[0].RSS < 100)
	}
}
