package domain_test

import (
	"slices"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Tokens for other programs have what their maker has or a role's part of it, and never more.
func TestAccessTokens(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	w.join(initech, domain.AccessDecisionMaker, signer)
	lead := w.as("lead")
	use := func(bearer string) domain.Actor { return must(w.s.Authenticate(t.Context(), bearer))(t) }
	issue := func(a domain.Actor, in domain.APITokenInput) (domain.APIToken, string) {
		t.Helper()
		made, bearer, err := w.s.CreateAccessToken(t.Context(), a, in)
		if err != nil {
			t.Fatal(err)
		}
		return made, bearer
	}
	whole, bearer := issue(lead, domain.APITokenInput{})
	if a := use(bearer); !slices.Equal(a.Scopes, lead.Scopes) || !whole.ExpiresAt.Equal(w.now.Add(15*time.Minute)) {
		t.Errorf("got %+v with %v", whole, a.Scopes)
	}
	_, signers := issue(w.as("for-signer"), domain.APITokenInput{})
	_, err := w.s.OpenSession(t.Context(), use(signers), massive, domain.SessionInput{Email: signer, Password: ownPassword})
	wantCode(t, err, domain.CodeForbidden) // the session would outlive the token
	_, helper := issue(lead, domain.APITokenInput{Role: domain.RoleHelpdesk, TTL: time.Minute})
	if a := use(helper); !slices.Equal(a.Scopes, domain.ScopesOf(domain.RoleHelpdesk)) || a.PortalRole != domain.RoleHelpdesk || a.ClientID != "lead" {
		t.Errorf("got %+v", a)
	}

	for name, test := range map[string]struct {
		by    domain.Actor
		in    domain.APITokenInput
		code  domain.Code
		field string
	}{
		"more than the caller has": {lead, domain.APITokenInput{Role: domain.RoleAdministrator}, domain.CodeForbidden, "/role"},
		"more than a narrow token": {w.signIn("administrator", domain.ScopeCatalogueRead), domain.APITokenInput{Role: domain.RoleHelpdesk}, domain.CodeForbidden, "/role"},
		"no role":                  {lead, domain.APITokenInput{Role: "king"}, domain.CodeInvalidValue, "/role"},
		"too long":                 {lead, domain.APITokenInput{TTL: 2 * time.Hour}, domain.CodeInvalidValue, "/ttl_seconds"},
		"a token makes none":       {use(bearer), domain.APITokenInput{}, domain.CodeForbidden, ""},
		"a customer's own client":  {w.as("globex-decider"), domain.APITokenInput{}, domain.CodeForbidden, ""},
	} {
		_, _, err := w.s.CreateAccessToken(t.Context(), test.by, test.in)
		if e := refusal(t, err); e.Code != test.code || e.Field != test.field {
			t.Errorf("%s: got %v at %q", name, e, e.Field)
		}
	}

	// What the person may do besides the role table stays behind.
	person := w.as("for-signer")
	if _, err := w.s.ListInvoices(t.Context(), person, initech, domain.Page{}); err != nil {
		t.Fatal(err)
	}
	_, narrowed := issue(person, domain.APITokenInput{Role: domain.RoleHelpdesk})
	_, err = w.s.ListInvoices(t.Context(), use(narrowed), initech, domain.Page{})
	wantCode(t, err, domain.CodeForbidden)

	renewed := must(w.s.RenewAccessToken(t.Context(), lead, whole.ID))(t)
	if !renewed.ExpiresAt.Equal(whole.ExpiresAt) {
		t.Errorf("renewed in the same moment: %+v", renewed)
	}
	w.now = w.now.Add(10 * time.Minute)
	if renewed = must(w.s.RenewAccessToken(t.Context(), lead, whole.ID))(t); !renewed.ExpiresAt.Equal(w.now.Add(15 * time.Minute)) {
		t.Errorf("renewed: %+v", renewed)
	}
	if _, err := w.s.Authenticate(t.Context(), helper); err == nil {
		t.Error("a token of a minute lives for ten")
	}
	_, err = w.s.RenewAccessToken(t.Context(), use(bearer), whole.ID)
	wantCode(t, err, domain.CodeForbidden)
	wantCode(t, w.s.DeleteAccessToken(t.Context(), person, whole.ID), domain.CodeNotFound)
	if err := w.s.DeleteAccessToken(t.Context(), lead, whole.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Authenticate(t.Context(), bearer)
	wantCode(t, err, domain.CodeUnauthenticated)
	_, err = w.s.RenewAccessToken(t.Context(), lead, whole.ID)
	wantCode(t, err, domain.CodeNotFound)
}

// A customer's own decision maker makes tokens of its account; nobody of the partner does.
func TestCustomerTokens(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	made, bearer, err := w.s.CreateCustomerToken(t.Context(), w.as("globex-decider"), globex, 0)
	if err != nil {
		t.Fatal(err)
	}
	a := must(w.s.Authenticate(t.Context(), bearer))(t)
	if a.CustomerID != globex || len(a.Scopes) != 0 || !slices.Contains(a.ContactRoles, domain.ContactDecisionMaker) {
		t.Errorf("got %+v", a)
	}
	for name, test := range map[string]struct {
		by       domain.Actor
		customer string
		code     domain.Code
	}{
		"another customer":      {w.as("globex-decider"), initech, domain.CodeNotFound},
		"not a decision maker":  {w.as("globex-phones"), globex, domain.CodeNotDecisionMaker},
		"the partner":           {w.as("administrator"), globex, domain.CodeForbidden},
		"another partner":       {w.as("contoso"), globex, domain.CodeNotFound},
		"an external admin":     {w.inside(must(w.open("for-signer", globex, externalAdmin))(t)), globex, domain.CodeNoAPITokens},
		"with a token like it":  {a, globex, domain.CodeForbidden},
		"delegated to massive":  {w.inside(must(w.open("for-signer", massive, delegated))(t)), massive, domain.CodeNoAPITokens},
		"delegated from beside": {w.inside(must(w.open("for-signer", massive, delegated))(t)), globex, domain.CodeNotFound},
	} {
		_, _, err := w.s.CreateCustomerToken(t.Context(), test.by, test.customer, 0)
		if e := refusal(t, err); e.Code != test.code {
			t.Errorf("%s: got %v", name, e)
		}
	}
	if err := w.s.DeleteAccessToken(t.Context(), w.as("globex-decider"), made.ID); err != nil {
		t.Error(err)
	}
	_, err = w.s.Authenticate(t.Context(), bearer)
	wantCode(t, err, domain.CodeUnauthenticated)
}
