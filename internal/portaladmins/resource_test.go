package portaladmins_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
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
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/rest"
)

func TestAccPortalAdmins_lifecycle(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Test(t,
		resource.TestStep{
			Config:           config(roles{alex: administrator, robin: helpdesk, "Dana@MSP.example": sales}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("portal_admins")),
				inState(roles{alex: administrator, robin: helpdesk, "Dana@MSP.example": sales}),
				statusesInState(map[string]string{alex: "registered", robin: "unregistered", "Dana@MSP.example": "unregistered"}),
			},
			Check: onServer(t, s, roles{alex: administrator, robin: helpdesk, "Dana@MSP.example": sales}),
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: "other", ExpectError: acctest.Says("Invalid import ID", `"portal_admins"`)},
		// One comes, one changes roles, one goes: the removal is a request of its own, and the last one.
		resource.TestStep{
			PreConfig: s.ResetRequests,
			Config:    config(roles{alex: administrator, "Dana@MSP.example": helpdesk, kim: sales}),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					// What is known stays known.
					plancheck.ExpectKnownValue(address, tfjsonpath.New("statuses").AtMapKey(alex), knownvalue.StringExact("registered")),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("statuses").AtMapKey(kim)),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{alex: administrator, "Dana@MSP.example": helpdesk, kim: sales})},
			Check:             onServer(t, s, roles{alex: administrator, "Dana@MSP.example": helpdesk, kim: sales}),
		},
		// Name and phone change in place too.
		resource.TestStep{
			PreConfig: func() {
				writes := batchWrites(t, s)
				if len(writes) != 2 || !slices.Equal(emails(writes[0], "put"), []string{"Dana@MSP.example", kim}) || !slices.Equal(emails(writes[1], "delete"), []string{robin}) {
					t.Fatalf("written were %+v", writes)
				}
				changed, added := writes[0][0], writes[0][1]
				if added.CreateOnly == nil || added.IfMatch != nil || changed.CreateOnly != nil || changed.IfMatch == nil {
					t.Errorf("an addition and a change without the conditions that fit them: %+v", writes[0])
				}
			},
			Config:           configOf(`{ "` + alex + `" = { name = "Alex Morgan", phone = "+49 30 1234567", role = "msp_administrator" } }`),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("admins").AtMapKey(alex).AtMapKey("phone"), knownvalue.StringExact("+49 30 1234567")),
			},
		},
	)
	// Somebody has to stay.
	wantRoles(t, "after the destroy the server", has(t, s), roles{alex: administrator})
}

// What the persons do themselves is in state, and no reason for a change.
func TestAccPortalAdmins_statuses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var answered atomic.Bool // the invitation
	through(t, s, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		if answered.Load() {
			body = bytes.ReplaceAll(body, []byte(`"unregistered"`), []byte(`"registered"`))
		}
		for name, values := range recorder.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body)
	})
	both := roles{alex: administrator, robin: helpdesk}
	s.Test(t,
		resource.TestStep{Config: config(both), ConfigStateChecks: []statecheck.StateCheck{statusesInState(map[string]string{alex: "registered", robin: "unregistered"})}},
		resource.TestStep{
			PreConfig: func() { answered.Store(true) },
			Config:    config(both), ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{statusesInState(map[string]string{alex: "registered", robin: "registered"})},
		},
	)

	// Between plan and apply, the plan's promise is kept.
	other := newServer(t)
	p := other.Protocol(t)
	after, refusal := p.Apply(typeName, object(roles{alex: administrator, robin: helpdesk}), object(roles{alex: administrator, robin: sales}))
	if refusal != "" {
		t.Fatal(refusal)
	}
	var statuses map[string]tftypes.Value
	if err := after["statuses"].As(&statuses); err != nil || !statuses[alex].Equal(tftypes.NewValue(tftypes.String, "unregistered")) {
		t.Errorf("the statuses are %v, %v; planned was that alex is unregistered", statuses, err)
	}
}

// A key that changes in case alone shows in the plan, since Terraform insists on it, and is nothing to the API.
func TestAccPortalAdmins_spelling(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Test(t,
		resource.TestStep{
			Config:            config(roles{"ALEX@msp.example": administrator, robin: helpdesk}),
			ConfigPlanChecks:  acctest.Does(address, plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{inState(roles{"ALEX@msp.example": administrator, robin: helpdesk})},
		},
		resource.TestStep{
			PreConfig:        s.ResetRequests,
			Config:           config(roles{alex: administrator, "Robin@MSP.example": helpdesk}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				inState(roles{alex: administrator, "Robin@MSP.example": helpdesk}),
				statusesInState(map[string]string{alex: "registered", "Robin@MSP.example": "unregistered"}),
			},
		},
		resource.TestStep{
			PreConfig: func() {
				if n, lists := s.Count(""), s.Count("listPortalAdmins"); n != lists {
					t.Errorf("%d requests besides those of refreshing: %+v", n-lists, s.Requests())
				}
			},
			// In one go with a true change, only that is written.
			Config:           config(roles{"Alex@msp.example": administrator, robin: sales}),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, roles{alex: administrator, robin: sales}),
		},
	)
	if writes := batchWrites(t, s); len(writes) != 2 || len(writes[0]) != 1 || writes[0][0].Email != robin {
		t.Errorf("written were %+v, want robin, and the end of the test", writes)
	}
}

