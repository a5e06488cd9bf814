package directory_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// canary is the secret of every directory here; it may be in no error.
const canary = "hunter2-canary"

// read answers everybody, by address.
func read(t *testing.T, reader *directory.Reader, config domain.DirectoryConfig) ([]domain.DirectoryPerson, error) {
	t.Helper()
	var people []domain.DirectoryPerson
	err := reader.Read(t.Context(), config, func(p domain.DirectoryPerson) error {
		people = append(people, p)
		return nil
	})
	slices.SortFunc(people, func(a, b domain.DirectoryPerson) int { return cmp.Compare(a.Email, b.Email) })
	return people, err
}

// wantFailure reads a directory that can't be read to its end.
func wantFailure(t *testing.T, reader *directory.Reader, config domain.DirectoryConfig, kind domain.DirectoryErrorKind, says string) {
	t.Helper()
	_, err := read(t, reader, config)
	var failed *domain.DirectoryError
	if !errors.As(err, &failed) {
		t.Errorf("got %v, want a failure of the kind %s", err, kind)
		return
	}
	if failed.Kind != kind || !strings.Contains(failed.Detail, says) {
		t.Errorf("got %v, want %s with %q", err, kind, says)
	}
	if strings.HasSuffix(strings.TrimSpace(failed.Detail), ":") {
		t.Errorf("%q announces words that do not come", failed.Detail)
	}
	if strings.Contains(err.Error(), canary) {
		t.Errorf("the error shows the secret: %v", err)
	}
}

func TestSettingsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, config := range []domain.DirectoryConfig{
		{Type: domain.DirectoryActiveDirectory, Azure: &domain.AzureConfig{}},
		{Type: domain.DirectoryGoogle, LDAP: &domain.LDAPConfig{}},
		{Type: "nis", LDAP: &domain.LDAPConfig{}},
		{},
	} {
		wantFailure(t, directory.New(directory.Options{}), config, domain.DirectoryMalformed, "no settings that fit")
	}
}

// wantEnds reads from a directory that never ends, with a context that does.
func wantEnds(t *testing.T, reader *directory.Reader, config domain.DirectoryConfig) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	err := reader.Read(ctx, config, func(domain.DirectoryPerson) error { return nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 25*time.Second {
		t.Errorf("it took %v", took)
	}
}

// wantStops ends a reading by an error of its own after the first person.
func wantStops(t *testing.T, reader *directory.Reader, config domain.DirectoryConfig) {
	t.Helper()
	enough := errors.New("enough")
	seen := 0
	err := reader.Read(t.Context(), config, func(domain.DirectoryPerson) error {
		seen++
		return enough
	})
	if err != enough || seen != 1 { //nolint:errorlint // it has to be the very error
		t.Errorf("got %v after %d people", err, seen)
	}
}
