package portaladmins_test

import (
	"bytes"
	"context"
	"encoding/json"
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
	typeName = "msp_portal_admins"
	address  = typeName + ".test"
)

// People of the seed below. Alex and robin are portal admins, robin has not registered yet; the others are partner users.
const (
	alex  = "alex@msp.example"
	robin = "robin@msp.example"
	dana  = "dana@msp.example"
	kim   = "kim@msp.example"
	lee   = "lee@msp.example"
)

const (
	administrator = "msp_administrator"
	helpdesk      = "msp_helpdesk"
	sales         = "msp_sales"
)

// crowd is how many people there are besides those with names: person0@msp.example and so on.
const crowd = 30

// roles by e-mail address. Everybody's name is "Person" and what stands before the @.
type roles map[string]string

func nameOf(email string) string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	return "Person " + local
}

func person(i int) string { return fmt.Sprintf("person%d@msp.example", i) }

// newServer has a partner whose portal admins are alex and robin.
func newServer(t *testing.T, opts ...acctest.Option) *acctest.Server {
	t.Helper()
	people := []string{alex, robin, dana, kim, lee}
	for i := range crowd {
		people = append(people, person(i))
	}
	var users []string
	for _, email := range people {
		users = append(users, fmt.Sprintf(`{"email":%q,"name":%q}`, email, nameOf(email)))
	}
	users = append(users, `{"email":"sam.osei@msp.example","name":"Person sam","source":"directory","aliases":["sam@msp.example"]}`)
	seed := fmt.Appendf(nil, `{"partners":[{"id":"prt_msp","name":"MSP","kind":"msp",
		"clients":[
			{"client_id":"robot","client_secret":"secret-of-robot","portal_role":"msp_administrator"},
			{"client_id":"for-alex","client_secret":"secret-of-for-alex","portal_role":"msp_administrator","acts_for":"Alex@msp.example"},
			{"client_id":"for-robin","client_secret":"secret-of-for-robin","portal_role":"msp_administrator","acts_for":%q},
			{"client_id":"helper","client_secret":"secret-of-helper","portal_role":"msp_helpdesk"}],
		"users":[%s],
		"portal_admins":[{"email":%q,"role":"msp_administrator"},{"email":%q,"role":"msp_helpdesk","status":"unregistered"}]}]}`,
		robin, strings.Join(users, ","), alex, robin)
	return acctest.NewServer(t, append([]acctest.Option{acctest.WithSeed(seed)}, opts...)...)
}

func (r roles) hcl() string {
	var lines strings.Builder
	for email, role := range r {
		fmt.Fprintf(&lines, "    %q = { name = %q, role = %q }\n", email, nameOf(email), role)
	}
	return "{\n" + lines.String() + "  }"
}

func config(r roles) string { return configOf(r.hcl()) }

func configOf(admins string) string {
	return fmt.Sprintf("\nresource %q \"test\" {\n  admins = %s\n}\n", typeName, admins)
}

// single is the other kind of resource, for dana.
const single = "\nresource \"msp_portal_admin\" \"test\" {\n  email = \"" + dana + "\"\n  name  = \"Person dana\"\n  role  = \"" + sales + "\"\n}\n"

const importing = "\nimport {\n  to = " + address + "\n  id = \"portal_admins\"\n}\n"

// forget ends a test without a destroy.
const forget = "\nremoved {\n  from = " + address + "\n  lifecycle {\n    destroy = false\n  }\n}\n"

// object is the resource for Protocol. As in any state, everybody has a status.
func object(r roles) map[string]any {
	admin := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String, "phone": tftypes.String, "role": tftypes.String}}
	admins, statuses := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for email, role := range r {
		admins[email] = tftypes.NewValue(admin, map[string]tftypes.Value{
			"name": tftypes.NewValue(tftypes.String, nameOf(email)), "phone": tftypes.NewValue(tftypes.String, nil), "role": tftypes.NewValue(tftypes.String, role),
		})
		statuses[email] = tftypes.NewValue(tftypes.String, "unregistered")
	}
	return map[string]any{"id": "portal_admins", "admins": admins, "statuses": statuses}
}

// rolesOf reads them out of what Protocol answers; nil if there is no resource. Each must have a status.
func rolesOf(t *testing.T, attributes map[string]tftypes.Value) roles {
	t.Helper()
	if attributes == nil {
		return nil
	}
	var admins, statuses map[string]tftypes.Value
	if err := attributes["admins"].As(&admins); err != nil {
		t.Fatal(err)
	}
	if err := attributes["statuses"].As(&statuses); err != nil {
		t.Fatal(err)
	}
	found := roles{}
	for email, admin := range admins {
		var members map[string]tftypes.Value
		var role string
		if err := admin.As(&members); err != nil {
			t.Fatal(err)
		}
		if err := members["role"].As(&role); err != nil {
			t.Fatal(err)
		}
		found[email] = role
		if status, ok := statuses[email]; !ok || status.IsNull() || !status.IsKnown() {
			t.Errorf("%s has no status", email)
		}
	}
	if len(statuses) != len(admins) {
		t.Errorf("%d statuses of %d people", len(statuses), len(admins))
	}
	return found
}