// Whoever is not listed keeps access until a plan shows that it goes.
func TestAccPortalAdmins_createOverOthers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Test(t,
		resource.TestStep{
			Config: config(roles{alex: administrator, dana: sales}),
			ExpectError: acctest.Says("Others have access already", "Attribute admins", robin,
				"import {", "to = msp_portal_admins.NAME", `id = "portal_admins"`),
		},
		resource.TestStep{
			PreConfig: func() { wantRoles(t, "the server", has(t, s), roles{alex: administrator, robin: helpdesk}) },
			Config:    importing + config(roles{alex: administrator, dana: sales}),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("admins"), knownvalue.MapSizeExact(2)),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: onServer(t, s, roles{alex: administrator, dana: sales}),
		},
	)
}

// Those who are listed are taken over; what changes with that is told.
func TestAccPortalAdmins_takenOver(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := s.Protocol(t)
	after, refusal := p.Apply(typeName, nil, object(roles{alex: administrator, "ROBIN@msp.example": sales}))
	if refusal != "" {
		t.Fatal(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), roles{alex: administrator, "ROBIN@msp.example": sales})
	wantRoles(t, "the server", has(t, s), roles{alex: administrator, robin: sales})
	if len(p.Said) != 1 || p.Said[0].Severity != tfprotov6.DiagnosticSeverityWarning || p.Said[0].Attribute.String() != `AttributeName("admins").ElementKeyString("ROBIN@msp.example").AttributeName("role")` {
		t.Fatalf("said was %+v, want one warning at the role", p.Said)
	}
	if !strings.Contains(p.Said[0].Detail, helpdesk) || !strings.Contains(p.Said[0].Detail, sales) {
		t.Errorf("the warning %q does not say what changed", p.Said[0].Detail)
	}
}

func TestAccPortalAdmins_changedAndGone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	wanted := roles{alex: administrator, robin: helpdesk, dana: sales}
	again := func(behind func()) resource.TestStep {
		return resource.TestStep{
			PreConfig: behind, Config: config(wanted),
			ConfigPlanChecks: acctest.Does(address, plancheck.ResourceActionUpdate),
			Check:            onServer(t, s, wanted),
		}
	}
	s.Test(t,
		resource.TestStep{Config: config(wanted)},
		again(func() { appoint(t, s, robin, sales) }),
		again(func() { s.Dismiss(t, dana) }),
		again(func() { appoint(t, s, kim, administrator) }),
		resource.TestStep{
			PreConfig: func() { s.Dismiss(t, robin); s.Dismiss(t, dana) },
			Config:    config(wanted), Destroy: true, Check: onServer(t, s, roles{alex: administrator}),
		},
	)
}

// What happens between plan and apply.
func TestAccPortalAdmins_afterThePlan(t *testing.T) {
	t.Parallel()
	s := newServer(t, acctest.WithFaults())
	p := s.Protocol(t)
	prior, planned := roles{alex: administrator, robin: helpdesk, dana: helpdesk, kim: sales}, roles{alex: administrator, robin: sales, dana: helpdesk, lee: sales}
	for email, role := range prior {
		appoint(t, s, email, role)
	}
	for name, c := range map[string]struct {
		behind, undo func()
		email        string
		atRole       bool
	}{
		"role of one that changes":       {func() { appoint(t, s, robin, administrator) }, func() { appoint(t, s, robin, helpdesk) }, robin, true},
		"role of one that stays":         {func() { appoint(t, s, dana, sales) }, func() { appoint(t, s, dana, helpdesk) }, dana, true},
		"role of one that goes":          {func() { appoint(t, s, kim, helpdesk) }, func() { appoint(t, s, kim, sales) }, kim, true},
		"one that stays is gone":         {func() { s.Dismiss(t, dana) }, func() { appoint(t, s, dana, helpdesk) }, dana, false},
		"one that comes has other roles": {func() { appoint(t, s, lee, helpdesk) }, func() { s.Dismiss(t, lee) }, lee, true},
	} {
		c.behind()
		s.ResetRequests()
		after, refusal := p.Apply(typeName, object(prior), object(planned))
		if !strings.HasPrefix(refusal, "Changed since the plan") {
			t.Errorf("%s: the update is answered %q", name, refusal)
		}
		if at := p.Said[0].Attribute.String(); len(p.Said) != 1 || !strings.Contains(at, c.email) || strings.HasSuffix(at, `("role")`) != c.atRole {
			t.Errorf("%s: told %d times, at %s", name, len(p.Said), at)
		}
		wantRoles(t, name+": the state", rolesOf(t, after), prior)
		if len(batchWrites(t, s)) != 0 {
			t.Errorf("%s: something was written", name)
		}
		c.undo()
	}

	// Of those who are to go, or are as planned already, nothing is left to do.
	s.Dismiss(t, kim)
	appoint(t, s, lee, sales)
	after, refusal := p.Apply(typeName, object(prior), object(planned))
	if refusal != "" {
		t.Error(refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), planned)
	wantRoles(t, "the server", has(t, s), planned)

	// A removal that the server confirms but does not show is no success. Reading before makes the old answer known.
	if err := s.Faults.Add(rest.Fault{Operation: "listPortalAdmins", Kind: rest.FaultStaleRead}); err != nil {
		t.Fatal(err)
	}
	after, refusal = p.Apply(typeName, object(planned), nil)
	if !strings.HasPrefix(refusal, "Access was not taken away") {
		t.Errorf("a removal that can't be seen is answered %q", refusal)
	}
	wantRoles(t, "the state", rolesOf(t, after), planned)
	s.Faults.Clear()
	if after, refusal = p.Apply(typeName, object(planned), nil); refusal != "" || after != nil {
		t.Errorf("removing what is gone is answered %q and leaves %v in state", refusal, after)
	}
}

