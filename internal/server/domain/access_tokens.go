package domain

import (
	"context"
	"slices"
	"strings"
	"time"
)

// APIToken is a token that a client made for another program. The token itself is nowhere but in the answer that made it.
type APIToken struct {
	ID         string     `json:"id"`
	ClientID   string     `json:"client_id"`
	Role       PortalRole `json:"role,omitempty"` // to which it is narrowed
	Scopes     []Scope    `json:"scopes"`
	TTLSeconds int        `json:"ttl_seconds"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
}

// APITokenInput is what a token is to be.
type APITokenInput struct {
	Role PortalRole    // whose scopes it has; all of the caller's if empty
	TTL  time.Duration // DefaultTTL if zero
}

func (t Token) apiToken() APIToken {
	return APIToken{
		ID: t.ID, ClientID: t.ClientID, Role: t.NarrowedTo, Scopes: t.Scopes, TTLSeconds: t.TTLSeconds, CreatedAt: *t.CreatedAt, ExpiresAt: t.ExpiresAt,
	}
}

// CreateAccessToken makes a short-lived token with the caller's rights, or those of them that a portal role has.
func (s *Service) CreateAccessToken(ctx context.Context, a Actor, in APITokenInput) (token APIToken, bearer string, err error) {
	if a.isCustomer() && a.Session == nil {
		return APIToken{}, "", refuse(CodeForbidden, "", "A customer's own client makes API tokens at /v1/customers/%s/api-tokens.", a.CustomerID)
	}
	err = s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
		token, bearer, err = s.createToken(ctx, tx, a, KindAccessToken, in)
		return err
	})
	return token, bearer, err
}

// CreateCustomerToken makes a token for a customer's own use: only the customer's own client does so, as decision maker.
func (s *Service) CreateCustomerToken(ctx context.Context, a Actor, customerID string, ttl time.Duration) (token APIToken, bearer string, err error) {
	err = s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
		customer, err := a.ownCustomer(ctx, tx, customerID)
		if err == nil {
			err = a.mayMakeTokensOf(customer)
		}
		if err != nil {
			return err
		}
		token, bearer, err = s.createToken(ctx, tx, a, KindAPIToken, APITokenInput{TTL: ttl})
		return err
	})
	return token, bearer, err
}

func (a Actor) mayMakeTokensOf(customer Customer) error {
	switch {
	case a.Session != nil:
		return noTokens()
	case !a.isCustomer():
		return refuse(CodeForbidden, "", "API tokens of %q are for its own use: only the customer's own client makes them.", customer.Name)
	case !a.isDecisionMaker():
		return a.noDecisionMaker("makes API tokens")
	}
	return nil
}

// noTokens keeps what a session may do from outliving it.
func noTokens() *Error {
	return refuse(CodeNoAPITokens, "", "A session at a customer can't make API tokens, which would outlive it.")
}

func (s *Service) createToken(ctx context.Context, tx Tx, a Actor, kind string, in APITokenInput) (APIToken, string, error) {
	switch {
	case a.Session != nil:
		return APIToken{}, "", noTokens()
	case a.APIToken:
		return APIToken{}, "", refuse(CodeForbidden, "", "A token that was made for another program makes no further ones; sign in with the client itself.")
	}
	scopes, bad := a.narrowTo(in.Role)
	if err := Findings(nil).with(bad).with(checkTTL(&in.TTL)).err(); err != nil {
		return APIToken{}, "", err
	}
	now, bearer := s.now(), newAccessToken()
	token := Token{
		Hash: tokenHash(bearer), ClientID: a.ClientID, Scopes: scopes, ExpiresAt: now.Add(in.TTL),
		ID: s.ids.next("tok_", now), NarrowedTo: in.Role, TTLSeconds: int(in.TTL.Seconds()), CreatedAt: &now,
	}
	if err := tx.Tokens().Put(ctx, token); err != nil {
		return APIToken{}, "", err
	}
	made := token.apiToken()
	return made, bearer, s.audit(ctx, tx, a, change{Kind: kind, ObjectID: made.ID, CustomerID: a.CustomerID, After: made})
}

// narrowTo answers the scopes of a portal role, all of which the actor has to have; the actor's own for none.
func (a Actor) narrowTo(role PortalRole) ([]Scope, *Error) {
	if role == "" {
		return a.Scopes, nil
	}
	if bad := checkPortalRole(role, "/role"); bad != nil {
		return nil, bad
	}
	scopes := ScopesOf(role)
	var missing []string
	for _, scope := range scopes {
		if !slices.Contains(a.Scopes, scope) {
			missing = append(missing, string(scope))
		}
	}
	if len(missing) > 0 {
		return nil, refuse(CodeForbidden, "/role", "%s has scopes that this caller has not: %s. A token never has more than who makes it.", role, strings.Join(missing, ", "))
	}
	return scopes, nil
}

// ownToken answers a token that the actor's client made and that has not ended.
func (s *Service) ownToken(ctx context.Context, tx Tx, a Actor, id string) (Token, error) {
	tokens, err := tx.Tokens().List(ctx, Query{Where: []Condition{Eq(FieldID, id)}, Limit: 1})
	if err != nil {
		return Token{}, err
	}
	if len(tokens) == 0 || tokens[0].ClientID != a.ClientID || a.Session != nil || !s.now().Before(tokens[0].ExpiresAt) {
		return Token{}, refuse(CodeNotFound, "", "This client has made no token %q, or it has ended.", id)
	}
	return tokens[0], nil
}

// RenewAccessToken lets a token live for its ttl from now on, but no longer than 24 hours since it was made.
func (s *Service) RenewAccessToken(ctx context.Context, a Actor, id string) (APIToken, error) {
	var renewed Token
	err := s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
		if renewed, err = s.ownToken(ctx, tx, a, id); err != nil {
			return err
		}
		if a.APIToken {
			return refuse(CodeForbidden, "", "A token that was made for another program renews none; sign in with the client itself.")
		}
		end := renewal(s.now(), *renewed.CreatedAt, renewed.TTLSeconds)
		if !end.After(renewed.ExpiresAt) {
			return nil
		}
		renewed.ExpiresAt = end
		return tx.Tokens().Put(ctx, renewed)
	})
	if err != nil {
		return APIToken{}, err
	}
	return renewed.apiToken(), nil
}

// DeleteAccessToken ends a token.
func (s *Service) DeleteAccessToken(ctx context.Context, a Actor, id string) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		token, err := s.ownToken(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := tx.Tokens().Delete(ctx, token.Hash); err != nil {
			return err
		}
		kind := KindAccessToken
		if a.isCustomer() {
			kind = KindAPIToken
		}
		return s.audit(ctx, tx, a, change{Kind: kind, ObjectID: id, CustomerID: a.CustomerID, Before: token.apiToken()})
	})
}
