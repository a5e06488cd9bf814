// Package authorizedcontact manages the named persons on customers' accounts who have contact roles there.
package authorizedcontact

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
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_authorized_contact"

var (
	_ resource.ResourceWithConfigure   = (*authorizedContact)(nil)
	_ resource.ResourceWithIdentity    = (*authorizedContact)(nil)
	_ resource.ResourceWithImportState = (*authorizedContact)(nil)
	_ resource.ResourceWithModifyPlan  = (*authorizedContact)(nil)
)

type authorizedContact struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_authorized_contact.
func NewResource() resource.Resource { return &authorizedContact{} }

func (r *authorizedContact) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *authorizedContact) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A named person on a customer's account with one or more contact roles there: somebody of the customer, a consultant, or people of a new partner. " +
			"Only the customer's partner of record can be given roles as a whole (`msp_partner_access_role`); for everybody else this is the way.\n\n" +
			"Only a decision maker of the customer may manage its contacts: the customer's own API client with the contact role `decision_maker`, a partner that holds the access role `decision_maker` there, " +
			"or for a managed customer the partner's MSP administrators.\n\n" +
			"An account always keeps at least one decision maker (`last_decision_maker`). The administrator that a managed customer is created with, `admin_username` of `msp_customer`, counts as one; " +
			"it can't be managed here. Elsewhere, as in the account of a referral customer, neither can the last contact with that role be removed nor can its role be taken away, until another contact has it; " +
			"the plan warns of that, and refuses `-replace`. To stop managing the contact without removing it, use a `removed` block with `destroy = false`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`customer_id/email`, the address in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer on whose account the person is, as in `msp_customer.example.id`. Changing it takes the person off the one account and adds the person to the other.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "The person's e-mail address (case-insensitive); an account has one contact with it. Another address is another person: changing it removes the one contact and adds the other. " +
					"If that is the last decision maker, set `create_before_destroy` in the resource's `lifecycle`.",
				Required:      true,
				CustomType:    tfkit.EmailType,
				PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType), stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The person's name, at most 200 characters. Changed in place.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"phone": schema.StringAttribute{
				MarkdownDescription: "The person's phone number with `+` and country code, such as `+49 89 1234567`. Changed in place.",
				Optional:            true,
				Validators:          []validator.String{tfkit.PhoneNumber()},
			},
			"roles": schema.SetAttribute{
				MarkdownDescription: "The person's contact roles, one or more: `decision_maker` (everything at the customer: who acts there, invoices and payments), " +
					"`phone_manager` (the phone system, without invoices and payments), `billing_contact` (whom to ask about invoices), `technical_contact` (whom to ask about how things are set up) and " +
					"`emergency_contact` (whom to reach when something is wrong). The data source `msp_effective_access` shows what they permit. Changed in place.",
				Required:    true,
				ElementType: types.StringType,
				Validators:  []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(stringvalidator.OneOf(contactRoles...))},
			},
		},
	}
}

func (r *authorizedContact) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer.", RequiredForImport: true},
			"email":       identityschema.StringAttribute{Description: "The e-mail address in lower case.", RequiredForImport: true},
		},
	}
}

func (r *authorizedContact) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *authorizedContact) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
	contact, err := r.rt.Client.PutAuthorizedContact(ctx, customerID, email, plan.toAPI(), client.WriteOptions{CreateOnly: true})
	switch {
	case client.IsAlreadyExists(err):
		if contact, err = r.rt.Client.GetAuthorizedContact(ctx, customerID, email); err != nil {
			tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
			return
		}
		if !r.rt.MayAdopt(&resp.Diagnostics, typeName, plan.importID(), plan.differing(contact.Value), contact.RequestID) {
			return
		}
	case client.IsNotFound(err):
		tfkit.AddNoSuchCustomer(&resp.Diagnostics, customerID, err)
		return
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, "create "+what(&plan), err)
		return
	}
	plan.fromAPI(contact.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *authorizedContact) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	contact, err := r.rt.Client.ReadAuthorizedContact(ctx, state.CustomerID.ValueString(), state.Email.ValueString())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&state), err)
		return
	}
	r.rt.InState.Note(typeName, req.State.Raw) // of what is tainted, no plan shows it
	state.fromAPI(*contact)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *authorizedContact) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	now, err := r.rt.Client.GetAuthorizedContact(ctx, customerID, email)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+what(&plan), err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what(&plan), changed, now.RequestID)
		return
	}
	contact, err := r.rt.Client.PutAuthorizedContact(ctx, customerID, email, plan.toAPI(), client.WriteOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update "+what(&plan), err)
		return
	}
	plan.fromAPI(contact.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *authorizedContact) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customerID, email := state.CustomerID.ValueString(), state.Email.ValueString()
	err := r.rt.Client.DeleteAuthorizedContact(ctx, customerID, email, client.MatchOptions{})
	if err != nil && !client.IsNotFound(err) {
		tfkit.AddError(&resp.Diagnostics, "remove "+what(&state), err)
		return
	}
	if err == nil {
		left, err := r.rt.Client.GetAuthorizedContact(ctx, customerID, email)
		tfkit.AddUnlessGone(&resp.Diagnostics, what(&state), left, err)
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, state.importID())
}

func (r *authorizedContact) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "customer_id", "email")
}

func what(m *model) string { return "authorized contact " + m.importID() }
