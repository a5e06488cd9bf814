// Package partneruser manages people in the partner's own account.
package partneruser

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_partner_user"

var (
	_ resource.ResourceWithConfigure   = (*partnerUser)(nil)
	_ resource.ResourceWithIdentity    = (*partnerUser)(nil)
	_ resource.ResourceWithImportState = (*partnerUser)(nil)
	_ resource.ResourceWithModifyPlan  = (*partnerUser)(nil)
)

type partnerUser struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_partner_user.
func NewResource() resource.Resource { return &partnerUser{} }

func (r *partnerUser) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *partnerUser) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A person in the partner's own account (the \"not for resale\" account), added by hand. " +
			"People who are to use the partner portal are declared here first and then as `msp_portal_admin`. " +
			"People whom a directory integration brings are changed and removed in the directory. Import one of them only to set an `account_role`, " +
			"which no directory knows; `ignore_changes = [name, phone]` leaves the rest to the directory, and a `removed` block with `destroy = false` stops managing the person.\n\n" +
			"Destroying the resource, and another `email`, is refused while the person is a portal admin or a member of a partner access group (`in_use`), " +
			"or has a role with protected content (`protected_role`).\n\n" +
			"Needs the portal role `msp_administrator`, or a client that acts for a person whose account role may manage users, such as `basic_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The e-mail address in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The person's primary e-mail address (case-insensitive). Another address is another person: changing it removes the one and adds the other.",
				Required:            true,
				CustomType:          tfkit.EmailType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType), stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The person's name, at most 200 characters.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"phone": schema.StringAttribute{
				MarkdownDescription: "The person's phone number with `+` and country code, such as `+49 89 1234567`.",
				Optional:            true,
				Validators:          []validator.String{tfkit.PhoneNumber()},
			},
			"account_role": schema.StringAttribute{
				MarkdownDescription: "The person's role in the partner's own account: a built-in one such as `basic_administrator`, or one of the account's custom roles. " +
					"Roles with protected content are given by the vendor's support only. Left out, the person has no role there.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"source": schema.StringAttribute{
				MarkdownDescription: "How the person came into the account: `manual`, or `directory` for a directory integration. " +
					"Changing somebody whose directory is no longer connected makes the person `manual`.",
				Computed:      true,
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"enabled": schema.BoolAttribute{
				MarkdownDescription: "Whether the person is active. A directory disables people whom it no longer lists or has itself disabled; their portal role and grants are kept but allow nothing.",
				Computed:            true,
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *partnerUser) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"email": identityschema.StringAttribute{Description: "The e-mail address in lower case.", RequiredForImport: true},
		},
	}
}

func (r *partnerUser) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *partnerUser) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	if source, ok := tfkit.KnownString(req.State.Raw, "source"); ok && source == string(api.UserSourceDirectory) && !req.Plan.Raw.IsNull() {
		// A change takes the person over from a directory that is gone.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("source"), types.StringUnknown())...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("enabled"), types.BoolUnknown())...)
	}
	if !r.rt.CanAsk() {
		return
	}
	var plan, state model
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	// A replacement begins with the removal. It is judged here, and the new user when Terraform plans the creation.
	if !req.State.Raw.IsNull() && (req.Plan.Raw.IsNull() || !plan.Email.Same(state.Email)) {
		result, err := r.rt.Client.ValidateDeletePartnerUser(ctx, state.Email.ValueString(), client.MatchOptions{})
		tfkit.AddVerdict(&resp.Diagnostics, what(state), withAdvice(result), err)
		return
	}
	if plan.Email.IsUnknown() || plan.Name.IsUnknown() || plan.Phone.IsUnknown() || plan.AccountRole.IsUnknown() {
		return
	}
	result, err := r.rt.Client.ValidatePutPartnerUser(ctx, plan.Email.ValueString(), plan.toAPI(), client.WriteOptions{})
	tfkit.AddVerdict(&resp.Diagnostics, what(plan), result, err)
}

func (r *partnerUser) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, plan.Email.Key())
	if !ok {
		return
	}
	defer done()
	email := plan.Email.ValueString()
	user, err := r.rt.Client.PutPartnerUser(ctx, email, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		refusal := err
		if user, err = r.rt.Client.GetPartnerUser(ctx, email); client.IsNotFound(err) {
			// The address is taken as an alias of somebody else, whom the refusal names.
			tfkit.AddError(&resp.Diagnostics, "create "+what(plan), refusal)
			return
		}
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.Email.Key(), plan.differing(user.Value), user.RequestID) {
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(plan), err)
		return
	}
	plan.fromAPI(user.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *partnerUser) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	user, err := r.rt.Client.ReadPartnerUser(ctx, state.Email.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(state), err)
		return
	}
	state.fromAPI(*user)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *partnerUser) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	email := state.Email.ValueString()
	now, err := r.rt.Client.GetPartnerUser(ctx, email)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(plan), changed, now.RequestID)
		return
	}
	user, err := r.rt.Client.PutPartnerUser(ctx, email, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(plan), err)
		return
	}
	plan.fromAPI(user.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *partnerUser) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	email := state.Email.ValueString()
	err := r.rt.Client.DeletePartnerUser(ctx, email, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetPartnerUser(ctx, email)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.Email.Key())
}

func (r *partnerUser) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "email")
}

// withAdvice names the way of letting go of somebody whom a directory keeps in the account.
func withAdvice(removal *client.Validation) *client.Validation {
	if removal == nil {
		return nil
	}
	for i := range removal.Findings {
		if finding := &removal.Findings[i]; finding.Code == api.ErrorCodeManagedByDirectory {
			finding.Detail += "\n\nTo stop managing the person here, use a removed block with destroy = false in its lifecycle, or terraform state rm."
		}
	}
	return removal
}

func what(m model) string { return "partner user " + m.Email.ValueString() }
