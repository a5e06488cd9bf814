package domain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// fakeDirectory names whoever a test says.
type fakeDirectory struct {
	mu      sync.Mutex
	people  []domain.DirectoryPerson
	err     error
	reading func(domain.DirectoryConfig) // called first, if not nil
}

func (f *fakeDirectory) Read(_ context.Context, config domain.DirectoryConfig, each func(domain.DirectoryPerson) error) error {
	f.mu.Lock()
	people, err, reading := slices.Clone(f.people), f.err, f.reading
	f.mu.Unlock()
	if reading != nil {
		reading(config)
	}
	for _, person := range people {
		if err := each(person); err != nil {
			return err
		}
	}
	return err
}

// boxes seals by writing the context in front, so that tests see what is bound to what.
type boxes struct{}

func (boxes) Seal(plain []byte, context string) ([]byte, error) {
	return append([]byte("sealed for "+context+": "), plain...), nil
}

func (boxes) Open(sealed []byte, context string) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte("sealed for "+context+": "))
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return plain, nil
}

func hide(plain string) *domain.Secret {
	s := domain.NewSecret(plain)
	return &s
}

const (
	tenant   = "11111111-2222-3333-4444-555555555555"
	keyFile  = `{"type": "service_account", "client_email": "reader@project.example", "private_key": "pem"}`
	password = "password of the directory"
)

func ldapInput() domain.DirectoryInput {
	return domain.DirectoryInput{Type: domain.DirectoryActiveDirectory, LDAP: &domain.LDAPInput{
		LDAPSettings: domain.LDAPSettings{Host: "dc.northwind.example", BindDN: "CN=reader,DC=example", BaseDN: "OU=Staff,DC=example"},
		Password:     hide(password),
	}}
}

func azureInput() domain.DirectoryInput {
	return domain.DirectoryInput{Type: domain.DirectoryAzureStandard, Azure: &domain.AzureInput{
		AzureSettings: domain.AzureSettings{TenantID: tenant, ClientID: tenant}, ClientSecret: hide("azure secret"),
	}}
}

func googleInput() domain.DirectoryInput {
	return domain.DirectoryInput{Type: domain.DirectoryGoogle, Google: &domain.GoogleInput{
		GoogleSettings: domain.GoogleSettings{AdminEmail: "it@northwind.example"}, ServiceAccountKey: hide(keyFile),
	}}
}

func putDirectory(name string, in domain.DirectoryInput) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutDirectory(ctx, w.as("administrator"), name, in, domain.Precondition{})
		return err
	}
}

// but is an LDAP input with one thing different.
func but(change func(*domain.DirectoryInput)) domain.DirectoryInput {
	in := ldapInput()
	change(&in)
	return in
}

