package directoryintegration

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// checkBlocks wants exactly the block that belongs to the type. What is not known yet is judged later.
func checkBlocks(config model, diags *diag.Diagnostics) {
	if config.Type.IsUnknown() || config.Type.IsNull() {
		return
	}
	kind := config.Type.ValueString()
	wanted := blockOf(kind)
	for _, b := range blocks {
		at, given := path.Root(b.name), !config.object(b).IsNull()
		switch {
		case b.name == wanted.name && !given:
			diags.AddAttributeError(at, "Missing settings", fmt.Sprintf("Attribute %s: a directory of type %q needs %s.", b.name, kind, b.name))
		case b.name != wanted.name && given:
			diags.AddAttributeError(at, "Settings of another type", fmt.Sprintf("Attribute %s: a directory of type %q is described by %s. Leave %s out.", b.name, kind, wanted.name, b.name))
		}
	}
}

// secretToSend answers the secret if this change is one with which it is sent, and refuses the change if it is missing.
func secretToSend(config, plan model, state *model, diags *diag.Diagnostics) (secret *string, known bool) {
	b := blockOf(plan.Type.ValueString())
	if plan.object(b).IsNull() { // checkBlocks has refused it
		return nil, false
	}
	if !plan.wantsSecret(state) {
		return nil, true
	}
	value := config.secret()
	switch {
	case value.IsUnknown():
		return nil, false
	case !value.IsNull():
		return value.ValueStringPointer(), true
	}
	at := path.Root(b.name).AtName(b.secret)
	why := "the secret would go to another server or account than the one it was given for"
	if state == nil {
		why = "the portal has none yet"
	} else if version := b.secret + "_version"; !plan.object(b).Attributes()[version].Equal(state.object(b).Attributes()[version]) {
		why = version + " has changed, by which the secret is sent again"
	}
	diags.AddAttributeError(at, "Missing secret", fmt.Sprintf("Attribute %s: set it, because %s. It is in neither plan nor state; an ephemeral value or variable keeps it out of the configuration too.", at, why))
	return nil, false
}

// place finds the attribute for a field of the contract; secrets have another name there.
func place(field string) path.Path {
	for _, b := range blocks {
		if field == "/"+b.name+"/"+b.wireSecret {
			return path.Root(b.name).AtName(b.secret)
		}
	}
	return tfkit.InRoot(field)
}

// checkWrite asks the server whether it would take what is planned.
func (r *directoryIntegration) checkWrite(ctx context.Context, plan model, secret *string, diags *diag.Diagnostics) {
	if !r.rt.CanAsk() || !plan.known() {
		return
	}
	result, err := r.rt.Client.ValidatePutDirectory(ctx, plan.Name.ValueString(), plan.toAPI(secret), client.WriteOptions{})
	if err != nil {
		tfkit.AddErrorAt(diags, place, "check "+what(plan), err)
		return
	}
	for _, finding := range result.Findings {
		if finding.Severity == api.SeverityFatal {
			tfkit.AddFinding(diags, place, what(plan), finding)
		}
	}
}

// known reports whether the server can be asked about what is planned.
func (m *model) known() bool {
	if m.Name.IsUnknown() || m.Type.IsUnknown() || m.Description.IsUnknown() || m.SyncEnabled.IsUnknown() {
		return false
	}
	for _, b := range blocks {
		object := m.object(b)
		if object.IsUnknown() {
			return false
		}
		for _, value := range object.Attributes() {
			if value.IsUnknown() {
				return false
			}
		}
	}
	return true
}

// warnOfRemoval tells what becomes of the people.
func warnOfRemoval(state model, diags *diag.Diagnostics) {
	if n := state.UserCount.ValueInt64(); n > 0 {
		diags.AddWarning("People of the directory stay", fmt.Sprintf("The %s brought %d people who are enabled. Nobody is disabled or removed with it, and nothing follows the directory any more: "+
			"whoever leaves afterwards has to be removed by hand, unless another integration names the same people.", what(state), n))
	}
}

// reads tells whether the directory is read with the same settings and the same secret as before.
func (m *model) reads(state model) bool {
	b := blockOf(m.Type.ValueString())
	return m.Type.Equal(state.Type) && m.object(b).Equal(state.object(b))
}

// warnOfOutcome tells of a directory that is not followed at present. What other settings or another secret will bring is
// not known before they are tried.
func warnOfOutcome(state model, diags *diag.Diagnostics) {
	if state.LastError.ValueString() == "" {
		return
	}
	outcome := "failed"
	if state.Status.ValueString() == string(api.DirectoryStatusStopped) {
		outcome = "was stopped"
	}
	diags.AddWarning("The directory is not synchronized", fmt.Sprintf("The last synchronization of %s %s, so that who leaves the directory keeps what access there is. %s",
		what(state), outcome, strings.TrimSpace(state.LastError.ValueString())))
}

// forget makes unknown what a change of the settings may change soon: the portal synchronizes after it.
func (m *model) forget() {
	m.Status, m.LastError, m.LastSyncAt, m.UserCount = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.Int64Unknown()
}
