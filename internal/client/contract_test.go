package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// notForClients are the operations that no method answers to: they are for whoever runs the server, or reads about it, or
// is invited by it, or for a customer's own programs.
var notForClients = []string{"registerPortalAdmin", "createCustomerToken", "getContract", "getHealth", "getReadiness", "getMetrics"}

// everyMethod calls each exported method that sends a request, with all that it can be given.
var everyMethod = withMore(sessionMethods, withMore(accessMethods, withMore(accountMethods, withMore(directoryMethods, withMore(domainMethods, withMore(portalAdminMethods, map[string]func(context.Context, *Client) error{
	"GetCurrentClient": func(ctx context.Context, c *Client) error { _, err := c.GetCurrentClient(ctx); return err },
	"GetPartner":       func(ctx context.Context, c *Client) error { _, err := c.GetPartner(ctx); return err },
	"GetPartnerConfig": func(ctx context.Context, c *Client) error { _, err := c.GetPartnerConfig(ctx); return err },
	"PutPartnerConfig": func(ctx context.Context, c *Client) error {
		_, err := c.PutPartnerConfig(ctx, configInput, match)
		return err
	},
	"ValidatePutPartnerConfig": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutPartnerConfig(ctx, configInput, match)
		return err
	},
	"DeletePartnerConfig": func(ctx context.Context, c *Client) error { return c.DeletePartnerConfig(ctx, match) },
	"ValidateDeletePartnerConfig": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeletePartnerConfig(ctx, match)
		return err
	},
	"GetEmergencyContact": func(ctx context.Context, c *Client) error { _, err := c.GetEmergencyContact(ctx); return err },
	"PutEmergencyContact": func(ctx context.Context, c *Client) error {
		_, err := c.PutEmergencyContact(ctx, contactInput, both)
		return err
	},
	"ValidatePutEmergencyContact": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutEmergencyContact(ctx, contactInput, both)
		return err
	},
	"DeleteEmergencyContact": func(ctx context.Context, c *Client) error { return c.DeleteEmergencyContact(ctx, match) },
	"ValidateDeleteEmergencyContact": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteEmergencyContact(ctx, match)
		return err
	},
	"ListPortalRoles": func(ctx context.Context, c *Client) error { _, err := c.ListPortalRoles(ctx); return err },
	"ListTraining":    func(ctx context.Context, c *Client) error { return drain(c.ListTraining(ctx)) },

	"ListPartnerUsers": func(ctx context.Context, c *Client) error {
		return drain(c.ListPartnerUsers(ctx, PartnerUserFilter{EmailDomain: "x.example", Source: "manual"}))
	},
	"GetPartnerUser": func(ctx context.Context, c *Client) error { _, err := c.GetPartnerUser(ctx, email); return err },
	"PutPartnerUser": func(ctx context.Context, c *Client) error {
		_, err := c.PutPartnerUser(ctx, email, api.PartnerUserInput{Name: "A"}, both)
		return err
	},
	"ValidatePutPartnerUser": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutPartnerUser(ctx, email, api.PartnerUserInput{Name: "A"}, both)
		return err
	},
	"DeletePartnerUser": func(ctx context.Context, c *Client) error { return c.DeletePartnerUser(ctx, email, match) },
	"ValidateDeletePartnerUser": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeletePartnerUser(ctx, email, match)
		return err
	},

	"ListCustomers": func(ctx context.Context, c *Client) error {
		enabled := false
		return drain(c.ListCustomers(ctx, CustomerFilter{
			Name: "Acme", Domain: "acme.example", ExternalID: "7", Stage: "prospect", Relationship: "managed", Enabled: &enabled,
		}))
	},
	"GetCustomer": func(ctx context.Context, c *Client) error { _, err := c.GetCustomer(ctx, customer); return err },
	"CreateCustomer": func(ctx context.Context, c *Client) error {
		_, err := c.CreateCustomer(ctx, customerInput)
		return err
	},
	"ValidateCreateCustomer": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateCreateCustomer(ctx, customerInput)
		return err
	},
	"PutCustomer": func(ctx context.Context, c *Client) error {
		_, err := c.PutCustomer(ctx, customer, customerInput, match)
		return err
	},
	"ValidatePutCustomer": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutCustomer(ctx, customer, customerInput, match)
		return err
	},
	"DeleteCustomer": func(ctx context.Context, c *Client) error {
		return c.DeleteCustomer(ctx, customer, DeleteCustomerOptions{IfMatch: match.IfMatch, Force: true})
	},
	"ValidateDeleteCustomer": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteCustomer(ctx, customer, DeleteCustomerOptions{IfMatch: match.IfMatch, Force: true})
		return err
	},

	"ListExternalAdmins": func(ctx context.Context, c *Client) error {
		return drain(c.ListExternalAdmins(ctx, ExternalAdminFilter{CustomerID: customer, Email: email, Role: "r", EmailDomain: "x.example"}))
	},
	"ListCustomerExternalAdmins": func(ctx context.Context, c *Client) error {
		return drain(c.ListCustomerExternalAdmins(ctx, customer))
	},
	"GetExternalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.GetExternalAdmin(ctx, customer, email)
		return err
	},
	"PutExternalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.PutExternalAdmin(ctx, customer, email, api.ExternalAdminInput{Role: "r"}, both)
		return err
	},
	"ValidatePutExternalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutExternalAdmin(ctx, customer, email, api.ExternalAdminInput{Role: "r"}, both)
		return err
	},
	"DeleteExternalAdmin": func(ctx context.Context, c *Client) error {
		return c.DeleteExternalAdmin(ctx, customer, email, match)
	},
	"ValidateDeleteExternalAdmin": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteExternalAdmin(ctx, customer, email, match)
		return err
	},
	"BatchExternalAdmins": func(ctx context.Context, c *Client) error {
		_, err := c.BatchExternalAdmins(ctx, []api.ExternalAdminBatchItem{{Operation: "delete", CustomerID: customer, Email: email}})
		return err
	},
	"ValidateBatchExternalAdmins": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateBatchExternalAdmins(ctx, []api.ExternalAdminBatchItem{{Operation: "delete", CustomerID: customer, Email: email}})
		return err
	},

	"ListAccessRoles": func(ctx context.Context, c *Client) error {
		return drain(c.ListAccessRoles(ctx, AccessRoleFilter{CustomerID: customer, Role: "phone_manager"}))
	},
	"ListAccessGroups": func(ctx context.Context, c *Client) error {
		return drain(c.ListAccessGroups(ctx, AccessRoleFilter{CustomerID: customer, Role: "phone_manager"}))
	},
	"ListCustomerAccessRoles": func(ctx context.Context, c *Client) error {
		return drain(c.ListCustomerAccessRoles(ctx, customer))
	},
	"GetAccessRole": func(ctx context.Context, c *Client) error {
		_, err := c.GetAccessRole(ctx, customer, "decision_maker")
		return err
	},
	"PutAccessRole": func(ctx context.Context, c *Client) error {
		_, err := c.PutAccessRole(ctx, customer, "decision_maker", api.AccessRoleInput{NotifyEmails: []string{email}}, both)
		return err
	},
	"ValidatePutAccessRole": func(ctx context.Context, c *Client) error {
		_, err := c.ValidatePutAccessRole(ctx, customer, "decision_maker", api.AccessRoleInput{NotifyEmails: []string{email}}, both)
		return err
	},
	"DeleteAccessRole": func(ctx context.Context, c *Client) error {
		return c.DeleteAccessRole(ctx, customer, "decision_maker", match)
	},
	"ValidateDeleteAccessRole": func(ctx context.Context, c *Client) error {
		_, err := c.ValidateDeleteAccessRole(ctx, customer, "decision_maker", match)
		return err
	},

	"ListAuditEvents": func(ctx context.Context, c *Client) error {
		at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.FixedZone("", 7200))
		return drain(c.ListAuditEvents(ctx, AuditEventFilter{Kind: "customer", Actor: "ci", CustomerID: customer, Since: at, Until: at}))
	},
	"ListOutbox": func(ctx context.Context, c *Client) error { return drain(c.ListOutbox(ctx)) },
}))))))

