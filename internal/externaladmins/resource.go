// Package externaladmins manages, as one resource per customer, everybody of the partner who may enter that customer's
// administration console.
package externaladmins

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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

const typeName = "msp_external_admins"

var (
	_ resource.ResourceWithConfigure   = (*externalAdmins)(nil)
	_ resource.ResourceWithIdentity    = (*externalAdmins)(nil)
	_ resource.ResourceWithImportState = (*externalAdmins)(nil)
	_ tfkit.UnchangedReader            = (*externalAdmins)(nil)
	_ tfkit.ReadExpecter               = (*externalAdmins)(nil)
)

type externalAdmins struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_external_admins.
func NewResource() resource.Resource { return &externalAdmins{} }

func (r *externalAdmins) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Schema has a map, not a set: a set of nested objects costs the framework many times as much, and shows a change of one
// member as two.
func (r *externalAdmins) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All external administrators of one customer: those of the partner's portal admins who may enter its administration console, each with a role of that customer's account, for good or until a given time. " +
			"The resource is **authoritative**: whoever is not in the map loses access. A map of people is applied about ten times faster than as many `msp_external_admin`, and planned faster.\n\n" +
			"- **Nobody is removed by surprise.** Creating the resource while others than those in the map have access is refused; import it instead, and the plan shows each removal as a line. " +
			"People in the map who have access already are taken over.\n" +
			"- **Roles with protected content** are handled by the vendor's support only. Grants with such a role never enter the map and are never touched.\n" +
			"- **Additions and changes go first, removals last**, and only after all of those have succeeded. Before the first write of a creation, the API checks all of them.\n" +
			"- **Each person has an outcome of their own.** If something fails half-way, the state has what was done. A failed creation leaves the resource tainted: " +
			"run `terraform untaint` before the next apply, which would otherwise remove everybody first.\n" +
			"- **Give the people's `msp_portal_admin` and `msp_partner_user` `create_before_destroy`**, if they are in the same configuration. Otherwise Terraform removes somebody before it changes the maps that refer to the person, " +
			"which the portal refuses while there is access left (`in_use`).\n" +
			"- **A customer has either this resource or resources `msp_external_admin`**; both in one run are refused. Other states, other provider aliases, resources that `-target` leaves out, " +
			"and customers that the same run creates can't be seen by that check. To change from one kind to the other, take the old resources out of the state with `removed` blocks that have `destroy = false`.\n\n" +
			"Destroying the resource takes away the access of everybody in the map. Only partners of kind `msp` have external administrators.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The customer's id.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer whose console the people may enter, as in `msp_customer.example.id`. Changing it takes access to the one customer away and gives access to the other.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			attrAdmins: schema.MapNestedAttribute{
				MarkdownDescription: "Who may enter, by e-mail address of a portal admin of the partner. An address must lie outside the customer's own internal domains. " +
					"Addresses compare without regard to case: two keys that differ only in case are refused, and a key that changes only in case shows in the plan but changes nothing. " +
					"An empty map is allowed and means nobody.",
				Required:   true,
				Validators: []validator.Map{tfkit.NoDoubleKeys(tfkit.EmailType)},
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						attrRole: schema.StringAttribute{
							MarkdownDescription: "A role of the customer's account, spelled exactly: `partner_administrator`, `basic_administrator`, or a custom role of that account without protected content. " +
								"The data source `msp_roles` lists them with what each permits. Changed in place.",
							Required:   true,
							Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
						},
						attrExpiresAt: schema.StringAttribute{
							MarkdownDescription: "When the access ends by itself: date, time and offset in RFC 3339 format, as in `2027-03-31T18:00:00+02:00`; never if left out. Two spellings of the same moment are no difference. " +
								"The plan warns from 14 days before. Access that has ended stays until the person is taken out of the map, but allows nothing; a later time, or none, brings it back. Changed in place. " +
								"A time in the past is refused only when it is set or changed, so that no plan fails because time goes by.",
							Optional:      true,
							CustomType:    tfkit.InstantType,
							PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.InstantType)},
						},
					},
				},
			},
		},
	}
}

func (r *externalAdmins) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"customer_id": identityschema.StringAttribute{Description: "The id of the customer.", RequiredForImport: true},
		},
	}
}

