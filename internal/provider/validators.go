package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// notEmpty refuses "": it would be a second way to say that an argument is left out, and a forgotten variable could
// silently change as whom Terraform acts.
type notEmpty struct{ variable string }

func (v notEmpty) Description(context.Context) string { return "The value must not be empty." }

func (v notEmpty) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v notEmpty) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() != "" {
		return
	}
	instead := "leave it out or set it to null."
	if v.variable != "" {
		instead = fmt.Sprintf("to use the environment variable %s, leave it out or set it to null.", v.variable)
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Empty value",
		fmt.Sprintf("Attribute %s: the value is an empty string. Give it a value, or %s", req.Path, instead))
}

// endpointURL accepts what the client can talk to.
type endpointURL struct{}

func (v endpointURL) Description(context.Context) string {
	return "The value must be an https URL, or an http URL of a loopback address."
}

func (v endpointURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v endpointURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() == "" {
		return
	}
	var wrong *client.ConfigError
	if errors.As(client.CheckEndpoint(req.ConfigValue.ValueString()), &wrong) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid endpoint", fmt.Sprintf("Attribute %s %s.", req.Path, wrong.Detail))
	}
}

// positiveDuration accepts Go durations longer than nothing.
type positiveDuration struct{}

func (v positiveDuration) Description(context.Context) string {
	return `The value must be a duration such as "30s" or "2m".`
}

func (v positiveDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() == "" {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("Attribute %s: %q is no duration above zero. Write a number with a unit, such as \"30s\" or \"2m\".", req.Path, req.ConfigValue.ValueString()))
	}
}