func wantRoles(t *testing.T, what string, got, want roles) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s has %v, want %v", what, got, want)
	}
}

// inState expects the map of the state, keys as they are spelled, and a status for each.
func inState(want roles) statecheck.StateCheck {
	members := map[string]knownvalue.Check{}
	for email, role := range want {
		members[email] = knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": knownvalue.StringExact(nameOf(email)), "phone": knownvalue.Null(), "role": knownvalue.StringExact(role),
		})
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("admins"), knownvalue.MapExact(members))
}

func statusesInState(want map[string]string) statecheck.StateCheck {
	members := map[string]knownvalue.Check{}
	for email, status := range want {
		members[email] = knownvalue.StringExact(status)
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("statuses"), knownvalue.MapExact(members))
}

// has asks the server who is a portal admin.
func has(t *testing.T, s *acctest.Server) roles {
	t.Helper()
	found := roles{}
	for admin, err := range s.Client(t).ListPortalAdmins(context.WithoutCancel(t.Context()), client.PortalAdminFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		found[admin.Email] = string(admin.Role)
	}
	return found
}

func onServer(t *testing.T, s *acctest.Server, want roles) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if got := has(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("the server has %v, want %v", got, want)
		}
		return nil
	}
}

// appoint somebody, behind Terraform's back.
func appoint(t *testing.T, s *acctest.Server, email, role string) {
	t.Helper()
	in := api.PortalAdminInput{Name: nameOf(email), Role: api.PortalRoleName(role)}
	if _, err := s.Client(t).PutPortalAdmin(t.Context(), email, in, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

// leave makes somebody unfit to be a portal admin.
func leave(t *testing.T, s *acctest.Server, email string) {
	t.Helper()
	if err := s.Client(t).DeletePartnerUser(t.Context(), email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

// batchWrites are the items of each batch that was meant to change something.
func batchWrites(t *testing.T, s *acctest.Server) [][]api.PortalAdminBatchItem {
	t.Helper()
	var writes [][]api.PortalAdminBatchItem
	for _, r := range s.Requests() {
		if r.OperationID != "batchPortalAdmins" || strings.Contains(r.Query, "validate_only") {
			continue
		}
		var batch api.PortalAdminBatch
		if err := json.Unmarshal(r.Body, &batch); err != nil {
			t.Fatal(err)
		}
		writes = append(writes, batch.Items)
	}
	return writes
}

func emails(items []api.PortalAdminBatchItem, operation api.BatchOperation) []string {
	var found []string
	for _, item := range items {
		if item.Operation == operation {
			found = append(found, item.Email)
		}
	}
	slices.Sort(found)
	return found
}

// writtenOnce expects that the provider appointed, changed or dismissed nobody more than once, and that whoever was appointed
// got one invitation.
func writtenOnce(t *testing.T, s *acctest.Server) {
	t.Helper()
	seen, invited := map[string]int{}, 0
	for event, err := range s.Client(t).ListAuditEvents(context.WithoutCancel(t.Context()), client.AuditEventFilter{Kind: "portal_admin", Actor: s.ClientID}) {
		if err != nil {
			t.Fatal(err)
		}
		seen[fmt.Sprint(event.Action, " ", event.ObjectID)]++
	}
	if len(seen) == 0 {
		t.Error("nothing was written at all")
	}
	for mail, err := range s.Client(t).ListOutbox(context.WithoutCancel(t.Context())) {
		if err != nil {
			t.Fatal(err)
		}
		if mail.Event == "portal_admin_invited" {
			seen["invitation to "+mail.To]++
			invited++
		}
	}
	if invited == 0 {
		t.Error("nobody was invited")
	}
	for what, times := range seen {
		if times != 1 {
			t.Errorf("%s happened %d times", what, times)
		}
	}
}

// meddle puts something between provider and server that acts before each batch that writes. Server.Client goes past it.
func meddle(t *testing.T, s *acctest.Server, before func(n int, items []api.PortalAdminBatchItem)) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	between(t, s, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var batch api.PortalAdminBatch
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
	through(t, s, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, ":batch") && r.URL.Query().Get("validate_only") == "" {
			handle(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// through sends all requests of the provider by handle.
func through(t *testing.T, s *acctest.Server, handle func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	t.Helper()
	s.Client(t) // of the server itself
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handle(w, r, forward) }))
	t.Cleanup(proxy.Close)
	s.URL = proxy.URL
}
