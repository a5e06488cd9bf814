package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// spelled are the ways in which servers, proxies and programs repeat a text.
func spelled(t *testing.T, secret string) map[string]string {
	t.Helper()
	inJSON := func(s string, escapeHTML bool) string {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(escapeHTML)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSpace(b.String())
		return text[1 : len(text)-1]
	}
	quoted := inJSON(secret, false)
	ascii := fmt.Sprintf("%+q", secret)
	query := url.QueryEscape(secret)
	return map[string]string{
		"raw": secret, "JSON": quoted, "JSON for HTML": inJSON(secret, true), "JSON in JSON": inJSON(quoted, true), "JSON in JSON in JSON": inJSON(inJSON(quoted, true), false),
		"ASCII": ascii[1 : len(ascii)-1], "capitals": strings.ReplaceAll(inJSON(secret, true), `\u003c`, `\u003C`), "slashes": strings.ReplaceAll(quoted, "/", `\/`),
		"form": query, "lower case": strings.ToLower(query), "path": url.PathEscape(secret), "twice": url.QueryEscape(query), "HTML": html.EscapeString(secret),
		"mixed": strings.Replace(quoted, " ", "+", 1),
	}
}

// A secret is masked as a whole, however it is spelled.
func TestSecretsAreMaskedInEachSpelling(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{`q"u\o`, `\\x"`, `<b>&'/b`, "säße", "tab\tnew\nline", "two words", "a%2Fb+c/d==", "ｐ－ü", "ends with \\", `"quoted"`, "😀word😀", "a.b*c[d]$1"} {
		for _, where := range []string{"%s", "so %s it is", `{"detail":"got %s"}`, `{"password":"%s","then":"this stays"}`, `"{\"password\":\"%s\",\"then\":1}"`} {
			for how, text := range spelled(t, secret) {
				mask := &redactor{}
				mask.add(secret)
				if how == "lower case" && strings.ToLower(secret) != secret {
					continue
				}
				got, want := mask.text(fmt.Sprintf(where, text)), fmt.Sprintf(where, masked)
				// A backslash right after a secret that ends with one may be a part of it.
				if withoutEscape(got) != withoutEscape(want) {
					t.Errorf("%s of %q\n got %s\nwant %s", how, secret, got, want)
				}
			}
		}
	}
}

func withoutEscape(text string) string { return strings.ReplaceAll(text, masked+`\`, masked) }

// What stands where a password does is masked to its end although nobody told of it, and nothing besides.
func TestPlacesOfSecretsAreMaskedToTheirEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"password":"a\"b\\","mode":"x"}`:                   `{"password":"***","mode":"x"}`,
		`"{\"password\":\"a\\\"b\\\\\",\"mode\":\"x\"}"`:     `"{\"password\":\"***\",\"mode\":\"x\"}"`,
		`"{\"password\":\"a\\u003cb\\n\",\"mode\":\"x\"}"`:   `"{\"password\":\"***\",\"mode\":\"x\"}"`,
		`"{\\\"password\\\":\\\"a\\\\\\\"b\\\"}" ` + "\nthe": `"{\\\"password\\\":\\\"***` + "\nthe",
		`{"password":"broken o\`:                             `{"password":"***\`,
	} {
		if got := (&redactor{}).text(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// Of two secrets of which one begins with the other no part is left; and a thousand sessions by one password are one secret.
func TestOneSecretWithinAnother(t *testing.T) {
	t.Parallel()
	mask := &redactor{}
	mask.add("within", "within-another", "within", "within")
	if got := mask.text("within-another and within"); got != "*** and ***" || len(mask.known) != 2 {
		t.Errorf("got %s of %d secrets", got, len(mask.known))
	}
}

// A password that is one of the contract's words, or a part of one, spoils no code, no field and no request id: that would
// tell what it is. Everywhere else it is masked, and so is what pretends to be a code.
func TestPasswordThatIsAWordOfOurs(t *testing.T) {
	t.Parallel()
	field, repeated := "/password", "/wrong"
	for _, test := range []struct {
		password string
		answer   api.Problem
		want     Error
	}{
		{"wrong", api.Problem{Code: api.ErrorCodeWrongPassword, Detail: "got wrong", Field: &field, RequestID: "req_01wrong7"}, Error{Code: api.ErrorCodeWrongPassword, Detail: "got ***", Field: field, RequestID: "req_01wrong7"}},
		{"password", api.Problem{Code: api.ErrorCodeWrongPassword, Field: &field}, Error{Code: api.ErrorCodeWrongPassword, Field: field}},
		{"wrong", api.Problem{Code: "no_wrong", Field: &repeated, RequestID: "req wrong"}, Error{Code: "no_***", Field: "/***", RequestID: "req ***"}},
		{"Correct-Horse-Battery", api.Problem{Code: api.ErrorCodeWrongPassword, RequestID: "reqCorrect-Horse-Battery7"}, Error{Code: api.ErrorCodeWrongPassword, RequestID: "req***7"}},
		{"openCustomer", api.Problem{Code: api.ErrorCodeWrongPassword, Detail: "got openCustomer"}, Error{Code: api.ErrorCodeWrongPassword, Detail: "got ***"}},
	} {
		lines := &recorder{}
		test.answer.Status = http.StatusForbidden
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", api.ProblemMediaType)
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(test.answer)
		}, func(c *Config) { c.Logger = lines })
		_, err := c.OpenCustomerSession(t.Context(), "cus_1", api.CustomerSessionInput{Password: test.password})
		got := wantError(t, err, http.StatusForbidden)
		if got.Code != test.want.Code || got.Detail != test.want.Detail || got.Field != test.want.Field || got.RequestID != test.want.RequestID {
			t.Errorf("%s: got %+v, want %+v", test.password, got, test.want)
		}
		if text := lines.text(); !strings.Contains(text, "operation openCustomerSession") || test.want.RequestID != "" && !strings.Contains(text, "request_id "+test.want.RequestID) {
			t.Errorf("%s: the log says %s", test.password, text)
		}
	}
}

// The same of a field of an item in a batch.
func TestSecretThatIsAFieldOfAnItem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ field, want string }{
		{"/items/0/role", "/role"},
		{"/items/0/role/id", "/***/id"}, // the item has no such thing
	} {
		problem := api.Problem{Code: api.ErrorCodeUnknownRole, Status: http.StatusUnprocessableEntity, Field: &test.field}
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, api.ExternalAdminBatchResult{Results: []api.ExternalAdminBatchItemResult{
				{CustomerID: "cus_1", Email: "a@msp.example", Status: http.StatusUnprocessableEntity, Problem: &problem},
			}})
		}, func(c *Config) { c.Token = "role" })
		role := "unknown"
		outcomes := c.WriteExternalAdmins(t.Context(), []api.ExternalAdminBatchItem{
			{CustomerID: "cus_1", Email: "a@msp.example", Operation: api.BatchOperationPut, Role: &role},
		})
		if got := wantError(t, outcomes[0].Err, http.StatusUnprocessableEntity); got.Field != test.want {
			t.Errorf("%s: got %s, want %s", test.field, got.Field, test.want)
		}
	}
}

// The same of the answers of the token endpoint.
func TestClientSecretThatIsAWordOfOurs(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"invalid_client", "odd_client"} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusUnauthorized, api.OAuthError{Error: api.OAuthErrorError(said)})
		}, withSecret, func(c *Config) { c.ClientSecret = "client" })
		want := map[string]string{"invalid_client": "401 invalid_client", "odd_client": "401 odd_***"}[said]
		if err := getAdmin(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
