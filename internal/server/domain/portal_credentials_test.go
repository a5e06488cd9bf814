package domain_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

const (
	plainUser   = "plain@northwind.example"
	ownPassword = "a horse of my own"
)

var temporaryPattern = regexp.MustCompile(`(?m)^Temporary password: ([0-9a-z]{4}(?:-[0-9a-z]{4}){4})$`)

// invited makes somebody portal admin and answers the temporary password of the letter.
func (w *world) invited(email string) string {
	w.t.Helper()
	if err := putAdmin("administrator", email, domain.PortalAdminInput{Name: "P", Role: domain.RoleSales})(w.t.Context(), w); err != nil {
		w.t.Fatal(err)
	}
	return w.lastTemporary()
}

// lastTemporary sends the mail that is due and answers the temporary password of the last letter.
func (w *world) lastTemporary() string {
	w.t.Helper()
	if err := w.deliver(); err != nil {
		w.t.Fatal(err)
	}
	return w.temporaryOf(len(w.relay.letters) - 1)
}

func (w *world) temporaryOf(letter int) string {
	w.t.Helper()
	found := temporaryPattern.FindStringSubmatch(w.relay.letters[letter].Body)
	if found == nil {
		w.t.Fatalf("no temporary password in %q", w.relay.letters[letter].Body)
	}
	return found[1]
}

func (w *world) register(email, temporary string) error {
	return w.s.RegisterPortalAdmin(w.t.Context(), domain.Registration{
		PartnerID: "northwind", Email: email, TemporaryPassword: temporary, Password: ownPassword, RequestID: "req_register",
	})
}

func (w *world) reinvite(email string) error {
	return w.s.InvitePortalAdmin(w.t.Context(), w.as("administrator"), email)
}

func (w *world) status(email string) domain.AdminStatus {
	w.t.Helper()
	return must(w.s.GetPortalAdmin(w.t.Context(), w.as("administrator"), email))(w.t).Status
}

// verify asks for the own password of a person by signing in.
func (w *world) verify(email, password string) error {
	return w.verifyIn(w.t.Context(), email, password)
}

func (w *world) verifyIn(ctx context.Context, email, password string) error {
	_, err := w.s.OpenSession(ctx, w.as("administrator"), globex, domain.SessionInput{Email: email, Password: password, Mode: domain.ModeExternalAdmin})
	var refused *domain.Error
	if errors.As(err, &refused) && refused.Code == domain.CodeForbidden {
		return nil // the password was right, and who is no external administrator there is not let in for that
	}
	return err
}

func TestRegistration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	temporary := w.invited("Plain@northwind.example")
	letter := w.relay.letters[0]
	for _, part := range []string{"Hello P,", "Northwind", "msp_sales", "7 days", "/v1/portal-admins/" + plainUser + ":register", `"partner_id": "northwind"`} {
		if !strings.Contains(letter.Body, part) {
			t.Errorf("%q is missing in %q", part, letter.Body)
		}
	}
	if m := w.mails()[0]; m.Event != "portal_admin_invited" || m.To != "Plain@northwind.example" || m.Status != domain.MailSent {
		t.Errorf("mail %+v", m)
	}
	if got := w.status(plainUser); got != domain.StatusUnregistered {
		t.Errorf("invited: %s", got)
	}
	wantCode(t, w.verify(plainUser, temporary), domain.CodeWrongPassword) // it opens nothing but the registration
	before := must(w.s.GetPortalAdmin(t.Context(), w.as("administrator"), plainUser))(t)
	if err := w.register("PLAIN@northwind.example", strings.ToUpper(strings.ReplaceAll(temporary, "-", " "))); err != nil {
		t.Fatal(err)
	}
	after := must(w.s.GetPortalAdmin(t.Context(), w.as("administrator"), plainUser))(t)
	if after.Status != domain.StatusRegistered || after.Revision == before.Revision {
		t.Errorf("registered: %+v", after)
	}
	events := w.events()
	if e := events[len(events)-1]; e.Actor != "registration" || e.ActsFor != "Plain@northwind.example" || e.Action != domain.AuditUpdate ||
		e.Kind != domain.KindPortalAdmin || e.ObjectID != plainUser || e.RequestID != "req_register" || !strings.Contains(string(e.After), `"registered"`) {
		t.Errorf("audit: %+v", e)
	}
	if err := w.verify("PLAIN@northwind.example", ownPassword); err != nil {
		t.Errorf("own password: %v", err)
	}
	wantCode(t, w.verify(plainUser, ownPassword+"!"), domain.CodeWrongPassword)
	wantCode(t, w.register(plainUser, temporary), domain.CodeWrongPassword) // it works once
}

