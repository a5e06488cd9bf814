package externaladmins_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
)

// A role is changed, and access taken away, over the version that the list gave. Where lists give none, it is asked for.
func TestAccExternalAdmins_versions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		without bool
		reads   int
	}{
		"lists give versions": {false, 0},
		"lists give none":     {true, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.NewServer(t)
			for _, email := range []string{lee, robin, kim, pat} {
				grant(t, s, email, basic)
			}
			if c.without {
				withoutVersions(t, s)
			}
			s.ResetRequests()
			after, refusal := s.Protocol(t).Apply(typeName,
				object(initech, roles{lee: basic, robin: basic, kim: basic, pat: basic}), object(initech, roles{lee: partner, robin: partner, kim: basic}))
			if refusal != "" {
				t.Error(refusal)
			}
			wantRoles(t, "the state", rolesOf(t, after), roles{lee: partner, robin: partner, kim: basic})
			reads := 0
			for _, r := range s.Requests() {
				if r.OperationID == "getExternalAdmin" {
					reads++
				}
			}
			if reads != c.reads {
				t.Errorf("%d grants were read by themselves, want %d", reads, c.reads)
			}
			writes := slices.Concat(batchWrites(t, s)...)
			for _, item := range writes {
				if item.IfMatch == nil {
					t.Errorf("%s was written over any version", item.Email)
				}
			}
			if len(writes) != 3 {
				t.Errorf("%d grants were written, want 3", len(writes))
			}
		})
	}
}

var version = regexp.MustCompile(`,"etag":"(\\.|[^"\\])*"`)

// withoutVersions makes the lists of a server those of one that knows no versions of items.
func withoutVersions(t *testing.T, s *acctest.Server) {
	t.Helper()
	s.Client(t) // of the server itself
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ModifyResponse = func(r *http.Response) error {
		if !strings.HasSuffix(r.Request.URL.Path, "/external-admins") {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		body = version.ReplaceAll(body, nil)
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return err
	}
	proxy := httptest.NewServer(forward)
	t.Cleanup(proxy.Close)
	s.URL = proxy.URL
}
