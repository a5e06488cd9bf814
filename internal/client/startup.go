package client

import (
	"context"
	"net/url"
)

// CheckEndpoint judges an endpoint as New does, without the rest of a Config. An error is a ConfigError.
func CheckEndpoint(endpoint string) error {
	_, err := parseEndpoint(endpoint)
	return err
}

// SignIn gets a token if the client has to ask for one, so that wrong credentials and a server that can't be reached are
// told once and early. Answers an AuthError or a TransportError.
func (c *Client) SignIn(ctx context.Context) error {
	_, err := c.credentials.token(ctx)
	return err
}

// Unusable makes a client that answers every request with err and sends nothing: for a program that does not know yet
// whom to ask.
func Unusable(err error) *Client { return &Client{base: &url.URL{}, unusable: err} }
