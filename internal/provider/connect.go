package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/sandbox"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// versions stand in the User-Agent.
type versions struct{ provider, terraform string }

// connect makes the client. With client credentials it signs in at once; a token is judged by the first request that uses
// it, as there may be none. What the client knows ages by now.
func connect(ctx context.Context, s settings, v versions, now func() time.Time, diags *diag.Diagnostics) *client.Client {
	config := client.Config{
		MaxRetries: s.maxRetries, RequestTimeout: s.requestTimeout, MaxRequestsPerSecond: s.maxRequestsPerSecond,
		NoSnapshots:     s.noSnapshots,
		ProviderVersion: v.provider, TerraformVersion: v.terraform,
		Now: now,
	}
	if s.sandbox != nil {
		box, err := sandbox.Start(ctx, sandbox.Options{Path: s.sandbox.Path.ValueString(), SeedFile: s.sandbox.SeedFile.ValueString()})
		if err != nil {
			addSandboxError(diags, err)
			return nil
		}
		config.Endpoint, config.Token, config.HTTPTransport = box.Endpoint, box.Token, box.Transport
	} else {
		config.Endpoint = s.endpoint.text
		config.ClientID, config.ClientSecret = s.credentials.clientID.text, s.credentials.clientSecret.text
		config.Token = s.credentials.token.text
		config.CACertPEM = []byte(s.caCert.text)
	}
	config.Logger = newLogger(config.ClientSecret, config.Token)
	c, err := client.New(ctx, config)
	if err != nil {
		s.addConfigError(diags, err)
		return nil
	}
	if config.Token == "" {
		if err := c.SignIn(ctx); err != nil {
			s.addSignInError(diags, err)
			return nil
		}
	}
	return c
}

// addConfigError says which setting the client does not take, and where the user finds it.
func (s settings) addConfigError(diags *diag.Diagnostics, err error) {
	var wrong *client.ConfigError
	if !errors.As(err, &wrong) {
		diags.AddError("The provider can't be configured", err.Error())
		return
	}
	v := s.of(wrong.Field)
	v.refuse(diags, "Invalid "+v.attribute, fmt.Sprintf("The value of %s %s.", v.source(), wrong.Detail))
}

// of finds the setting that the client knows by the name of a field.
func (s settings) of(field string) value {
	v := map[string]value{
		client.FieldEndpoint:     s.endpoint,
		client.FieldClientID:     s.credentials.clientID,
		client.FieldClientSecret: s.credentials.clientSecret,
		client.FieldToken:        s.credentials.token,
		client.FieldCACert:       s.caCert,
	}[field]
	if v.attribute == "" {
		v.attribute = field
	}
	return v
}

// addSignInError is the one error for credentials that are wrong or a server that can't be reached.
func (s settings) addSignInError(diags *diag.Diagnostics, err error) {
	var refused *client.AuthError
	var unreachable *client.TransportError
	switch {
	case errors.As(err, &refused) && refused.Status != http.StatusNotFound: // else it is no server of this API
		v := s.credentials.clientSecret
		v.refuse(diags, "Could not sign in", fmt.Sprintf("%s\n\nThe client ID comes from %s, the secret from %s, the endpoint from %s.",
			sentence(err), s.credentials.clientID.source(), v.source(), s.endpoint.source()))
	case errors.As(err, &unreachable) && unreachable.Kind == client.KindCanceled:
		diags.AddError("Signing in was interrupted", fmt.Sprintf("No access token was obtained: %v.", err))
	case errors.As(err, &refused):
		s.endpoint.refuse(diags, "Not the API", fmt.Sprintf("Something answered at the endpoint, but it is not this API: %v.\n\nThe endpoint comes from %s. "+
			"It is the API's base URL, without the paths of its operations.", err, s.endpoint.source()))
	default:
		s.endpoint.refuse(diags, "Could not reach the API", fmt.Sprintf("No access token was obtained: %v.\n\nThe endpoint comes from %s.", err, s.endpoint.source()))
	}
}

func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func addSandboxError(diags *diag.Diagnostics, err error) {
	at := path.Root(attrSandbox)
	var seed *sandbox.SeedError
	if errors.As(err, &seed) {
		at = at.AtName(attrSandboxSeedFile)
	}
	diags.AddAttributeError(at, "The sandbox can't be started", sentence(err))
}

// unknownRuntime is what resources get in a plan for which the provider block is not known yet. They plan without asking
// the API; what can't do without it fails with a reason.
func unknownRuntime(attributes []string) *tfkit.Runtime {
	unusable := client.Unusable(fmt.Errorf("the API can't be asked, because the provider block has values that are not known until apply: %s. "+
		"Apply what they come from first, for example with -target, or set them to values that are known", strings.Join(attributes, ", ")))
	return &tfkit.Runtime{Client: unusable, Owned: &tfkit.Owned{}, Unknown: true}
}
