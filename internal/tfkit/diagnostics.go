package tfkit

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// Place finds the attribute for a field of the contract, a JSON pointer that is empty for the object as a whole. The empty
// path is the resource itself.
type Place func(field string) path.Path

// InRoot is the place of an object that is a resource.
func InRoot(field string) path.Path {
	if field == "" || field == "/" {
		return path.Empty()
	}
	return pathOf(field)
}

// AddError says that what (as in "create external administrator cus_1/alex@example.com") failed. The field of the
// server's answer becomes the attribute, its blockers and request id part of the text.
func AddError(diags *diag.Diagnostics, what string, err error) {
	AddErrorAt(diags, InRoot, what, err)
}

// AddErrorAt is AddError for an object that stands at a place within its resource.
func AddErrorAt(diags *diag.Diagnostics, place Place, what string, err error) {
	summary := "Could not " + what
	var refused *client.Error
	if !errors.As(err, &refused) {
		add(diags, place(""), summary, err.Error())
		return
	}
	add(diags, place(refused.Field), summary, textOfRefusal(refused))
}

func textOfRefusal(refused *client.Error) string {
	if refused.Code == "" {
		return textOfForeign(refused)
	}
	var text strings.Builder
	text.WriteString(refused.Detail)
	writeBlockers(&text, refused.Blockers)
	if advice := advice[refused.Code]; advice != "" {
		text.WriteString("\n\n" + advice)
	}
	writeAftermath(&text, refused)
	fmt.Fprintf(&text, "\n\nCode: %s (HTTP %d).", refused.Code, refused.Status)
	writeRequestID(&text, refused.RequestID)
	return text.String()
}

// textOfForeign is for an answer that something on the way to the API gave, or a server that is not the API at all.
func textOfForeign(answer *client.Error) string {
	var text strings.Builder
	fmt.Fprintf(&text, "The answer was HTTP %d", answer.Status)
	if status := http.StatusText(answer.Status); status != "" {
		text.WriteString(" (" + status + ")")
	}
	text.WriteString(", and not from the API itself. Check that endpoint is the API's base URL, and what proxies or load balancers on the way to it say.")
	if answer.Detail != "" {
		text.WriteString(" The answer begins: " + answer.Detail)
	}
	writeAftermath(&text, answer)
	if answer.RequestID != "" {
		text.WriteString("\n\nRequest id: " + answer.RequestID)
	}
	return text.String()
}

// writeAftermath tells what a refusal leaves to the user: a write of unknown outcome, and a wait.
func writeAftermath(text *strings.Builder, refused *client.Error) {
	if refused.MayHaveHappened {
		text.WriteString("\n\nThe write may have been carried out all the same, since the API's own answer to a try of it did not arrive. Apply again, which begins with looking at what is there.")
	}
	if refused.RetryAfter > 0 {
		fmt.Fprintf(text, "\n\nThe server asks to wait %s, which is longer than the provider waits. Apply again after that.", refused.RetryAfter)
	}
}

// requestIDOf answers the request id of a refusal, if it is one.
func requestIDOf(err error) string {
	var refused *client.Error
	if errors.As(err, &refused) {
		return refused.RequestID
	}
	return ""
}

func writeRequestID(text *strings.Builder, id string) {
	if id != "" {
		text.WriteString(" Request id: " + id)
	}
}

// advice says what to do where the server's detail can't know of Terraform.
var advice = map[api.ErrorCode]string{
	api.ErrorCodePreconditionFailed: "Somebody changed the object at the same time. Plan again and review the difference.",
	api.ErrorCodeForbidden:          "The data source msp_current_client shows what the provider's credentials may do.",
	api.ErrorCodeDeletionProtected:  "Set deletion_protection = false, apply, and destroy afterwards.",
	api.ErrorCodeLastDecisionMaker: "If another resource of this configuration makes somebody else decision_maker, let this one depend on it (depends_on), so that Terraform writes that first. " +
		"If this contact is replaced by another, set create_before_destroy = true in its lifecycle.",
	api.ErrorCodeNotAPortalAdmin: "Declare the person as msp_portal_admin and refer to that resource, so that Terraform creates it first.",
	api.ErrorCodeNotAPartnerUser: "Declare the person as msp_partner_user and refer to that resource, so that Terraform creates it first.",
}

// AddVerdict adds what a validation, or the request for it, says against a person's entry. That there is nothing to
// validate any more is for the next refresh to find out.
func AddVerdict(diags *diag.Diagnostics, what string, result *client.Validation, err error) {
	switch {
	case client.IsNotFound(err):
	case err != nil:
		AddError(diags, "check "+what, err)
	default:
		AddFatalFindings(diags, what, result)
	}
}

// AddFatalFindings adds what a validation found wrong in itself. What other writes of the same run could still cure is
// judged when it is applied.
func AddFatalFindings(diags *diag.Diagnostics, what string, result *client.Validation) {
	for _, finding := range result.Findings {
		if finding.Severity == api.SeverityFatal {
			AddFinding(diags, InRoot, what, finding)
		}
	}
}

