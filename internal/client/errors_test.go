package client

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestProblemFields(t *testing.T) {
	t.Parallel()
	field, existing := "/role", "cus_1/a@x.example"
	blockers := []api.Blocker{{Kind: "external_admin", ID: "cus_1/a@x.example"}, {Kind: "portal_admin", ID: "b@x.example"}}
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, api.Problem{
			Status: 412, Code: api.ErrorCodeAlreadyExists, Detail: "is there", Field: &field,
			Retryable: true, ExistingID: &existing, Blockers: &blockers,
		})
	})
	err := putAdmin(t.Context(), c)
	want := &Error{
		Operation: "putExternalAdmin", Method: "PUT", Path: "/v1/customers/cus_1/external-admins/a@x.example",
		Status: 412, Code: api.ErrorCodeAlreadyExists, Detail: "is there", Field: field, Retryable: true,
		RequestID: "req_1", ExistingID: existing, Blockers: blockers,
	}
	if got := wantError(t, err, 412); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	wantText(t, err, "putExternalAdmin", "already_exists", "is there", "/role", "req_1", "portal_admin b@x.example")
	wrapped := fmt.Errorf("wrapped: %w", err)
	if !IsAlreadyExists(wrapped) || IsNotFound(wrapped) || !IsCode(wrapped, api.ErrorCodeAlreadyExists) || IsCode(nil, "") {
		t.Error("the helpers do not tell the code")
	}
}

func TestForeignErrorBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mediaType, body, says string
	}{
		"HTML":           {"text/html", "<html>\n  <h1>Bad   gateway</h1> </html>", "<html> <h1>Bad gateway</h1> </html>"},
		"JSON":           {"application/json", `{"message":"no route"}`, "no route"},
		"like a problem": {"application/json", `{"code":"not_found","detail":"no such route"}`, "no such route"},
		"broken problem": {api.ProblemMediaType, `{"code":`, `{"code":`},
		"empty":          {"", "", "Not Found"},
		"long":           {"text/plain", strings.Repeat("é", 5000), "..."},
		"not UTF-8":      {"text/plain", "a\xff\xfeb", "ab"},
		"secret":         {"text/plain", "you sent Bearer " + testToken, "***"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.mediaType)
				w.Header().Set("X-Request-Id", "proxy_9")
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(test.body))
			})
			err := getAdmin(t.Context(), c)
			e := wantError(t, err, 404)
			wantText(t, err, test.says, "proxy_9")
			if IsNotFound(err) || e.Code != "" {
				t.Error("a 404 that is not the API's passes for an object that is gone")
			}
			if len(e.Detail) > maxDetail+3 || strings.Contains(e.Detail, testToken) || strings.ContainsRune(e.Detail, '\uFFFD') {
				t.Errorf("got detail %q", e.Detail)
			}
		})
	}
}

func TestHugeBody(t *testing.T) {
	t.Parallel()
	chunk := []byte(strings.Repeat(" ", 1<<20))
	var asked atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		for range 40 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	_ = wantTransport(t, getAdmin(t.Context(), c), KindTooLarge)
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestRedirectIsRefused(t *testing.T) {
	t.Parallel()
	var followed atomic.Int32
	other := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		followed.Add(1)
		writeAdmin(w)
	}))
	host, _, _ := strings.Cut(strings.TrimPrefix(other, "http://"), "/")
	for _, status := range []int{301, 302, 303, 307, 308} {
		var asked atomic.Int32
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Location", other+"/login?session=canary")
			w.WriteHeader(status)
		})
		for _, run := range []func() error{
			func() error { return getAdmin(t.Context(), c) },
			func() error { return putAdmin(t.Context(), c) },
			func() error { _, err := c.CreateCustomer(t.Context(), api.CustomerInput{}); return err },
		} {
			asked.Store(0)
			err := run()
			_ = wantTransport(t, err, KindRedirect)
			wantText(t, err, host, "endpoint")
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "login") {
				t.Errorf("%v: says more than the host", err)
			}
			if asked.Load() != 1 {
				t.Errorf("%d: asked %d times", status, asked.Load())
			}
		}
	}
	if followed.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestTransportErrorsSpeakPlainly(t *testing.T) {
	t.Parallel()
	// Nothing listens there. A free port would not do: those are given to other tests.
	const closed = "127.0.0.1:1"
	secure := listenBy(t, func(s *httptest.Server) {
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
	}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeAdmin(w) }))
	plain := listen(t, http.NotFoundHandler())
	dropping := listen(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { drop() }))

	for name, test := range map[string]struct {
		endpoint string
		kind     Kind
		attempts int
		unsure   bool
		says     []string
	}{
		"refused":           {"http://" + closed, KindRefused, 4, false, []string{closed, "endpoint"}},
		"unknown authority": {secure, KindUnknownAuthority, 1, false, []string{"ca_cert_file"}},
		"http behind https": {"https" + strings.TrimPrefix(plain, "http"), KindTLS, 1, false, []string{"plain http"}},
		"dropped":           {dropping, KindConnection, 4, true, []string{"closed the connection"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clientOf(t, test.endpoint)
			err := putAdmin(t.Context(), c)
			e := wantTransport(t, err, test.kind)
			wantText(t, err, test.says...)
			if e.Attempts != test.attempts || e.MayHaveHappened != test.unsure || !e.Write {
				t.Errorf("got %+v, want %d attempts, unsure %t", e, test.attempts, test.unsure)
			}
			if test.unsure {
				wantText(t, err, "may have been")
			} else {
				wantText(t, err, "was not carried out")
			}
			if err := getAdmin(t.Context(), c); strings.Contains(err.Error(), "carried out") {
				t.Errorf("a read speaks of writing: %v", err)
			}
		})
	}
}

