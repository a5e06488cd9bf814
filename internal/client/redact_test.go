package client

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

func TestRedactor(t *testing.T) {
	t.Parallel()
	mask := &redactor{}
	mask.add("literal-secret", "abc")
	for text, want := range map[string]string{
		"holds literal-secret here":                      "holds *** here",
		"abc is too short to be blotted out":             "abc is too short to be blotted out",
		`{"access_token":"x1","expires_in":60}`:          `{"access_token":"***","expires_in":60}`,
		`{"client_secret" : "x1", "token":"x2"}`:         `{"client_secret" : "***", "token":"***"}`,
		`{"password":"x1`:                                `{"password":"***`,
		`"{\"access_token\":\"x1\"}"`:                    `"{\"access_token\":\"***\"}"`,
		"grant_type=x&client_secret=x1&scope=y":          "grant_type=x&client_secret=***&scope=y",
		"page_token=p1 next_page_token=p2":               "page_token=p1 next_page_token=p2",
		`{"next_page_token":"p1"}`:                       `{"next_page_token":"p1"}`,
		"Authorization: Bearer x1":                       "Authorization: ***",
		`{"Authorization":"Basic eDE=","a":1}`:           `{"Authorization":"***","a":1}`,
		"sent Bearer abcdefghijklmnopqrst, refused":      "sent Bearer ***, refused",
		"use basic authentication":                       "use basic authentication",
		"dial https://user:x1@proxy.example:80 failed":   "dial https://***@proxy.example:80 failed",
		"an e-mail a@x.example, https://portal.example/": "an e-mail a@x.example, https://portal.example/",
	} {
		if got := mask.text(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestCanaries lets a server throw every secret back in every place, logs all that can be logged, and looks for them.
func TestCanaries(t *testing.T) {
	t.Parallel()
	const accessToken = "canary-access-0123456789"
	var mode atomic.Value
	mode.Store("ok")
	handler := func(w http.ResponseWriter, r *http.Request) {
		echo := fmt.Sprintf("%s %s %s token=%s {\"access_token\":%q}", r.Header.Get("Authorization"), testSecret, accessToken, accessToken, accessToken)
		w.Header().Set("X-Request-Id", "req "+r.Header.Get("Authorization"))
		switch m := mode.Load(); {
		case r.URL.Path == "/oauth/token" && m == "no token":
			// What was never given to the client it can't know; what it sent itself it must not repeat.
			description := fmt.Sprintf("%s %s client_secret=%s", r.Header.Get("Authorization"), testSecret, testSecret)
			writeJSON(w, http.StatusUnauthorized, api.OAuthError{Error: api.OAuthErrorError("invalid " + testSecret), ErrorDescription: &description})
		case r.URL.Path == "/oauth/token" && m == "odd token":
			_, _ = w.Write([]byte(echo))
		case r.URL.Path == "/oauth/token":
			writeToken(w, accessToken, 600)
		case m == "problem":
			writeProblem(w, api.Problem{
				Status: 422, Code: api.ErrorCodeInvalidValue, Detail: echo, Field: &echo, ExistingID: &echo,
				Blockers: &[]api.Blocker{{Kind: echo, ID: echo}},
			})
		case m == "text":
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(echo))
		case m == "redirect":
			w.Header().Set("Location", "https://user:"+testSecret+"@other.example/?token="+accessToken)
			w.WriteHeader(http.StatusFound)
		case m == "media type":
			w.Header().Set("Content-Type", "text/"+accessToken)
		case m == "drop":
			drop()
		default:
			writeAdmin(w)
		}
	}
	lines := &recorder{}
	encoded := base64.StdEncoding.EncodeToString([]byte(testClientID))[:8] // begins the basic header
	look := func(t *testing.T, where, text string) {
		t.Helper()
		for _, canary := range []string{testSecret, accessToken, "canary", encoded} {
			if strings.Contains(text, canary) {
				t.Errorf("%s holds %q: %s", where, canary, text)
			}
		}
	}
	failures := 0
	for _, m := range []string{"ok", "problem", "text", "redirect", "media type", "drop", "no token", "odd token"} {
		mode.Store(m)
		c := serve(t, handler, withSecret, func(c *Config) { c.Logger = lines; c.MaxRetries = 1 })
		_, listErr := Collect(c.ListExternalAdmins(t.Context(), ExternalAdminFilter{Email: "query-canary@x.example"}))
		for _, err := range []error{
			getAdmin(t.Context(), c), putAdmin(t.Context(), c), listErr,
			c.DeleteExternalAdmin(t.Context(), "cus_1", "a@x.example", MatchOptions{}),
		} {
			for ; err != nil; err = errors.Unwrap(err) {
				failures++
				look(t, m, err.Error())
				look(t, m, fmt.Sprintf("%+v", err))
			}
		}
	}
	if failures < 20 {
		t.Errorf("only %d errors were looked at", failures)
	}
	text := lines.text()
	look(t, "log", text)
	for _, want := range []string{
		"operation putExternalAdmin", "method PUT", "path /v1/customers/cus_1/external-admins/a@x.example",
		"path /v1/external-admins?page_size=500 ", "status 200", "attempt 2", "request_id", "duration_ms",
		"path /oauth/token", "INFO repeating a request", "reason status 502", "reason no answer",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "helpdesk") {
		t.Error("the log holds bodies")
	}
}

func TestProxyPasswordIsMasked(t *testing.T) {
	t.Parallel()
	c := clientOf(t, "https://portal.example", func(c *Config) {
		c.MaxRetries = 0
		c.HTTPTransport = roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, errors.New(`invalid proxy address "http://user:canary@proxy.example:x"`)
		})
	})
	if err := getAdmin(t.Context(), c); strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}
