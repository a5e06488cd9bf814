// Package acctest runs Terraform's acceptance tests against the true reference server, one for each test.
package acctest

import (
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dnstest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// A partner user of the seed that a directory brought, and an alias of the same person.
const (
	DirectoryUser  = "Sam.Osei@northwind-msp.example"
	DirectoryAlias = "sam@northwind-msp.example"
)

// Server is a reference server, and the client of it that the provider uses.
type Server struct {
	*servertest.Server
	ActsFor     string // e-mail of the portal admin for whom the client acts; empty for nobody
	ActsForName string

	arguments string
	once      sync.Once
	client    *client.Client
}

// Option changes the server of a test, or how the provider reaches it.
type Option func(*config)

type config struct {
	server    []servertest.Option
	arguments string
	role      api.PortalRoleName
	client    string
}

// WithFaults makes requests fail on purpose; more can be added later through Server.Faults.
func WithFaults(faults ...rest.Fault) Option { return onServer(servertest.WithFaults(faults...)) }

// WithClock gives the server another time.
func WithClock(now func() time.Time) Option { return onServer(servertest.WithClock(now)) }

// WithSeed starts the server with another seed. The provider uses the first client of its first partner.
func WithSeed(seed []byte) Option { return onServer(servertest.WithSeed(seed)) }

// WithDNS makes the server ask the DNS server at host:port for the records that validate domains.
func WithDNS(address string) Option { return onServer(servertest.WithDNS(address)) }

// WithPost hands the server's mail to a relay, so that invited people can register.
func WithPost(p *servertest.Post) Option { return onServer(servertest.WithPost(p)) }

// WithRateLimit lets each client send so many requests a second, and burst at once.
func WithRateLimit(perSecond float64, burst int) Option {
	return onServer(servertest.WithRateLimit(perSecond, burst))
}

// WithDirectories gives the server what it reads directories by.
func WithDirectories(reader domain.DirectoryReader) Option {
	return onServer(servertest.WithDirectories(reader))
}

func onServer(o servertest.Option) Option { return func(c *config) { c.server = append(c.server, o) } }

// WithProviderArguments adds lines to the provider block.
func WithProviderArguments(arguments string) Option {
	return func(c *config) { c.arguments += arguments + "\n" }
}

// WithRole makes the provider a client of the first partner with this portal role.
func WithRole(role api.PortalRoleName) Option { return func(c *config) { c.role = role } }

// WithClient makes the provider this client of the seed.
func WithClient(id string) Option { return func(c *config) { c.client = id } }

// NewServer starts a server that ends with the test; see servertest.NewServer.
func NewServer(t *testing.T, opts ...Option) *Server {
	t.Helper()
	var c config
	for _, opt := range opts {
		opt(&c)
	}
	s := &Server{Server: servertest.NewServer(t, c.server...), arguments: c.arguments}
	if c.role != "" {
		c.client = s.clientOf(t, c.role)
	}
	if c.client != "" {
		s.ClientID, s.ClientSecret = c.client, s.Secret(t, c.client)
	}
	s.findPerson()
	return s
}

// NewServerWithDNS is NewServer with a DNS server of the test's own, which the server asks.
func NewServerWithDNS(t *testing.T, opts ...Option) (*Server, *dnstest.Server) {
	t.Helper()
	lookups, err := dnstest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lookups.Close() })
	return NewServer(t, append(opts, WithDNS(lookups.Address))...), lookups
}

func (s *Server) clientOf(t *testing.T, role api.PortalRoleName) string {
	t.Helper()
	if len(s.Seed.Partners) == 0 {
		t.Skipf("the server is not ours: no client with the role %s is known", role)
	}
	for _, c := range s.Seed.Partners[0].Clients {
		if c.PortalRole == domain.PortalRole(role) && c.ActsFor == "" {
			return c.ID
		}
	}
	t.Fatalf("the seed has no client with the role %s", role)
	return ""
}

