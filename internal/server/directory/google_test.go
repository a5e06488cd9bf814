package directory_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directorytest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

var quiet = log.New(io.Discard, "", 0)

// google is a stand-in of Google's, a reader of it, and the settings that are right. The key file points elsewhere for
// its token, which nobody shall follow.
func google(t *testing.T) (*directorytest.Google, *directory.Reader, domain.DirectoryConfig, *naps) {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("somebody else was asked: %s", r.URL) }))
	t.Cleanup(elsewhere.Close)
	standIn, err := directorytest.NewGoogle("admin@northwind.example")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(standIn)
	t.Cleanup(server.Close)
	key, err := standIn.KeyFile(elsewhere.URL)
	if err != nil {
		t.Fatal(err)
	}
	var slept naps
	reader := directory.New(directory.Options{
		Endpoints: directory.Endpoints{Google: directory.GoogleEndpoints{Token: server.URL + "/token", Directory: server.URL}}, Timeout: 20 * time.Second, Wait: slept.wait,
	})
	return standIn, reader, domain.DirectoryConfig{Type: domain.DirectoryGoogle, Google: &domain.GoogleConfig{
		AdminEmail: "admin@northwind.example", ServiceAccountKey: domain.NewSecret(key),
	}}, &slept
}

func TestGooglePeople(t *testing.T) {
	t.Parallel()
	standIn, reader, config, _ := google(t)
	standIn.Set(
		directorytest.GoogleUser("1", "Kim Lee", "Kim@northwind.example", "aliases", []string{"kim.lee@northwind.example", "KIM@northwind.example"},
			"nonEditableAliases", []string{"kim@northwind.test-google-a.com"},
			"phones", []map[string]any{{"value": "+44 1", "type": "home"}, {"value": "+44 2", "type": "work", "primary": true}, {"value": "+44 3"}}),
		directorytest.GoogleUser("2", "", "suspended@northwind.example", "suspended", true, "phones", []map[string]any{{"value": "+44 4"}, {"value": "+44 5"}}),
		directorytest.GoogleUser("3", "Zed", "zed@northwind.example", "archived", true),
	)
	got, err := read(t, reader, config)
	if err != nil || len(got) != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if p := got[0]; p.ID != "1" || p.Email != "Kim@northwind.example" || p.Name != "Kim Lee" || p.Phone != "+44 2" || !slices.Equal(p.Aliases, []string{"kim.lee@northwind.example"}) || p.Disabled {
		t.Errorf("Kim is %+v", p)
	}
	if p := got[1]; p.ID != "2" || p.Name != "" || p.Phone != "+44 4" || p.Aliases != nil || !p.Disabled {
		t.Errorf("who is suspended is %+v", p)
	}
	if p := got[2]; p.ID != "3" || !p.Disabled {
		t.Errorf("who is archived is %+v", p)
	}
}

func TestGooglePages(t *testing.T) {
	t.Parallel()
	standIn, reader, config, _ := google(t)
	standIn.Set(directorytest.GoogleUsers("many.example", 1234)...)
	got, err := read(t, reader, config)
	if err != nil || len(got) != 1234 || got[1233].Email != "user1234@many.example" || standIn.Pages() != 3 || standIn.SignIns() != 1 {
		t.Errorf("%d people in %d pages after %d sign-ins, %v", len(got), standIn.Pages(), standIn.SignIns(), err)
	}
	wantStops(t, reader, config)
	standIn.Set()
	if got, err := read(t, reader, config); err != nil || len(got) > 0 {
		t.Errorf("of nobody: %+v, %v", got, err)
	}
}

// TestGoogleThrottling: Google says "too many" with a 403 as well.
func TestGoogleThrottling(t *testing.T) {
	t.Parallel()
	busy := directorytest.Trouble{After: 1, Times: 2, Status: http.StatusForbidden, Body: `{"error":{"code":403,"message":"Rate Limit Exceeded","errors":[{"reason":"rateLimitExceeded"}]}}`}
	standIn, reader, config, slept := google(t)
	standIn.Set(directorytest.GoogleUsers("many.example", 600)...)
	standIn.Disturb(busy)
	if got, err := read(t, reader, config); err != nil || len(got) != 600 || !slices.Equal(slept.taken, []time.Duration{time.Second, 2 * time.Second}) {
		t.Errorf("%d people, slept %v, %v", len(got), slept.taken, err)
	}
	busy.Times = 99
	standIn.Disturb(busy)
	wantFailure(t, reader, config, domain.DirectoryRateLimited, "patience")
}

