package customer

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var (
	stages        = []string{string(api.StageProspect), string(api.StageCustomer)}
	relationships = []string{string(api.RelationshipManaged), string(api.RelationshipReferral)}
)

func resourceSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "An account that the partner works for.\n\n" +
			"Creating the resource makes a *managed* customer: the portal sets up the account with one built-in administrator (`admin_username`), which can't be managed and goes with the customer. " +
			"*Referral* customers exist on their own, with this partner as their partner of record. They can be imported and read; of their arguments only " +
			"`external_id`, `implementation_lead`, `product`, `seats`, `rfi` and `deletion_protection` can be changed, and they can't be destroyed: " +
			"to stop managing one, use a `removed` block with `destroy = false`, or `terraform state rm`.\n\n" +
			"To destroy a customer, set `deletion_protection = false` and apply that first.\n\n" +
			"Changing and deleting customers needs the portal role `msp_administrator`, `msp_helpdesk`, `msp_implementation_lead` or `msp_sales`; " +
			"creating a prospect `msp_administrator`, `msp_implementation_lead`, `msp_prospects` or `msp_sales`. `msp_prospects` sees and manages prospects only.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The customer's id, such as `cus_3m1k0x7q9w2e4r6t8y0u`. The portal assigns it; it never changes and is what an import takes.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The customer's name, at most 200 characters. Renaming the customer renames the groups of its partner access roles too.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"domain": schema.StringAttribute{
				MarkdownDescription: "The customer's primary domain, such as `acme.example` (case-insensitive); internationalized names in their ASCII form (`xn--...`). No two customers of a partner have the same. " +
					"An account belongs to its domain: changing it deletes the customer and creates another one.",
				Required:      true,
				CustomType:    tfkit.DomainType,
				PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.DomainType), stringplanmodifier.RequiresReplace()},
			},
			"internal_domains": schema.ListAttribute{
				MarkdownDescription: "The account's own domains, the primary one first, in which its users have their addresses. Nobody with an address in one of them can be an external administrator of the customer.",
				Computed:            true,
				ElementType:         types.StringType,
				// They can change, but not by what Terraform does; differing looks after the rest.
				PlanModifiers: []planmodifier.List{listplanmodifier.UseStateForUnknown()},
			},
			"stage": schema.StringAttribute{
				MarkdownDescription: "`prospect` while the customer is being won, `customer` once it has ordered. Defaults to `customer`. " +
					"Creating at stage `customer`, and going from `prospect` to `customer`, places an order, which needs the portal role `msp_administrator` or `msp_sales`. There is no way back to `prospect`.",
				Optional:   true,
				Computed:   true,
				Default:    stringdefault.StaticString(string(api.StageCustomer)),
				Validators: []validator.String{stringvalidator.OneOf(stages...)},
			},
			"implementation_lead": schema.StringAttribute{
				MarkdownDescription: "E-mail address of the portal admin who leads the implementation of the customer's order (case-insensitive). The person must have the portal role `msp_administrator` or `msp_implementation_lead`. Left out, nobody is named. " +
					"Setting or changing it needs the portal role `msp_administrator` or `msp_implementation_lead`.",
				Optional:      true,
				CustomType:    tfkit.EmailType,
				PlanModifiers: []planmodifier.String{tfkit.KeepSpelling(tfkit.EmailType)},
			},
			"seats": schema.Int64Attribute{
				MarkdownDescription: "Number of seats ordered, 1 to 1,000,000. Changing it at stage `customer` is an order, which needs the portal role `msp_administrator` or `msp_sales`. Left out, none is recorded.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 1000000)},
			},
			"product": schema.StringAttribute{
				MarkdownDescription: "Name of the product ordered: one of those in the partner's contract. Changing it at stage `customer` is an order, which needs the portal role `msp_administrator` or `msp_sales`. Left out, none is recorded.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"country": schema.StringAttribute{
				MarkdownDescription: "Country of the customer as ISO 3166-1 alpha-2 code in upper case, such as `DE`.",
				Optional:            true,
				Validators:          []validator.String{tfkit.CountryCode()},
			},
			"external_id": schema.StringAttribute{
				MarkdownDescription: "The customer's identifier in the partner's own systems (ERP, CRM, ticketing), 1 to 200 characters. No two customers of a partner have the same.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
			},
			"enabled": schema.BoolAttribute{
				MarkdownDescription: "Whether the account is in use. `false`: nobody can sign in, open sessions end and the customer's users are disabled; nothing is deleted. Defaults to `true`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(true),
			},
			"require_sso": schema.BoolAttribute{
				MarkdownDescription: "Whether the customer's users must sign in by single sign-on. Defaults to `false`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"allowed_ip_ranges": schema.SetAttribute{
				MarkdownDescription: "IPv4 and IPv6 addresses and CIDR ranges from which a direct login to the customer's console is allowed. Logins through the partner portal are judged by the `outbound_ips` of `msp_partner_config` instead. Left out or empty, a login is allowed from everywhere.",
				Optional:            true,
				ElementType:         tfkit.IPRangeType,
				Validators:          []validator.Set{tfkit.NoDoubles(tfkit.IPRangeType)},
				PlanModifiers:       []planmodifier.Set{tfkit.KeepSetSpelling(tfkit.IPRangeType)},
			},
			"rfi": rfiSchema(),
			"deletion_protection": schema.BoolAttribute{
				MarkdownDescription: "Whether the portal refuses to delete the customer, whoever asks. Defaults to `true`. While it is on in the state, a plan that destroys or replaces the customer is refused: " +
					"it must be switched off in a separate apply first.",
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(true),
			},
			"force_destroy": schema.BoolAttribute{
				MarkdownDescription: "Whether destroying the customer also takes what is left in the account: users, external administrators, authorized contacts and partner access roles with their groups. " +
					"Defaults to `false`: the portal refuses to delete a customer that has any of these (the built-in administrator aside). " +
					"Custom roles, invoices and the customer's own API clients go with the customer in any event. " +
					"It counts once it is applied: set it, apply, and destroy afterwards; the plan of the destroy warns of what goes, with counts and names. Grants with protected content are removed by the vendor's support only and stand in the way even so. The portal does not know this argument; an import sets it to `false`.",
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(false),
			},
			"relationship": schema.StringAttribute{
				MarkdownDescription: "`managed` if the partner created the customer, `referral` if it exists on its own and the partner is its partner of record.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"account_type": schema.StringAttribute{
				MarkdownDescription: "Always `customer`: partners create no other accounts.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"admin_username": schema.StringAttribute{
				MarkdownDescription: "User name of the built-in basic administrator of a managed customer, such as `msp_acme@acme.example`; null for a referral customer.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"created_at": schema.StringAttribute{
				MarkdownDescription: "When the customer was created, in UTC (RFC 3339).",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

func rfiSchema() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Request for Information: how mail flows to and from the customer. What is left out is filled from `msp_partner_config` when the customer is created, and keeps its value afterwards: " +
			"changes of the partner's configuration do not touch it, and neither does removing `rfi`, or a part of it, from the configuration.",
		Optional:      true,
		Computed:      true,
		PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
		Attributes: map[string]schema.Attribute{
			"outbound_ips": rfiSetSchema("IPv4 and IPv6 addresses and CIDR ranges from which the customer sends mail. An empty set clears it."),
			"inbound_ips":  rfiSetSchema("IPv4 and IPv6 addresses and CIDR ranges at which the customer receives mail. An empty set clears it."),
			"smarthost": schema.SingleNestedAttribute{
				MarkdownDescription: "The host through which the customer's mail is relayed; null if there is none. It can be changed but not removed.",
				Optional:            true,
				Computed:            true,
				PlanModifiers:       []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
				Attributes: map[string]schema.Attribute{
					"host": schema.StringAttribute{
						MarkdownDescription: "Domain name or IP address of the relay. Required if the customer has no smarthost yet; left out later, it stays as it is.",
						Optional:            true,
						Computed:            true,
						CustomType:          tfkit.HostType,
						PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), tfkit.KeepSpelling(tfkit.HostType)},
					},
					"port": schema.Int64Attribute{
						MarkdownDescription: "TCP port of the relay, 1 to 65535. Left out, it stays as it is, also if `host` changes; a smarthost that never had one uses the receiver's default.",
						Optional:            true,
						Computed:            true,
						Validators:          []validator.Int64{int64validator.Between(1, 65535)},
						PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
					},
				},
			},
		},
	}
}

func rfiSetSchema(description string) schema.SetAttribute {
	return schema.SetAttribute{
		MarkdownDescription: description,
		Optional:            true,
		Computed:            true,
		ElementType:         tfkit.IPRangeType,
		Validators:          []validator.Set{tfkit.NoDoubles(tfkit.IPRangeType)},
		PlanModifiers:       []planmodifier.Set{setplanmodifier.UseStateForUnknown(), tfkit.KeepSetSpelling(tfkit.IPRangeType)},
	}
}
