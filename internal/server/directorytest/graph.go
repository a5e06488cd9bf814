package directorytest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Graph stands in for login.microsoftonline.com and graph.microsoft.com, both on one address. It is safe for concurrent
// use once it serves.
type Graph struct {
	Tenant       string
	ClientID     string
	ClientSecret string
	NoPermission bool   // the application was not given User.Read.All
	NextLink     string // leads there from each page, instead of to the next one

	state
}

// GraphUser makes a user as Graph has them, with what else the pairs of names and values say.
func GraphUser(id, name, mail string, more ...any) map[string]any {
	user := map[string]any{
		"id": id, "displayName": name, "mail": mail, "userPrincipalName": mail, "businessPhones": []string{}, "mobilePhone": nil,
		"proxyAddresses": []string{"SMTP:" + mail}, "accountEnabled": true, "userType": "Member",
	}
	return with(user, more)
}

// GraphUsers makes n users, user0001@domain and so on.
func GraphUsers(domain string, n int) []map[string]any {
	users := make([]map[string]any, n)
	for i := range users {
		name := fmt.Sprintf("user%04d", i+1)
		users[i] = GraphUser(fmt.Sprintf("00000000-0000-4000-8000-%012d", i+1), name, name+"@"+domain)
	}
	return users
}

func with(user map[string]any, pairs []any) map[string]any {
	for i := 0; i+1 < len(pairs); i += 2 {
		user[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return user
}

// ServeHTTP answers both APIs.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant, isToken := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/oauth2/v2.0/token")
	switch {
	case isToken && r.Method == http.MethodPost:
		g.token(w, r, tenant)
	case r.URL.Path == "/v1.0/users" && r.Method == http.MethodGet:
		g.list(w, r)
	default:
		graphError(w, http.StatusBadRequest, "BadRequest", "Resource not found for the segment.")
	}
}

// token is the client credentials grant.
func (g *Graph) token(w http.ResponseWriter, r *http.Request, tenant string) {
	g.mu.Lock()
	g.signIns++
	g.mu.Unlock()
	refuse := func(status int, code string, number int, text string) {
		answer(w, status, map[string]any{
			"error": code, "error_codes": []int{number}, "trace_id": "0", "correlation_id": "0", "timestamp": "2026-01-02 03:04:05Z",
			"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: 0 Correlation ID: 0 Timestamp: 2026-01-02 03:04:05Z", number, text),
		})
	}
	switch {
	case !strings.EqualFold(tenant, g.Tenant):
		refuse(http.StatusBadRequest, "invalid_request", 90002, fmt.Sprintf("Tenant '%s' not found.", tenant))
	case r.PostFormValue("grant_type") != "client_credentials":
		refuse(http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
	case r.PostFormValue("client_id") != g.ClientID:
		refuse(http.StatusBadRequest, "unauthorized_client", 700016, "Application was not found in the directory.")
	case r.PostFormValue("client_secret") != g.ClientSecret:
		refuse(http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided.")
	case r.PostFormValue("scope") != base(r)+"/.default":
		refuse(http.StatusBadRequest, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
	default:
		g.issue(w, rand.Text())
	}
}

// list is https://learn.microsoft.com/graph/api/user-list.
func (g *Graph) list(w http.ResponseWriter, r *http.Request) {
	if g.disturbed(w) {
		return
	}
	query := r.URL.Query()
	size := 100
	if text := query.Get("$top"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > 999 {
			graphError(w, http.StatusBadRequest, "Request_BadRequest", "Invalid page size specified. Must be between 1 and 999 inclusive.")
			return
		}
	}
	users, next, ok := g.page(query.Get("$skiptoken"), size)
	switch {
	case !g.authorized(r):
		graphError(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		return
	case g.NoPermission:
		graphError(w, http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		return
	case !ok:
		graphError(w, http.StatusBadRequest, "Request_BadRequest", "Invalid skiptoken.")
		return
	}
	// Without $select there is a default set, in which accountEnabled is not.
	fields := []string{"businessPhones", "displayName", "id", "mail", "mobilePhone", "userPrincipalName"}
	if selected := query.Get("$select"); selected != "" {
		fields = strings.Split(selected, ",")
	}
	value := make([]map[string]any, len(users))
	for i, user := range users {
		value[i] = only(user, fields)
	}
	body := map[string]any{"@odata.context": base(r) + "/v1.0/$metadata#users", "value": value}
	switch {
	case g.NextLink != "":
		body["@odata.nextLink"] = g.NextLink
	case next != "":
		body["@odata.nextLink"] = base(r) + "/v1.0/users?" + url.Values{"$select": {query.Get("$select")}, "$top": {strconv.Itoa(size)}, "$skiptoken": {next}}.Encode()
	}
	answer(w, http.StatusOK, body)
}

func graphError(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"error": map[string]any{"code": code, "message": message, "innerError": map[string]any{"request-id": "0"}}})
}
