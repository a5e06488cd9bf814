package externaladmins_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/acctest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

func TestAccExternalAdmins_lifecycle(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           config(initech, roles{"Robin@Northwind-MSP.example": basic, lee: partner}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(initech)),
				inState(roles{"Robin@Northwind-MSP.example": basic, lee: partner}),
			},
			Check: onServer(t, s, initech, roles{"Robin@Northwind-MSP.example": basic, lee: partner}),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		// One comes, one changes roles, one goes: the removal is a request of its own, and the last one.
		resource.TestStep{
			PreConfig:         s.ResetRequests,
			Config:            config(initech, roles{"Robin@Northwind-MSP.example": partner, kim: basic}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{"Robin@Northwind-MSP.example": partner, kim: basic})},
			Check:             onServer(t, s, initech, roles{"Robin@Northwind-MSP.example": partner, kim: basic}),
		},
		resource.TestStep{
			PreConfig: func() {
				writes := batchWrites(t, s)
				if len(writes) != 2 || !slices.Equal(emails(writes[0], "put"), []string{"Robin@Northwind-MSP.example", kim}) || !slices.Equal(emails(writes[1], "delete"), []string{lee}) {
					t.Fatalf("written were %+v", writes)
				}
				added, changed := writes[0][0], writes[0][1]
				if added.CreateOnly == nil || added.IfMatch != nil || changed.CreateOnly != nil || changed.IfMatch == nil {
					t.Errorf("an addition and a change without the conditions that fit them: %+v", writes[0])
				}
			},
			// Another customer is another resource. kim has access there already, with this role.
			Config:           config(globex, roles{kim: partner, robin: partner}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionReplace),
			Check: resource.ComposeTestCheckFunc(
				onServer(t, s, initech, roles{}),
				onServer(t, s, globex, roles{kim: partner, robin: partner}),
			),
		},
		resource.TestStep{
			Config:           config(globex, roles{}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, globex, roles{}),
		},
		resource.TestStep{Config: config(globex, roles{robin: partner})},
		resource.TestStep{Config: config(globex, roles{robin: partner}), Destroy: true, Check: onServer(t, s, globex, roles{})},
	)
	writtenOnce(t, s)
}

// A key that changes in case alone shows in the plan, since Terraform insists on it, and is nothing to the API.
func TestAccExternalAdmins_spelling(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	grant(t, s, "ROBIN@northwind-msp.example", basic)
	s.Test(t,
		// The server's spelling is another one from the first moment on.
		resource.TestStep{
			Config:            config(initech, roles{robin: basic, lee: basic}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{robin: basic, lee: basic})},
		},
		resource.TestStep{
			PreConfig:         s.ResetRequests,
			Config:            config(initech, roles{"Robin@Northwind-MSP.example": basic, "LEE@northwind-msp.example": basic}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{"Robin@Northwind-MSP.example": basic, "LEE@northwind-msp.example": basic})},
		},
		resource.TestStep{
			PreConfig: func() {
				if n, lists := s.Count(""), s.Count("listCustomerExternalAdmins"); n != lists {
					t.Errorf("%d requests besides those of refreshing: %+v", n-lists, s.Requests())
				}
			},
			// In one go with a true change, only that is written.
			Config:           config(initech, roles{robin: basic, lee: partner}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, initech, roles{"ROBIN@northwind-msp.example": basic, lee: partner}),
		},
	)
	if writes := batchWrites(t, s); len(writes) != 2 || len(writes[0]) != 1 {
		t.Errorf("written were %+v, want lee, and the end of the test", writes)
	}
	writtenOnce(t, s)
}

