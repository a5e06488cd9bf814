package provider

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// portal answers as little of the API as it takes to see who asks.
type portal struct {
	*httptest.Server
	mu     sync.Mutex
	agents map[string]bool
}

const goodSecret = "s3cret-of-the-test"

func newPortal(t testing.TB, listen func(http.Handler) *httptest.Server) *portal {
	t.Helper()
	p := &portal{agents: make(map[string]bool)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		w.Header().Set("Content-Type", "application/json")
		if !strings.HasSuffix(secret, goodSecret) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "for-" + id + "-" + secret, "token_type": "Bearer", "expires_in": 900})
	})
	mux.HandleFunc("GET /v1/me", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.agents[r.UserAgent()] = true
		p.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"client_id": strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), "partner_id": "p", "partner_name": "P", "partner_kind": "msp",
			"permissions": []string{}, "contact_roles": []string{},
		})
	})
	p.Server = listen(mux)
	t.Cleanup(p.Close)
	return p
}

type env = map[string]string

// source is a way in which provider block and environment name the API and the caller.
type source struct {
	block block
	env   env
	// as is the bearer token that the API sees; otherwise the error is at the attribute and says the texts.
	as   string
	at   string
	says []string
}

func fileWith(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// usableSources say as whom the provider comes.
func usableSources(t *testing.T, p *portal, missing string) map[string]source {
	t.Helper()
	return map[string]source{
		"client credentials in the block": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "client_secret": "a-" + goodSecret},
			as:    "for-hcl-a-" + goodSecret,
		},
		"client credentials in the environment": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": "b-" + goodSecret},
			as:  "for-env-b-" + goodSecret,
		},
		"no block at all": {
			block: nil,
			env:   env{"MSP_ENDPOINT": p.URL, "MSP_TOKEN": "env-token"},
			as:    "env-token",
		},
		"the block wins attribute by attribute": {
			block: block{"endpoint": p.URL, "client_id": "hcl"},
			env:   env{"MSP_ENDPOINT": "https://elsewhere.invalid", "MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": goodSecret},
			as:    "for-hcl-" + goodSecret,
		},
		"a secret in the block wins over both of the environment": {
			block: block{"endpoint": p.URL, "client_secret": "a-" + goodSecret},
			env:   env{"MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": "wrong", "MSP_CLIENT_SECRET_FILE": missing},
			as:    "for-env-a-" + goodSecret,
		},
		"a secret file in the block wins over both of the environment": {
			block: block{"endpoint": p.URL, "client_secret_file": fileWith(t, "f-"+goodSecret)},
			env:   env{"MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": "wrong", "MSP_CLIENT_SECRET_FILE": missing},
			as:    "for-env-f-" + goodSecret,
		},
		"a secret file in the environment": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET_FILE": fileWith(t, goodSecret+"\n")},
			as:  "for-env-" + goodSecret,
		},
		"a file with the line break of another system": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "client_secret_file": fileWith(t, goodSecret+"\r\n")},
			as:    "for-hcl-" + goodSecret,
		},
		"only one line break is passed over": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "client_secret_file": fileWith(t, goodSecret+"\n\n")},
			at:    "client_secret_file", says: []string{"invalid_client"},
		},
		"a token in the block": {
			block: block{"endpoint": p.URL, "token": "hcl-token"},
			as:    "hcl-token",
		},
		"a token file": {
			block: block{"endpoint": p.URL, "token_file": fileWith(t, "file-token\n")},
			as:    "file-token",
		},
		"a token in the block silences client credentials of the environment": {
			block: block{"endpoint": p.URL, "token": "hcl-token"},
			env:   env{"MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": "x", "MSP_TOKEN": "env-token"},
			as:    "hcl-token",
		},
		"client credentials in the block silence a token of the environment": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "client_secret": goodSecret},
			env:   env{"MSP_TOKEN": "env-token"},
			as:    "for-hcl-" + goodSecret,
		},
		"half of the client credentials in the block silence a token too": {
			block: block{"endpoint": p.URL, "client_id": "hcl"},
			env:   env{"MSP_TOKEN": "env-token"},
			at:    "client_secret", says: []string{"Missing client_secret", "attribute client_id", "MSP_CLIENT_SECRET", "client_secret_file"},
		},
		"a sandbox silences the whole environment": {
			block: block{"sandbox": block{"path": filepath.Join(t.TempDir(), "sandbox.db")}},
			env:   env{"MSP_ENDPOINT": "http://portal.example", "MSP_CLIENT_ID": "env", "MSP_TOKEN": "env-token", "MSP_CA_CERT_FILE": missing},
			as:    "sandbox",
		},
		"everything": {
			block: block{
				"endpoint": p.URL, "token": "hcl-token", "max_retries": 0, "request_timeout": "1m30s", "max_requests_per_second": 50.5, "adopt_existing": true,
			},
			as: "hcl-token",
		},
	}
}

