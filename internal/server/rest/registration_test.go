package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// newPost is a server with a relay.
func newPost(t *testing.T, opts ...servertest.Option) (*servertest.Server, *servertest.Post) {
	t.Helper()
	post := servertest.NewPost(t)
	return servertest.NewServer(t, append(opts, servertest.WithPost(post))...), post
}

func registration(password string) map[string]string {
	return map[string]string{"partner_id": "prt_northwind", "temporary_password": password, "password": servertest.OwnPassword}
}

// From the invitation to the registered portal admin, over HTTP and SMTP.
func TestRegistration(t *testing.T) {
	t.Parallel()
	s, post := newPost(t)
	c, person := s.Main(t), s.Anonymous()
	c.Do(t, http.MethodPut, admins+jordan, `{"name":"Jordan Weber","role":"msp_sales"}`)
	password := s.TemporaryPassword(t, post, jordan)
	if m := post.Mails()[0]; len(m.To) != 1 || m.To[0] != jordan {
		t.Errorf("mail %+v", m)
	}
	for _, m := range items(t, c.Do(t, http.MethodGet, "/v1/outbox", nil)) {
		if m["event"] != "portal_admin_invited" || m["status"] != "sent" || m["attempts"] != float64(1) || m["sent_at"] == nil || strings.Contains(m["body"].(string), password) {
			t.Errorf("outbox: %v", m)
		}
	}
	if r := c.Do(t, http.MethodPost, admins+jordan+":invite?validate_only=true", nil); r.Status != http.StatusOK || len(objects(t, r, "findings")) != 0 {
		t.Errorf("validated: got %d %s", r.Status, r.Body)
	}
	if r := person.Do(t, http.MethodPost, admins+"Jordan@northwind-msp.example:register", registration(password)); r.Status != http.StatusNoContent {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	if r := c.Do(t, http.MethodGet, admins+jordan, nil); r.JSON(t)["status"] != "registered" {
		t.Errorf("registered: %s", r.Body)
	}
	if r := c.Do(t, http.MethodPost, admins+jordan+":invite", nil); r.Status != http.StatusConflict || r.Code() != "already_registered" {
		t.Errorf("again: got %d %s", r.Status, r.Body)
	}
	if r := c.Do(t, http.MethodPost, admins+jordan+":invite?validate_only=true", nil); r.Status != http.StatusOK || objects(t, r, "findings")[0]["severity"] != "fatal" {
		t.Errorf("again, validated: got %d %s", r.Status, r.Body)
	}
	if log := c.Do(t, http.MethodGet, "/v1/audit-events?page_size=500", nil).Body; strings.Contains(string(log), password) || strings.Contains(string(log), servertest.OwnPassword) {
		t.Error("the audit log has a password")
	}
}

// What strangers can find out: nothing, and that slowly.
func TestStrangersRegister(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s, post := newPost(t, servertest.WithClock(clock.Now))
	s.Main(t).Do(t, http.MethodPut, admins+jordan, `{"name":"Jordan Weber","role":"msp_sales"}`)
	password := s.TemporaryPassword(t, post, jordan)
	person := s.Anonymous()
	for _, email := range []string{jordan, "nobody@northwind-msp.example"} {
		short := registration("wrong")
		short["password"] = "short"
		for range 6 { // is no try
			if r := person.Do(t, http.MethodPost, admins+email+":register", short); r.Status != http.StatusUnprocessableEntity || r.Field() != "/password" || strings.Contains(string(r.Body), `"short"`) {
				t.Fatalf("got %d %s", r.Status, r.Body)
			}
		}
		for range 5 {
			if r := person.Do(t, http.MethodPost, admins+email+":register", registration("wrong")); r.Status != http.StatusForbidden || r.Code() != "wrong_password" || r.Field() != "" {
				t.Fatalf("%s: got %d %s", email, r.Status, r.Body)
			}
		}
		r := person.Do(t, http.MethodPost, admins+strings.ToUpper(email)+":register", registration(password))
		if r.Status != http.StatusTooManyRequests || r.Code() != "rate_limited" || r.Header.Get("Retry-After") != "180" {
			t.Errorf("%s: got %d %v %s", email, r.Status, r.Header, r.Body)
		}
		clock.Add(time.Hour) // the next one may, by chance, be counted with this one
	}
	for name, body := range map[string]string{"unknown field": `{"partner_id":"p","temporary_password":"t","password":"p","name":"n"}`, "no JSON": "x"} {
		if r := person.Do(t, http.MethodPost, admins+pat+":register", body); r.Status != http.StatusBadRequest {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	if r := person.Do(t, http.MethodPost, admins+pat+":register?x=y", registration("wrong")); r.Status != http.StatusBadRequest {
		t.Errorf("query: got %d %s", r.Status, r.Body)
	}
}

// A batch invites whom it adds, and nobody else; a person who was seeded can be invited too.
func TestWhoIsInvited(t *testing.T) {
	t.Parallel()
	s, post := newPost(t)
	c := s.Main(t)
	c.Do(t, http.MethodPost, adminBatch, batchOf(
		`{"operation":"put","email":"`+jordan+`","name":"Jordan","role":"msp_sales"}`,
		`{"operation":"put","email":"nobody@northwind-msp.example","name":"N","role":"msp_sales"}`,
		`{"operation":"put","email":"`+pat+`","name":"Pat Lopez","role":"msp_prospects"}`))
	c.Do(t, http.MethodPost, adminBatch+"?validate_only=true", batchOf(`{"operation":"put","email":"robin@northwind-msp.example","name":"Robin","role":"msp_sales"}`))
	if r := c.Do(t, http.MethodPost, admins+pat+":invite", nil); r.Status != http.StatusNoContent {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
	password := s.TemporaryPassword(t, post, pat)
	mails := post.Mails()
	if len(mails) != 2 || mails[0].To[0] != jordan || mails[1].To[0] != pat {
		t.Errorf("mails %+v", mails)
	}
	if r := s.Anonymous().Do(t, http.MethodPost, admins+pat+":register", registration(password)); r.Status != http.StatusNoContent {
		t.Errorf("got %d %s", r.Status, r.Body)
	}
}