func TestAccPortalAdmins_importByIdentity(t *testing.T) {
	t.Parallel()
	newServer(t).TestCase(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config(roles{alex: administrator, robin: helpdesk}), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"id": knownvalue.StringExact("portal_admins")}),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// What Terraform below 1.12 can't be asked.
func TestAccPortalAdmins_identityProtocol(t *testing.T) {
	t.Parallel()
	attributes, identity := newServer(t).Protocol(t).Import(typeName, map[string]any{"id": "portal_admins"})
	wantRoles(t, "the import", rolesOf(t, attributes), roles{alex: administrator, robin: helpdesk})
	if !identity["id"].Equal(tftypes.NewValue(tftypes.String, "portal_admins")) {
		t.Errorf("the identity is %s", identity["id"])
	}
}

func TestAccPortalAdmins_refused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	at := func(email, more string) string { return fmt.Sprintf("Attribute admins[%q]%s", email, more) }
	entry := func(email, arguments string) string {
		return fmt.Sprintf(`{ %q = { name = "A", role = "msp_administrator" }, %q = { name = "R", role = "msp_helpdesk" }, %q = { %s } }`, alex, robin, email, arguments)
	}
	for name, c := range map[string]struct {
		admins string
		want   []string
	}{
		"no address":       {entry("dana", `name = "D", role = "msp_sales"`), []string{"Invalid e-mail address", at("dana", "")}},
		"one person twice": {entry("ALEX@msp.example", `name = "D", role = "msp_sales"`), []string{"The same e-mail address twice", "ALEX@", "alex@"}},
		"no name":          {entry(dana, `name = "", role = "msp_sales"`), []string{at(dana, ".name")}},
		"blank name":       {entry(dana, `name = " ", role = "msp_sales"`), []string{"Would be refused", at(dana, ".name"), "invalid_value"}},
		"no phone":         {entry(dana, `name = "D", phone = "030 123", role = "msp_sales"`), []string{at(dana, ".phone"), "international phone number"}},
		"no such role":     {entry(dana, `name = "D", role = "administrator"`), []string{at(dana, ".role"), "msp_helpdesk"}},
		"alias":            {entry("sam@msp.example", `name = "S", role = "msp_sales"`), []string{"Would be refused", at("sam@msp.example", ""), "alias", "sam.osei@msp.example"}},
		// Something else in the run could make the person a partner user, so it is judged before the first write.
		"no partner user": {entry("nobody@msp.example", `name = "N", role = "msp_sales"`), []string{"Would be refused", at("nobody@msp.example", ""), "msp_partner_user", "not_a_partner_user", "asked before writing"}},
		"nobody":          {`{}`, []string{"Others have access already", alex}},
		"no administrator": {
			roles{alex: helpdesk, robin: helpdesk}.hcl(),
			[]string{"No administrator left", "Attribute admins", administrator, alex},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Test(t, resource.TestStep{Config: configOf(c.admins), ExpectError: acctest.Says(c.want...)})
		})
	}
	t.Cleanup(func() { wantRoles(t, "the server", has(t, s), roles{alex: administrator, robin: helpdesk}) })
}

func TestAccPortalAdmins_notAllowed(t *testing.T) {
	t.Parallel()
	newServer(t, acctest.WithClient("helper")).Test(t, resource.TestStep{
		Config:      config(roles{alex: administrator, robin: helpdesk}),
		ExpectError: acctest.Says("partner.manage", "msp_current_client", "forbidden", "Request id: "),
	})
}

func TestAccPortalAdmins_declaredTwice(t *testing.T) {
	t.Parallel()
	both := config(roles{alex: administrator, robin: helpdesk})
	newServer(t).Test(t, resource.TestStep{Config: both + strings.Replace(both, `"test"`, `"second"`, 1), ExpectError: acctest.Says("exists already", "Declare it once")})
}