// Whoever is not listed keeps access until a plan shows that it goes.
func TestAccExternalAdmins_createOverOthers(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	s.Test(t,
		resource.TestStep{
			Config: config(globex, roles{robin: basic}),
			ExpectError: acctest.Says("Others have access already", "Attribute admins", globex, kim,
				"import {", "to = msp_external_admins.NAME", `id = "`+globex+`"`),
		},
		resource.TestStep{
			PreConfig: func() { wantRoles(t, "the server", has(t, s, globex), roles{kim: partner}) },
			Config:    importing(globex) + config(globex, roles{robin: basic}),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("admins"), knownvalue.MapSizeExact(1)),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: onServer(t, s, globex, roles{robin: basic}),
		},
	)
}

// Those who are listed are taken over, whatever adopt_existing says; another role is changed, which is told.
func TestAccExternalAdmins_takenOver(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, nil, object(globex, roles{"KIM@northwind-msp.example": basic, robin: basic}))
	if refusal != "" {
		t.Fatal(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{"KIM@northwind-msp.example": basic, robin: basic})
	wantRoles(t, "the server", has(t, s, globex), roles{kim: basic, robin: basic})
	if len(p.Said) != 1 || p.Said[0].Severity != tfprotov6.DiagnosticSeverityWarning || p.Said[0].Attribute.String() != `AttributeName("admins").ElementKeyString("KIM@northwind-msp.example").AttributeName("role")` {
		t.Fatalf("said was %+v, want one warning at the role", p.Said)
	}
	for _, want := range []string{partner, basic, globex} {
		if !strings.Contains(p.Said[0].Detail, want) {
			t.Errorf("the warning %q does not say %q", p.Said[0].Detail, want)
		}
	}
}

// Grants with protected roles never enter the map, are never removed, and can't be asked for.
func TestAccExternalAdmins_protected(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	refused := func(r roles, who string) resource.TestStep {
		return resource.TestStep{Config: config(acme, r), ExpectError: acctest.Says("Would be refused", who, "Attribute admins[", `"].role`, "protected_role", "asked before writing")}
	}
	s.Test(t,
		resource.TestStep{
			Config:            importing(acme) + config(acme, roles{lee: basic}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{lee: basic})},
		},
		refused(roles{lee: basic, ines: basic}, ines),
		refused(roles{lee: basic, ines: "super_administrator"}, ines),
		refused(roles{lee: "Content Auditor"}, lee),
		resource.TestStep{
			Config: config(acme, roles{robin: "Mail Tracker"}),
			Check:  onServer(t, s, acme, roles{ines: "super_administrator", robin: "Mail Tracker"}),
		},
		resource.TestStep{
			Config: config(acme, roles{robin: "Mail Tracker"}), Destroy: true,
			Check: onServer(t, s, acme, roles{ines: "super_administrator"}),
		},
	)
}

func TestAccExternalAdmins_changedAndGone(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	wanted := roles{robin: basic, lee: basic}
	again := func(behind func()) resource.TestStep {
		return resource.TestStep{
			PreConfig: behind, Config: config(initech, wanted),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, initech, wanted),
		}
	}
	s.Test(t,
		resource.TestStep{Config: config(initech, wanted)},
		again(func() { grant(t, s, robin, partner) }),
		again(func() { take(t, s, lee) }),
		again(func() { grant(t, s, kim, partner) }),
		resource.TestStep{
			PreConfig: func() { take(t, s, robin); take(t, s, lee) },
			Config:    config(initech, wanted), Destroy: true, Check: onServer(t, s, initech, roles{}),
		},
	)
	gone := acctest.NewServer(t)
	gone.Test(t,
		resource.TestStep{Config: config(initech, wanted)},
		resource.TestStep{
			PreConfig: func() {
				if err := gone.Client(t).DeleteCustomer(t.Context(), initech, client.DeleteCustomerOptions{Force: true}); err != nil {
					t.Fatal(err)
				}
			},
			RefreshState: true, ExpectNonEmptyPlan: true,
			ExpectError: acctest.Says("No such customer", "Attribute customer_id", initech),
		},
	)
}

