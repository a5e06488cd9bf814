// Package servertest runs the true reference server inside of tests, on a database of its own, and holds every answer to
// the contract.
package servertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/seal"
)

// MainClient is a client of internal/server/testdata/seed.json: an MSP administrator of the first partner that acts for
// nobody.
const MainClient = "northwind-automation"

// secretIterations keeps signing in from being most of a test's time. The secrets are no secrets here.
const secretIterations = 1000

// Server is a reference server for one test.
type Server struct {
	URL          string
	ClientID     string // of MainClient, or the first client of another seed
	ClientSecret string
	Faults       *rest.Faults    // failures to happen; nil without WithFaults
	Service      *domain.Service // to look behind the API; nil for an external server
	Seed         domain.Seed     // that it started with; empty for an external server

	secrets map[string]string // by client id
	tokens  sync.Map          // access tokens, by client id
	mu      sync.Mutex
	seen    []Request
}

// Request is one that the server answered.
type Request struct {
	OperationID string // of the contract; empty for a path that it does not have
	Method      string
	Path        string // escaped, without the query
	Query       string
	Status      int // 0 if the connection was closed without an answer
	Header      map[string][]string
	Body        []byte
}

// Option changes the server of a test.
type Option func(*config)

type config struct {
	options server.Options
	seed    []byte
}

// WithFaults makes requests fail on purpose; more can be added later through Server.Faults.
func WithFaults(faults ...rest.Fault) Option {
	return func(c *config) {
		c.options.Faults = &rest.Faults{}
		for _, fault := range faults {
			if err := c.options.Faults.Add(fault); err != nil {
				panic(err) // a mistake in the test
			}
		}
	}
}

// WithClock gives the server another time.
func WithClock(now func() time.Time) Option { return func(c *config) { c.options.Now = now } }

// WithTrustedProxies makes the server believe what requests from these addresses say in X-Forwarded-For.
func WithTrustedProxies(proxies ...netip.Prefix) Option {
	return func(c *config) { c.options.TrustedProxies = proxies }
}

// WithSeed starts the server with another seed than internal/server/testdata/seed.json.
func WithSeed(seed []byte) Option { return func(c *config) { c.seed = seed } }

// WithDNS makes the server ask the DNS server at host:port for the records that validate domains.
func WithDNS(address string) Option { return func(c *config) { c.options.DNSResolver = address } }

// WithRateLimit lets each client send so many requests a second, and burst at once.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(c *config) { c.options.RateLimit = rest.RateLimit{PerSecond: perSecond, Burst: burst} }
}

// WithDirectories gives the server what it reads directories by.
func WithDirectories(reader domain.DirectoryReader) Option {
	return func(c *config) { c.options.Directories = reader }
}

// servers are counted so that no two have the same URL: a client's process goes on with what it has learned of a server, and
// the port of one that has ended is given to another.
var servers atomic.Int64

// NewServer starts a server that ends with the test. With MSP_ACC_ENDPOINT it answers that one instead, see external.go;
// tests that need options or the server's inside are skipped then.
func NewServer(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	if endpoint := os.Getenv(envEndpoint); endpoint != "" {
		if len(opts) > 0 {
			tb.Skipf("this test needs a server of its own, not the one of %s", envEndpoint)
		}
		return external(tb, endpoint)
	}
	c := config{seed: SeedJSON(tb)}
	for _, opt := range opts {
		opt(&c)
	}
	seed, _, err := server.ParseSeed("seed", c.seed)
	if err != nil {
		tb.Fatal(err)
	}
	c.options.SeedJSON, c.options.SecretIterations = c.seed, secretIterations
	c.options.Database = c.database(tb)
	c.options.Sealer = seal.NewFile(filepath.Join(tb.TempDir(), "secret.key"))
	inside, err := server.New(tb.Context(), c.options)
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{Faults: c.options.Faults, Service: inside.Service, Seed: seed, secrets: secretsOf(seed)}
	base := fmt.Sprintf("/t%d", servers.Add(1))
	web := httptest.NewServer(http.StripPrefix(base, s.record(tb, inside.Handler())))
	tb.Cleanup(func() {
		web.Close()
		if err := inside.Close(); err != nil {
			tb.Errorf("close the server: %v", err)
		}
	})
	s.URL, s.ClientID = web.URL+base, seed.Partners[0].Clients[0].ID
	s.ClientSecret = s.secrets[s.ClientID]
	return s
}

// SeedJSON is the text of internal/server/testdata/seed.json.
func SeedJSON(tb testing.TB) []byte {
	tb.Helper()
	dir, err := os.Getwd() // in tests, the folder of the package
	for err == nil {
		text, readErr := os.ReadFile(filepath.Join(dir, "internal", "server", "testdata", "seed.json"))
		if readErr == nil {
			return text
		}
		if filepath.Dir(dir) == dir {
			err = readErr
		}
		dir = filepath.Dir(dir)
	}
	tb.Fatalf("find the seed: %v", err)
	return nil
}

func secretsOf(seed domain.Seed) map[string]string {
	secrets := map[string]string{}
	for _, partner := range seed.Partners {
		for _, client := range partner.Clients {
			secrets[client.ID] = client.Secret
		}
		for _, customer := range partner.Customers {
			for _, client := range customer.Clients {
				secrets[client.ID] = client.Secret
			}
		}
	}
	return secrets
}

// Secret of any client of the seed.
func (s *Server) Secret(tb testing.TB, clientID string) string {
	tb.Helper()
	secret, ok := s.secrets[clientID]
	switch {
	case !ok && s.Service == nil:
		tb.Skipf("the server of %s has no client %s that is known here", envEndpoint, clientID)
	case !ok:
		tb.Fatalf("the seed has no client %s", clientID)
	}
	return secret
}

// Requests are those that were answered so far, in the order in which their answers began.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}

// ResetRequests forgets them.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = nil
}
