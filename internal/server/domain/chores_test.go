package domain_test

import (
	"testing"
	"time"
)

// What has ended is removed by a chore, each ten minutes and not whenever somebody looks.
func TestChoresInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ended := func() bool {
		token := must(w.s.IssueToken(t.Context(), "administrator", secret, nil))(t)
		w.now = w.now.Add(time.Hour)
		if err := w.s.DoDueChores(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(-time.Hour) // whoever is known again was not removed
		_, err := w.s.Authenticate(t.Context(), token.AccessToken)
		return err != nil
	}
	if !ended() {
		t.Error("the first look did not remove what had ended")
	}
	if ended() {
		t.Error("looked again at the same time")
	}
	w.now = w.now.Add(10 * time.Minute)
	if !ended() {
		t.Error("did not look again ten minutes later")
	}
}
