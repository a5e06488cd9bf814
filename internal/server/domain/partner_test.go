package domain_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

func TestPartnerConfig(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	empty := must(w.s.GetPartnerConfig(ctx, actor))(t)
	if empty.PartnerID != "northwind" || empty.OutboundIPs == nil || empty.InboundIPs == nil || empty.Smarthost != nil || empty.Revision == "" {
		t.Errorf("before it is set: %+v", empty)
	}
	w.silent(func() {
		if err := w.s.DeletePartnerConfig(ctx, actor, domain.Precondition{}); err != nil {
			t.Error(err)
		}
		if same := must(w.s.PutPartnerConfig(ctx, actor, domain.PartnerConfigInput{}, domain.Precondition{}))(t); same.Revision != empty.Revision {
			t.Errorf("nothing put: %+v", same)
		}
	})
	in := domain.PartnerConfigInput{OutboundIPs: []string{"2001:DB8::1", "10.0.0.0/8"}, Smarthost: &domain.Smarthost{Host: "Relay.example.com", Port: 25}}
	set := must(w.s.PutPartnerConfig(ctx, actor, in, domain.Precondition{IfMatch: empty.Revision}))(t)
	if !slices.Equal(set.OutboundIPs, []string{"10.0.0.0/8", "2001:db8::1"}) || set.Revision == empty.Revision {
		t.Errorf("set: %+v", set)
	}
	w.silent(func() {
		in := domain.PartnerConfigInput{OutboundIPs: []string{"10.0.0.0/8", "2001:db8:0::1/128"}, Smarthost: &domain.Smarthost{Host: "relay.EXAMPLE.com", Port: 25}}
		if same := must(w.s.PutPartnerConfig(ctx, actor, in, domain.Precondition{}))(t); !reflect.DeepEqual(same, set) {
			t.Errorf("no change: %+v, want %+v", same, set)
		}
	})
	in.Smarthost = &domain.Smarthost{Host: "relay.example.com", Port: 25}
	in.InboundIPs = []string{"192.0.2.1"}
	if changed := must(w.s.PutPartnerConfig(ctx, actor, in, domain.Precondition{}))(t); changed.Smarthost.Host != "Relay.example.com" || changed.Revision == set.Revision {
		t.Errorf("changed: %+v", changed)
	}
	if err := w.s.DeletePartnerConfig(ctx, actor, domain.Precondition{}); err != nil {
		t.Error(err)
	}
	if cleared := must(w.s.GetPartnerConfig(ctx, actor))(t); !reflect.DeepEqual(cleared, empty) {
		t.Errorf("cleared: %+v", cleared)
	}
	var actions []domain.AuditAction
	for _, e := range w.events() {
		actions = append(actions, e.Action)
		if e.Kind != "partner_config" || e.ObjectID != "partner" {
			t.Errorf("event %+v", e)
		}
	}
	if !slices.Equal(actions, []domain.AuditAction{"create", "update", "delete"}) {
		t.Errorf("audit: %v", actions)
	}
}

func TestPartnerConfigRefusals(t *testing.T) {
	t.Parallel()
	put := func(client string, in domain.PartnerConfigInput) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			_, err := w.s.PutPartnerConfig(ctx, w.as(client), in, domain.Precondition{})
			return err
		}
	}
	runRefused(t, []refused{
		{name: "outbound", do: put("administrator", domain.PartnerConfigInput{OutboundIPs: []string{"10.0.0.0/08"}}), code: domain.CodeInvalidValue, field: "/outbound_ips/0"},
		{name: "inbound twice", do: put("administrator", domain.PartnerConfigInput{InboundIPs: []string{"::1", "10.0.0.1", "0::1/128"}}), code: domain.CodeInvalidValue, field: "/inbound_ips/2"},
		{name: "host", do: put("administrator", domain.PartnerConfigInput{Smarthost: &domain.Smarthost{Host: "relay"}}), code: domain.CodeInvalidValue, field: "/smarthost/host"},
		{name: "port", do: put("administrator", domain.PartnerConfigInput{Smarthost: &domain.Smarthost{Host: "a.example", Port: -1}}), code: domain.CodeInvalidValue, field: "/smarthost/port"},
		{name: "helpdesk", do: put("helpdesk", domain.PartnerConfigInput{}), code: domain.CodeForbidden, request: true},
	})
}

func TestRoleCatalogues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("prospects")
	type flags struct{ editable, protected, assignable, builtin bool }
	want := map[string]flags{
		"super_administrator": {false, true, false, true}, "partner_administrator": {false, false, true, true},
		"full_administrator": {true, true, false, true}, "discovery_officer": {true, true, false, true}, "basic_administrator": {true, false, true, true},
		"desk": {true, false, true, false}, "vault": {true, true, false, false},
	}
	roles := must(w.s.CustomerRoles(ctx, actor, globex))(t)
	for i, role := range roles {
		if got := (flags{role.Editable, role.ContentProtected, role.Assignable, role.Builtin}); got != want[role.Name] || role.Builtin != (i < 5) {
			t.Errorf("role %d: %+v", i, role)
		}
	}
	if len(roles) != len(want) {
		t.Errorf("%d roles", len(roles))
	}
	if own := must(w.s.PartnerRoles(ctx, actor))(t); len(own) != 8 {
		t.Errorf("%d roles of the partner's own account", len(own))
	}
	if portal := must(w.s.PortalRoleCatalogue(ctx, actor))(t); len(portal) != 5 {
		t.Errorf("%d portal roles", len(portal))
	}
	if partner := must(w.s.GetPartner(ctx, actor))(t); len(partner.Products) != 2 || partner.Kind != domain.KindMSP {
		t.Errorf("partner %+v", partner)
	}
	_, err := w.s.CustomerRoles(ctx, actor, "cus_contoso")
	wantCode(t, err, domain.CodeNotFound)
}

func TestTraining(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got []string
	for page := (domain.Page{Size: 1}); ; {
		list := must(w.s.ListTraining(t.Context(), w.as("administrator"), page))(t)
		if len(list.Items) > 1 {
			t.Fatalf("a page of %d", len(list.Items))
		}
		for _, course := range list.Items {
			got = append(got, course.Course)
		}
		if page.Token = list.NextToken; page.Token == "" {
			break
		}
	}
	if !slices.Equal(got, []string{"Basics", "Advanced"}) { // "Selling" is the course of somebody else
		t.Errorf("courses %q", got)
	}
	// Nor is it shown of an administrator who is not registered yet.
	fresh := emptyWorld(t)
	waiting := seed()
	for i := range waiting.Partners[0].PortalAdmins {
		waiting.Partners[0].PortalAdmins[i].Status = domain.StatusUnregistered
	}
	if _, err := fresh.s.ApplySeed(t.Context(), "hash", waiting); err != nil {
		t.Fatal(err)
	}
	if list := must(fresh.s.ListTraining(t.Context(), fresh.as("administrator"), domain.Page{}))(t); len(list.Items) != 0 {
		t.Errorf("courses of the unregistered: %+v", list.Items)
	}
	if list := must(w.s.ListTraining(t.Context(), w.as("contoso"), domain.Page{}))(t); len(list.Items) != 0 {
		t.Errorf("another partner's courses: %+v", list.Items)
	}
	_, err := w.s.ListTraining(t.Context(), w.as("sales"), domain.Page{})
	wantCode(t, err, domain.CodeForbidden)
}
