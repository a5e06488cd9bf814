package tfkit

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	var c Claims
	claim := func(customer, typeName, id string) string {
		var diags diag.Diagnostics
		c.Claim(&diags, path.Root("customer_id"), ExternalAdminsOf(customer), typeName, id)
		if !diags.HasError() {
			return ""
		}
		return diags.Errors()[0].Detail()
	}
	for _, free := range [][3]string{
		{"cus_1", "msp_external_admin", "cus_1/a@x.example"},
		{"cus_1", "msp_external_admin", "cus_1/b@x.example"},
		{"cus_2", "msp_external_admins", "cus_2"},
		{"cus_2", "msp_external_admins", "cus_2"}, // planning asks twice for what is replaced
	} {
		if refusal := claim(free[0], free[1], free[2]); refusal != "" {
			t.Errorf("%v: %s", free, refusal)
		}
	}
	for _, taken := range [][3]string{
		{"cus_1", "msp_external_admins", "cus_1"},
		{"cus_2", "msp_external_admin", "cus_2/a@x.example"},
	} {
		refusal := claim(taken[0], taken[1], taken[2])
		for _, want := range []string{"Attribute customer_id", "msp_external_admin \"" + taken[0] + "/a@x.example\"", "msp_external_admins \"" + taken[0] + "\""} {
			if !strings.Contains(refusal, want) {
				t.Errorf("%v is answered %q, want %q in it", taken, refusal, want)
			}
		}
	}
}

func TestKnownString(t *testing.T) {
	t.Parallel()
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.String, "b": tftypes.String, "c": tftypes.String, "n": tftypes.Number}}
	object := tftypes.NewValue(of, map[string]tftypes.Value{
		"a": tftypes.NewValue(tftypes.String, "text"), "b": tftypes.NewValue(tftypes.String, nil),
		"c": tftypes.NewValue(tftypes.String, tftypes.UnknownValue), "n": tftypes.NewValue(tftypes.Number, 1),
	})
	if got, ok := KnownString(object, "a"); !ok || got != "text" {
		t.Errorf("got %q, %t", got, ok)
	}
	for _, name := range []string{"b", "c", "n", "missing"} {
		if got, ok := KnownString(object, name); ok {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for _, none := range []tftypes.Value{tftypes.NewValue(of, nil), tftypes.NewValue(of, tftypes.UnknownValue)} {
		if got, ok := KnownString(none, "a"); ok {
			t.Errorf("got %q of %s", got, none)
		}
	}
}
