package tfkit

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// StringPointer is what the contract takes for an optional string: nil for null and unknown.
func StringPointer(v interface {
	IsNull() bool
	IsUnknown() bool
	ValueString() string
},
) *string {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	s := v.ValueString()
	return &s
}

// SameString reports whether an optional string is what the server answered; null and nil are the same.
func SameString(v types.String, remote *string) bool {
	if remote == nil {
		return v.ValueString() == ""
	}
	return v.ValueString() == *remote
}

// Moment is an optional time in RFC 3339 format, in UTC and to the second; null for nil.
func Moment(t *time.Time) types.String {
	if t == nil {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}
