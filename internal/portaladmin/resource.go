// Package portaladmin manages the people who may use the partner portal.
package portaladmin

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_portal_admin"

var (
	_ resource.ResourceWithConfigure   = (*portalAdmin)(nil)
	_ resource.ResourceWithIdentity    = (*portalAdmin)(nil)
	_ resource.ResourceWithImportState = (*portalAdmin)(nil)
	_ resource.ResourceWithModifyPlan  = (*portalAdmin)(nil)
)

type portalAdmin struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_portal_admin.
func NewResource() resource.Resource { return &portalAdmin{} }

func (r *portalAdmin) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *portalAdmin) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A person who may use the partner portal, with exactly one portal role. " +
			"The person must be a partner user already, added by hand (`msp_partner_user`) or by a directory. " +
			"A new portal admin gets an e-mail with a temporary password and is `unregistered` until the person has replaced it with a password of their own. It works for seven days; " +
			"`POST /v1/portal-admins/{email}:invite` of the API sends the invitation again. " +
			"Neither password is ever in the state. Another role, name or phone number leaves the person's password as it is; removing the person and adding the person again starts over.\n\n" +
			"The last `msp_administrator` of a partner can't be removed or given another role, and nobody can remove their own access. " +
			"Destroying the resource, and another `email`, is refused while the person is an external administrator or the implementation lead of a customer (`in_use`), " +
			"or holds a role with protected content at a customer (`protected_role`). A `role` that can't lead is refused while the person is an implementation lead.\n\n" +
			"A partner has either resources `msp_portal_admin` or one `msp_portal_admins`; both in one run are refused.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The e-mail address in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The person's primary e-mail address as a partner user (case-insensitive). Another address is another person: changing it takes access away from the one and gives it to the other.",
				Required:            true,
				CustomType:          tfkit.EmailType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType), stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The person's name as the portal shows it, at most 200 characters.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"phone": schema.StringAttribute{
				MarkdownDescription: "The person's phone number with `+` and country code, such as `+49 89 1234567`.",
				Optional:            true,
				Validators:          []validator.String{tfkit.PhoneNumber()},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "What the person may do in the portal: `msp_administrator` (everything), `msp_helpdesk` (look after customers and their users, sign in to them), " +
					"`msp_implementation_lead` (lead orders, create prospects; look after customers and their users, sign in to them), `msp_prospects` (prospects only) " +
					"or `msp_sales` (prospects, orders, upgrades; look after customers, sign in to them). " +
					"The data source `msp_portal_roles` shows each role's permissions. Changed in place.",
				Required:   true,
				Validators: []validator.String{stringvalidator.OneOf(tfkit.PortalRoles()...)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`unregistered` until the person has replaced the temporary password of the invitation, then `registered`.",
				Computed:            true,
				// It changes by what the person does, never by a change of the other attributes.
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *portalAdmin) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"email": identityschema.StringAttribute{Description: "The e-mail address in lower case.", RequiredForImport: true},
		},
	}
}

func (r *portalAdmin) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *portalAdmin) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.rt == nil {
		return
	}
	// What stays as it is claims too; a planned destroy does not.
	if email, known := tfkit.KnownString(req.Plan.Raw, "email"); known {
		r.rt.Claims.Claim(&resp.Diagnostics, path.Root("email"), tfkit.PortalAdmins, typeName, email)
	}
	if !r.rt.CanAsk() || req.Plan.Raw.Equal(req.State.Raw) {
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
	// A replacement begins with the removal. It is judged here, and the new admin when Terraform plans the creation.
	if !req.State.Raw.IsNull() && (req.Plan.Raw.IsNull() || !plan.Email.Same(state.Email)) {
		result, err := r.rt.Client.ValidateDeletePortalAdmin(ctx, state.Email.ValueString(), client.MatchOptions{})
		tfkit.AddVerdict(&resp.Diagnostics, what(state), result, err)
		return
	}
	if plan.Email.IsUnknown() || plan.Name.IsUnknown() || plan.Phone.IsUnknown() || plan.Role.IsUnknown() {
		return
	}
	result, err := r.rt.Client.ValidatePutPortalAdmin(ctx, plan.Email.ValueString(), plan.toAPI(), client.WriteOptions{})
	tfkit.AddVerdict(&resp.Diagnostics, what(plan), result, err)
}

func (r *portalAdmin) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
	admin, err := r.rt.Client.PutPortalAdmin(ctx, email, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if admin, err = r.rt.Client.GetPortalAdmin(ctx, email); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.Email.Key(), plan.differing(admin.Value), admin.RequestID) {
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(plan), err)
		return
	}
	plan.fromAPI(admin.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *portalAdmin) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	admin, err := r.rt.Client.ReadPortalAdmin(ctx, state.Email.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(state), err)
		return
	}
	state.fromAPI(*admin)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *portalAdmin) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	email := state.Email.ValueString()
	now, err := r.rt.Client.GetPortalAdmin(ctx, email)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(plan), changed, now.RequestID)
		return
	}
	planned := plan.Status
	admin, err := r.rt.Client.PutPortalAdmin(ctx, email, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(plan), err)
		return
	}
	plan.fromAPI(admin.Value)
	// The person may have registered between plan and apply; the next refresh shows it.
	plan.Status = planned
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *portalAdmin) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	email := state.Email.ValueString()
	err := r.rt.Client.DeletePortalAdmin(ctx, email, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetPortalAdmin(ctx, email)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.Email.Key())
}

func (r *portalAdmin) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "email")
}

func what(m model) string { return "portal admin " + m.Email.ValueString() }