func TestDirectoryRefusals(t *testing.T) {
	t.Parallel()
	connected := given(putDirectory("ad", ldapInput()))
	var cases []refused
	for _, c := range []struct {
		name, directory string
		in              domain.DirectoryInput
		field           string
	}{
		{"blank name", " ", ldapInput(), "/name"},
		{"slash in the name", "a/b", ldapInput(), "/name"},
		{"colon in the name", "a:sync", ldapInput(), "/name"},
		{"dots for a name", "..", ldapInput(), "/name"},
		{"blank at the end", "ad ", ldapInput(), "/name"},
		{"no such type", "ad", but(func(in *domain.DirectoryInput) { in.Type = "nis" }), "/type"},
		{"nothing of the type", "ad", domain.DirectoryInput{Type: domain.DirectoryGoogle}, "/google"},
		{"settings of another type", "ad", but(func(in *domain.DirectoryInput) { in.Type = domain.DirectoryAzureGCCHigh }), "/ldap"},
		{"settings of two types", "ad", but(func(in *domain.DirectoryInput) { in.Google = googleInput().Google }), "/google"},
		{"description", "ad", but(func(in *domain.DirectoryInput) { in.Description = "two\nlines" }), "/description"},
		{"host", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Host = "ldap://dc" }), "/ldap/host"},
		{"port", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Port = 70000 }), "/ldap/port"},
		{"port of TLS without", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Port, in.LDAP.Encryption = 636, domain.EncryptionNone }), "/ldap/port"},
		{"encryption", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Encryption = "ssl" }), "/ldap/encryption"},
		{"bind DN", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.BindDN = "" }), "/ldap/bind_dn"},
		{"base DN", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.BaseDN = "example.com" }), "/ldap/base_dn"},
		{"filter without parentheses", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.UserFilter = "mail=*" }), "/ldap/user_filter"},
		{"filter not closed", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.UserFilter = "(&(mail=*)" }), "/ldap/user_filter"},
		{"two filters", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.UserFilter = "(mail=*)(cn=*)" }), "/ldap/user_filter"},
		{"tenant", "az", func() domain.DirectoryInput { in := azureInput(); in.Azure.TenantID = "northwind"; return in }(), "/azure/tenant_id"},
		{"client", "az", func() domain.DirectoryInput { in := azureInput(); in.Azure.ClientID = "app"; return in }(), "/azure/client_id"},
		{"admin", "go", func() domain.DirectoryInput { in := googleInput(); in.Google.AdminEmail = "it"; return in }(), "/google/admin_email"},
		{"key that is none", "go", func() domain.DirectoryInput {
			in := googleInput()
			in.Google.ServiceAccountKey = hide(`{"type": "authorized_user"}`)
			return in
		}(), "/google/service_account_key"},
		{"no secret", "new", but(func(in *domain.DirectoryInput) { in.LDAP.Password = nil }), "/ldap/password"},
		{"no secret where the seed has none", "staff", but(func(in *domain.DirectoryInput) { in.LDAP.Password = nil }), "/ldap/password"},
		{"empty secret", "new", but(func(in *domain.DirectoryInput) { in.LDAP.Password = hide("") }), "/ldap/password"},
		{"long secret", "new", but(func(in *domain.DirectoryInput) { in.LDAP.Password = hide(strings.Repeat("x", 1001)) }), "/ldap/password"},
		// Whoever may change the settings must not have the stored secret sent to a server of their own.
		{"secret for another host", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Password, in.LDAP.Host = nil, "evil.example" }), "/ldap/password"},
		{"secret for another port", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Password, in.LDAP.Port = nil, 3269 }), "/ldap/password"},
		{"secret with less encryption", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Password, in.LDAP.Encryption = nil, domain.EncryptionRelaxed }), "/ldap/password"},
		{"secret of another account", "ad", but(func(in *domain.DirectoryInput) { in.LDAP.Password, in.LDAP.BindDN = nil, "CN=other" }), "/ldap/password"},
		{"secret of another type", "ad", func() domain.DirectoryInput { in := azureInput(); in.Azure.ClientSecret = nil; return in }(), "/azure/client_secret"},
	} {
		cases = append(cases, refused{name: c.name, given: connected, do: putDirectory(c.directory, c.in), code: domain.CodeInvalidValue, field: c.field})
	}
	asSales := func(ctx context.Context, w *world) error {
		_, _, err := w.s.PutDirectory(ctx, w.as("sales"), "ad", ldapInput(), domain.Precondition{})
		return err
	}
	cases = append(cases,
		refused{name: "another role", do: asSales, code: domain.CodeForbidden, request: true},
		refused{name: "delete nothing", do: func(ctx context.Context, w *world) error {
			return w.s.DeleteDirectory(ctx, w.as("administrator"), "none", domain.Precondition{})
		}, code: domain.CodeNotFound, request: true},
		refused{name: "synchronize nothing", do: func(ctx context.Context, w *world) error {
			_, err := w.s.RequestSync(ctx, w.as("administrator"), "none")
			return err
		}, code: domain.CodeNotFound, request: true},
	)
	runRefused(t, cases)
}

// Each refusal about a secret says so without any of it.
func TestDirectoryRefusalsHideSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, secret := range []string{"canary" + strings.Repeat("x", 1000), `{"canary": "` + strings.Repeat("y", 20_000) + `"}`, `canary {`} {
		for _, in := range []domain.DirectoryInput{
			but(func(in *domain.DirectoryInput) { in.LDAP.Password = hide(secret) }),
			func() domain.DirectoryInput {
				in := googleInput()
				in.Google.ServiceAccountKey = hide(secret)
				return in
			}(),
		} {
			in.Description = "\n" // refused even if the secret would do
			if err := putDirectory("new", in)(t.Context(), w); err == nil || strings.Contains(fmt.Sprintf("%+v", err), "canary") {
				t.Errorf("got %v", err)
			}
		}
	}
}

func TestDirectoryDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		encryption domain.LDAPEncryption
		port       int
		want       string
	}{{"", 0, "strict 636"}, {"relaxed", 0, "relaxed 636"}, {"none", 0, "none 389"}, {"strict", 389, "strict 389"}} {
		in := but(func(in *domain.DirectoryInput) { in.LDAP.Encryption, in.LDAP.Port = c.encryption, c.port })
		d, _, err := w.s.PutDirectory(t.Context(), w.as("administrator"), "ad", in, domain.Precondition{})
		if err != nil || fmt.Sprint(d.LDAP.Encryption, " ", d.LDAP.Port) != c.want || !d.SyncEnabled {
			t.Errorf("%q, %d: got %+v, %v", c.encryption, c.port, d, err)
		}
	}
}

func TestDirectoryLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, admin := t.Context(), w.as("administrator")
	put := func(in domain.DirectoryInput, pre domain.Precondition) (domain.Directory, bool) {
		t.Helper()
		d, created, err := w.s.PutDirectory(ctx, admin, "ad", in, pre)
		if err != nil {
			t.Fatal(err)
		}
		return d, created
	}
	first, created := put(ldapInput(), domain.Precondition{CreateOnly: true})
	if !created || first.Status(w.now) != domain.DirectoryQueued || !strings.HasPrefix(string(first.SealedSecret), "sealed for directory/northwind/ad: ") {
		t.Errorf("created %v: %+v", created, first)
	}
	// Other spellings of the host are no change, and the secret may be left out.
	w.silent(func() {
		same, _ := put(but(func(in *domain.DirectoryInput) { in.LDAP.Host, in.LDAP.Password = "DC.Northwind.example", nil }), domain.Precondition{IfMatch: first.Revision})
		if same.Revision != first.Revision || same.LDAP.Host != "dc.northwind.example" {
			t.Errorf("changed to %+v", same)
		}
	})
	// The same secret counts as another one: who writes it does not learn whether it is the stored one.
	w.now = w.now.Add(time.Minute)
	events := len(w.events())
	again, _ := put(ldapInput(), domain.Precondition{})
	if again.Revision == first.Revision || !again.SecretChangedAt.Equal(w.now) || len(w.events()) != events+1 {
		t.Errorf("written again: %+v", again)
	}
	described, _ := put(but(func(in *domain.DirectoryInput) { in.LDAP.Password, in.Description = nil, "Staff" }), domain.Precondition{})
	if !slices.Equal(described.SealedSecret, again.SealedSecret) || !described.SecretChangedAt.Equal(*again.SecretChangedAt) {
		t.Errorf("the secret did not stay: %+v", described)
	}
	off := false
	if d, _ := put(but(func(in *domain.DirectoryInput) { in.SyncEnabled = &off }), domain.Precondition{}); d.SyncDueAt != nil {
		t.Errorf("switched off, it is due at %v", d.SyncDueAt)
	}
	moved, _ := put(azureInput(), domain.Precondition{})
	if moved.LDAP != nil || moved.Azure == nil || !strings.HasSuffix(string(moved.SealedSecret), "azure secret") {
		t.Errorf("another type: %+v", moved)
	}
	if _, _, err := w.s.PutDirectory(ctx, admin, "ad", ldapInput(), domain.Precondition{IfMatch: first.Revision}); err == nil {
		t.Error("changed although somebody else did")
	}
	for _, e := range w.events() {
		if text := string(e.Before) + string(e.After); strings.Contains(text, password) || strings.Contains(text, "sealed") || strings.Contains(text, "azure secret") {
			t.Errorf("the audit log tells the secret: %s", text)
		}
	}
	if err := w.s.DeleteDirectory(ctx, admin, "ad", domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	_, err := w.s.GetDirectory(ctx, admin, "ad")
	wantCode(t, err, domain.CodeNotFound)
}

// What a row's secret was sealed for can't be moved to another row.
func TestSecretsStayInTheirRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	w.connect("other", ldapInput())
	err := w.store.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
		ad := must(tx.Directories().Get(ctx, "northwind", "ad"))(t)
		other := must(tx.Directories().Get(ctx, "northwind", "other"))(t)
		other.SealedSecret = ad.SealedSecret
		return tx.Directories().Put(ctx, other)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.directory.reading = func(domain.DirectoryConfig) {
		w.directory.mu.Lock()
		defer w.directory.mu.Unlock()
		w.directory.people = nil
	}
	if got := w.sync("other"); got.Outcome != domain.DirectoryFailed || !strings.Contains(got.LastSync.Error, "credentials: The stored secret can't be read") {
		t.Errorf("got %+v", got)
	}
}

// Without a key no secret is taken, and the refusal says so.
func TestNoSecretKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keyless := domain.New(w.store, domain.Options{Now: func() time.Time { return w.now }})
	_, _, err := keyless.PutDirectory(t.Context(), w.as("administrator"), "ad", ldapInput(), domain.Precondition{})
	if e := refusal(t, err); e.Code != domain.CodeNoSecretKey || e.Field != "/ldap/password" || !strings.Contains(e.Detail, "--secret-key-file") {
		t.Errorf("got %+v", e)
	}
}
