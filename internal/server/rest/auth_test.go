package rest_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// Every route that is not open wants a token, and says so in the same way.
func TestEveryRouteWantsAToken(t *testing.T) {
	t.Parallel()
	anonymous := servertest.NewServer(t).Anonymous()
	for _, route := range rest.Routes() {
		path := strings.NewReplacer("{customer_id}", "cus_acme2222222222222222", "{email}", lee, "{role}", "decision_maker").Replace(route.Path)
		r := anonymous.Do(t, route.Method, path, nil)
		if route.Kind.Open() {
			if r.Code() == "unauthenticated" {
				t.Errorf("%s wants a token", route.OperationID)
			}
			continue
		}
		if r.Status != http.StatusUnauthorized || r.Code() != "unauthenticated" || !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: got %d %v %s", route.OperationID, r.Status, r.Header, r.Body)
		}
	}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := servertest.NewServer(t, servertest.WithClock(clock.Now))
	token := issue(t, s, url.Values{"grant_type": {"client_credentials"}, "client_id": {servertest.MainClient}, "client_secret": {s.Secret(t, servertest.MainClient)}})
	basic := base64.StdEncoding.EncodeToString([]byte(servertest.MainClient + ":" + s.Secret(t, servertest.MainClient)))
	for authorization, want := range map[string]string{
		"Bearer " + token:       "",
		"bearer " + token:       "",
		"Bearer " + token + "x": `Bearer realm="msp", error="invalid_token"`,
		"Bearer nonsense":       `Bearer realm="msp", error="invalid_token"`,
		"Bearer":                `Bearer realm="msp"`,
		"Bearer ":               `Bearer realm="msp"`,
		token:                   `Bearer realm="msp"`,
		"Basic " + basic:        `Bearer realm="msp"`,
	} {
		r := s.Anonymous().Do(t, http.MethodGet, "/v1/me", nil, "Authorization", authorization)
		if got := r.Header.Get("WWW-Authenticate"); got != want || (r.Status == http.StatusOK) != (want == "") {
			t.Errorf("%s: got %d %q %s", strings.ReplaceAll(authorization, token, "TOKEN"), r.Status, got, r.Body)
		}
		if strings.Contains(string(r.Body), token) {
			t.Error("the answer repeats the token")
		}
	}
	clock.Add(15*time.Minute + time.Second)
	if r := s.Anonymous().Do(t, http.MethodGet, "/v1/me", nil, "Authorization", "Bearer "+token); r.Status != http.StatusUnauthorized {
		t.Errorf("a token that has ended: got %d %s", r.Status, r.Body)
	}
}

