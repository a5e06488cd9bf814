package provider

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// Every resource of which there may be thousands has a schema whose validators are asked without the framework.
func TestValidityOfAll(t *testing.T) {
	t.Parallel()
	found := 0
	for _, newResource := range resources {
		if one, ok := newResource().(tfkit.UnchangedPlanner); ok {
			found++
			var resp resource.SchemaResponse
			one.Schema(t.Context(), resource.SchemaRequest{}, &resp)
			if validityOf(one, resp.Schema) == nil {
				t.Errorf("%T has something to validate that only the framework knows", one)
			}
		}
	}
	if found == 0 {
		t.Error("none found")
	}
}

type judging struct{ resource.Resource }

func (judging) ValidateConfig(context.Context, resource.ValidateConfigRequest, *resource.ValidateConfigResponse) {
}

type judged struct{ resource.Resource }

func (judged) ConfigValidators(context.Context) []resource.ConfigValidator { return nil }

type objectValidator struct{ validator.Object }

// What a schema can have besides is left to the framework.
func TestNoValidity(t *testing.T) {
	t.Parallel()
	text := schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
	with := func(a schema.Attribute) schema.Schema {
		return schema.Schema{Attributes: map[string]schema.Attribute{"a": a, "b": text}}
	}
	of := func(a schema.Attribute) schema.NestedAttributeObject {
		return schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{"c": a}}
	}
	known := with(schema.MapNestedAttribute{Optional: true, NestedObject: of(text)})
	if validityOf(nil, known) == nil {
		t.Fatal("nothing of texts, and maps of objects of them")
	}
	for name, s := range map[string]schema.Schema{
		"a number":               with(schema.Int64Attribute{Optional: true}),
		"a map of texts":         with(schema.MapAttribute{Optional: true, ElementType: types.StringType}),
		"a list":                 with(schema.ListNestedAttribute{Optional: true, NestedObject: of(text)}),
		"a number in a map":      with(schema.MapNestedAttribute{Optional: true, NestedObject: of(schema.Int64Attribute{Optional: true})}),
		"a map in a map":         with(schema.MapNestedAttribute{Optional: true, NestedObject: of(schema.MapNestedAttribute{Optional: true, NestedObject: of(text)})}),
		"a map of judged rows":   with(schema.MapNestedAttribute{Optional: true, NestedObject: schema.NestedAttributeObject{Validators: []validator.Object{objectValidator{}}}}),
		"a write-only argument":  with(schema.StringAttribute{Optional: true, WriteOnly: true}),
		"a deprecated attribute": with(schema.StringAttribute{Optional: true, DeprecationMessage: "Gone soon."}),
		"an undefined attribute": with(schema.StringAttribute{}),
		"deprecated":             {DeprecationMessage: "Gone soon."},
		"a block":                {Blocks: map[string]schema.Block{"a": schema.SingleNestedBlock{}}},
	} {
		if validityOf(nil, s) != nil {
			t.Errorf("%s: taken for known", name)
		}
	}
	if validityOf(judging{}, known) != nil || validityOf(judged{}, known) != nil {
		t.Error("what judges a configuration as a whole is not asked")
	}
}

// validate asks both, and holds the one to the other: that nothing was found wrong without the framework, it has to find too.
func (tf *terraform) validate(framework *asked, typeName string, config *tfprotov6.DynamicValue) (alone bool, found diagnostics) {
	tf.t.Helper()
	req := &tfprotov6.ValidateResourceConfigRequest{TypeName: typeName, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true}}
	framework.validations = 0
	got, err := tf.provider.ValidateResourceConfig(tf.t.Context(), req)
	if err != nil {
		tf.t.Fatal(err)
	}
	alone = framework.validations == 0
	want, err := framework.frameworkServer.ValidateResourceConfig(tf.t.Context(), req)
	if err != nil {
		tf.t.Fatal(err)
	}
	if len(got.Diagnostics) != len(want.Diagnostics) || len(want.Diagnostics) < 2 && !reflect.DeepEqual(got, want) { // several are in no order
		tf.t.Errorf("%s %v: got %s, the framework says %s", typeName, config, diagnostics(got.Diagnostics), diagnostics(want.Diagnostics))
	}
	return alone, want.Diagnostics
}

