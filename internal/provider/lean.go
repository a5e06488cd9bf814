package provider

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// frameworkServer is all of the protocol that the framework's server speaks.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// leanServer hands the calls that come once or more for each resource a context that can be emptied. The framework keeps
// the context of every call until the provider is stopped, and with it a chain of loggers: some 50 kB a resource, for
// which nobody has any use when logs are off.
//
// Calls that come once, and those that answer a stream and so go on after they returned, are left as they are.
type leanServer struct {
	frameworkServer

	unchanged *unchanged // nil for a provider that has no such plans
	// configured is held while the provider is configured: a process that Terraform is told to attach to, as in tests,
	// serves every block of a configuration, and the framework keeps what resources are configured with in plain fields.
	configured *sync.RWMutex
}

// lean wraps the framework's server. What does not speak all of the protocol is answered as it is: the wrapper must not
// claim what is not there.
func lean(server tfprotov6.ProviderServer, plans *unchanged) tfprotov6.ProviderServer {
	if whole, ok := server.(frameworkServer); ok {
		return leanServer{whole, plans, &sync.RWMutex{}}
	}
	return server
}

// passing makes a call with a context of its own, which ends with the call.
func passing[Request, Response any](ctx context.Context, s leanServer, req Request, call func(context.Context, Request) (Response, error)) (Response, error) {
	s.configured.RLock()
	defer s.configured.RUnlock()
	ctx, cancel := context.WithCancel(ctx)
	c := &callContext{}
	c.inner.Store(&ctx)
	defer func() {
		cancel()
		c.inner.Store(&ended)
	}()
	return call(c, req)
}

// callContext is the context of a call while it runs. Afterwards it is one that is canceled and holds nothing.
type callContext struct {
	inner atomic.Pointer[context.Context]
}

// ended is the context of all calls that have returned.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (c *callContext) Deadline() (time.Time, bool) { return (*c.inner.Load()).Deadline() }
func (c *callContext) Done() <-chan struct{}       { return (*c.inner.Load()).Done() }
func (c *callContext) Err() error                  { return (*c.inner.Load()).Err() }
func (c *callContext) Value(key any) any           { return (*c.inner.Load()).Value(key) }

// ConfigureProvider keeps its context, as the framework wants it.
func (s leanServer) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	s.configured.Lock()
	defer s.configured.Unlock()
	return s.frameworkServer.ConfigureProvider(ctx, req)
}

func (s leanServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if resp := s.unchanged.validate(ctx, req); resp != nil {
		return resp, nil
	}
	return passing(ctx, s, req, s.frameworkServer.ValidateResourceConfig)
}

func (s leanServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if resp := s.unchanged.upgrade(ctx, req); resp != nil {
		return resp, nil
	}
	return passing(ctx, s, req, s.frameworkServer.UpgradeResourceState)
}

func (s leanServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx = tfkit.WithReading(ctx)
	if resp := s.unchanged.read(ctx, req); resp != nil {
		return resp, nil
	}
	return passing(ctx, s, req, s.frameworkServer.ReadResource)
}

func (s leanServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	if resp := s.unchanged.plan(ctx, req); resp != nil {
		return resp, nil
	}
	return passing(ctx, s, req, s.frameworkServer.PlanResourceChange)
}

func (s leanServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.ApplyResourceChange)
}

func (s leanServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.ImportResourceState)
}

func (s leanServer) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.MoveResourceState)
}

func (s leanServer) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.UpgradeResourceIdentity)
}

func (s leanServer) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.GenerateResourceConfig)
}

func (s leanServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s leanServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.ReadDataSource)
}

func (s leanServer) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.CallFunction)
}

func (s leanServer) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.ValidateEphemeralResourceConfig)
}

func (s leanServer) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.OpenEphemeralResource)
}

func (s leanServer) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.RenewEphemeralResource)
}

func (s leanServer) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return passing(ctx, s, req, s.frameworkServer.CloseEphemeralResource)
}
