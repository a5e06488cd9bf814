package partneraccess

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*accessGroups)(nil)

type accessGroups struct{ rt *tfkit.Runtime }

type accessGroupsModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
	Role       types.String `tfsdk:"role"`
	Groups     []listed     `tfsdk:"groups"`
}

type listed struct {
	Name       types.String `tfsdk:"name"`
	CustomerID types.String `tfsdk:"customer_id"`
	Role       types.String `tfsdk:"role"`
	Members    types.List   `tfsdk:"members"`
}

// NewDataSource makes the data source msp_partner_access_groups.
func NewDataSource() datasource.DataSource { return &accessGroups{} }

func (d *accessGroups) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_partner_access_groups"
}

func (d *accessGroups) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The groups on the partner's account that partner access roles created, one for each role that a customer gave (`msp_partner_access_role`), in Terraform or not. " +
			"A group's members have its role at its customer.\n\n" +
			"Needs the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"customer_id": schema.StringAttribute{
				MarkdownDescription: "Only groups for the customer with this id. An id of no customer that the credentials see is an error, not an empty list.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Only groups of this role: `decision_maker` or `phone_manager`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(accessRoles...)},
			},
			"groups": schema.ListNestedAttribute{
				MarkdownDescription: "The groups that match all filters, by customer id and role.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name":        schema.StringAttribute{MarkdownDescription: "The group's name, `<customer name> <Role Name>`.", Computed: true},
						"customer_id": schema.StringAttribute{MarkdownDescription: "The id of the customer who gave the role.", Computed: true},
						"role":        schema.StringAttribute{MarkdownDescription: "The role that members have at the customer: `decision_maker` or `phone_manager`.", Computed: true},
						"members": schema.ListAttribute{
							MarkdownDescription: "E-mail addresses of the group's members, in alphabetical order; `null` for credentials that do not see members, such as a customer's own. `msp_partner_access_group_member` puts somebody into a group.",
							Computed:            true,
							ElementType:         types.StringType,
						},
					},
				},
			},
		},
	}
}

func (d *accessGroups) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *accessGroups) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data accessGroupsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	members, err := d.members(ctx, &data)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "list members of partner access groups", err)
		return
	}
	data.Groups = []listed{}
	for group, err := range d.list(ctx, &data) {
		if client.IsNotFound(err) && !data.CustomerID.IsNull() {
			tfkit.AddNoSuchCustomer(&resp.Diagnostics, data.CustomerID.ValueString(), err)
			return
		}
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list partner access groups", err)
			return
		}
		data.Groups = append(data.Groups, listed{
			Name:       types.StringValue(group.Name),
			CustomerID: types.StringValue(group.CustomerID),
			Role:       types.StringValue(string(group.Role)),
			Members:    members.of(group),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// membersByGroup are e-mail addresses by customer and role; nil for credentials that do not see them.
type membersByGroup map[[2]string][]attr.Value

func (m membersByGroup) of(group api.AccessGroup) types.List {
	if m == nil {
		return types.ListNull(types.StringType)
	}
	return types.ListValueMust(types.StringType, append([]attr.Value{}, m[[2]string{group.CustomerID, string(group.Role)}]...))
}

func (d *accessGroups) members(ctx context.Context, data *accessGroupsModel) (membersByGroup, error) {
	filter := client.AccessGroupMemberFilter{CustomerID: data.CustomerID.ValueString(), Role: api.AccessRoleName(data.Role.ValueString())}
	found := membersByGroup{}
	for member, err := range d.rt.Client.ListAccessGroupMembers(ctx, filter) {
		if client.IsCode(err, api.ErrorCodeForbidden) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		group := [2]string{member.CustomerID, string(member.Role)}
		found[group] = append(found[group], types.StringValue(member.Email))
	}
	return found, nil
}

// list asks for one customer where one is given: the partner-wide list answers a wrong id with no groups.
func (d *accessGroups) list(ctx context.Context, data *accessGroupsModel) iter.Seq2[api.AccessGroup, error] {
	wanted := api.AccessRoleName(data.Role.ValueString())
	if data.CustomerID.IsNull() {
		return d.rt.Client.ListAccessGroups(ctx, client.AccessRoleFilter{Role: wanted})
	}
	return groupsOf(d.rt.Client.ListCustomerAccessRoles(ctx, data.CustomerID.ValueString()), wanted)
}

// groupsOf are the groups of those roles that are wanted; an empty name wants all.
func groupsOf(roles iter.Seq2[api.AccessRole, error], wanted api.AccessRoleName) iter.Seq2[api.AccessGroup, error] {
	return func(yield func(api.AccessGroup, error) bool) {
		for role, err := range roles {
			if err == nil && wanted != "" && role.Role != wanted {
				continue
			}
			if !yield(api.AccessGroup{Name: role.GroupName, CustomerID: role.CustomerID, Role: role.Role}, err) {
				return
			}
		}
	}
}
