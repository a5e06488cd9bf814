package store

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// column binds a column to the field of a row.
type column struct {
	name  string
	field field
}

// field moves one field of a row into its column and back.
type field interface {
	driver.Valuer
	sql.Scanner
	// argument converts what a condition compares the column with; nil stands for NULL. It fails for a value of
	// another type than the column's.
	argument(v any) (driver.Value, error)
}

// timeLayout is fixed-width, so that times compare as their texts do.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

func mismatch(want string, got any) error { return fmt.Errorf("%T where a %s belongs", got, want) }

// text is a string, or a type made from one.
func text[S ~string](p *S) field { return textField[S]{p} }

type textField[S ~string] struct{ p *S }

func (f textField[S]) Value() (driver.Value, error) { return string(*f.p), nil }

func (f textField[S]) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return mismatch("text", src)
	}
	*f.p = S(s)
	return nil
}

func (textField[S]) argument(v any) (driver.Value, error) {
	if s := reflect.ValueOf(v); s.Kind() == reflect.String {
		return s.String(), nil
	}
	return nil, mismatch("string", v)
}

// optionalText is a string whose empty value is kept as NULL, so that it is neither unique nor a reference.
func optionalText(p *string) field { return optionalTextField{textField[string]{p}} }

type optionalTextField struct{ textField[string] }

func (f optionalTextField) Value() (driver.Value, error) { return f.argument(*f.p) }

func (f optionalTextField) Scan(src any) error {
	if src == nil {
		*f.p = ""
		return nil
	}
	return f.textField.Scan(src)
}

func (f optionalTextField) argument(v any) (driver.Value, error) {
	value, err := f.textField.argument(v)
	if value == "" {
		return nil, err
	}
	return value, err
}

// integer is a whole number.
func integer(p *int) field { return integerField{p} }

type integerField struct{ p *int }

func (f integerField) Value() (driver.Value, error) { return int64(*f.p), nil }

func (f integerField) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return mismatch("number", src)
	}
	*f.p = int(n)
	return nil
}

func (integerField) argument(v any) (driver.Value, error) {
	if n, ok := v.(int); ok {
		return int64(n), nil
	}
	return nil, mismatch("int", v)
}

// boolean is a truth value; engines without such a type give it back as 0 or 1.
func boolean(p *bool) field { return booleanField{p} }

type booleanField struct{ p *bool }

func (f booleanField) Value() (driver.Value, error) { return *f.p, nil }

func (f booleanField) Scan(src any) error {
	switch v := src.(type) {
	case bool:
		*f.p = v
	case int64:
		*f.p = v != 0
	default:
		return mismatch("truth value", src)
	}
	return nil
}

func (booleanField) argument(v any) (driver.Value, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	return nil, mismatch("bool", v)
}

// instant is a point in time, to the nanosecond, read back in UTC.
func instant(p *time.Time) field { return instantField{p} }

type instantField struct{ p *time.Time }

func (f instantField) Value() (driver.Value, error) { return f.argument(*f.p) }

func (f instantField) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return mismatch("time", src)
	}
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return err
	}
	*f.p = t
	return nil
}

func (instantField) argument(v any) (driver.Value, error) {
	if t, ok := v.(time.Time); ok {
		return t.UTC().Format(timeLayout), nil
	}
	return nil, mismatch("time.Time", v)
}

// optionalInstant is a point in time, or NULL for nil.
func optionalInstant(p **time.Time) field { return optionalInstantField{p} }

type optionalInstantField struct{ p **time.Time }

func (f optionalInstantField) Value() (driver.Value, error) {
	if *f.p == nil {
		return nil, nil
	}
	return instantField{*f.p}.Value()
}

func (f optionalInstantField) Scan(src any) error {
	*f.p = nil
	if src == nil {
		return nil
	}
	var t time.Time
	if err := (instantField{&t}).Scan(src); err != nil {
		return err
	}
	*f.p = &t
	return nil
}

func (optionalInstantField) argument(v any) (driver.Value, error) {
	return instantField{}.argument(v)
}

// document is any value as JSON text, or NULL for nil.
func document[V any](p *V) field { return documentField[V]{p} }

type documentField[V any] struct{ p *V }

func (f documentField[V]) Value() (driver.Value, error) {
	data, err := json.Marshal(*f.p)
	if err != nil {
		return nil, err
	}
	if string(data) == "null" {
		return nil, nil
	}
	return string(data), nil
}

func (f documentField[V]) Scan(src any) error {
	var v V
	if src != nil {
		s, ok := src.(string)
		if !ok {
			return mismatch("document", src)
		}
		if err := json.Unmarshal([]byte(s), &v); err != nil {
			return err
		}
	}
	*f.p = v
	return nil
}

func (documentField[V]) argument(any) (driver.Value, error) { return nil, errNotComparable }

// raw is JSON text kept to the letter, or NULL for nil.
func raw(p *json.RawMessage) field { return rawField{p} }

type rawField struct{ p *json.RawMessage }

func (f rawField) Value() (driver.Value, error) {
	if *f.p == nil {
		return nil, nil
	}
	return string(*f.p), nil
}

func (f rawField) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*f.p = nil
	case string:
		*f.p = json.RawMessage(v)
	default:
		return mismatch("document", src)
	}
	return nil
}

func (rawField) argument(any) (driver.Value, error) { return nil, errNotComparable }

// blob is bytes, or NULL for nil.
func blob(p *[]byte) field { return blobField{p} }

type blobField struct{ p *[]byte }

func (f blobField) Value() (driver.Value, error) {
	if *f.p == nil {
		return nil, nil
	}
	return *f.p, nil
}

func (f blobField) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*f.p = nil
	case []byte:
		*f.p = bytes.Clone(v) // the driver may use its buffer again
	default:
		return mismatch("blob", src)
	}
	return nil
}

func (blobField) argument(any) (driver.Value, error) { return nil, errNotComparable }
