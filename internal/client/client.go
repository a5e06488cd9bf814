// Package client is the typed client of the API: one method for each operation of the contract, whether or not something
// calls it yet, and beneath them authentication, repeats, limits and errors, once. It knows nothing of Terraform.
package client

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	homepage = "https://registry.terraform.io/providers/terraform-provider-msp/msp"

	// maxIdlePerHost is above any sensible -parallelism: Go's default of 2 opens a connection for nearly every request.
	maxIdlePerHost = 64
)

// Client talks to one API as one client of it. It is safe for use by several goroutines.
type Client struct {
	config      Config
	base        *url.URL
	userAgent   string
	transport   http.RoundTripper
	inProcess   bool
	credentials credentials
	throttle    *throttle
	writes      *writes
	wrote       atomic.Bool
	shared      sharedReads
	surveys     surveys
	mask        *redactor
	log         Logger
	// unusable is why the client sends nothing, see Unusable.
	unusable error
}

// HasWritten reports whether this client has begun to change anything.
func (c *Client) HasWritten() bool { return c.wrote.Load() }

// New checks the configuration and makes a client of it; it sends nothing. ctx is for the log only. An error is a
// ConfigError.
func New(ctx context.Context, config Config) (*Client, error) {
	base, err := parseEndpoint(config.Endpoint)
	if err != nil {
		return nil, err
	}
	if err := config.validate(); err != nil {
		return nil, err
	}
	config = config.withDefaults()

	mask := &redactor{}
	basic := &basicAuth{config.ClientID, config.ClientSecret}
	mask.add(config.Token, config.ClientSecret, url.QueryEscape(config.ClientSecret))
	if config.ClientSecret != "" {
		mask.add(basic.header())
	}
	c := &Client{
		config: config, base: base, mask: mask,
		userAgent: userAgent(config.ProviderVersion, config.TerraformVersion),
		transport: config.HTTPTransport, inProcess: config.HTTPTransport != nil,
		log: maskedLogger{config.Logger, mask},
	}
	if !c.inProcess {
		if c.transport, err = newTransport(config.CACertPEM); err != nil {
			return nil, err
		}
	}
	key := throttleKey{base.String(), config.ClientID, config.Token, config.MaxRequestsPerSecond}
	c.throttle = throttlesOf.of(key, func() *throttle { return newThrottle(config.MaxRequestsPerSecond, config.MaxRetryAfter) })
	c.writes = writesOf.of(base.String(), func() *writes { return &writes{} })
	if !config.NoSnapshots {
		c.shareReads()
	}
	if config.Token != "" {
		c.credentials = staticToken(config.Token)
	} else {
		c.credentials = &tokenSource{fetch: c.fetchToken, now: config.Now}
	}
	c.log.Debug(ctx, "API client configured", "endpoint", base.String(), "client_id", config.ClientID)
	return c, nil
}

// String keeps the secrets of a Client that somebody prints out of the text.
func (c *Client) String() string { return "client.Client for " + c.base.String() }

// GoString does for %#v what String does for the other verbs.
func (c *Client) GoString() string { return c.String() }

func userAgent(provider, terraform string) string {
	agent := "terraform-provider-msp/" + provider + " (+" + homepage + ")"
	if terraform != "" {
		agent += " Terraform/" + terraform
	}
	return agent
}

// newTransport is the network. Time limits of its own are for steps that hang without an answer; the whole of a try is
// bounded by its context.
func newTransport(caCertPEM []byte) (http.RoundTripper, error) {
	roots, err := certPool(caCertPEM)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true, // not a matter of course with a TLSClientConfig
		MaxIdleConns:           2 * maxIdlePerHost,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		// A dead HTTP/2 connection would otherwise fail every later request: a timeout of one does not close it.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}, nil
}
