package rest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// The last decision maker of an account stays, and the refusal says so in words and by its code.
func TestLastDecisionMaker(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	for _, c := range []*servertest.Caller{main, s.As(t, "acme-decision")} {
		r := c.Do(t, http.MethodDelete, mara, nil)
		if r.Status != http.StatusConflict || r.Code() != "last_decision_maker" || r.JSON(t)["field"] != nil {
			t.Errorf("removal: got %d %s", r.Status, r.Body)
		}
		r = c.Do(t, http.MethodPut, mara, `{"name":"Mara Lind","roles":["billing_contact"]}`)
		if r.Status != http.StatusConflict || r.Code() != "last_decision_maker" || r.JSON(t)["field"] != "/roles" {
			t.Errorf("another role: got %d %s", r.Status, r.Body)
		}
	}
	r := main.Do(t, http.MethodDelete, mara+"?validate_only=true", nil)
	finding := r.JSON(t)["findings"].([]any)[0].(map[string]any)
	if r.Status != http.StatusOK || finding["code"] != "last_decision_maker" || finding["severity"] != "pending" {
		t.Errorf("validation: got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodPut, noc, `{"name":"Network Desk","phone":"+44 20 7946 0123","roles":["decision_maker","phone_manager"]}`); r.Status != http.StatusOK {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodDelete, mara, nil); r.Status != http.StatusNoContent {
		t.Errorf("one of two: got %d %s", r.Status, r.Body)
	}
	got := main.Do(t, http.MethodGet, noc, nil).JSON(t)
	if fmt.Sprint(got["roles"]) != "[decision_maker phone_manager]" || got["phone"] != "+44 20 7946 0123" || got["email"] != "noc@acme.example" {
		t.Errorf("got %v", got)
	}
}

// Only a decision maker manages contacts; a partner of record that is none reads them.
func TestContactsOfAReferral(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	const body = `{"name":"New","roles":["technical_contact"]}`
	for client, want := range map[string]int{"globex-decision": 201, "acme-decision": 404, "contoso-automation": 404, servertest.MainClient: 403} {
		if r := s.As(t, client).Do(t, http.MethodPut, globex+"/contacts/new@new.example", body); r.Status != want {
			t.Errorf("%s: got %d, want %d: %s", client, r.Status, want, r.Body)
		}
	}
	if r := s.Main(t).Do(t, http.MethodPut, globex+"/contacts/gil@globex.example", body); r.Code() != "not_decision_maker" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	if r := s.Main(t).Do(t, http.MethodGet, globex+"/contacts/GIL@globex.example", nil); r.Status != http.StatusOK {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	if r := s.As(t, "acme-billing").Do(t, http.MethodGet, mara, nil); r.Code() != "not_decision_maker" {
		t.Errorf("acme-billing: got %d %s", r.Status, r.Body)
	}
}
