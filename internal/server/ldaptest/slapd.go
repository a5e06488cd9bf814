package ldaptest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// findSlapd answers the program, or "" where OpenLDAP's server is not installed. Distributions keep it off the path.
func findSlapd() string {
	for _, name := range []string{"slapd", "/usr/sbin/slapd", "/usr/local/libexec/slapd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Slapd starts OpenLDAP's server with the content and answers where it listens. It ends with the test, which is skipped
// where the program is not installed.
func Slapd(t *testing.T, content Content) Endpoint {
	t.Helper()
	program := findSlapd()
	if program == "" {
		t.Skip("not run against OpenLDAP: its program slapd is not installed")
	}
	folder := t.TempDir()
	authority, chain, key, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	// Debian keeps the database engine in a module, others build it in.
	modules := filepath.Join(filepath.Dir(program), "..", "lib", "ldap")
	engine := ""
	if _, err := os.Stat(filepath.Join(modules, "back_mdb.so")); err == nil {
		engine = "modulepath " + modules + "\nmoduleload back_mdb\n"
	}
	for name, text := range map[string]string{
		"authority.pem": string(authority), "chain.pem": string(chain), "key.pem": string(key),
		"content.ldif": ldif(content),
		"slapd.conf":   fmt.Sprintf(slapdConfig, folder, engine, slapdSchema, content.BaseDN, content.BindDN, content.Password),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(folder, "slapd.conf")
	// The name that the program was called by is what makes it slapadd.
	load := exec.CommandContext(t.Context(), program, "-T", "add", "-f", config, "-l", filepath.Join(folder, "content.ldif"), "-q") //nolint:gosec // all of it is ours
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("fill slapd: %v\n%s", err, out)
	}
	for range 20 { // a port that is free may be somebody else's before slapd comes to listen there
		e := Endpoint{Host: Host, Port: freePort(t), TLSPort: freePort(t), CA: authority}
		if log, ok := serve(t, program, config, e); !ok {
			t.Logf("slapd ended:\n%s", log)
			continue
		}
		return e
	}
	t.Fatal("slapd does not start")
	return Endpoint{}
}

// serve starts slapd and waits until it answers with its certificate. It answers what slapd said if it ended instead.
func serve(t *testing.T, program, config string, e Endpoint) (log string, ok bool) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-d", "0", "-f", config, //nolint:gosec // all of it is ours
		"-h", fmt.Sprintf("ldap://%s:%d/ ldaps://%s:%d/", e.Host, e.Port, e.Host, e.TLSPort))
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what it said tells why
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // if it runs at all
		<-ended
	})
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(e.CA)
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: authorities, ServerName: e.Host, MinVersion: tls.VersionTLS12}}
	for deadline := time.Now().Add(2 * time.Minute); ; {
		conn, err := dialer.DialContext(t.Context(), "tcp", net.JoinHostPort(e.Host, fmt.Sprint(e.TLSPort)))
		if err == nil {
			_ = conn.Close() // nothing was said
			return "", true
		}
		select {
		case <-ended:
			return said.String(), false
		case <-time.After(20 * time.Millisecond):
			if time.Now().After(deadline) {
				t.Fatalf("slapd does not listen: %v", err)
			}
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort(Host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if err := errors.Join(listener.Close()); err != nil || !ok {
		t.Fatal(err)
	}
	return address.Port
}

// slapdConfig wants folder, engine, schema, base DN, bind DN and password.
const slapdConfig = `
pidfile %[1]s/pid
argsfile %[1]s/args
TLSCACertificateFile %[1]s/authority.pem
TLSCertificateFile %[1]s/chain.pem
TLSCertificateKeyFile %[1]s/key.pem
%[2]s%[3]s
disallow bind_anon
database mdb
maxsize 67108864
suffix "%[4]s"
directory %[1]s/data
rootdn "%[5]s"
rootpw %[6]s
`

// slapdSchema is what of Active Directory's and Domino's schemas people are kept with.
const slapdSchema = `
attributetype ( 1.3.6.1.4.1.99999.1.1 NAME 'mail' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.2 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.3 NAME 'displayName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.4 NAME 'telephoneNumber' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.5 NAME 'mobile' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.6 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.1.7 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.1.8 NAME 'objectCategory' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.9 NAME 'department' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.10 NAME 'dominoUNID' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.11 NAME 'checkPassword' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.12 NAME 'ou' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.13 NAME 'dc' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou )
objectclass ( 1.3.6.1.4.1.99999.2.2 NAME 'domain' SUP top STRUCTURAL MUST dc )
objectclass ( 1.3.6.1.4.1.99999.2.3 NAME 'user' SUP top STRUCTURAL MUST cn MAY ( mail $ proxyAddresses $ displayName $ telephoneNumber $ mobile $ userAccountControl $ objectGUID $ objectCategory $ department ) )
objectclass ( 1.3.6.1.4.1.99999.2.4 NAME 'dominoPerson' SUP top STRUCTURAL MUST cn MAY ( mail $ displayName $ telephoneNumber $ mobile $ uid $ dominoUNID $ checkPassword $ department ) )
`

// ldif writes the content with its base, every value in base64.
func ldif(content Content) string {
	var b strings.Builder
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	_, name, _ := strings.Cut(strings.SplitN(content.BaseDN, ",", 2)[0], "=")
	base := Entry{content.BaseDN, map[string][]string{"objectClass": {"domain"}, "dc": {name}}}
	for _, entry := range append([]Entry{base}, content.Entries...) {
		fmt.Fprintf(&b, "dn:: %s\n", encoded(entry.DN))
		for attribute, values := range entry.Attributes {
			for _, value := range values {
				fmt.Fprintf(&b, "%s:: %s\n", attribute, encoded(value))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
