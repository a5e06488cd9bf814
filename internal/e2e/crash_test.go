// Package e2e tests what happens between processes: the real binary, the real Terraform, the real server.
package e2e

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	people    = 5
	companies = 25
)

// onboarding is 1 config, 5 partner users, 5 portal admins, 25 customers, 125 external admins and 25 access roles.
var onboarding = fmt.Sprintf(`
locals {
  people    = { for i in range(%d) : "person%%{ if i < 10 }0%%{ endif }${i}@northwind-msp.example" => i }
  companies = { for i in range(%d) : "company${i}.example" => i }
}

resource "msp_partner_config" "this" {
  outbound_ips = ["198.51.100.0/24"]
}

resource "msp_partner_user" "this" {
  for_each = local.people
  email    = each.key
  name     = "Person ${each.value}"
}

resource "msp_portal_admin" "this" {
  for_each = local.people
  email    = msp_partner_user.this[each.key].email
  name     = "Person ${each.value}"
  role     = "msp_helpdesk"
}

resource "msp_customer" "this" {
  for_each            = local.companies
  name                = "Company ${each.value}"
  domain              = each.key
  deletion_protection = false
  depends_on          = [msp_partner_config.this]
}

resource "msp_external_admin" "this" {
  for_each    = { for p in setproduct(keys(local.companies), keys(local.people)) : "${p[0]}/${p[1]}" => p }
  customer_id = msp_customer.this[each.value[0]].id
  email       = msp_portal_admin.this[each.value[1]].email
  role        = "basic_administrator"
}

resource "msp_partner_access_role" "this" {
  for_each      = local.companies
  customer_id   = msp_customer.this[each.key].id
  role          = "phone_manager"
  notify_emails = ["log@northwind-msp.example"]
}
`, people, companies)

// Terraform and the provider are killed in the middle of an apply. What the server did by then and what state knows
// differ; adopt_existing brings them together, and nothing is made twice or left over.
func TestAccKilledApplyConverges(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	half := &interrupted{writes: make(chan struct{}, 1000)}
	cli := acctest.NewCLI(t)
	cli.Write("main.tf", requirements+half.of(t, s)+onboarding)

	before := s.Counts(t)
	var printed bytes.Buffer
	apply := cli.Command(t.Context(), "apply", "-auto-approve", "-no-color")
	apply.Stdout, apply.Stderr = &printed, &printed
	// The plugin is a child of Terraform: the group takes both down at once.
	apply.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := apply.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- apply.Wait() }()
	for range answered + 1 {
		select {
		case err := <-ended:
			t.Fatalf("the apply ended before it was killed: %v\n%s", err, &printed)
		case <-half.writes:
		}
	}
	if err := syscall.Kill(-apply.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Fatal("the apply ended before it was killed")
	}

	cli.Write("main.tf", requirements+s.ProviderConfig()+onboarding)
	cli.Must("apply", "-auto-approve", "-no-color")
	if out, code := cli.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Fatalf("the plan after the second apply is not empty (%d):\n%s", code, out)
	}
	after := s.Counts(t)
	want := before
	want.PartnerUsers += people
	want.PortalAdmins += people
	want.Customers += companies
	want.ExternalAdmins += people * companies
	want.AccessRoles += companies
	if after != want {
		t.Errorf("the server has %+v, want %+v", after, want)
	}
	created := make(map[string]int)
	for event, err := range s.Client(t).ListAuditEvents(t.Context(), client.AuditEventFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Action == "create" && event.Actor == s.ClientID {
			created[event.Kind+" "+event.ObjectID]++
		}
	}
	for object, times := range created {
		if times != 1 {
			t.Errorf("%s was created %d times", object, times)
		}
	}

	cli.Must("destroy", "-auto-approve", "-no-color")
	if left := s.Counts(t); left != before {
		t.Errorf("after destroy the server has %+v, want %+v", left, before)
	}
}

// answered is about half of the writes. The next one at least is done without an answer when the apply is killed.
const answered = 90

// interrupted is a proxy that keeps the answers to writes after the first ones, so that the moment to kill does not pass.
type interrupted struct {
	done   atomic.Int64
	writes chan struct{} // gets one for each that changed something
}

// of answers a provider block that goes by the proxy to a server.
func (h *interrupted) of(t *testing.T, s *acctest.Server) string {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.URL.Path == "/oauth/token" || r.URL.Query().Get("validate_only") != "" {
			forward.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		forward.ServeHTTP(answer, r.WithContext(context.WithoutCancel(r.Context())))
		h.writes <- struct{}{}
		if h.done.Add(1) > answered {
			<-r.Context().Done()
			return
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(proxy.Close)
	return strings.Replace(s.ProviderConfig(), s.URL, proxy.URL, 1)
}
