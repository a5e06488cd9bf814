package servertest

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Variables that make tests run against a server that is already there. Before each of them a shell command has to bring it
// back to what internal/server/testdata/seed.json has, for its main client at least.
const (
	envEndpoint     = "MSP_ACC_ENDPOINT"
	envClientID     = "MSP_ACC_CLIENT_ID"
	envClientSecret = "MSP_ACC_CLIENT_SECRET"
	envReset        = "MSP_ACC_RESET"
)

// turn is whose test has the external server. The next one waits for the end of all of its subtests, which want slots of
// their own to run in: hence a high -parallel.
var turn struct {
	mu     sync.Mutex
	holder string
	over   chan struct{} // closed when the holder has done
}

// takeTurn waits for the server. It answers false within a test that has it already, whose next one would not be as the
// seed has it.
func takeTurn(tb testing.TB) bool {
	tb.Helper()
	for {
		turn.mu.Lock()
		switch {
		case turn.holder == "":
			turn.holder, turn.over = tb.Name(), make(chan struct{})
			turn.mu.Unlock()
			return true
		case strings.HasPrefix(tb.Name()+"/", turn.holder+"/"):
			turn.mu.Unlock()
			return false
		}
		over := turn.over
		turn.mu.Unlock()
		<-over
	}
}

func giveTurn() {
	turn.mu.Lock()
	defer turn.mu.Unlock()
	turn.holder = ""
	close(turn.over)
}

// external answers a proxy of the server that records requests and holds every answer to the contract, as with our own.
func external(tb testing.TB, endpoint string) *Server {
	tb.Helper()
	s := &Server{ClientID: os.Getenv(envClientID), ClientSecret: os.Getenv(envClientSecret)}
	reset := os.Getenv(envReset)
	if s.ClientID == "" || s.ClientSecret == "" || reset == "" {
		tb.Fatalf("%s needs %s, %s and %s too", envEndpoint, envClientID, envClientSecret, envReset)
	}
	s.secrets = map[string]string{s.ClientID: s.ClientSecret}
	if !takeTurn(tb) {
		tb.Skipf("this test needs two servers, there is only that of %s", envEndpoint)
	}
	tb.Cleanup(giveTurn)
	if out, err := exec.CommandContext(tb.Context(), "sh", "-c", reset).CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", envReset, err, out)
	}
	location, err := url.Parse(endpoint)
	if err != nil {
		tb.Fatalf("%s: %v", envEndpoint, err)
	}
	web := httptest.NewServer(s.record(tb, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(location) }}))
	tb.Cleanup(web.Close)
	s.URL = web.URL
	return s
}