const (
	customer = "cus_1"
	email    = "o'brien+a/b@x.example"
)

var (
	match         = MatchOptions{IfMatch: `"r1"`}
	both          = WriteOptions{IfMatch: `"r1"`, CreateOnly: true}
	configInput   = api.PartnerConfigInput{Smarthost: &api.Smarthost{Host: "mx.example"}}
	contactInput  = api.EmergencyContactInput{Name: "A", Email: email, Mobile: "+49 170 5550100"}
	customerInput = api.CustomerInput{Name: "Acme", Domain: "acme.example"}
)

func drain[T any](list iter.Seq2[T, error]) error {
	_, err := Collect(list)
	return err
}

// sent is a request that a method made.
type sent struct {
	request *http.Request
	body    []byte
}

// spy records requests and refuses them all, so that every method ends with an Error that names its operation.
func spy(into *[]sent) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		s := sent{request: r}
		if r.Body != nil {
			s.body, _ = io.ReadAll(r.Body)
		}
		*into = append(*into, s)
		return &http.Response{
			StatusCode: http.StatusTeapot, Header: http.Header{}, Body: http.NoBody, Request: r,
		}, nil
	})
}

func TestEveryMethodIsInTheTable(t *testing.T) {
	t.Parallel()
	// HasWritten, Endpoint and the Peek methods send nothing. SignIn sends createToken only, which TestMethodsKeepTheContract looks at by itself.
	// WriteExternalAdmins, CheckExternalAdmins and those of portal admins send what BatchExternalAdmins and its like do, a survey besides
	// a list; TakeExternalAdminSurvey sends nothing.
	// GetRole and its like send getPartnerRole or getCustomerRole, and so on: both are in the table.
	// PlanPutExternalAdmin, PlanDeleteExternalAdmin and those of customer users send what the Validate methods and shared reads do.
	// The Read methods send what the Get and List methods do, see TestSharedReads.
	others := []string{
		"String", "GoString", "Endpoint", "HasWritten", "ExpectExternalAdmins", "ExpectCustomerUser", "PeekExternalAdmin", "PeekCustomerUser", "SignIn", "WriteExternalAdmins", "CheckExternalAdmins", "PlanPutExternalAdmin", "PlanDeleteExternalAdmin",
		"PlanPutCustomerUser", "PlanDeleteCustomerUser",
		"WritePortalAdmins", "CheckPortalAdmins", "SurveyExternalAdmins", "TakeExternalAdminSurvey",
		"ReadCustomer", "ReadPartnerUser", "ReadPortalAdmin", "ReadDomain", "ReadCustomerUser", "ReadExternalAdmin", "ReadCustomerExternalAdmins", "ReadAccessRole", "ReadAccessGroupMember", "ReadAuthorizedContact",
		"GetRole", "ReadRole", "PutRole", "ValidatePutRole", "DeleteRole", "ValidateDeleteRole",
	}
	client := reflect.TypeFor[*Client]()
	for i := range client.NumMethod() {
		name := client.Method(i).Name
		if _, ok := everyMethod[name]; !ok && !slices.Contains(others, name) {
			t.Errorf("%s is missing in everyMethod", name)
		}
	}
}