// What happens between plan and apply.
func TestAccExternalAdmins_afterThePlan(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	prior, planned := roles{robin: basic, lee: basic, kim: basic}, roles{robin: partner, lee: basic, pat: basic}
	for email, role := range prior {
		grant(t, s, email, role)
	}

	for name, c := range map[string]struct {
		behind, undo func()
		at           string // in the map
	}{
		"role of one that changes":       {func() { grant(t, s, robin, partner) }, func() { grant(t, s, robin, basic) }, `"` + robin + `"].role`},
		"role of one that stays":         {func() { grant(t, s, lee, partner) }, func() { grant(t, s, lee, basic) }, `"` + lee + `"].role`},
		"role of one that goes":          {func() { grant(t, s, kim, partner) }, func() { grant(t, s, kim, basic) }, `"` + kim + `"].role`},
		"one that stays is gone":         {func() { take(t, s, lee) }, func() { grant(t, s, lee, basic) }, `"` + lee + `"]`},
		"one that comes has other roles": {func() { grant(t, s, pat, partner) }, func() { take(t, s, pat) }, `"` + pat + `"].role`},
	} {
		c.behind()
		s.ResetRequests()
		after, refusal := p.Apply(typeName, object(initech, prior), object(initech, planned))
		if !strings.HasPrefix(refusal, "Changed since the plan") {
			t.Errorf("%s: the update is answered %q", name, refusal)
		}
		if at := p.Said[0].Attribute.String(); len(p.Said) != 1 || !strings.Contains(at, strings.Split(c.at, `"`)[1]) || strings.HasSuffix(at, `("role")`) != strings.HasSuffix(c.at, "role") {
			t.Errorf("%s: told %d times, at %s, want once at %s", name, len(p.Said), at, c.at)
		}
		wantRoles(t, name+": the state", rolesOf(t, after), prior)
		if len(batchWrites(t, s)) != 0 {
			t.Errorf("%s: something was written", name)
		}
		c.undo()
	}

	// Of those who are to go, or are as planned already, nothing is left to do.
	take(t, s, kim)
	grant(t, s, pat, basic)
	after, refusal := p.Apply(typeName, object(initech, prior), object(initech, planned))
	if refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), planned)
	wantRoles(t, "the server", has(t, s, initech), planned)

	// A removal that the server confirms but does not show is no success. Reading before makes the old answer known.
	if err := s.Faults.Add(rest.Fault{Operation: "listCustomerExternalAdmins", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal = p.Apply(typeName, object(initech, planned), nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") {
		t.Errorf("a removal that can't be seen is answered %q", refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), planned)
	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, object(initech, planned), nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccExternalAdmins_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(initech, roles{robin: basic}), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"customer_id": knownvalue.StringExact(initech)}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked.
func TestAccExternalAdmins_identityProtocol(t *testing.T) {
	t.Parallel()
	attributes, identity := acctest.NewServer(t).Protocol(t).Import(typeName, map[string]any{"customer_id": acme})
	wantRoles(t, "the import", rolesOf(t, attributes), roles{lee: basic})
	for what, got := range map[string]tftypes.Value{"id": attributes["id"], "the identity's customer_id": identity["customer_id"]} {
		if !got.Equal(tftypes.NewValue(tftypes.String, acme)) {
			t.Errorf("%s is %s", what, got)
		}
	}
}

func TestAccExternalAdmins_badImportID(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	for _, id := range []string{"cus_nobody", "cus_tailspin222222222222"} {
		s.Test(t, resource.TestStep{Config: importing(id) + config(id, roles{}), ExpectError: acctest.Says("Cannot import non-existent")})
	}
}

func TestAccExternalAdmins_refused(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t)
	at := func(email, more string) string { return fmt.Sprintf("Attribute admins[%q]%s", email, more) }
	for name, c := range map[string]struct {
		customerID string
		admins     roles
		want       []string
	}{
		"no address":            {initech, roles{"robin": basic}, []string{"Invalid e-mail address", at("robin", "")}},
		"one person twice":      {initech, roles{robin: basic, "ROBIN@northwind-msp.example": partner}, []string{"The same e-mail address twice", "ROBIN@", "robin@"}},
		"no customer id":        {"", roles{robin: basic}, []string{"Attribute customer_id"}},
		"no role":               {initech, roles{robin: ""}, []string{`Attribute admins["` + robin + `"].role`}},
		"no such customer":      {"cus_nobody", roles{robin: basic}, []string{"No such customer", "Attribute customer_id", `"cus_nobody"`}},
		"another's customer":    {"cus_tailspin222222222222", roles{robin: basic}, []string{"No such customer"}},
		"protected role":        {initech, roles{lee: basic, robin: "full_administrator"}, []string{"Would be refused", at(robin, ".role"), "protected_role", "asked before writing"}},
		"internal domain":       {acme, roles{lee: basic, "it@ACME.example": basic}, []string{"Would be refused", at("it@ACME.example", ""), "internal_domain", "asked before writing"}},
		"other internal domain": {acme, roles{lee: basic, "it@acme-mail.example": basic}, []string{"Would be refused", "acme-mail.example", "internal_domain"}},
		// Something else in the run could make these people and roles, so they are judged before the first write.
		"no portal admin":      {initech, roles{lee: basic, "jordan@northwind-msp.example": basic}, []string{"Would be refused", at("jordan@northwind-msp.example", ""), "msp_portal_admin", "not_a_portal_admin", "asked before writing"}},
		"unknown role":         {initech, roles{lee: basic, robin: "nope"}, []string{"Would be refused", at(robin, ".role"), "unknown_role", "asked before writing"}},
		"role in another case": {initech, roles{robin: "Basic_Administrator"}, []string{"Would be refused", at(robin, ".role"), "unknown_role"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: config(c.customerID, c.admins), ExpectError: acctest.Says(c.want...)})
		})
	}
	t.Cleanup(func() { wantRoles(t, "the server", has(t, s, initech), roles{}) })
}

