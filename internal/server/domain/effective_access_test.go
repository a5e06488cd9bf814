package domain_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	helper     = "help@northwind.example" // partner_administrator of globex
	inRange    = "192.0.2.7"              // of globex
	fromMSP    = "198.51.100.7"           // of the partner config below
	fromNobody = "203.0.113.7"
)

// ask answers what the administrator is told.
func (w *world) ask(customerID, email, from string, via domain.LoginVia) domain.EffectiveAccess {
	w.t.Helper()
	q := domain.AccessQuestion{Email: email, Via: via}
	if from != "" {
		q.SourceIP = must(canon.IPAddress(from))(w.t)
	}
	return must(w.s.EffectiveAccess(w.t.Context(), w.as("administrator"), customerID, q))(w.t)
}

func (w *world) configure(outbound ...string) {
	w.t.Helper()
	_, err := w.s.PutPartnerConfig(w.t.Context(), w.as("administrator"), domain.PartnerConfigInput{OutboundIPs: outbound, InboundIPs: []string{fromNobody}}, domain.Precondition{})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Where a customer allows some addresses only, they judge direct logins, and the partner's own outbound addresses those
// through the portal.
func TestAccessByAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		customer, from string
		outbound       []string
		direct, portal bool
		says           string // in the reasons of the portal's path
	}{
		"in the customer's range":        {globex, inRange, []string{"198.51.100.0/24"}, true, false, "none of the outbound addresses"},
		"from the partner":               {globex, fromMSP, []string{"198.51.100.0/24"}, false, true, fromMSP + " lies in 198.51.100.0/24"},
		"from the partner's one address": {globex, fromMSP, []string{fromMSP}, false, true, fromMSP + " lies in " + fromMSP},
		"written as IPv6":                {globex, "::ffff:" + fromMSP, []string{"198.51.100.0/24"}, false, true, fromMSP + " lies in"},
		"from elsewhere":                 {globex, fromNobody, []string{"198.51.100.0/24"}, false, false, fromNobody + " lies in none"},
		"IPv6, none of which is allowed": {globex, "2001:db8::1", []string{"198.51.100.0/24"}, false, false, "2001:db8::1 lies in none"},
		"IPv6 of the partner":            {globex, "2001:db8::1", []string{"2001:db8::/32"}, false, true, "2001:db8::1 lies in 2001:db8::/32"},
		"no outbound addresses":          {globex, fromNobody, nil, false, true, "names no outbound addresses"},
		"no address given":               {globex, "", []string{"198.51.100.0/24"}, true, true, "was not judged"},
		"no ranges at the customer":      {initech, fromNobody, []string{"198.51.100.0/24"}, true, true, "from every address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.configure(c.outbound...)
			if c.customer == initech {
				w.grant(initech, helper)
			}
			both := w.ask(c.customer, strings.ToUpper(helper), c.from, "")
			if len(both.Paths) != 2 || both.Paths[0].Via != domain.ViaPortal || both.Paths[1].Via != domain.ViaDirect {
				t.Fatalf("paths %+v", both.Paths)
			}
			portal, direct := both.Paths[0], both.Paths[1]
			if portal.Allowed != c.portal || direct.Allowed != c.direct || both.Allowed != (c.portal || c.direct) {
				t.Errorf("portal %v, direct %v, allowed %v; want portal %v, direct %v", portal.Allowed, direct.Allowed, both.Allowed, c.portal, c.direct)
			}
			if !strings.Contains(strings.Join(portal.Reasons, " "), c.says) {
				t.Errorf("reasons %q, want %q", portal.Reasons, c.says)
			}
			for via, want := range map[domain.LoginVia]domain.AccessPath{domain.ViaPortal: portal, domain.ViaDirect: direct} {
				one := w.ask(c.customer, helper, c.from, via)
				if len(one.Paths) != 1 || one.Allowed != want.Allowed || one.Paths[0].Via != via || !slices.Equal(one.Reasons, want.Reasons) {
					t.Errorf("asked for %s: %+v, want %+v", via, one, want)
				}
			}
		})
	}
}

func TestAccessOfExternalAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.ask(globex, helper, inRange, domain.ViaDirect)
	path := v.Paths[0]
	if v.CustomerID != globex || v.Email != helper || path.Kind != domain.KindExternalAdmin || path.ID != globex+"/"+helper || path.Role != domain.AccountPartnerAdministrator {
		t.Errorf("got %+v", v)
	}
	if !slices.Contains(v.Permissions, "account.manage") || !slices.IsSorted(v.Permissions) || slices.Contains(v.Permissions, "content.read") {
		t.Errorf("permissions %v", v.Permissions)
	}
	if closed := w.ask(globex, helper, fromNobody, domain.ViaDirect); closed.Allowed || len(closed.Permissions) != 0 || len(closed.Paths[0].Permissions) == 0 {
		t.Errorf("a closed way permits nothing, though its role would: %+v", closed)
	}
	// A custom role, and what it permits at the moment.
	given(putGrant("administrator", globex, helper, "desk"), putRole("administrator", globex, "desk", "users.manage"))(w)
	if v := w.ask(globex, helper, inRange, ""); !slices.Equal(v.Permissions, []string{"users.manage"}) {
		t.Errorf("permissions %v", v.Permissions)
	}
	if v := w.ask(globex, "boss@northwind.example", inRange, ""); !slices.Contains(v.Permissions, "content.read") {
		t.Errorf("permissions of a protected role %v", v.Permissions)
	}
}