// Of those who use one temporary password at the same time, one does.
func TestRegistrationsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	temporary := w.invited(plainUser)
	var registering sync.WaitGroup
	var registered atomic.Int32
	for range 8 {
		registering.Go(func() {
			if w.register(plainUser, temporary) == nil {
				registered.Add(1)
			}
		})
	}
	registering.Wait()
	if got := registered.Load(); got != 1 {
		t.Errorf("%d registered", got)
	}
}

// Neither password is kept anywhere: not in the database, so not in the outbox, the audit log or a backup either.
func TestPasswordsAreKeptNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	temporary := w.invited(plainUser)
	if err := w.register(plainUser, temporary); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{w.file, w.file + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{temporary, strings.ReplaceAll(temporary, "-", ""), ownPassword} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s has %q", file, secret)
			}
		}
		if file == w.file+"-wal" && !bytes.Contains(content, []byte("portal_admin_invited")) {
			t.Error("the invitation is not where it was looked for")
		}
	}
}

// Whatever is wrong, nobody learns more than that something is.
func TestRegistrationRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	temporary := w.invited(plainUser)
	answers := map[string]bool{}
	w.silent(func() {
		for name, in := range map[string]domain.Registration{
			"another password": {PartnerID: "northwind", Email: plainUser, TemporaryPassword: "0000-0000-0000-0000-0000"},
			"none":             {PartnerID: "northwind", Email: plainUser},
			"unknown person":   {PartnerID: "northwind", Email: "nobody@northwind.example", TemporaryPassword: temporary},
			"no address":       {PartnerID: "northwind", Email: "nobody", TemporaryPassword: temporary},
			"another partner":  {PartnerID: "contoso", Email: plainUser, TemporaryPassword: temporary},
			"no such partner":  {PartnerID: "nobody", Email: plainUser, TemporaryPassword: temporary},
			"seeded person":    {PartnerID: "northwind", Email: "boss@northwind.example", TemporaryPassword: temporary},
		} {
			in.Password = ownPassword
			e := refusal(t, w.s.RegisterPortalAdmin(t.Context(), in))
			if e.Code != domain.CodeWrongPassword || e.Field != "" {
				t.Errorf("%s: %v", name, e)
			}
			answers[e.Detail] = true
		}
	})
	w.now = w.now.Add(7 * 24 * time.Hour)
	e := refusal(t, w.register(plainUser, temporary))
	answers[e.Detail] = true
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	w.now = w.now.Add(-time.Second)
	for name, password := range map[string]string{
		"short": "eleven char", "long": strings.Repeat("x", 257), "the temporary one": temporary, "the address": strings.ToUpper(plainUser), "no text": strings.Repeat("\xff", 20),
	} {
		e := refusal(t, w.s.RegisterPortalAdmin(t.Context(), domain.Registration{PartnerID: "northwind", Email: plainUser, TemporaryPassword: temporary, Password: password}))
		if e.Code != domain.CodeInvalidValue || e.Field != "/password" || strings.Contains(e.Detail, password) {
			t.Errorf("%s: %v", name, e)
		}
	}
	if err := w.register(plainUser, temporary); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
}

func TestInvitationAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.invited(plainUser)
	if err := w.reinvite("PLAIN@northwind.example"); err != nil {
		t.Fatal(err)
	}
	events := w.events()
	if e := events[len(events)-1]; e.Kind != domain.KindInvitation || e.ObjectID != plainUser || e.Action != domain.AuditCreate || e.Actor != "administrator" {
		t.Errorf("audit: %+v", e)
	}
	wantCode(t, w.register(plainUser, first), domain.CodeWrongPassword) // void from that moment on
	if err := w.register(plainUser, w.lastTemporary()); err != nil {
		t.Errorf("the new one: %v", err)
	}
}

