package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// logger hands the client's log to Terraform's. The client masks what it says itself; masking here again keeps the
// configured secrets out whatever a later change of the client forgets.
type logger struct{ secrets []string }

func newLogger(secrets ...string) client.Logger {
	return logger{slices.DeleteFunc(secrets, func(s string) bool { return s == "" })}
}

func (l logger) Debug(ctx context.Context, msg string, keysAndValues ...any) {
	tflog.Debug(l.mask(ctx), msg, fields(keysAndValues))
}

func (l logger) Info(ctx context.Context, msg string, keysAndValues ...any) {
	tflog.Info(l.mask(ctx), msg, fields(keysAndValues))
}

func (l logger) Warn(ctx context.Context, msg string, keysAndValues ...any) {
	tflog.Warn(l.mask(ctx), msg, fields(keysAndValues))
}

func (l logger) mask(ctx context.Context) context.Context {
	return tflog.MaskLogStrings(ctx, l.secrets...)
}

func fields(keysAndValues []any) map[string]any {
	m := make(map[string]any, len(keysAndValues)/2)
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		if key, ok := keysAndValues[i].(string); ok {
			m[key] = keysAndValues[i+1]
		}
	}
	return m
}