// findPerson looks up for whom the client acts.
func (s *Server) findPerson() {
	for _, partner := range s.Seed.Partners {
		for _, c := range partner.Clients {
			if c.ID == s.ClientID {
				s.ActsFor = c.ActsFor
			}
		}
		for _, user := range partner.Users {
			if user.Email == s.ActsFor {
				s.ActsForName = user.Name
			}
		}
	}
}

// Env are the environment variables by which the provider reaches this server.
func (s *Server) Env() map[string]string {
	return map[string]string{"MSP_ENDPOINT": s.URL, "MSP_CLIENT_ID": s.ClientID, "MSP_CLIENT_SECRET": s.ClientSecret}
}

// ProviderConfig is a provider block for this server.
func (s *Server) ProviderConfig() string {
	return fmt.Sprintf("provider \"msp\" {\n  endpoint      = %q\n  client_id     = %q\n  client_secret = %q\n%s}\n", s.URL, s.ClientID, s.ClientSecret, s.arguments)
}

// Client is an API client beside the provider, an MSP administrator whatever the provider is: to prepare what a test
// meets, to change things behind Terraform's back, and to look what came of it.
func (s *Server) Client(t *testing.T) *client.Client {
	t.Helper()
	s.once.Do(func() {
		id := s.ClientID
		if len(s.Seed.Partners) > 0 {
			id = s.Seed.Partners[0].Clients[0].ID
		}
		var err error
		if s.client, err = client.New(t.Context(), client.Config{Endpoint: s.URL, ClientID: id, ClientSecret: s.Secret(t, id), ProviderVersion: "test"}); err != nil {
			t.Fatal(err)
		}
	})
	return s.client
}

// Count tells how many requests of an operation came, of any but createToken if it is empty.
func (s *Server) Count(operation string) int {
	n := 0
	for _, r := range s.Requests() {
		if operation == "" && r.OperationID != "createToken" || r.OperationID == operation {
			n++
		}
	}
	return n
}

// Dismiss makes somebody a portal admin no more, behind Terraform's back.
func (s *Server) Dismiss(t *testing.T, email string) {
	t.Helper()
	if err := s.Client(t).DeletePortalAdmin(t.Context(), email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

// Counts tells how much of each kind there is.
type Counts struct{ PartnerUsers, PortalAdmins, Domains, Customers, CustomerUsers, CustomRoles, ExternalAdmins, AccessRoles, GroupMembers, Contacts int }

// Counts asks the server.
func (s *Server) Counts(t *testing.T) Counts {
	t.Helper()
	c := s.Client(t)
	return Counts{
		PartnerUsers:   count(t, c.ListPartnerUsers(t.Context(), client.PartnerUserFilter{})),
		PortalAdmins:   count(t, c.ListPortalAdmins(t.Context(), client.PortalAdminFilter{})),
		Domains:        count(t, c.ListDomains(t.Context(), client.DomainFilter{})),
		Customers:      count(t, c.ListCustomers(t.Context(), client.CustomerFilter{})),
		CustomerUsers:  count(t, c.ListCustomerUsers(t.Context(), client.CustomerUserFilter{})),
		CustomRoles:    count(t, c.ListCustomRoles(t.Context(), client.RoleFilter{})),
		ExternalAdmins: count(t, c.ListExternalAdmins(t.Context(), client.ExternalAdminFilter{})),
		AccessRoles:    count(t, c.ListAccessRoles(t.Context(), client.AccessRoleFilter{})),
		GroupMembers:   count(t, c.ListAccessGroupMembers(t.Context(), client.AccessGroupMemberFilter{})),
		Contacts:       count(t, c.ListAuthorizedContacts(t.Context(), client.AuthorizedContactFilter{})),
	}
}

func count[T any](t *testing.T, list iter.Seq2[T, error]) int {
	t.Helper()
	n := 0
	for _, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}
