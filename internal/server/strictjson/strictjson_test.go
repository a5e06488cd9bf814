package strictjson_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/strictjson"
)

type base struct {
	Name string `json:"name"`
}

type target struct {
	base
	Count  *int       `json:"count"`
	Ratio  float64    `json:"ratio"`
	On     *bool      `json:"on"`
	At     *time.Time `json:"at"`
	Tags   []string   `json:"tags"`
	Items  []item     `json:"items"`
	Hidden string     `json:"-"`
}

type item struct {
	Role string `json:"role"`
}

func TestUnmarshal(t *testing.T) {
	t.Parallel()
	var got target
	err := strictjson.Unmarshal([]byte(` {"name":"a","count":3,"ratio":0.5,"on":false,"at":"2026-01-02T03:04:05Z","tags":["x"],"items":[{"role":"r"}]} `), &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "a" || *got.Count != 3 || got.Ratio != 0.5 || *got.On || got.At.Year() != 2026 || got.Tags[0] != "x" || got.Items[0].Role != "r" {
		t.Errorf("got %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, pointer, reason string }{
		{"empty", ``, "", "ends too early"},
		{"cut off", `{"name":"a"`, "", "ends too early"},
		{"no JSON", `{name:"a"}`, "", "no JSON"},
		{"trailing comma", `{"name":"a",}`, "", "no JSON"},
		{"two values", `{} {}`, "", "exactly one"},
		{"garbage behind", `{} x`, "", "exactly one"},
		{"not UTF-8", "{\"name\":\"\xff\"}", "", "UTF-8"},
		{"not an object", `[]`, "", "must be an object, not an array"},
		{"null", `null`, "", "not null"},
		{"unknown", `{"nam":"a"}`, "/nam", "no such field; known here: "},
		{"other case", `{"Name":"a"}`, "/Name", "no such field"},
		{"hidden", `{"-":"a"}`, "/-", "no such field"},
		{"escaped pointer", `{"a/b~c":"a"}`, "/a~1b~0c", "no such field"},
		{"twice", `{"name":"a","name":"b"}`, "/name", "given twice"},
		{"null field", `{"count":null}`, "/count", "leave the field out"},
		{"string for number", `{"count":"SECRET"}`, "/count", "must be a whole number, not a string"},
		{"fraction", `{"count":1.5}`, "/count", "without fraction"},
		{"exponent", `{"count":1e3}`, "/count", "without fraction"},
		{"too large", `{"count":99999999999999999999}`, "/count", "usual size"},
		{"huge float", `{"ratio":1e999}`, "/ratio", "usual size"},
		{"string for float", `{"ratio":"1"}`, "/ratio", "must be a number"},
		{"number for bool", `{"on":1}`, "/on", "must be true or false, not a number"},
		{"number for string", `{"name":1}`, "/name", "must be a string, not a number"},
		{"object for array", `{"tags":{}}`, "/tags", "must be an array, not an object"},
		{"element", `{"tags":["a",true]}`, "/tags/1", "must be a string, not a boolean"},
		{"nested", `{"items":[{"role":"r"},{"rule":"r"}]}`, "/items/1/rule", "no such field; known here: role"},
		{"bad time", `{"at":"SECRET"}`, "/at", "form"},
		{"number for time", `{"at":5}`, "/at", "must be a string"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var bad *strictjson.Error
			if err := strictjson.Unmarshal([]byte(test.text), &target{}); !errors.As(err, &bad) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if bad.Pointer != test.pointer || !strings.Contains(bad.Reason, test.reason) {
				t.Errorf("got %q %q, want %q %q", bad.Pointer, bad.Reason, test.pointer, test.reason)
			}
			if strings.Contains(bad.Error(), "SECRET") {
				t.Errorf("the refusal repeats a submitted value: %v", bad)
			}
		})
	}
}

func TestPosition(t *testing.T) {
	t.Parallel()
	data := []byte("ab\ncd\n")
	for offset, want := range map[int64][2]int{0: {1, 1}, 2: {1, 3}, 3: {2, 1}, 5: {2, 3}, 99: {3, 1}} {
		if line, column := strictjson.Position(data, offset); line != want[0] || column != want[1] {
			t.Errorf("offset %d: got %d:%d, want %v", offset, line, column, want)
		}
	}
}