func issue(t *testing.T, s *servertest.Server, form url.Values) string {
	t.Helper()
	r := s.Anonymous().Do(t, http.MethodPost, "/oauth/token", form.Encode(), "Content-Type", formType)
	token, _ := r.JSON(t)["access_token"].(string)
	if token == "" {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	return token
}

const formType = "application/x-www-form-urlencoded"

// RFC 6749, sections 2.3, 4.4 and 5.
func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	secret := s.Secret(t, servertest.MainClient)
	basic := func(id, secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
	}
	const grant = "grant_type=client_credentials"
	inForm := grant + "&client_id=" + servertest.MainClient + "&client_secret=" + secret
	for _, test := range []struct {
		why, query, form, authorization, mediaType string
		status                                     int
		want                                       string
	}{
		{"form", "", inForm, "", formType, 200, ""},
		{"form with unknown parameters", "", inForm + "&audience=x", "", formType, 200, ""},
		{"basic", "", grant, basic(servertest.MainClient, secret), formType, 200, ""},
		{"basic with the same client id", "", grant + "&client_id=" + servertest.MainClient, basic(servertest.MainClient, secret), formType, 200, ""},
		{"charset", "", inForm, "", formType + "; charset=UTF-8", 200, ""},
		{"both", "", inForm, basic(servertest.MainClient, secret), formType, 400, "invalid_request"},
		{"basic with another client id", "", grant + "&client_id=other", basic(servertest.MainClient, secret), formType, 400, "invalid_request"},
		{"wrong secret", "", grant, basic(servertest.MainClient, "CANARY"), formType, 401, "invalid_client"},
		{"unknown client", "", grant, basic("nobody", "CANARY"), formType, 401, "invalid_client"},
		{"wrong secret in form", "", grant + "&client_id=" + servertest.MainClient + "&client_secret=CANARY", "", formType, 401, "invalid_client"},
		{"no secret", "", grant + "&client_id=" + servertest.MainClient, "", formType, 401, "invalid_client"},
		{"empty secret", "", grant + "&client_id=" + servertest.MainClient + "&client_secret=", "", formType, 401, "invalid_client"},
		{"no client", "", grant, "", formType, 401, "invalid_client"},
		{"bearer", "", inForm, "Bearer x", formType, 401, "invalid_client"},
		{"no grant type", "", "client_id=a&client_secret=CANARY", "", formType, 400, "invalid_request"},
		{"password grant", "", "grant_type=password&username=a&password=CANARY", "", formType, 400, "unsupported_grant_type"},
		{"twice", "", inForm + "&client_secret=" + secret, "", formType, 400, "invalid_request"},
		{"in the query", "?" + inForm, inForm, "", formType, 400, "invalid_request"},
		{"JSON", "", `{"grant_type":"client_credentials"}`, "", "application/json", 400, "invalid_request"},
		{"no form", "", "%zz", "", formType, 400, "invalid_request"},
		{"unknown scope", "", inForm + "&scope=everything", "", formType, 400, "invalid_scope"},
	} {
		headers := []string{"Content-Type", test.mediaType}
		if test.authorization != "" {
			headers = append(headers, "Authorization", test.authorization)
		}
		r := s.Anonymous().Do(t, http.MethodPost, "/oauth/token"+test.query, test.form, headers...)
		got, _ := r.JSON(t)["error"].(string)
		if r.Status != test.status || got != test.want || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d %v %s", test.why, r.Status, r.Header, r.Body)
		}
		if challenge := r.Header.Get("WWW-Authenticate"); (r.Status == 401) != strings.HasPrefix(challenge, "Basic ") {
			t.Errorf("%s: got %d with the challenge %q", test.why, r.Status, challenge)
		}
		if strings.Contains(string(r.Body), "CANARY") || strings.Contains(string(r.Body), secret) {
			t.Errorf("%s: the answer repeats a secret: %s", test.why, r.Body)
		}
	}
	narrow := s.Anonymous().Do(t, http.MethodPost, "/oauth/token", inForm+"&scope=audit.read+catalogue.read", "Content-Type", formType).JSON(t)
	if narrow["scope"] != "audit.read catalogue.read" || narrow["token_type"] != "Bearer" || narrow["expires_in"] != float64(900) {
		t.Errorf("got %v", narrow)
	}
	large := s.Anonymous().Do(t, http.MethodPost, "/oauth/token", inForm+"&x="+strings.Repeat("x", 1<<20), "Content-Type", formType)
	if large.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d", large.Status)
	}
}

func TestCurrentClient(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	for client, want := range map[string]string{
		"northwind-alex": "prt_northwind Northwind MSP msp msp_administrator alex@northwind-msp.example <nil> []",
		"acme-decision":  "prt_northwind Northwind MSP msp <nil> <nil> cus_acme2222222222222222 [decision_maker]",
	} {
		me := s.As(t, client).Do(t, http.MethodGet, "/v1/me", nil).JSON(t)
		got := fmt.Sprint(me["partner_id"], " ", me["partner_name"], " ", me["partner_kind"], " ", me["portal_role"], " ", me["acts_for"], " ", me["customer_id"], " ", me["contact_roles"])
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
