package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// Environment variables. An argument of the provider block wins over its variable.
const (
	envEndpoint         = "MSP_ENDPOINT"
	envClientID         = "MSP_CLIENT_ID"
	envClientSecret     = "MSP_CLIENT_SECRET"
	envClientSecretFile = "MSP_CLIENT_SECRET_FILE"
	envToken            = "MSP_TOKEN"
	envCACertFile       = "MSP_CA_CERT_FILE"

	// envNoSnapshots set to 1 makes each object be read by itself, for comparison.
	envNoSnapshots = "MSP_NO_SNAPSHOTS"
)

// settings are what provider block and environment say together.
type settings struct {
	// sandbox is set instead of endpoint, credentials and caCert.
	sandbox     *sandboxModel
	endpoint    value
	credentials credentials
	caCert      value // the file's content

	maxRetries           int
	requestTimeout       time.Duration // 0 for the default
	maxRequestsPerSecond float64       // 0 for no limit
	noSnapshots          bool
}

// value is a setting and where it comes from, for the errors about it.
type value struct {
	text      string
	attribute string // that it is the value of
	variable  string // that it was read from; empty if the provider block has it
	path      string // of the file that holds it; load reads it
}

func (v value) given() bool { return v.text != "" || v.path != "" }

// source names where the user finds the value.
func (v value) source() string {
	s := "attribute " + v.attribute
	if v.variable != "" {
		s = "environment variable " + v.variable
	}
	if v.path != "" {
		s = fmt.Sprintf("file %q, named by %s", v.path, s)
	}
	return s
}

// refuse adds the one error about the value, at its attribute.
func (v value) refuse(diags *diag.Diagnostics, summary, detail string) {
	diags.AddAttributeError(path.Root(v.attribute), summary, detail)
}

// given reports whether the provider block has a value. What is unknown may turn out to be null.
func given(v types.String) bool { return !v.IsNull() && !v.IsUnknown() }

// either is the argument of the provider block, else the environment variable.
func either(attribute string, configured types.String, variable string, getenv func(string) string) value {
	if given(configured) {
		return value{text: configured.ValueString(), attribute: attribute}
	}
	return value{text: getenv(variable), attribute: attribute, variable: variable}
}

// asPath takes the text for the path of the file that holds the value.
func (v value) asPath() value {
	v.text, v.path = "", v.text
	return v
}

// load reads the file, if the value is in one. One line break at its end is left out: editors and echo put it there.
func (v value) load(diags *diag.Diagnostics) value {
	if v.path == "" {
		return v
	}
	content, err := os.ReadFile(v.path)
	if err != nil {
		v.refuse(diags, "Unreadable file", fmt.Sprintf("The %s can't be read: %s.", v.source(), reason(err)))
		return v
	}
	v.text = strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if v.text == "" {
		v.refuse(diags, "Empty file", fmt.Sprintf("The %s is empty.", v.source()))
	}
	return v
}

// reason is an error of the file system without the path, which the user has read already.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// resolve joins a fully known provider block and the environment. What is missing, contradictory or can't be read is an
// error that names the attribute and the variable.
func (m model) resolve(getenv func(string) string, diags *diag.Diagnostics) settings {
	s := settings{
		maxRetries:           client.DefaultMaxRetries,
		maxRequestsPerSecond: m.MaxRequestsPerSecond.ValueFloat64(),
		noSnapshots:          getenv(envNoSnapshots) == "1",
	}
	if !m.MaxRetries.IsNull() {
		s.maxRetries = int(m.MaxRetries.ValueInt64())
	}
	if given(m.RequestTimeout) {
		s.requestTimeout, _ = time.ParseDuration(m.RequestTimeout.ValueString()) // validated
	}
	if !m.Sandbox.IsNull() {
		s.sandbox = m.sandbox()
		return s
	}
	s.endpoint = either(attrEndpoint, m.Endpoint, envEndpoint, getenv)
	if !s.endpoint.given() && m.wayIn(getenv) == noWay {
		s.endpoint.refuse(diags, "The provider is not configured", fmt.Sprintf(
			"Neither the API nor a way of authenticating is set. Set the attribute %s (or the environment variable %s), and either %s and %s (%s, %s) or %s (%s). To try the provider without a server, set %s = {}.",
			attrEndpoint, envEndpoint, attrClientID, attrClientSecret, envClientID, envClientSecret, attrToken, envToken, attrSandbox))
		return s
	}
	if !s.endpoint.given() {
		s.endpoint.refuse(diags, "Missing endpoint", fmt.Sprintf(
			"The base URL of the API is not set. Set the attribute %s of the provider block, or the environment variable %s. To try the provider without a server, set %s = {}.",
			attrEndpoint, envEndpoint, attrSandbox))
	}
	s.credentials = m.credentials(getenv, diags)
	s.caCert = either(attrCACertFile, m.CACertFile, envCACertFile, getenv).asPath().load(diags)
	return s
}

func (m model) sandbox() *sandboxModel {
	attributes := m.Sandbox.Attributes()
	var s sandboxModel
	s.Path, _ = attributes[attrSandboxPath].(types.String)
	s.SeedFile, _ = attributes[attrSandboxSeedFile].(types.String)
	return &s
}