func (r *externalAdmins) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *externalAdmins) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	w := r.writer(&resp.Diagnostics, plan.CustomerID.ValueString())
	created, ok := r.rt.Take(&resp.Diagnostics, typeName, w.ImportID)
	if !ok {
		return
	}
	defer created()
	want := plan.members()
	now, verdicts := r.lastSurvey(ctx, w, want)
	if resp.Diagnostics.HasError() {
		return
	}
	if others := assignable(now).Without(want); len(others) > 0 {
		w.AddUnlisted(unlisted(w.ImportID, others))
		return
	}
	puts := tfkit.MemberPuts(want, now)
	w.Refuse(puts, verdicts, tfkit.Anything)
	w.LockToVersions(ctx, puts, now)
	if resp.Diagnostics.HasError() {
		return
	}
	done, failed := w.Write(ctx, puts)
	w.WarnTakenOver(done, now)
	if failed > 0 && len(done) == 0 {
		return // as before: nothing to keep in state
	}
	if failed > 0 {
		w.AddHalfCreated(len(done), failed)
	}
	// Who is neither done nor failed had access already.
	plan.setMembers(want.Without(tfkit.ChangedMembers(puts)).With(done))
	plan.ID = plan.CustomerID
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// ExpectRead implements tfkit.ReadExpecter.
func (r *externalAdmins) ExpectRead(customerID string) { r.rt.Client.ExpectExternalAdmins(customerID) }

// ReadUnchanged implements tfkit.UnchangedReader.
func (r *externalAdmins) ReadUnchanged(ctx context.Context, raw tftypes.Value) (identity map[string]string, same bool) {
	customerID, prior, ok := membersIn(raw)
	if !ok {
		return nil, false
	}
	admins, err := r.list(ctx, customerID, prior)
	if err != nil || !prior.SameAs(assignable(membersOf(admins))) {
		return nil, false
	}
	return map[string]string{"customer_id": customerID}, true
}

// list everybody who can enter; nobody of those who are known is missing because they were not there yet.
func (r *externalAdmins) list(ctx context.Context, customerID string, known members) ([]api.ExternalAdmin, error) {
	return tfkit.ReadOnce(ctx, func() ([]api.ExternalAdmin, error) {
		return r.rt.Client.ReadCustomerExternalAdmins(ctx, customerID, known.Emails())
	})
}

func (r *externalAdmins) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	admins, err := r.list(ctx, state.CustomerID.ValueString(), state.members())
	if client.IsNotFound(err) {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read external administrators of "+state.CustomerID.ValueString(), err)
		return
	}
	before := state
	state.fromAPI(admins)
	tfkit.SetRead(ctx, resp, state.ID != before.ID || !state.Admins.Equal(before.Admins), state, state.identity())
}

func (r *externalAdmins) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	prior, want := state.members(), plan.members()
	if !prior.SameAs(want) {
		want = r.update(ctx, r.writer(&resp.Diagnostics, plan.CustomerID.ValueString()), prior, want)
	}
	plan.setMembers(want)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// update answers the members that there are afterwards, as far as this resource is concerned.
func (r *externalAdmins) update(ctx context.Context, w *writer, prior, want members) members {
	now := w.List(ctx)
	if w.Diags.HasError() {
		return prior
	}
	w.CheckUnchanged(prior, want, now)
	puts := tfkit.MemberPuts(want, now)
	removals := tfkit.MemberRemovals(prior.Without(want).FoundIn(now))
	w.LockToVersions(ctx, puts, now)
	w.LockToVersions(ctx, removals, now)
	if w.Diags.HasError() {
		return prior
	}
	done, failed := w.Write(ctx, puts)
	managed := want.Without(tfkit.ChangedMembers(puts)).With(done) // as it is wanted already, or is now
	if failed > 0 {
		w.AddHalfUpdated(len(done), failed, len(removals))
		return prior.With(managed)
	}
	return managed.With(w.Remove(ctx, removals))
}

func (r *externalAdmins) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	w := r.writer(&resp.Diagnostics, state.CustomerID.ValueString())
	state.setMembers(w.Remove(ctx, tfkit.MemberRemovals(state.members())))
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...) // those who still have access
		return
	}
	r.rt.Owned.Release(typeName, w.ImportID)
}

func (r *externalAdmins) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	tfkit.ImportParts(ctx, req, resp, "customer_id")
}
