package server_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
)

// envServe makes the test binary be the server, so that tests can kill a process of its own.
const envServe = "MSP_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(envServe) != "" {
		os.Exit(server.Command(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// process is a server in a process of its own.
type process struct {
	*exec.Cmd
	url string        // once it listens
	log *bytes.Buffer // to be read after Wait
	out io.Reader
}

// start the server and wait until it listens.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := launch(t, args...)
	p.ready(t)
	return p
}

// launch the server without waiting for it.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"--listen=127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), envServe+"=1")
	p := &process{Cmd: cmd, log: &bytes.Buffer{}}
	cmd.Stderr = p.log
	var err error
	if p.out, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return p
}

// ready waits until it listens.
func (p *process) ready(t *testing.T) {
	t.Helper()
	if p.url = listening(p.out); p.url == "" {
		_ = p.Wait()
		t.Fatalf("the server did not start: %s", p.log)
	}
}

// listening reads the address that the server prints, and leaves nothing in its way.
func listening(out io.Reader) string {
	lines := bufio.NewReader(out)
	line, _ := lines.ReadString('\n')
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	_, url, _ := strings.Cut(strings.TrimSpace(line), "listening on ")
	return url
}

// command runs server.Command in this process until stop is called, which answers the exit status.
func command(t *testing.T, args ...string) (url string, stop context.CancelFunc, exit <-chan int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(cancel)
	read, write := io.Pipe()
	status := make(chan int, 1)
	log := &logBuffer{}
	go func() {
		status <- server.Command(ctx, append([]string{"--listen=127.0.0.1:0"}, args...), write, log)
		_ = write.Close()
	}()
	if url = listening(read); url == "" {
		t.Fatalf("the server did not start: %s", log)
	}
	return url, cancel, status
}

type logBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// ask sends a request and answers the status, 0 for none, and the body.
func ask(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	request.Close = true // so that nothing is repeated by itself
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Timeout: 30 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}
