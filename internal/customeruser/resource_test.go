package customeruser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

const (
	typeName = "msp_customer_user"
	address  = typeName + ".test"
)

// Customers and users of the seed.
const (
	globex   = "cus_globex22222222222222" // referral
	initech  = "cus_initech2222222222222" // managed, without users
	umbrella = "cus_umbrella222222222222" // managed prospect, with these users
	ana      = "ana.silva@umbrella.example"
	anaText  = "Ana.Silva@umbrella.example" // master_admin
	tom      = "tom@umbrella.example"       // standard_support
	eve      = "eve@initech.example"
)

func config(customerID, email, name, role string) string {
	return fmt.Sprintf("\nresource %q \"test\" {\n  customer_id = %q\n  email       = %q\n  name        = %q\n  role        = %q\n}\n", typeName, customerID, email, name, role)
}

func importing(id string) string {
	return fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
}

func put(t *testing.T, s *acctest.Server, email, name, role string) {
	t.Helper()
	in := api.CustomerUserInput{Name: name, Role: api.CustomerUserRole(role)}
	if _, err := s.Client(t).PutCustomerUser(t.Context(), initech, email, in, client.WriteOptions{}); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, s *acctest.Server, email string) {
	t.Helper()
	if err := s.Client(t).DeleteCustomerUser(t.Context(), initech, email, client.MatchOptions{}); err != nil {
		t.Error(err)
	}
}

func gone(t *testing.T, s *acctest.Server, customerID, email string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if _, err := s.Client(t).GetCustomerUser(t.Context(), customerID, email); !client.IsNotFound(err) {
			return fmt.Errorf("%s/%s should be gone, but reading it answers %w", customerID, email, err)
		}
		return nil
	}
}

func attribute(name, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.StringExact(want))
}

func TestAccCustomerUser_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:            config(initech, "Eve@Initech.example", "Eve", "audit"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("id", initech+"/"+eve), attribute("email", "Eve@Initech.example"), attribute("status", "active")},
		},
		// Case alone is no change.
		resource.TestStep{Config: config(initech, eve, "Eve", "audit"), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop)},
		resource.TestStep{
			Config:           config(initech, eve, "Eve Adams", "master_admin"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				return s.Expect(t, func(c *client.Client) (any, error) {
					got, err := c.GetCustomerUser(t.Context(), initech, eve)
					if err != nil {
						return nil, err
					}
					return got.Value, nil
				}, api.CustomerUser{CustomerID: initech, Email: "Eve@Initech.example", Name: "Eve Adams", Role: "master_admin", Status: "active"})
			},
		},
		// The import ID has the address in lower case, and state keeps the spelling of an import.
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"email"}},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// Another address, then another customer, is another user. The built-in administrator is the master admin that stays.
		resource.TestStep{
			Config:           config(initech, "adam@initech.example", "Adam", "master_admin"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, eve),
		},
		resource.TestStep{
			Config:           config(umbrella, "adam@initech.example", "Adam", "master_admin"),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check:            gone(t, s, initech, "adam@initech.example"),
		},
		resource.TestStep{Config: config(umbrella, "adam@initech.example", "Adam", "master_admin"), Destroy: true, Check: gone(t, s, umbrella, "adam@initech.example")},
	)
}

func TestAccCustomerUser_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(initech, "Eve@initech.example", "Eve", "audit"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"customer_id": knownvalue.StringExact(initech), "email": knownvalue.StringExact(eve)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked: an identity in any spelling imports, and ends up in lower case.
func TestAccCustomerUser_identityProtocol(t *testing.T) {
	t.Parallel()
	p := acctest.NewServer(t).Protocol(t)
	attributes, identity := p.Import(typeName, map[string]any{"customer_id": umbrella, "email": strings.ToUpper(ana)})
	for name, want := range map[string]string{"id": umbrella + "/" + ana, "name": "Ana Silva", "role": "master_admin", "status": "active"} {
		if got := attributes[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s is %s, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"customer_id": umbrella, "email": ana} {
		if got := identity[name]; !got.Equal(tftypes.NewValue(tftypes.String, want)) {
			t.Errorf("%s of the identity is %s, want %q", name, got, want)
		}
	}
}

func TestAccCustomerUser_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for name, c := range map[string]struct {
		id   string
		want []string
	}{
		"no e-mail":         {umbrella, []string{"Invalid import ID", "customer_id/email"}},
		"no customer":       {"/" + ana, []string{"Invalid import ID", "customer_id/email"}},
		"no such user":      {umbrella + "/" + eve, []string{"Cannot import non-existent"}},
		"built-in":          {umbrella + "/msp_umbrella@umbrella.example", []string{"Cannot import non-existent"}},
		"not the partner's": {"cus_tailspin222222222222/" + ana, []string{"Cannot import non-existent"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: importing(c.id) + config(umbrella, tom, "Tom Reed", "standard_support"), ExpectError: acctest.Says(c.want...)})
		})
	}
}

