package directory_test

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/ldaptest"
)

const (
	base   = "dc=northwind"
	people = "ou=people," + base
	binder = "cn=reader," + base
)

// company has more people than a page, groups, and what is nobody.
func company() ldaptest.Content {
	kim := ldaptest.ActiveDirectoryUser(people, "Kim Lee", "Kim.Lee@northwind.example").
		With("objectGUID", "\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff").With("displayName", "Lee, Kim").
		With("telephoneNumber", "+44 20 7946 0000").With("mobile", "+44 7700 900000").With("department", "IT").
		With("proxyAddresses", "SMTP:kim.lee@northwind.example", "smtp:kim@northwind.example", "X400:c=gb;s=lee", "smtp:KIM@northwind.example")
	gone := ldaptest.ActiveDirectoryUser(people, "Gone", "gone@northwind.example").With("displayName").With("mobile", "+44 7700 900001").With("department", "IT").Disabled()
	nobody := ldaptest.ActiveDirectoryUser(people, "svc-backup", "").With("mail")
	machine := ldaptest.ActiveDirectoryUser(people, "PC-7", "pc-7@northwind.example").With("objectCategory", "computer")
	ada := ldaptest.DominoPerson("ou=notes,"+base, "Ada", "ada@northwind.example").With("uid", "ada", "ada.l@northwind.example").With("telephoneNumber", "+44 1").With("department", "IT")
	locked := ldaptest.DominoPerson("ou=notes,"+base, "Locked", "locked@northwind.example").With("checkPassword", "2")
	entries := []ldaptest.Entry{ldaptest.Group(people), ldaptest.Group("ou=many," + base), ldaptest.Group("ou=notes," + base), kim, gone, nobody, machine, ada, locked}
	return ldaptest.Content{
		BaseDN: base, BindDN: binder, Password: canary,
		Entries: append(entries, ldaptest.ActiveDirectoryUsers("ou=many,"+base, "many.example", 1203)...),
	}
}

func ldapConfig(at ldaptest.Endpoint) domain.DirectoryConfig {
	return domain.DirectoryConfig{Type: domain.DirectoryActiveDirectory, LDAP: &domain.LDAPConfig{
		Host: at.Host, Port: at.Port, Encryption: domain.EncryptionStrict, BindDN: binder, BaseDN: people, Password: domain.NewSecret(canary),
	}}
}

// changed answers other settings.
func changed(config domain.DirectoryConfig, change func(*domain.LDAPConfig)) domain.DirectoryConfig {
	settings := *config.LDAP
	change(&settings)
	config.LDAP = &settings
	return config
}

func ldapReader(at ldaptest.Endpoint) *directory.Reader {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(at.CA)
	return directory.New(directory.Options{RootCAs: pool, LDAPSPorts: []int{at.TLSPort}, Timeout: 20 * time.Second})
}

func begin(t *testing.T, content ldaptest.Content) *ldaptest.Server {
	t.Helper()
	server, err := ldaptest.Start(content)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// TestLDAP is what a server has to do with a directory, be it OpenLDAP's or the one in this process.
func TestLDAP(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) ldaptest.Endpoint{
		"in this process": func(t *testing.T) ldaptest.Endpoint { t.Helper(); return begin(t, company()).Endpoint },
		"slapd":           func(t *testing.T) ldaptest.Endpoint { t.Helper(); return ldaptest.Slapd(t, company()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := start(t)
			for name, test := range map[string]func(*testing.T, ldaptest.Endpoint){
				"ActiveDirectory": activeDirectory, "Domino": domino, "Pages": pages, "Filters": filters, "Encryption": encryption, "Refusals": refusals,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, at)
				})
			}
		})
	}
}

func activeDirectory(t *testing.T, at ldaptest.Endpoint) {
	t.Helper()
	got, err := read(t, ldapReader(at), ldapConfig(at))
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got[0].Email != "Kim.Lee@northwind.example" || got[0].ID != "00112233-4455-6677-8899-aabbccddeeff" || got[0].Name != "Lee, Kim" ||
		got[0].Phone != "+44 20 7946 0000" || !slices.Equal(got[0].Aliases, []string{"kim@northwind.example"}) || got[0].Disabled {
		t.Errorf("Kim is %+v", got[0])
	}
	if got[1].Email != "gone@northwind.example" || got[1].Name != "Gone" || got[1].Phone != "+44 7700 900001" || got[1].Aliases != nil || !got[1].Disabled {
		t.Errorf("who has gone is %+v", got[1])
	}
}

