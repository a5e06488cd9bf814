package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// estate is an API with external administrators, of one customer that the test is about and others; nil is no customer.
type estate struct {
	admins   []map[string]any
	requests atomic.Int64
}

const theCustomer = "cus_1"

func adminOf(customer, email, role string, more map[string]any) map[string]any {
	admin := map[string]any{"customer_id": customer, "email": email, "role": role, "status": "active", "content_protected": false}
	for name, value := range more {
		admin[name] = value
	}
	return admin
}

func (e *estate) portal(t *testing.T) *portal {
	t.Helper()
	others := []map[string]any{}
	for _, customer := range []string{"cus_2", "cus_3", "cus_4"} {
		others = append(others, adminOf(customer, "a@x.example", "desk", nil))
	}
	return newPortal(t, func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			customer, isCustomer := strings.CutPrefix(r.URL.Path, "/v1/customers/")
			if !isCustomer && r.URL.Path != "/v1/external-admins" {
				h.ServeHTTP(w, r)
				return
			}
			e.requests.Add(1)
			items := []map[string]any{}
			for _, admin := range slices.Concat(others, e.admins) {
				if !isCustomer || strings.HasPrefix(customer, admin["customer_id"].(string)+"/") {
					items = append(items, admin)
				}
			}
			w.Header().Set("Content-Type", "application/json")
			if isCustomer && strings.HasPrefix(customer, theCustomer+"/") && e.admins == nil {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusNotFound)
				_ = json.NewEncoder(w).Encode(api.Problem{Status: http.StatusNotFound, Code: api.ErrorCodeNotFound, Title: "Not found"})
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
		}))
	})
}