// TestMethodsKeepTheContract sends the request of every method and holds it to the document: operation, method, path,
// parameters, body. All operations of the document have to be among them.
func TestMethodsKeepTheContract(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]*routers.Route{}
	for template, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			operations[operation.OperationID] = &routers.Route{
				Spec: document, Path: template, PathItem: item, Method: method, Operation: operation,
			}
		}
	}
	for _, id := range notForClients {
		if operations[id] == nil {
			t.Errorf("%s is no operation of the contract", id)
		}
		delete(operations, id)
	}

	used := map[string]bool{}
	for name, run := range everyMethod {
		var requests []sent
		c := clientOf(t, "https://portal.example", func(c *Config) { c.HTTPTransport = spy(&requests) })
		refused := wantError(t, run(t.Context(), c), http.StatusTeapot)
		route := operations[refused.Operation]
		if route == nil || len(requests) != 1 {
			t.Errorf("%s: operation %q is not in the contract, or sent %d requests", name, refused.Operation, len(requests))
			continue
		}
		validates := strings.HasPrefix(name, "Validate")
		if method := strings.TrimPrefix(name, "Validate"); !strings.EqualFold(method, refused.Operation) {
			t.Errorf("%s sends operation %s", name, refused.Operation)
		}
		if !validates {
			used[refused.Operation] = true
		}
		if err := keeps(t.Context(), route, requests[0], validates); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	// createToken has no method; every client with a secret sends it.
	var requests []sent
	c := clientOf(t, "https://portal.example", withSecret, func(c *Config) { c.HTTPTransport = spy(&requests) })
	if err := getAdmin(t.Context(), c); !errors.As(err, new(*AuthError)) || len(requests) != 1 {
		t.Fatalf("got %v after %d requests", err, len(requests))
	}
	if err := keeps(t.Context(), operations[opCreateToken], requests[0], false); err != nil {
		t.Errorf("token: %v", err)
	}
	used[opCreateToken] = true

	for id := range operations {
		if !used[id] {
			t.Errorf("no method sends %s", id)
		}
	}
}

