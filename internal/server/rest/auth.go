package rest

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// authenticate finds out who calls, by bearer token only (RFC 6750, section 2.1).
func (c *call) authenticate(ctx context.Context) error {
	scheme, token, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		c.header["WWW-Authenticate"] = `Bearer realm="msp"`
		return refuse(domain.CodeUnauthenticated, "Send an access token of /oauth/token in the header Authorization: Bearer.")
	}
	actor, err := c.service.Authenticate(ctx, token)
	if err != nil {
		if e, _ := firstOf(err); e.Code == domain.CodeUnauthenticated {
			c.header["WWW-Authenticate"] = `Bearer realm="msp", error="invalid_token"`
		}
		return err
	}
	actor.RequestID = c.id
	c.actor = actor
	return nil
}

// createToken is the token endpoint of RFC 6749 for client credentials (section 4.4). Its refusals have the form that
// the RFC gives them (section 5.2), so that every OAuth library understands them.
func createToken(ctx context.Context, c *call) (answer, error) {
	c.header["Pragma"] = "no-cache"
	form, refusal, err := c.tokenForm()
	if err != nil || refusal != nil {
		return c.refuseToken(refusal, err)
	}
	if kind := form.Get("grant_type"); kind != string(api.TokenRequestGrantTypeClientCredentials) {
		return c.refuseToken(&tokenRefusal{api.OAuthErrorErrorUnsupportedGrantType, "grant_type must be client_credentials."}, nil)
	}
	id, secret, refusal := c.credentials(form)
	if refusal != nil {
		return c.refuseToken(refusal, nil)
	}
	var wanted []domain.Scope
	if scope := form.Get("scope"); scope != "" {
		wanted = texts[string, domain.Scope](strings.Fields(scope))
	}
	issued, err := c.service.IssueToken(ctx, id, secret, wanted)
	switch {
	case errors.Is(err, domain.ErrInvalidClient):
		return c.refuseToken(&tokenRefusal{api.OAuthErrorErrorInvalidClient, "There is no such client, or its secret is another."}, nil)
	case errors.Is(err, domain.ErrInvalidScope):
		return c.refuseToken(&tokenRefusal{api.OAuthErrorErrorInvalidScope, "A scope does not exist, or this client has none of them."}, nil)
	case err != nil:
		return answer{}, err
	}
	c.actor.ClientID = id // for the log
	return ok(api.Token{
		AccessToken: issued.AccessToken, TokenType: api.TokenTokenTypeBearer, ExpiresIn: int(issued.TTL.Seconds()),
		Scope: strings.Join(texts[domain.Scope, string](issued.Scopes), " "),
	})
}

// tokenRefusal is an error of RFC 6749, section 5.2.
type tokenRefusal struct {
	code   api.OAuthErrorError
	detail string
}

func (c *call) refuseToken(refusal *tokenRefusal, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	status := http.StatusBadRequest
	if refusal.code == api.OAuthErrorErrorInvalidClient {
		status = http.StatusUnauthorized
		c.header["WWW-Authenticate"] = `Basic realm="msp"`
	}
	return encode(status, jsonMediaType, api.OAuthError{Error: refusal.code, ErrorDescription: &refusal.detail})
}

// tokenForm reads the body of a token request. Parameters that the RFC does not know are ignored, as it says.
func (c *call) tokenForm() (url.Values, *tokenRefusal, error) {
	bad := func(detail string) (url.Values, *tokenRefusal, error) {
		return nil, &tokenRefusal{api.OAuthErrorErrorInvalidRequest, detail}, nil
	}
	if c.request.URL.RawQuery != "" {
		return bad("Parameters belong into the body: a query string ends up in logs.")
	}
	if mediaType, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type")); err != nil || mediaType != "application/x-www-form-urlencoded" {
		return bad("The body must be a form, with Content-Type: application/x-www-form-urlencoded.")
	}
	if err := c.readBody(); err != nil {
		return nil, nil, err
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return bad("The form is not well formed.")
	}
	for _, name := range []string{"grant_type", "client_id", "client_secret", "scope"} {
		if len(form[name]) > 1 {
			return bad(name + " is given more than once.")
		}
	}
	if form.Get("grant_type") == "" {
		return bad("grant_type is missing; it must be client_credentials.")
	}
	return form, nil, nil
}

// credentials of a token request, by HTTP basic authentication or in the form, but not both (section 2.3).
func (c *call) credentials(form url.Values) (id, secret string, refusal *tokenRefusal) {
	id, secret, basic := c.request.BasicAuth()
	authorization := len(c.request.Header.Values("Authorization")) > 0
	inForm := form.Has("client_secret")
	switch {
	case basic && inForm:
		return "", "", &tokenRefusal{api.OAuthErrorErrorInvalidRequest, "The client authenticates twice; use HTTP basic authentication or the form."}
	case basic:
		// Both are form-encoded first (section 2.3.1). A client that forgot to is taken at its word where that shows.
		if decoded, err := url.QueryUnescape(id); err == nil {
			id = decoded
		}
		if decoded, err := url.QueryUnescape(secret); err == nil {
			secret = decoded
		}
		if other := form.Get("client_id"); other != "" && other != id {
			return "", "", &tokenRefusal{api.OAuthErrorErrorInvalidRequest, "client_id names another client than the one that authenticates."}
		}
		return id, secret, nil
	case authorization, !inForm, form.Get("client_id") == "":
		return "", "", &tokenRefusal{api.OAuthErrorErrorInvalidClient, "Authenticate with client id and secret, by HTTP basic authentication or in the form."}
	}
	return form.Get("client_id"), form.Get("client_secret"), nil
}

func getCurrentClient(ctx context.Context, c *call) (answer, error) {
	me, err := c.service.CurrentClient(ctx, c.actor)
	if err != nil {
		return answer{}, err
	}
	permissions := texts[domain.Scope, string](me.Scopes)
	sessionID := ""
	if me.Session != nil {
		permissions, sessionID = me.Session.Permissions, me.Session.ID
	}
	permissions = slices.Sorted(slices.Values(permissions))
	return ok(api.CurrentClient{
		ClientID: me.ClientID, PartnerID: me.PartnerID, PartnerName: me.PartnerName, PartnerKind: api.PartnerKind(me.PartnerKind),
		PortalRole: optional(api.PortalRoleName(me.PortalRole)), ActsFor: optional(me.ActsFor), CustomerID: optional(me.CustomerID),
		ContactRoles: texts[string, string](me.ContactRoles), Permissions: texts[string, string](permissions), SessionID: optional(sessionID),
	})
}
