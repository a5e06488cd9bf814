// Package portaladmins manages, as one resource, everybody who may use the partner portal.
package portaladmins

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
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

const typeName = "msp_portal_admins"

var (
	_ resource.ResourceWithConfigure   = (*portalAdmins)(nil)
	_ resource.ResourceWithIdentity    = (*portalAdmins)(nil)
	_ resource.ResourceWithImportState = (*portalAdmins)(nil)
	_ resource.ResourceWithModifyPlan  = (*portalAdmins)(nil)
)

type portalAdmins struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_portal_admins.
func NewResource() resource.Resource { return &portalAdmins{} }

func (r *portalAdmins) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *portalAdmins) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All portal admins of the partner: everybody who may use the partner portal, each with exactly one portal role. " +
			"The resource is **authoritative**: whoever is not in the map loses access to the portal. People are invited and changed in requests of ten, the portal's own limit.\n\n" +
			"- **Import first.** A partner has portal admins from its first day. Creating the resource while others than those in the map exist is refused; import it instead, and the plan shows each removal as a line. " +
			"People in the map who are portal admins already are taken over.\n" +
			"- **Nobody locks the partner out.** A map without the person for whom the provider's client acts, or without an `msp_administrator`, is refused in the plan. New administrators are added before former ones are removed.\n" +
			"- **Additions and changes go first, removals last**, and only after all of those have succeeded. Before the first write of a creation, the API checks all of them.\n" +
			"- **Each person has an outcome of their own.** If something fails half-way, the state has what was done. A failed creation leaves the resource tainted: " +
			"run `terraform untaint` before the next apply, which would otherwise remove everybody first.\n" +
			"- **Each person must be a partner user already**, added by hand (`msp_partner_user`) or by a directory. Refer to these resources in the keys, so that Terraform creates them first.\n" +
			"- **Some can't be removed yet.** Removing somebody is refused while the person is an external administrator or the implementation lead of a customer (`in_use`), " +
			"or holds a role with protected content at a customer (`protected_role`). A role that can't lead is refused while the person is an implementation lead.\n" +
			"- **A partner has either this resource or resources `msp_portal_admin`**; both in one run are refused. Other states, other provider aliases and resources that `-target` leaves out " +
			"can't be seen by that check. To change from one kind to the other, take the old resources out of the state with `removed` blocks that have `destroy = false`.\n\n" +
			"Destroying the resource takes the access of everybody in the map away, with two exceptions that a warning names: the person for whom the provider's client acts, and a last `msp_administrator`.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Always `portal_admins`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			attrAdmins: schema.MapNestedAttribute{
				MarkdownDescription: "Who may use the portal, by the primary e-mail address as a partner user. " +
					"Addresses compare without regard to case: two keys that differ only in case are refused, and a key that changes only in case shows in the plan but changes nothing.",
				Required:   true,
				Validators: []validator.Map{tfkit.NoDoubleKeys(tfkit.EmailType)},
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						attrName: schema.StringAttribute{
							MarkdownDescription: "The person's name as the portal shows it, at most 200 characters.",
							Required:            true,
							Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
						},
						attrPhone: schema.StringAttribute{
							MarkdownDescription: "The person's phone number with `+` and country code, such as `+49 89 1234567`.",
							Optional:            true,
							Validators:          []validator.String{tfkit.PhoneNumber()},
						},
						attrRole: schema.StringAttribute{
							MarkdownDescription: "What the person may do in the portal: `msp_administrator`, `msp_helpdesk`, `msp_implementation_lead`, `msp_prospects` or `msp_sales`. " +
								"The data source `msp_portal_roles` lists what each permits. Changed in place.",
							Required:   true,
							Validators: []validator.String{stringvalidator.OneOf(tfkit.PortalRoles()...)},
						},
					},
				},
			},
			"statuses": schema.MapAttribute{
				MarkdownDescription: "Whether each person has answered the invitation, by the same keys: `unregistered` until the temporary password is replaced, then `registered`. A change of this value alone never shows as a planned change.",
				Computed:            true,
				ElementType:         types.StringType,
			},
		},
	}
}

