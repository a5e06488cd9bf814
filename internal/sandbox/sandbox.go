// Package sandbox runs the reference server inside the provider's own process, without a listener: the same domain, the
// same HTTP, an embedded database file that all processes of a Terraform command share.
package sandbox

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/seal"
)

// PartnerID is the partner that Terraform acts for, clientID the API client as which it does.
const (
	PartnerID = "sandbox"
	clientID  = "sandbox"
)

// endpoint is what requests are made out to. No such host can exist (RFC 2606).
const endpoint = "https://sandbox.invalid"

// defaultSeed is what a fresh sandbox holds: a partner whose API client acts for a portal admin that Terraform did not
// make, so that everything that Terraform made can be destroyed.
//
//go:embed seed.json
var defaultSeed []byte

// Options of a Sandbox.
type Options struct {
	// Path of the database file; by default msp-sandbox/sandbox.db in the folder that Terraform keeps its own data in. Missing folders are created.
	Path string
	// SeedFile names a seed of the reference server that is applied besides the default one; none if empty.
	SeedFile string
}

// Sandbox is a reference server in this process, and the way to reach it.
type Sandbox struct {
	// Endpoint is the base URL that Transport answers.
	Endpoint string
	// Token is the bearer token that Transport takes from this process. It opens nothing else.
	Token string
	// Transport takes requests to the server. It is safe for concurrent use.
	Transport http.RoundTripper

	server *server.Server
	dns    *dnsSwitch
	file   fs.FileInfo // of the database, to notice that it was replaced
}

// SeedError is a seed file that can't be used.
type SeedError struct{ err error }

func (e *SeedError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *SeedError) Unwrap() error { return e.err }

// running are the sandboxes of this process by the path of their database. Aliases of one provider share them; they end
// with the process, whose sudden end the database is made for.
var running = struct {
	sync.Mutex
	byPath map[string]*Sandbox
}{byPath: make(map[string]*Sandbox)}

// Start opens the sandbox, or gives the one that this process has on the same file. An error about the seed file is a
// SeedError.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	path := o.Path
	if path == "" {
		path = defaultPath()
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the database file: %w", err)
	}
	running.Lock()
	defer running.Unlock()
	box := running.byPath[path]
	if box == nil || !box.isStill(path) {
		if box, err = open(ctx, path); err != nil {
			return nil, err
		}
		running.byPath[path] = box
	}
	if o.SeedFile != "" {
		if err := box.apply(ctx, o.SeedFile); err != nil {
			return nil, &SeedError{err}
		}
	}
	return box, nil
}

// defaultPath is the database file in the folder that Terraform keeps its own data in.
func defaultPath() string {
	dir := os.Getenv("TF_DATA_DIR")
	if dir == "" {
		dir = ".terraform"
	}
	return filepath.Join(dir, "msp-sandbox", "sandbox.db")
}

func open(ctx context.Context, path string) (*Sandbox, error) {
	// Nobody else's business: the database holds what an MSP administrator may do.
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("create the folder of the database: %w", err)
	}
	lookups, err := newDNSSwitch()
	if err != nil {
		return nil, err
	}
	s, err := server.New(ctx, server.Options{
		Database: "sqlite:" + path,
		Resolver: lookups,
		// No secret opens a sandbox: there is no listener to send one to. Hashing them well would only cost time.
		SecretIterations: 1,
		Sealer:           seal.NewFile(path + ".key"),
	})
	if err != nil {
		return nil, err
	}
	box := &Sandbox{Endpoint: endpoint, Token: rand.Text(), server: s, dns: lookups}
	box.Transport = &signedIn{token: box.Token, service: s.Service, next: transport{s.Handler()}}
	if err := box.applyDefault(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if box.file, err = os.Stat(path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return box, nil
}

// isStill reports whether the path is still the file that was opened: under --debug a process outlives many commands, and
// users start over by deleting the file.
func (b *Sandbox) isStill(path string) bool {
	now, err := os.Stat(path)
	return err == nil && os.SameFile(now, b.file)
}

// applyDefault fills a fresh database. The client's secret is made up and forgotten: whoever may open the file needs none.
func (b *Sandbox) applyDefault(ctx context.Context) error {
	seed, hash, err := server.ParseSeed("the sandbox's seed", defaultSeed)
	if err != nil {
		return err
	}
	caller := &seed.Partners[0]
	caller.Clients = append(caller.Clients, domain.SeedClient{
		ID: clientID, Secret: rand.Text(), PortalRole: domain.RoleAdministrator, ActsFor: caller.PortalAdmins[0].Email,
	})
	if _, err := b.server.Service.ApplySeed(ctx, hash, seed); err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	return nil
}

func (b *Sandbox) apply(ctx context.Context, file string) error {
	seed, hash, err := server.LoadSeed(file)
	if err != nil {
		return err
	}
	if err := b.dns.useZone(seed.DNSZone); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if !bringsSomething(seed) {
		return fmt.Errorf("%s: there is no partner with the id %q in it, as which Terraform acts in the sandbox; what is there for other partners only would never be seen", file, PartnerID)
	}
	if _, err := b.server.Service.ApplySeed(ctx, hash, seed); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func bringsSomething(seed domain.Seed) bool {
	for _, partner := range seed.Partners {
		if partner.ID == PartnerID {
			return true
		}
	}
	return false
}