func TestAccExternalAdmins_reseller(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithClient("fabrikam-automation")).Test(t, resource.TestStep{
		Config:      config("cus_woodgrove22222222222", roles{"riley@fabrikam.example": basic}),
		ExpectError: acctest.Says("Would be refused", "partner_kind"),
	})
}

func TestAccExternalAdmins_notAllowed(t *testing.T) {
	t.Parallel()
	acctest.NewServer(t, acctest.WithRole(api.PortalRoleNameMspHelpdesk)).Test(t, resource.TestStep{
		Config:      config(initech, roles{robin: basic, lee: basic}),
		ExpectError: acctest.Says("external_admins.manage", "msp_current_client", "forbidden", "Request id: "),
	})
}

// Who acts for a partner_administrator of a customer may add further ones there. Batches are not for such a client, so
// that its writes go singly.
func TestAccExternalAdmins_furtherPartnerAdministrator(t *testing.T) {
	t.Parallel()
	s := acctest.NewServer(t, acctest.WithClient("northwind-kim"))
	s.Test(t,
		resource.TestStep{Config: config(globex, roles{kim: partner, robin: basic}), ExpectError: acctest.Says(robin, "partner_administrator", "forbidden")},
		resource.TestStep{
			Config:           config(globex, roles{kim: partner, robin: partner, lee: partner}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			Check:            onServer(t, s, globex, roles{kim: partner, robin: partner, lee: partner}),
		},
		resource.TestStep{Config: config(globex, roles{kim: partner}), ExpectError: acctest.Says("external_admins.manage", "forbidden")},
		resource.TestStep{
			PreConfig: func() {
				wantRoles(t, "the server", has(t, s, globex), roles{kim: partner, robin: partner, lee: partner})
			},
			Config: fmt.Sprintf("\nremoved {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", address),
		},
	)
}
