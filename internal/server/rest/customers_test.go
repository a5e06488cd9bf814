package rest_test

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// Partners create customer accounts only, whatever a body says, and none becomes another later.
func TestAccountType(t *testing.T) {
	t.Parallel()
	c := servertest.NewServer(t).Main(t)
	const start = `{"name":"New","domain":"new.example","account_type":`
	for _, other := range []string{`"partner"`, `"msp_partner"`, `"Customer"`, `""`} {
		for _, write := range [][3]string{{http.MethodPost, "/v1/customers", start + other + "}"}, {http.MethodPut, umbrella, body + `,"account_type":` + other + "}"}} {
			r := c.Do(t, write[0], write[1], write[2])
			if r.Status != http.StatusUnprocessableEntity || r.Code() != "invalid_value" || r.JSON(t)["field"] != "/account_type" {
				t.Errorf("%s %s: got %d %s", write[0], write[2], r.Status, r.Body)
			}
		}
	}
	if got := items(t, c.Do(t, http.MethodGet, "/v1/customers?domain=new.example", nil)); len(got) != 0 {
		t.Errorf("there is %v", got)
	}
	r := c.Do(t, http.MethodPost, "/v1/customers", start+`"customer"}`)
	if r.Status != http.StatusCreated || r.JSON(t)["account_type"] != "customer" {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}

// An external id is one customer of a partner; what another partner calls its customers is its own affair.
func TestExternalIDs(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main := s.Main(t)
	for _, write := range [][3]string{
		{http.MethodPost, "/v1/customers", `{"name":"New","domain":"new.example","external_id":"CRM-1001"}`},
		{http.MethodPut, umbrella, body + `,"external_id":"CRM-1001"}`},
	} {
		r := main.Do(t, write[0], write[1], write[2])
		if r.Status != http.StatusConflict || r.Code() != "already_exists" || r.JSON(t)["field"] != "/external_id" || r.JSON(t)["existing_id"] != "cus_acme2222222222222222" {
			t.Errorf("%s: got %d %s", write[0], r.Status, r.Body)
		}
	}
	if r := s.As(t, "contoso-automation").Do(t, http.MethodPost, "/v1/customers", `{"name":"New","domain":"new.example","external_id":"CRM-1001"}`); r.Status != http.StatusCreated {
		t.Errorf("another partner: got %d %s", r.Status, r.Body)
	}
	// Given up, it is free.
	if r := main.Do(t, http.MethodPut, acme, `{"name":"Acme Ltd","domain":"acme.example","country":"GB","product":"Email Security","seats":250,"require_sso":true,"allowed_ip_ranges":["203.0.113.0/24"]}`); r.Status != http.StatusOK {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := main.Do(t, http.MethodPut, umbrella, body+`,"external_id":"CRM-1001"}`); r.Status != http.StatusOK {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}