// unclearSources say too little or too much.
func unclearSources(p *portal, missing string) map[string]source {
	return map[string]source{
		"nothing": {
			at: "endpoint", says: []string{"not configured", "MSP_ENDPOINT", "MSP_CLIENT_ID", "MSP_TOKEN", "sandbox = {}"},
		},
		"no endpoint": {
			env: env{"MSP_TOKEN": "x"},
			at:  "endpoint", says: []string{"Missing endpoint", "attribute endpoint", "MSP_ENDPOINT"},
		},
		"no credentials": {
			block: block{"endpoint": p.URL},
			at:    "client_id", says: []string{"Missing credentials", "client_secret", "MSP_CLIENT_ID", "MSP_CLIENT_SECRET", "MSP_TOKEN"},
		},
		"a client ID alone": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_ID": "env"},
			at:  "client_secret", says: []string{"environment variable MSP_CLIENT_ID", "attribute client_secret", "MSP_CLIENT_SECRET", "MSP_CLIENT_SECRET_FILE"},
		},
		"a secret alone": {
			block: block{"endpoint": p.URL, "client_secret": goodSecret},
			at:    "client_id", says: []string{"Missing client_id", "attribute client_secret", "MSP_CLIENT_ID"},
		},
		"a secret file alone is not read": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_SECRET_FILE": missing},
			at:  "client_id", says: []string{"Missing client_id", "environment variable MSP_CLIENT_SECRET_FILE"},
		},
		"two ways in the environment": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": "x", "MSP_TOKEN": "y"},
			at:  "token", says: []string{"Two ways", "MSP_TOKEN", "MSP_CLIENT_ID, MSP_CLIENT_SECRET"},
		},
		"two secrets in the environment": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET": "x", "MSP_CLIENT_SECRET_FILE": missing},
			at:  "client_secret", says: []string{"MSP_CLIENT_SECRET and MSP_CLIENT_SECRET_FILE are both set"},
		},
		"two ways in the block": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "token": "x"},
			at:    "token", says: []string{"token stands beside client_id"},
		},
		"two tokens in the block": {
			block: block{"endpoint": p.URL, "token_file": missing, "token": "x"},
			at:    "token", says: []string{"token stands beside token_file"},
		},
		"two secrets in the block": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "client_secret": "x", "client_secret_file": missing},
			at:    "client_secret", says: []string{"client_secret stands beside client_secret_file"},
		},
		"a sandbox beside a server": {
			block: block{"sandbox": block{"path": missing}, "endpoint": p.URL, "client_id": "hcl", "ca_cert_file": missing},
			at:    "sandbox", says: []string{"sandbox stands beside endpoint, client_id, ca_cert_file"},
		},
	}
}