func connectedLeanProvider(t *testing.T) (*terraform, *asked) {
	t.Helper()
	tf, framework := leanProvider(t)
	tf.configure(t.Context(), map[string]any{"endpoint": newPortal(t, httptest.NewServer).URL, "client_id": "me", "client_secret": goodSecret}).expectNone(t)
	return tf, framework
}

// Each rule of the kinds, broken alone: then the framework is asked, and says it.
func TestInvalidByRule(t *testing.T) {
	t.Parallel()
	tf, framework := connectedLeanProvider(t)
	row := func(more map[string]any) map[string]any {
		return map[string]any{"a@x.example": with(map[string]any{"role": "desk", "expires_at": "2031-06-30T18:00:00+02:00"}, more)}
	}
	right := map[string]map[string]any{
		"msp_external_admin":              {"customer_id": "cus_1", "email": "a@x.example", "role": "desk", "expires_at": "2031-06-30T18:00:00+02:00"},
		"msp_external_admins":             {"customer_id": "cus_1", "admins": row(nil)},
		"msp_customer_user":               {"customer_id": "cus_1", "email": "a@x.example", "name": "A", "role": "audit"},
		"msp_partner_access_group_member": {"customer_id": "cus_1", "role": "phone_manager", "email": "a@x.example"},
	}
	for typeName, config := range right {
		of := tf.schemas.ResourceSchemas[typeName].ValueType()
		if alone, found := tf.validate(framework, typeName, tf.dynamic(of, config)); !alone || len(found) > 0 {
			t.Errorf("%s: the framework was asked about what is right, and said %s", typeName, found)
		}
		for name := range config {
			// A reference is not known yet, and judged by nobody.
			if alone, found := tf.validate(framework, typeName, tf.dynamic(of, with(config, map[string]any{name: unknown}))); !alone || len(found) > 0 {
				t.Errorf("%s: the framework was asked about an unknown %s, and said %s", typeName, name, found)
			}
		}
	}
	for _, wrong := range []struct {
		typeName string
		config   map[string]any
	}{
		{"msp_external_admin", map[string]any{"customer_id": nil}},
		{"msp_external_admin", map[string]any{"customer_id": ""}},
		{"msp_external_admin", map[string]any{"email": nil}},
		{"msp_external_admin", map[string]any{"email": "a"}},
		{"msp_external_admin", map[string]any{"role": nil}},
		{"msp_external_admin", map[string]any{"role": ""}},
		{"msp_external_admin", map[string]any{"expires_at": "tomorrow"}},
		{"msp_external_admin", map[string]any{"id": "cus_1/a@x.example"}},
		{"msp_external_admin", map[string]any{"status": "active"}},
		{"msp_external_admins", map[string]any{"customer_id": nil}},
		{"msp_external_admins", map[string]any{"customer_id": ""}},
		{"msp_external_admins", map[string]any{"id": unknown}},
		{"msp_external_admins", map[string]any{"admins": nil}},
		{"msp_external_admins", map[string]any{"admins": map[string]any{"a": row(nil)["a@x.example"]}}},
		{"msp_external_admins", map[string]any{"admins": with(row(nil), map[string]any{"A@x.example": row(nil)["a@x.example"]})}},
		{"msp_external_admins", map[string]any{"admins": row(map[string]any{"role": nil})}},
		{"msp_external_admins", map[string]any{"admins": row(map[string]any{"role": ""})}},
		{"msp_external_admins", map[string]any{"admins": row(map[string]any{"expires_at": "tomorrow"})}},
		{"msp_customer_user", map[string]any{"customer_id": nil}},
		{"msp_customer_user", map[string]any{"email": "a"}},
		{"msp_customer_user", map[string]any{"name": nil}},
		{"msp_customer_user", map[string]any{"name": ""}},
		{"msp_customer_user", map[string]any{"role": "desk"}},
		{"msp_customer_user", map[string]any{"role": nil}},
		{"msp_customer_user", map[string]any{"status": "active"}},
		{"msp_partner_access_group_member", map[string]any{"customer_id": nil}},
		{"msp_partner_access_group_member", map[string]any{"role": "desk"}},
		{"msp_partner_access_group_member", map[string]any{"email": "a"}},
		{"msp_partner_access_group_member", map[string]any{"group_name": "A"}},
	} {
		of := tf.schemas.ResourceSchemas[wrong.typeName].ValueType()
		if alone, found := tf.validate(framework, wrong.typeName, tf.dynamic(of, with(right[wrong.typeName], wrong.config))); alone || len(found) != 1 {
			t.Errorf("%s with %v: the framework was asked: %v; it says %s", wrong.typeName, wrong.config, !alone, found)
		}
	}
	none := tf.dynamic(tf.schemas.ResourceSchemas["msp_external_admins"].ValueType(), nil)
	if alone, _ := tf.validate(framework, "msp_external_admins", none); alone {
		t.Error("no configuration at all is taken for right")
	}
}

