package provider

import (
	"context"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// probe is a provider with one resource, whose Read shows its context and then goes on as long as the test says.
type probe struct {
	provider.Provider
	read func(context.Context)
}

func (p *probe) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "probe"
}
func (p *probe) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (p *probe) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (p *probe) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *probe) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &probed{read: p.read} }}
}

type probed struct {
	resource.Resource
	read func(context.Context)
}

func (r *probed) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "probe_one"
}

func (r *probed) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true}}}
}

func (r *probed) Read(ctx context.Context, _ resource.ReadRequest, _ *resource.ReadResponse) {
	r.read(ctx)
}

func readProbe(ctx context.Context, t *testing.T, server tfprotov6.ProviderServer) {
	t.Helper()
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}
	state, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, "1")}))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "probe_one", CurrentState: &state})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) > 0 {
		t.Fatal(diagnostics(resp.Diagnostics))
	}
}

func newProbe(read func(context.Context)) tfprotov6.ProviderServer {
	return providerserver.NewProtocol6(&probe{read: read})()
}

type baggageKey struct{}

// The second half is why the wrapper is there: if it fails, the framework keeps contexts no longer, and the wrapper can go.
func TestLeanForgetsContexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrap func(tfprotov6.ProviderServer) tfprotov6.ProviderServer
		kept bool
	}{
		"wrapped":             {func(s tfprotov6.ProviderServer) tfprotov6.ProviderServer { return lean(s, nil) }, false},
		"as the framework is": {func(s tfprotov6.ProviderServer) tfprotov6.ProviderServer { return s }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := 0
			server := c.wrap(newProbe(func(ctx context.Context) {
				if baggage, ok := ctx.Value(baggageKey{}).(*[1 << 16]byte); ok && baggage != nil && ctx.Err() == nil {
					seen++
				}
			}))
			var baggages []weak.Pointer[[1 << 16]byte]
			for range 20 {
				baggages = append(baggages, readWithBaggage(t, server))
			}
			if seen != 20 {
				t.Errorf("the values of the context arrived in %d of 20 reads", seen)
			}
			count := func() (kept int) {
				runtime.GC()
				for _, baggage := range baggages {
					if baggage.Value() != nil {
						kept++
					}
				}
				return kept
			}
			kept := count()
			for deadline := time.Now().Add(time.Minute); kept > 1 && !c.kept && time.Now().Before(deadline); kept = count() {
				time.Sleep(time.Millisecond) // whoever ends a call may not have come to its end yet
			}
			// What the last call left on the stack may live on.
			if (kept > 1) != c.kept {
				t.Errorf("the values of %d of 20 calls are kept", kept)
			}
			runtime.KeepAlive(server)
		})
	}
}

//go:noinline
func readWithBaggage(t *testing.T, server tfprotov6.ProviderServer) weak.Pointer[[1 << 16]byte] {
	t.Helper()
	baggage := new([1 << 16]byte)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), baggageKey{}, baggage))
	defer cancel() // as gRPC does when a call returned
	readProbe(ctx, t, server)
	return weak.Make(baggage)
}

func TestLeanIsCanceled(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(context.CancelFunc, tfprotov6.ProviderServer) error{
		"by Stop": func(_ context.CancelFunc, server tfprotov6.ProviderServer) error {
			_, err := server.StopProvider(context.Background(), &tfprotov6.StopProviderRequest{})
			return err
		},
		"with the call": func(cancel context.CancelFunc, _ tfprotov6.ProviderServer) error {
			cancel()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started, canceled := make(chan struct{}), false
			server := lean(newProbe(func(ctx context.Context) {
				close(started)
				select {
				case <-ctx.Done():
					canceled = ctx.Err() != nil
				case <-time.After(time.Minute):
				}
			}), nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stopped := make(chan error, 1)
			go func() {
				<-started
				stopped <- stop(cancel, server)
			}()
			readProbe(ctx, t, server)
			if err := <-stopped; err != nil {
				t.Fatal(err)
			}
			if !canceled {
				t.Error("the read was not canceled")
			}
		})
	}
}

// After its call a context is canceled for whoever still holds it, and the deadline of the call is gone with it.
func TestLeanEndsContexts(t *testing.T) {
	t.Parallel()
	var held context.Context
	server := lean(newProbe(func(ctx context.Context) {
		held = ctx //nolint:fatcontext // what happens to who does that is the test
		if _, ok := ctx.Deadline(); !ok || ctx.Err() != nil {
			t.Errorf("deadline: %v, error: %v", ok, ctx.Err())
		}
	}), nil)
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), baggageKey{}, "x"), time.Minute)
	defer cancel()
	readProbe(ctx, t, server)
	select {
	case <-held.Done():
	default:
		t.Error("not done")
	}
	if held.Err() == nil || held.Value(baggageKey{}) != nil {
		t.Errorf("error: %v, value: %v", held.Err(), held.Value(baggageKey{}))
	}
}

// Whatever the framework's server can be asked can be asked of the wrapper. A method that a new version brings and no
// interface of the wrapper names would be lost.
func TestLeanSpeaksAll(t *testing.T) {
	t.Parallel()
	server := newProbe(nil)
	wrapper := lean(server, nil)
	if _, ok := wrapper.(leanServer); !ok {
		t.Fatalf("not wrapped: %T", wrapper)
	}
	asked := reflect.TypeOf((*context.Context)(nil)).Elem()
	var lost []string
	for i := range reflect.TypeOf(server).NumMethod() {
		method := reflect.TypeOf(server).Method(i)
		if method.Type.NumIn() != 3 || method.Type.In(1) != asked {
			continue
		}
		if _, ok := reflect.TypeOf(wrapper).MethodByName(method.Name); !ok {
			lost = append(lost, method.Name)
		}
	}
	if len(lost) > 0 {
		t.Errorf("the wrapper does not pass on %s", strings.Join(lost, ", "))
	}
}

func TestLogsWanted(t *testing.T) {
	t.Parallel()
	for environment, want := range map[string]bool{
		"":                             false,
		"PATH=/bin TF_LOGIN=1":         false,
		"TF_LOG=":                      false,
		"HOME=/ TF_LOG=info":           true,
		"TF_LOG_CORE=TRACE":            true,
		"TF_LOG_PROVIDER=DEBUG":        true,
		"TF_LOG_PROVIDER_MSP=DEBUG":    true,
		"TF_LOG_SDK=TRACE":             true,
		"TF_LOG_SDK_PROTO=TRACE":       true,
		"TF_LOG_SDK_FRAMEWORK=OFF":     true,
		"TF_LOG_SDK_PROTO_DATA_DIR=/d": true,
		"TF_LOG_PATH=terraform.log":    true,
		"TF_ACC_LOG_PATH=test.log":     true,
	} {
		if got := logsWanted(strings.Fields(environment)); got != want {
			t.Errorf("%q: %v", environment, got)
		}
	}
}

// TestConfiguredBesideReads says something under the race detector: a process that Terraform attaches to is configured for
// each block, while the resources of another one are read already.
func TestConfiguredBesideReads(t *testing.T) {
	t.Parallel()
	server := lean(newProbe(func(context.Context) {}), nil)
	config, err := tfprotov6.NewDynamicValue(tftypes.Object{}, tftypes.NewValue(tftypes.Object{}, map[string]tftypes.Value{}))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &config})
				if err != nil || len(resp.Diagnostics) > 0 {
					t.Error(err, resp)
				}
			}
		})
		all.Go(func() {
			for range 50 {
				readProbe(t.Context(), t, server)
			}
		})
	}
	all.Wait()
}
