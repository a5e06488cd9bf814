// Package server is the reference server: domain, store and HTTP put together, and its command.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/dns"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/seal"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/store"
)

// Options of a Server.
type Options struct {
	Database  string           // where the data is, such as "sqlite:portal.db"
	SeedFile  string           // what a fresh database starts with; nothing if empty
	SeedJSON  []byte           // the same as a text; one of the two
	Now       func() time.Time // time.Now if nil
	TokenTTL  time.Duration    // how long an access token lives; the domain's default if zero
	Logger    *slog.Logger     // none if nil
	RateLimit rest.RateLimit   // none if zero
	Faults    *rest.Faults     // for tests only
	Sealer    domain.Sealer    // encrypts stored secrets; none can be stored if nil
	Relay     domain.Relay     // where mail is handed over; if nil, it stays in the outbox

	// TrustedProxies are believed what X-Forwarded-For says of where a sign-in to a customer comes from; none if nil.
	TrustedProxies []netip.Prefix

	// Directories reads people out of directories; the true ones if nil.
	Directories   domain.DirectoryReader
	DirectorySync domain.DirectorySyncOptions // the domain's defaults if zero

	// DNSResolver is the host:port of the DNS server that validates domains; those of the system if empty.
	DNSResolver string
	Resolver    domain.Resolver // in its place, if not nil
	// ValidationHost is what CNAME records that validate domains are aliases of; the domain's default if empty.
	ValidationHost string

	// SecretIterations is the work of hashing a client's secret; the domain's default if zero. Less is for tests only.
	SecretIterations int
}

// Server is a reference server without a listener of its own.
type Server struct {
	Service *domain.Service

	store    domain.Store
	logger   *slog.Logger
	handler  http.Handler
	draining atomic.Bool
}

// New opens the database, brings it up to date, applies the seed unless it was applied before, and is ready to answer.
// It starts nothing that runs by itself. Close it.
func New(ctx context.Context, o Options) (*Server, error) {
	seed, hash, err := o.seed()
	if err != nil {
		return nil, err
	}
	if len(seed.DNSZone) > 0 {
		return nil, fmt.Errorf("the seed %s has a dns_zone, which would verify domains that are nobody's; only the provider's sandbox takes one", o.SeedFile)
	}
	if o.Resolver == nil {
		if o.Resolver, err = dns.New(o.DNSResolver); err != nil {
			return nil, fmt.Errorf("the DNS resolver: %w", err)
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := store.Open(ctx, o.Database)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if o.Sealer == nil {
		o.Sealer = seal.Keys(nil) // which says what is missing
	}
	if o.Directories == nil {
		o.Directories = directory.New(directory.Options{})
	}
	s := &Server{store: db, logger: o.Logger, Service: domain.New(db, domain.Options{
		Now: o.Now, TokenTTL: o.TokenTTL, SecretIterations: o.SecretIterations,
		Sealer: o.Sealer, Directories: o.Directories, DirectorySync: o.DirectorySync,
		Resolver: o.Resolver, ValidationHost: o.ValidationHost, Relay: o.Relay,
	})}
	if hash != "" {
		if _, err := s.Service.ApplySeed(ctx, hash, seed); err != nil {
			return nil, errors.Join(fmt.Errorf("apply the seed %s: %w", o.SeedFile, err), db.Close())
		}
	}
	s.handler = rest.New(s.Service, rest.Options{Logger: o.Logger, RateLimit: o.RateLimit, Faults: o.Faults, TrustedProxies: o.TrustedProxies, Now: o.Now, Ready: s.ready})
	return s, nil
}

// seed is the seed of the options; its hash is empty if there is none.
func (o Options) seed() (domain.Seed, string, error) {
	switch {
	case o.SeedFile != "" && o.SeedJSON != nil:
		return domain.Seed{}, "", errors.New("give the seed as a file or as a text, not both")
	case o.SeedFile != "":
		return LoadSeed(o.SeedFile)
	case o.SeedJSON != nil:
		return ParseSeed("seed", o.SeedJSON)
	}
	return domain.Seed{}, "", nil
}

// Handler answers the API.
func (s *Server) Handler() http.Handler { return s.handler }

// Drain makes the server say that it is not ready, so that a load balancer sends new requests elsewhere. It still
// answers all of them.
func (s *Server) Drain() { s.draining.Store(true) }

func (s *Server) ready(context.Context) error {
	if s.draining.Load() {
		return errors.New("the server shuts down")
	}
	return nil
}

// Close the database. Requests must have ended.
func (s *Server) Close() error { return s.store.Close() }