func TestInvitationRefusals(t *testing.T) {
	t.Parallel()
	again := func(client, email string) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error { return w.s.InvitePortalAdmin(ctx, w.as(client), email) }
	}
	runRefused(t, []refused{
		{name: "registered", do: again("administrator", "Sales@northwind.example"), code: domain.CodeAlreadyRegistered},
		{name: "nobody", do: again("administrator", plainUser), code: domain.CodeNotFound, request: true},
		{name: "not allowed", do: again("helpdesk", "sales@northwind.example"), code: domain.CodeForbidden, request: true},
		{
			name: "protected role at a customer", do: again("administrator", "boss@northwind.example"), code: domain.CodeProtectedRole,
			blockers: []domain.Blocker{{Kind: "external_admin", ID: globex + "/boss@northwind.example"}},
		},
		{name: "protected role of the own account", do: again("administrator", "disco@northwind.example"), code: domain.CodeProtectedRole},
		{
			name: "protected role, unregistered", given: given(putAdmin("administrator", "super@northwind.example", domain.PortalAdminInput{Name: "S", Role: domain.RoleSales})),
			do: again("administrator", "super@northwind.example"), code: domain.CodeProtectedRole,
		},
	})
}

// An invitation that was replaced before it was sent is not sent any more, nor one to somebody who is no portal admin any more.
func TestInvitationsThatAreVoid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := errors.Join(
		putAdmin("administrator", plainUser, domain.PortalAdminInput{Name: "P", Role: domain.RoleSales})(t.Context(), w), w.reinvite(plainUser),
		putAdmin("administrator", "dir@northwind.example", domain.PortalAdminInput{Name: "D", Role: domain.RoleSales})(t.Context(), w),
		deleteAdmin("administrator", "dir@northwind.example")(t.Context(), w),
	); err != nil {
		t.Fatal(err)
	}
	temporary := w.lastTemporary()
	if len(w.relay.letters) != 1 {
		t.Errorf("%d letters", len(w.relay.letters))
	}
	for i, want := range []domain.MailStatus{domain.MailCanceled, domain.MailSent, domain.MailCanceled} {
		if m := w.mails()[i]; m.Status != want || (m.Reason == "") != (want == domain.MailSent) || m.NextAttemptAt != nil {
			t.Errorf("mail %d: %+v, want %s", i, m, want)
		}
	}
	if err := w.register(plainUser, temporary); err != nil {
		t.Error(err)
	}
}

// Where it is open whether a letter arrived, its password works like that of the letter that followed; once one is used the
// other is void.
func TestInvitationWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for used := range 2 {
		w := newWorld(t)
		w.relay.says = func(domain.Letter) error { return errGone }
		if err := putAdmin("administrator", plainUser, domain.PortalAdminInput{Name: "P", Role: domain.RoleSales})(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		_ = w.deliver()
		w.now = w.now.Add(2 * time.Minute)
		w.relay.says = nil
		second := w.lastTemporary()
		passwords := []string{w.temporaryOf(0), second}
		if w.relay.letters[0].ID != w.relay.letters[1].ID || passwords[0] == passwords[1] {
			t.Fatalf("letters %+v", w.relay.letters)
		}
		if err := w.register(plainUser, passwords[used]); err != nil {
			t.Errorf("password %d: %v", used, err)
		}
		wantCode(t, w.register(plainUser, passwords[1-used]), domain.CodeWrongPassword)
	}
}

// Who has registered with the first letter gets no second one.
func TestRegisteredMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.relay.says = func(domain.Letter) error { return errGone }
	if err := putAdmin("administrator", plainUser, domain.PortalAdminInput{Name: "P", Role: domain.RoleSales})(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	_ = w.deliver()
	if err := w.register(plainUser, w.temporaryOf(0)); err != nil {
		t.Fatal(err)
	}
	w.relay.says = nil
	w.now = w.now.Add(2 * time.Minute)
	if err := w.deliver(); err != nil || len(w.relay.letters) != 1 || w.mails()[0].Status != domain.MailCanceled {
		t.Errorf("%d letters, %+v, %v", len(w.relay.letters), w.mails()[0], err)
	}
}

