package rest_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// staff is a directory of one person.
type staff struct{}

func (staff) Read(_ context.Context, config domain.DirectoryConfig, each func(domain.DirectoryPerson) error) error {
	if config.LDAP.Password.Reveal() != "canary-of-the-directory" {
		return errors.New("another password")
	}
	return each(domain.DirectoryPerson{ID: "1", Email: "Mia@northwind-msp.example", Name: "Mia Lang", Aliases: []string{"m.lang@northwind-msp.example"}})
}

const ldapDirectory = `{"type":"domino","description":"Staff","ldap":{"host":"dc1.northwind-msp.example","encryption":"none",
	"bind_dn":"CN=portal","base_dn":"O=Northwind","user_filter":"(mail=*)","password":"canary-of-the-directory"}}`

// An integration from its creation to what a synchronization makes of it. No answer holds its secret, whatever is asked.
func TestDirectoryOverHTTP(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t, servertest.WithDirectories(staff{}))
	c := s.Main(t)
	const path = "/v1/directories/Staff%20%26%20friends"
	var answers bytes.Buffer
	do := func(method, path string, body any, want int, headers ...string) servertest.Response {
		t.Helper()
		r := c.Do(t, method, path, body, headers...)
		answers.Write(r.Body)
		if r.Status != want {
			t.Fatalf("%s %s: %d %s", method, path, r.Status, r.Body)
		}
		return r
	}
	do(http.MethodPut, path+"?validate_only=true", ldapDirectory, 200)
	created := do(http.MethodPut, path, ldapDirectory, 201, "If-None-Match", "*", "Idempotency-Key", "one")
	if got := created.JSON(t); got["status"] != "queued" || got["name"] != "Staff & friends" || got["ldap"].(map[string]any)["port"] != 389.0 {
		t.Errorf("created %v", got)
	}
	if got := do(http.MethodPut, path, ldapDirectory, 201, "If-None-Match", "*", "Idempotency-Key", "one"); !bytes.Equal(got.Body, created.Body) {
		t.Errorf("the same key: %s", got.Body)
	}
	do(http.MethodPut, path, strings.Replace(ldapDirectory, "Staff", "Others", 1), 409, "Idempotency-Key", "one")
	do(http.MethodPut, path, ldapDirectory, 412, "If-None-Match", "*")
	do(http.MethodPost, path+":sync?validate_only=true", nil, 200)
	do(http.MethodPost, path+":sync", nil, 202, "Idempotency-Key", "two")
	if err := s.Service.DoChores(t.Context()); err != nil {
		t.Fatal(err)
	}
	synced := do(http.MethodGet, path, nil, 200)
	got := synced.JSON(t)
	if got["status"] != "ok" || got["user_count"] != 1.0 || got["last_sync"].(map[string]any)["created"] != 1.0 || synced.Header.Get("ETag") != created.Header.Get("ETag") {
		t.Errorf("synchronized %v, ETag %s, was %s", got, synced.Header.Get("ETag"), created.Header.Get("ETag"))
	}
	mia := do(http.MethodGet, users+"mia@northwind-msp.example", nil, 200).JSON(t)
	if mia["source"] != "directory" || mia["directory"] != "Staff & friends" || !mia["enabled"].(bool) {
		t.Errorf("got %v", mia)
	}
	do(http.MethodGet, "/v1/directories", nil, 200)
	do(http.MethodGet, "/v1/audit-events?page_size=500", nil, 200)
	do(http.MethodDelete, path, nil, 204)
	if strings.Contains(answers.String(), "canary") {
		t.Errorf("an answer holds the secret: %s", &answers)
	}
}

// Refused bodies are not repeated where they hold a secret.
func TestDirectoryRefusalsOverHTTP(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	for body, want := range map[string]string{
		`{"type":"google","google":{"admin_email":"it@northwind-msp.example","service_account_key":"canary"}}`:     "/google/service_account_key",
		`{"type":"google","google":{"admin_email":"it@northwind-msp.example","service_account_key":{"canary":1}}}`: "/google/service_account_key",
		`{"type":"domino","ldap":{"host":"canary","bind_dn":"CN=a","base_dn":"O=b","passwort":"canary"}}`:          "/ldap/passwort",
	} {
		r := c.Do(t, http.MethodPut, "/v1/directories/new", body)
		if r.Field() != want || strings.Contains(string(r.Body), "canary") {
			t.Errorf("%s: got %d %s", body, r.Status, r.Body)
		}
	}
}

// The database keeps of requests what tells them apart, and nothing by which a secret could be tried out.
func TestFingerprintsKnowNoSecrets(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	c := s.Main(t)
	first := c.Do(t, http.MethodPut, "/v1/directories/new", ldapDirectory, "Idempotency-Key", "one")
	again := c.Do(t, http.MethodPut, "/v1/directories/new", strings.Replace(ldapDirectory, "canary-of-the-directory", "another", 1), "Idempotency-Key", "one")
	if first.Status != http.StatusCreated || again.Status != http.StatusCreated {
		t.Errorf("got %d, then %d %s", first.Status, again.Status, again.Body)
	}
}