// AddFinding adds what a validation found. Terraform plans a resource once more during an apply, when others may be
// changed already.
func AddFinding(diags *diag.Diagnostics, place Place, what string, finding client.Finding) {
	add(diags, place(fieldOf(finding)), "Would be refused: "+what, textOf(finding))
}

// AddFindingWarning tells of what other writes of the same run may still cure, where it is worth knowing beforehand.
func AddFindingWarning(diags *diag.Diagnostics, what string, finding client.Finding) {
	summary, text := "Would be refused as things are: "+what, textOf(finding)
	if at := InRoot(fieldOf(finding)); len(at.Steps()) > 0 {
		diags.AddAttributeWarning(at, summary, fmt.Sprintf("Attribute %s: %s", at, text))
		return
	}
	diags.AddWarning(summary, text)
}

func fieldOf(finding client.Finding) string {
	if finding.Field == nil {
		return ""
	}
	return *finding.Field
}

func textOf(finding client.Finding) string {
	var text strings.Builder
	text.WriteString(finding.Detail)
	if finding.Blockers != nil {
		writeBlockers(&text, *finding.Blockers)
	}
	if advice := advice[finding.Code]; advice != "" {
		text.WriteString("\n\n" + advice)
	}
	fmt.Fprintf(&text, "\n\nCode: %s. The API was asked before writing; this resource was not changed.", finding.Code)
	writeRequestID(&text, finding.RequestID)
	return text.String()
}

// addAlreadyExists refuses to take over silently what exists: it would hide one member declared twice. What adopt_existing
// would do is told to those who have not set it.
func addAlreadyExists(diags *diag.Diagnostics, typeName, importID, why string, adopting bool, requestID string) {
	text := fmt.Sprintf(`%s

To manage it from this configuration, import it:

  import {
    to = %s.NAME
    id = %q
  }`, why, typeName, importID)
	if !adopting {
		text += "\n\nWith adopt_existing = true in the provider block, an object that exists with the very same arguments is taken over without an import."
	}
	if requestID != "" {
		text += "\n\nRequest id: " + requestID
	}
	diags.AddError(fmt.Sprintf("%s %q exists already", typeName, importID), text)
}

// AddChangedSincePlan stops an update that would overwrite what the plan did not show. requestID is that of the read which
// found it.
func AddChangedSincePlan(diags *diag.Diagnostics, what string, attributes []string, requestID string) {
	for _, name := range attributes {
		addChangedAt(diags, path.Root(name), name+" of "+what, requestID)
	}
}

// addChangedAt is AddChangedSincePlan for one attribute, wherever it stands. What a list tells has no request id, as it may
// come from many pages.
func addChangedAt(diags *diag.Diagnostics, at path.Path, what, requestID string) {
	var text strings.Builder
	fmt.Fprintf(&text, "Somebody changed %s after the plan was made. Nothing was written. Plan again and review the difference.", what)
	writeRequestID(&text, requestID)
	diags.AddAttributeError(at, "Changed since the plan", text.String())
}

func add(diags *diag.Diagnostics, at path.Path, summary, text string) {
	if len(at.Steps()) == 0 {
		diags.AddError(summary, text)
		return
	}
	diags.AddAttributeError(at, summary, fmt.Sprintf("Attribute %s: %s", at, text))
}

// pathOf turns a JSON pointer of the contract into the path of the attribute of the same name. It ends before the first
// index, as what is a list on the wire is a set in Terraform.
func pathOf(pointer string) path.Path {
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	at := path.Root(steps[0])
	for _, step := range steps[1:] {
		if strings.Trim(step, "0123456789") == "" {
			break
		}
		at = at.AtName(step)
	}
	return at
}

func writeBlockers(text *strings.Builder, blockers []api.Blocker) {
	if len(blockers) == 0 {
		return
	}
	text.WriteString("\n\nIn the way:")
	for _, b := range blockers {
		fmt.Fprintf(text, "\n  - %s %s", b.Kind, b.ID)
	}
}

// AddUnlessGone judges the read after a removal that the API confirmed: anything but "not found" means that access may still
// be there, and a destroy must not pass for done then.
//
// Each resource that lets somebody in reads so, and so do msp_customer and msp_partner_user, with whose objects access goes.
// Roles, directory integrations, the emergency contact and the partner's configuration let nobody in by themselves, and do
// not read. Nor does a removal that was answered "not found": the API has said already what the read would ask.
func AddUnlessGone[T any](diags *diag.Diagnostics, what string, now *client.Versioned[T], err error) {
	switch {
	case client.IsNotFound(err):
	case err != nil:
		AddError(diags, "verify that "+what+" is gone", err)
	default:
		addStillThere(diags, what, now.RequestID)
	}
}

func addStillThere(diags *diag.Diagnostics, what, requestID string) {
	var text strings.Builder
	fmt.Fprintf(&text, "The API confirmed the removal of %s but still shows it. It stays in state; apply again, and ask the operator of the API if it does not help.", what)
	writeRequestID(&text, requestID)
	diags.AddError("Access was not taken away", text.String())
}
