package server_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
)

func database(t *testing.T) string {
	t.Helper()
	return "--database=sqlite:" + filepath.Join(t.TempDir(), "portal.db")
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if status := server.Command(t.Context(), []string{"-h"}, &out, &errs); status != 0 || errs.Len() > 0 {
		t.Errorf("got %d %s", status, &errs)
	}
	for _, name := range []string{
		"listen", "database", "seed", "secret-key-file", "directory-ca-file", "directory-endpoints", "smtp", "smtp-from", "smtp-user", "smtp-password-file", "smtp-tls", "smtp-ca-file", "token-ttl", "rate-limit", "log-level", "tls-cert", "tls-key", "insecure-http", "trusted-proxies", "shutdown-delay", "shutdown-grace", "unsafe-faults",
	} {
		if !strings.Contains(out.String(), "  --"+name+" ") {
			t.Errorf("the help does not tell of --%s", name)
		}
	}
}

// What the command can't do it says, once and clearly.
func TestRefusedStarts(t *testing.T) {
	t.Parallel()
	faults := file(t, "faults.json", `{"faults":[{"operation":"getHealth","kind":"slow"}]}`)
	seed := file(t, "seed.json", "{\n  \"partners\": [\n    {\"id\": 7}\n  ]\n}\n")
	for _, test := range []struct {
		why    string
		args   []string
		status int
		want   string
	}{
		{"unknown flag", []string{"--port=80"}, 2, "flag provided but not defined: -port"},
		{"argument", []string{"now"}, 2, `unexpected argument "now"`},
		{"no port", []string{"--listen=127.0.0.1"}, 2, "host:port"},
		{"http for all", []string{"--listen=0.0.0.0:0"}, 2, "refusing to serve plain http on 0.0.0.0:0"},
		{"http for all, unsaid", []string{"--listen=:0"}, 2, "--insecure-http"},
		{"half of tls", []string{"--tls-cert=x.pem"}, 2, "--tls-cert and --tls-key go together"},
		{"a proxy that is none", []string{"--trusted-proxies=10.0.0.0/8,gateway"}, 2, "gateway"},
		{"both", []string{"--tls-cert=x.pem", "--tls-key=y.pem", "--insecure-http"}, 2, "contradicts"},
		{"no certificate", []string{"--tls-cert=x.pem", "--tls-key=y.pem"}, 1, "load the certificate"},
		{"faults for all", []string{"--unsafe-faults=" + faults, "--listen=0.0.0.0:0", "--insecure-http"}, 2, "refusing --unsafe-faults"},
		{"faults for a real database", []string{"--unsafe-faults=" + faults, "--database=postgres://db/x"}, 2, "refusing --unsafe-faults"},
		{"no faults", []string{"--unsafe-faults=missing.json"}, 1, "missing.json"},
		{"wrong fault", []string{"--unsafe-faults=" + file(t, "f.json", `{"faults":[{"operation":"x","kind":"slow"}]}`)}, 1, `fault 0: there is no operation "x"`},
		{"odd faults", []string{"--unsafe-faults=" + file(t, "f.json", `{"faults":[{"kind":"slow","delay":"long"}]}`)}, 1, "f.json:1:"},
		{"synchronizations", []string{"--directory-sync-every=0s"}, 2, "--directory-sync-every"},
		{"share", []string{"--directory-max-disable-percent=0"}, 2, "--directory-max-disable-percent"},
		{"more than all", []string{"--directory-max-disable-percent=101"}, 2, "--directory-max-disable-percent"},
		{"token", []string{"--token-ttl=0s"}, 2, "--token-ttl"},
		{"rate", []string{"--rate-limit=none"}, 2, "50:100"},
		{"burst", []string{"--rate-limit=50:0"}, 2, "50:100"},
		{"level", []string{"--log-level=loud"}, 2, "log-level"},
		{"grace", []string{"--shutdown-grace=-1s"}, 2, "--shutdown-grace"},
		{"database", []string{"--database=mysql://x"}, 1, "open the database"},
		{"no keys", []string{"--secret-key-file=missing.keys"}, 1, "--secret-key-file: stat missing.keys"},
		{"odd keys", []string{"--secret-key-file=" + file(t, "k", "hunter2")}, 1, "k:1: want 32 bytes in base64"},
		{"no authorities", []string{"--directory-ca-file=" + file(t, "ca.pem", "none")}, 1, "--directory-ca-file: "},
		{"odd endpoints", []string{"--directory-endpoints=" + file(t, "e.json", `{"google":{"tokens":"x"}}`)}, 1, "e.json:1:"},
		{"endpoint in plain", []string{"--directory-endpoints=" + file(t, "e.json", `{"google":{"token":"http://oauth2.example.com"}}`)}, 1, "/google/token: want https"},
		{"no relay", []string{"--smtp-from=portal@msp.example"}, 2, "want --smtp"},
		{"relay", []string{"--smtp=relay.example", "--smtp-from=portal@msp.example"}, 1, "--smtp: "},
		{"no sender", []string{"--smtp=127.0.0.1:25"}, 1, "--smtp-from: "},
		{"plain relay", []string{"--smtp=192.0.2.1:25", "--smtp-from=portal@msp.example", "--smtp-tls=none"}, 1, "--smtp-tls: refusing"},
		{"resolver", []string{"--dns-resolver=dns.example"}, 2, "--dns-resolver: "},
		{"validation host", []string{"--validation-host=host"}, 2, "--validation-host: "},
		{"zone", []string{"--seed=" + file(t, "z.json", `{"partners":[],"dns_zone":[{"name":"a.example","type":"TXT","value":"x"}]}`)}, 1, "only the provider's sandbox takes one"},
		{"no seed", []string{"--seed=missing.json"}, 1, "missing.json"},
		{"odd seed", []string{"--seed=" + seed}, 1, "seed.json:3:13: /partners/0/id: must be a string, not a number"},
		{"useless seed", []string{"--seed=" + file(t, "s.json", `{"partners":[{"id":"p","name":"P","kind":"bank","products":[],"clients":[],"users":[],"portal_admins":[]}]}`)}, 1, "partners[0].kind"},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			args := append([]string{"--listen=127.0.0.1:0", database(t)}, test.args...)
			if status := server.Command(t.Context(), args, &out, &errs); status != test.status || !strings.Contains(errs.String(), test.want) || out.Len() > 0 {
				t.Errorf("got %d: %s%s", status, &errs, &out)
			}
		})
	}
}

