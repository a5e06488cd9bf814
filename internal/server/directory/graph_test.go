package directory_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directory"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directorytest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// naps counts how long a reader would have slept, instead of sleeping.
type naps struct {
	mu    sync.Mutex
	taken []time.Duration
}

func (n *naps) wait(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taken = append(n.taken, d)
	return ctx.Err()
}

// graph is a stand-in of Microsoft's, a reader of it, and the settings that are right.
func graph(t *testing.T) (*directorytest.Graph, *directory.Reader, domain.DirectoryConfig, *naps) {
	t.Helper()
	standIn := &directorytest.Graph{Tenant: "northwind.example", ClientID: "client", ClientSecret: canary}
	server := httptest.NewServer(standIn)
	t.Cleanup(server.Close)
	var slept naps
	reader := directory.New(directory.Options{
		Endpoints: directory.Endpoints{AzureStandard: directory.MicrosoftEndpoints{Login: server.URL, Graph: server.URL}}, Timeout: 20 * time.Second, Wait: slept.wait,
	})
	return standIn, reader, domain.DirectoryConfig{Type: domain.DirectoryAzureStandard, Azure: &domain.AzureConfig{
		TenantID: "northwind.example", ClientID: "client", ClientSecret: domain.NewSecret(canary),
	}}, &slept
}

func TestGraphPeople(t *testing.T) {
	t.Parallel()
	standIn, reader, config, _ := graph(t)
	standIn.Set(
		directorytest.GraphUser("id-kim", "Kim Lee", "Kim@northwind.example", "businessPhones", []string{"+44 1"}, "mobilePhone", "+44 2",
			"proxyAddresses", []string{"SMTP:kim@northwind.example", "smtp:kim.lee@northwind.example", "sip:kim@northwind.example"}),
		directorytest.GraphUser("id-gone", "Gone", "gone@northwind.example", "accountEnabled", false, "mobilePhone", "+44 3"),
		directorytest.GraphUser("id-guest", "Guest", "guest@elsewhere.example", "userType", "Guest"),
		directorytest.GraphUser("id-old", "Old", "old@northwind.example", "userType", nil, "accountEnabled", nil),
		directorytest.GraphUser("id-old", "Old", "old@northwind.example"), // somebody moved between two pages
		directorytest.GraphUser("id-room", "Room", "", "mail", nil),
	)
	got, err := read(t, reader, config)
	if err != nil || len(got) != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if p := got[0]; p.ID != "id-kim" || p.Email != "Kim@northwind.example" || p.Name != "Kim Lee" || p.Phone != "+44 1" || !slices.Equal(p.Aliases, []string{"kim.lee@northwind.example"}) || p.Disabled {
		t.Errorf("Kim is %+v", p)
	}
	if p := got[1]; p.ID != "id-gone" || p.Phone != "+44 3" || p.Aliases != nil || !p.Disabled {
		t.Errorf("who has gone is %+v", p)
	}
	if p := got[2]; p.ID != "id-old" || p.Disabled {
		t.Errorf("who was there before types is %+v", p)
	}
}

func TestGraphPages(t *testing.T) {
	t.Parallel()
	standIn, reader, config, _ := graph(t)
	standIn.Set(directorytest.GraphUsers("many.example", 2500)...)
	got, err := read(t, reader, config)
	if err != nil || len(got) != 2500 || got[2499].Email != "user2500@many.example" || standIn.Pages() != 3 || standIn.SignIns() != 1 {
		t.Errorf("%d people in %d pages after %d sign-ins, %v", len(got), standIn.Pages(), standIn.SignIns(), err)
	}
	wantStops(t, reader, config)
	standIn.Set()
	if got, err := read(t, reader, config); err != nil || len(got) > 0 {
		t.Errorf("of nobody: %+v, %v", got, err)
	}
}

func TestGraphRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*directorytest.Graph, *domain.AzureConfig)
		kind   domain.DirectoryErrorKind
		says   string
	}{
		"secret":     {func(_ *directorytest.Graph, c *domain.AzureConfig) { c.ClientSecret = domain.NewSecret("wrong") }, domain.DirectoryCredentials, "Invalid client secret provided."},
		"client":     {func(_ *directorytest.Graph, c *domain.AzureConfig) { c.ClientID = "other" }, domain.DirectoryCredentials, "AADSTS700016"},
		"tenant":     {func(_ *directorytest.Graph, c *domain.AzureConfig) { c.TenantID = "../x?" }, domain.DirectoryNotFound, "Tenant '../x?' not found."},
		"permission": {func(g *directorytest.Graph, _ *domain.AzureConfig) { g.NoPermission = true }, domain.DirectoryForbidden, "User.Read.All"},
		"no JSON": {func(g *directorytest.Graph, _ *domain.AzureConfig) {
			g.Disturb(directorytest.Trouble{Times: 1, Status: http.StatusOK, Body: "<html>"})
		}, domain.DirectoryMalformed, "JSON"},
		"another answer": {func(g *directorytest.Graph, _ *domain.AzureConfig) {
			g.Disturb(directorytest.Trouble{Times: 1, Status: http.StatusOK, Body: `{"values":[]}`})
		}, domain.DirectoryMalformed, "no list of users"},
		"nobody": {func(g *directorytest.Graph, _ *domain.AzureConfig) { g.Set(map[string]any{"mail": "x@y.example"}) }, domain.DirectoryMalformed, "no id"},
		"redirect": {func(g *directorytest.Graph, _ *domain.AzureConfig) {
			g.Disturb(directorytest.Trouble{Times: 1, Status: http.StatusFound})
		}, domain.DirectoryRefused, "302"},
		"expired token": {func(g *directorytest.Graph, _ *domain.AzureConfig) {
			g.Disturb(directorytest.Trouble{Times: 1, Status: http.StatusUnauthorized, Body: `{"error":{"code":"InvalidAuthenticationToken","message":"The secret was ` + canary + `"}}`})
		}, domain.DirectoryCredentials, "(secret)"},
		"second page": {func(g *directorytest.Graph, _ *domain.AzureConfig) {
			g.Disturb(directorytest.Trouble{After: 1, Times: 99, Status: http.StatusInternalServerError})
		}, domain.DirectoryUnreachable, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn, reader, config, _ := graph(t)
			standIn.Set(directorytest.GraphUsers("many.example", 1000)...)
			c.change(standIn, config.Azure)
			wantFailure(t, reader, config, c.kind, c.says)
		})
	}
}

// TestThrottling: an API that is busy is waited for as long as it says, within bounds.
func TestThrottling(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trouble directorytest.Trouble
		naps    []time.Duration
		kind    domain.DirectoryErrorKind // none if it works in the end
	}{
		"seconds":     {directorytest.Trouble{After: 1, Times: 2, Status: http.StatusTooManyRequests, RetryAfter: "17"}, []time.Duration{17 * time.Second, 17 * time.Second}, ""},
		"no header":   {directorytest.Trouble{Times: 3, Status: http.StatusTooManyRequests}, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, ""},
		"odd header":  {directorytest.Trouble{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: "-5"}, []time.Duration{time.Second}, ""},
		"a past date": {directorytest.Trouble{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: "Mon, 02 Jan 2006 15:04:05 GMT"}, []time.Duration{0}, ""},
		"broken":      {directorytest.Trouble{Times: 1, Status: http.StatusServiceUnavailable, RetryAfter: "3"}, []time.Duration{3 * time.Second}, ""},
		"too long":    {directorytest.Trouble{Times: 1, Status: http.StatusTooManyRequests, RetryAfter: "3600"}, nil, domain.DirectoryRateLimited},
		"again and again": {
			directorytest.Trouble{Times: 99, Status: http.StatusTooManyRequests, RetryAfter: "1"},
			slices.Repeat([]time.Duration{time.Second}, 5), domain.DirectoryRateLimited,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standIn, reader, config, slept := graph(t)
			standIn.Set(directorytest.GraphUsers("many.example", 1500)...)
			standIn.Disturb(c.trouble)
			if c.kind != "" {
				wantFailure(t, reader, config, c.kind, "list the users")
			} else if got, err := read(t, reader, config); err != nil || len(got) != 1500 {
				t.Errorf("%d people, %v", len(got), err)
			}
			if !slices.Equal(slept.taken, c.naps) {
				t.Errorf("slept %v, want %v", slept.taken, c.naps)
			}
		})
	}
}

