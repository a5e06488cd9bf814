package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// credentials are a token, or a client's id and secret.
type credentials struct {
	token        value
	clientID     value
	clientSecret value
}

// way is a way of authenticating.
type way int

const (
	noWay way = iota
	byToken
	byClient
	bothWays
)

func wayOf(token, client bool) way {
	switch {
	case token && client:
		return bothWays
	case token:
		return byToken
	case client:
		return byClient
	default:
		return noWay
	}
}

// wayIn decides the way of authenticating. If the provider block begins one, variables of the other way are ignored: a
// token that lies around in the environment does not change what the configuration says.
func (m model) wayIn(getenv func(string) string) way {
	if w := m.configuredWay(); w != noWay {
		return w
	}
	return wayOf(getenv(envToken) != "", getenv(envClientID) != "" || getenv(envClientSecret) != "" || getenv(envClientSecretFile) != "")
}

func (m model) configuredWay() way {
	return wayOf(given(m.Token) || given(m.TokenFile), given(m.ClientID) || given(m.ClientSecret) || given(m.ClientSecretFile))
}

// credentials wants exactly one way, complete.
func (m model) credentials(getenv func(string) string, diags *diag.Diagnostics) (c credentials) {
	switch m.wayIn(getenv) {
	case byToken:
		c.token = m.token(getenv).load(diags)
	case byClient:
		c.clientID = either(attrClientID, m.ClientID, envClientID, getenv)
		c.clientSecret = m.clientSecret(getenv, diags)
		if diags.HasError() || c.isHalf(diags) {
			break
		}
		c.clientSecret = c.clientSecret.load(diags)
	case bothWays:
		value{attribute: attrToken}.refuse(diags, "Two ways of authenticating", fmt.Sprintf(
			"The environment has a token (%s) and client credentials (%s). Set only one of the two ways, or choose one in the provider block.",
			envToken, strings.Join(set(getenv, envClientID, envClientSecret, envClientSecretFile), ", ")))
	case noWay:
		value{attribute: attrClientID}.refuse(diags, "Missing credentials", fmt.Sprintf(
			"No way of authenticating is set. Set the attributes %s and %s of the provider block (or the environment variables %s and %s), or %s (%s).",
			attrClientID, attrClientSecret, envClientID, envClientSecret, attrToken, envToken))
	}
	return c
}

func (m model) token(getenv func(string) string) value {
	if given(m.TokenFile) {
		return value{path: m.TokenFile.ValueString(), attribute: attrTokenFile}
	}
	return either(attrToken, m.Token, envToken, getenv)
}

// clientSecret is that of the provider block, itself or in a file, else that of the environment.
func (m model) clientSecret(getenv func(string) string, diags *diag.Diagnostics) value {
	secret := either(attrClientSecret, m.ClientSecret, envClientSecret, getenv)
	file := either(attrClientSecretFile, m.ClientSecretFile, envClientSecretFile, getenv).asPath()
	switch {
	case given(m.ClientSecret):
		return secret
	case given(m.ClientSecretFile), !secret.given() && file.given():
		return file
	case secret.given() && file.given():
		secret.refuse(diags, "Two client secrets", fmt.Sprintf(
			"The environment variables %s and %s are both set. Set only one of them.", envClientSecret, envClientSecretFile))
	}
	return secret
}

// isHalf refuses a client ID without a secret and a secret without a client ID.
func (c credentials) isHalf(diags *diag.Diagnostics) bool {
	switch {
	case !c.clientID.given():
		c.clientID.refuse(diags, "Missing client_id", fmt.Sprintf(
			"There is a client secret (%s) but no client ID. Set the attribute %s of the provider block, or the environment variable %s.",
			c.clientSecret.source(), attrClientID, envClientID))
	case !c.clientSecret.given():
		c.clientSecret.refuse(diags, "Missing client_secret", fmt.Sprintf(
			"There is a client ID (%s) but no client secret. Set the attribute %s or %s of the provider block, or the environment variable %s or %s.",
			c.clientID.source(), attrClientSecret, attrClientSecretFile, envClientSecret, envClientSecretFile))
	default:
		return false
	}
	return true
}

// set are those of the variables that are set.
func set(getenv func(string) string, variables ...string) []string {
	return slices.DeleteFunc(variables, func(name string) bool { return getenv(name) == "" })
}
