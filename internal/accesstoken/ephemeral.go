// Package accesstoken makes short-lived tokens for other programs of the same run.
package accesstoken

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const typeName = "msp_access_token"

var (
	_ ephemeral.EphemeralResourceWithConfigure = (*accessToken)(nil)
	_ ephemeral.EphemeralResourceWithRenew     = (*accessToken)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*accessToken)(nil)
)

type accessToken struct{ rt *tfkit.Runtime }

type model struct {
	ID          types.String `tfsdk:"id"`
	Role        types.String `tfsdk:"role"`
	TTL         types.String `tfsdk:"ttl"`
	Token       types.String `tfsdk:"token"`
	Endpoint    types.String `tfsdk:"endpoint"`
	Permissions []string     `tfsdk:"permissions"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
}

// NewEphemeralResource makes the ephemeral resource msp_access_token.
func NewEphemeralResource() ephemeral.EphemeralResource { return &accessToken{} }

func (a *accessToken) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = typeName
}

func (a *accessToken) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A short-lived API token for another program in the same run, such as a script or another provider. It has the rights of the provider's own client or, with `role`, only those of that portal role, " +
			"and never more than the client has; what the client loses later, the token loses at once. Nothing of it is stored, neither in state nor in a plan.\n\n" +
			"Terraform makes a token in each plan and in each apply, renews it halfway through its `ttl` while it is needed, for up to 24 hours, and ends it afterwards. What a crash leaves behind ends by itself after its `ttl`. " +
			"A token can't make further ones, and neither can a session at a customer.\n\n" +
			"Needs Terraform 1.10 or OpenTofu 1.11. A customer's own client can't make one here.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{MarkdownDescription: "Identifies the token in the audit log. It opens nothing.", Computed: true},
			"role": schema.StringAttribute{
				MarkdownDescription: "The portal role to which the token is narrowed. The client must be allowed everything that this role allows. What the client's person may do beyond the portal role does not come along. Left out, the token has the rights of the client.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(tfkit.PortalRoles()...)},
			},
			"ttl": schema.StringAttribute{
				MarkdownDescription: "How long the token lives if Terraform does not renew it: from `1m` to `1h`. Defaults to `15m`.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{tfkit.TTL()},
			},
			"token":    schema.StringAttribute{MarkdownDescription: "For `Authorization: Bearer`, or for `token` of another provider block.", Computed: true, Sensitive: true},
			"endpoint": schema.StringAttribute{MarkdownDescription: "Base URL of the API that takes the token, as for `endpoint` of a provider block.", Computed: true},
			"permissions": schema.SetAttribute{
				MarkdownDescription: "What the token may do, such as `customers.manage`.",
				Computed:            true,
				ElementType:         types.StringType,
			},
			"expires_at": schema.StringAttribute{MarkdownDescription: "When the token ends if it is not renewed (RFC 3339).", Computed: true},
		},
	}
}

func (a *accessToken) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	a.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *accessToken) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	made, err := a.rt.Client.CreateAccessToken(ctx, api.AccessTokenInput{Role: (*api.PortalRoleName)(m.Role.ValueStringPointer()), TTLSeconds: tfkit.TTLSeconds(m.TTL)})
	if err != nil {
		tfkit.AddErrorAt(&resp.Diagnostics, tfkit.InLifetime, "make an access token", err)
		return
	}
	m.set(made, a.rt.Client.Endpoint())
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
	lease := tfkit.NewLease(made.Info.ID, made.Info.CreatedAt, made.Info.ExpiresAt, made.Info.TTLSeconds)
	lease.Keep(ctx, resp.Private, &resp.Diagnostics)
	resp.RenewAt = lease.RenewAt()
}

func (m *model) set(made *api.AccessToken, endpoint string) {
	m.ID, m.Token, m.Endpoint = types.StringValue(made.Info.ID), types.StringValue(made.AccessToken), types.StringValue(endpoint)
	if m.TTL.IsNull() {
		m.TTL = types.StringValue((time.Duration(made.Info.TTLSeconds) * time.Second).String())
	}
	m.Permissions = made.Info.Scopes
	m.ExpiresAt = types.StringValue(made.Info.ExpiresAt.Format(time.RFC3339))
}

func (a *accessToken) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	lease, ok := tfkit.RecallLease(ctx, req.Private, &resp.Diagnostics)
	if !ok {
		return
	}
	renewed, err := a.rt.Client.RenewAccessToken(ctx, lease.ID)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "renew access token "+lease.ID, err)
		return
	}
	lease, longer := lease.Prolonged(renewed.ExpiresAt)
	lease.Keep(ctx, resp.Private, &resp.Diagnostics)
	if !longer {
		resp.Diagnostics.AddWarning("An access token can't be renewed any more",
			fmt.Sprintf("Token %s lives for 24 hours at most. What uses it after %s is refused.", lease.ID, lease.ExpiresAt.Format(time.RFC3339)))
		return
	}
	resp.RenewAt = lease.RenewAt()
}

// Close does not fail a run that has done its work: a token that is left ends by itself.
func (a *accessToken) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	lease, ok := tfkit.RecallLease(ctx, req.Private, &resp.Diagnostics)
	if !ok {
		return
	}
	ctx, cancel := tfkit.Closing(ctx)
	defer cancel()
	if err := a.rt.Client.DeleteAccessToken(ctx, lease.ID); err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.AddWarning("An access token was not ended", fmt.Sprintf("Token %s ends by itself. %s", lease.ID, err))
	}
}
