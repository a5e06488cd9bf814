package directorytest

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// UserScope is what a service account has to be given domain-wide delegation for.
const UserScope = "https://www.googleapis.com/auth/admin.directory.user.readonly"

// Google stands in for oauth2.googleapis.com and admin.googleapis.com, both on one address; the token endpoint is /token.
// It is safe for concurrent use once it serves.
type Google struct {
	AdminEmail   string // who may read users
	NoDelegation bool   // the service account has no domain-wide delegation
	NoPrivilege  bool   // the administrator may not read users
	NextToken    string // of each page, instead of the next one's

	key     *rsa.PrivateKey
	account string
	state
}

// NewGoogle makes the stand-in and its service account.
func NewGoogle(adminEmail string) (*Google, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return &Google{AdminEmail: adminEmail, key: key, account: "sync@stand-in.iam.gserviceaccount.com"}, nil
}

// KeyFile is the service account's key as Google Cloud hands it out, but for the tokenURI if one is given.
func (g *Google) KeyFile(tokenURI string) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(g.key)
	if err != nil {
		return "", err
	}
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "stand-in", "private_key_id": "0123456789abcdef", "client_email": g.account, "client_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"auth_uri":    "https://accounts.google.com/o/oauth2/auth", "token_uri": cmp.Or(tokenURI, "https://oauth2.googleapis.com/token"),
	})
	return string(file), err
}

// GoogleUser makes a user as the Directory API has them, with what else the pairs of names and values say.
func GoogleUser(id, name, mail string, more ...any) map[string]any {
	user := map[string]any{
		"kind": "admin#directory#user", "id": id, "primaryEmail": mail, "name": map[string]any{"fullName": name}, "suspended": false, "archived": false,
	}
	return with(user, more)
}

// GoogleUsers makes n users, user0001@domain and so on.
func GoogleUsers(domain string, n int) []map[string]any {
	users := make([]map[string]any, n)
	for i := range users {
		name := fmt.Sprintf("user%04d", i+1)
		users[i] = GoogleUser(fmt.Sprintf("1%020d", i+1), name, name+"@"+domain)
	}
	return users
}

// ServeHTTP answers both APIs.
func (g *Google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/token" && r.Method == http.MethodPost:
		g.token(w, r)
	case r.URL.Path == "/admin/directory/v1/users" && r.Method == http.MethodGet:
		g.list(w, r)
	default:
		googleError(w, http.StatusNotFound, "notFound", "Not Found")
	}
}

// token is the grant of a signed assertion.
func (g *Google) token(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.signIns++
	g.mu.Unlock()
	refuse := func(status int, code, text string) {
		answer(w, status, map[string]any{"error": code, "error_description": text})
	}
	if r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		refuse(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type")
		return
	}
	claims, err := g.verify(r.PostFormValue("assertion"))
	age := time.Duration(claims.Expires-claims.Issued) * time.Second
	switch {
	case err != nil:
		refuse(http.StatusBadRequest, "invalid_grant", "Invalid JWT Signature.")
	case claims.Issuer != g.account || claims.Audience != base(r)+"/token":
		refuse(http.StatusBadRequest, "invalid_grant", "Invalid issuer or audience.")
	case age <= 0 || age > time.Hour || time.Until(time.Unix(claims.Issued, 0)).Abs() > 5*time.Minute:
		refuse(http.StatusBadRequest, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.")
	case g.NoDelegation || claims.Scope != UserScope:
		refuse(http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
	case !strings.EqualFold(claims.Subject, g.AdminEmail):
		refuse(http.StatusBadRequest, "invalid_grant", "Invalid email or User ID")
	default:
		g.issue(w, rand.Text())
	}
}

type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Scope    string `json:"scope"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

func (g *Google) verify(assertion string) (c claims, err error) {
	text, signature, _ := cutLast(assertion, ".")
	header, payload, _ := strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return c, err
	}
	digest := sha256.Sum256([]byte(text))
	if err := rsa.VerifyPKCS1v15(&g.key.PublicKey, crypto.SHA256, digest[:], raw); err != nil {
		return c, err
	}
	var algorithm struct {
		Alg string `json:"alg"`
	}
	if err := decode(header, &algorithm); err != nil || algorithm.Alg != "RS256" {
		return c, fmt.Errorf("algorithm %q: %w", algorithm.Alg, err)
	}
	err = decode(payload, &c)
	return c, err
}

func decode(part string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

// list is https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list.
func (g *Google) list(w http.ResponseWriter, r *http.Request) {
	if g.disturbed(w) {
		return
	}
	query := r.URL.Query()
	size := 100
	if text := query.Get("maxResults"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > 500 {
			googleError(w, http.StatusBadRequest, "invalid", "Invalid value for maxResults: it has to be between 1 and 500")
			return
		}
	}
	users, next, ok := g.page(query.Get("pageToken"), size)
	switch {
	case !g.authorized(r):
		googleError(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
		return
	case g.NoPrivilege:
		googleError(w, http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api")
		return
	case query.Get("customer") == "" && query.Get("domain") == "", !ok:
		googleError(w, http.StatusBadRequest, "badRequest", "Bad Request")
		return
	}
	body := map[string]any{"kind": "admin#directory#users"}
	if len(users) > 0 {
		list := make([]map[string]any, len(users))
		for i, user := range users {
			list[i] = only(user, userFields(query.Get("fields"), user))
		}
		body["users"] = list
	}
	if next = cmp.Or(g.NextToken, next); next != "" {
		body["nextPageToken"] = next
	}
	answer(w, http.StatusOK, body)
}

// userFields are the names of a user's fields that a partial response has, such as "users(id,name/fullName)" asks for.
func userFields(fields string, user map[string]any) []string {
	_, inner, partial := strings.Cut(fields, "users(")
	inner, _, _ = strings.Cut(inner, ")")
	var names []string
	if !partial {
		for name := range user {
			names = append(names, name)
		}
		return names
	}
	for field := range strings.SplitSeq(inner, ",") {
		name, _, _ := strings.Cut(field, "/")
		names = append(names, name)
	}
	return names
}

func googleError(w http.ResponseWriter, status int, reason, message string) {
	answer(w, status, map[string]any{"error": map[string]any{
		"code": status, "message": message, "errors": []map[string]any{{"message": message, "domain": "global", "reason": reason}},
	}})
}