func TestUnknownHost(t *testing.T) {
	t.Parallel()
	// No name server is asked: what counts is how such an error is told.
	c := clientOf(t, "https://portal.example", func(c *Config) {
		c.HTTPTransport = roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "portal.example", IsNotFound: true}}
		})
	})
	err := putAdmin(t.Context(), c)
	if e := wantTransport(t, err, KindDNS); e.MayHaveHappened || e.Attempts != 1 {
		t.Errorf("got %+v", e)
	}
	wantText(t, err, "portal.example", "can't be resolved")
}

func TestCAIsTrusted(t *testing.T) {
	t.Parallel()
	var certificate []byte
	endpoint := listenBy(t, func(s *httptest.Server) {
		s.StartTLS()
		certificate = s.Certificate().Raw
	}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeAdmin(w) }))
	c := clientOf(t, endpoint, func(c *Config) {
		c.CACertPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	})
	if err := getAdmin(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestAnswersOfSomethingElse(t *testing.T) {
	t.Parallel()
	get := func(c *Client) error { return getAdmin(t.Context(), c) }
	putting := func(c *Client) error { return putAdmin(t.Context(), c) }
	deleting := func(c *Client) error { return c.DeletePortalAdmin(t.Context(), "a@x.example", MatchOptions{}) }
	listing := func(c *Client) error { _, err := Collect(c.ListOutbox(t.Context())); return err }
	validating := func(c *Client) error {
		_, err := c.ValidateDeletePortalAdmin(t.Context(), "a@x.example", MatchOptions{})
		return err
	}
	batching := func(c *Client) error {
		_, err := c.BatchPortalAdmins(t.Context(), []api.PortalAdminBatchItem{{Email: "a@x.example"}})
		return err
	}
	for name, test := range map[string]struct {
		run             func(*Client) error
		status          int
		mediaType, body string
		unsure          bool
	}{
		"sign-in page":                 {get, 200, "text/html", "<html>canary</html>", false},
		"no media type":                {get, 200, "", "", false},
		"other JSON":                   {get, 200, "application/json", `["canary"]`, false},
		"no content":                   {get, 204, "", "", false},
		"write that only validated":    {putting, 200, api.ValidationMediaType, `{"findings":[]}`, true},
		"delete that only validated":   {deleting, 200, api.ValidationMediaType, `{"findings":[]}`, true},
		"list without items":           {listing, 200, "application/json", `{}`, false},
		"validation that was a write":  {validating, 204, "", "", false},
		"validation without findings":  {validating, 200, api.ValidationMediaType, `{}`, false},
		"batch with too few outcomes":  {batching, 200, "application/json", `{"results":[]}`, true},
		"batch with too many outcomes": {batching, 200, "application/json", `{"results":[{},{}]}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header()["Content-Type"] = []string{test.mediaType}
				w.WriteHeader(test.status)
				if test.body != "" {
					_, _ = w.Write([]byte(test.body))
				}
			})
			err := test.run(c)
			e := wantTransport(t, err, KindBadAnswer)
			if e.MayHaveHappened != test.unsure || asked.Load() != 1 || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %+v after %d requests", e, asked.Load())
			}
		})
	}
}

func TestUnknownFieldsAreTaken(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(`{"id":"p1","brand_new":{"a":1}}`))
	})
	if got, err := c.GetPartner(t.Context()); err != nil || got.ID != "p1" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestImpossibleKeysAreNotSent(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	c := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	for _, key := range []string{"", ".", ".."} {
		_, err := c.GetCustomer(t.Context(), key)
		if err == nil || IsNotFound(err) || errors.As(err, new(*TransportError)) {
			t.Errorf("%q: got %v", key, err)
		}
	}
	if asked.Load() != 0 {
		t.Error("sent all the same")
	}
}