func TestGoogleRefusals(t *testing.T) {
	t.Parallel()
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(elliptical)
	if err != nil {
		t.Fatal(err)
	}
	// key changes the settings' key file.
	key := func(change func(map[string]string)) func(*testing.T, *directorytest.Google, *domain.GoogleConfig) {
		return func(t *testing.T, _ *directorytest.Google, c *domain.GoogleConfig) {
			t.Helper()
			var file map[string]string
			if err := json.Unmarshal([]byte(c.ServiceAccountKey.Reveal()), &file); err != nil {
				t.Fatal(err)
			}
			change(file)
			text, err := json.Marshal(file)
			if err != nil {
				t.Fatal(err)
			}
			c.ServiceAccountKey = domain.NewSecret(string(text))
		}
	}
	for name, c := range map[string]struct {
		change func(*testing.T, *directorytest.Google, *domain.GoogleConfig)
		kind   domain.DirectoryErrorKind
		says   string
	}{
		"another key": {func(t *testing.T, _ *directorytest.Google, c *domain.GoogleConfig) {
			t.Helper()
			other, err := directorytest.NewGoogle("")
			if err != nil {
				t.Fatal(err)
			}
			text, err := other.KeyFile("")
			if err != nil {
				t.Fatal(err)
			}
			c.ServiceAccountKey = domain.NewSecret(text)
		}, domain.DirectoryCredentials, "Invalid JWT Signature."},
		"another account": {key(func(f map[string]string) { f["client_email"] = "other@stand-in.iam.gserviceaccount.com" }), domain.DirectoryCredentials, "issuer"},
		"not this admin": {func(_ *testing.T, _ *directorytest.Google, c *domain.GoogleConfig) {
			c.AdminEmail = "other@northwind.example"
		}, domain.DirectoryCredentials, "Invalid email"},
		"no delegation": {func(_ *testing.T, g *directorytest.Google, _ *domain.GoogleConfig) { g.NoDelegation = true }, domain.DirectoryForbidden, directorytest.UserScope},
		"no privilege":  {func(_ *testing.T, g *directorytest.Google, _ *domain.GoogleConfig) { g.NoPrivilege = true }, domain.DirectoryForbidden, "read users"},
		"the same page": {func(_ *testing.T, g *directorytest.Google, _ *domain.GoogleConfig) { g.NextToken = "0" }, domain.DirectoryMalformed, "same page"},
		"nobody": {func(_ *testing.T, g *directorytest.Google, _ *domain.GoogleConfig) {
			g.Set(map[string]any{"primaryEmail": "x@y.example"})
		}, domain.DirectoryMalformed, "no id"},
		"key: no JSON": {func(_ *testing.T, _ *directorytest.Google, c *domain.GoogleConfig) {
			c.ServiceAccountKey = domain.NewSecret(canary)
		}, domain.DirectoryMalformed, "is not JSON"},
		"key: of a user": {key(func(f map[string]string) { f["type"] = "authorized_user" }), domain.DirectoryMalformed, "is not of a service account"},
		"key: nobody's":  {key(func(f map[string]string) { f["client_email"] = "" }), domain.DirectoryMalformed, "is not of a service account"},
		"key: no PEM":    {key(func(f map[string]string) { f["private_key"] = canary }), domain.DirectoryMalformed, "PEM"},
		"key: damaged": {key(func(f map[string]string) {
			f["private_key"] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
		}), domain.DirectoryMalformed, "can't be read"},
		"key: not one of RSA": {key(func(f map[string]string) {
			f["private_key"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		}), domain.DirectoryMalformed, "RSA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn, reader, config, _ := google(t)
			standIn.Set(directorytest.GoogleUsers("many.example", 3)...)
			c.change(t, standIn, config.Google)
			wantFailure(t, reader, config, c.kind, c.says)
			if _, err := read(t, reader, config); strings.Contains(err.Error(), "PRIVATE KEY") {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}
