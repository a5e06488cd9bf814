package domain

import (
	"strings"
	"testing"
)

func TestSecretMatches(t *testing.T) {
	t.Parallel()
	kept, err := hashSecret("correct horse", 1000)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(kept, "correct") || !strings.HasPrefix(kept, "pbkdf2-sha256$1000$") {
		t.Errorf("kept as %q", kept)
	}
	if again, _ := hashSecret("correct horse", 1000); again == kept {
		t.Error("no salt: one secret hashes to the same twice")
	}
	for secret, want := range map[string]bool{"correct horse": true, "correct hors": false, "": false} {
		if got, err := secretMatches(kept, secret); err != nil || got != want {
			t.Errorf("%q: %v, %v", secret, got, err)
		}
	}
	if got, err := secretMatches(decoyHash(1000), ""); err != nil || got {
		t.Errorf("the decoy matches: %v, %v", got, err)
	}
	for _, damaged := range []string{"", "plain", "md5$1$a$b", "pbkdf2-sha256$x$AA$AA", "pbkdf2-sha256$1$AA$AA", "pbkdf2-sha256$1$!$!"} {
		if got, err := secretMatches(damaged, ""); err == nil || got {
			t.Errorf("%q is taken for a hash", damaged)
		}
	}
}

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	a, b := newAccessToken(), newAccessToken()
	if a == b || len(a) != 43 {
		t.Errorf("tokens %q, %q", a, b)
	}
	if hash := tokenHash(a); len(hash) != 64 || strings.Contains(hash, a) || hash != tokenHash(a) || hash == tokenHash(b) {
		t.Errorf("hash %q", hash)
	}
}
