// Package partnerconfig manages the partner's one configuration.
package partnerconfig

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/path"
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

const (
	typeName = "msp_partner_config"
	what     = "partner config"
)

var (
	_ resource.ResourceWithConfigure   = (*partnerConfig)(nil)
	_ resource.ResourceWithIdentity    = (*partnerConfig)(nil)
	_ resource.ResourceWithImportState = (*partnerConfig)(nil)
	_ resource.ResourceWithModifyPlan  = (*partnerConfig)(nil)
)

type partnerConfig struct{ rt *tfkit.Runtime }

// NewResource makes the resource msp_partner_config.
func NewResource() resource.Resource { return &partnerConfig{} }

func (r *partnerConfig) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *partnerConfig) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The partner's configuration, which pre-fills the Request for Information (RFI) of every customer that is created afterwards. " +
			"Later changes do not rewrite RFIs that exist.\n\n" +
			"There is exactly one and it always exists: creating this resource takes over what is there, and a warning says what it replaced; destroying it clears the configuration.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Always `partner`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"partner_id": schema.StringAttribute{
				MarkdownDescription: "The partner's id.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"outbound_ips": ipSet("Addresses and CIDR ranges, IPv4 or IPv6, from which the partner's customers send mail. They also decide who gets in through the portal: " +
				"customers with `allowed_ip_ranges` take portal logins and `msp_customer_session` from these addresses only; if there are none, from everywhere."),
			"inbound_ips": ipSet("Addresses and CIDR ranges, IPv4 or IPv6, at which the partner's customers receive mail."),
			"smarthost": schema.SingleNestedAttribute{
				MarkdownDescription: "The host through which mail is relayed.",
				Optional:            true,
				Attributes: map[string]schema.Attribute{
					"host": schema.StringAttribute{
						MarkdownDescription: "Domain name or IP address of the relay.",
						Required:            true,
						CustomType:          tfkit.HostType,
						PlanModifiers:       []planmodifier.String{tfkit.KeepSpelling(tfkit.HostType)},
					},
					"port": schema.Int64Attribute{
						MarkdownDescription: "TCP port of the relay, 1 to 65535. Left out, the receiver's default is used.",
						Optional:            true,
						Validators:          []validator.Int64{int64validator.Between(1, 65535)},
					},
				},
			},
		},
	}
}

func ipSet(description string) schema.SetAttribute {
	return schema.SetAttribute{
		MarkdownDescription: description + " The spelling does not matter (`2001:DB8::1` is `2001:db8::1`), but each may be given only once.",
		Optional:            true,
		ElementType:         tfkit.IPRangeType,
		Validators:          []validator.Set{tfkit.NoDoubles(tfkit.IPRangeType)},
		PlanModifiers:       []planmodifier.Set{tfkit.KeepSetSpelling(tfkit.IPRangeType)},
	}
}

func (r *partnerConfig) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{Description: "Always `partner`.", RequiredForImport: true},
		},
	}
}

func (r *partnerConfig) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *partnerConfig) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.rt.CanAsk() || req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) || !req.Config.Raw.IsFullyKnown() {
		return
	}
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := r.rt.Client.ValidatePutPartnerConfig(ctx, plan.toAPI(), client.MatchOptions{})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "check the "+what, err)
		return
	}
	tfkit.AddFatalFindings(&resp.Diagnostics, what, result)
}

func (r *partnerConfig) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.rt.Take(&resp.Diagnostics, typeName, importID)
	if !ok {
		return
	}
	defer done()
	before, err := r.rt.Client.GetPartnerConfig(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	}
	config, err := r.rt.Client.PutPartnerConfig(ctx, plan.toAPI(), client.MatchOptions{IfMatch: before.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "set the "+what, err)
		return
	}
	if replaced := plan.differing(before.Value); !empty(before.Value) && len(replaced) > 0 {
		resp.Diagnostics.AddWarning("Replaced the existing partner config", describe(before.Value, replaced))
	}
	plan.fromAPI(config.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *partnerConfig) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config, err := r.rt.Client.GetPartnerConfig(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	}
	// The config always exists on the server. What was set and is all empty now was cleared, which is how it is deleted.
	imported := state.PartnerID.IsNull()
	if !imported && empty(config.Value) && len(state.differing(config.Value)) > 0 {
		tfkit.Gone(ctx, resp, state.identity())
		return
	}
	state.fromAPI(config.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *partnerConfig) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	now, err := r.rt.Client.GetPartnerConfig(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the "+what, err)
		return
	}
	if changed := state.differing(now.Value); len(changed) > 0 {
		tfkit.AddChangedSincePlan(&resp.Diagnostics, what, changed, now.RequestID)
		return
	}
	config, err := r.rt.Client.PutPartnerConfig(ctx, plan.toAPI(), client.MatchOptions{IfMatch: now.ETag})
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "update the "+what, err)
		return
	}
	plan.fromAPI(config.Value)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *partnerConfig) Delete(ctx context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if err := r.rt.Client.DeletePartnerConfig(ctx, client.MatchOptions{}); err != nil {
		tfkit.AddError(&resp.Diagnostics, "clear the "+what, err)
		return
	}
	r.rt.GiveUp(&resp.Diagnostics, typeName, importID)
}

func (r *partnerConfig) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID != "" && req.ID != importID {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Invalid import ID", fmt.Sprintf("%q is no import ID here. A partner has one configuration, its import ID is %q.", req.ID, importID))
		return
	}
	tfkit.ImportParts(ctx, req, resp, "id")
}

// describe tells what was there in the attributes that were replaced.
func describe(before api.PartnerConfig, replaced []string) string {
	var text strings.Builder
	text.WriteString("The configuration existed and was taken over. Before:")
	for _, name := range replaced {
		var value string
		switch name {
		case "outbound_ips":
			value = strings.Join(before.OutboundIPs, ", ")
		case "inbound_ips":
			value = strings.Join(before.InboundIPs, ", ")
		case "smarthost":
			if before.Smarthost != nil {
				value = before.Smarthost.Host
				if before.Smarthost.Port != nil {
					value = fmt.Sprintf("%s, port %d", value, *before.Smarthost.Port)
				}
			}
		}
		if value == "" {
			value = "(nothing)"
		}
		fmt.Fprintf(&text, "\n  - %s: %s", name, value)
	}
	return text.String()
}