func (r *portalAdmins) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{Description: "Always `portal_admins`.", RequiredForImport: true},
		},
	}
}

func (r *portalAdmins) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *portalAdmins) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	created, ok := r.rt.Take(&resp.Diagnostics, typeName, importID)
	if !ok {
		return
	}
	defer created()
	w := r.writer(&resp.Diagnostics)
	want := plan.members()
	now := w.List(ctx)
	if resp.Diagnostics.HasError() {
		return
	}
	others := now.Without(want)
	if len(others) > 0 {
		w.AddUnlisted(unlisted(others))
		return
	}
	checkAdministrator(&resp.Diagnostics, want, now)
	puts := tfkit.MemberPuts(want, now)
	w.Check(ctx, puts, ofMap)
	w.LockToVersions(ctx, puts, now)
	if resp.Diagnostics.HasError() {
		return
	}
	done, failed := write(ctx, w, puts, now)
	w.WarnTakenOver(done, now)
	if failed > 0 && len(done) == 0 {
		return // as before: nothing to keep in state
	}
	if failed > 0 {
		w.AddHalfCreated(len(done), failed)
	}
	// Who is neither done nor failed was as wanted already.
	plan.set(settle(ctx, w, want.Without(tfkit.ChangedMembers(puts)).With(done), nil), nil)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *portalAdmins) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	admins, err := client.Collect(r.rt.Client.ListPortalAdmins(ctx, client.PortalAdminFilter{}))
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read "+plural, err)
		return
	}
	state.fromAPI(admins)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *portalAdmins) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// People may have registered since the plan promised these; the next refresh shows it.
	known := state.statuses()
	w := r.writer(&resp.Diagnostics)
	prior, want := state.members(), plan.members()
	if !prior.SameAs(want) {
		want = r.update(ctx, w, prior, want)
	}
	plan.set(settle(ctx, w, want, known), known)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// update answers the members that there are afterwards, as far as this resource is concerned.
func (r *portalAdmins) update(ctx context.Context, w *writer, prior, want members) members {
	now := w.List(ctx)
	if w.Diags.HasError() {
		return prior
	}
	w.CheckUnchanged(prior, want, now)
	checkAdministrator(w.Diags, want, prior)
	puts := tfkit.MemberPuts(want, now)
	removals := tfkit.MemberRemovals(prior.Without(want).FoundIn(now))
	w.LockToVersions(ctx, puts, now)
	w.LockToVersions(ctx, removals, now)
	if w.Diags.HasError() {
		return prior
	}
	done, failed := write(ctx, w, puts, now)
	managed := want.Without(tfkit.ChangedMembers(puts)).With(done) // as they are wanted already, or are now
	if failed > 0 {
		w.AddHalfUpdated(len(done), failed, len(removals))
		return prior.With(managed)
	}
	return managed.With(w.Remove(ctx, removals))
}

func (r *portalAdmins) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	w := r.writer(&resp.Diagnostics)
	prior := state.members()
	stay := r.staying(ctx, w, prior)
	if resp.Diagnostics.HasError() {
		return
	}
	left := w.Remove(ctx, tfkit.MemberRemovals(prior.Without(stay)))
	if resp.Diagnostics.HasError() {
		state.set(stay.With(left), state.statuses()) // those who still have access
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
		return
	}
	warnStaying(&resp.Diagnostics, "Not everybody lost access", stay)
	r.rt.Owned.Release(typeName, importID)
}

func (r *portalAdmins) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID != "" && req.ID != importID {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Invalid import ID", fmt.Sprintf("%q is no import ID here. A partner has one list of portal admins, its import ID is %q.", req.ID, importID))
		return
	}
	tfkit.ImportParts(ctx, req, resp, "id")
}
