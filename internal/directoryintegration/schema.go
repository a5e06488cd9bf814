package directoryintegration

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// directoryTypes in the order of the contract.
var directoryTypes = []string{
	string(api.DirectoryTypeActiveDirectory), string(api.DirectoryTypeDomino),
	string(api.DirectoryTypeAzureStandard), string(api.DirectoryTypeAzureGccHigh), string(api.DirectoryTypeGoogle),
}

func resourceSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "A directory from which people come into the partner's own account: Active Directory or Domino by LDAP, Microsoft Entra ID (Azure), or Google Workspace. " +
			"The portal synchronizes it every hour and soon after each change: it adds people who are new, updates those who have changed, and disables those who are gone or disabled there. " +
			"People who were added by hand are left alone, and a synchronization that would disable too many people at once stops and changes nobody. " +
			"People who come this way are not declared as `msp_partner_user`.\n\n" +
			"The directory's secret is a write-only argument, which needs Terraform or OpenTofu 1.11 or newer. It is in no plan and no state; the portal keeps it encrypted and never returns it. " +
			"Destroying the integration leaves the people as they are: from then on they are changed and removed by hand, or by another integration that lists them.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The name.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "A name for the integration, at most 200 characters without `/` and `:`, case-sensitive. Another name is another integration: the one is removed and the other added, which takes the people over with its first synchronization.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"type": schema.StringAttribute{
				MarkdownDescription: "What kind of directory it is: `active_directory` or `domino`, described by `ldap`; `azure_standard` or, on Microsoft's cloud for US authorities, `azure_gcc_high`, described by `azure`; `google`, described by `google`.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.OneOf(directoryTypes...)},
			},
			"description": schema.StringAttribute{
				MarkdownDescription: "A description for people who see the directory in the portal, at most 200 characters.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"sync_enabled": schema.BoolAttribute{
				MarkdownDescription: "Whether the portal synchronizes the directory by itself. Defaults to `true`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(true),
			},
			"ldap":   ldapSchema(),
			"azure":  azureSchema(),
			"google": googleSchema(),
			"status": schema.StringAttribute{
				MarkdownDescription: "How the integration is doing: `never_synced`; `queued` and `syncing` around a synchronization; afterwards `ok`, `failed` if the directory could not be read, or `stopped` if too many people would have been disabled.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"last_error": schema.StringAttribute{
				MarkdownDescription: "Why the last synchronization failed or was stopped; null if it succeeded.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"last_sync_at": schema.StringAttribute{
				MarkdownDescription: "When the last synchronization ended, in UTC (RFC 3339); null if there was none.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"user_count": schema.Int64Attribute{
				MarkdownDescription: "How many enabled people the directory had after the last synchronization that was `ok`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			},
		},
	}
}

func ldapSchema() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How to reach an `active_directory` or a `domino` by LDAP.",
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"host": schema.StringAttribute{
				MarkdownDescription: "Host name or IP address of the LDAP server, as the portal reaches it. A name of one label, such as `dc1`, is accepted too.",
				Required:            true,
				CustomType:          tfkit.LocalHostType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.LocalHostType)},
			},
			"port": schema.Int64Attribute{
				MarkdownDescription: "TCP port of the LDAP server. Defaults to 636, and to 389 where `encryption` is `none`. On 636 and 3269 TLS begins at once, on other ports by StartTLS.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 65535)},
				PlanModifiers:       []planmodifier.Int64{defaultPort{}},
			},
			"encryption": schema.StringAttribute{
				MarkdownDescription: "`strict`: TLS, and the server's certificate must be valid. `relaxed`: TLS with any certificate, so that somebody in between could read the password. `none`: no TLS, so that everybody on the way can. Defaults to `strict`.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(api.DirectoryEncryptionStrict)),
				Validators: []validator.String{stringvalidator.OneOf(
					string(api.DirectoryEncryptionStrict), string(api.DirectoryEncryptionRelaxed), string(api.DirectoryEncryptionNone))},
			},
			"bind_dn": schema.StringAttribute{
				MarkdownDescription: "Distinguished name of the account that reads the directory, such as `CN=portal,OU=Services,DC=example,DC=com`; for Active Directory also `user@domain`.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 1000)},
			},
			"base_dn": schema.StringAttribute{
				MarkdownDescription: "Distinguished name under which people are looked for, such as `OU=Staff,DC=example,DC=com`.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 1000)},
			},
			"user_filter": schema.StringAttribute{
				MarkdownDescription: "LDAP filter that narrows down who is included, such as `(memberOf=CN=Portal,OU=Groups,DC=example,DC=com)`. Left out, everybody who has an e-mail address is included.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 4000)},
			},
			"password_wo":         secretSchema("Password of `bind_dn`.", "`host`, `port`, `encryption` or `bind_dn` changes"),
			"password_wo_version": versionSchema("password_wo"),
		},
	}
}

func azureSchema() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How to reach an `azure_standard` or an `azure_gcc_high`: an application in Microsoft Entra ID that may read users (the application permission `User.Read.All`).",
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"tenant_id": schema.StringAttribute{
				MarkdownDescription: "Directory (tenant) ID, or the tenant's primary domain.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"client_id": schema.StringAttribute{
				MarkdownDescription: "Application (client) ID.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"client_secret_wo":         secretSchema("Secret of the application.", "`tenant_id`, `client_id` or `type` changes"),
			"client_secret_wo_version": versionSchema("client_secret_wo"),
		},
	}
}

func googleSchema() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How to reach a `google`: a service account with domain-wide delegation for reading users.",
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"admin_email": schema.StringAttribute{
				MarkdownDescription: "E-mail address of the administrator on whose behalf the service account reads the directory.",
				Required:            true,
				CustomType:          tfkit.EmailType,
				PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType)},
			},
			"service_account_key_wo":         secretSchema("Key of the service account: the JSON file that Google makes.", "`type` changes"),
			"service_account_key_wo_version": versionSchema("service_account_key_wo"),
		},
	}
}

func secretSchema(what, whenElse string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: what + " Write-only. Required when it is sent: on creation, when its version changes, and when " + whenElse + ". Otherwise, as after an import, it may be left out.",
		Optional:            true,
		WriteOnly:           true,
		Sensitive:           true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
}

func versionSchema(secret string) schema.Int64Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: "A number to change when `" + secret + "` is to be sent again: Terraform does not remember the secret itself, so it can't notice that it has changed.",
		Optional:            true,
	}
}

// defaultPort is what the encryption suggests.
type defaultPort struct{}

func (defaultPort) Description(context.Context) string {
	return "Defaults to 636, and to 389 without encryption."
}

func (m defaultPort) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (defaultPort) PlanModifyInt64(ctx context.Context, req planmodifier.Int64Request, resp *planmodifier.Int64Response) {
	if !req.ConfigValue.IsNull() {
		return
	}
	var encryption types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, req.Path.ParentPath().AtName("encryption"), &encryption)...)
	switch {
	case encryption.IsUnknown():
		resp.PlanValue = types.Int64Unknown()
	case encryption.ValueString() == string(api.DirectoryEncryptionNone):
		resp.PlanValue = types.Int64Value(389)
	default:
		resp.PlanValue = types.Int64Value(636)
	}
}
