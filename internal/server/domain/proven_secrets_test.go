package domain

import (
	"fmt"
	"testing"
	"time"
)

func TestProvenSecrets(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	compared := 0
	p := newProvenSecrets(func() time.Time { return now })
	p.compare = func(kept, secret string) (bool, error) {
		compared++
		return secretMatches(kept, secret)
	}
	hash := func(secret string) string {
		kept, err := hashSecret(secret, 1)
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	one, again := hash("right"), hash("right")
	steps := []struct {
		name         string
		kept, secret string
		after        time.Duration
		want         bool
		work         int
	}{
		{"the first time", one, "right", 0, true, 1},
		{"known", one, "right", 0, true, 0},
		{"another secret", one, "wrong", 0, false, 1},
		{"the same wrong one", one, "wrong", 0, false, 1},
		{"still known", one, "right", provenFor - 1, true, 0},
		{"after its time", one, "right", 1, true, 1},
		{"another hash of the same secret", again, "right", 0, true, 1},
		{"a hash of no secret", decoyHash(1), "right", 0, false, 1},
		{"no secret", one, "", 0, false, 1},
	}
	for _, step := range steps {
		now = now.Add(step.after)
		compared = 0
		if got, err := p.matches(step.kept, step.secret); got != step.want || err != nil || compared != step.work {
			t.Errorf("%s: %v, %v, compared %d times; want %v, %d times", step.name, got, err, compared, step.want, step.work)
		}
	}
	if p.seen[one].code == p.seen[again].code {
		t.Error("what is kept shows that two clients have the same secret")
	}
	if _, err := p.matches("damaged", "right"); err == nil {
		t.Error("a damaged hash is no error")
	}
}

func TestProvenSecretsAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	p := newProvenSecrets(func() time.Time { return now })
	keep := func(from, to int) {
		for i := from; i < to; i++ {
			kept := fmt.Sprint(i)
			p.keep(kept, p.code(kept, "right"))
		}
	}
	keep(0, provenAtMost/2)
	now = now.Add(provenFor)
	keep(provenAtMost/2, provenAtMost+1)
	if got, want := len(p.seen), provenAtMost/2+1; got != want {
		t.Errorf("%d are known after those whose time is up went, want %d", got, want)
	}
	keep(2*provenAtMost, 3*provenAtMost)
	if len(p.seen) > provenAtMost {
		t.Errorf("%d are known", len(p.seen))
	}
}
