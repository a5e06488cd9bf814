// Package directory reads people out of directories: LDAP (Active Directory and Domino), Microsoft Graph on both of its
// clouds, and Google Workspace. It only reads, and connects to nothing before it is asked to.
package directory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// What a directory may cost at most. No real one comes near.
const (
	maxPeople = 500_000
	maxBytes  = 1 << 30 // on one LDAP connection
	maxBody   = 64 << 20
	maxDetail = 400 // characters of an error
)

// Options of a Reader. The zero value is what production wants.
type Options struct {
	RootCAs   *x509.CertPool // whom certificates have to come from; those of the system if nil
	Endpoints Endpoints      // where the vendors' APIs are; those of the vendors where empty
	Timeout   time.Duration  // for each answer of a directory; 30 seconds if zero
	Total     time.Duration  // for all pages together; 15 minutes if zero
	// LDAPSPorts are where LDAP servers speak TLS from the start; 636 and 3269 if nil.
	LDAPSPorts []int
	// Wait sleeps between attempts; by the clock if nil.
	Wait func(ctx context.Context, d time.Duration) error
}

// Reader reads directories.
type Reader struct {
	tls       *tls.Config
	web       *http.Client
	endpoints Endpoints
	timeout   time.Duration
	total     time.Duration
	ldaps     []int
	wait      func(context.Context, time.Duration) error
}

var _ domain.DirectoryReader = (*Reader)(nil)

// New makes a Reader.
func New(o Options) *Reader {
	r := &Reader{
		tls:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		endpoints: o.Endpoints.withDefaults(), timeout: o.Timeout, total: o.Total,
		ldaps: o.LDAPSPorts, wait: o.Wait,
	}
	if r.ldaps == nil {
		r.ldaps = []int{636, 3269}
	}
	if r.timeout == 0 {
		r.timeout = 30 * time.Second
	}
	if r.total == 0 {
		r.total = 15 * time.Minute
	}
	if r.wait == nil {
		r.wait = sleep
	}
	r.web = newWeb(r.tls, r.timeout)
	return r
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Read implements domain.DirectoryReader.
func (r *Reader) Read(ctx context.Context, config domain.DirectoryConfig, each func(domain.DirectoryPerson) error) error {
	limited, cancel := context.WithTimeout(ctx, r.total)
	defer cancel()
	seen := map[string]bool{} // a directory that changes between two pages may name somebody on both
	deliver := func(p domain.DirectoryPerson) error {
		if p.Email == "" || seen[p.ID] {
			return nil
		}
		if seen[p.ID] = true; len(seen) > maxPeople {
			return failure(domain.DirectoryTooLarge, "there are more than %d people in it; narrow them down", maxPeople)
		}
		if err := each(p); err != nil {
			return &stopped{err}
		}
		return nil
	}
	err := r.read(limited, config, deliver)
	var by *stopped
	var told *domain.DirectoryError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &by):
		return by.err
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return failure(domain.DirectoryUnreachable, "it was not read within %s", r.total)
	case errors.As(err, &told):
	default:
		told = failure(domain.DirectoryUnreachable, "%v", err)
	}
	told.Detail = presentable(told.Detail, secretsOf(config))
	return told
}

// stopped tells an error of the caller's own function from those of the directory.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

func (r *Reader) read(ctx context.Context, config domain.DirectoryConfig, deliver func(domain.DirectoryPerson) error) error {
	switch {
	case config.Type == domain.DirectoryActiveDirectory && config.LDAP != nil:
		return r.readLDAP(ctx, *config.LDAP, activeDirectory, deliver)
	case config.Type == domain.DirectoryDomino && config.LDAP != nil:
		return r.readLDAP(ctx, *config.LDAP, domino, deliver)
	case config.Type == domain.DirectoryAzureStandard && config.Azure != nil:
		return r.readGraph(ctx, *config.Azure, r.endpoints.AzureStandard, deliver)
	case config.Type == domain.DirectoryAzureGCCHigh && config.Azure != nil:
		return r.readGraph(ctx, *config.Azure, r.endpoints.AzureGCCHigh, deliver)
	case config.Type == domain.DirectoryGoogle && config.Google != nil:
		return r.readGoogle(ctx, *config.Google, deliver)
	}
	return failure(domain.DirectoryMalformed, "a directory of the type %q has no settings that fit", config.Type)
}

func failure(kind domain.DirectoryErrorKind, format string, args ...any) *domain.DirectoryError {
	return &domain.DirectoryError{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

func secretsOf(config domain.DirectoryConfig) []string {
	var secrets []string
	if config.LDAP != nil {
		secrets = append(secrets, config.LDAP.Password.Reveal())
	}
	if config.Azure != nil {
		secrets = append(secrets, config.Azure.ClientSecret.Reveal())
	}
	return secrets // a key of Google's is never sent, so nobody can send it back
}

// presentable makes a text that a directory may have written fit for an error: no secret that it was sent, no control
// characters, not too long.
func presentable(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, domain.Secret{}.String())
		}
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(c rune) bool {
		return unicode.IsSpace(c) || !unicode.IsPrint(c)
	}), " ")
	if runes := []rune(text); len(runes) > maxDetail {
		text = string(runes[:maxDetail-1]) + "…"
	}
	return text
}

// aliases are the addresses without the primary one and without repetitions, whatever their case.
func aliases(primary string, addresses []string) []string {
	seen := map[string]bool{strings.ToLower(primary): true, "": true}
	var others []string
	for _, address := range addresses {
		if key := strings.ToLower(address); !seen[key] {
			seen[key] = true
			others = append(others, address)
		}
	}
	return others
}
