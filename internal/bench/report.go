package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// results is what a run writes down.
type results struct {
	Commit    string            `json:"commit"` // with "-dirty" if something was not committed
	Date      time.Time         `json:"date"`
	Took      float64           `json:"took_seconds"`
	Processor int               `json:"processors"`
	Platform  string            `json:"platform"`
	Load      string            `json:"load_average,omitempty"` // at the end; much more than the processors means that the figures are noise
	Terraform string            `json:"terraform"`
	Rounds    int               `json:"rounds"`
	Rows      int               `json:"rows"`
	LeftOut   map[string]string `json:"left_out,omitempty"`
	Goals     []goal            `json:"goals"`
	Cells     cells             `json:"cells"`
}

func (b *bench) report(ctx context.Context) error {
	r := results{
		Commit: output(ctx, "git", "describe", "--always", "--dirty", "--abbrev=12"), Date: time.Now().UTC().Truncate(time.Second),
		Took: time.Since(b.started).Round(time.Second).Seconds(), Processor: runtime.NumCPU(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Terraform: strings.TrimPrefix(output(ctx, b.options.terraform, "version"), "Terraform "),
		Rounds:    b.options.rounds, Rows: b.options.rows, LeftOut: b.left, Goals: goalsOf(b.cells, b.options.rows, b.options.scale, b.left), Cells: b.cells,
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		r.Load = strings.Join(strings.Fields(string(load))[:3], " ")
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(b.options.out), 0o755); err != nil { //nolint:gosec // part of the source tree
		return err
	}
	if err := os.WriteFile(b.options.out, append(text, '\n'), 0o644); err != nil { //nolint:gosec // part of the source tree
		return err
	}
	r.print()
	fmt.Printf("\n%d of the goals are missed. The figures are in %s.\n", r.missed(), b.options.out)
	return nil
}

// output is the first line of what a command prints, empty if it fails.
func output(ctx context.Context, name string, args ...string) string {
	out, _ := exec.CommandContext(ctx, name, args...).Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

func (r results) missed() (n int) {
	for _, g := range r.Goals {
		if g.OK != nil && !*g.OK {
			n++
		}
	}
	return n
}

func (r results) print() {
	fmt.Printf("\n%d rows, commit %s, Terraform %s, %d processors (load %s), %s\n\n", r.Rows, r.Commit, r.Terraform, r.Processor, r.Load, time.Duration(r.Took)*time.Second)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WORK\tVARIANT\tROWS\tLATENCY\tCONDITION\tSECONDS\tCPU\tROUNDS\tREQUESTS\tWRITES\t429\tRSS MB")
	for _, c := range r.Cells {
		fmt.Fprintf(out, "%s\t%s\t%d\t%d ms\t%s\t%.2f\t%.2f\t%d\t%d\t%d\t%d\t%.0f\n",
			c.Work, variantOf(c.Variant).label, c.Rows, c.LatencyMS, c.Condition, c.Median, median(c.CPU), len(c.Seconds), c.Requests, c.Writes, c.Refused, c.RSS)
	}
	fmt.Fprintln(out, "\t\t\t\t\t\t\t\t\t\t\t")
	_ = out.Flush()
	out = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WORK\tGOAL\tFIGURE\tOK")
	for _, g := range r.Goals {
		verdict := "-"
		if g.OK != nil {
			verdict = map[bool]string{true: "ok", false: "MISSED"}[*g.OK]
		}
		figure, _, _ := strings.Cut(g.Figure, "\n")
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", g.Work, cmp.Or(g.Goal, "none"), figure, verdict)
	}
	_ = out.Flush()
}
