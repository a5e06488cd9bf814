package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// ldapPage is how many entries one answer holds. Active Directory gives out 1,000 at most.
const ldapPage = 500

// readLDAP signs in, searches below the base DN page by page, and follows no referral: it would take the password to a
// server that nobody named.
func (r *Reader) readLDAP(ctx context.Context, c domain.LDAPConfig, s schema, deliver func(domain.DirectoryPerson) error) error {
	filter, err := s.search(c.UserFilter)
	if err != nil {
		return err
	}
	conn, err := r.connectLDAP(ctx, c)
	if err != nil {
		return err
	}
	defer conn.close()
	if err := conn.Bind(c.BindDN, c.Password.Reveal()); err != nil {
		return conn.explain("sign in", err)
	}
	paging := ldap.NewControlPaging(ldapPage)
	request := ldap.NewSearchRequest(c.BaseDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, s.attributes, []ldap.Control{paging})
	for {
		result, err := conn.Search(request)
		if err != nil {
			return conn.explain("search", err)
		}
		for _, entry := range result.Entries {
			person, err := s.person(entry)
			if err != nil {
				return err
			}
			if err := deliver(person); err != nil {
				return err
			}
		}
		// A server that knows no paging has answered everything at once.
		answer, paged := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !paged || len(answer.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(answer.Cookie)
	}
}

// ldapConn is a connection that ends with its context.
type ldapConn struct {
	*ldap.Conn
	bounded *boundedConn
	release func() bool
}

// connectLDAP opens a connection that is encrypted if it shall be; no password was sent on it yet.
func (r *Reader) connectLDAP(ctx context.Context, c domain.LDAPConfig) (*ldapConn, error) {
	dialer := net.Dialer{Timeout: r.timeout}
	raw, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)))
	if err != nil {
		return nil, failure(domain.DirectoryUnreachable, "connect to %s, port %d: %v", c.Host, c.Port, err)
	}
	bounded := &boundedConn{Conn: raw}
	bounded.left.Store(maxBytes)
	config := r.tls.Clone()
	config.ServerName = c.Host
	config.InsecureSkipVerify = c.Encryption == domain.EncryptionRelaxed // why it is not the default
	conn := &ldapConn{bounded: bounded, release: context.AfterFunc(ctx, func() { _ = raw.Close() })}
	immediately := slices.Contains(r.ldaps, c.Port)
	if c.Encryption != domain.EncryptionNone && immediately {
		secure := tls.Client(bounded, config)
		handshake, cancel := context.WithTimeout(ctx, r.timeout)
		defer cancel()
		if err := secure.HandshakeContext(handshake); err != nil {
			conn.release()
			return nil, errors.Join(explainTLS(c, err), raw.Close())
		}
		conn.Conn = ldap.NewConn(secure, true)
	} else {
		conn.Conn = ldap.NewConn(bounded, false)
	}
	conn.SetTimeout(r.timeout)
	conn.Start()
	if c.Encryption != domain.EncryptionNone && !immediately {
		if err := conn.startTLS(c, config, r.timeout); err != nil {
			conn.close()
			return nil, err
		}
	}
	return conn, nil
}

// startTLS encrypts a connection that began in plain.
func (conn *ldapConn) startTLS(c domain.LDAPConfig, config *tls.Config, timeout time.Duration) error {
	_ = conn.bounded.SetDeadline(time.Now().Add(timeout)) // fails on a closed connection only, which StartTLS will notice
	if err := conn.StartTLS(config); err != nil {
		// The library tells a handshake that failed from a connection that did by the text alone. Of a server that says nothing
		// it tells in two ways, by whichever of the two timeouts comes first.
		lost := ldap.IsErrorWithCode(err, ldap.ErrorNetwork) || strings.Contains(err.Error(), os.ErrDeadlineExceeded.Error())
		if lost && !strings.Contains(err.Error(), "handshake") {
			return conn.explain("StartTLS", err)
		}
		return explainTLS(c, err)
	}
	_ = conn.bounded.SetDeadline(time.Time{})
	return nil
}

func (conn *ldapConn) close() {
	conn.release()
	_ = conn.Close() // nothing was written that could be lost
}

// explainTLS tells a certificate that is not right from a server that speaks no TLS there.
func explainTLS(c domain.LDAPConfig, err error) *domain.DirectoryError {
	remedy := "with the encryption strict or relaxed, the server has to speak TLS from the start on port 636 and 3269, and StartTLS on any other"
	// The library keeps the text of what went wrong in StartTLS, not the error.
	if text := err.Error(); strings.Contains(text, "x509:") || strings.Contains(text, "certificate") {
		remedy = "the encryption strict needs a certificate for exactly this host from an authority that this server trusts (--directory-ca-file)"
	}
	return failure(domain.DirectoryTLS, "TLS with %s, port %d: %v; %s", c.Host, c.Port, err, remedy)
}

// ldapKinds are the result codes of RFC 4511 that have a meaning of their own here.
var ldapKinds = map[uint16]domain.DirectoryErrorKind{
	ldap.LDAPResultStrongAuthRequired:          domain.DirectoryTLS,
	ldap.LDAPResultConfidentialityRequired:     domain.DirectoryTLS,
	ldap.LDAPResultInvalidCredentials:          domain.DirectoryCredentials,
	ldap.LDAPResultInappropriateAuthentication: domain.DirectoryCredentials,
	ldap.LDAPResultInvalidDNSyntax:             domain.DirectoryNotFound,
	ldap.LDAPResultNoSuchObject:                domain.DirectoryNotFound,
	ldap.LDAPResultReferral:                    domain.DirectoryNotFound,
	ldap.LDAPResultInsufficientAccessRights:    domain.DirectoryForbidden,
	ldap.LDAPResultBusy:                        domain.DirectoryRateLimited,
	ldap.LDAPResultSizeLimitExceeded:           domain.DirectoryTooLarge,
	ldap.LDAPResultAdminLimitExceeded:          domain.DirectoryTooLarge,
	ldap.LDAPResultTimeLimitExceeded:           domain.DirectoryTooLarge,
	ldap.LDAPResultUnavailable:                 domain.DirectoryUnreachable,
	ldap.ErrorNetwork:                          domain.DirectoryUnreachable,
	ldap.ErrorEmptyPassword:                    domain.DirectoryCredentials, // servers take such a sign-in for an anonymous one
	ldap.ErrorUnexpectedMessage:                domain.DirectoryMalformed,
	ldap.ErrorUnexpectedResponse:               domain.DirectoryMalformed,
}

// explain says what went wrong on a connection.
func (conn *ldapConn) explain(doing string, err error) error {
	if conn.bounded.left.Load() < 0 {
		return failure(domain.DirectoryTooLarge, "%s: it answered more than %d MiB", doing, maxBytes>>20)
	}
	var refused *ldap.Error
	if !errors.As(err, &refused) {
		return failure(domain.DirectoryUnreachable, "%s: %v", doing, err)
	}
	kind, known := ldapKinds[refused.ResultCode]
	if !known {
		kind = domain.DirectoryRefused
	}
	// The library ends with the words of the server, of which there may be none.
	return failure(kind, "%s: %s", doing, strings.TrimRight(err.Error(), ": "))
}

// boundedConn ends a connection on which too much arrives.
type boundedConn struct {
	net.Conn
	left atomic.Int64
}

var errTooMuch = errors.New("too much arrived")

func (b *boundedConn) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if b.left.Add(-int64(n)) < 0 {
		return 0, errTooMuch
	}
	return n, err
}
