package client

import (
	"crypto/x509"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Defaults of Config. MaxRetries has none that New applies, since 0 is a meaning of its own there.
const (
	DefaultMaxRetries     = 6
	DefaultRequestTimeout = 30 * time.Second

	defaultWriteGrace    = 10 * time.Second
	defaultMinRetryWait  = 500 * time.Millisecond
	defaultMaxRetryWait  = 30 * time.Second
	defaultMaxRetryAfter = 60 * time.Second
)

// Fields that a ConfigError names. They are spelled as the provider's arguments.
const (
	FieldEndpoint             = "endpoint"
	FieldClientID             = "client_id"
	FieldClientSecret         = "client_secret"
	FieldToken                = "token"
	FieldCACert               = "ca_cert_file"
	FieldMaxRetries           = "max_retries"
	FieldRequestTimeout       = "request_timeout"
	FieldMaxRequestsPerSecond = "max_requests_per_second"
)

// Config says how to reach the API and how to behave there. Endpoint and one way of authenticating are required.
type Config struct {
	// Endpoint is the base URL of the API: https, or http on a loopback host. A path before /v1 is allowed.
	Endpoint string

	// ClientID and ClientSecret are OAuth 2.0 client credentials.
	ClientID     string
	ClientSecret string
	// Token is a bearer token instead of client credentials.
	Token string

	// CACertPEM holds certificates that are trusted besides those of the system. Unused with HTTPTransport.
	CACertPEM []byte

	// MaxRetries is how often a request is repeated after its first try; 0 is never.
	MaxRetries int
	// RequestTimeout bounds one try, from connecting to the last byte of the body; 0 is DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRequestsPerSecond bounds all requests of this process as this client together; 0 is no bound. What the server
	// announces bounds them in any case.
	MaxRequestsPerSecond float64
	// NoSnapshots makes each of the ReadX methods ask for its object by itself.
	NoSnapshots bool

	// ProviderVersion and TerraformVersion stand in the User-Agent; the latter may be empty.
	ProviderVersion  string
	TerraformVersion string

	// HTTPTransport replaces the network, for a handler in the same process.
	HTTPTransport http.RoundTripper
	// Logger receives what the client does; nil is silence.
	Logger Logger

	// WriteGrace is how long a write that was sent may go on after its context ended; 0 is 10 s.
	WriteGrace time.Duration
	// RetryWaitMin and RetryWaitMax bound the exponential backoff; 0 is 500 ms and 30 s.
	RetryWaitMin time.Duration
	RetryWaitMax time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for; 0 is 60 s.
	MaxRetryAfter time.Duration

	// Now replaces the clock by which tokens and lists age and dates in Retry-After are read.
	Now func() time.Time
}

// String keeps the secrets of a Config that somebody prints out of the text.
func (c Config) String() string {
	return fmt.Sprintf("client.Config{Endpoint: %q, ClientID: %q}", safeEndpoint(c.Endpoint), c.ClientID)
}

// GoString does for %#v what String does for the other verbs.
func (c Config) GoString() string { return c.String() }

// ConfigError says which field of a Config is wrong.
type ConfigError struct {
	// Field is one of the Field constants.
	Field string
	// Detail says what is wrong and what would be right.
	Detail string
}

func (e *ConfigError) Error() string { return e.Field + ": " + e.Detail }

// withDefaults returns a copy in which every field that has a default is set.
func (c Config) withDefaults() Config {
	setDefault(&c.RequestTimeout, DefaultRequestTimeout)
	setDefault(&c.WriteGrace, defaultWriteGrace)
	setDefault(&c.RetryWaitMin, defaultMinRetryWait)
	setDefault(&c.RetryWaitMax, defaultMaxRetryWait)
	setDefault(&c.MaxRetryAfter, defaultMaxRetryAfter)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = silence{}
	}
	return c
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// validate checks everything but the endpoint and the certificates, which are parsed where they are used.
func (c Config) validate() error {
	hasCredentials := c.ClientID != "" || c.ClientSecret != ""
	switch {
	case c.Token != "" && hasCredentials:
		return &ConfigError{FieldToken, "both a token and client credentials are set; set exactly one of them"}
	case c.Token == "" && !hasCredentials:
		return &ConfigError{FieldClientID, "no way of authenticating is set; set client_id and client_secret, or token"}
	case c.Token == "" && c.ClientID == "":
		return &ConfigError{FieldClientID, "client_secret is set but client_id is missing"}
	case c.Token == "" && c.ClientSecret == "":
		return &ConfigError{FieldClientSecret, "client_id is set but client_secret is missing"}
	case !isHeaderToken(c.Token):
		return &ConfigError{FieldToken, "holds blanks, line breaks or other characters that no bearer token has"}
	}
	switch {
	case c.MaxRetries < 0:
		return &ConfigError{FieldMaxRetries, "must be 0 or more"}
	case c.RequestTimeout < 0:
		return &ConfigError{FieldRequestTimeout, "must be more than 0"}
	case c.MaxRequestsPerSecond < 0, math.IsNaN(c.MaxRequestsPerSecond), math.IsInf(c.MaxRequestsPerSecond, 0):
		return &ConfigError{FieldMaxRequestsPerSecond, "must be a number above 0"}
	}
	return nil
}

// isHeaderToken refuses what net/http would refuse later, with an error that could not name the field.
func isHeaderToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// parseEndpoint never repeats the text it was given: a malformed endpoint may hold a password anywhere.
func parseEndpoint(endpoint string) (*url.URL, error) {
	refuse := func(detail string) (*url.URL, error) { return nil, &ConfigError{FieldEndpoint, detail} }
	if endpoint == "" {
		return refuse("is missing; set the base URL of the API, for example https://portal.example")
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" || !validPort(u.Port()) {
		return refuse("is not a URL such as https://portal.example")
	}
	switch {
	case u.User != nil:
		return refuse("must not hold a user name or password; use client_id and client_secret, or token")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(endpoint, "#"):
		return refuse("must not have a query or a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return refuse(fmt.Sprintf("is plain http, which would send credentials to %q unencrypted; use https (http is for loopback addresses only)", u.Hostname()))
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse(fmt.Sprintf("has the scheme %q; use https", u.Scheme))
	}
	base := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/"), RawPath: strings.TrimRight(u.RawPath, "/")}
	return base, nil
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= math.MaxUint16
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func safeEndpoint(endpoint string) string {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return ""
	}
	return u.String()
}

func certPool(extra []byte) (*x509.CertPool, error) {
	if len(extra) == 0 {
		return nil, nil // nil is the system's own pool
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(extra) {
		return nil, &ConfigError{FieldCACert, "holds no certificate in PEM format"}
	}
	return pool, nil
}
