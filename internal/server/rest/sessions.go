package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func listCustomerSessions(ctx context.Context, c *call) (answer, error) {
	sessions, err := c.service.ListSessions(ctx, c.actor, c.path("customer_id"), c.page)
	if err != nil {
		return answer{}, err
	}
	return ok(api.CustomerSessionPage{NextPageToken: optional(sessions.NextToken), Items: each(sessions.Items, customerSession)})
}

func openCustomerSession(ctx context.Context, c *call) (answer, error) {
	var in api.CustomerSessionInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	opened, err := c.service.OpenSession(ctx, c.actor, c.path("customer_id"), domain.SessionInput{
		Email: given(in.Email), Password: in.Password, Mode: domain.SessionMode(given(in.Mode)), TTL: ttl(in.TTLSeconds), SourceIP: c.source(),
	})
	if err != nil {
		return answer{}, err
	}
	return encode(http.StatusCreated, jsonMediaType, api.OpenedCustomerSession{
		Session: customerSession(opened.CustomerSession), Token: opened.Token, Permissions: texts[string, string](opened.Permissions),
	})
}

func getCustomerSession(ctx context.Context, c *call) (answer, error) {
	return sessionAnswer(c.service.GetSession(ctx, c.actor, c.path("customer_id"), c.path("session_id")))
}

func renewCustomerSession(ctx context.Context, c *call) (answer, error) {
	return sessionAnswer(c.service.RenewSession(ctx, c.actor, c.path("customer_id"), c.path("session_id")))
}

func closeCustomerSession(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.CloseSession(ctx, c.actor, c.path("customer_id"), c.path("session_id"))
}

func sessionAnswer(session domain.CustomerSession, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return ok(customerSession(session))
}

func customerSession(s domain.CustomerSession) api.CustomerSession {
	return api.CustomerSession{
		ID: s.ID, CustomerID: s.CustomerID, Email: s.Email, Mode: api.SessionMode(s.Mode), TTLSeconds: s.TTLSeconds, OpenedAt: s.OpenedAt, ExpiresAt: s.ExpiresAt,
	}
}

// ttl is zero for what was left out; no time at all is none that the domain takes.
func ttl(seconds *int) time.Duration {
	if seconds != nil && *seconds <= 0 {
		return -1
	}
	return time.Duration(given(seconds)) * time.Second
}

func createAccessToken(ctx context.Context, c *call) (answer, error) {
	var in api.AccessTokenInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	return madeToken(c.service.CreateAccessToken(ctx, c.actor, domain.APITokenInput{Role: domain.PortalRole(given(in.Role)), TTL: ttl(in.TTLSeconds)}))
}

func createCustomerToken(ctx context.Context, c *call) (answer, error) {
	var in api.CustomerTokenInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	return madeToken(c.service.CreateCustomerToken(ctx, c.actor, c.path("customer_id"), ttl(in.TTLSeconds)))
}

func madeToken(token domain.APIToken, bearer string, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return encode(http.StatusCreated, jsonMediaType, api.AccessToken{Info: accessToken(token), AccessToken: bearer})
}

func renewAccessToken(ctx context.Context, c *call) (answer, error) {
	token, err := c.service.RenewAccessToken(ctx, c.actor, c.path("token_id"))
	if err != nil {
		return answer{}, err
	}
	return ok(accessToken(token))
}

func deleteAccessToken(ctx context.Context, c *call) (answer, error) {
	return noContent, c.service.DeleteAccessToken(ctx, c.actor, c.path("token_id"))
}

func accessToken(t domain.APIToken) api.AccessTokenInfo {
	return api.AccessTokenInfo{
		ID: t.ID, Role: optional(api.PortalRoleName(t.Role)), Scopes: texts[domain.Scope, string](t.Scopes), TTLSeconds: t.TTLSeconds,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt,
	}
}
