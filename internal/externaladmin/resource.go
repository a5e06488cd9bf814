// Package externaladmin manages who of the partner may enter which customer's administration console.
package externaladmin

import (
	"context"
	"time"

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

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_external_admin"

// knownLater stands in messages for what Terraform does not know yet.
const knownLater = "(known after apply)"

var (
	_ resource.ResourceWithConfigure   = (*externalAdmin)(nil)
	_ resource.ResourceWithIdentity    = (*externalAdmin)(nil)
	_ resource.ResourceWithImportState = (*externalAdmin)(nil)
	_ tfkit.UnchangedReader            = (*externalAdmin)(nil)
	_ tfkit.ReadExpecter               = (*externalAdmin)(nil)
)

type externalAdmin struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_external_admin.
func NewResource() resource.Resource { return &externalAdmin{} }

func (r *externalAdmin) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Schema is kept small: this is the resource of which a configuration has thousands.
func (r *externalAdmin) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An external administrator: one of the partner's portal admins who may enter one customer's administration console, with a role of that customer's account. " +
			"Only partners of kind `msp` have external administrators. " +
			"Where Terraform decides about everybody who may enter a customer, use `msp_external_admins`, which is also applied about ten times faster; a customer has either the one resource or the other.\n\n" +
			"Roles with protected content are assigned, changed and removed by the vendor's support only. " +
			"A grant with such a role can be imported and read; changing or destroying it is refused in the plan (`protected_role`). " +
			"To stop managing one without touching it, use a `removed` block with `destroy = false`, or `terraform state rm`.\n\n" +
			"Needs the portal role `msp_administrator`; a client that acts for a `partner_administrator` of the customer may add further people with that role.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`customer_id/email`, the address in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer whose console the person may enter, as in `msp_customer.example.id`. Changing it takes access to the one customer away and gives access to the other.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The e-mail address of a portal admin of the partner (case-insensitive), as in `msp_portal_admin.example.email`. It must lie outside the customer's own internal domains. " +
					"Another address is another person: changing it takes access away from the one and gives it to the other.",
				Required:      true,
				CustomType:    tfkit.EmailType,
				PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType), stringplanmodifier.RequiresReplace()},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "A role of the customer's account, spelled exactly: `partner_administrator`, `basic_administrator`, or a custom role of that account without protected content. " +
					"The data source `msp_roles` lists them with what each permits. Changed in place.",
				Required:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			attrExpiresAt: schema.StringAttribute{
				MarkdownDescription: "When the access ends by itself: date, time and offset in RFC 3339 format, as in `2027-03-31T18:00:00+02:00`; never if left out. Two spellings of the same moment are no difference. " +
					"The plan warns from 14 days before. Access that has ended stays until it is removed, but allows nothing; a later time, or none, brings it back. Changed in place. " +
					"A time in the past is refused only when it is set or changed, so that no plan fails because time goes by.",
				Optional:      true,
				CustomType:    tfkit.InstantType,
				PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.InstantType)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`active`: the person can enter. `expired`: `expires_at` has passed, and the person can't. A change of this value alone never shows as a planned change.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func (r *externalAdmin) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer.", RequiredForImport: true},
			"email":       identityschema.StringAttribute{Description: "The e-mail address in lower case.", RequiredForImport: true},
		},
	}
}

func (r *externalAdmin) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *externalAdmin) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.rt == nil {
		return
	}
	if !req.Plan.Raw.Equal(req.State.Raw) {
		planStatus(ctx, req, resp)
		r.check(ctx, req, resp)
	}
	r.PlanUnchanged(req.Plan.Raw, &resp.Diagnostics)
}

// PlanUnchanged implements tfkit.UnchangedPlanner.
func (r *externalAdmin) PlanUnchanged(plan tftypes.Value, diags *diag.Diagnostics) {
	r.claim(plan, diags)
	r.warnOfExpiry(plan, diags)
}

// planStatus leaves open what a write that has to do with time will make of the status.
func planStatus(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !req.Plan.Raw.IsNull() && (tfkit.Given(req.Plan.Raw, attrExpiresAt) || tfkit.Given(req.State.Raw, attrExpiresAt)) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("status"), types.StringUnknown())...)
	}
}

// check asks the API whether what is planned would be refused.
func (r *externalAdmin) check(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.rt.CanAsk() {
		return
	}
	var plan, state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && (plan == nil || !plan.sameGrant(state)) {
		// Of a replacement, Terraform asks for the plan of what is to be created in a call of its own.
		r.checkDelete(ctx, &resp.Diagnostics, state)
		return
	}
	if plan.CustomerID.IsUnknown() || plan.Email.IsUnknown() || plan.Role.IsUnknown() {
		tfkit.RefuseProtectedRole(&resp.Diagnostics, path.Root("role"), "external administrator", plan.Role)
		if state == nil || !plan.ExpiresAt.Same(state.ExpiresAt) {
			tfkit.RefusePast(&resp.Diagnostics, path.Root(attrExpiresAt), "external administrator", plan.ExpiresAt, time.Now())
		}
		return
	}
	r.checkPut(ctx, &resp.Diagnostics, plan)
}