// A map that the API has just as the state says is read without the framework, and gets the answer that the framework would
// give. Of everything else the framework decides, by what was read already.
func TestUnchangedMapReads(t *testing.T) {
	t.Parallel()
	const summer, asUTC, winter = "2031-06-30T18:00:00+02:00", "2031-06-30T16:00:00Z", "2031-12-31T18:00:00Z"
	row := func(role string, expires any) map[string]any {
		return map[string]any{"role": role, "expires_at": expires}
	}
	state := func(admins map[string]any) map[string]any {
		return map[string]any{"id": theCustomer, "customer_id": theCustomer, "admins": admins}
	}
	one := []map[string]any{adminOf(theCustomer, "a@x.example", "desk", nil)}
	two := slices.Concat(one, []map[string]any{adminOf(theCustomer, "b@x.example", "desk", map[string]any{"expires_at": asUTC})})
	both := map[string]any{"a@x.example": row("desk", nil), "b@x.example": row("desk", asUTC)}
	cases := map[string]struct {
		state     map[string]any
		admins    []map[string]any
		unchanged bool
	}{
		"as it is":               {state(both), two, true},
		"nobody":                 {state(map[string]any{}), []map[string]any{}, true},
		"a key's spelling":       {state(map[string]any{"A@X.example": row("desk", nil)}), one, true},
		"the API's spelling":     {state(map[string]any{"a@x.example": row("desk", nil)}), []map[string]any{adminOf(theCustomer, "A@x.EXAMPLE", "desk", nil)}, true},
		"a moment's spelling":    {state(map[string]any{"a@x.example": row("desk", nil), "b@x.example": row("desk", summer)}), two, true},
		"protected ones besides": {state(both), slices.Concat(two, []map[string]any{adminOf(theCustomer, "c@x.example", "super_administrator", map[string]any{"content_protected": true})}), true},

		"another role":          {state(map[string]any{"a@x.example": row("other", nil), "b@x.example": row("desk", asUTC)}), two, false},
		"another end":           {state(map[string]any{"a@x.example": row("desk", nil), "b@x.example": row("desk", winter)}), two, false},
		"an end that is new":    {state(map[string]any{"a@x.example": row("desk", nil), "b@x.example": row("desk", nil)}), two, false},
		"an end that is gone":   {state(map[string]any{"a@x.example": row("desk", asUTC), "b@x.example": row("desk", asUTC)}), two, false},
		"somebody more":         {state(map[string]any{"a@x.example": row("desk", nil)}), two, false},
		"somebody less":         {state(both), one, false},
		"somebody else":         {state(map[string]any{"c@x.example": row("desk", nil)}), one, false},
		"nobody any more":       {state(both), []map[string]any{}, false},
		"a role that became so": {state(map[string]any{"a@x.example": row("desk", nil)}), []map[string]any{adminOf(theCustomer, "a@x.example", "desk", map[string]any{"content_protected": true})}, false},
		"no customer":           {state(both), nil, false},
		"just imported":         {map[string]any{"customer_id": theCustomer}, two, false},
		"imported, nobody":      {map[string]any{"customer_id": theCustomer}, []map[string]any{}, false},
		"no id":                 {map[string]any{"customer_id": theCustomer, "admins": both}, two, false},
		"no map":                {map[string]any{"id": theCustomer, "customer_id": theCustomer}, []map[string]any{}, false},
		"two spellings":         {state(map[string]any{"a@x.example": row("desk", nil), "A@x.example": row("desk", nil)}), one, false},
		"told twice":            {state(both), slices.Concat(one, one), false},
		"no role":               {state(map[string]any{"a@x.example": row("", nil)}), one, false},
	}
	for name, c := range cases {
		for _, shared := range []bool{false, true} {
			tf, framework := leanProvider(t)
			e := &estate{admins: c.admins}
			tf.configure(t.Context(), map[string]any{"endpoint": e.portal(t).URL, "client_id": "me", "client_secret": goodSecret}).expectNone(t)
			if shared {
				for _, customer := range []string{"cus_2", "cus_3", "cus_4"} {
					tf.readMap(t, framework.frameworkServer, &tfprotov6.ReadResourceRequest{CurrentState: tf.mapState(map[string]any{"customer_id": customer})})
				}
			}
			identity := tf.mapIdentity(t, map[string]any{"customer_id": theCustomer})
			for kept, identity := range map[string]*tfprotov6.ResourceIdentityData{"none": nil, "empty": tf.mapIdentity(t, nil), "known": identity} {
				req := &tfprotov6.ReadResourceRequest{CurrentState: tf.mapState(c.state), CurrentIdentity: identity, Private: []byte(`{"k":"MQ=="}`)}
				framework.reads = 0
				e.requests.Store(0)
				got := tf.readMap(t, tf.provider, req)
				requests := e.requests.Load()
				want := tf.readMap(t, framework.frameworkServer, req)
				if !reflect.DeepEqual(got, want) && name != "two spellings" { // of which the framework takes any
					t.Errorf("%s (shared: %v, identity: %s): got %+v, the framework says %+v", name, shared, kept, got, want)
				}
				if (framework.reads == 0) != c.unchanged {
					t.Errorf("%s (shared: %v, identity: %s): the framework was asked %d times", name, shared, kept, framework.reads)
				}
				if requests > 1 || shared && c.unchanged && len(c.admins) > 0 && requests > 0 {
					t.Errorf("%s (shared: %v, identity: %s): %d requests", name, shared, kept, requests)
				}
			}
		}
	}
}

func (tf *terraform) mapState(state map[string]any) *tfprotov6.DynamicValue {
	return tf.dynamic(tf.schemas.ResourceSchemas["msp_external_admins"].ValueType(), state)
}

func (tf *terraform) mapIdentity(t *testing.T, identity map[string]any) *tfprotov6.ResourceIdentityData {
	t.Helper()
	schemas, err := tf.provider.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: tf.dynamic(schemas.IdentitySchemas["msp_external_admins"].ValueType(), identity)}
}

// mapRead is the answer to a read, with the state decoded: a map is encoded in no order.
type mapRead struct {
	state       tftypes.Value
	identity    *tfprotov6.ResourceIdentityData
	private     string
	diagnostics string
}

func (tf *terraform) readMap(t *testing.T, server tfprotov6.ProviderServer, req *tfprotov6.ReadResourceRequest) mapRead {
	t.Helper()
	req.TypeName = "msp_external_admins"
	resp, err := server.ReadResource(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	state, err := resp.NewState.Unmarshal(tf.schemas.ResourceSchemas[req.TypeName].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return mapRead{state, resp.NewIdentity, string(resp.Private), diagnostics(resp.Diagnostics).String()}
}
