package directory

import (
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/directorytest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// TestVendors: these are the addresses that Microsoft and Google publish.
func TestVendors(t *testing.T) {
	t.Parallel()
	want := Endpoints{
		AzureStandard: MicrosoftEndpoints{"https://login.microsoftonline.com", "https://graph.microsoft.com"},
		AzureGCCHigh:  MicrosoftEndpoints{"https://login.microsoftonline.us", "https://graph.microsoft.us"},
		Google:        GoogleEndpoints{"https://oauth2.googleapis.com/token", "https://admin.googleapis.com"},
	}
	if got := New(Options{}).endpoints; got != want {
		t.Errorf("got %+v", got)
	}
	other := Endpoints{Google: GoogleEndpoints{Directory: "https://gateway.example"}}
	want.Google.Directory = "https://gateway.example"
	if got := New(Options{Endpoints: other}).endpoints; got != want {
		t.Errorf("with a gateway: %+v", got)
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEndpointsFile(t *testing.T) {
	t.Parallel()
	got, err := LoadEndpoints(write(t, `{"azure_gcc_high":{"login":"http://127.0.0.1:8081/","graph":"http://[::1]:8081"},"google":{"token":"https://gateway.example/token"}}`))
	want := Endpoints{AzureGCCHigh: MicrosoftEndpoints{"http://127.0.0.1:8081", "http://[::1]:8081"}, Google: GoogleEndpoints{Token: "https://gateway.example/token"}}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for content, says := range map[string]string{
		`{`:            "file:1:",
		`{"azure":{}}`: "/azure",
		`{"google":{"token":"http://gateway.example/token"}}`:            "/google/token: want https",
		`{"google":{"directory":"http://localhost.evil.example"}}`:       "/google/directory: want https",
		`{"azure_standard":{"login":"ftp://127.0.0.1"}}`:                 "/azure_standard/login: want https",
		`{"azure_standard":{"graph":"graph.microsoft.com"}}`:             "/azure_standard/graph: want a URL",
		`{"azure_gcc_high":{"login":"https://me:secret@login.example"}}`: "/azure_gcc_high/login: want a URL",
		`{"azure_gcc_high":{"graph":"https://graph.example?x=1"}}`:       "/azure_gcc_high/graph: want a URL",
	} {
		if _, err := LoadEndpoints(write(t, content)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", content, err, says)
		}
	}
	if _, err := LoadEndpoints(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}

// TestRootCAs: an authority of the file is trusted by what reads over HTTP, too.
func TestRootCAs(t *testing.T) {
	t.Parallel()
	standIn := &directorytest.Graph{Tenant: "t", ClientID: "c", ClientSecret: "s"}
	standIn.Set(directorytest.GraphUsers("many.example", 2)...)
	server := httptest.NewTLSServer(standIn)
	t.Cleanup(server.Close)
	pool, err := LoadRootCAs(write(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))))
	if err != nil {
		t.Fatal(err)
	}
	reader := New(Options{RootCAs: pool, Endpoints: Endpoints{AzureStandard: MicrosoftEndpoints{server.URL, server.URL}}})
	config := domain.DirectoryConfig{Type: domain.DirectoryAzureStandard, Azure: &domain.AzureConfig{TenantID: "t", ClientID: "c", ClientSecret: domain.NewSecret("s")}}
	people := 0
	if err := reader.Read(t.Context(), config, func(domain.DirectoryPerson) error { people++; return nil }); err != nil || people != 2 {
		t.Errorf("%d people, %v", people, err)
	}
	if _, err := LoadRootCAs(write(t, "no certificate")); err == nil || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("without a certificate: %v", err)
	}
	if _, err := LoadRootCAs(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}

func TestPresentable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"wrong\r\n\x1b[31mpassword\x00 s3cret, s3cret": "wrong [31mpassword (secret), (secret)",
		strings.Repeat("ä", maxDetail):                 strings.Repeat("ä", maxDetail),
		strings.Repeat("ä", maxDetail+1):               strings.Repeat("ä", maxDetail-1) + "…",
		"\xff":                                         "?",
	} {
		if got := presentable(text, []string{"s3cret", ""}); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// TestBoundedConn: a directory can't fill the server's memory.
func TestBoundedConn(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	go func() {
		_, _ = far.Write(make([]byte, 11)) // ends with the reader
		_ = far.Close()
	}()
	bounded := &boundedConn{Conn: near}
	bounded.left.Store(10)
	if n, err := io.Copy(io.Discard, bounded); n > 10 || !errors.Is(err, errTooMuch) {
		t.Errorf("%d bytes, %v", n, err)
	}
	var told *domain.DirectoryError
	if err := (&ldapConn{bounded: bounded}).explain("search", errors.New("closed")); !errors.As(err, &told) || told.Kind != domain.DirectoryTooLarge {
		t.Errorf("explained as %v", err)
	}
}
