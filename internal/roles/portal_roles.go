// Package roles reads the catalogs of roles: those of the partner portal and those of accounts.
package roles

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*portalRoles)(nil)

type portalRoles struct{ rt *tfkit.Runtime }

type portalRolesModel struct {
	PortalRoles []portalRole `tfsdk:"portal_roles"`
}

type portalRole struct {
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	Permissions []string     `tfsdk:"permissions"`
}

// NewPortalRolesDataSource makes the data source msp_portal_roles.
func NewPortalRolesDataSource() datasource.DataSource { return &portalRoles{} }

func (d *portalRoles) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_portal_roles"
}

func (d *portalRoles) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The roles that a person or an API client can have in the partner portal, and what each may do there. Every portal role may read them.",
		Attributes: map[string]schema.Attribute{
			"portal_roles": schema.ListNestedAttribute{
				MarkdownDescription: "The portal roles, in the order of the portal's own table.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name":        schema.StringAttribute{MarkdownDescription: "The role's name, as `role` of `msp_portal_admin` takes it.", Computed: true},
						"description": schema.StringAttribute{MarkdownDescription: "What the role is for.", Computed: true},
						"permissions": schema.SetAttribute{MarkdownDescription: "What the role may do, such as `external_admins.manage`.", Computed: true, ElementType: types.StringType},
					},
				},
			},
		},
	}
}

func (d *portalRoles) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *portalRoles) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	catalog, err := d.rt.Client.ListPortalRoles(ctx)
	if err != nil {
		tfkit.AddError(&resp.Diagnostics, "read the portal roles", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, portalRolesFrom(catalog))...)
}

func portalRolesFrom(catalog []api.PortalRole) portalRolesModel {
	m := portalRolesModel{PortalRoles: make([]portalRole, len(catalog))}
	for i, role := range catalog {
		m.PortalRoles[i] = portalRole{
			Name:        types.StringValue(string(role.Name)),
			Description: types.StringValue(role.Description),
			Permissions: role.Permissions,
		}
	}
	return m
}
