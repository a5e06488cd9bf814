package domain_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

const sales = "sales@northwind.example"

// putUntil makes a portal admin partner administrator of globex until some time after now.
func putUntil(email string, after time.Duration) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		until := w.now.Add(after)
		in := domain.ExternalAdminInput{Role: domain.AccountPartnerAdministrator, ExpiresAt: &until}
		_, _, err := w.s.PutExternalAdmin(ctx, w.as("administrator"), globex, email, in, domain.Precondition{})
		return err
	}
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

func (w *world) doChores() {
	w.t.Helper()
	if err := w.s.NoteExpiries(w.t.Context()); err != nil {
		w.t.Error(err)
	}
}

func (w *world) salesGrant() domain.ExternalAdmin {
	w.t.Helper()
	return must(w.s.GetExternalAdmin(w.t.Context(), w.as("administrator"), globex, sales))(w.t)
}

func TestExpiryRefusals(t *testing.T) {
	t.Parallel()
	limited := given(putUntil(sales, time.Hour))
	beyond := func(ctx context.Context, w *world) error {
		year10000 := time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3600))
		in := domain.ExternalAdminInput{Role: domain.AccountBasicAdministrator, ExpiresAt: &year10000}
		_, _, err := w.s.PutExternalAdmin(ctx, w.as("administrator"), globex, sales, in, domain.Precondition{})
		return err
	}
	runRefused(t, []refused{
		{name: "new, with a past time", do: putUntil(sales, -time.Nanosecond), code: domain.CodeInvalidValue, field: "/expires_at"},
		{name: "new, with the present time", do: putUntil(sales, 0), code: domain.CodeInvalidValue, field: "/expires_at"},
		{name: "changed to a past time", given: limited, do: putUntil(sales, -time.Hour), code: domain.CodeInvalidValue, field: "/expires_at"},
		{name: "unlimited, then a past time", given: given(putGrant("administrator", globex, sales, domain.AccountPartnerAdministrator)), do: putUntil(sales, -time.Hour), code: domain.CodeInvalidValue, field: "/expires_at"},
		{
			name: "expired, then another past time",
			given: func(w *world) {
				limited(w)
				w.pass(2 * time.Hour)
			},
			do: putUntil(sales, -30*time.Minute), code: domain.CodeInvalidValue, field: "/expires_at",
		},
		{name: "behind the calendar", do: beyond, code: domain.CodeInvalidValue, field: "/expires_at"},
	})
}

// Access is gone at the very moment, without anybody doing anything. What is left can be read, changed and removed.
func TestExpiryLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("administrator")
	until := w.now.Add(time.Hour).In(time.FixedZone("", 7200))
	in := domain.ExternalAdminInput{Role: "desk", ExpiresAt: &until}
	put := func() domain.ExternalAdmin {
		t.Helper()
		grant, _, err := w.s.PutExternalAdmin(ctx, actor, globex, sales, in, domain.Precondition{})
		if err != nil {
			t.Fatal(err)
		}
		return grant
	}
	wantStatus := func(grant domain.ExternalAdmin, want domain.GrantStatus) {
		t.Helper()
		if got := w.s.GrantStatus(grant); got != want {
			t.Errorf("%s at %s is %s, want %s", sales, w.now, got, want)
		}
	}
	grant := put()
	if grant.ExpiresAt == nil || !grant.ExpiresAt.Equal(until) || grant.ExpiresAt.Location() != time.UTC {
		t.Fatalf("expires at %v, want %s in UTC", grant.ExpiresAt, until)
	}
	w.silent(func() { // the same moment, written otherwise
		utc := until.UTC()
		in.ExpiresAt = &utc
		if again := put(); again.Revision != grant.Revision {
			t.Error("another spelling of the time is a change")
		}
	})
	w.pass(time.Hour - time.Microsecond)
	wantStatus(w.salesGrant(), domain.GrantActive)
	w.pass(time.Microsecond)
	wantStatus(w.salesGrant(), domain.GrantExpired)

	in.Role = domain.AccountBasicAdministrator // that the time is past now hinders nothing
	if changed := put(); changed.Role != in.Role || !changed.ExpiresAt.Equal(until) {
		t.Errorf("changed to %+v", changed)
	}
	wantStatus(w.salesGrant(), domain.GrantExpired)
	later := w.now.Add(time.Minute)
	in.ExpiresAt = &later
	wantStatus(put(), domain.GrantActive)
	w.pass(time.Minute)
	wantStatus(w.salesGrant(), domain.GrantExpired)
	in.ExpiresAt = nil
	if unlimited := put(); unlimited.ExpiresAt != nil {
		t.Errorf("a put without a time left %s", unlimited.ExpiresAt)
	}
	w.pass(100 * 365 * 24 * time.Hour)
	wantStatus(w.salesGrant(), domain.GrantActive)
}

