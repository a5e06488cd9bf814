package rest_test

import (
	"net/http"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/servertest"
)

// Rights of members of access groups are real: decision makers see a customer's invoices, phone managers do not.
func TestInvoices(t *testing.T) {
	t.Parallel()
	s := servertest.NewServer(t)
	main, robin := s.Main(t), s.As(t, "northwind-robin")
	see := func(why string, c *servertest.Caller, path string, want int, code string) {
		t.Helper()
		if r := c.Do(t, http.MethodGet, path+"/invoices", nil); r.Status != want || want != http.StatusOK && r.Code() != code {
			t.Errorf("%s: got %d %s, want %d %s", why, r.Status, r.Body, want, code)
		}
	}
	see("the customer's own decision maker", s.As(t, "acme-decision"), acme, 200, "")
	see("the customer's own billing contact", s.As(t, "acme-billing"), acme, 403, "not_decision_maker")
	see("another customer's decision maker", s.As(t, "globex-decision"), acme, 404, "not_found")
	see("for a member of the decision maker group", s.As(t, "northwind-kim"), acme, 200, "")
	see("for a member, at another customer", s.As(t, "northwind-kim"), initech, 403, "forbidden")
	see("an administrator, at a managed customer", main, initech, 200, "")
	see("an administrator, at a referral customer", main, acme, 403, "not_decision_maker")
	see("another partner", s.As(t, "contoso-automation"), acme, 404, "not_found")

	main.Do(t, http.MethodPut, acme+"/access-roles/phone_manager", `{"notify_emails":["it@acme.example"]}`)
	if r := main.Do(t, http.MethodPut, acme+"/access-roles/phone_manager/members/robin@northwind-msp.example", `{}`); r.Status != http.StatusCreated {
		t.Fatalf("got %d %s", r.Status, r.Body)
	}
	see("for a member of the phone manager group", robin, acme, 403, "forbidden")
	main.Do(t, http.MethodPut, decisionMakers+"/robin@northwind-msp.example", `{}`)
	see("for a decision maker from now on", robin, acme, 200, "")
	main.Do(t, http.MethodDelete, decisionMakers+"/robin@northwind-msp.example", nil)
	see("for a decision maker no longer", robin, acme, 403, "forbidden")

	list := items(t, s.As(t, "acme-decision").Do(t, http.MethodGet, acme+"/invoices", nil))
	if len(list) != 2 || list[0]["number"] != "INV-2026-001" || list[0]["paid_on"] != "2026-02-20" || list[0]["amount"] != "1125.00" || list[1]["paid_on"] != nil {
		t.Errorf("got %v", list)
	}
}
