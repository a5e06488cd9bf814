package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func readResults(file string) (r results, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// The lines between which a page has the table.
const (
	tableBegins = "<!-- bench compare -->\n"
	tableEnds   = "<!-- /bench compare -->\n"
)

// compareAll writes the goals of several runs of one commit beside each other, as a table in Markdown: into a page if one
// is named.
func compareAll(out io.Writer, page string, files []string) error {
	if len(files) == 0 {
		return errors.New("compare needs the files that run wrote, one of each run")
	}
	var runs []results
	for _, file := range files {
		r, err := readResults(file)
		if err != nil {
			return err
		}
		runs = append(runs, r)
		if first := runs[0]; r.Commit != first.Commit || r.Rows != first.Rows || len(r.Goals) != len(first.Goals) {
			return fmt.Errorf("%s has %d rows at commit %s, %s has %d at %s: only runs of the same can be compared",
				files[0], first.Rows, first.Commit, file, r.Rows, r.Commit)
		}
	}
	if page != "" {
		return replaceTable(page, markdown(runs))
	}
	_, err := io.WriteString(out, markdown(runs))
	return err
}

func replaceTable(page, table string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return fmt.Errorf("%s has no lines %q and %q, between which the table goes", page, strings.TrimSpace(tableBegins), strings.TrimSpace(tableEnds))
	}
	return os.WriteFile(page, []byte(before+tableBegins+table+tableEnds+after), 0o644) //nolint:gosec // part of the source tree
}

func markdown(runs []results) string {
	var b strings.Builder
	first := runs[0]
	fmt.Fprintf(&b, "Commit `%s`, %d rows, Terraform %s, %d processors.\n\n| | goal |", first.Commit, first.Rows, first.Terraform, first.Processor)
	for i := range runs {
		fmt.Fprintf(&b, " run %d |", i+1)
	}
	fmt.Fprintf(&b, " met |\n|---|---|%s---|\n", strings.Repeat("---|", len(runs)))
	for i, g := range first.Goals {
		fmt.Fprintf(&b, "| %s | %s |", g.Work, cmp.Or(g.Goal, "none"))
		met, judged := 0, 0
		for _, r := range runs {
			figure, _, _ := strings.Cut(r.Goals[i].Figure, "\n")
			if ok := r.Goals[i].OK; ok != nil {
				judged++
				if *ok {
					met++
				} else {
					figure = "**" + figure + "**"
				}
			}
			fmt.Fprintf(&b, " %s |", figure)
		}
		if judged > 0 {
			fmt.Fprintf(&b, " %d of %d |\n", met, len(runs))
		} else {
			b.WriteString(" |\n")
		}
	}
	b.WriteString("| load average at the end | |")
	for _, r := range runs {
		fmt.Fprintf(&b, " %s |", r.Load)
	}
	b.WriteString(" |\n")
	return b.String()
}
