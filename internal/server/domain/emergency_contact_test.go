package domain_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// onCall is what an emergency contact can look like.
func onCall() domain.EmergencyContactInput {
	return domain.EmergencyContactInput{
		Name: "On Call", Email: "On.Call@northwind.example", Mobile: "+49 170 5550100",
		AlternateEmails: []string{"a@northwind.example", "B@northwind.example", "c@x.example", "d@x.example"},
	}
}

func TestEmergencyContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor, pre := t.Context(), w.as("administrator"), domain.Precondition{}
	w.silent(func() {
		_, err := w.s.GetEmergencyContact(ctx, actor)
		wantCode(t, err, domain.CodeNotFound)
		wantCode(t, w.s.DeleteEmergencyContact(ctx, actor, pre), domain.CodeNotFound)
	})
	put := func(in domain.EmergencyContactInput, wantCreated bool) domain.EmergencyContact {
		t.Helper()
		contact, created, err := w.s.PutEmergencyContact(ctx, actor, in, pre)
		if err != nil || created != wantCreated {
			t.Fatalf("created %t, %v", created, err)
		}
		if read := must(w.s.GetEmergencyContact(ctx, actor))(t); !reflect.DeepEqual(read, contact) {
			t.Errorf("read %+v, written %+v", read, contact)
		}
		return contact
	}
	set := put(onCall(), true)
	w.silent(func() {
		same := onCall()
		same.Email = "on.call@NORTHWIND.example"
		same.AlternateEmails = []string{"b@northwind.example", "D@x.example", "C@x.example", "A@northwind.example"}
		if got := put(same, false); !reflect.DeepEqual(got, set) {
			t.Errorf("another case and order: %+v, want %+v", got, set)
		}
	})
	// A change keeps the spelling of what stays.
	next := onCall()
	next.Email, next.Phone, next.AlternateEmails = "ON.CALL@northwind.example", "+49 30 1234567", []string{"A@northwind.example"}
	if got := put(next, false); got.Email != set.Email || got.AlternateEmails[0] != "a@northwind.example" || got.Phone == "" || got.Revision == set.Revision {
		t.Errorf("changed: %+v", got)
	}
	// Of another partner nothing is seen.
	_, err := w.s.GetEmergencyContact(ctx, w.as("contoso"))
	wantCode(t, err, domain.CodeNotFound)

	if err := w.s.DeleteEmergencyContact(ctx, actor, pre); err != nil {
		t.Error(err)
	}
	_, err = w.s.GetEmergencyContact(ctx, actor)
	wantCode(t, err, domain.CodeNotFound)
	var actions []domain.AuditAction
	for _, e := range w.events() {
		actions = append(actions, e.Action)
		if e.Kind != "emergency_contact" || e.ObjectID != "emergency_contact" || (e.Before == nil) != (e.Action == "create") || (e.After == nil) != (e.Action == "delete") {
			t.Errorf("event %+v", e)
		}
	}
	if !slices.Equal(actions, []domain.AuditAction{"create", "update", "delete"}) {
		t.Errorf("audit: %v", actions)
	}
}

func TestEmergencyContactRefusals(t *testing.T) {
	t.Parallel()
	put := func(client string, change func(*domain.EmergencyContactInput)) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			in := onCall()
			change(&in)
			_, _, err := w.s.PutEmergencyContact(ctx, w.as(client), in, domain.Precondition{})
			return err
		}
	}
	value := func(name, field string, change func(*domain.EmergencyContactInput)) refused {
		return refused{name: name, do: put("administrator", change), code: domain.CodeInvalidValue, field: field}
	}
	runRefused(t, []refused{
		value("no name", "/name", func(in *domain.EmergencyContactInput) { in.Name = " " }),
		value("61 characters", "/name", func(in *domain.EmergencyContactInput) { in.Name = strings.Repeat("ü", 61) }),
		value("no address", "/email", func(in *domain.EmergencyContactInput) { in.Email = "" }),
		value("no mobile number", "/mobile", func(in *domain.EmergencyContactInput) { in.Mobile = "" }),
		value("mobile not international", "/mobile", func(in *domain.EmergencyContactInput) { in.Mobile = "0170 5550100" }),
		value("phone not international", "/phone", func(in *domain.EmergencyContactInput) { in.Phone = "030 1234567" }),
		value("five alternates", "/alternate_emails", func(in *domain.EmergencyContactInput) {
			in.AlternateEmails = append(in.AlternateEmails, "e@x.example")
		}),
		value("alternate is none", "/alternate_emails/1", func(in *domain.EmergencyContactInput) { in.AlternateEmails[1] = "b" }),
		value("alternate twice", "/alternate_emails/2", func(in *domain.EmergencyContactInput) { in.AlternateEmails[2] = "A@Northwind.example" }),
		value("alternate is main", "/alternate_emails/3", func(in *domain.EmergencyContactInput) { in.AlternateEmails[3] = "on.call@northwind.EXAMPLE" }),
		{name: "helpdesk", do: put("helpdesk", func(*domain.EmergencyContactInput) {}), code: domain.CodeForbidden, request: true},
		{name: "removal by helpdesk", do: func(ctx context.Context, w *world) error {
			return w.s.DeleteEmergencyContact(ctx, w.as("helpdesk"), domain.Precondition{})
		}, code: domain.CodeForbidden, request: true},
	})
	w := newWorld(t)
	if err := put("administrator", func(in *domain.EmergencyContactInput) { in.Name = strings.Repeat("ü", 60) })(t.Context(), w); err != nil {
		t.Errorf("60 characters: %v", err)
	}
	_, err := w.s.GetEmergencyContact(t.Context(), w.as("helpdesk"))
	wantCode(t, err, domain.CodeForbidden)
}
