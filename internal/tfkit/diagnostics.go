package tfkit

import (
	"errors"
	"fmt"
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
	return PathOf(field)
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
	var text strings.Builder
	text.WriteString(refused.Detail)
	writeBlockers(&text, refused.Blockers)
	if advice := advice[refused.Code]; advice != "" {
		text.WriteString("\n\n" + advice)
	}
	fmt.Fprintf(&text, "\n\nCode: %s (HTTP %d). Request id: %s", refused.Code, refused.Status, refused.RequestID)
	add(diags, place(refused.Field), summary, text.String())
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
func AddVerdict(diags *diag.Diagnostics, what string, result *api.ValidationResult, err error) {
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
func AddFatalFindings(diags *diag.Diagnostics, what string, result *api.ValidationResult) {
	for _, finding := range result.Findings {
		if finding.Severity == api.SeverityFatal {
			AddFinding(diags, InRoot, what, finding)
		}
	}
}

// AddFinding adds what a validation found. Terraform plans a resource once more during an apply, when others may be
// changed already.
func AddFinding(diags *diag.Diagnostics, place Place, what string, finding api.ValidationFinding) {
	add(diags, place(fieldOf(finding)), "Would be refused: "+what, textOf(finding))
}

// AddFindingWarning tells of what other writes of the same run may still cure, where it is worth knowing beforehand.
func AddFindingWarning(diags *diag.Diagnostics, what string, finding api.ValidationFinding) {
	summary, text := "Would be refused as things are: "+what, textOf(finding)
	if at := InRoot(fieldOf(finding)); len(at.Steps()) > 0 {
		diags.AddAttributeWarning(at, summary, fmt.Sprintf("Attribute %s: %s", at, text))
		return
	}
	diags.AddWarning(summary, text)
}

func fieldOf(finding api.ValidationFinding) string {
	if finding.Field == nil {
		return ""
	}
	return *finding.Field
}

func textOf(finding api.ValidationFinding) string {
	var text strings.Builder
	text.WriteString(finding.Detail)
	if finding.Blockers != nil {
		writeBlockers(&text, *finding.Blockers)
	}
	if advice := advice[finding.Code]; advice != "" {
		text.WriteString("\n\n" + advice)
	}
	fmt.Fprintf(&text, "\n\nCode: %s. The API was asked before writing; this resource was not changed.", finding.Code)
	return text.String()
}

// AddAlreadyExists refuses to take over silently what exists: it would hide one member declared twice. What adopt_existing
// would do is told to those who have not set it.
func AddAlreadyExists(diags *diag.Diagnostics, typeName, importID, why string, adopting bool) {
	text := fmt.Sprintf(`%s

To manage it from this configuration, import it:

  import {
    to = %s.NAME
    id = %q
  }`, why, typeName, importID)
	if !adopting {
		text += "\n\nWith adopt_existing = true in the provider block, an object that exists with the very same arguments is taken over without an import."
	}
	diags.AddError(fmt.Sprintf("%s %q exists already", typeName, importID), text)
}

// AddChangedSincePlan stops an update that would overwrite what the plan did not show.
func AddChangedSincePlan(diags *diag.Diagnostics, what string, attributes []string) {
	for _, name := range attributes {
		AddChangedAt(diags, path.Root(name), name+" of "+what)
	}
}

// AddChangedAt is AddChangedSincePlan for one attribute, wherever it stands.
func AddChangedAt(diags *diag.Diagnostics, at path.Path, what string) {
	diags.AddAttributeError(at, "Changed since the plan",
		fmt.Sprintf("Somebody changed %s after the plan was made. Nothing was written. Plan again and review the difference.", what))
}

func add(diags *diag.Diagnostics, at path.Path, summary, text string) {
	if len(at.Steps()) == 0 {
		diags.AddError(summary, text)
		return
	}
	diags.AddAttributeError(at, summary, fmt.Sprintf("Attribute %s: %s", at, text))
}

// PathOf turns a JSON pointer of the contract into the path of the attribute of the same name. It ends before the first
// index, as what is a list on the wire is a set in Terraform.
func PathOf(pointer string) path.Path {
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

// AddUnlessGone judges the read after a removal, by its error: anything but "not found" means that access may still be
// there, and a destroy must not pass for done then.
func AddUnlessGone(diags *diag.Diagnostics, what string, err error) {
	switch {
	case client.IsNotFound(err):
	case err != nil:
		AddError(diags, "verify that "+what+" is gone", err)
	default:
		diags.AddError("Access was not taken away", fmt.Sprintf("The API confirmed the removal of %s but still shows it. It stays in state; apply again, and ask the operator of the API if it does not help.", what))
	}
}
