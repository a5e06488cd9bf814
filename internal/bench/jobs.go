package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// limit is how many requests a second the server of the row about limits allows.
const limit = "50"

// job is a part of a round.
type job struct {
	name     string
	every    bool // of each round; otherwise of the first alone, which takes long enough
	states   bool // makes the states that others work on
	spare    bool // no goal needs it, so it is left out if time has run out before
	run      func(ctx context.Context, round int) error
	duration time.Duration // of its last run
}

// jobs are what is measured: what a goal or the picture needs, and of maps the destroy, which is soon done.
func (b *bench) jobs() []*job {
	peers := []string{restapi, restapi + quiet, restful, restful + quiet}
	n := b.options.rows
	return []*job{
		{name: "provider start", every: true, run: b.starts},
		{name: "apply", every: true, states: true, run: b.applies(terraformData, single, mapped)},
		{name: "apply of others", states: true, run: b.applies(noopProvider, perObject, plainProvider, restapi, restful)},
		{name: "destroy", run: b.destroys(single, mapped, perObject, plainProvider)},
		{name: "plan at 100 ms", every: true, run: b.plans(n, 100, terraformData, noopProvider, single, mapped)},
		{name: "plan at 20 ms", every: true, run: b.plans(n, 20, noopProvider, single)},
		{name: "plan at 0 ms", every: true, run: b.plans(n, 0, noopProvider, single)},
		{name: "plan at 100 ms by others", run: b.plans(n, 100, append(peers, perObject, plainProvider)...)},
		{name: "under a limit", every: true, run: b.limited},
		{name: "local state", run: b.localState},
		{name: "plan of many rows", run: b.plans(b.options.scale, 100, terraformData, single, mapped)},
		{name: "plan of fewer rows", spare: true, run: b.curve(terraformData, noopProvider, single, mapped, perObject, restapi, restful)},
	}
}

// measureAll runs every job once, and then again in rounds as long as there is time, the quick ones first.
func (b *bench) measureAll(ctx context.Context) error {
	jobs := slices.DeleteFunc(b.jobs(), func(j *job) bool { return !j.states && !strings.Contains(j.name, b.options.only) })
	for round := range b.options.rounds {
		for _, j := range jobs {
			if round > 0 && !j.every {
				continue
			}
			begun := time.Now()
			if (round > 0 || j.spare) && begun.Add(j.duration).Sub(b.started) > b.options.budget {
				fmt.Printf("no time is left for round %d of: %s\n", round+1, j.name)
				continue
			}
			if err := j.run(ctx, round); err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
			j.duration = time.Since(begun)
		}
		slices.SortStableFunc(jobs, func(one, other *job) int { return cmp.Compare(one.duration, other.duration) })
	}
	return nil
}

func (b *bench) each(list []variant, do func(variant) error) error {
	for _, v := range list {
		if _, out := b.left[v.name]; out { // since the list was made
			continue
		}
		if err := do(v); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) plans(rows, latencyMS int, names ...string) func(context.Context, int) error {
	return func(ctx context.Context, round int) error {
		return b.each(b.here(round, names...), func(v variant) error { return b.plan(ctx, v, rows, latencyMS) })
	}
}

func (b *bench) applies(names ...string) func(context.Context, int) error {
	return func(ctx context.Context, round int) error {
		return b.each(b.here(round, names...), func(v variant) error { return b.applyAndClear(ctx, v, b.options.rows, 100) })
	}
}

func (b *bench) destroys(names ...string) func(context.Context, int) error {
	return func(ctx context.Context, round int) error {
		return b.each(b.here(round, names...), func(v variant) error { return b.destroy(ctx, v, b.options.rows, 100) })
	}
}

// curve measures further points of the picture. Who asks for each row by itself has a straight line, of which the ends
// are enough.
func (b *bench) curve(names ...string) func(context.Context, int) error {
	return func(ctx context.Context, round int) error {
		for _, rows := range curve {
			err := b.each(b.here(round, names...), func(v variant) error {
				if rows == b.options.rows || rows >= b.options.scale || rows > curve[0] && (v.peer || v.name == perObject) {
					return nil
				}
				return b.plan(ctx, v, rows, 100)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// starts measures how long a provider takes to start, by a validation of one resource.
func (b *bench) starts(ctx context.Context, round int) error {
	w, err := b.world(ctx, worldOptions{customers: 1})
	if err != nil {
		return err
	}
	for turn := range 5 {
		for _, v := range b.here(round+turn, noopProvider, single) {
			ws, err := b.workspace(ctx, v, 1)
			if err != nil {
				return err
			}
			if err := b.measure(ctx, key{Work: "validate", Variant: v.name, Rows: 1}, ws, w, "validate"); err != nil {
				return err
			}
		}
	}
	return nil
}

// limited measures with and without a limit of the server's, in turn.
func (b *bench) limited(ctx context.Context, round int) error {
	limits := []string{"", limit}
	if round%2 == 1 {
		limits = []string{limit, ""}
	}
	for _, limit := range limits {
		if err := b.planOn(ctx, variantOf(single), b.options.rows, 20, limit); err != nil {
			return err
		}
		err := b.each(b.here(0, mapped), func(v variant) error { return b.applyAndDestroy(ctx, v, b.options.rows, 20, limit) })
		if err != nil {
			return err
		}
	}
	return nil
}

// localState measures the apply with a state in a file.
func (b *bench) localState(ctx context.Context, round int) error {
	customers := b.options.rows / perCustomer
	w, err := b.world(ctx, worldOptions{customers: customers})
	if err != nil {
		return err
	}
	return b.each(b.here(round, terraformData, mapped), func(v variant) error {
		ws, err := b.newWorkspace(ctx, v, customers, true)
		if err != nil {
			return err
		}
		if err := b.measure(ctx, key{"apply", v.name, b.options.rows, 100, localState}, ws, w, "apply", "-auto-approve", noInput); err != nil {
			return err
		}
		if v.name == terraformData {
			return nil // nothing is left on the server
		}
		return b.measure(ctx, key{"destroy", v.name, b.options.rows, 100, localState}, ws, w, "destroy", "-auto-approve", noInput)
	})
}