// TestTokenStaysHome: the token goes to Graph alone, wherever the link to the next page leads.
func TestTokenStaysHome(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody else was asked: %s with %q", r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	for _, link := range []string{elsewhere.URL + "/v1.0/users", "https://graph.microsoft.com.evil.example/v1.0/users", "//evil.example/", "/v1.0/users", ":"} {
		standIn, reader, config, _ := graph(t)
		standIn.NextLink = link
		wantFailure(t, reader, config, domain.DirectoryMalformed, "leads away")
	}
}

func TestEndlessPages(t *testing.T) {
	t.Parallel()
	standIn := &directorytest.Graph{Tenant: "northwind.example", ClientID: "client", ClientSecret: canary}
	server := httptest.NewServer(standIn)
	t.Cleanup(server.Close)
	standIn.NextLink = server.URL + "/v1.0/users?again"
	_, _, config, _ := graph(t)
	reader := directory.New(directory.Options{Endpoints: directory.Endpoints{AzureStandard: directory.MicrosoftEndpoints{Login: server.URL, Graph: server.URL}}})
	wantFailure(t, reader, config, domain.DirectoryMalformed, "the same page")
}

// TestClouds: each cloud has hosts of its own, and a secret never goes to the other's.
func TestClouds(t *testing.T) {
	t.Parallel()
	standIn := &directorytest.Graph{Tenant: "t", ClientID: "c", ClientSecret: canary}
	server := httptest.NewServer(standIn)
	t.Cleanup(server.Close)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the other cloud was asked: %s", r.URL) }))
	t.Cleanup(other.Close)
	here, there := directory.MicrosoftEndpoints{Login: server.URL, Graph: server.URL}, directory.MicrosoftEndpoints{Login: other.URL, Graph: other.URL}
	standIn.Set(directorytest.GraphUsers("many.example", 2)...)
	for kind, endpoints := range map[domain.DirectoryType]directory.Endpoints{
		domain.DirectoryAzureStandard: {AzureStandard: here, AzureGCCHigh: there},
		domain.DirectoryAzureGCCHigh:  {AzureStandard: there, AzureGCCHigh: here},
	} {
		config := domain.DirectoryConfig{Type: kind, Azure: &domain.AzureConfig{TenantID: "t", ClientID: "c", ClientSecret: domain.NewSecret(canary)}}
		if got, err := read(t, directory.New(directory.Options{Endpoints: endpoints}), config); err != nil || len(got) != 2 {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
}

// closedAddress refuses connections. A free port would not do: those are given to other tests.
const closedAddress = "127.0.0.1:1"

func TestUnreachableAPI(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(release) })
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = quiet
	t.Cleanup(untrusted.Close)
	_, _, config, _ := graph(t)
	reader := func(url string, o directory.Options) *directory.Reader {
		o.Endpoints.AzureStandard = directory.MicrosoftEndpoints{Login: url, Graph: url}
		return directory.New(o)
	}
	wantEnds(t, reader(silent.URL, directory.Options{}), config)
	var slept naps
	wantFailure(t, reader("http://"+closedAddress, directory.Options{Wait: slept.wait}), config, domain.DirectoryUnreachable, "sign in")
	if len(slept.taken) != 5 {
		t.Errorf("tried %d times again", len(slept.taken))
	}
	wantFailure(t, reader(silent.URL, directory.Options{Timeout: 50 * time.Millisecond, Wait: slept.wait}), config, domain.DirectoryUnreachable, "sign in")
	slept.taken = nil
	wantFailure(t, reader(untrusted.URL, directory.Options{Wait: slept.wait}), config, domain.DirectoryTLS, "certificate")
	wantFailure(t, reader("https://"+closedAddress, directory.Options{Wait: slept.wait}), config, domain.DirectoryUnreachable, "sign in")
}