// Nobody gets in without a way, which is an answer.
func TestAccessOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, email := range []string{"sales@northwind.example", "nobody@nowhere.example", "admin@contoso.example"} {
		v := w.ask(globex, email, "", "")
		if v.Allowed || len(v.Paths) != 0 || len(v.Permissions) != 0 || len(v.Reasons) != 1 || !strings.Contains(v.Reasons[0], "Nothing lets "+email+" in at Globex") {
			t.Errorf("%s: %+v", email, v)
		}
	}
	if v := w.ask(globex, "sales@northwind.example", "", domain.ViaPortal); !strings.Contains(v.Reasons[0], "through the portal") {
		t.Errorf("reasons %q", v.Reasons)
	}
}

// The user with whom a managed customer was created signs in directly, never through the portal.
func TestAccessOfBuiltinAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := acme()
	in.AllowedIPRanges = []string{"192.0.2.0/24"}
	customer := w.create(in)
	v := w.ask(customer.ID, "MSP_AcmeLtd@acme.example", inRange, "")
	if !v.Allowed || len(v.Paths) != 1 || v.Paths[0].Kind != domain.KindBuiltinAdmin || v.Paths[0].Via != domain.ViaDirect ||
		v.Paths[0].Role != domain.AccountBasicAdministrator || !slices.Contains(v.Permissions, "users.manage") {
		t.Errorf("got %+v", v)
	}
	if w.ask(customer.ID, customer.AdminUsername, fromNobody, "").Allowed {
		t.Error("the customer's ranges must hold for it")
	}
	if v := w.ask(customer.ID, customer.AdminUsername, inRange, domain.ViaPortal); v.Allowed || len(v.Paths) != 0 {
		t.Errorf("through the portal: %+v", v)
	}
}

func TestAccessToDisabledCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	customer := w.create(acme())
	w.grant(customer.ID, helper)
	if !w.ask(customer.ID, helper, "", "").Allowed {
		t.Fatal("must be allowed while it is enabled")
	}
	in, no := acme(), false
	in.Enabled = &no
	if _, err := w.s.PutCustomer(t.Context(), w.as("administrator"), customer.ID, in, domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{helper, customer.AdminUsername} {
		v := w.ask(customer.ID, email, "", "")
		if v.Allowed || len(v.Permissions) != 0 || !strings.Contains(strings.Join(v.Reasons, " "), "Acme Ltd is disabled") {
			t.Errorf("%s: %+v", email, v)
		}
	}
}

func TestAccessRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		client, customer, email string
		code                    domain.Code
	}{
		"helpdesk":                     {"helpdesk", globex, helper, domain.CodeForbidden},
		"sales":                        {"sales", globex, helper, domain.CodeForbidden},
		"a partner administrator":      {"for-help", globex, helper, domain.CodeForbidden},
		"a customer's own client":      {"globex-decider", globex, helper, domain.CodeForbidden},
		"no address":                   {"administrator", globex, "help", domain.CodeInvalidValue},
		"another partner's customer":   {"administrator", "cus_contoso", helper, domain.CodeNotFound},
		"a customer that there is not": {"administrator", "cus_none", helper, domain.CodeNotFound},
	} {
		_, err := w.s.EffectiveAccess(t.Context(), w.as(c.client), c.customer, domain.AccessQuestion{Email: c.email})
		if e := refusal(t, err); e.Code != c.code {
			t.Errorf("%s: got %v, want %s", name, e, c.code)
		}
	}
}

// What has expired lets nobody in, from that very moment on; a new date does again.
func TestAccessOfExpiredGrant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	until := w.now.Add(time.Hour)
	extend := func() {
		t.Helper()
		in := domain.ExternalAdminInput{Role: "desk", ExpiresAt: &until}
		if _, _, err := w.s.PutExternalAdmin(t.Context(), w.as("administrator"), initech, sales, in, domain.Precondition{}); err != nil {
			t.Fatal(err)
		}
	}
	given(putRole("administrator", initech, "desk", "users.read"))(w)
	extend()
	says := func(allowed bool, text string) {
		t.Helper()
		v := w.ask(initech, sales, "", "")
		if v.Allowed != allowed || (len(v.Permissions) > 0) != allowed || len(v.Paths) != 2 || !strings.Contains(strings.Join(v.Reasons, " "), text) {
			t.Errorf("at %s: %+v, want %v and %q", w.now, v, allowed, text)
		}
	}
	w.pass(time.Hour - time.Microsecond)
	says(true, "until 2026-03-01T13:00:00Z")
	w.pass(time.Microsecond)
	says(false, "ended at 2026-03-01T13:00:00Z")
	until = until.Add(time.Hour)
	extend()
	says(true, "until 2026-03-01T14:00:00Z")
}
