package client

import (
	"context"
	"iter"
	"net/http"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListDomains  = "listDomains"
	opGetDomain    = "getDomain"
	opPutDomain    = "putDomain"
	opDeleteDomain = "deleteDomain"
	opVerifyDomain = "verifyDomain"
	opRenewDomain  = "renewDomain"
)

// DomainFilter narrows a list of domains; what is empty does not.
type DomainFilter struct {
	Status api.DomainStatus
}

// ListDomains lists the partner's domains, by name.
func (c *Client) ListDomains(ctx context.Context, f DomainFilter) iter.Seq2[api.Domain, error] {
	return list[api.Domain](ctx, c, opListDomains, v1("domains"), filters(map[string]string{"status": string(f.Status)}))
}

// GetDomain reads a domain.
func (c *Client) GetDomain(ctx context.Context, name string) (*Versioned[api.Domain], error) {
	return versioned[api.Domain](ctx, c, read(opGetDomain, v1("domains", name), nil))
}

// ReadDomain reads a domain as GetDomain does, but maybe out of a list that was read within snapshotLife.
func (c *Client) ReadDomain(ctx context.Context, name string) (*api.Domain, error) {
	return c.shared.domains.read(ctx, objectKey{name: strings.ToLower(name)}, func() (*Versioned[api.Domain], error) {
		return c.GetDomain(ctx, name)
	})
}

// PutDomain names a domain to verify, or changes by which record.
func (c *Client) PutDomain(ctx context.Context, name string, in api.DomainInput, o WriteOptions) (*Versioned[api.Domain], error) {
	return versioned[api.Domain](ctx, c, put(opPutDomain, v1("domains", name), in, o))
}

// ValidatePutDomain checks what PutDomain would do.
func (c *Client) ValidatePutDomain(ctx context.Context, name string, in api.DomainInput, o WriteOptions) (*Validation, error) {
	return c.validate(ctx, put(opPutDomain, v1("domains", name), in, o))
}

// DeleteDomain gives a domain up.
func (c *Client) DeleteDomain(ctx context.Context, name string, o MatchOptions) error {
	return c.erase(ctx, remove(opDeleteDomain, v1("domains", name), o))
}

// ValidateDeleteDomain checks what DeleteDomain would do.
func (c *Client) ValidateDeleteDomain(ctx context.Context, name string, o MatchOptions) (*Validation, error) {
	return c.validate(ctx, remove(opDeleteDomain, v1("domains", name), o))
}

// VerifyDomain makes the server look at the DNS now and answers the domain with what it saw. That it saw nothing is no
// error.
func (c *Client) VerifyDomain(ctx context.Context, name string) (*api.Domain, error) {
	return fetch[api.Domain](ctx, c, verifyDomain(name))
}

// ValidateVerifyDomain checks what VerifyDomain would do; the server does not look.
func (c *Client) ValidateVerifyDomain(ctx context.Context, name string) (*Validation, error) {
	return c.validate(ctx, verifyDomain(name))
}

// RenewDomain gets a new code for a domain whose code has expired, and answers any other as it is.
func (c *Client) RenewDomain(ctx context.Context, name string) (*api.Domain, error) {
	return fetch[api.Domain](ctx, c, act(opRenewDomain, v1("domains", name+":renew")))
}

// ValidateRenewDomain checks what RenewDomain would do.
func (c *Client) ValidateRenewDomain(ctx context.Context, name string) (*Validation, error) {
	return c.validate(ctx, act(opRenewDomain, v1("domains", name+":renew")))
}

func verifyDomain(name string) request {
	r := act(opVerifyDomain, v1("domains", name+":verify"))
	r.harmless = true
	return r
}

// act is an action on an object, which needs no input.
func act(operation string, p path) request {
	return request{operation: operation, method: http.MethodPost, path: p, acceptHeader: acceptJSON, write: true}
}

func domainKey(d *api.Domain) objectKey { return objectKey{name: strings.ToLower(d.Name)} }
