package e2e

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/ldaptest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// Somebody follows the guide: applies each of its blocks as written, publishes the record that is shown, waits for the
// directory, registers. In the end nothing is left to do, people get in where the guide says, and it can be taken back.
func TestAccGuideOnboardAPartner(t *testing.T) {
	t.Parallel()
	seed, err := os.ReadFile(filepath.Join("..", "..", "examples", "demo", "seed.json"))
	if err != nil {
		t.Fatal(err)
	}
	names, err := dnstest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = names.Close() })
	post := servertest.NewPost(t)
	s := acctest.NewServer(t, acctest.WithSeed(seed), acctest.WithDNS(names.Address), acctest.WithPost(post), acctest.WithDirectories(guideStaff(t)))
	before := s.Counts(t)
	env := []string{"TF_VAR_directory_password=" + guidePassword}
	for name, value := range s.Env() {
		env = append(env, name+"="+value)
	}
	cli := acctest.NewCLI(t, env...)
	if cli.Before(1, 11) {
		t.Skip("the directory of the guide wants Terraform or OpenTofu 1.11")
	}

	written := ""
	for _, block := range guideBlocks(t, "onboard-a-partner.md") {
		written += block
		cli.Write("main.tf", written)
		cli.Must("apply", "-auto-approve", "-no-color")
		if strings.Contains(block, `output "dns_record"`) {
			var record domain.DNSRecord
			if err := json.Unmarshal([]byte(cli.Must("output", "-json", "dns_record")), &record); err != nil {
				t.Fatal(err)
			}
			if err := names.Add(record); err != nil {
				t.Fatal(err)
			}
		}
		// Time passes: the directory is read, mail goes out, and one of those who are invited registers.
		if err := s.Service.DoChores(t.Context()); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(block, `"msp_portal_admins"`) {
			s.Register(t, post, "bo.lindqvist@northwind-msp.example")
		}
	}

	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the last plan is not empty (%d):\n%s", code, out)
	}
	var waiting []string
	if err := json.Unmarshal([]byte(cli.Must("output", "-json", "not_registered_yet")), &waiting); err != nil || len(waiting) != 10-1 || slices.Contains(waiting, "bo.lindqvist@northwind-msp.example") {
		t.Errorf("not registered yet are %q, %v", waiting, err)
	}
	access := map[string][]string{}
	if err := json.Unmarshal([]byte(cli.Must("output", "-json", "bo_at_cedar")), &access); err != nil {
		t.Fatal(err)
	}
	if portal, direct := strings.Join(access["portal"], " "), strings.Join(access["direct"], " "); !strings.Contains(portal, "lies in 198.51.100.0/24") || !strings.Contains(direct, "lies in none of the ranges") {
		t.Errorf("the reasons are %q", access)
	}
	var told []string
	for _, m := range post.Mails() {
		told = append(told, m.To...)
	}
	for _, address := range append(slices.Clone(waiting), "access-log@northwind-msp.example") {
		if !slices.Contains(told, address) {
			t.Errorf("%s got no mail, but %q did", address, told)
		}
	}

	cli.Must("apply", "-auto-approve", "-no-color", "-var", "deletion_protection=false")
	cli.Must("destroy", "-auto-approve", "-no-color", "-var", "deletion_protection=false")
	want := before
	want.PartnerUsers += len(guidePeople) // who came from the directory stays
	if after := s.Counts(t); after != want {
		t.Errorf("after destroy the server has %+v, want %+v", after, want)
	}
}

const guidePassword = "canary-of-the-guide"

// guidePeople are whom the guide takes from the directory.
var guidePeople = []string{"Bo Lindqvist", "Carla Rossi", "Dmitri Orlov", "Elif Kaya", "Femke Visser", "Goran Babic", "Hana Suzuki", "Ines Duarte", "Jan Novak"}

// redirected finds the directory that the guide names, as a hosts file would make it.
type redirected struct {
	*directory.Reader
	to ldaptest.Endpoint
}

func (r redirected) Read(ctx context.Context, config domain.DirectoryConfig, each func(domain.DirectoryPerson) error) error {
	at := *config.LDAP
	if at.Host == "dc1.northwind-msp.example" {
		at.Host, at.Port = r.to.Host, r.to.TLSPort
	}
	config.LDAP = &at
	return r.Reader.Read(ctx, config, each)
}

// guideStaff is a true LDAP server with the people of the guide.
func guideStaff(t *testing.T) domain.DirectoryReader {
	t.Helper()
	const base, staff = "DC=northwind-msp,DC=example", "OU=Staff,DC=northwind-msp,DC=example"
	entries := []ldaptest.Entry{ldaptest.Group(staff)}
	for _, name := range guidePeople {
		mail := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@northwind-msp.example"
		entries = append(entries, ldaptest.ActiveDirectoryUser(staff, name, mail))
	}
	server, err := ldaptest.Start(ldaptest.Content{BaseDN: base, BindDN: "CN=portal,OU=Services," + base, Password: guidePassword, Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(server.CA)
	return redirected{directory.New(directory.Options{RootCAs: trusted, LDAPSPorts: []int{server.TLSPort}}), server.Endpoint}
}
