package store

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// testedTable is what the tests ask a table of any kind.
type testedTable interface {
	plan(field string) (plannedQuery, error)
	misplaced() []string
}

// testedTables are all that transactions have.
func testedTables(t *testing.T, d dialect) []testedTable {
	t.Helper()
	var all []testedTable
	for _, method := range reflect.ValueOf(domain.Tx(&tx{tables: newTables(d)})).Methods() {
		table, ok := method.Call(nil)[0].Interface().(testedTable)
		if !ok {
			t.Fatalf("%v is no table of ours", method)
		}
		all = append(all, table)
	}
	return all
}

// TestColumns checks that each column keeps the field that it is named after: what is mixed up comes back as it went,
// but is selected by the wrong name.
func TestColumns(t *testing.T) {
	t.Parallel()
	for _, table := range testedTables(t, sqliteDialect) {
		for _, problem := range table.misplaced() {
			t.Error(problem)
		}
	}
}

var wordStart = regexp.MustCompile(`([a-z])([A-Z])|([A-Z])([A-Z][a-z])`)

// misplaced fills one field at a time and looks which column changes.
func (t *table[T]) misplaced() (problems []string) {
	for field := range reflect.TypeFor[T]().Fields() {
		want := strings.ToLower(wordStart.ReplaceAllString(strings.ReplaceAll(field.Name, "IPs", "Ips"), "${1}${3}_${2}${4}"))
		if want == "to" { // a reserved word
			want = "recipient"
		}
		var row T
		var f filler
		f.fill(reflect.ValueOf(&row).Elem().FieldByIndex(field.Index), field.Name)
		var changed []string
		for i, c := range t.bind(&row) {
			filled, _ := c.field.Value() // would be found by testRows
			empty, _ := t.bind(new(T))[i].field.Value()
			if !reflect.DeepEqual(filled, empty) {
				changed = append(changed, c.name)
			}
		}
		if got := strings.Join(changed, " and "); got != want {
			problems = append(problems, fmt.Sprintf("%s: %s is kept in %q, want %q", t.name, field.Name, got, want))
		}
	}
	return problems
}