// claim is made for what stays as it is, too; a planned destroy claims nothing.
func (r *externalAdmin) claim(plan tftypes.Value, diags *diag.Diagnostics) {
	customerID, known := tfkit.KnownString(plan, "customer_id")
	if !known {
		return
	}
	email, known := tfkit.KnownString(plan, "email")
	if !known {
		email = knownLater
	}
	r.rt.Claims.Claim(diags, path.Root("customer_id"), tfkit.ExternalAdminsOf(customerID), typeName, importID(customerID, email))
}

// warnOfExpiry speaks of what stays as it is, too. Terraform plans each resource once more within an apply, when it was said.
func (r *externalAdmin) warnOfExpiry(plan tftypes.Value, diags *diag.Diagnostics) {
	end, known := tfkit.KnownString(plan, attrExpiresAt)
	if !known || diags.HasError() || r.rt.Client.HasWritten() {
		return
	}
	who, known := tfkit.KnownString(plan, "email")
	if !known {
		who = knownLater
	}
	if customerID, known := tfkit.KnownString(plan, "customer_id"); known {
		who = importID(customerID, who)
	}
	tfkit.WarnOfExpiry(diags, path.Root(attrExpiresAt), []tfkit.Expiring{{Who: "external administrator " + who, At: end}}, time.Now())
}

func (r *externalAdmin) checkPut(ctx context.Context, diags *diag.Diagnostics, plan *model) {
	result, err := r.rt.Client.PlanPutExternalAdmin(ctx, plan.CustomerID.ValueString(), plan.Email.ValueString(), plan.toAPI())
	switch {
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(diags, plan.CustomerID.ValueString(), err)
	case err != nil:
		tfkit.AddError(diags, "check "+what(plan), err)
	default:
		tfkit.AddFatalFindings(diags, what(plan), result)
	}
}

func (r *externalAdmin) checkDelete(ctx context.Context, diags *diag.Diagnostics, state *model) {
	result, err := r.rt.Client.PlanDeleteExternalAdmin(ctx, state.CustomerID.ValueString(), state.Email.ValueString())
	if err != nil {
		tfkit.AddError(diags, "check the removal of "+what(state), err)
		return
	}
	tfkit.AddFatalFindings(diags, "removal of "+what(state), atRole(result))
}

// atRole puts what is refused for the role held at the attribute: a removal has no body of which the server could name
// the field.
func atRole(result *client.Validation) *client.Validation {
	field := "/role"
	for i := range result.Findings {
		if finding := &result.Findings[i]; finding.Code == api.ErrorCodeProtectedRole && finding.Field == nil {
			finding.Field = &field
		}
	}
	return result
}

func (r *externalAdmin) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
	admin, err := r.rt.Client.PutExternalAdmin(ctx, customerID, email, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if admin, err = r.rt.Client.GetExternalAdmin(ctx, customerID, email); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.importID(), plan.differing(admin.Value), admin.RequestID) {
			return
		}
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), err)
		return
	}
	plan.fromAPI(admin.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// ReadUnchanged implements tfkit.UnchangedReader.
func (r *externalAdmin) ReadUnchanged(_ context.Context, raw tftypes.Value) (identity map[string]string, same bool) {
	state := modelOf(raw)
	admin := r.rt.Client.PeekExternalAdmin(state.CustomerID.ValueString(), state.Email.ValueString())
	if admin == nil {
		return nil, false
	}
	before := state
	state.fromAPI(*admin)
	return map[string]string{"customer_id": admin.CustomerID, "email": state.Email.Key()}, state == before
}

// ExpectRead implements tfkit.ReadExpecter.
func (r *externalAdmin) ExpectRead(customerID string) { r.rt.Client.ExpectExternalAdmins(customerID) }

func (r *externalAdmin) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	admin, err := r.rt.Client.ReadExternalAdmin(ctx, state.CustomerID.ValueString(), state.Email.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	}
	before := state
	state.fromAPI(*admin)
	tfkit.SetRead(ctx, resp, state != before, state, state.identity())
}

func (r *externalAdmin) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	now, err := r.rt.Client.GetExternalAdmin(ctx, customerID, email)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(&plan), changed, now.RequestID)
		return
	}
	admin, err := r.rt.Client.PutExternalAdmin(ctx, customerID, email, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(&plan), err)
		return
	}
	plan.fromAPI(admin.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *externalAdmin) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	err := r.rt.Client.DeleteExternalAdmin(ctx, customerID, email, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(&state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetExternalAdmin(ctx, customerID, email)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(&state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.importID())
}

func (r *externalAdmin) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "customer_id", "email")
}

func what(m *model) string {
	return "external administrator " + m.CustomerID.ValueString() + "/" + m.Email.ValueString()
}
