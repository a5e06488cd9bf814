package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

const (
	opListCustomerSessions = "listCustomerSessions"
	opOpenCustomerSession  = "openCustomerSession"
	opGetCustomerSession   = "getCustomerSession"
	opRenewCustomerSession = "renewCustomerSession"
	opCloseCustomerSession = "closeCustomerSession"
	opCreateAccessToken    = "createAccessToken"
	opRenewAccessToken     = "renewAccessToken"
	opDeleteAccessToken    = "deleteAccessToken"
)

// Sessions and tokens come and go while Terraform only plans. They are no writes as far as the client is concerned: nothing
// that is read depends on them, they have no place in a snapshot, and what a lost answer has opened ends by itself.

// ListCustomerSessions lists the sessions at a customer that this API client has opened and that have not ended.
func (c *Client) ListCustomerSessions(ctx context.Context, customerID string) iter.Seq2[api.CustomerSession, error] {
	return list[api.CustomerSession](ctx, c, opListCustomerSessions, sessionsPath(customerID), nil)
}

// OpenCustomerSession signs a portal admin in to a customer. The answer's endpoint is set, and absolute.
func (c *Client) OpenCustomerSession(ctx context.Context, customerID string, in api.CustomerSessionInput) (*api.OpenedCustomerSession, error) {
	c.addSecret(in.Password)
	opened := new(api.OpenedCustomerSession)
	if err := c.issue(ctx, opOpenCustomerSession, sessionsPath(customerID), in, opened); err != nil {
		return nil, err
	}
	c.addSecret(opened.Token)
	endpoint, err := c.resolve(opened.Endpoint)
	if err != nil {
		return nil, err
	}
	opened.Endpoint = &endpoint
	return opened, nil
}

// GetCustomerSession reads a session that this API client has opened.
func (c *Client) GetCustomerSession(ctx context.Context, customerID, id string) (*api.CustomerSession, error) {
	return fetch[api.CustomerSession](ctx, c, read(opGetCustomerSession, sessionPath(customerID, id), nil))
}

// RenewCustomerSession lets a session live for its time to live from now on.
func (c *Client) RenewCustomerSession(ctx context.Context, customerID, id string) (*api.CustomerSession, error) {
	return fetch[api.CustomerSession](ctx, c, passing(act(opRenewCustomerSession, sessionPath(customerID, id+":renew"))))
}

// CloseCustomerSession ends a session.
func (c *Client) CloseCustomerSession(ctx context.Context, customerID, id string) error {
	return c.erase(ctx, passing(remove(opCloseCustomerSession, sessionPath(customerID, id), MatchOptions{})))
}

// CreateAccessToken makes a short-lived token for another program.
func (c *Client) CreateAccessToken(ctx context.Context, in api.AccessTokenInput) (*api.AccessToken, error) {
	made := new(api.AccessToken)
	if err := c.issue(ctx, opCreateAccessToken, v1("access-tokens"), in, made); err != nil {
		return nil, err
	}
	c.addSecret(made.AccessToken)
	return made, nil
}

// RenewAccessToken lets a token live for its time to live from now on.
func (c *Client) RenewAccessToken(ctx context.Context, id string) (*api.AccessTokenInfo, error) {
	return fetch[api.AccessTokenInfo](ctx, c, passing(act(opRenewAccessToken, v1("access-tokens", id+":renew"))))
}

// DeleteAccessToken ends a token.
func (c *Client) DeleteAccessToken(ctx context.Context, id string) error {
	return c.erase(ctx, passing(remove(opDeleteAccessToken, v1("access-tokens", id), MatchOptions{})))
}

// Endpoint is the base URL of the API.
func (c *Client) Endpoint() string { return c.base.String() }

// issue sends a request whose answer is new and secret.
func (c *Client) issue(ctx context.Context, operation string, p path, in, into any) error {
	_, err := c.do(ctx, passing(post(operation, p, in)), func(a *answer) error {
		return decodeJSON(a, http.StatusCreated, jsonMediaType, into)
	})
	return err
}

// passing is a request that changes nothing which is read as an object.
func passing(r request) request {
	r.write = false
	return r
}

// addSecret keeps a secret out of everything that the client logs from now on.
func (c *Client) addSecret(secret string) {
	if c.mask != nil { // a client that can't be used logs nothing
		c.mask.add(secret)
	}
}

// resolve answers the base URL that a reference of the server means, this client's own if there is none.
func (c *Client) resolve(reference *string) (string, error) {
	if reference == nil || *reference == "" {
		return c.Endpoint(), nil
	}
	base := *c.base
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	meant, err := url.Parse(*reference)
	if err != nil {
		return "", &badAnswerError{"the endpoint of the answer is no URL"}
	}
	return strings.TrimSuffix(base.ResolveReference(meant).String(), "/"), nil
}

func sessionsPath(customerID string) path { return v1("customers", customerID, "sessions") }

func sessionPath(customerID, id string) path { return v1("customers", customerID, "sessions", id) }
