// Command plain is what a provider usually is, made with the framework as it is: it reads, writes and removes each row by
// one request. It checks nothing in the plan, shares no read, tries nothing again, and takes the API at its word that a
// row is gone.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/bench/grant"
)

func main() {
	newProvider := func() provider.Provider { return plain{} }
	opts := providerserver.ServeOpts{Address: "registry.terraform.io/terraform-provider-msp/plain", ProtocolVersion: 6}
	if err := providerserver.Serve(context.Background(), newProvider, opts); err != nil {
		log.Fatal(err)
	}
}

type plain struct{}

func (plain) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "plain"
}

func (plain) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"endpoint": schema.StringAttribute{Required: true},
		"token":    schema.StringAttribute{Required: true, Sensitive: true},
	}}
}

func (plain) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config struct {
		Endpoint types.String `tfsdk:"endpoint"`
		Token    types.String `tfsdk:"token"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.ResourceData = newAPI(config.Endpoint.ValueString(), config.Token.ValueString())
}

func (plain) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (plain) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &externalAdmin{} }}
}

type externalAdmin struct{ api *api }

type model struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Email      types.String `tfsdk:"email"`
	Role       types.String `tfsdk:"role"`
	Status     types.String `tfsdk:"status"`
}

func (m *model) fromAPI(a *admin) {
	m.ID = types.StringValue(m.CustomerID.ValueString() + "/" + m.Email.ValueString())
	m.Role, m.Status = types.StringValue(a.Role), types.StringValue(a.Status)
}

func (r *externalAdmin) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "plain_external_admin"
}

func (r *externalAdmin) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = grant.Schema()
}

func (r *externalAdmin) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.api, _ = req.ProviderData.(*api) // none yet while Terraform validates
}

func (r *externalAdmin) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.put(ctx, "Not created", req.Plan, &resp.State, &resp.Diagnostics)
}

func (r *externalAdmin) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	a, err := r.api.get(ctx, state.CustomerID.ValueString(), state.Email.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Not read", err.Error())
		return
	}
	if a == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	state.fromAPI(a)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *externalAdmin) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.put(ctx, "Not updated", req.Plan, &resp.State, &resp.Diagnostics)
}

func (r *externalAdmin) put(ctx context.Context, failed string, from tfsdk.Plan, to *tfsdk.State, diags *diag.Diagnostics) {
	var plan model
	diags.Append(from.Get(ctx, &plan)...)
	if diags.HasError() {
		return
	}
	a, err := r.api.put(ctx, plan.CustomerID.ValueString(), plan.Email.ValueString(), plan.Role.ValueString())
	if err != nil {
		diags.AddError(failed, err.Error())
		return
	}
	plan.fromAPI(a)
	diags.Append(to.Set(ctx, plan)...)
}

func (r *externalAdmin) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.api.delete(ctx, state.CustomerID.ValueString(), state.Email.ValueString()); err != nil {
		resp.Diagnostics.AddError("Not removed", err.Error())
	}
}
