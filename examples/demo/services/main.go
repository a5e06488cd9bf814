// Command services is what surrounds the reference server of the demo, on loopback addresses: a DNS server with the records
// of a file, an LDAP server with the partner's staff, and a mail relay that notes what it takes and at which some people
// read their mail. It prints where each listens, then "ready", and goes on until SIGINT or SIGTERM.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/ldaptest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/smtptest"
)

// Files below the folder that -dir names.
const (
	zoneFile = "zone.txt"    // read: a record a line, as in "example.com TXT the value"
	mailFile = "mails.txt"   // written: a mail a line, recipient and subject with a tab between; no passwords
	caFile   = "ldap-ca.pem" // written: the authority that the LDAP server's certificate is from
	portalOf = "portal.txt"  // read: where the portal is at which people register
	joined   = "joined.txt"  // written: the address of each person who has registered, a line
)

// every is how often the files are looked at.
const every = 200 * time.Millisecond

func main() {
	dir := flag.String("dir", ".", "folder of the files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "services:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

func run(ctx context.Context, dir string) (err error) {
	names, err := dnstest.Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, names.Close()) }()
	people, err := ldaptest.Start(staff())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, people.Close()) }()
	relay, err := smtptest.Start(smtptest.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, relay.Close()) }()

	if err := os.WriteFile(filepath.Join(dir, caFile), people.CA, 0o600); err != nil {
		return err
	}
	mails, err := os.OpenFile(filepath.Join(dir, mailFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mails.Close()) }()
	team := &team{dir: dir}
	relay.Have(smtptest.Trouble{Data: func(m smtptest.Mail) error {
		team.read(m)
		_, err := fmt.Fprintf(mails, "%s\t%s\n", strings.Join(m.To, ", "), m.Subject)
		return err
	}})

	fmt.Fprintf(os.Stdout, "dns %s\nldap %d\nsmtp %s\nready\n", names.Address, people.Port, relay.Address)
	zone := &zone{names: names, file: filepath.Join(dir, zoneFile)}
	for {
		if err := errors.Join(zone.publish(), team.register(ctx)); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

type zone struct {
	names  *dnstest.Server
	file   string
	before []byte
}

// publish gives the DNS server the records of the file if they have changed.
func (z *zone) publish() error {
	text, err := os.ReadFile(z.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(text, z.before) {
		// A line that is half written comes whole the next time.
		if err := z.names.Set(records(string(text))); err != nil {
			fmt.Fprintf(os.Stderr, "services: %s: %v\n", z.file, err)
		}
		z.before = text
	}
	return nil
}

func records(text string) []domain.DNSRecord {
	var found []domain.DNSRecord
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) == 3 {
			found = append(found, domain.DNSRecord{Name: fields[0], Type: fields[1], Value: fields[2]})
		}
	}
	return found
}

// staff is the partner's Active Directory.
func staff() ldaptest.Content {
	const base, people = "DC=northwind-msp,DC=example", "OU=Staff,DC=northwind-msp,DC=example"
	content := ldaptest.Content{
		BaseDN: base, BindDN: "CN=portal,OU=Services," + base, Password: "only-for-the-demo-on-loopback",
		Entries: []ldaptest.Entry{ldaptest.Group(people)},
	}
	for _, name := range []string{"Bo Lindqvist", "Carla Rossi", "Dmitri Orlov", "Elif Kaya", "Femke Visser", "Goran Babic", "Hana Suzuki", "Ines Duarte"} {
		mail := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@northwind-msp.example"
		content.Entries = append(content.Entries, ldaptest.ActiveDirectoryUser(people, name, mail))
	}
	left := ldaptest.ActiveDirectoryUser(people, "Jonas Berg", "jonas.berg@northwind-msp.example").Disabled()
	content.Entries = append(content.Entries, left)
	return content
}
