package provider

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// States as Terraform keeps them are decoded as the framework does it; what is not as it should be is the framework's.
func TestUnchangedUpgrades(t *testing.T) {
	t.Parallel()
	tf, framework := connectedLeanProvider(t)
	grant := func(rest string) string {
		return `{"id":"cus_1/a@x.example","customer_id":"cus_1","email":"A@x.example","role":"desk","status":"active"` + rest + `}`
	}
	rows := func(rows string) string { return `{"id":"cus_1","customer_id":"cus_1","admins":` + rows + `}` }
	for name, c := range map[string]struct {
		typeName string
		state    *tfprotov6.RawState
		version  int64
		alone    bool
	}{
		"a grant":              {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(`,"expires_at":null`))}, 0, true},
		"a grant that ends":    {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(`,"expires_at":"2031-06-30T18:00:00+02:00"`))}, 0, true},
		"something is missing": {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(``))}, 0, true},
		"nothing is there":     {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{}`)}, 0, true},
		"something unknown":    {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(`,"former":{"a":[1,2,true]},"other":1`))}, 0, true},
		"white space":          {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(" \n" + grant(` , "expires_at" : null `) + "\n")}, 0, true},
		"escapes":              {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{"role":"\u00e9\"\u003c\ud83d\ude00\ud800\n"}`)}, 0, true},
		"no text at all":       {"msp_external_admin", &tfprotov6.RawState{JSON: []byte("{\"role\":\"\xff\"}")}, 0, true},
		"a user":               {"msp_customer_user", &tfprotov6.RawState{JSON: []byte(grant(`,"name":"A"`))}, 0, true},
		"a member":             {"msp_partner_access_group_member", &tfprotov6.RawState{JSON: []byte(grant(`,"group_name":"A"`))}, 0, true},
		"a map":                {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`{"a@x.example":{"role":"desk","expires_at":null},"B@x.example":{"role":"desk"},"c@x.example":null}`))}, 0, true},
		"an empty map":         {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`{}`))}, 0, true},
		"no map":               {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`null`))}, 0, true},
		"unknown in a map":     {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`{"a@x.example":{"role":"desk","former":1}}`))}, 0, true},

		"a number for a text":  {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{"role":7.50}`)}, 0, false},
		"a truth for a text":   {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{"role":true}`)}, 0, false},
		"a list for a text":    {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{"role":["desk"]}`)}, 0, false},
		"an object for a text": {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{"role":{}}`)}, 0, false},
		"a list for a map":     {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`[]`))}, 0, false},
		"a text for a map":     {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`"a"`))}, 0, false},
		"a text for a row":     {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(rows(`{"a":"desk"}`))}, 0, false},
		"a list":               {"msp_external_admins", &tfprotov6.RawState{JSON: []byte(`[]`)}, 0, false},
		"nothing":              {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`null`)}, 0, false},
		"cut off":              {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(`{"role":"de`)}, 0, false},
		"something behind":     {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(``) + `x`)}, 0, false},
		"empty":                {"msp_external_admin", &tfprotov6.RawState{}, 0, false},
		"none":                 {"msp_external_admin", nil, 0, false},
		"flat":                 {"msp_external_admin", &tfprotov6.RawState{Flatmap: map[string]string{"role": "desk"}}, 0, false},
		"flat besides":         {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(``)), Flatmap: map[string]string{"role": "desk"}}, 0, false},
		"another version":      {"msp_external_admin", &tfprotov6.RawState{JSON: []byte(grant(``))}, 1, false},
		"another kind":         {"msp_customer", &tfprotov6.RawState{JSON: []byte(`{"id":"cus_1"}`)}, 0, false},
	} {
		req := &tfprotov6.UpgradeResourceStateRequest{TypeName: c.typeName, RawState: c.state, Version: c.version}
		framework.upgrades = 0
		got, err := tf.provider.UpgradeResourceState(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if alone := framework.upgrades == 0; alone != c.alone {
			t.Errorf("%s: without the framework: %v", name, alone)
		}
		want, err := framework.frameworkServer.UpgradeResourceState(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Diagnostics) > 0 || len(want.Diagnostics) > 0 {
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, the framework says %+v", name, got, want)
			}
			continue
		}
		if was, is := tf.upgraded(t, c.typeName, want), tf.upgraded(t, c.typeName, got); !reflect.DeepEqual(is, was) {
			t.Errorf("%s: got %v, the framework says %v", name, is, was)
		}
		// A map is encoded in any order.
		if c.typeName != "msp_external_admins" && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, the framework says %+v", name, got, want)
		}
	}
}

func (tf *terraform) upgraded(t *testing.T, typeName string, resp *tfprotov6.UpgradeResourceStateResponse) *tftypes.Value {
	t.Helper()
	if resp.UpgradedState == nil {
		return nil
	}
	state, err := resp.UpgradedState.Unmarshal(tf.schemas.ResourceSchemas[typeName].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return &state
}

// Types that the states of these kinds do not have are the framework's.
func TestStateOfOtherTypes(t *testing.T) {
	t.Parallel()
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"texts": tftypes.List{ElementType: tftypes.String}, "number": tftypes.Number}}
	for _, text := range []string{`{"texts":["a"]}`, `{"number":1}`, `{"texts":{}}`} {
		if value, ok := stateOf([]byte(text), of); ok {
			t.Errorf("%s: %v", text, value)
		}
	}
}
