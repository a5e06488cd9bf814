package externaladmins_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

const (
	typeName = "msp_external_admins"
	address  = typeName + ".test"
)

// Customers and people of the seed.
const (
	acme    = "cus_acme2222222222222222" // ines has a protected role there, lee basic_administrator
	globex  = "cus_globex22222222222222" // kim is partner_administrator
	initech = "cus_initech2222222222222" // nobody
	lee     = "lee@northwind-msp.example"
	robin   = "robin@northwind-msp.example"
	kim     = "kim@northwind-msp.example"
	ines    = "ines@northwind-msp.example"
	pat     = "pat@northwind-msp.example"
)

const (
	basic   = "basic_administrator"
	partner = "partner_administrator"
)

// roles by e-mail address; with an end, a role is followed by " until " and the time.
type roles map[string]string

func (r roles) hcl() string {
	var lines strings.Builder
	for email, access := range r {
		role, until, limited := strings.Cut(access, " until ")
		arguments := fmt.Sprintf("role = %q", role)
		if limited {
			arguments += fmt.Sprintf(", expires_at = %q", until)
		}
		fmt.Fprintf(&lines, "    %q = { %s }\n", email, arguments)
	}
	return "{\n" + lines.String() + "  }"
}

func config(customerID string, r roles) string {
	return configOf(fmt.Sprintf("%q", customerID), r.hcl())
}

func configOf(customerID, admins string) string {
	return fmt.Sprintf("\nresource %q \"test\" {\n  customer_id = %s\n  admins = %s\n}\n", typeName, customerID, admins)
}

// single is the other kind of resource.
func single(customerID, email string) string {
	return fmt.Sprintf("\nresource \"msp_external_admin\" \"test\" {\n  customer_id = %q\n  email       = %q\n  role        = %q\n}\n", customerID, email, basic)
}

func importing(id string) string {
	return fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
}

// object is the resource for Protocol.
func object(customerID string, r roles) map[string]any {
	admin := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"role": tftypes.String, "expires_at": tftypes.String}}
	admins := map[string]tftypes.Value{}
	for email, access := range r {
		role, until, limited := strings.Cut(access, " until ")
		end := tftypes.NewValue(tftypes.String, nil)
		if limited {
			end = tftypes.NewValue(tftypes.String, until)
		}
		admins[email] = tftypes.NewValue(admin, map[string]tftypes.Value{"role": tftypes.NewValue(tftypes.String, role), "expires_at": end})
	}
	return map[string]any{"id": customerID, "customer_id": customerID, "admins": admins}
}

// rolesOf reads them out of what Protocol answers; nil if there is no resource.
func rolesOf(t *testing.T, attributes map[string]tftypes.Value) roles {
	t.Helper()
	if attributes == nil {
		return nil
	}
	var admins map[string]tftypes.Value
	if err := attributes["admins"].As(&admins); err != nil {
		t.Fatal(err)
	}
	found := roles{}
	for email, admin := range admins {
		var members map[string]tftypes.Value
		var role string
		var until *string
		if err := admin.As(&members); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(members["role"].As(&role), members["expires_at"].As(&until)); err != nil {
			t.Fatal(err)
		}
		if found[email] = role; until != nil {
			found[email] += " until " + *until
		}
	}
	return found
}

func wantRoles(t *testing.T, what string, got, want roles) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s has %v, want %v", what, got, want)
	}
}

// inState expects the map of the state, keys as they are spelled.
func inState(want roles) statecheck.StateCheck {
	members := map[string]knownvalue.Check{}
	for email, access := range want {
		role, until, limited := strings.Cut(access, " until ")
		var end knownvalue.Check = knownvalue.Null()
		if limited {
			end = knownvalue.StringExact(until)
		}
		members[email] = knownvalue.ObjectExact(map[string]knownvalue.Check{"role": knownvalue.StringExact(role), "expires_at": end})
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("admins"), knownvalue.MapExact(members))
}

// has asks the server who has access to a customer.
func has(t *testing.T, s *acctest.Server, customerID string) roles {
	t.Helper()
	found := roles{}
	for admin, err := range s.Client(t).ListCustomerExternalAdmins(context.WithoutCancel(t.Context()), customerID) {
		if err != nil {
			t.Fatal(err)
		}
		if found[admin.Email] = admin.Role; admin.ExpiresAt != nil {
			found[admin.Email] += " until " + admin.ExpiresAt.Format(time.RFC3339Nano)
		}
	}
	return found
}

func onServer(t *testing.T, s *acctest.Server, customerID string, want roles) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if got := has(t, s, customerID); fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("at %s the server has %v, want %v", customerID, got, want)
		}
		return nil
	}
}

// grant gives access to initech, behind Terraform's back.
func grant(t *testing.T, s *acctest.Server, email, role string) {
	t.Helper()
	if _, err := s.Client(t).PutExternalAdmin(t.Context(), initech, email, api.ExternalAdminInput{Role: role}, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

// take it away.
func take(t *testing.T, s *acctest.Server, email string) {
	t.Helper()
	if err := s.Client(t).DeleteExternalAdmin(t.Context(), initech, email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

// batchWrites are the items of each batch that was meant to change something.
func batchWrites(t *testing.T, s *acctest.Server) [][]api.ExternalAdminBatchItem {
	t.Helper()
	var writes [][]api.ExternalAdminBatchItem
	for _, r := range s.Requests() {
		if r.OperationID != "batchExternalAdmins" || strings.Contains(r.Query, "validate_only") {
			continue
		}
		var batch api.ExternalAdminBatch
		if err := json.Unmarshal(r.Body, &batch); err != nil {
			t.Fatal(err)
		}
		writes = append(writes, batch.Items)
	}
	return writes
}

// writtenOnce expects that nobody was let into initech, changed or removed there more than once.
func writtenOnce(t *testing.T, s *acctest.Server) {
	t.Helper()
	seen := map[string]int{}
	for event, err := range s.Client(t).ListAuditEvents(context.WithoutCancel(t.Context()), client.AuditEventFilter{CustomerID: initech}) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Kind == "external_admin" && event.Actor == s.ClientID {
			seen[fmt.Sprint(event.Action, " ", event.ObjectID)]++
		}
	}
	for what, times := range seen {
		if times != 1 {
			t.Errorf("%s happened %d times", what, times)
		}
	}
}

// meddle puts something between provider and server that acts before each batch that writes. Server.Client goes past it.
func meddle(t *testing.T, s *acctest.Server, before func(n int, items []api.ExternalAdminBatchItem)) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	between(t, s, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var batch api.ExternalAdminBatch
		if err := json.Unmarshal(body, &batch); err != nil {
			t.Error(err)
		}
		mu.Lock()
		n++
		before(n, batch.Items)
		mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// between puts handle in the way of batches that write.
func between(t *testing.T, s *acctest.Server, handle func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	t.Helper()
	s.Client(t) // of the server itself
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ":batch") && r.URL.Query().Get("validate_only") == "" {
			handle(w, r, forward)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	s.URL = proxy.URL
}

func emails(items []api.ExternalAdminBatchItem, operation api.BatchOperation) []string {
	var found []string
	for _, item := range items {
		if item.Operation == operation {
			found = append(found, item.Email)
		}
	}
	slices.Sort(found)
	return found
}
