// Package customersession signs in to customers for the time of one run.
package customersession

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_customer_session"

var (
	_ ephemeral.EphemeralResourceWithConfigure = (*session)(nil)
	_ ephemeral.EphemeralResourceWithRenew     = (*session)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*session)(nil)
)

type session struct{ rt *tfkit.Runtime }

// NewEphemeralResource makes the ephemeral resource msp_customer_session.
func NewEphemeralResource() ephemeral.EphemeralResource { return &session{} }

func (s *session) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = typeName
}

func (s *session) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Signs in to a customer for the time of one run, with a portal admin's own password; a run may sign in to any number of customers at once. Nothing of it is stored, neither in state nor in a plan.\n\n" +
			"- `delegated` is the partner's sign-in to a customer that it manages: with the rights of a `master_admin` except for making API tokens, and also where the customer makes single sign-on mandatory (`require_sso`). " +
			"The person's portal role must be one that signs in to customers: all but `msp_prospects`. It does not reach prospects.\n" +
			"- `external_admin` is for a person who is at present an external administrator of the customer: with just the permissions of that role, and no longer than the grant lasts. It is refused where single sign-on is mandatory.\n\n" +
			"Where the customer has `allowed_ip_ranges`, the session must come from the partner's own `outbound_ips` (`msp_partner_config`), if there are any. A disabled customer lets nobody in. " +
			"After ten wrong passwords in a row, none is taken for a quarter of an hour; each of them is in the audit log, as are the beginning and the end of each session, and what is done in it.\n\n" +
			"Terraform opens a session in each plan and in each apply, renews it halfway through its `ttl` while it needs it, for up to 24 hours, and closes it at the end. So what the sign-in needs must exist by the time of the plan, unless `customer_id` is known only after the apply. A session that ends with a grant is not renewed; a warning says when it ends. " +
			"Opening a session does no harm to others that are open. What a crash leaves behind ends by itself after its `ttl`.\n\n" +
			"Needs Terraform 1.10 or OpenTofu 1.11, and a client with the scope `customers.sign_in`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{MarkdownDescription: "Identifies the session in the audit log (`session_id`). It opens nothing.", Computed: true},
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "The id of the customer, as in `msp_customer.example.id`.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"email": schema.StringAttribute{
				MarkdownDescription: "Who signs in: e-mail address of a portal admin (case-insensitive). Left out, it is the person for whom the provider's client acts (`acts_for` of `msp_current_client`).",
				Optional:            true,
				Computed:            true,
				CustomType:          tfkit.EmailType,
			},
			"password": schema.StringAttribute{
				MarkdownDescription: "That person's own password, which no administrator knows. Take it from an ephemeral variable or an ephemeral resource, so that it is in no file.",
				Required:            true,
				Sensitive:           true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"mode": schema.StringAttribute{
				MarkdownDescription: "`delegated` or `external_admin`, as above. Defaults to `delegated`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(api.SessionModeDelegated), string(api.SessionModeExternalAdmin))},
			},
			"ttl": schema.StringAttribute{
				MarkdownDescription: "How long the session lives if Terraform does not renew it: from `1m` to `1h`. Defaults to `15m`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{tfkit.TTL()},
			},
			"token": schema.StringAttribute{
				MarkdownDescription: "What opens the customer: for `token` of another provider block, or for `Authorization: Bearer` of another program. It opens this customer only.",
				Computed:            true,
				Sensitive:           true,
			},
			"endpoint": schema.StringAttribute{MarkdownDescription: "Base URL of the API that takes the token, as for `endpoint` of a provider block.", Computed: true},
			"permissions": schema.SetAttribute{
				MarkdownDescription: "What the session permits at the customer, such as `users.manage`.",
				Computed:            true,
				ElementType:         types.StringType,
			},
			"expires_at": schema.StringAttribute{MarkdownDescription: "When the session ends if it is not renewed (RFC 3339).", Computed: true},
		},
	}
}

func (s *session) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	s.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (s *session) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	opened, err := s.rt.Client.OpenCustomerSession(ctx, m.CustomerID.ValueString(), m.input())
	if err != nil {
		tfkit.AddErrorAt(&resp.Diagnostics, tfkit.InLifetime, "sign in to customer "+m.CustomerID.ValueString(), err)
		return
	}
	m.set(opened)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
	lease := tfkit.NewLease(opened.Session.ID, opened.Session.OpenedAt, opened.Session.ExpiresAt, opened.Session.TTLSeconds)
	lease.CustomerID = opened.Session.CustomerID
	lease.Keep(ctx, resp.Private, &resp.Diagnostics)
	if lease.FallsShort(opened.Session.OpenedAt) {
		addLast(&resp.Diagnostics, lease, "It ends when the grant of "+opened.Session.Email+" does, which is before its ttl is over.")
		return
	}
	resp.RenewAt = lease.RenewAt()
}

// addLast tells of a session that Terraform can't keep alive, before something fails for it.
func addLast(diags *diag.Diagnostics, lease tfkit.Lease, why string) {
	diags.AddWarning("The session at customer "+lease.CustomerID+" can't be renewed",
		fmt.Sprintf("%s What uses it after %s is refused. Session id: %s", why, lease.ExpiresAt.Format(time.RFC3339), lease.ID))
}

func (s *session) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	lease, ok := tfkit.RecallLease(ctx, req.Private, &resp.Diagnostics)
	if !ok {
		return
	}
	what := "renew the session at customer " + lease.CustomerID
	renewed, err := s.rt.Client.RenewCustomerSession(ctx, lease.CustomerID, lease.ID)
	switch {
	case client.IsNotFound(err):
		resp.Diagnostics.AddError("Could not "+what, fmt.Sprintf("It has ended: its time was over (%s), it was closed, or the person lost the right to it in the meantime. "+
			"A new run opens a new session, if the person may still sign in. %s", lease.ExpiresAt.Format(time.RFC3339), err))
		return
	case err != nil:
		tfkit.AddError(&resp.Diagnostics, what, err)
		return
	}
	lease, longer := lease.Prolonged(renewed.ExpiresAt)
	lease.Keep(ctx, resp.Private, &resp.Diagnostics)
	if !longer {
		addLast(&resp.Diagnostics, lease, "It lives for 24 hours at most, or ends when the grant of "+renewed.Email+" does.")
		return
	}
	resp.RenewAt = lease.RenewAt()
}

// Close does not fail a run that has done its work: a session that stays open ends by itself.
func (s *session) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	lease, ok := tfkit.RecallLease(ctx, req.Private, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, cancel := tfkit.Closing(ctx)
	defer cancel()
	if err := s.rt.Client.CloseCustomerSession(ctx, lease.CustomerID, lease.ID); err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.AddWarning("A session at customer "+lease.CustomerID+" was not closed", fmt.Sprintf("Session %s ends by itself. %s", lease.ID, err))
	}
}