// keeps holds a request to an operation of the contract.
func keeps(ctx context.Context, route *routers.Route, s sent, validates bool) error {
	r := s.request
	parameters, ok := matchPath(route.Path, r.URL)
	if !ok || r.Method != route.Method {
		return fmt.Errorf("sends %s %s, the contract has %s %s", r.Method, r.URL.EscapedPath(), route.Method, route.Path)
	}
	if err := knowsQuery(route, r.URL.Query(), validates); err != nil {
		return err
	}
	if err := knowsHeader(route, r.Header, validates); err != nil {
		return err
	}
	check := r.Clone(ctx)
	check.Body = io.NopCloser(bytes.NewReader(s.body))
	return openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: check, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

// matchPath matches the escaped path, so that an address with a slash is one segment.
func matchPath(template string, u *url.URL) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(u.EscapedPath(), "/")
	if len(want) != len(got) {
		return nil, false
	}
	parameters := map[string]string{}
	for i := range want {
		if template, ok := strings.CutPrefix(want[i], "{"); ok {
			name, action, _ := strings.Cut(template, "}") // such as ":verify"
			value, err := url.PathUnescape(strings.TrimSuffix(got[i], action))
			if err != nil || !strings.HasSuffix(got[i], action) {
				return nil, false
			}
			parameters[name] = value
		} else if want[i] != got[i] {
			return nil, false
		}
	}
	return parameters, true
}

// knowsQuery: the methods are called with all that they can be given, so that each parameter of the contract is there.
func knowsQuery(route *routers.Route, query url.Values, validates bool) error {
	var want []string
	for _, name := range parameterNames(route, "query") {
		if name == "page_token" || name == "validate_only" && !validates {
			continue // only of later pages, only of validations
		}
		want = append(want, name)
	}
	return sameNames("query parameters", want, keysOf(query))
}

func knowsHeader(route *routers.Route, header http.Header, validates bool) error {
	var want, got []string
	for _, name := range parameterNames(route, "header") {
		if name == api.HeaderIdempotencyKey && validates {
			continue // changes nothing: a repeat needs no key
		}
		want = append(want, name)
	}
	for _, name := range []string{api.HeaderIfMatch, api.HeaderIfNoneMatch, api.HeaderIdempotencyKey} {
		if header.Get(name) != "" {
			got = append(got, name)
		}
	}
	return sameNames("headers", want, got)
}

func parameterNames(route *routers.Route, in string) []string {
	var names []string
	for _, parameter := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		if parameter.Value.In == in {
			names = append(names, parameter.Value.Name)
		}
	}
	return names
}

func keysOf(query url.Values) []string {
	var names []string
	for name := range query {
		names = append(names, name)
	}
	return names
}

func sameNames(what string, want, got []string) error {
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		return fmt.Errorf("sends the %s %q, the contract has %q", what, got, want)
	}
	return nil
}

func TestHasWritten(t *testing.T) {
	t.Parallel()
	var requests []sent
	c, err := New(t.Context(), Config{Endpoint: "https://portal.example", Token: "token", HTTPTransport: spy(&requests)})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.GetPartnerConfig(t.Context())
	_, _ = c.ValidatePutPartnerConfig(t.Context(), api.PartnerConfigInput{}, MatchOptions{})
	if len(requests) != 2 || c.HasWritten() {
		t.Errorf("after %d requests that change nothing: %v", len(requests), c.HasWritten())
	}
	if _, _ = c.PutPartnerConfig(t.Context(), api.PartnerConfigInput{}, MatchOptions{}); !c.HasWritten() {
		t.Error("a write is not noticed")
	}
}
