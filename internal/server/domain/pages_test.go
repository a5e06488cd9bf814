package domain

import (
	"encoding/base64"
	"errors"
	"slices"
	"testing"
)

func TestCursors(t *testing.T) {
	t.Parallel()
	key := []string{"partner", "ä/\x00", ""}
	if got, err := decodeCursor(encodeCursor(key), 3); err != nil || !slices.Equal(got, key) {
		t.Errorf("%q came back as %q, %v", key, got, err)
	}
	if got, err := decodeCursor("", 3); err != nil || got != nil {
		t.Errorf("the first page: %q, %v", got, err)
	}
	for _, token := range []string{
		"%%%", "bm90IGpzb24", encodeCursor([]string{"one"}), encodeCursor([]string{"1", "2", "3", "4"}),
		base64.RawURLEncoding.EncodeToString([]byte(`{"a":1}`)), base64.RawURLEncoding.EncodeToString([]byte(`[1,2,3]`)),
		encodeCursor(key) + "=",
	} {
		var e *Error
		if _, err := decodeCursor(token, 3); !errors.As(err, &e) || e.Code != CodeInvalidRequest || e.Field != "" {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestPageSize(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{-1: 100, 0: 100, 1: 1, 500: 500, 501: 500} {
		if got := (Page{Size: size}).size(); got != want {
			t.Errorf("size %d: %d, want %d", size, got, want)
		}
	}
}