// What a partner administrator may do ends with the grant, and comes back with it.
func TestExpiredPartnerAdministratorMayNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, actor := t.Context(), w.as("for-help")
	const help = "help@northwind.example"
	attempts := map[string]func() error{
		"list": func() error {
			_, err := w.s.ListCustomerExternalAdmins(ctx, actor, globex, domain.Page{})
			return err
		},
		"read": func() error {
			_, err := w.s.GetExternalAdmin(ctx, actor, globex, help)
			return err
		},
		"add": func() error {
			return putGrant("for-help", globex, sales, domain.AccountPartnerAdministrator)(ctx, w)
		},
	}
	if err := putUntil(help, time.Hour)(ctx, w); err != nil {
		t.Fatal(err)
	}
	for _, may := range []bool{true, false, true} {
		for name, try := range attempts {
			err := try()
			if may && err != nil {
				t.Errorf("%s is refused while the grant lasts: %v", name, err)
			}
			if !may {
				wantCode(t, err, domain.CodeForbidden)
			}
		}
		if may {
			if err := deleteGrant("administrator", sales)(ctx, w); err != nil {
				t.Error(err)
			}
			w.pass(time.Hour)
		} else if err := putUntil(help, time.Hour)(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
}

// An expired grant is still there, so it stands in the way of what would take it along unseen.
func TestExpiredGrantsAreInTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	customer := w.create(acme())
	until := w.now.Add(time.Hour)
	in := domain.ExternalAdminInput{Role: domain.AccountBasicAdministrator, ExpiresAt: &until}
	if _, _, err := w.s.PutExternalAdmin(ctx, w.as("administrator"), customer.ID, sales, in, domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * time.Hour)
	for name, err := range map[string]error{
		"customer":     w.s.DeleteCustomer(ctx, w.as("administrator"), customer.ID, false, domain.Precondition{}),
		"portal admin": w.s.DeletePortalAdmin(ctx, w.as("administrator"), sales, domain.Precondition{}),
	} {
		e := refusal(t, err)
		if want := (domain.Blocker{Kind: "external_admin", ID: customer.ID + "/" + sales}); e.Code != domain.CodeInUse || len(e.Blockers) != 1 || e.Blockers[0] != want {
			t.Errorf("%s: %v, %v", name, e, e.Blockers)
		}
	}
	if err := w.s.DeleteExternalAdmin(ctx, w.as("administrator"), customer.ID, sales, domain.Precondition{}); err != nil {
		t.Error("deleting what has expired:", err)
	}
	if err := w.s.DeletePortalAdmin(ctx, w.as("administrator"), sales, domain.Precondition{}); err != nil {
		t.Error(err)
	}
}

// expiries are the lines of the log that nobody's change made.
func (w *world) expiries() (found []domain.AuditEvent) {
	w.t.Helper()
	for _, e := range w.events() {
		if e.Actor == "server" {
			found = append(found, e)
		}
	}
	return found
}

func TestExpiryIsNotedOnce(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		testExpiryIsNotedOnce(t, newWorld(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		testExpiryIsNotedOnce(t, emptyWorldOn(t, pgtest.Database(t)).seeded())
	})
}