func TestAccCustomerUser_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	wanted := config(initech, eve, "Eve", "audit")
	s.Test(t,
		resource.TestStep{Config: wanted},
		resource.TestStep{
			PreConfig:        func() { put(t, s, eve, "Eve", "sso_admin") },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig:        func() { remove(t, s, eve) },
			Config:           wanted,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
		},
		resource.TestStep{PreConfig: func() { remove(t, s, eve) }, Config: wanted, Destroy: true},
	)
}

// What happens between plan and apply.
func TestAccCustomerUser_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	object := func(role string) map[string]any {
		return map[string]any{"id": initech + "/" + eve, "customer_id": initech, "email": eve, "name": "Eve", "role": role, "status": "active"}
	}
	put(t, s, eve, "Eve", "sso_admin")
	s.ResetRequests()
	after, refusal := p.Apply(typeName, object("audit"), object("full_support"))
	if !strings.HasPrefix(refusal, "Changed since the plan") || !strings.Contains(refusal, "role") {
		t.Errorf("an update over somebody's change is answered %q", refusal)
	}
	if !after["role"].Equal(tftypes.NewValue(tftypes.String, "audit")) {
		t.Errorf("the state has the role %s although nothing was written", after["role"])
	}
	for _, request := range s.Requests() {
		if request.Method == http.MethodPut {
			t.Error("somebody's change was written over")
		}
	}
	if _, refusal = p.Apply(typeName, object("sso_admin"), object("audit")); refusal != "" {
		t.Error(refusal)
	}
	if written := s.Requests()[len(s.Requests())-1]; written.Method != http.MethodPut || len(written.Header["If-Match"]) != 1 {
		t.Errorf("the update was written with %s and If-Match %v, want the ETag that was read", written.Method, written.Header["If-Match"])
	}

	// A removal that the server confirms but does not show is no success. Reading before makes the old answer known.
	if _, err := s.Client(t).GetCustomerUser(t.Context(), initech, eve); err != nil {
		t.Error(err)
	}
	if err := s.Faults.Add(rest.Fault{Operation: "getCustomerUser", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal = p.Apply(typeName, object("audit"), nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") || after == nil {
		t.Errorf("a removal that can't be seen is answered %q and leaves %v in state", refusal, after)
	}
	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, object("audit"), nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccCustomerUser_alreadyExists(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).Test(t, resource.TestStep{
		Config:      config(umbrella, strings.ToUpper(ana), "Ana Silva", "master_admin"),
		ExpectError: acctest.Says("exists already", "import {", "to = msp_customer_user.NAME", `id = "`+umbrella+"/"+ana+`"`),
	})

	adopting := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	adopting.Test(t,
		resource.TestStep{Config: config(umbrella, tom, "Tom", "audit"), ExpectError: acctest.Says("not taken over", "differs in: name, role")},
		resource.TestStep{
			Config:            config(umbrella, "TOM@umbrella.example", "Tom Reed", "standard_support"),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("email", "TOM@umbrella.example"), attribute("id", umbrella+"/"+tom)},
		},
	)

	// One user declared twice: whichever comes second must not adopt what the first one made.
	twice := acctest.NewServer(t, acctest.WithProviderArguments("adopt_existing = true"))
	again := strings.Replace(config(initech, strings.ToUpper(eve), "Eve", "audit"), `"test"`, `"again"`, 1)
	twice.Test(t, resource.TestStep{Config: config(initech, eve, "Eve", "audit") + again, ExpectError: acctest.Says("this very run made or adopted it")})
}
