package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

func contract(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := servertest.Contract()
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// Routes and operations of the contract are the same, with the same scopes and parameters.
func TestRoutesAreTheContract(t *testing.T) {
	t.Parallel()
	document := contract(t)
	routes := map[string]rest.Route{}
	for _, route := range rest.Routes() {
		if _, twice := routes[route.Method+" "+route.Path]; twice {
			t.Errorf("%s %s is routed twice", route.Method, route.Path)
		}
		routes[route.Method+" "+route.Path] = route
	}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			route, ok := routes[method+" "+path]
			if !ok {
				t.Errorf("%s %s has no route", method, path)
				continue
			}
			delete(routes, method+" "+path)
			if route.OperationID != operation.OperationID {
				t.Errorf("%s %s is %q, the contract has %q", method, path, route.OperationID, operation.OperationID)
			}
			compare(t, route.OperationID+": security", security(route), documentedSecurity(operation))
			compare(t, route.OperationID+": parameters", parameters(&route), documentedParameters(item, operation))
		}
	}
	for name := range routes {
		t.Errorf("%s is not in the contract", name)
	}
}

func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, the contract has %q", what, got, want)
	}
}

func security(route rest.Route) []string {
	switch {
	case route.Kind.Open():
		return []string{"open"}
	case route.Scopes == nil:
		return []string{string(rest.ByRule)}
	}
	var scopes []string
	for _, scope := range route.Scopes {
		scopes = append(scopes, string(scope))
	}
	return scopes
}

func documentedSecurity(operation *openapi3.Operation) []string {
	switch {
	case operation.Security == nil: // that of the document: a token
		return []string{string(rest.ByRule)}
	case len(*operation.Security) == 0:
		return []string{"open"}
	}
	var alternatives []string
	for _, alternative := range *operation.Security {
		switch scopes := alternative["oauth2"]; len(scopes) {
		case 0:
			alternatives = append(alternatives, string(rest.ByRule))
		case 1:
			alternatives = append(alternatives, scopes[0])
		default:
			alternatives = append(alternatives, fmt.Sprint(scopes))
		}
	}
	return alternatives
}

func parameters(route *rest.Route) []string {
	var names []string
	for _, p := range route.Parameters() {
		names = append(names, "query "+p.Name)
	}
	for _, header := range route.Kind.Headers() {
		names = append(names, "header "+header)
	}
	return names
}

func documentedParameters(item *openapi3.PathItem, operation *openapi3.Operation) []string {
	var names []string
	for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
		if p.Value.In != openapi3.ParameterInPath { // the path itself is compared
			names = append(names, p.Value.In+" "+p.Value.Name)
		}
	}
	return names
}

// The scopes, error codes and limits of code and contract are the same.
func TestListsAreTheContract(t *testing.T) {
	t.Parallel()
	document := contract(t)
	var scopes, documented []string
	for scope := range domain.RoleTable {
		scopes = append(scopes, string(scope))
	}
	for scope := range document.Components.SecuritySchemes["oauth2"].Value.Flows.ClientCredentials.Scopes {
		documented = append(documented, scope)
	}
	compare(t, "scopes", scopes, documented)

	var codes []string
	for _, code := range document.Components.Schemas["ErrorCode"].Value.Enum {
		codes = append(codes, code.(string))
	}
	compare(t, "error codes", rest.Codes(), codes)

	for name, limit := range map[string]uint64{"PortalAdminBatch": api.MaxPortalAdminBatch, "ExternalAdminBatch": api.MaxExternalAdminBatch, "CustomerUserBatch": api.MaxCustomerUserBatch} {
		if got := document.Components.Schemas[name].Value.Properties["items"].Value.MaxItems; *got != limit {
			t.Errorf("%s takes %d items, the contract has %d", name, limit, *got)
		}
	}
	if got := document.Components.Parameters["PageSize"].Value.Schema.Value.Max; *got != api.MaxPageSize {
		t.Errorf("pages hold %d items, the contract has %v", api.MaxPageSize, *got)
	}
}

// What is not in the contract is refused in the contract's own form.
func TestNotInTheContract(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	for _, test := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{http.MethodGet, "/", 404, "not_found", ""},
		{http.MethodGet, "/v1", 404, "not_found", ""},
		{http.MethodGet, "/v2/customers", 404, "not_found", ""},
		{http.MethodGet, "/v1/customers/", 404, "not_found", ""},
		{http.MethodGet, "/v1//customers", 404, "not_found", ""},
		{http.MethodGet, "/v1/./customers", 404, "not_found", ""},
		{http.MethodGet, "/v1/customers/../me", 404, "not_found", ""},
		{http.MethodPut, "/v1/partner-users/", 404, "not_found", ""},
		{http.MethodPut, "/v1/partner-users/..", 404, "not_found", ""},
		{http.MethodDelete, "/v1/customers", 405, "method_not_allowed", "GET, HEAD, POST"},
		{http.MethodPost, "/v1/me", 405, "method_not_allowed", "GET, HEAD"},
		{http.MethodGet, "/v1/portal-admins:batch", 405, "method_not_allowed", "POST"},
		{http.MethodPatch, "/v1/partner/config", 405, "method_not_allowed", "DELETE, GET, HEAD, PUT"},
		{http.MethodOptions, "/healthz", 405, "method_not_allowed", "GET, HEAD"},
		{http.MethodGet, "/oauth/token", 405, "method_not_allowed", "POST"},
	} {
		r := main.Do(t, test.method, test.path, nil)
		if r.Status != test.status || r.Code() != test.code || r.Header.Get("Allow") != test.allow || r.Header.Get("Content-Type") != api.ProblemMediaType {
			t.Errorf("%s %s: got %d %v %s", test.method, test.path, r.Status, r.Header, r.Body)
		}
	}
	r := main.Do(t, http.MethodHead, "/v1/me", nil)
	if r.Status != http.StatusOK || len(r.Body) != 0 || r.Header.Get("Content-Length") == "0" {
		t.Errorf("HEAD: got %d %v %s", r.Status, r.Header, r.Body)
	}
}
