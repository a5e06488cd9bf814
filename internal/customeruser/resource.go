// Package customeruser manages the users of managed customers' accounts.
package customeruser

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_customer_user"

var (
	_ resource.ResourceWithConfigure   = (*customerUser)(nil)
	_ resource.ResourceWithIdentity    = (*customerUser)(nil)
	_ resource.ResourceWithImportState = (*customerUser)(nil)
	_ tfkit.UnchangedReader            = (*customerUser)(nil)
	_ tfkit.ReadExpecter               = (*customerUser)(nil)
)

type customerUser struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_customer_user.
func NewResource() resource.Resource { return &customerUser{} }

func (r *customerUser) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Schema is kept small: of this resource a configuration may have thousands.
func (r *customerUser) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A user inside the account of a customer that the partner manages. Users of a referral customer are managed by the customer itself (`not_managed`).\n\n" +
			"Needs the portal role `msp_administrator`, `msp_helpdesk` or `msp_implementation_lead`; only `msp_administrator` creates, changes and deletes a `master_admin`. " +
			"An account keeps at least one `master_admin` (`last_master_admin`). The administrator that a customer is created with, `admin_username` of `msp_customer`, counts as one; " +
			"it can't be managed here and goes with the customer.\n\n" +
			"The users of a disabled customer (`enabled = false`) are disabled with it: they keep their roles, can't sign in, and are active again once it is enabled. " +
			"Destroying this resource deletes the user. A customer that has users is not deleted unless `force_destroy` is on; refer to `msp_customer.example.id`, so that Terraform deletes the users first.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`customer_id/email`, the address in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer in whose account the user is, as in `msp_customer.example.id`. Changing it deletes the user in the one account and creates one in the other.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The user's e-mail address (case-insensitive); an account has one user with it. Another address is another user: changing it deletes the one and creates the other.",
				Required:            true,
				CustomType:          tfkit.EmailType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType), stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The user's name, at most 200 characters.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "What the user may do in the account: `master_admin` (everything, other users included), `backup_admin` (what is kept and how long; reading and restoring it), " +
					"`compliance_admin` (searching and reading what is kept), `full_support` (helping users, with their content), `standard_support` (without their content), " +
					"`limited_support` (looking up users and the state of the account), `audit` (reading reports) or `sso_admin` (the account's settings, single sign-on among them). " +
					"The data source `msp_effective_access` shows the permissions. Changed in place.",
				Required:   true,
				Validators: []validator.String{roleName()},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`active`: the user can sign in. `disabled`: the customer is disabled, so nobody can. A change of this value alone never shows as a planned change.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *customerUser) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer.", RequiredForImport: true},
			"email":       identityschema.StringAttribute{Description: "The e-mail address in lower case.", RequiredForImport: true},
		},
	}
}

func (r *customerUser) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

// PlanUnchanged implements tfkit.UnchangedPlanner: there is nothing to say.
func (r *customerUser) PlanUnchanged(tftypes.Value, *diag.Diagnostics) {}

func (r *customerUser) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	if !req.Plan.Raw.IsNull() {
		// What a write answers follows from the customer, which may be enabled or disabled in the same run.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("status"), types.StringUnknown())...)
	}
	if !r.rt.CanAsk() {
		return
	}
	var plan, state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && (plan == nil || !plan.sameUser(state)) {
		// Of a replacement, Terraform asks for the plan of what is to be created in a call of its own.
		result, err := r.rt.Client.PlanDeleteCustomerUser(ctx, state.CustomerID.ValueString(), state.Email.ValueString())
		tfkit.AddVerdict(&resp.Diagnostics, "removal of "+what(state), result, err)
		return
	}
	if plan.CustomerID.IsUnknown() || plan.Email.IsUnknown() || plan.Name.IsUnknown() || plan.Role.IsUnknown() {
		return
	}
	r.checkPut(ctx, &resp.Diagnostics, plan)
}

func (r *customerUser) checkPut(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	result, err := r.rt.Client.PlanPutCustomerUser(ctx, plan.CustomerID.ValueString(), plan.Email.ValueString(), plan.toAPI())
	if client.IsNotFound(err) {
		tfkit.AddNoSuchCustomer(diags, plan.CustomerID.ValueString(), err)
		return
	}
	tfkit.AddVerdict(diags, what(plan), result, err)
}

func (r *customerUser) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, plan.importID())
	if !ok {
		return
	}
	defer done()
	customerID, email := plan.CustomerID.ValueString(), plan.Email.ValueString()
	user, err := r.rt.Client.PutCustomerUser(ctx, customerID, email, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if user, err = r.rt.Client.GetCustomerUser(ctx, customerID, email); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.importID(), plan.differing(user.Value), user.RequestID) {
			return
		}
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(&resp.Diagnostics, customerID, err)
		return
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), err)
		return
	}
	plan.fromAPI(user.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// ReadUnchanged implements tfkit.UnchangedReader.
func (r *customerUser) ReadUnchanged(_ context.Context, raw tftypes.Value) (identity map[string]string, same bool) {
	state := modelOf(raw)
	user := r.rt.Client.PeekCustomerUser(state.CustomerID.ValueString(), state.Email.ValueString())
	if user == nil {
		return nil, false
	}
	before := state
	state.fromAPI(*user)
	return map[string]string{"customer_id": user.CustomerID, "email": state.Email.Key()}, state == before
}

// ExpectRead implements tfkit.ReadExpecter.
func (r *customerUser) ExpectRead(customerID string) { r.rt.Client.ExpectCustomerUser(customerID) }

func (r *customerUser) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	user, err := r.rt.Client.ReadCustomerUser(ctx, state.CustomerID.ValueString(), state.Email.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	}
	before := state
	state.fromAPI(*user)
	tfkit.SetRead(ctx, resp, state != before, state, state.identity())
}

func (r *customerUser) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	now, err := r.rt.Client.GetCustomerUser(ctx, customerID, email)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(&plan), changed, now.RequestID)
		return
	}
	user, err := r.rt.Client.PutCustomerUser(ctx, customerID, email, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(&plan), err)
		return
	}
	plan.fromAPI(user.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *customerUser) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	err := r.rt.Client.DeleteCustomerUser(ctx, customerID, email, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(&state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetCustomerUser(ctx, customerID, email)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(&state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.importID())
}

func (r *customerUser) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "customer_id", "email")
}

func what(m *model) string {
	return "customer user " + m.CustomerID.ValueString() + "/" + m.Email.ValueString()
}
