package domain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Effective access tells of the partner's own way in, and what mandatory single sign-on means.
func TestAccessByDelegatedSignIn(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	v := w.ask(massive, signer, "", "")
	if !v.Allowed || len(v.Paths) != 1 || v.Paths[0].Kind != domain.KindDelegatedSignIn || v.Paths[0].Via != domain.ViaPortal || v.Paths[0].Role != "master_admin" || slices.Contains(v.Permissions, domain.PermissionAPITokens) {
		t.Errorf("got %+v", v)
	}
	v = w.ask(stark, signer, "", "")
	reasons := strings.Join(v.Reasons, " ")
	if len(v.Paths) != 3 || !strings.Contains(reasons, "from which delegated sign-in is excepted") || !strings.Contains(reasons, "require_sso") || !strings.Contains(reasons, "not with a password") {
		t.Errorf("got %+v", v)
	}
	for _, closed := range []struct{ customer, email, why string }{
		{pending, signer, "prospect"}, {massive, "help@northwind.example", "no password"},
	} {
		v := w.ask(closed.customer, closed.email, "", "")
		if v.Allowed || !strings.Contains(strings.Join(v.Reasons, " "), closed.why) {
			t.Errorf("%s: got %+v", closed.why, v)
		}
	}
	for _, none := range []struct{ customer, email string }{{initech, signer}, {massive, planner}, {massive, "nobody@northwind.example"}} {
		if v := w.ask(none.customer, none.email, "", ""); v.Allowed || len(v.Paths) != 0 || !strings.Contains(v.Reasons[0], "nor by delegated sign-in") {
			t.Errorf("%+v: got %+v", none, v)
		}
	}
}
