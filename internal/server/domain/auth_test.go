package domain_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, c := range []struct{ client, secret string }{{"administrator", "wrong"}, {"administrator", ""}, {"nobody", secret}, {"", ""}} {
		if _, err := w.s.IssueToken(ctx, c.client, c.secret, nil); !errors.Is(err, domain.ErrInvalidClient) {
			t.Errorf("%q with %q: %v", c.client, c.secret, err)
		}
	}
	for _, bearer := range []string{"", "unknown"} {
		_, err := w.s.Authenticate(ctx, bearer)
		wantCode(t, err, domain.CodeUnauthenticated)
	}
	token := must(w.s.IssueToken(ctx, "administrator", secret, nil))(t)
	if token.TTL != 15*time.Minute || !slices.Equal(token.Scopes, domain.ScopesOf(domain.RoleAdministrator)) {
		t.Errorf("issued %+v", token)
	}
	w.now = w.now.Add(token.TTL - time.Microsecond)
	if actor := must(w.s.Authenticate(ctx, token.AccessToken))(t); actor.ClientID != "administrator" || actor.ActsFor != "Admin@northwind.example" {
		t.Errorf("actor %+v", actor)
	}
	w.now = w.now.Add(time.Microsecond)
	_, err := w.s.Authenticate(ctx, token.AccessToken)
	wantCode(t, err, domain.CodeUnauthenticated)
}

func TestTokenWithoutSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := must(w.s.IssueTokenTo(t.Context(), "prospects"))(t)
	if actor := must(w.s.Authenticate(t.Context(), token.AccessToken))(t); actor.ClientID != "prospects" || !slices.Equal(actor.Scopes, domain.ScopesOf(domain.RoleProspects)) {
		t.Errorf("actor %+v", actor)
	}
	if _, err := w.s.IssueTokenTo(t.Context(), "nobody"); !errors.Is(err, domain.ErrInvalidClient) {
		t.Errorf("nobody: %v", err)
	}
}

func TestNarrowedTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		client string
		asked  []domain.Scope
		want   []domain.Scope // nil for a refusal
	}{
		{"prospects", nil, []domain.Scope{domain.ScopeCatalogueRead, domain.ScopeProspectsCreate}},
		{"prospects", []domain.Scope{domain.ScopeProspectsCreate, domain.ScopeAuditRead}, []domain.Scope{domain.ScopeProspectsCreate}},
		{"prospects", []domain.Scope{domain.ScopeAuditRead}, nil},
		{"prospects", []domain.Scope{domain.ScopeProspectsCreate, "everything"}, nil},
		{"globex-decider", nil, []domain.Scope{}},
		{"globex-decider", []domain.Scope{domain.ScopeCatalogueRead}, nil},
	} {
		token, err := w.s.IssueToken(t.Context(), c.client, secret, c.asked)
		switch {
		case c.want == nil && !errors.Is(err, domain.ErrInvalidScope):
			t.Errorf("%s asks for %v: %v", c.client, c.asked, err)
		case c.want != nil && (err != nil || !slices.Equal(token.Scopes, c.want)):
			t.Errorf("%s asks for %v: %v, %v, want %v", c.client, c.asked, token.Scopes, err, c.want)
		case c.want != nil:
			if actor := must(w.s.Authenticate(t.Context(), token.AccessToken))(t); !slices.Equal(actor.Scopes, c.want) {
				t.Errorf("%s acts with %v", c.client, actor.Scopes)
			}
		}
	}
	narrow := w.signIn("administrator", domain.ScopeCatalogueRead)
	_, err := w.s.GetPartnerConfig(t.Context(), narrow)
	if e := refusal(t, err); e.Code != domain.CodeForbidden || !strings.Contains(e.Detail, "partner.manage") || !strings.Contains(e.Detail, "issued without") {
		t.Errorf("narrowed: %v", e)
	}
	_, err = w.s.GetPartnerConfig(t.Context(), w.as("helpdesk"))
	if e := refusal(t, err); !strings.Contains(e.Detail, "the portal role msp_administrator has; this client's role is msp_helpdesk") {
		t.Errorf("helpdesk: %v", e)
	}
}

// Each scope is that of its portal roles and nobody else's, through real tokens.
func TestScopesFollowTheRoleTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for client, role := range map[string]domain.PortalRole{
		"robot": domain.RoleAdministrator, "helpdesk": domain.RoleHelpdesk, "lead": domain.RoleImplementationLead,
		"prospects": domain.RoleProspects, "sales": domain.RoleSales,
	} {
		actor := w.as(client)
		for scope, roles := range domain.RoleTable {
			if slices.Contains(actor.Scopes, scope) != slices.Contains(roles, role) {
				t.Errorf("%s: %s is %v", role, scope, !slices.Contains(roles, role))
			}
		}
	}
}

func TestAccountRolesThatManageUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for client, want := range map[string]bool{
		"for-basic": true, "for-custom": true, "for-disco": false, "for-help": false, "helpdesk": false, "robot": true,
	} {
		actor := w.as(client)
		me := must(w.s.CurrentClient(t.Context(), actor))(t)
		if got := slices.Contains(me.Scopes, domain.ScopePartnerUsersManage); got != want {
			t.Errorf("%s may manage users: %v, want %v", client, got, want)
		}
		_, err := w.s.ListPartnerUsers(t.Context(), actor, domain.PartnerUserFilter{}, domain.Page{})
		if (err == nil) != want {
			t.Errorf("%s lists users: %v", client, err)
		}
	}
	// With the role goes the right, in the middle of a token's life.
	token := must(w.s.IssueToken(t.Context(), "for-basic", secret, nil))(t)
	if err := putUser("basic@northwind.example", domain.PartnerUserInput{Name: "basic", AccountRole: "reader"})(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	actor := must(w.s.Authenticate(t.Context(), token.AccessToken))(t)
	if slices.Contains(actor.Scopes, domain.ScopePartnerUsersManage) || !slices.Contains(actor.Scopes, domain.ScopeCustomersManage) {
		t.Errorf("without the role: %v", actor.Scopes)
	}
}

func TestAnswersAndSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	answer := domain.Answer{ClientID: "administrator", Key: "k", Fingerprint: "f", Status: 201, Header: map[string]string{"Location": "/x"}, Body: []byte("{}")}
	if err := w.s.KeepAnswer(ctx, answer); err != nil {
		t.Fatal(err)
	}
	token := must(w.s.IssueToken(ctx, "administrator", secret, nil))(t)
	found := func() bool {
		got, ok, err := w.s.FindAnswer(ctx, "administrator", "k")
		if err != nil {
			t.Fatal(err)
		}
		return ok && got.Status == 201 && string(got.Body) == "{}"
	}
	if _, ok, _ := w.s.FindAnswer(ctx, "robot", "k"); ok {
		t.Error("another client gets the answer")
	}
	if err := w.s.Sweep(ctx); err != nil || !found() {
		t.Errorf("swept too early: %v", err)
	}
	w.now = w.now.Add(24*time.Hour - time.Microsecond)
	if !found() {
		t.Error("gone before 24 hours")
	}
	w.now = w.now.Add(time.Microsecond)
	if found() {
		t.Error("there after 24 hours")
	}
	w.now = w.now.Add(time.Microsecond)
	if err := w.s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(-24 * time.Hour) // whatever comes back now was not swept
	_, err := w.s.Authenticate(ctx, token.AccessToken)
	wantCode(t, err, domain.CodeUnauthenticated)
	if found() {
		t.Error("the answer was not swept")
	}
}
