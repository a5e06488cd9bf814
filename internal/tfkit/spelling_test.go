package tfkit

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

func TestNoDoubles(t *testing.T) {
	t.Parallel()
	unknown := Text{StringValue: basetypes.NewStringUnknown(), kind: IPRangeType}
	for name, test := range map[string]struct {
		members []attr.Value
		refused []string // a text of each error, in the order of the members
	}{
		"none":            {nil, nil},
		"different":       {[]attr.Value{IPRangeType.Value("192.0.2.0/24"), IPRangeType.Value("2001:db8::1")}, nil},
		"unknown members": {[]attr.Value{IPRangeType.Value("192.0.2.1"), unknown, unknown}, nil},
		"two spellings":   {[]attr.Value{IPRangeType.Value("2001:DB8::1"), IPRangeType.Value("2001:db8::1/128")}, []string{`"2001:DB8::1" and "2001:db8::1/128" are the same`}},
		"malformed":       {[]attr.Value{IPRangeType.Value("10.0.0.0/08"), IPRangeType.Value("10.0.0.1/8")}, []string{`"10.0.0.0/08"`, `write "10.0.0.0/8"`}},
		"malformed twice": {[]attr.Value{IPRangeType.Value("x"), IPRangeType.Value("X")}, []string{`"x"`, `"X"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := validator.SetRequest{Path: path.Root("ranges"), ConfigValue: types.SetValueMust(IPRangeType, test.members)}
			var resp validator.SetResponse
			NoDoubles(IPRangeType).ValidateSet(t.Context(), req, &resp)
			got := resp.Diagnostics.Errors()
			if len(got) != len(test.refused) {
				t.Fatalf("got %v, want %d errors", got, len(test.refused))
			}
			for i, want := range test.refused {
				if !strings.Contains(got[i].Detail(), "Attribute ranges: ") || !strings.Contains(got[i].Detail(), want) {
					t.Errorf("got %q, want the attribute and %q in it", got[i].Detail(), want)
				}
			}
		})
	}
}