func domino(t *testing.T, at ldaptest.Endpoint) {
	t.Helper()
	config := changed(ldapConfig(at), func(c *domain.LDAPConfig) { c.BaseDN = base })
	config.Type = domain.DirectoryDomino
	got, err := read(t, ldapReader(at), config)
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got[0].Email != "ada@northwind.example" || len(got[0].ID) != 32 || got[0].Name != "Ada" || got[0].Phone != "+44 1" ||
		!slices.Equal(got[0].Aliases, []string{"ada.l@northwind.example"}) || got[0].Disabled {
		t.Errorf("Ada is %+v", got[0])
	}
	if got[1].Email != "locked@northwind.example" || !got[1].Disabled {
		t.Errorf("who is locked out is %+v", got[1])
	}
}

func pages(t *testing.T, at ldaptest.Endpoint) {
	t.Helper()
	got, err := read(t, ldapReader(at), changed(ldapConfig(at), func(c *domain.LDAPConfig) { c.BaseDN = "ou=many," + base }))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for i, p := range got {
		ids[p.ID] = true
		if want := fmt.Sprintf("user%04d@many.example", i+1); p.Email != want {
			t.Fatalf("person %d is %s, want %s", i, p.Email, want)
		}
	}
	if len(got) != 1203 || len(ids) != 1203 {
		t.Errorf("got %d people, %d of them different", len(got), len(ids))
	}
}

func filters(t *testing.T, at ldaptest.Endpoint) {
	t.Helper()
	for filter, want := range map[string]int{
		"":                     2,
		"(department=it)":      2,
		"department=IT":        2,
		"(mail=kim*)":          1,
		"(mail=*@nowhere)":     0,
		"(!(department=IT))":   0,
		"(objectClass=*)":      2, // narrows down, and never widens
		"(|(cn=Gone)(cn=PC*))": 1,
	} {
		got, err := read(t, ldapReader(at), changed(ldapConfig(at), func(c *domain.LDAPConfig) { c.UserFilter = filter }))
		if err != nil || len(got) != want {
			t.Errorf("%q finds %d people, %v; want %d", filter, len(got), err, want)
		}
	}
	for _, filter := range []string{"(", "department", "(cn=a))(|(cn=*)", "(&(cn=a)", "(cn=a)(cn=b)"} {
		wantFailure(t, ldapReader(at), changed(ldapConfig(at), func(c *domain.LDAPConfig) { c.UserFilter = filter }), domain.DirectoryInvalidFilter, "RFC 4515")
	}
}

func encryption(t *testing.T, at ldaptest.Endpoint) {
	t.Helper()
	trusting, doubting := ldapReader(at), directory.New(directory.Options{LDAPSPorts: []int{at.TLSPort}})
	for _, port := range []int{at.Port, at.TLSPort} {
		with := func(e domain.LDAPEncryption) domain.DirectoryConfig {
			return changed(ldapConfig(at), func(c *domain.LDAPConfig) { c.Port, c.Encryption = port, e })
		}
		for name, c := range map[string]struct {
			reader *directory.Reader
			config domain.DirectoryConfig
		}{
			"strict, known authority": {trusting, with(domain.EncryptionStrict)},
			"relaxed":                 {doubting, with(domain.EncryptionRelaxed)},
			"relaxed, other host":     {doubting, changed(with(domain.EncryptionRelaxed), func(c *domain.LDAPConfig) { c.Host = "localhost" })},
		} {
			if got, err := read(t, c.reader, c.config); err != nil || len(got) != 2 {
				t.Errorf("%s on port %d: %d people, %v", name, port, len(got), err)
			}
		}
		wantFailure(t, doubting, with(domain.EncryptionStrict), domain.DirectoryTLS, "--directory-ca-file")
		wantFailure(t, trusting, changed(with(domain.EncryptionStrict), func(c *domain.LDAPConfig) { c.Host = "localhost" }), domain.DirectoryTLS, "exactly this host")
	}
	plain := changed(ldapConfig(at), func(c *domain.LDAPConfig) { c.Encryption = domain.EncryptionNone })
	if got, err := read(t, doubting, plain); err != nil || len(got) != 2 {
		t.Errorf("none: %d people, %v", len(got), err)
	}
}

