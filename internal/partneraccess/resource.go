// Package partneraccess manages the access roles that customers give to their partner, and the groups that come with them.
package partneraccess

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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

const typeName = "msp_partner_access_role"

var accessRoles = []string{string(api.AccessRoleNameDecisionMaker), string(api.AccessRoleNamePhoneManager)}

var (
	_ resource.ResourceWithConfigure   = (*accessRole)(nil)
	_ resource.ResourceWithIdentity    = (*accessRole)(nil)
	_ resource.ResourceWithImportState = (*accessRole)(nil)
	_ resource.ResourceWithModifyPlan  = (*accessRole)(nil)
)

type accessRole struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_partner_access_role.
func NewResource() resource.Resource { return &accessRole{} }

func (r *accessRole) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *accessRole) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A partner access role: a customer gives its partner of record, as a whole, the role of a decision maker or a phone manager. " +
			"It creates a group on the partner's account; the group's members (`msp_partner_access_group_member`) have that role at the customer. Taking the role away deletes the group with its memberships.\n\n" +
			"Only a decision maker of the customer may give a role: the customer's own API client with that contact role, a partner that holds `decision_maker` there already, " +
			"or for a managed customer the partner's MSP administrators. Anybody but the partner of record is added as an authorized contact (`msp_authorized_contact`) instead. " +
			"A partner may always give its own roles back, which is what destroying does; at a referral customer, a partner that gives back `decision_maker` can't give it to itself again; the plan warns of that.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`customer_id/role`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer who gives the role, as in `msp_customer.example.id`. Changing it takes the role at the one customer away, with its group, and gives the role at the other.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "`decision_maker` (everything at the customer, invoices and payments included) or `phone_manager` (the phone system, without invoices and payments). " +
					"A customer can give both, as two resources. Changing it takes the one role away, with its group, and gives the other; " +
					"at a referral customer, where the partner could not do so after giving `decision_maker` back, the plan refuses it, and `-replace` too.",
				Required:      true,
				Validators:    []validator.String{stringvalidator.OneOf(accessRoles...)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"notify_emails": schema.SetAttribute{
				MarkdownDescription: "E-mail addresses that get a mail when the role is given, when this set changes (those removed from it too) and when the role is taken away. At least one, each once, ignoring case. Changed in place.",
				Required:            true,
				ElementType:         tfkit.EmailType,
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), tfkit.NoDoubles(tfkit.EmailType)},
				PlanModifiers:       []planmodifier.Set{tfkit.KeepSetSpelling(tfkit.EmailType)},
			},
			"group_name": schema.StringAttribute{
				MarkdownDescription: "The group on the partner's account, named `<customer name> <Role Name>`, such as `Acme Ltd Decision Maker`. It follows when the customer is renamed: if a run renames the customer and changes nothing here, the next plan shows the new name.",
				Computed:            true,
			},
			"granted_at": schema.StringAttribute{
				MarkdownDescription: "When the role was given, in RFC 3339 format in UTC, such as `2025-01-31T09:30:00Z`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *accessRole) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer.", RequiredForImport: true},
			"role":        identityschema.StringAttribute{Description: "decision_maker or phone_manager.", RequiredForImport: true},
		},
	}
}

func (r *accessRole) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *accessRole) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
	customerID := plan.CustomerID.ValueString()
	role, err := r.rt.Client.PutAccessRole(ctx, customerID, plan.roleName(), plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if role, err = r.rt.Client.GetAccessRole(ctx, customerID, plan.roleName()); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.importID(), plan.differing(role.Value), role.RequestID) {
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), namingTheWay(err))
		return
	}
	plan.fromAPI(role.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *accessRole) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	role, err := r.rt.Client.ReadAccessRole(ctx, state.CustomerID.ValueString(), state.roleName())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	}
	r.rt.InState.Note(typeName, req.State.Raw) // of what is tainted, no plan shows it
	state.fromAPI(*role)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *accessRole) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID := state.CustomerID.ValueString()
	now, err := r.rt.Client.GetAccessRole(ctx, customerID, state.roleName())
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(&plan), changed, now.RequestID)
		return
	}
	role, err := r.rt.Client.PutAccessRole(ctx, customerID, state.roleName(), plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(&plan), err)
		return
	}
	plan.fromAPI(role.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *accessRole) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID := state.CustomerID.ValueString()
	err := r.rt.Client.DeleteAccessRole(ctx, customerID, state.roleName(), client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "take away "+what(&state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetAccessRole(ctx, customerID, state.roleName())
		tfkit.AddUnlessGone(&resp.Diagnostics, what(&state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.importID())
}

func (r *accessRole) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "customer_id", "role")
}

func what(m *model) string { return "partner access role " + m.importID() }