// underWay is a request that the server has begun to read. answered sends the rest of it and answers the status, 0 for none.
func underWay(t *testing.T, base string) (answered func() int) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	const body = "grant_type=client_credentials"
	_, err = fmt.Fprintf(conn, "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	answers := bufio.NewReader(conn)
	line, readErr := answers.ReadString('\n') // comes when the handler asks for the body
	empty, endErr := answers.ReadString('\n')
	if err := errors.Join(err, readErr, endErr); err != nil || !strings.Contains(line, " 100 ") || strings.TrimSpace(empty) != "" {
		t.Fatalf("the server goes on with %q, %v", line, err)
	}
	return func() int {
		if _, err := io.WriteString(conn, body); err != nil {
			return 0
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			return 0
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
}

// On a stop, requests under way end, and the command ends well.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	url, stop, exit := command(t, database(t))
	answered := underWay(t, url)
	stop()
	for range 1000 { // until nobody new is let in; another test may listen there by now
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			break
		}
		_ = conn.Close()
		time.Sleep(time.Millisecond)
	}
	if status := answered(); status != http.StatusUnauthorized {
		t.Errorf("the request under way got %d", status)
	}
	if status := <-exit; status != 0 {
		t.Errorf("ended with %d", status)
	}
}

// What does not end within the grace is cut off, and the command says so.
func TestStopWithoutPatience(t *testing.T) {
	t.Parallel()
	url, stop, exit := command(t, database(t), "--shutdown-grace=50ms")
	answered := underWay(t, url)
	stop()
	if status := <-exit; status != 1 {
		t.Errorf("ended with %d", status)
	}
	if status := answered(); status != 0 {
		t.Errorf("the request under way got %d", status)
	}
}

// Before it stops, the server says that it is not ready, and still answers. A second signal ends the wait.
func TestNotReadyBeforeStop(t *testing.T) {
	t.Parallel()
	p := start(t, database(t), "--shutdown-delay=1h")
	ready := func() int {
		status, _ := ask(t, http.MethodGet, p.url+"/readyz", "")
		return status
	}
	if status := ready(); status != http.StatusOK {
		t.Errorf("before: got %d", status)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	status := ready()
	for ; status == http.StatusOK; status = ready() {
		time.Sleep(time.Millisecond)
	}
	if status != http.StatusServiceUnavailable {
		t.Errorf("while it stops: got %d", status)
	}
	if status, _ := ask(t, http.MethodGet, p.url+"/healthz", ""); status != http.StatusOK {
		t.Errorf("while it stops: got %d", status)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	for {
		_ = p.Process.Signal(syscall.SIGTERM) // it takes a moment until a signal is deadly again
		select {
		case err := <-ended:
			if err == nil {
				t.Error("the second signal ended it as if it were the first")
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// After the delay it stops by itself.
func TestStopAfterDelay(t *testing.T) {
	t.Parallel()
	_, stop, exit := command(t, database(t), "--shutdown-delay=50ms")
	stop()
	if status := <-exit; status != 0 {
		t.Errorf("ended with %d", status)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p := start(t, database(t))
		if err := p.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err != nil {
			t.Errorf("%s: %v: %s", signal, err, p.log)
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, key, pool := selfSigned(t)
	url, _, _ := command(t, database(t), "--tls-cert="+certificate, "--tls-key="+key)
	if !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Fatalf("listens on %s", url)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.ProtoMajor != 2 || response.TLS.Version < tls.VersionTLS12 {
		t.Errorf("got %s %s", response.Proto, response.Status)
	}
}

// selfSigned makes a certificate for 127.0.0.1.
func selfSigned(t *testing.T) (certificateFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	return file(t, "cert.pem", string(certificate)), file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))), pool
}