func refusals(t *testing.T, at ldaptest.Endpoint) {
	t.Helper()
	for name, c := range map[string]struct {
		change func(*domain.LDAPConfig)
		kind   domain.DirectoryErrorKind
		says   string
	}{
		"password":    {func(c *domain.LDAPConfig) { c.Password = domain.NewSecret("wrong") }, domain.DirectoryCredentials, "sign in"},
		"no password": {func(c *domain.LDAPConfig) { c.Password = domain.Secret{} }, domain.DirectoryCredentials, "sign in"},
		"who":         {func(c *domain.LDAPConfig) { c.BindDN = "cn=nobody," + base }, domain.DirectoryCredentials, "sign in"},
		"base":        {func(c *domain.LDAPConfig) { c.BaseDN = "ou=nowhere," + base }, domain.DirectoryNotFound, "search"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFailure(t, ldapReader(at), changed(ldapConfig(at), c.change), c.kind, c.says)
		})
	}
	t.Run("stopped", func(t *testing.T) {
		t.Parallel()
		wantStops(t, ldapReader(at), ldapConfig(at))
	})
}

// TestNoPasswordWithoutTLS: whoever wants encryption never sends the password in plain, whatever the server does.
func TestNoPasswordWithoutTLS(t *testing.T) {
	t.Parallel()
	server := begin(t, company())
	server.Behave(ldaptest.Behavior{NoStartTLS: true})
	for _, e := range []domain.LDAPEncryption{domain.EncryptionStrict, domain.EncryptionRelaxed} {
		wantFailure(t, ldapReader(server.Endpoint), changed(ldapConfig(server.Endpoint), func(c *domain.LDAPConfig) { c.Encryption = e }), domain.DirectoryTLS, "StartTLS")
		// A port that speaks no TLS from the start.
		reader := directory.New(directory.Options{LDAPSPorts: []int{server.Port}, Timeout: 20 * time.Second})
		wantFailure(t, reader, changed(ldapConfig(server.Endpoint), func(c *domain.LDAPConfig) { c.Encryption = e }), domain.DirectoryTLS, "636")
	}
	if binds := server.Binds(); len(binds) > 0 {
		t.Errorf("somebody signed in: %+v", binds)
	}
	server.Behave(ldaptest.Behavior{})
	if _, err := read(t, ldapReader(server.Endpoint), ldapConfig(server.Endpoint)); err != nil {
		t.Fatal(err)
	}
	if binds := server.Binds(); len(binds) != 1 || !binds[0].Encrypted || !binds[0].OK {
		t.Errorf("signed in as %+v", binds)
	}
}

