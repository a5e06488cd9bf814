package customer

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var (
	_ datasource.DataSourceWithConfigure        = (*dataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*dataSource)(nil)
)

type dataSource struct{ rt *tfkit.Runtime }

// NewDataSource makes the data source msp_customer.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	found := readAttributes()
	found["id"] = schema.StringAttribute{
		MarkdownDescription: "The customer's id. Give it to find the customer by it.",
		Optional:            true,
		Computed:            true,
	}
	found["name"] = schema.StringAttribute{
		MarkdownDescription: "The customer's name. Give it (case-insensitive) to find the customer by it. Names need not be unique: if several customers have it, an error lists their ids.",
		Optional:            true,
		Computed:            true,
	}
	found["domain"] = schema.StringAttribute{
		MarkdownDescription: "The customer's primary domain. Give it (case-insensitive) to find the customer by it.",
		Optional:            true,
		Computed:            true,
		CustomType:          tfkit.DomainType,
	}
	found["external_id"] = schema.StringAttribute{
		MarkdownDescription: "The customer's identifier in the partner's own systems. Give it to find the customer by it.",
		Optional:            true,
		Computed:            true,
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One customer, managed or referral, found by exactly one of `id`, `name`, `domain` and `external_id`. If there is none, that is an error; to find out whether there is one, use `msp_customers`.\n\nNeeds a portal role that sees customers: any but `msp_prospects`, which sees prospects only.",
		Attributes:          found,
	}
}