// Who is removed and comes back starts over; another role, name or phone number is no reason to.
func TestRegistrationAndChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	temporary := w.invited(plainUser)
	lead := domain.PortalAdminInput{Name: "Q", Phone: "+49 89 1234567", Role: domain.RoleImplementationLead}
	if err := putAdmin("administrator", plainUser, lead)(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if err := w.register(plainUser, temporary); err != nil {
		t.Errorf("after a change: %v", err)
	}
	lead.Role = domain.RoleSales
	if err := putAdmin("administrator", plainUser, lead)(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if got := w.status(plainUser); got != domain.StatusRegistered || len(w.mails()) != 1 {
		t.Errorf("after another role: %s, %d mails", got, len(w.mails()))
	}
	if err := deleteAdmin("administrator", plainUser)(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	wantCode(t, w.verify(plainUser, ownPassword), domain.CodeWrongPassword)
	again := w.invited(plainUser)
	wantCode(t, w.verify(plainUser, ownPassword), domain.CodeWrongPassword)
	if got := w.status(plainUser); got != domain.StatusUnregistered || again == temporary {
		t.Errorf("back again: %s", got)
	}
	if err := w.register(plainUser, again); err != nil {
		t.Error(err)
	}
}

// Ten wrong tries in a row and the right one is not taken either, for a quarter of an hour.
func TestOwnPasswordIsNotGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.register(plainUser, w.invited(plainUser)); err != nil {
		t.Fatal(err)
	}
	guess := func(n int) {
		for range n {
			wantCode(t, w.verify(plainUser, "wrong"), domain.CodeWrongPassword)
		}
	}
	for range 2 { // a right one ends the row
		guess(9)
		if err := w.verify(plainUser, ownPassword); err != nil {
			t.Errorf("after nine wrong ones: %v", err)
		}
	}
	guess(10)
	if e := refusal(t, w.verify(plainUser, ownPassword)); e.Code != domain.CodeWrongPassword || !strings.Contains(e.Detail, "2026-03-01T12:15:00Z") {
		t.Errorf("after ten wrong ones: %v", e)
	}
	w.now = w.now.Add(15 * time.Minute)
	if err := w.verify(plainUser, ownPassword); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
	wantCode(t, w.verify("nobody@northwind.example", ownPassword), domain.CodeWrongPassword)
	err := w.s.Atomically(t.Context(), func(ctx context.Context) error {
		return w.verifyIn(ctx, plainUser, ownPassword)
	})
	if err == nil || !strings.Contains(err.Error(), "transaction") {
		t.Errorf("inside a transaction: %v", err)
	}
}

func TestSeededPasswords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seeded := seed()
	seeded.Partners = seeded.Partners[:1]
	partner := &seeded.Partners[0]
	partner.Customers, partner.Clients, partner.Training, partner.Products = nil, nil, nil, nil
	partner.PortalAdmins = []domain.SeedPortalAdmin{
		{Email: plainUser, Role: domain.RoleSales, Password: ownPassword},
		{Email: "boss@northwind.example", Role: domain.RoleAdministrator, Password: ownPassword}, // is there already
	}
	w.silentMail(func() {
		if applied, err := w.s.ApplySeed(t.Context(), "second", seeded); err != nil || !applied {
			t.Fatalf("%v, %v", applied, err)
		}
	})
	if err := w.verify(plainUser, ownPassword); err != nil {
		t.Error(err)
	}
	wantCode(t, w.verify("boss@northwind.example", ownPassword), domain.CodeWrongPassword)
	partner.PortalAdmins = []domain.SeedPortalAdmin{
		{Email: plainUser, Role: domain.RoleSales, Status: domain.StatusUnregistered, Password: ownPassword},
		{Email: "super@northwind.example", Role: domain.RoleSales, Password: "short"},
	}
	_, err := w.s.ApplySeed(t.Context(), "third", seeded)
	for _, part := range []string{"partners[0].portal_admins[0].password: Only people", "partners[0].portal_admins[1].password: The password has 5"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in %v", part, err)
		}
	}
}

// silentMail fails if fn left a mail.
func (w *world) silentMail(fn func()) {
	w.t.Helper()
	before := len(w.mails())
	fn()
	if more := len(w.mails()) - before; more != 0 {
		w.t.Errorf("%d mails, want none", more)
	}
}
