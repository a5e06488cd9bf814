package customer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	fwresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/customer"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func TestAccCustomer_deletionProtection(t *testing.T) {
	t.Parallel()
	protected := block(`name = "Tailwind Traders"; domain = "tailwind.example"`)
	refusal := acctest.Says("Deletion protection is on", "customer tailwind.example", "Set deletion_protection = false, apply that")
	acctest.NewServer(t).Test(t,
		resource.TestStep{
			Config:            protected,
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{attribute("deletion_protection", knownvalue.Bool(true))},
		},
		resource.TestStep{Config: protected, Destroy: true, ExpectError: refusal},
		// What the configuration says is not in force yet.
		resource.TestStep{Config: block(tailwind), Destroy: true, ExpectError: refusal},
		resource.TestStep{
			Config:      block(`name = "Tailwind Traders"; domain = "tailwind.test"; deletion_protection = false`),
			ExpectError: refusal,
		},
		resource.TestStep{Config: block(tailwind), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{
			Config:           block(`name = "Tailwind Traders"; domain = "tailwind.test"; deletion_protection = false`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
		},
	)
}

// grant lets an external administrator into the customer and gives the partner an access role there.
func grant(t *testing.T, s *acctest.Server, domain string) {
	t.Helper()
	id, c := find(t, s, domain).ID, s.Client(t)
	if _, err := c.PutExternalAdmin(t.Context(), id, "lee@northwind-msp.example", api.ExternalAdminInput{Role: "basic_administrator"}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutAccessRole(t.Context(), id, api.AccessRoleNamePhoneManager, api.AccessRoleInput{NotifyEmails: []string{"it@tailwind.example"}}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
}

// people puts users, contacts, members of the access group and custom roles into the customer's account.
func people(t *testing.T, s *acctest.Server, domain string, users int) {
	t.Helper()
	ctx, id, c := t.Context(), find(t, s, domain).ID, s.Client(t)
	var errs []error
	for i := range users {
		_, err := c.PutCustomerUser(ctx, id, fmt.Sprintf("u%02d@%s", i, domain), api.CustomerUserInput{Name: "U", Role: "audit"}, client.WriteOptions{})
		errs = append(errs, err)
	}
	for email, roles := range map[string][]api.ContactRole{"noor@consult.example": {"technical_contact"}, "amy@" + domain: {"billing_contact", "decision_maker"}} {
		_, err := c.PutAuthorizedContact(ctx, id, email, api.AuthorizedContactInput{Name: "C", Roles: roles}, client.WriteOptions{})
		errs = append(errs, err)
	}
	for _, email := range []string{"robin@northwind-msp.example", "kim@northwind-msp.example"} {
		_, err := c.PutAccessGroupMember(ctx, id, api.AccessRoleNamePhoneManager, email, api.AccessGroupMemberInput{}, client.WriteOptions{})
		errs = append(errs, err)
	}
	for _, name := range []string{"Mail Tracker", "Desk"} {
		_, err := c.PutRole(ctx, id, name, api.RoleInput{Permissions: []string{"users.read"}}, client.WriteOptions{})
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestAccCustomer_forceDestroy(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	inUse := acctest.Says("Could not delete customer tailwind.example", "set force_destroy = true, apply, and destroy afterwards",
		"external_admin", "/lee@northwind-msp.example", "in_use", "Request id: ")
	forced := block(tailwind + "; force_destroy = true")
	s.Test(t,
		resource.TestStep{Config: block(tailwind)},
		resource.TestStep{PreConfig: func() { grant(t, s, "tailwind.example") }, Config: block(tailwind), Destroy: true, ExpectError: inUse},
		// What the configuration says is not in force yet.
		resource.TestStep{Config: forced, Destroy: true, ExpectError: inUse},
		resource.TestStep{
			PreConfig:        s.ResetRequests,
			Config:           forced,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			PreConfig: func() {
				for _, request := range s.Requests() {
					if request.OperationID == "putCustomer" {
						t.Error("force_destroy alone is nothing to tell the server")
					}
				}
			},
			Config: forced, Destroy: true,
		},
	)
}

// The seed's referral customer, as it is.
const acme = `name = "Acme Ltd"; domain = "acme.example"; require_sso = true; country = "GB"; allowed_ip_ranges = ["203.0.113.0/24"]; `

func TestAccCustomer_referral(t *testing.T) {
	t.Parallel()
	const id = "cus_acme2222222222222222"
	asIs := block(acme + `product = "Email Security"; seats = 250; external_id = "CRM-1001"`)
	changed := block(acme + "product = \"Email Continuity\"; seats = 260; external_id = \"CRM-1002\"; implementation_lead = \"lee@northwind-msp.example\"\ndeletion_protection = false\nrfi = { inbound_ips = [\"203.0.113.5\"] }")
	acctest.NewServer(t).Test(t,
		resource.TestStep{
			Config:           importBlock(id) + asIs,
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("relationship", knownvalue.StringExact("referral")),
				attribute("admin_username", knownvalue.Null()),
				attribute("force_destroy", knownvalue.Bool(false)),
				attribute("internal_domains", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("acme.example"), knownvalue.StringExact("acme-mail.example")})),
			},
		},
		resource.TestStep{Config: changed, ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate)},
		resource.TestStep{
			Config:      block(strings.Replace(acme, "Acme Ltd", "Acme Limited", 1) + `product = "Email Continuity"`),
			PlanOnly:    true,
			ExpectError: acctest.Says("Would be refused", "Attribute name", "not_managed"),
		},
		resource.TestStep{
			Config:      block(strings.Replace(acme, "203.0.113.0/24", "192.0.2.0/24", 1) + `enabled = false`),
			PlanOnly:    true,
			ExpectError: acctest.Says("Attribute enabled", "not_managed"),
		},
		// Neither destroyed nor replaced, also without deletion protection.
		resource.TestStep{Config: changed, Destroy: true, ExpectError: acctest.Says("A referral customer can't be deleted", "not_managed", "terraform state rm")},
		resource.TestStep{
			Config:      block(strings.Replace(acme, "acme.example", "acme.test", 1)),
			PlanOnly:    true,
			ExpectError: acctest.Says("A referral customer can't be deleted", "removed block"),
		},
		resource.TestStep{Config: "\nremoved {\n  from = " + address + "\n  lifecycle {\n    destroy = false\n  }\n}\n"},
	)
}

// imported is the resource and the state that it reads for a customer.
func imported(t *testing.T, rt *tfkit.Runtime, id string) (fwresource.ResourceWithModifyPlan, tfsdk.State) {
	t.Helper()
	ctx := t.Context()
	r := customer.NewResource()
	r.(fwresource.ResourceWithConfigure).Configure(ctx, fwresource.ConfigureRequest{ProviderData: rt}, &fwresource.ConfigureResponse{})
	var schema fwresource.SchemaResponse
	r.Schema(ctx, fwresource.SchemaRequest{}, &schema)
	var identity fwresource.IdentitySchemaResponse
	r.(fwresource.ResourceWithIdentity).IdentitySchema(ctx, fwresource.IdentitySchemaRequest{}, &identity)

	of := schema.Schema.Type().TerraformType(ctx)
	resp := fwresource.ImportStateResponse{State: tfsdk.State{Schema: schema.Schema, Raw: tftypes.NewValue(of, nil)}}
	r.(fwresource.ResourceWithImportState).ImportState(ctx, fwresource.ImportStateRequest{ID: id}, &resp)
	read := fwresource.ReadResponse{State: resp.State, Identity: &tfsdk.ResourceIdentity{
		Schema: identity.IdentitySchema, Raw: tftypes.NewValue(identity.IdentitySchema.Type().TerraformType(ctx), nil),
	}}
	r.Read(ctx, fwresource.ReadRequest{State: resp.State}, &read)
	if resp.Diagnostics.HasError() || read.Diagnostics.HasError() {
		t.Fatal(resp.Diagnostics, read.Diagnostics)
	}
	return r.(fwresource.ResourceWithModifyPlan), read.State
}

// provider is the client of a plan, which has written nothing, beside the one that prepares what it meets.
func provider(t *testing.T, s *acctest.Server) *client.Client {
	t.Helper()
	c, err := client.New(t.Context(), client.Config{Endpoint: s.URL, ClientID: s.ClientID, ClientSecret: s.ClientSecret})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// destroy plans the destruction of what is in state.
func destroy(t *testing.T, r fwresource.ResourceWithModifyPlan, state tfsdk.State) *fwresource.ModifyPlanResponse {
	t.Helper()
	nothing := tftypes.NewValue(state.Raw.Type(), nil)
	req := fwresource.ModifyPlanRequest{
		State: state, Plan: tfsdk.Plan{Schema: state.Schema, Raw: nothing}, Config: tfsdk.Config{Schema: state.Schema, Raw: nothing},
	}
	resp := &fwresource.ModifyPlanResponse{Plan: req.Plan}
	r.ModifyPlan(t.Context(), req, resp)
	return resp
}

func TestWarningOfForcedDestruction(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	rt := &tfkit.Runtime{Client: provider(t, s), Owned: &tfkit.Owned{}}
	r, state := imported(t, rt, "cus_initech2222222222222")
	if diags := state.SetAttribute(t.Context(), path.Root("force_destroy"), true); diags.HasError() {
		t.Fatal(diags)
	}
	if resp := destroy(t, r, state); len(resp.Diagnostics) > 0 {
		t.Errorf("a warning, though nothing goes along: %v", resp.Diagnostics)
	}
	grant(t, s, "initech.example")
	people(t, s, "initech.example", 13)
	resp := destroy(t, r, state)
	if resp.Diagnostics.HasError() || resp.Diagnostics.WarningsCount() != 1 {
		t.Fatalf("want one warning, got %v", resp.Diagnostics)
	}
	for _, want := range []string{
		"initech.example",
		"\n  - 13 users: u00@initech.example (audit); u01@initech.example (audit); ", "u09@initech.example (audit); and 3 more\n",
		"\n  - 1 external administrator: lee@northwind-msp.example (basic_administrator)\n",
		"\n  - 2 authorized contacts: amy@initech.example (decision_maker, billing_contact); noor@consult.example (technical_contact)\n",
		"\n  - 1 partner access role: phone_manager, with the group \"Initech Phone Manager\"\n",
		"\n  - 2 members of access groups: kim@northwind-msp.example (phone_manager); robin@northwind-msp.example (phone_manager)\n",
		"\n  - 2 custom roles: \"Desk\"; \"Mail Tracker\"",
	} {
		if text := resp.Diagnostics[0].Detail(); !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if diags := state.SetAttribute(t.Context(), path.Root("force_destroy"), false); diags.HasError() {
		t.Fatal(diags)
	}
	// Other resources of the run may remove the grants first.
	if resp := destroy(t, r, state); len(resp.Diagnostics) > 0 {
		t.Errorf("without force_destroy, grants are judged when it is applied: %v", resp.Diagnostics)
	}
}

// A helpdesk may delete customers and sees their users, but not who else gets in there.
func TestWarningWithoutSight(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk))
	if _, err := s.Client(t).PutCustomerUser(t.Context(), "cus_initech2222222222222", "eve@initech.example", api.CustomerUserInput{Name: "Eve", Role: "audit"}, client.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	rt := &tfkit.Runtime{Client: provider(t, s), Owned: &tfkit.Owned{}}
	r, state := imported(t, rt, "cus_initech2222222222222")
	if diags := state.SetAttribute(t.Context(), path.Root("force_destroy"), true); diags.HasError() {
		t.Fatal(diags)
	}
	resp := destroy(t, r, state)
	if resp.Diagnostics.HasError() || resp.Diagnostics.WarningsCount() != 1 {
		t.Fatalf("got %v", resp.Diagnostics)
	}
	for _, want := range []string{
		"\n  - 1 user: eve@initech.example (audit)\n", "\n  - external administrators: could not be listed: ", "\n  - authorized contacts: could not be listed: ",
		"\n  - partner access roles: could not be listed: ",
	} {
		if text := resp.Diagnostics[0].Detail(); !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

func TestDeletionProtectionWithoutServer(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	_, state := imported(t, &tfkit.Runtime{Client: s.Client(t), Owned: &tfkit.Owned{}}, "cus_umbrella222222222222")
	unconfigured := customer.NewResource().(fwresource.ResourceWithModifyPlan)
	resp := destroy(t, unconfigured, state)
	if errs := resp.Diagnostics.Errors(); len(errs) != 1 || errs[0].Summary() != "Deletion protection is on" {
		t.Errorf("got %v", resp.Diagnostics)
	}
}

func TestDestroyOfWhatIsGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	rt := &tfkit.Runtime{Client: provider(t, s), Owned: &tfkit.Owned{}}
	r, state := imported(t, rt, "cus_initech2222222222222")
	if err := s.Client(t).DeleteCustomer(t.Context(), "cus_initech2222222222222", client.DeleteCustomerOptions{}); err != nil {
		t.Fatal(err)
	}
	if resp := destroy(t, r, state); len(resp.Diagnostics) > 0 {
		t.Errorf("got %v", resp.Diagnostics)
	}
}

func TestUpdateAfterChange(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	rt := &tfkit.Runtime{Client: provider(t, s), Owned: &tfkit.Owned{}}
	r, state := imported(t, rt, "cus_initech2222222222222")
	plan := tfsdk.Plan(state)
	if diags := plan.SetAttribute(t.Context(), path.Root("name"), "Initech Inc"); diags.HasError() {
		t.Fatal(diags)
	}
	change(t, s, api.CustomerInput{
		Name: "Initech", Domain: "initech.example", Country: new("US"), Product: new("Email Continuity"), Seats: new(99), DeletionProtection: new(false),
	})
	resp := fwresource.UpdateResponse{State: state}
	r.Update(t.Context(), fwresource.UpdateRequest{Plan: plan, State: state}, &resp)
	errs := resp.Diagnostics.Errors()
	if len(errs) != 1 || errs[0].Summary() != "Changed since the plan" || !strings.Contains(errs[0].Detail(), "seats") {
		t.Errorf("got %v", resp.Diagnostics)
	}
	if now := find(t, s, "initech.example"); now.Name != "Initech" {
		t.Errorf("the name was written all the same: %s", now.Name)
	}
}

// Protected grants are the support's to remove, forced or not: a plan says so.
func TestForcedDestructionOfProtectedGrants(t *testing.T) {
	t.Parallel()
	var seed map[string]any
	if err := json.Unmarshal(servertest.SeedJSON(t), &seed); err != nil {
		t.Fatal(err)
	}
	customers := seed["partners"].([]any)[0].(map[string]any)["customers"].([]any)
	customers[2].(map[string]any)["external_admins"] = []any{map[string]any{"email": "ines@northwind-msp.example", "role": "super_administrator"}}
	text, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	s := acctest.NewServer(t, acctest.WithSeed(text))
	rt := &tfkit.Runtime{Client: provider(t, s), Owned: &tfkit.Owned{}}
	r, state := imported(t, rt, "cus_initech2222222222222")
	for _, force := range []bool{true, false} {
		if diags := state.SetAttribute(t.Context(), path.Root("force_destroy"), force); diags.HasError() {
			t.Fatal(diags)
		}
		errs := destroy(t, r, state).Diagnostics.Errors()
		if len(errs) != 1 || !strings.Contains(errs[0].Detail(), "protected_role") || !strings.Contains(errs[0].Detail(), "cus_initech2222222222222/ines@northwind-msp.example") {
			t.Errorf("force_destroy = %t: got %v", force, errs)
		}
	}
}
