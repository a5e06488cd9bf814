package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// checkConflicts refuses arguments of the provider block that exclude each other. It says one thing at a time: what else
// is wrong mostly follows from it.
func (m model) checkConflicts(diags *diag.Diagnostics) {
	token := m.present(attrToken, attrTokenFile)
	client := m.present(attrClientID, attrClientSecret, attrClientSecretFile)
	secret := m.present(attrClientSecret, attrClientSecretFile)
	connection := m.present(attrEndpoint, attrClientID, attrClientSecret, attrClientSecretFile, attrToken, attrTokenFile, attrCACertFile)
	switch {
	case !m.Sandbox.IsNull() && !m.Sandbox.IsUnknown() && len(connection) > 0:
		conflict(diags, attrSandbox, connection, "The sandbox runs inside the provider and needs neither a server nor credentials.")
	case len(token) > 0 && len(client) > 0:
		conflict(diags, token[0], client, "These are two ways of authenticating; exactly one is needed.")
	case len(token) > 1:
		conflict(diags, token[0], token[1:], "Both are the access token; exactly one is needed.")
	case len(secret) > 1:
		conflict(diags, secret[0], secret[1:], "Both are the client's secret; exactly one is needed.")
	}
}

func conflict(diags *diag.Diagnostics, attribute string, others []string, why string) {
	diags.AddAttributeError(path.Root(attribute), "Conflicting arguments",
		fmt.Sprintf("Attribute %s stands beside %s. %s Remove the one or the other.", attribute, strings.Join(others, ", "), why))
}

// present are those of the connection arguments that the provider block has.
func (m model) present(names ...string) []string {
	values := map[string]types.String{
		attrEndpoint: m.Endpoint, attrClientID: m.ClientID, attrClientSecret: m.ClientSecret, attrClientSecretFile: m.ClientSecretFile,
		attrToken: m.Token, attrTokenFile: m.TokenFile, attrCACertFile: m.CACertFile,
	}
	return slices.DeleteFunc(names, func(name string) bool { return !given(values[name]) })
}

// unknownAttributes are the arguments of the provider block that are not fully known, sorted.
func unknownAttributes(block tftypes.Value) []string {
	var attributes map[string]tftypes.Value // the block's own: not to be changed
	if block.As(&attributes) != nil {
		return nil
	}
	var unknown []string
	for name, v := range attributes {
		if !v.IsFullyKnown() {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