func testExpiryIsNotedOnce(t *testing.T, w *world) {
	ctx := t.Context()
	if err := putUntil(sales, time.Hour)(ctx, w); err != nil {
		t.Fatal(err)
	}
	w.grant(globex, "lead@northwind.example")
	w.silent(w.doChores)
	revision := w.salesGrant().Revision
	w.pass(time.Hour + time.Microsecond)

	replicas := make([]*domain.Service, 8)
	now := w.now
	for i := range replicas {
		replicas[i] = domain.New(w.store, domain.Options{Now: func() time.Time { return now }, SecretIterations: 1})
	}
	var all sync.WaitGroup
	for _, replica := range replicas {
		all.Go(func() {
			if err := replica.DoChores(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	noted := w.expiries()
	if len(noted) != 1 {
		t.Fatalf("%d events, want 1", len(noted))
	}
	e := noted[0]
	if e.Kind != "external_admin" || e.Action != domain.AuditUpdate || e.ObjectID != globex+"/"+sales || e.CustomerID != globex || !e.Time.Equal(w.now) {
		t.Errorf("event %+v", e)
	}
	for raw, want := range map[string]string{string(e.Before): "active", string(e.After): "expired"} {
		var grant struct {
			Email     string    `json:"email"`
			Status    string    `json:"status"`
			ExpiresAt time.Time `json:"expires_at"`
		}
		if err := json.Unmarshal([]byte(raw), &grant); err != nil || grant.Status != want || grant.Email != sales || !grant.ExpiresAt.Before(w.now) {
			t.Errorf("the event has %s, want the grant with the status %s", raw, want)
		}
	}
	// Nobody's precondition fails because of the note.
	if got := w.salesGrant().Revision; got != revision {
		t.Error("noting it changed the revision")
	}
	w.silent(w.doChores)
	// Brought back, it can expire another time.
	if err := putUntil(sales, time.Hour)(ctx, w); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * time.Hour)
	w.doChores()
	if noted := w.expiries(); len(noted) != 2 {
		t.Errorf("%d events, want 2", len(noted))
	}
}

// Whoever changes a grant before the chore comes by does not make the log look as if access had never ended.
func TestExpiryIsNotedBeforeAChange(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(context.Context, *world) error{
		"brought back": putUntil(sales, time.Hour),
		"role":         putGrant("administrator", globex, sales, "desk"),
		"deleted":      deleteGrant("administrator", sales),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if err := putUntil(sales, time.Hour)(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			w.pass(2 * time.Hour)
			before := len(w.events())
			if err := change(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			events := w.events()[before:]
			if len(events) != 2 || events[0].Actor != "server" || events[1].Actor != "administrator" {
				t.Errorf("events %+v, want the expiry, then the change", events)
			}
			w.silent(w.doChores)
		})
	}
}

// More than one transaction takes.
func TestManyExpiries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const grants = 230
	err := w.store.Write(t.Context(), func(ctx context.Context, tx domain.Tx) error {
		for i := range grants {
			until := w.now.Add(time.Duration(i) * time.Second)
			grant := domain.ExternalAdmin{PartnerID: "northwind", CustomerID: globex, EmailKey: "p" + time.Duration(i).String(), ExpiresAt: &until, ExpiryDue: &until}
			if err := tx.ExternalAdmins().Put(ctx, grant); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	w.doChores()
	w.doChores()
	if noted := w.expiries(); len(noted) != grants {
		t.Errorf("%d events, want %d", len(noted), grants)
	}
}

// A seed brings grants that end, and such as have ended.
func TestSeedWithExpiry(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	past, future := w.now.Add(-time.Hour), w.now.Add(time.Hour)
	s := seed()
	s.Partners[0].Customers[0].ExternalAdmins = []domain.SeedExternalAdmin{
		{Email: "boss@northwind.example", Role: domain.AccountSuperAdministrator, ExpiresAt: &past},
		{Email: sales, Role: domain.AccountBasicAdministrator, ExpiresAt: &future},
	}
	if _, err := w.s.ApplySeed(t.Context(), "hash", s); err != nil {
		t.Fatal(err)
	}
	boss := must(w.s.GetExternalAdmin(t.Context(), w.as("administrator"), globex, "boss@northwind.example"))(t)
	if w.s.GrantStatus(boss) != domain.GrantExpired || w.s.GrantStatus(w.salesGrant()) != domain.GrantActive {
		t.Errorf("boss is %s, sales %s", w.s.GrantStatus(boss), w.s.GrantStatus(w.salesGrant()))
	}
	w.doChores()
	if noted := w.expiries(); len(noted) != 1 || noted[0].ObjectID != globex+"/boss@northwind.example" {
		t.Errorf("noted %+v", noted)
	}
}
