package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func begin(t *testing.T, o Options) *Sandbox {
	t.Helper()
	box, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.server.Close() })
	return box
}

// ask sends a request with the token and answers its status and body.
func ask(t *testing.T, box *Sandbox, method, path, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, box.Endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := box.Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestFreshSandbox(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b", "sandbox.db")
	box := begin(t, Options{Path: path})

	status, body := ask(t, box, http.MethodGet, "/v1/me", box.Token, "")
	var me struct {
		PartnerID   string `json:"partner_id"`
		PartnerKind string `json:"partner_kind"`
		PortalRole  string `json:"portal_role"`
		ActsFor     string `json:"acts_for"`
	}
	if err := json.Unmarshal([]byte(body), &me); status != http.StatusOK || err != nil {
		t.Fatal(status, body, err)
	}
	if me.PartnerID != PartnerID || me.PartnerKind != "msp" || me.PortalRole != "msp_administrator" || me.ActsFor == "" {
		t.Errorf("the caller is %+v", me)
	}
	if status, body := ask(t, box, http.MethodGet, "/v1/portal-admins/"+me.ActsFor, box.Token, ""); status != http.StatusOK || !strings.Contains(body, `"msp_administrator"`) {
		t.Errorf("the first portal admin: %d %s", status, body)
	}
	if status, body := ask(t, box, http.MethodGet, "/v1/partner/config", box.Token, ""); status != http.StatusOK || strings.Contains(body, "smarthost") {
		t.Errorf("the partner config is not empty: %d %s", status, body)
	}
	for _, token := range []string{"", "sandbox", box.Token + "x"} {
		if status, body := ask(t, box, http.MethodGet, "/v1/me", token, ""); status != http.StatusUnauthorized {
			t.Errorf("token %q: %d %s", token, status, body)
		}
	}
	for file, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v (%v)", file, info.Mode().Perm(), want, err)
		}
	}
}

// TestSharedSandbox: aliases on one file share one server, also if they start at the same moment.
func TestSharedSandbox(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sandbox.db")
	boxes := make([]*Sandbox, 8)
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() { boxes[i], _ = Start(t.Context(), Options{Path: path}) })
	}
	wg.Wait()
	for _, box := range boxes {
		if box == nil || box != boxes[0] {
			t.Fatalf("the sandboxes are %v", boxes)
		}
	}
	t.Cleanup(func() { _ = boxes[0].server.Close() })

	if other := begin(t, Options{Path: filepath.Join(t.TempDir(), "sandbox.db")}); other == boxes[0] {
		t.Error("another file is the same sandbox")
	}
}

// TestReplacedFile: deleting the file is how users start over.
func TestReplacedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "sandbox.db")
	box := begin(t, Options{Path: path})
	if status, body := ask(t, box, http.MethodPut, "/v1/partner-users/kim@msp.example", box.Token, `{"name":"Kim"}`); status != http.StatusCreated {
		t.Fatal(status, body)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	fresh := begin(t, Options{Path: path})
	if status, body := ask(t, fresh, http.MethodGet, "/v1/partner-users/kim@msp.example", fresh.Token, ""); status != http.StatusNotFound {
		t.Errorf("the person of the old file: %d %s", status, body)
	}
}

func TestSeedFile(t *testing.T) {
	t.Parallel()
	const partner = `{"partners":[{"id":"sandbox","name":"Ignored","kind":"reseller","products":[],"clients":[],"users":[],"portal_admins":[],
		"customers":[{"id":"cus_seeded","name":"Seeded","domain":"seeded.example"}]}]}`
	path := filepath.Join(t.TempDir(), "sandbox.db")
	seed := func(content string) string {
		file := filepath.Join(t.TempDir(), "seed.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	box := begin(t, Options{Path: path})
	for range 2 {
		begin(t, Options{Path: path, SeedFile: seed(partner)})
	}
	if status, body := ask(t, box, http.MethodGet, "/v1/customers/cus_seeded", box.Token, ""); status != http.StatusOK || !strings.Contains(body, `"referral"`) {
		t.Errorf("the seeded customer: %d %s", status, body)
	}
	if status, body := ask(t, box, http.MethodGet, "/v1/partner", box.Token, ""); status != http.StatusOK || !strings.Contains(body, `"Sandbox MSP"`) {
		t.Errorf("the seed changed the partner: %d %s", status, body)
	}

	for name, c := range map[string]struct{ file, says string }{
		"missing file":    {filepath.Join(t.TempDir(), "missing.json"), "missing.json"},
		"no JSON":         {seed("{"), "seed.json:1:"},
		"unknown field":   {seed(`{"partner":[]}`), "no such field"},
		"another partner": {seed(strings.ReplaceAll(partner, `"sandbox"`, `"other"`)), `no partner with the id "sandbox"`},
		"broken rule":     {seed(strings.NewReplacer("seeded.example", "no domain", "cus_seeded", "cus_other").Replace(partner)), "partners[0].customers[0].domain"},
	} {
		_, err := Start(t.Context(), Options{Path: path, SeedFile: c.file})
		var bad *SeedError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a SeedError that says %q", name, err, c.says)
		}
	}
}

func TestUnusablePath(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no database, and long enough that nobody takes it for one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{t.TempDir(), file, filepath.Join(file, "sandbox.db")} {
		if _, err := Start(t.Context(), Options{Path: path}); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) && !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestTokenIsRenewed: an apply may take longer than a token lives.
func TestTokenIsRenewed(t *testing.T) {
	t.Parallel()
	box := begin(t, Options{Path: filepath.Join(t.TempDir(), "sandbox.db")})
	source := box.Transport.(*signedIn)
	var tokens []string
	for range 3 {
		if status, body := ask(t, box, http.MethodGet, "/v1/me", box.Token, ""); status != http.StatusOK {
			t.Fatal(status, body)
		}
		tokens = append(tokens, source.access)
		if len(tokens) == 2 {
			source.renewAt = time.Now() // half of its life is over
		}
	}
	if tokens[0] != tokens[1] || tokens[1] == tokens[2] {
		t.Errorf("the tokens were %q", tokens)
	}
}

func TestDefaultPath(t *testing.T) {
	t.Setenv("TF_DATA_DIR", "")
	if got, want := defaultPath(), filepath.Join(".terraform", "msp-sandbox", "sandbox.db"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	t.Setenv("TF_DATA_DIR", "elsewhere")
	if got, want := defaultPath(), filepath.Join("elsewhere", "msp-sandbox", "sandbox.db"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func BenchmarkStart(b *testing.B) {
	b.Run("fresh", func(b *testing.B) {
		for b.Loop() {
			benchmarkStart(b, filepath.Join(b.TempDir(), "sandbox.db"))
		}
	})
	b.Run("again", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "sandbox.db")
		benchmarkStart(b, path)
		for b.Loop() {
			benchmarkStart(b, path)
		}
	})
}

func benchmarkStart(b *testing.B, path string) {
	b.Helper()
	box, err := open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	if err := box.server.Close(); err != nil {
		b.Fatal(err)
	}
}