func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *dataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(
		path.MatchRoot("id"), path.MatchRoot("name"), path.MatchRoot("domain"), path.MatchRoot("external_id"),
	)}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data attributes
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found := d.find(ctx, data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	data = shown(*found)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// find answers the one customer that is meant, or adds an error at the attribute by which it was looked for.
func (d *dataSource) find(ctx context.Context, by attributes, diags *diag.Diagnostics) *api.Customer {
	if given(by.ID) {
		return d.get(ctx, by.ID.ValueString(), diags)
	}
	var name, value string
	var filter client.CustomerFilter
	switch {
	case given(by.Domain):
		name, value = "domain", by.Domain.ValueString()
		filter.Domain = value
	case given(by.ExternalID):
		name, value = "external_id", by.ExternalID.ValueString()
		filter.ExternalID = value
	default:
		name, value = "name", by.Name.ValueString()
		filter.Name = value
	}
	// The client does not filter by an empty string: it would find everybody.
	var customers []api.Customer
	if value != "" {
		var err error
		if customers, err = client.Collect(d.rt.Client.ListCustomers(ctx, filter)); err != nil {
			tfkit.AddError(diags, fmt.Sprintf("look for the customer with %s %q", name, value), err)
			return nil
		}
	}
	switch len(customers) {
	case 0:
		addNoCustomer(diags, name, value)
		return nil
	case 1:
		return &customers[0]
	default:
		addSeveral(diags, name, value, customers)
		return nil
	}
}

func (d *dataSource) get(ctx context.Context, id string, diags *diag.Diagnostics) *api.Customer {
	if id == "" {
		addNoCustomer(diags, "id", id)
		return nil
	}
	found, err := d.rt.Client.ReadCustomer(ctx, id)
	switch {
	case client.IsNotFound(err):
		addNoCustomer(diags, "id", id)
		return nil
	case err != nil:
		tfkit.AddError(diags, "read customer "+id, err)
		return nil
	}
	return found
}

func addNoCustomer(diags *diag.Diagnostics, name, value string) {
	diags.AddAttributeError(path.Root(name), "No such customer",
		fmt.Sprintf("Attribute %s: the provider's credentials see no customer with %s %q.", name, name, value))
}

func addSeveral(diags *diag.Diagnostics, name, value string, customers []api.Customer) {
	found := make([]string, len(customers))
	for i, c := range customers {
		found[i] = fmt.Sprintf("%s (%s)", c.ID, c.Domain)
	}
	diags.AddAttributeError(path.Root(name), "Several customers found",
		fmt.Sprintf("Attribute %s: %d customers have %s %q. Look for one of them by id or domain instead:\n%s", name, len(customers), name, value, lines(found)))
}

// shown is a customer as data sources show it: sets are never null.
func shown(c api.Customer) attributes {
	data := attributes{AllowedIPRanges: types.SetValueMust(tfkit.IPRangeType, nil)}
	data.fromAPI(c)
	return data
}

// readAttributes describes a customer that is only read.
func readAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                  schema.StringAttribute{MarkdownDescription: "The customer's id.", Computed: true},
		"name":                schema.StringAttribute{MarkdownDescription: "The customer's name.", Computed: true},
		"domain":              schema.StringAttribute{MarkdownDescription: "The customer's primary domain.", Computed: true, CustomType: tfkit.DomainType},
		"internal_domains":    schema.ListAttribute{MarkdownDescription: "The account's own domains, the primary one first. Nobody with an address in one of them can be an external administrator of the customer.", Computed: true, ElementType: types.StringType},
		"stage":               schema.StringAttribute{MarkdownDescription: "`prospect` while the customer is being won, `customer` once it has ordered.", Computed: true},
		"implementation_lead": schema.StringAttribute{MarkdownDescription: "E-mail address of the portal admin who leads the implementation; null if nobody is named.", Computed: true, CustomType: tfkit.EmailType},
		"seats":               schema.Int64Attribute{MarkdownDescription: "Number of seats ordered; null if none is recorded.", Computed: true},
		"product":             schema.StringAttribute{MarkdownDescription: "Name of the product ordered; null if none is recorded.", Computed: true},
		"country":             schema.StringAttribute{MarkdownDescription: "Country as ISO 3166-1 alpha-2 code; null if none is recorded.", Computed: true},
		"external_id":         schema.StringAttribute{MarkdownDescription: "The customer's identifier in the partner's own systems; null if it has none.", Computed: true},
		"enabled":             schema.BoolAttribute{MarkdownDescription: "Whether the account is in use. If not, nobody can sign in.", Computed: true},
		"require_sso":         schema.BoolAttribute{MarkdownDescription: "Whether the customer's users must sign in by single sign-on.", Computed: true},
		"allowed_ip_ranges":   schema.SetAttribute{MarkdownDescription: "Addresses and CIDR ranges from which a direct login to the customer's console is allowed; empty for everywhere.", Computed: true, ElementType: tfkit.IPRangeType},
		"rfi": schema.SingleNestedAttribute{
			MarkdownDescription: "Request for Information: how mail flows to and from the customer.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"outbound_ips": schema.SetAttribute{MarkdownDescription: "Addresses and CIDR ranges from which the customer sends mail.", Computed: true, ElementType: tfkit.IPRangeType},
				"inbound_ips":  schema.SetAttribute{MarkdownDescription: "Addresses and CIDR ranges at which the customer receives mail.", Computed: true, ElementType: tfkit.IPRangeType},
				"smarthost": schema.SingleNestedAttribute{
					MarkdownDescription: "The host through which the customer's mail is relayed; null if there is none.",
					Computed:            true,
					Attributes: map[string]schema.Attribute{
						"host": schema.StringAttribute{MarkdownDescription: "Domain name or IP address of the relay.", Computed: true, CustomType: tfkit.HostType},
						"port": schema.Int64Attribute{MarkdownDescription: "TCP port of the relay; null for the receiver's default.", Computed: true},
					},
				},
			},
		},
		"deletion_protection": schema.BoolAttribute{MarkdownDescription: "Whether the portal refuses to delete the customer.", Computed: true},
		"relationship":        schema.StringAttribute{MarkdownDescription: "`managed` if the partner created the customer, `referral` if it exists on its own and the partner is its partner of record.", Computed: true},
		"account_type":        schema.StringAttribute{MarkdownDescription: "Always `customer`.", Computed: true},
		"admin_username":      schema.StringAttribute{MarkdownDescription: "User name of the built-in basic administrator of a managed customer; null for a referral customer.", Computed: true},
		"created_at":          schema.StringAttribute{MarkdownDescription: "When the customer was created, in UTC (RFC 3339).", Computed: true},
	}
}

func oneOf(values []string) string { return "`" + strings.Join(values, "` or `") + "`" }
