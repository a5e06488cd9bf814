// Package provider is the provider itself: the provider block, what becomes of it, and the registries of everything that
// Terraform can use.
package provider

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var (
	_ provider.Provider                   = (*mspProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*mspProvider)(nil)

	_ provider.ProviderWithEphemeralResources = (*mspProvider)(nil)
)

type mspProvider struct {
	version string
	getenv  func(string) string
	now     func() time.Time
	runtime atomic.Pointer[tfkit.Runtime] // nil until Configure
}

// New makes the provider's factory. The version stands in the User-Agent of its requests.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return newProvider(version, time.Now) }
}

func newProvider(version string, now func() time.Time) *mspProvider {
	return &mspProvider{version: version, getenv: os.Getenv, now: now}
}

func (p *mspProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "msp"
	resp.Version = p.version
}

func (p *mspProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerSchema()
}

// ValidateConfig judges what HCL alone shows to be wrong. Environment variables count in Configure only, so that
// `terraform validate` says the same everywhere.
func (p *mspProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.checkConflicts(&resp.Diagnostics)
}

// Configure makes the client that all resources share, and signs in: wrong credentials or a server that can't be reached
// are one error here instead of one for each resource.
func (p *mspProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	if unknown := unknownAttributes(req.Config.Raw); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
			return
		}
		p.share(resp, unknownRuntime(unknown))
		return
	}
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	settings := config.resolve(p.getenv, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c := connect(ctx, settings, versions{p.version, req.TerraformVersion}, p.now, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	p.share(resp, &tfkit.Runtime{Client: c, AdoptExisting: config.AdoptExisting.ValueBool(), Owned: &tfkit.Owned{}})
}

func (p *mspProvider) share(resp *provider.ConfigureResponse, rt *tfkit.Runtime) {
	p.runtime.Store(rt)
	resp.ResourceData = rt
	resp.DataSourceData = rt
	resp.EphemeralResourceData = rt
}

func (p *mspProvider) Resources(context.Context) []func() resource.Resource { return resources }

func (p *mspProvider) DataSources(context.Context) []func() datasource.DataSource { return dataSources }

func (p *mspProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return ephemeralResources
}
