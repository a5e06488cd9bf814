// Package accessgroupmember manages who is in the groups that partner access roles create.
package accessgroupmember

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_partner_access_group_member"

var (
	_ resource.ResourceWithConfigure   = (*member)(nil)
	_ resource.ResourceWithIdentity    = (*member)(nil)
	_ resource.ResourceWithImportState = (*member)(nil)
	_ tfkit.UnchangedPlanner           = (*member)(nil)
)

type member struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_partner_access_group_member.
func NewResource() resource.Resource { return &member{} }

func (r *member) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *member) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A member of the group that a partner access role created: one of the partner's users, who from then on has that role at the customer. " +
			"The person gets a mail when added to the group and when removed.\n\n" +
			"A customer gives its partner the role as a whole (`msp_partner_access_role`); the partner's MSP administrators decide who is in the group. " +
			"Taking the role away deletes the group with all memberships. Take `customer_id` and `role` from the `msp_partner_access_role` and `email` from the `msp_partner_user` where these " +
			"are in the same configuration, so that Terraform creates and removes them in the right order: a partner user who is still a member can't be deleted.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`customer_id/role/email`, the address in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer who gave the role, as in `msp_partner_access_role.example.customer_id`. Changing it moves the person from the one customer's group to the other's.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "The role of the group: `decision_maker` or `phone_manager`, as in `msp_partner_access_role.example.role`. The customer must have given it by the time of the apply. Changing it moves the person from the one group to the other.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.AccessRoleNameDecisionMaker), string(api.AccessRoleNamePhoneManager))},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The primary e-mail address of a partner user (case-insensitive), as in `msp_partner_user.example.email`. Somebody who is disabled is refused in the plan. " +
					"Another address is another person: changing it takes the one out of the group and puts the other into it.",
				Required:      true,
				CustomType:    tfkit.EmailType,
				PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType), stringplanmodifier.RequiresReplace()},
			},
			"group_name": schema.StringAttribute{
				MarkdownDescription: "The group on the partner's account, named `<customer name> <Role Name>`, such as `Acme Ltd Decision Maker`. It follows when the customer is renamed. A change of this value alone never shows as a planned change.",
				Computed:            true,
				// Nothing is updated in place, so only a refresh can find another name.
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *member) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer.", RequiredForImport: true},
			"role":        identityschema.StringAttribute{Description: "decision_maker or phone_manager.", RequiredForImport: true},
			"email":       identityschema.StringAttribute{Description: "The e-mail address in lower case.", RequiredForImport: true},
		},
	}
}

func (r *member) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

// PlanUnchanged implements tfkit.UnchangedPlanner: there is nothing to say.
func (r *member) PlanUnchanged(tftypes.Value, *diag.Diagnostics) {}

// ModifyPlan refuses what nothing else in the run can cure. Of a replacement, Terraform asks for the plan of what is to be
// created in a call of its own; a removal is never refused.
func (r *member) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !req.State.Raw.IsNull() || !r.rt.CanAsk() {
		return
	}
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || plan.CustomerID.IsUnknown() || plan.Role.IsUnknown() || plan.Email.IsUnknown() {
		return
	}
	r.checkPut(ctx, &resp.Diagnostics, &plan)
}

func (r *member) checkPut(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	result, err := r.rt.Client.ValidatePutAccessGroupMember(ctx, plan.CustomerID.ValueString(), plan.roleName(), plan.Email.ValueString(), plan.toAPI(), client.WriteOptions{})
	switch {
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(diags, plan.CustomerID.ValueString(), err)
	case err != nil:
		tfkit.AddError(diags, "check "+what(plan), err)
	default:
		tfkit.AddFatalFindings(diags, what(plan), result)
	}
}

func (r *member) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
	made, err := r.rt.Client.PutAccessGroupMember(ctx, customerID, plan.roleName(), email, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if made, err = r.rt.Client.GetAccessGroupMember(ctx, customerID, plan.roleName(), email); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.importID(), nil, made.RequestID) { // beyond its key, nothing could differ
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), err)
		return
	}
	plan.fromAPI(made.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *member) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := r.rt.Client.ReadAccessGroupMember(ctx, state.CustomerID.ValueString(), state.roleName(), state.Email.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	}
	before := state
	state.fromAPI(*found)
	tfkit.SetRead(ctx, resp, state != before, state, state.identity())
}

// Update has nothing to write: whatever of a member can change makes it another one.
func (r *member) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *member) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	err := r.rt.Client.DeleteAccessGroupMember(ctx, customerID, state.roleName(), email, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(&state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetAccessGroupMember(ctx, customerID, state.roleName(), email)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(&state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.importID())
}

func (r *member) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "customer_id", "role", "email")
}

func what(m *model) string { return "partner access group member " + m.importID() }
