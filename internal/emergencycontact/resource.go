// Package emergencycontact manages whom the vendor reaches when something is wrong with the partner's account.
package emergencycontact

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const (
	typeName = "msp_emergency_contact"
	what     = "emergency contact"
)

// The portal's own limits.
const (
	maxName            = 60 // characters
	maxAlternateEmails = 4
)

var (
	_ resource.ResourceWithConfigure      = (*emergencyContact)(nil)
	_ resource.ResourceWithIdentity       = (*emergencyContact)(nil)
	_ resource.ResourceWithImportState    = (*emergencyContact)(nil)
	_ resource.ResourceWithModifyPlan     = (*emergencyContact)(nil)
	_ resource.ResourceWithValidateConfig = (*emergencyContact)(nil)
)

type emergencyContact struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_emergency_contact.
func NewResource() resource.Resource { return &emergencyContact{} }

func (r *emergencyContact) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *emergencyContact) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Whom the vendor reaches, at any hour, when something is wrong with the partner's account: an attack, an outage, a customer's mail that does not flow.\n\n" +
			"A partner has one at most. Creating this resource takes over what is there, and a warning says what it replaced; destroying it leaves the partner without an emergency contact.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Always `emergency_contact`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The name of the person or team, at most 60 characters.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, maxName)},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The main e-mail address (case-insensitive).",
				Required:            true,
				CustomType:          tfkit.EmailType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType)},
			},
			"mobile": schema.StringAttribute{
				MarkdownDescription: "The mobile number with `+` and country code, such as `+49 170 5550100`.",
				Required:            true,
				Validators:          []validator.String{tfkit.PhoneNumber()},
			},
			"phone": schema.StringAttribute{
				MarkdownDescription: "A further phone number with `+` and country code, such as `+49 89 1234567`.",
				Optional:            true,
				Validators:          []validator.String{tfkit.PhoneNumber()},
			},
			"alternate_emails": schema.SetAttribute{
				MarkdownDescription: "Up to 4 further e-mail addresses. Each once, ignoring case, and none equal to `email`.",
				Optional:            true,
				ElementType:         tfkit.EmailType,
				Validators:          []validator.Set{setvalidator.SizeAtMost(maxAlternateEmails), tfkit.NoDoubles(tfkit.EmailType)},
				PlanModifiers:       []planmodifier.Set{tfkit.KeepSetSpelling(tfkit.EmailType)},
			},
		},
	}
}

func (r *emergencyContact) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{Description: "Always `emergency_contact`.", RequiredForImport: true},
		},
	}
}

func (r *emergencyContact) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses the main address among the others. It needs no API.
func (r *emergencyContact) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.Email.IsUnknown() {
		return
	}
	for _, email := range tfkit.Strings(config.AlternateEmails) {
		if tfkit.EmailType.Key(email) == config.Email.Key() {
			resp.Diagnostics.AddAttributeError(path.Root("alternate_emails"), "The main address among the others",
				fmt.Sprintf("Attribute alternate_emails: %q is what email has already. Leave it out here.", email))
		}
	}
}

func (r *emergencyContact) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.rt.CanAsk() || req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) || !req.Config.Raw.IsFullyKnown() {
		return
	}
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := r.rt.Client.ValidatePutEmergencyContact(ctx, plan.toAPI(), client.WriteOptions{})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "check the "+what, err)
		return
	}
	tfkit.AddFatalFindings(&resp.Diagnostics, what, result)
}

func (r *emergencyContact) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, importID)
	if !ok {
		return
	}
	defer done()
	before, err := r.rt.Client.GetEmergencyContact(ctx)
	var replaced []string
	only := client.WriteOptions{CreateOnly: true}
	switch {
	case client.IsNotFound(err):
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	default:
		only = client.WriteOptions{IfMatch: before.ETag}
		replaced = plan.differing(before.Value)
	}
	contact, err := r.rt.Client.PutEmergencyContact(ctx, plan.toAPI(), only)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "set the "+what, err)
		return
	}
	if len(replaced) > 0 {
		resp.Diagnostics.AddWarning("Replaced the existing emergency contact", describe(before.Value, replaced))
	}
	plan.fromAPI(contact.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *emergencyContact) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	contact, err := r.rt.Client.GetEmergencyContact(ctx)
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	}
	state.fromAPI(contact.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *emergencyContact) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	now, err := r.rt.Client.GetEmergencyContact(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what, changed, now.RequestID)
		return
	}
	contact, err := r.rt.Client.PutEmergencyContact(ctx, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update the "+what, err)
		return
	}
	plan.fromAPI(contact.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *emergencyContact) Delete(ctx context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if err := r.rt.Client.DeleteEmergencyContact(ctx, client.MatchOptions{}); err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "clear the "+what, err)
		return
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, importID)
}

func (r *emergencyContact) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID != "" && req.ID != importID {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Invalid import ID", fmt.Sprintf("%q is no import ID here. A partner has one emergency contact, its import ID is %q.", req.ID, importID))
		return
	}
	tfkit.ImportParts(ctx, req, resp, "id")
}

// describe tells what was there in the attributes that were replaced.
func describe(before api.EmergencyContact, replaced []string) string {
	values := map[string]string{
		"name":             before.Name,
		"email":            before.Email,
		"mobile":           before.Mobile,
		"alternate_emails": strings.Join(before.AlternateEmails, ", "),
	}
	if before.Phone != nil {
		values["phone"] = *before.Phone
	}
	var text strings.Builder
	text.WriteString("An emergency contact existed and was taken over. Before:")
	for _, name := range replaced {
		value := values[name]
		if value == "" {
			value = "(nothing)"
		}
		fmt.Fprintf(&text, "\n  - %s: %s", name, value)
	}
	return text.String()
}