func with(some, more map[string]any) map[string]any {
	all := maps.Clone(some)
	maps.Copy(all, more)
	return all
}

// Whatever the configuration, the framework finds nothing in what was found right without it.
func TestValidAtRandom(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("MODEL_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("MODEL_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	tf, framework := connectedLeanProvider(t)
	for _, typeName := range []string{"msp_external_admin", "msp_external_admins", "msp_customer_user", "msp_partner_access_group_member"} {
		of := tf.schemas.ResourceSchemas[typeName].ValueType()
		right, wrong := 0, 0
		for range 2000 {
			config, err := tfprotov6.NewDynamicValue(of, randomValue(random, "", of))
			if err != nil {
				t.Fatal(err)
			}
			alone, found := tf.validate(framework, typeName, &config)
			switch {
			case alone:
				right++
			case len(found) > 0:
				wrong++
			}
		}
		if right < 20 || wrong < 20 {
			t.Errorf("%s: %d right ones and %d wrong ones show nothing", typeName, right, wrong)
		}
	}
}

func randomValue(random *rand.Rand, name string, of tftypes.Type) tftypes.Value {
	if computed := name == "id" || name == "status" || name == "group_name"; computed && random.IntN(20) > 0 || !computed && name != "" && random.IntN(12) == 0 {
		return tftypes.NewValue(of, nil)
	}
	if name != "" && random.IntN(12) == 0 {
		return tftypes.NewValue(of, tftypes.UnknownValue)
	}
	values := make(map[string]tftypes.Value)
	switch of := of.(type) {
	case tftypes.Object:
		for name, of := range of.AttributeTypes {
			values[name] = randomValue(random, name, of)
		}
		return tftypes.NewValue(of, values)
	case tftypes.Map:
		for range random.IntN(4) {
			values[randomText(random, "email")] = randomValue(random, "row", of.ElementType)
		}
		return tftypes.NewValue(of, values)
	}
	return tftypes.NewValue(of, randomText(random, name))
}

func randomText(random *rand.Rand, name string) string {
	if random.IntN(10) == 0 {
		return []string{"", " ", "x", "a@", "é@x.example", "2031-06-30", "desk\x00"}[random.IntN(7)]
	}
	switch name {
	case "email":
		return fmt.Sprintf("%c@x.example", "abcdABCD"[random.IntN(8)])
	case "expires_at":
		return fmt.Sprintf("203%d-06-30T18:00:00%s", random.IntN(10), []string{"Z", "+02:00"}[random.IntN(2)])
	case "role":
		return []string{"audit", "phone_manager"}[random.IntN(2)]
	}
	return "cus_1"
}