// TestOddServers: what is not read to its end is an error, never a shorter list.
func TestOddServers(t *testing.T) {
	t.Parallel()
	many := func(c *domain.LDAPConfig) { c.BaseDN = "ou=many," + base }
	for name, c := range map[string]struct {
		behavior ldaptest.Behavior
		change   func(*domain.LDAPConfig)
		kind     domain.DirectoryErrorKind // none if it works
		says     string
	}{
		"small pages":          {ldaptest.Behavior{MaxPage: 100}, many, "", ""},
		"no pages":             {ldaptest.Behavior{NoPaging: true}, many, "", ""},
		"references":           {ldaptest.Behavior{References: []string{"ldap://elsewhere.example/dc=x"}}, many, "", ""},
		"size limit":           {ldaptest.Behavior{MaxEntries: 1000}, many, domain.DirectoryTooLarge, "search"},
		"size limit, no pages": {ldaptest.Behavior{MaxEntries: 1000, NoPaging: true}, many, domain.DirectoryTooLarge, "search"},
		"breaks in a page":     {ldaptest.Behavior{BreakAfter: 30}, many, domain.DirectoryUnreachable, "search"},
		"breaks between pages": {ldaptest.Behavior{BreakAfter: 500}, many, domain.DirectoryUnreachable, "search"},
		"never answers":        {ldaptest.Behavior{Silent: true}, many, domain.DirectoryUnreachable, "StartTLS"},
		"never answers, plain": {ldaptest.Behavior{Silent: true}, func(c *domain.LDAPConfig) { c.Encryption = domain.EncryptionNone }, domain.DirectoryUnreachable, "sign in"},
		"wants encryption":     {ldaptest.Behavior{OnlyTLS: true}, func(c *domain.LDAPConfig) { c.Encryption = domain.EncryptionNone }, domain.DirectoryTLS, "encrypt first"},
		"may not read":         {ldaptest.Behavior{SearchResult: ldap.LDAPResultInsufficientAccessRights}, many, domain.DirectoryForbidden, "search"},
		"is elsewhere":         {ldaptest.Behavior{SearchResult: ldap.LDAPResultReferral}, many, domain.DirectoryNotFound, "search"},
		"is busy":              {ldaptest.Behavior{SearchResult: ldap.LDAPResultBusy}, many, domain.DirectoryRateLimited, "search"},
		"any other refusal":    {ldaptest.Behavior{SearchResult: ldap.LDAPResultUnwillingToPerform}, many, domain.DirectoryRefused, "search"},
		"repeats the password": {ldaptest.Behavior{Echo: true}, func(c *domain.LDAPConfig) { c.Password, c.BindDN = domain.NewSecret(canary), "cn=x" }, domain.DirectoryCredentials, "(secret)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := begin(t, company())
			server.Behave(c.behavior)
			reader, config := ldapReader(server.Endpoint), changed(ldapConfig(server.Endpoint), c.change)
			if c.behavior.Silent {
				reader = directory.New(directory.Options{Timeout: 4 * time.Second}) // time enough to connect
			}
			if c.kind != "" {
				wantFailure(t, reader, config, c.kind, c.says)
				return
			}
			if got, err := read(t, reader, config); err != nil || len(got) != 1203 {
				t.Errorf("%d people, %v", len(got), err)
			}
		})
	}
}

func TestPagesAreAskedFor(t *testing.T) {
	t.Parallel()
	server := begin(t, company())
	if _, err := read(t, ldapReader(server.Endpoint), changed(ldapConfig(server.Endpoint), func(c *domain.LDAPConfig) { c.BaseDN = "ou=many," + base })); err != nil {
		t.Fatal(err)
	}
	if n := server.Searches(); n != 3 {
		t.Errorf("1,203 people were %d pages", n)
	}
}

// TestPeopleWithoutIdentity: without what never changes about a person, nobody could tell one who is there twice from two.
func TestPeopleWithoutIdentity(t *testing.T) {
	t.Parallel()
	server := begin(t, company())
	user := ldaptest.ActiveDirectoryUser(people, "Odd", "odd@northwind.example")
	for _, odd := range []ldaptest.Entry{user.With("objectGUID"), user.With("objectGUID", "short"), user.With("userAccountControl", "many")} {
		server.Set(ldaptest.Group(people), odd)
		wantFailure(t, ldapReader(server.Endpoint), ldapConfig(server.Endpoint), domain.DirectoryMalformed, "cn=Odd")
	}
	server.Set(ldaptest.Group(people), ldaptest.DominoPerson(people, "Odd", "odd@northwind.example").With("dominoUNID"))
	config := ldapConfig(server.Endpoint)
	config.Type = domain.DirectoryDomino
	wantFailure(t, ldapReader(server.Endpoint), config, domain.DirectoryMalformed, "dominoUNID")
}

func TestUnreachableLDAP(t *testing.T) {
	t.Parallel()
	server := begin(t, company())
	config := ldapConfig(server.Endpoint)
	server.Behave(ldaptest.Behavior{Silent: true})
	plain := changed(config, func(c *domain.LDAPConfig) { c.Encryption = domain.EncryptionNone })
	wantEnds(t, directory.New(directory.Options{}), config)
	wantEnds(t, directory.New(directory.Options{}), plain)
	wantFailure(t, directory.New(directory.Options{Total: 200 * time.Millisecond}), plain, domain.DirectoryUnreachable, "200ms")

	closed := netip.MustParseAddrPort(closedAddress)
	wantFailure(t, directory.New(directory.Options{}), changed(config, func(c *domain.LDAPConfig) { c.Port = int(closed.Port()) }), domain.DirectoryUnreachable, "connect to 127.0.0.1")
	wantFailure(t, directory.New(directory.Options{}), changed(config, func(c *domain.LDAPConfig) { c.Host = strings.Repeat("a", 64) + ".invalid" }), domain.DirectoryUnreachable, "connect to")
}