// wrongSources say what can't be.
func wrongSources(t *testing.T, p *portal, missing string) map[string]source {
	t.Helper()
	return map[string]source{
		"a missing secret file": {
			block: block{"endpoint": p.URL, "client_id": "hcl", "client_secret_file": missing},
			at:    "client_secret_file", says: []string{missing, "attribute client_secret_file", "no such file"},
		},
		"a missing secret file of the environment": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_CLIENT_ID": "env", "MSP_CLIENT_SECRET_FILE": missing},
			at:  "client_secret_file", says: []string{missing, "environment variable MSP_CLIENT_SECRET_FILE"},
		},
		"an empty token file": {
			block: block{"endpoint": p.URL, "token_file": fileWith(t, "\n")},
			at:    "token_file", says: []string{"is empty"},
		},
		"a folder as token file": {
			block: block{"endpoint": p.URL, "token_file": t.TempDir()},
			at:    "token_file", says: []string{"is a directory"},
		},
		"a token file with more than a token": {
			block: block{"endpoint": p.URL, "token_file": fileWith(t, "two words")},
			at:    "token_file", says: []string{"bearer token"},
		},
		"a CA file without a certificate": {
			block: block{"endpoint": p.URL, "token": "x", "ca_cert_file": fileWith(t, "hello")},
			at:    "ca_cert_file", says: []string{"no certificate in PEM format", "attribute ca_cert_file"},
		},
		"a missing CA file of the environment": {
			env: env{"MSP_ENDPOINT": p.URL, "MSP_TOKEN": "x", "MSP_CA_CERT_FILE": missing},
			at:  "ca_cert_file", says: []string{missing, "MSP_CA_CERT_FILE"},
		},
		"http to a foreign host": {
			block: block{"endpoint": "http://portal.example", "token": "x"},
			at:    "endpoint", says: []string{"unencrypted", "use https"},
		},
		"http to a foreign host in the environment": {
			env: env{"MSP_ENDPOINT": "http://portal.example", "MSP_TOKEN": "x"},
			at:  "endpoint", says: []string{"The value of environment variable MSP_ENDPOINT is plain http", "unencrypted"},
		},
		"an endpoint with a password": {
			block: block{"endpoint": "https://u:hunter2@portal.example", "token": "x"},
			at:    "endpoint", says: []string{"must not hold a user name or password"},
		},
		"an empty argument": {
			block: block{"endpoint": p.URL, "token": ""},
			at:    "token", says: []string{"empty string", "MSP_TOKEN"},
		},
		"a wrong timeout": {
			block: block{"endpoint": p.URL, "token": "x", "request_timeout": "30"},
			at:    "request_timeout", says: []string{`"30" is no duration`, `"30s"`},
		},
		"a negative timeout": {
			block: block{"endpoint": p.URL, "token": "x", "request_timeout": "-3s"},
			at:    "request_timeout", says: []string{"above zero"},
		},
		"negative retries": {
			block: block{"endpoint": p.URL, "token": "x", "max_retries": -1},
			at:    "max_retries", says: []string{"between 0 and 100"},
		},
		"a rate of nothing": {
			block: block{"endpoint": p.URL, "token": "x", "max_requests_per_second": 0},
			at:    "max_requests_per_second", says: []string{"at least 0.1"},
		},
		"a sandbox on no database": {
			block: block{"sandbox": block{"path": t.TempDir()}},
			at:    "sandbox", says: []string{"can't be started", "it is a directory"},
		},
		"a sandbox without its seed file": {
			block: block{"sandbox": block{"path": filepath.Join(t.TempDir(), "sandbox.db"), "seed_file": missing}},
			at:    "sandbox.seed_file", says: []string{"can't be started", missing},
		},
	}
}

// TestSources walks them: as whom does the provider come, or what one thing does it say?
func TestSources(t *testing.T) {
	t.Parallel()
	p := newPortal(t, httptest.NewServer)
	missing := filepath.Join(t.TempDir(), "missing")
	all := usableSources(t, p, missing)
	maps.Copy(all, unclearSources(p, missing))
	maps.Copy(all, wrongSources(t, p, missing))
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf := start(t, c.env)
			found := tf.configure(t.Context(), c.block)
			if c.as == "" {
				found.expectOne(t, c.at, c.says...)
				for _, secret := range []string{goodSecret, "hunter2"} {
					if strings.Contains(found.String(), secret) {
						t.Errorf("the error tells a secret:\n%s", found)
					}
				}
				return
			}
			found.expectNone(t)
			me, found := tf.read(t.Context(), "msp_current_client", map[string]any{})
			found.expectNone(t)
			var as string
			if err := me["client_id"].As(&as); err != nil || as != c.as {
				t.Errorf("the API was asked as %q (%v), want %q", as, err, c.as)
			}
		})
	}
	t.Cleanup(func() {
		const agent = "terraform-provider-msp/1.2.3 (+https://registry.terraform.io/providers/terraform-provider-msp/msp) Terraform/1.11.4"
		if len(p.agents) != 1 || !p.agents[agent] {
			t.Errorf("user agents were %v, want only %q", p.agents, agent)
		}
	})
}
