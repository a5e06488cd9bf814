package domain

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// What a token request can be refused for, besides failures.
var (
	ErrInvalidClient = errors.New("there is no such client, or its secret is another")
	ErrInvalidScope  = errors.New("the client has none of these scopes")
)

// IssuedToken is a new access token; nobody can read it again.
type IssuedToken struct {
	AccessToken string
	TTL         time.Duration
	Scopes      []Scope
}

// IssueToken signs a client in. The token has those of the client's scopes that are asked for, all of them if scopes is
// nil. Answers ErrInvalidClient, and ErrInvalidScope for scopes that do not exist or of which the client has none.
func (s *Service) IssueToken(ctx context.Context, clientID, secret string, scopes []Scope) (IssuedToken, error) {
	client, known, err := s.clientOf(ctx, clientID)
	if err != nil {
		return IssuedToken{}, err
	}
	// Comparing takes its time on purpose, so it is done outside of the transaction.
	kept := client.SecretHash
	if !known {
		kept = decoyHash(s.secretIterations)
	}
	switch matches, err := s.proven.matches(kept, secret); {
	case err != nil:
		return IssuedToken{}, err
	case !known || !matches:
		return IssuedToken{}, ErrInvalidClient
	}
	return s.issue(ctx, client, scopes)
}

// IssueTokenTo signs a client in without its secret, with all of its scopes: for a program that has the database itself,
// to which a secret would keep nothing closed. No request leads here. Answers ErrInvalidClient.
func (s *Service) IssueTokenTo(ctx context.Context, clientID string) (IssuedToken, error) {
	client, known, err := s.clientOf(ctx, clientID)
	if err != nil {
		return IssuedToken{}, err
	}
	if !known {
		return IssuedToken{}, ErrInvalidClient
	}
	return s.issue(ctx, client, nil)
}

func (s *Service) issue(ctx context.Context, client Client, scopes []Scope) (IssuedToken, error) {
	issued := IssuedToken{AccessToken: newAccessToken(), TTL: s.tokenTTL}
	err := s.write(ctx, func(ctx context.Context, tx Tx) error {
		held, err := scopesNow(ctx, tx, client)
		if err != nil {
			return err
		}
		if issued.Scopes, err = narrow(held, scopes); err != nil {
			return err
		}
		return tx.Tokens().Put(ctx, Token{
			Hash: tokenHash(issued.AccessToken), ClientID: client.ID, Scopes: issued.Scopes, ExpiresAt: s.now().Add(s.tokenTTL),
		})
	})
	if err != nil {
		return IssuedToken{}, err
	}
	return issued, nil
}

func (s *Service) clientOf(ctx context.Context, id string) (client Client, ok bool, err error) {
	err = s.read(ctx, func(ctx context.Context, tx Tx) (err error) {
		client, ok, err = find(ctx, tx.Clients(), id)
		return err
	})
	return client, ok, err
}

// narrow keeps those of the held scopes that are wanted; nil wants all.
func narrow(held, wanted []Scope) ([]Scope, error) {
	if wanted == nil {
		return held, nil
	}
	for _, scope := range wanted {
		if _, ok := RoleTable[scope]; !ok {
			return nil, ErrInvalidScope
		}
	}
	kept := slices.DeleteFunc(slices.Clone(held), func(s Scope) bool { return !slices.Contains(wanted, s) })
	if len(kept) == 0 {
		return nil, ErrInvalidScope
	}
	return kept, nil
}

// scopesNow are the scopes that a client has at this moment, sorted: those of its portal role, and
// ScopePartnerUsersManage too while it acts for a partner user whose account role manages users.
func scopesNow(ctx context.Context, tx Tx, client Client) ([]Scope, error) {
	if client.CustomerID != "" {
		return []Scope{}, nil
	}
	if suspended, err := isSuspended(ctx, tx, client); err != nil || suspended {
		return []Scope{}, err
	}
	scopes := ScopesOf(client.PortalRole)
	if client.ActsFor == "" || slices.Contains(scopes, ScopePartnerUsersManage) {
		return scopes, nil
	}
	user, ok, err := find(ctx, tx.PartnerUsers(), client.PartnerID, fold(client.ActsFor))
	if err != nil || !ok || user.AccountRole == "" {
		return scopes, err
	}
	role, ok, err := findRole(ctx, tx, client.PartnerID, "", user.AccountRole)
	if err != nil {
		return nil, err
	}
	if ok && slices.Contains(role.Permissions, permissionUsersManage) {
		scopes = append(scopes, ScopePartnerUsersManage)
		slices.Sort(scopes)
	}
	return scopes, nil
}

// isSuspended tells whether a client acts for somebody whom a directory has disabled. It has no rights then.
func isSuspended(ctx context.Context, tx Tx, client Client) (bool, error) {
	if client.ActsFor == "" {
		return false, nil
	}
	user, _, err := find(ctx, tx.PartnerUsers(), client.PartnerID, fold(client.ActsFor))
	return user.Disabled, err
}

// Authenticate answers who holds an access token. What the client has lost since the token was issued is gone from its
// scopes at once. Refusals are of CodeUnauthenticated.
func (s *Service) Authenticate(ctx context.Context, bearer string) (Actor, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (Actor, error) {
		if id, ok := sessionOfToken(bearer); ok {
			return s.authenticateSession(ctx, tx, id, bearer)
		}
		ended := refuse(CodeUnauthenticated, "", "The access token is unknown or has ended; ask for a new one.")
		token, ok, err := find(ctx, tx.Tokens(), tokenHash(bearer))
		if err != nil {
			return Actor{}, err
		}
		if !ok || !s.now().Before(token.ExpiresAt) {
			return Actor{}, ended
		}
		client, ok, err := find(ctx, tx.Clients(), token.ClientID)
		if err != nil {
			return Actor{}, err
		}
		if !ok {
			return Actor{}, ended
		}
		held, err := scopesNow(ctx, tx, client)
		if err != nil {
			return Actor{}, err
		}
		suspended, err := isSuspended(ctx, tx, client)
		if err != nil {
			return Actor{}, err
		}
		return Actor{
			ClientID: client.ID, PartnerID: client.PartnerID, PortalRole: cmp.Or(token.NarrowedTo, client.PortalRole), ActsFor: client.ActsFor,
			CustomerID: client.CustomerID, ContactRoles: client.ContactRoles, Suspended: suspended,
			APIToken: token.ID != "", Narrowed: token.NarrowedTo != "",
			Scopes: slices.DeleteFunc(held, func(s Scope) bool { return !slices.Contains(token.Scopes, s) }),
		}, nil
	})
}

// CurrentClient is the caller with the names of its partner.
type CurrentClient struct {
	Actor
	PartnerName string
	PartnerKind PartnerKind
}

// CurrentClient answers who the caller is.
func (s *Service) CurrentClient(ctx context.Context, a Actor) (CurrentClient, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (CurrentClient, error) {
		partner, err := tx.Partners().Get(ctx, a.PartnerID)
		return CurrentClient{Actor: a, PartnerName: partner.Name, PartnerKind: partner.Kind}, err
	})
}

// Sweep removes what has ended: sessions at customers, access tokens and kept answers.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.sweepSessions(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		ended := Query{Where: []Condition{{FieldExpiresAt, OpLess, s.now()}}}
		if err := tx.Tokens().DeleteAll(ctx, ended); err != nil {
			return err
		}
		return tx.Answers().DeleteAll(ctx, ended)
	})
}
