// Package ldaptest gives tests and the demo LDAP servers on loopback: one in this process, and Debian's slapd where it is
// installed. Both have the same content and speak plain LDAP with StartTLS on one port, and LDAPS on another.
package ldaptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"
)

// Host is the address that the servers listen on, and the only one that their certificate is for.
const Host = "127.0.0.1"

// Entry is one entry of a directory.
type Entry struct {
	DN         string
	Attributes map[string][]string // binary values as they are
}

// values of an attribute, whose name has no case.
func (e Entry) values(name string) []string {
	for attribute, values := range e.Attributes {
		if strings.EqualFold(attribute, name) {
			return values
		}
	}
	return nil
}

// Content is what a server holds, and who may read it.
type Content struct {
	BaseDN   string // of everything; exists by itself
	BindDN   string // who may read
	Password string
	Entries  []Entry
}

// Endpoint is where a server listens.
type Endpoint struct {
	Host    string
	Port    int    // plain, with StartTLS
	TLSPort int    // LDAPS
	CA      []byte // PEM of the authority that made its certificate
}

// Group makes an organizational unit, which other entries can be below.
func Group(dn string) Entry {
	_, name, _ := strings.Cut(strings.SplitN(dn, ",", 2)[0], "=")
	return Entry{dn, map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}}
}

// With answers the entry with further attributes, or other values of those that it has; without values it loses one.
func (e Entry) With(attribute string, values ...string) Entry {
	changed := Entry{e.DN, map[string][]string{attribute: values}}
	for name, old := range e.Attributes {
		if !strings.EqualFold(name, attribute) {
			changed.Attributes[name] = slices.Clone(old)
		}
	}
	if len(values) == 0 {
		delete(changed.Attributes, attribute)
	}
	return changed
}

// certificate makes an authority and a server's certificate of it, all PEM.
func certificate() (authority, chain, key []byte, err error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	from, until := time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ldaptest authority"}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: Host}, NotBefore: from, NotAfter: until,
		IPAddresses: []net.IP{net.ParseIP(Host)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, nil, nil, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, leafKey.Public(), caKey)
	if err != nil {
		return nil, nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		return nil, nil, nil, err
	}
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	return block("CERTIFICATE", caDER), block("CERTIFICATE", leafDER), block("PRIVATE KEY", keyDER), nil
}
