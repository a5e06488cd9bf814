package tfkit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// PhoneNumber accepts international phone numbers.
func PhoneNumber() validator.String {
	return wellFormed{"an international phone number with +", canon.Phone}
}

// CountryCode accepts ISO 3166-1 alpha-2 codes.
func CountryCode() validator.String {
	return wellFormed{"a country code of two upper-case letters", canon.Country}
}

// IPAddress accepts one IPv4 or IPv6 address.
func IPAddress() validator.String {
	return wellFormed{"an IPv4 or IPv6 address", func(s string) error {
		_, err := canon.IPAddress(s)
		return err
	}}
}

// RoleName accepts what can be the name of a custom role.
func RoleName() validator.String {
	return wellFormed{"a role's name: 1 to 200 characters without a slash", canon.RoleName}
}

type wellFormed struct {
	what  string
	check func(string) error
}

func (v wellFormed) Description(context.Context) string { return "The value must be " + v.what + "." }

func (v wellFormed) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v wellFormed) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := v.check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid value", fmt.Sprintf("Attribute %s: %s.", req.Path, err))
	}
}
