// Package role manages the custom roles of a customer's account and of the partner's own.
package role

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_role"

var (
	_ resource.ResourceWithConfigure   = (*role)(nil)
	_ resource.ResourceWithIdentity    = (*role)(nil)
	_ resource.ResourceWithImportState = (*role)(nil)
	_ resource.ResourceWithModifyPlan  = (*role)(nil)
)

type role struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_role.
func NewResource() resource.Resource { return &role{} }

func (r *role) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *role) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A custom role of a customer's account, for its external administrators, or of the partner's own account, for partner users. " +
			"Every account also has built-in roles, which can't be managed; the data source `msp_roles` lists all of them.\n\n" +
			"A role that opens protected content, such as other people's mail, is created, changed and removed by the vendor's support only. " +
			"Such a role can be imported and read; changing or destroying it is refused in the plan (`protected_role`). " +
			"To stop managing one without touching it, use a `removed` block with `destroy = false`, or `terraform state rm`.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`customer_id/name`; of a role of the partner's own account, the name alone.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer whose account has the role, as in `msp_customer.example.id`. Left out, it is a role of the partner's own account. " +
					"Changing it removes the role from the one account and creates it in the other.",
				Optional:      true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The role's name, 1 to 200 characters without slashes, case-sensitive. It is what `role` of `msp_external_admin` and `account_role` of `msp_partner_user` take. " +
					"Names of built-in roles are refused. A role can't be renamed: changing the name creates another role and removes this one, which nobody may hold by then. " +
					"With `create_before_destroy = true` in its `lifecycle`, those who hold it in the same configuration move to the new one in between.",
				Required:      true,
				Validators:    []validator.String{tfkit.RoleName()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"description": schema.StringAttribute{
				MarkdownDescription: "What the role is for, in one line of at most 200 characters.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"permissions": schema.SetAttribute{
				MarkdownDescription: "What the role may do in the account: `account.read`, `account.manage`, `messages.track`, `policies.read`, `policies.manage`, `reports.read`, `roles.manage`, " +
					"`users.read`, `users.manage`. `content.read`, `content.search` and `messages.read` open protected content, so that only the vendor's support creates a role with them. " +
					"A change counts at once for everybody who holds the role; in the partner's own account, `users.manage` lets its holders manage partner users.",
				Required:    true,
				ElementType: types.StringType,
				Validators:  []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"editable": schema.BoolAttribute{
				MarkdownDescription: "Whether the account may change the role. Always true for custom roles.",
				Computed:            true,
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			},
			"content_protected": schema.BoolAttribute{
				MarkdownDescription: "Whether the role opens protected content, so that only the vendor's support assigns, changes or removes it.",
				Computed:            true,
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *role) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer; left out for the partner's own account.", OptionalForImport: true},
			"name":        identityschema.StringAttribute{Description: "The role's name.", RequiredForImport: true},
		},
	}
}

func (r *role) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *role) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.rt.CanAsk() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && (plan == nil || !plan.sameRole(state)) {
		// Of a replacement, Terraform asks for the plan of what is to be made in a call of its own.
		result, err := r.rt.Client.ValidateDeleteRole(ctx, state.CustomerID.ValueString(), state.Name.ValueString(), client.MatchOptions{})
		tfkit.AddVerdict(&resp.Diagnostics, "removal of "+what(state), result, err)
		return
	}
	if plan.CustomerID.IsUnknown() || plan.Name.IsUnknown() || plan.Description.IsUnknown() || !tfkit.FullyKnown(plan.Permissions) {
		return
	}
	r.checkPut(ctx, &resp.Diagnostics, plan)
}

func (r *role) checkPut(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	result, err := r.rt.Client.ValidatePutRole(ctx, plan.CustomerID.ValueString(), plan.Name.ValueString(), plan.toAPI(), client.WriteOptions{})
	if client.IsNotFound(err) {
		tfkit.AddNoSuchCustomer(diags, plan.CustomerID.ValueString(), err)
		return
	}
	tfkit.AddVerdict(diags, what(plan), result, err)
}

func (r *role) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
	customerID, name := plan.CustomerID.ValueString(), plan.Name.ValueString()
	made, err := r.rt.Client.PutRole(ctx, customerID, name, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if made, err = r.rt.Client.GetRole(ctx, customerID, name); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.importID(), plan.differing(made.Value), made.RequestID) {
			return
		}
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(&resp.Diagnostics, customerID, err)
		return
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), err)
		return
	}
	plan.fromAPI(made.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *role) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	now, err := r.rt.Client.ReadRole(ctx, state.CustomerID.ValueString(), state.Name.ValueString())
	switch {
	case client.IsNotFound(err):
		tfkit.Gone(ctx, resp, state.identity())
		return
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	case now.Builtin: // imported
		resp.Diagnostics.AddError("A built-in role can't be managed",
			fmt.Sprintf("Every account has the role %q, and nobody changes it. Use its name as it is; the data source msp_roles shows what it may do.", now.Name))
		return
	}
	state.fromAPI(*now)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *role) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, name := state.CustomerID.ValueString(), state.Name.ValueString()
	now, err := r.rt.Client.GetRole(ctx, customerID, name)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(&plan), changed, now.RequestID)
		return
	}
	put, err := r.rt.Client.PutRole(ctx, customerID, name, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(&plan), err)
		return
	}
	plan.fromAPI(put.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *role) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.rt.Client.DeleteRole(ctx, state.CustomerID.ValueString(), state.Name.ValueString(), client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(&state), err)
		return
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.importID())
}

// ImportState takes customer_id/name, or the name alone for a role of the partner's own account: names have no slash.
func (r *role) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity identityModel
	if req.ID == "" {
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
	}
	if own := req.ID == "" && identity.CustomerID.ValueString() == "" || req.ID != "" && !strings.Contains(req.ID, "/"); own {
		tfkit.ImportParts(ctx, req, resp, "name")
		return
	}
	tfkit.ImportParts(ctx, req, resp, "customer_id", "name")
}

func what(m *model) string { return "role " + m.importID() }
