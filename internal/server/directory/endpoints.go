package directory

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/strictjson"
)

// Endpoints are where the vendors' APIs are, as base URLs without a slash at the end.
type Endpoints struct {
	AzureStandard MicrosoftEndpoints `json:"azure_standard"`
	AzureGCCHigh  MicrosoftEndpoints `json:"azure_gcc_high"`
	Google        GoogleEndpoints    `json:"google"`
}

// MicrosoftEndpoints are one cloud of Microsoft.
type MicrosoftEndpoints struct {
	Login string `json:"login"` // below it are the tenants, such as https://login.microsoftonline.com
	Graph string `json:"graph"` // below it is /v1.0, such as https://graph.microsoft.com
}

// GoogleEndpoints are Google's.
type GoogleEndpoints struct {
	Token     string `json:"token"`     // the token endpoint itself, such as https://oauth2.googleapis.com/token
	Directory string `json:"directory"` // below it is /admin/directory/v1, such as https://admin.googleapis.com
}

func (e Endpoints) withDefaults() Endpoints {
	return Endpoints{
		AzureStandard: MicrosoftEndpoints{
			Login: cmp.Or(e.AzureStandard.Login, "https://login.microsoftonline.com"),
			Graph: cmp.Or(e.AzureStandard.Graph, "https://graph.microsoft.com"),
		},
		AzureGCCHigh: MicrosoftEndpoints{
			Login: cmp.Or(e.AzureGCCHigh.Login, "https://login.microsoftonline.us"),
			Graph: cmp.Or(e.AzureGCCHigh.Graph, "https://graph.microsoft.us"),
		},
		Google: GoogleEndpoints{
			Token:     cmp.Or(e.Google.Token, "https://oauth2.googleapis.com/token"),
			Directory: cmp.Or(e.Google.Directory, "https://admin.googleapis.com"),
		},
	}
}

// LoadEndpoints reads a file with other endpoints than those of the vendors, such as stand-ins for tests. Secrets are
// sent there, so each has to be https, or http on a loopback address.
func LoadEndpoints(file string) (Endpoints, error) {
	var e Endpoints
	content, err := os.ReadFile(file)
	if err != nil {
		return e, err
	}
	if err := strictjson.Unmarshal(content, &e); err != nil {
		line, column := 1, 1
		var at *strictjson.Error
		if errors.As(err, &at) {
			line, column = strictjson.Position(content, at.Offset)
		}
		return e, fmt.Errorf("%s:%d:%d: %w", file, line, column, err)
	}
	for name, base := range map[string]*string{
		"/azure_standard/login": &e.AzureStandard.Login, "/azure_standard/graph": &e.AzureStandard.Graph,
		"/azure_gcc_high/login": &e.AzureGCCHigh.Login, "/azure_gcc_high/graph": &e.AzureGCCHigh.Graph,
		"/google/token": &e.Google.Token, "/google/directory": &e.Google.Directory,
	} {
		if err := checkEndpoint(*base); err != nil {
			return e, fmt.Errorf("%s: %s: %w", file, name, err)
		}
		*base = strings.TrimRight(*base, "/")
	}
	return e, nil
}

// checkEndpoint takes an empty one for the vendor's own.
func checkEndpoint(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("want a URL such as https://graph.example.com")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return errors.New("want https, or http on a loopback address: secrets are sent there")
}

// LoadRootCAs reads certificates of authorities that are trusted besides those of the system, PEM.
func LoadRootCAs(file string) (*x509.CertPool, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificates: %w", err)
	}
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return pool, nil
}
