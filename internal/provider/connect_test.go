package provider

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

type block = map[string]any

// TestSignIn proves that what is wrong with credentials or connection is one error before any resource is looked at.
func TestSignIn(t *testing.T) {
	t.Parallel()
	p := newPortal(t, httptest.NewServer)
	// Nothing listens there. A free port would not do: those are given to other tests.
	const closed = "http://127.0.0.1:1"
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)

	for name, c := range map[string]struct {
		block block
		at    string
		says  []string
	}{
		"wrong secret": {
			block{"endpoint": p.URL, "client_id": "me", "client_secret": "hunter2"},
			"client_secret",
			[]string{"Could not sign in", `client_id "me"`, "invalid_client", "client ID comes from attribute client_id", "secret from attribute client_secret"},
		},
		"nobody listens": {
			block{"endpoint": closed, "client_id": "me", "client_secret": "hunter2", "max_retries": 0},
			"endpoint",
			[]string{"Could not reach the API", "connection refused", "attribute endpoint"},
		},
		"another server": {
			block{"endpoint": other.URL, "client_id": "me", "client_secret": "hunter2"},
			"endpoint",
			[]string{"Not the API", "Something answered", "404", "attribute endpoint"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := start(t, nil).configure(t.Context(), c.block)
			found.expectOne(t, c.at, c.says...)
			if strings.Contains(found.String(), "hunter2") {
				t.Errorf("the error tells the secret:\n%s", found)
			}
		})
	}
}

func TestCACertFile(t *testing.T) {
	t.Parallel()
	p := newPortal(t, func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the handshakes that shall fail
		s.StartTLS()
		return s
	})
	config := block{"endpoint": p.URL, "client_id": "me", "client_secret": goodSecret}
	start(t, nil).configure(t.Context(), config).expectOne(t, "endpoint", "not trusted", "ca_cert_file")

	file := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, map[string]string{"MSP_CA_CERT_FILE": file}).configure(t.Context(), config).expectNone(t)
}

// TestUnknown proves that a value that is not known yet is none that is missing: new objects can be planned, and only what
// needs an answer of the API fails.
func TestUnknown(t *testing.T) {
	t.Parallel()
	config := block{"endpoint": unknown, "client_id": "me", "sandbox": nil}
	tf := start(t, nil)
	tf.configure(t.Context(), config).expectNone(t)

	reason := []string{"known", "apply: endpoint", "-target"}
	_, found := tf.read(t.Context(), "msp_current_client", block{})
	found.expectOne(t, "", reason...)

	for typeName, schema := range tf.schemas.ResourceSchemas {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			tf := start(t, nil) // two kinds may not manage the same in one process
			tf.configure(t.Context(), config).expectNone(t)
			of, args := schema.ValueType(), arguments(schema)
			prior := maps.Clone(args)
			maps.DeleteFunc(prior, func(_ string, v any) bool { return v == unknown })
			tf.plan(typeName, nil, args).expectNone(t)
			tf.plan(typeName, prior, nil).expectNone(t)
			read, err := tf.provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: tf.dynamic(of, prior)})
			if err != nil {
				t.Fatal(err)
			}
			diagnostics(read.Diagnostics).expectOne(t, "", reason...)
		})
	}
}

// arguments are sensible values for what a resource requires, and unknown for what it computes.
func arguments(schema *tfprotov6.Schema) block {
	known := block{"email": "kim@msp.example", "domain": "customer.example", "name": "name.example", "role": "decision_maker"}
	args := block{}
	for _, a := range schema.Block.Attributes {
		switch {
		case a.Computed && !a.Optional:
			args[a.Name] = unknown
		case !a.Required:
		case known[a.Name] != nil:
			args[a.Name] = known[a.Name]
		case a.NestedType != nil:
			args[a.Name] = map[string]tftypes.Value{}
		case a.Type.Is(tftypes.String):
			args[a.Name] = "x"
		case a.Type.Is(tftypes.Set{}):
			args[a.Name] = []tftypes.Value{tftypes.NewValue(tftypes.String, "kim@msp.example")}
		}
	}
	return args
}

// TestDeferral: a Terraform that can put off what a provider can't plan yet is told to.
func TestDeferral(t *testing.T) {
	t.Parallel()
	tf := start(t, nil)
	of := tf.schemas.Provider.ValueType()
	resp, err := tf.provider.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config:             tf.dynamic(of, block{"sandbox": block{"path": unknown}}),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	diagnostics(resp.Diagnostics).expectNone(t)
	dataOf := tf.schemas.DataSourceSchemas["msp_current_client"].ValueType()
	read, err := tf.provider.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "msp_current_client", Config: tf.dynamic(dataOf, block{}),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	diagnostics(read.Diagnostics).expectNone(t)
	if read.Deferred == nil || read.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
		t.Errorf("deferred is %+v", read.Deferred)
	}
}

// TestLog reads the whole log of a run for what it must and must not hold.
func TestLog(t *testing.T) {
	t.Parallel()
	p := newPortal(t, httptest.NewServer)
	var out bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	tf := start(t, nil)
	tf.configure(ctx, block{"endpoint": p.URL, "client_id": "me", "client_secret": goodSecret}).expectNone(t)
	if _, found := tf.read(ctx, "msp_current_client", block{}); found != nil {
		t.Fatal(found)
	}
	if strings.Contains(out.String(), goodSecret) {
		t.Errorf("the log holds the secret or the token:\n%s", out.String())
	}
	lines, err := tflogtest.MultilineJSONDecode(&out)
	if err != nil {
		t.Fatal(err)
	}
	asked := slices.ContainsFunc(lines, func(line map[string]any) bool { return line["path"] == "/v1/me" && line["@level"] == "debug" })
	if !asked {
		t.Errorf("no line tells of the request:\n%v", lines)
	}
}

// TestLoggerMasks holds the logger to its own promise, whatever the client masks.
func TestLoggerMasks(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	l := newLogger(goodSecret, "")
	l.Debug(ctx, "said "+goodSecret, "key", "a "+goodSecret+" z")
	l.Info(ctx, "said "+goodSecret)
	l.Warn(ctx, "fine", "key", "value")
	if strings.Contains(out.String(), goodSecret) || !strings.Contains(out.String(), `"key":"value"`) {
		t.Errorf("the log is:\n%s", out.String())
	}
}
