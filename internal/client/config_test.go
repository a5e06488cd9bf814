package client

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := Config{Endpoint: "https://portal.example", ClientID: testClientID, ClientSecret: testSecret}
	endpoint := func(s string) func(*Config) { return func(c *Config) { c.Endpoint = s } }
	tests := map[string]struct {
		change func(*Config)
		field  string
		says   string
	}{
		"no endpoint":         {endpoint(""), FieldEndpoint, "missing"},
		"no URL":              {endpoint("portal"), FieldEndpoint, "https://portal.example"},
		"no host":             {endpoint("https:///x"), FieldEndpoint, "not a URL"},
		"port only":           {endpoint("https://:443"), FieldEndpoint, "not a URL"},
		"port too high":       {endpoint("https://portal.example:70000"), FieldEndpoint, "not a URL"},
		"secret in a bad URL": {endpoint("https://user:canary"), FieldEndpoint, "not a URL"},
		"http elsewhere":      {endpoint("http://portal.example"), FieldEndpoint, "unencrypted"},
		"http, looks local":   {endpoint("http://localhost.evil.example"), FieldEndpoint, "unencrypted"},
		"http, number host":   {endpoint("http://10.0.0.1"), FieldEndpoint, "unencrypted"},
		"scheme":              {endpoint("ftp://portal.example"), FieldEndpoint, "ftp"},
		"user":                {endpoint("https://user:canary@portal.example"), FieldEndpoint, "user name"},
		"query":               {endpoint("https://portal.example?token=canary"), FieldEndpoint, "query"},
		"empty query":         {endpoint("https://portal.example?"), FieldEndpoint, "query"},
		"fragment":            {endpoint("https://portal.example#canary"), FieldEndpoint, "fragment"},
		"nothing":             {func(c *Config) { c.ClientID, c.ClientSecret = "", "" }, FieldClientID, "token"},
		"no secret":           {func(c *Config) { c.ClientSecret = "" }, FieldClientSecret, "missing"},
		"no id":               {func(c *Config) { c.ClientID = "" }, FieldClientID, "missing"},
		"both":                {func(c *Config) { c.Token = "canary" }, FieldToken, "exactly one"},
		"token with newline":  {func(c *Config) { c.ClientID, c.ClientSecret, c.Token = "", "", "canary\n" }, FieldToken, "line breaks"},
		"CA":                  {func(c *Config) { c.CACertPEM = []byte("canary") }, FieldCACert, "PEM"},
		"retries":             {func(c *Config) { c.MaxRetries = -1 }, FieldMaxRetries, "0 or more"},
		"timeout":             {func(c *Config) { c.RequestTimeout = -time.Second }, FieldRequestTimeout, "more than 0"},
		"rate":                {func(c *Config) { c.MaxRequestsPerSecond = -1 }, FieldMaxRequestsPerSecond, "above 0"},
		"rate NaN":            {func(c *Config) { c.MaxRequestsPerSecond = math.NaN() }, FieldMaxRequestsPerSecond, "above 0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := good
			test.change(&config)
			_, err := New(t.Context(), config)
			var e *ConfigError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a ConfigError", err)
			}
			if e.Field != test.field {
				t.Errorf("got field %q, want %q", e.Field, test.field)
			}
			wantText(t, err, test.says)
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("error %q holds a secret", err)
			}
		})
	}
}

func TestNewTakes(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"https://portal.example":          "https://portal.example/v1/me",
		"https://portal.example/":         "https://portal.example/v1/me",
		"https://portal.example:8443/a/b": "https://portal.example:8443/a/b/v1/me",
		"https://portal.example/a%2Fb/":   "https://portal.example/a%2Fb/v1/me",
		"HTTPS://portal.example":          "https://portal.example/v1/me",
		"http://127.8.9.1:80":             "http://127.8.9.1:80/v1/me",
		"http://[::1]:8080":               "http://[::1]:8080/v1/me",
		"http://LocalHost":                "http://LocalHost/v1/me",
	} {
		c, err := New(t.Context(), Config{Endpoint: endpoint, Token: testToken})
		if err != nil {
			t.Errorf("%s: %v", endpoint, err)
			continue
		}
		if got, _ := c.target(v1("me"), nil); got != want {
			t.Errorf("%s: got %s, want %s", endpoint, got, want)
		}
	}
}

func TestTransportIsSetOnPurpose(t *testing.T) {
	t.Parallel()
	made, err := newTransport(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport, ok := made.(*http.Transport)
	if !ok {
		t.Fatalf("got %T", made)
	}
	if transport.Proxy == nil || transport.MaxIdleConnsPerHost < 64 || transport.TLSClientConfig.MinVersion < 0x0303 {
		t.Errorf("got %+v", transport)
	}
}

func TestPrintingHidesSecrets(t *testing.T) {
	t.Parallel()
	config := Config{Endpoint: "https://portal.example", ClientID: testClientID, ClientSecret: testSecret}
	c, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	holder := struct{ C *Client }{c}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{config, &config, c, holder} {
			if text := fmt.Sprintf(format, value); strings.Contains(text, testSecret) {
				t.Errorf("%s of %T holds the secret: %s", format, value, text)
			}
		}
	}
}
