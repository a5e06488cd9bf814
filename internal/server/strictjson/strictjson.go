// Package strictjson decodes JSON that must mean exactly one thing. Unlike encoding/json it refuses unknown and repeated
// names, names in another case, null, and anything behind the value; and it says where, as a JSON pointer and as an
// offset. Its errors never hold a submitted value, which may be a secret.
package strictjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is why a text was refused.
type Error struct {
	Pointer string // JSON pointer (RFC 6901) of the value at fault; empty for the text as a whole
	Offset  int64  // in bytes, behind the token at fault
	Reason  string // what is wrong and what would be right
	Syntax  bool   // the text is no JSON at all
}

func (e *Error) Error() string {
	if e.Pointer == "" {
		return e.Reason
	}
	return e.Pointer + ": " + e.Reason
}

// Position of an offset in data, both counted from 1; the column counts bytes.
func Position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset, 0), int64(len(data)))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// Unmarshal decodes one JSON value into v, a pointer to a struct. Every refusal is an *Error.
func Unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return &Error{Syntax: true, Reason: "the text is not valid UTF-8"}
	}
	w := walker{json.NewDecoder(bytes.NewReader(data)), map[reflect.Type]map[string]reflect.Type{}}
	w.UseNumber()
	if err := w.value(reflect.TypeOf(v), ""); err != nil {
		return err
	}
	if _, err := w.Token(); !errors.Is(err, io.EOF) {
		return &Error{Syntax: true, Offset: w.InputOffset(), Reason: "there is more behind the JSON value; send exactly one"}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &Error{Reason: "the value does not fit its place"}
	}
	return nil
}

// walker reads a text token by token beside the type that it shall become.
type walker struct {
	*json.Decoder
	fields map[reflect.Type]map[string]reflect.Type // of the structs that were met, which repeat in lists
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

func (w walker) value(t reflect.Type, at string) error {
	token, err := w.token()
	if err != nil {
		return err
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return w.text(token, t, at)
	}
	switch t.Kind() {
	case reflect.Struct:
		return w.object(token, t, at)
	case reflect.Slice:
		return w.array(token, t, at)
	case reflect.String:
		if _, ok := token.(string); !ok {
			return w.mismatch(token, "a string", at)
		}
	case reflect.Bool:
		if _, ok := token.(bool); !ok {
			return w.mismatch(token, "true or false", at)
		}
	case reflect.Int:
		number, ok := token.(json.Number)
		if !ok {
			return w.mismatch(token, "a whole number", at)
		}
		if _, err := strconv.ParseInt(number.String(), 10, strconv.IntSize); err != nil {
			return w.refuse(at, "must be a whole number of usual size, written without fraction or exponent")
		}
	case reflect.Float64:
		number, ok := token.(json.Number)
		if !ok {
			return w.mismatch(token, "a number", at)
		}
		if _, err := number.Float64(); err != nil {
			return w.refuse(at, "must be a number of usual size")
		}
	default:
		panic("strictjson: no rule for " + t.String()) // a new kind of field in our own types
	}
	return nil
}

func (w walker) object(token json.Token, t reflect.Type, at string) error {
	if token != json.Delim('{') {
		return w.mismatch(token, "an object", at)
	}
	fields, seen := w.fieldsOf(t), map[string]bool{}
	for w.More() {
		token, err := w.token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			panic("strictjson: the decoder took a name that is no string")
		}
		at := at + "/" + escape(clip(name))
		field, ok := fields[name]
		switch {
		case !ok:
			return w.refuse(at, "there is no such field; known here: "+strings.Join(names(fields), ", "))
		case seen[name]:
			return w.refuse(at, "the field is given twice")
		}
		seen[name] = true
		if err := w.value(field, at); err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

func (w walker) array(token json.Token, t reflect.Type, at string) error {
	if token != json.Delim('[') {
		return w.mismatch(token, "an array", at)
	}
	for i := 0; w.More(); i++ {
		if err := w.value(t.Elem(), at+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

func (w walker) text(token json.Token, t reflect.Type, at string) error {
	text, ok := token.(string)
	if !ok {
		return w.mismatch(token, "a string", at)
	}
	value, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	if !ok || value.UnmarshalText([]byte(text)) != nil {
		return w.refuse(at, "does not have the form that is wanted here ("+t.String()+")")
	}
	return nil
}

func (w walker) token() (json.Token, error) {
	token, err := w.Token()
	switch {
	case err == nil:
		return token, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &Error{Syntax: true, Offset: w.InputOffset(), Reason: "the JSON text ends too early"}
	default:
		return nil, &Error{Syntax: true, Offset: w.InputOffset(), Reason: fmt.Sprintf("the text is no JSON, behind byte %d", w.InputOffset())}
	}
}

func (w walker) mismatch(token json.Token, want, at string) error {
	got := "an object"
	switch token := token.(type) {
	case nil:
		got = "null; leave the field out instead"
	case string:
		got = "a string"
	case bool:
		got = "a boolean"
	case json.Number:
		got = "a number"
	case json.Delim:
		if token == '[' {
			got = "an array"
		}
	}
	return w.refuse(at, "must be "+want+", not "+got)
}

func (w walker) refuse(at, reason string) error {
	return &Error{Pointer: at, Offset: w.InputOffset(), Reason: reason}
}

// fieldsOf a struct by their JSON names, those of embedded structs included.
func (w walker) fieldsOf(t reflect.Type) map[string]reflect.Type {
	if fields, ok := w.fields[t]; ok {
		return fields
	}
	fields := map[string]reflect.Type{}
	w.fields[t] = fields
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.Anonymous && f.IsExported() && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

func names(fields map[string]reflect.Type) []string {
	list := make([]string, 0, len(fields))
	for name := range fields {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// clip keeps a stranger's field name from filling the answer.
func clip(name string) string {
	if len(name) > 64 {
		return name[:64]
	}
	return name
}

func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
