// Command noop is the floor that providers are measured against: a provider made with the framework as it is, with one
// resource of the attributes of msp_external_admin, that does nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/bench/grant"
)

func main() {
	newProvider := func() provider.Provider { return noop{} }
	opts := providerserver.ServeOpts{Address: "registry.terraform.io/terraform-provider-msp/noop", ProtocolVersion: 6}
	if err := providerserver.Serve(context.Background(), newProvider, opts); err != nil {
		log.Fatal(err)
	}
}

type noop struct{}

func (noop) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "noop"
}

func (noop) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (noop) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (noop) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (noop) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return externalAdmin{} }}
}

type externalAdmin struct{}

func (externalAdmin) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "noop_external_admin"
}

func (externalAdmin) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = grant.Schema()
}

func (externalAdmin) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var customer, email types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("customer_id"), &customer)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("email"), &email)...)
	resp.State.Raw = req.Plan.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), customer.ValueString()+"/"+email.ValueString())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("status"), "active")...)
}

func (externalAdmin) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (externalAdmin) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (externalAdmin) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
