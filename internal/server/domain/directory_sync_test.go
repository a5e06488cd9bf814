package domain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// connect makes an integration that a test synchronizes by itself.
func (w *world) connect(name string, in domain.DirectoryInput) {
	w.t.Helper()
	off := false
	in.SyncEnabled = &off
	if err := putDirectory(name, in)(w.t.Context(), w); err != nil {
		w.t.Fatal(err)
	}
}

// sync synchronizes one integration now with whom the directory names.
func (w *world) sync(name string, people ...domain.DirectoryPerson) domain.Directory {
	w.t.Helper()
	ctx := w.t.Context()
	w.directory.mu.Lock()
	w.directory.people = people
	w.directory.mu.Unlock()
	if _, err := w.s.RequestSync(ctx, w.as("administrator"), name); err != nil {
		w.t.Fatal(err)
	}
	if err := w.s.SyncDirectories(ctx); err != nil {
		w.t.Fatal(err)
	}
	return w.directoryNow(name)
}

func (w *world) directoryNow(name string) domain.Directory {
	w.t.Helper()
	return must(w.s.GetDirectory(w.t.Context(), w.as("administrator"), name))(w.t)
}

func (w *world) user(email string) domain.PartnerUser {
	w.t.Helper()
	return must(w.s.GetPartnerUser(w.t.Context(), w.as("robot"), email))(w.t)
}

func someone(name string, aliases ...string) domain.DirectoryPerson {
	return domain.DirectoryPerson{ID: name, Email: name + "@northwind.example", Name: strings.ToUpper(name), Aliases: aliases}
}

// crowd is so many people.
func crowd(n int) []domain.DirectoryPerson {
	people := make([]domain.DirectoryPerson, n)
	for i := range people {
		people[i] = someone(fmt.Sprintf("person-%04d", i))
	}
	return people
}

// counts are what a synchronization did: created, updated, disabled, enabled, unchanged, and skipped for each reason.
func counts(t *testing.T, d domain.Directory) [8]int {
	t.Helper()
	if d.LastSync == nil {
		t.Fatalf("there was no synchronization: %+v", d)
	}
	r := d.LastSync
	return [8]int{r.Created, r.Updated, r.Disabled, r.Enabled, r.Unchanged, r.SkippedManual, r.SkippedOtherDirectory, r.SkippedInvalid}
}

func wantSync(t *testing.T, d domain.Directory, want [8]int) {
	t.Helper()
	if got := counts(t, d); d.Outcome != domain.DirectoryOK || got != want {
		t.Errorf("got %s %v (%s %q), want %v", d.Outcome, got, d.LastSync.Error, d.LastSync.Problems, want)
	}
}

// People come, change, go and come back; each change is an event of the audit log, in the name of the directory.
func TestSyncFollowsTheDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	var config domain.DirectoryConfig
	w.directory.reading = func(c domain.DirectoryConfig) { config = c }

	anna, ben := someone("anna", "Anna.B@northwind.example"), someone("ben")
	before := len(w.events())
	wantSync(t, w.sync("ad", anna, ben), [8]int{2})
	if config.LDAP == nil || config.LDAP.Password.Reveal() != password || config.LDAP.Host != "dc.northwind.example" || config.LDAP.Port != 636 {
		t.Errorf("the reader was given %+v", config)
	}
	user := w.user("ANNA@northwind.example")
	if user.Source != domain.SourceDirectory || user.Directory != "ad" || user.Name != "ANNA" || user.Disabled || !slices.Equal(user.Aliases, []string{"Anna.B@northwind.example"}) {
		t.Errorf("got %+v", user)
	}
	events := w.events()[before:]
	if len(events) != 3 || events[0].Actor != "directory:ad" || events[0].Action != domain.AuditCreate || !strings.HasPrefix(events[0].RequestID, "sync_") ||
		events[0].RequestID != events[2].RequestID || events[2].Kind != "directory" {
		t.Errorf("got %+v", events)
	}
	w.silent(func() { wantSync(t, w.sync("ad", ben, anna), [8]int{4: 2}) })

	anna.Name, anna.Phone, anna.Aliases = "Anna\tBerg ", "+49 30 123456", nil
	wantSync(t, w.sync("ad", anna), [8]int{1: 1, 2: 1})
	if user := w.user("anna@northwind.example"); user.Name != "Anna Berg" || user.Phone != "+49 30 123456" || len(user.Aliases) != 0 {
		t.Errorf("got %+v", user)
	}
	if got := w.directoryNow("ad"); !w.user("ben@northwind.example").Disabled || got.UserCount != 1 || !got.LastSyncAt.Equal(w.now) {
		t.Errorf("got %+v", got)
	}
	w.silent(func() { wantSync(t, w.sync("ad", anna), [8]int{4: 1}) })
	wantSync(t, w.sync("ad", anna, ben), [8]int{3: 1, 4: 1})
	if w.user("ben@northwind.example").Disabled {
		t.Error("who came back is still disabled")
	}
	ben.Disabled = true
	wantSync(t, w.sync("ad", anna, ben), [8]int{2: 1, 4: 1})
	newcomer := someone("carl")
	newcomer.Disabled = true
	wantSync(t, w.sync("ad", anna, ben, newcomer), [8]int{4: 1})
}

// Whoever was added by hand stays as they are, and the outcome says so.
func TestSyncLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	w.connect("second", azureInput())
	plain := w.user("plain@northwind.example")
	got := w.sync("ad", someone("plain"), someone("anna", "shared@northwind.example"))
	wantSync(t, got, [8]int{0: 1, 5: 1})
	if now := w.user("plain@northwind.example"); now.Revision != plain.Revision || len(got.LastSync.Problems) != 1 || !strings.Contains(got.LastSync.Problems[0], "plain@northwind.example") {
		t.Errorf("got %+v, %q", now, got.LastSync.Problems)
	}
	// Who is first keeps a person, also by an alias, and the other directory's users are not missing in this one.
	anna := w.user("anna@northwind.example")
	wantSync(t, w.sync("second", someone("anna"), someone("shared"), someone("dora", "SHARED@northwind.example", "anna@northwind.example", "d@northwind.example")),
		[8]int{0: 1, 6: 2})
	if now, dora := w.user("anna@northwind.example"), w.user("dora@northwind.example"); now.Revision != anna.Revision || !slices.Equal(dora.Aliases, []string{"d@northwind.example"}) {
		t.Errorf("got %+v and %+v", now, dora)
	}
	// Not even one that the first directory has let go: what one says of who left, no other undoes.
	wantSync(t, w.sync("ad", someone("emil")), [8]int{0: 1, 2: 1})
	wantSync(t, w.sync("second", someone("anna"), someone("dora", "d@northwind.example")), [8]int{1: 0, 4: 1, 6: 1})
	if !w.user("anna@northwind.example").Disabled {
		t.Error("enabled again by another directory")
	}
}

// Entries that can't be users are counted and change nothing.
func TestSyncOfOddEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	long := someone("long")
	long.Name = strings.Repeat("ä", 300)
	nameless := domain.DirectoryPerson{ID: "1", Email: "Nameless@northwind.example", Phone: "extension 12"}
	twice := domain.DirectoryPerson{ID: "2", Email: "NAMELESS@northwind.example", Name: "Another"}
	w.directory.people = nil
	people := []domain.DirectoryPerson{{ID: "3", Email: "no address"}, twice, nameless, long, someone("ali", "bad", "long@northwind.example", "ALI@northwind.example", "b@x.example", "A@x.example")}
	wantSync(t, w.sync("ad", people...), [8]int{0: 3, 7: 2})
	if user := w.user("nameless@northwind.example"); user.Name != user.Email || user.Phone != "" {
		t.Errorf("got %+v", user)
	}
	if user := w.user("long@northwind.example"); len([]rune(user.Name)) != 200 {
		t.Errorf("got %+v", user)
	}
	if user := w.user("ali@northwind.example"); !slices.Equal(user.Aliases, []string{"A@x.example", "b@x.example"}) {
		t.Errorf("got %+v", user)
	}
	slices.Reverse(people)
	w.silent(func() { wantSync(t, w.sync("ad", people...), [8]int{4: 3, 7: 2}) })
}

// The safety stop: nobody is changed, not even those who would be new.
func TestSafetyStop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, left int
		outcome      domain.DirectoryStatus
	}{
		{100, 80, domain.DirectoryOK},
		{100, 79, domain.DirectoryStopped},
		{100, 0, domain.DirectoryStopped},
		{4, 1, domain.DirectoryOK},
		{5, 1, domain.DirectoryStopped},
		{1, 0, domain.DirectoryStopped},
		{0, 0, domain.DirectoryStopped},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.left, c.before), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.connect("ad", ldapInput())
			if c.before > 0 {
				w.sync("ad", crowd(c.before)...)
			}
			now := crowd(c.left)
			if c.left > 0 {
				now = append(now, someone("new"))
			}
			before := len(w.events())
			got := w.sync("ad", now...)
			if got.Outcome != c.outcome {
				t.Fatalf("got %s %+v", got.Outcome, got.LastSync)
			}
			if c.outcome == domain.DirectoryOK {
				wantSync(t, got, [8]int{0: 1, 2: c.before - c.left, 4: c.left})
				return
			}
			if got.LastSync.Error == "" || counts(t, got) != [8]int{} || got.UserCount != c.before || len(w.events()) != before+1 {
				t.Errorf("stopped, but %+v, %d events", got.LastSync, len(w.events())-before)
			}
			for _, person := range crowd(c.before) {
				if w.user(person.Email).Disabled {
					t.Errorf("%s is disabled", person.Email)
				}
			}
			// All back: nothing is left of it.
			if got := w.sync("ad", crowd(max(c.before, 1))...); got.Outcome != domain.DirectoryOK {
				t.Errorf("afterwards %+v", got.LastSync)
			}
		})
	}
}

func TestMaxDisablePercent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s = domain.New(w.store, domain.Options{
		Now: func() time.Time { return w.now }, SecretIterations: 1, Directories: &w.directory, Sealer: boxes{}, DirectorySync: domain.DirectorySyncOptions{MaxDisablePercent: 100},
	})
	w.connect("ad", ldapInput())
	w.sync("ad", crowd(20)...)
	wantSync(t, w.sync("ad", crowd(1)...), [8]int{2: 19, 4: 1})
}

// What can't be read changes nobody, and the reason is kept.
func TestSyncFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	w.sync("ad", crowd(3)...)
	w.directory.err = &domain.DirectoryError{Kind: domain.DirectoryUnreachable, Detail: "dc.northwind.example:636 does not answer"}
	got := w.sync("ad", crowd(1)...) // what came before the failure is not everybody
	if got.Outcome != domain.DirectoryFailed || got.LastSync.Error != "unreachable: dc.northwind.example:636 does not answer" || got.UserCount != 3 {
		t.Errorf("got %+v %+v", got, got.LastSync)
	}
	w.silent(func() { w.sync("ad") }) // failing again is nothing new
	w.directory.err = errors.New("a defect")
	if _, err := w.s.RequestSync(t.Context(), w.as("administrator"), "ad"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.SyncDirectories(t.Context()); err == nil || !strings.Contains(err.Error(), "a defect") {
		t.Errorf("got %v", err)
	}
	if got := w.directoryNow("ad"); got.Outcome != domain.DirectoryFailed || strings.Contains(got.LastSync.Error, "defect") {
		t.Errorf("got %+v", got.LastSync)
	}
	if got := w.sync("staff"); got.Outcome != domain.DirectoryFailed || !strings.Contains(got.LastSync.Error, "No secret is stored") {
		t.Errorf("without a secret: %+v", got.LastSync)
	}
}

// The last administrator who works is never disabled, whoever says so.
func TestSyncKeepsTheLastAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	w.sync("ad", someone("eva"), someone("finn"))
	given(
		putAdmin("robot", "eva@northwind.example", domain.PortalAdminInput{Name: "Eva", Role: domain.RoleAdministrator}),
		putAdmin("robot", "finn@northwind.example", domain.PortalAdminInput{Name: "Finn", Role: domain.RoleAdministrator}),
		putAdmin("robot", "boss@northwind.example", domain.PortalAdminInput{Name: "Boss", Role: domain.RoleSales}),
		putAdmin("robot", "admin@northwind.example", domain.PortalAdminInput{Name: "Admin", Role: domain.RoleSales}),
	)(w)
	got := w.sync("ad", someone("greta"))
	wantSync(t, got, [8]int{0: 1, 2: 1, 4: 1})
	eva, finn := w.user("eva@northwind.example"), w.user("finn@northwind.example")
	if eva.Disabled == finn.Disabled || !strings.Contains(strings.Join(got.LastSync.Problems, " "), "last msp_administrator") {
		t.Errorf("got %+v, %+v, %q", eva, finn, got.LastSync.Problems)
	}
	// Nor does a disabled one count when another is to lose the role.
	last, gone := finn, eva
	if last.Disabled {
		last, gone = eva, finn
	}
	wantCode(t, putAdmin("robot", last.EmailKey, domain.PortalAdminInput{Name: "Last", Role: domain.RoleSales})(t.Context(), w), domain.CodeLastAdministrator)
	if err := deleteAdmin("robot", gone.EmailKey)(t.Context(), w); err != nil {
		t.Errorf("the disabled one can't be removed: %v", err)
	}
}

// A disabled person gets nothing new, nobody acts for one, and nothing is lost when the person comes back.
func TestDisabledPeopleHaveNoRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	w.sync("ad", someone("help2"), someone("idle"))
	admin := domain.PortalAdminInput{Name: "Help", Role: domain.RoleAdministrator}
	given(putAdmin("robot", "help2@northwind.example", admin))(w)
	if err := w.register("help2@northwind.example", w.lastTemporary()); err != nil {
		t.Fatal(err)
	}
	w.grant(globex, "help2@northwind.example")
	seed := domain.Seed{Partners: []domain.SeedPartner{{
		Partner: domain.Partner{ID: "northwind", Name: "Northwind", Kind: domain.KindMSP},
		Clients: []domain.SeedClient{{ID: "for-help2", Secret: secret, PortalRole: domain.RoleAdministrator, ActsFor: "help2@northwind.example"}},
	}}}
	must(w.s.ApplySeed(t.Context(), "more", seed))(t)
	w.signIn("for-help2")
	token := must(w.s.IssueToken(t.Context(), "for-help2", secret, nil))(t)

	wantSync(t, w.sync("ad", someone("other")), [8]int{0: 1, 2: 2})
	actor := must(w.s.Authenticate(t.Context(), token.AccessToken))(t)
	if len(actor.Scopes) != 0 {
		t.Errorf("a token from before still has %v", actor.Scopes)
	}
	_, err := w.s.ListPortalAdmins(t.Context(), actor, domain.PortalAdminFilter{}, domain.Page{})
	if e := refusal(t, err); e.Code != domain.CodeForbidden || !strings.Contains(e.Detail, "who is disabled") {
		t.Errorf("got %v", e)
	}
	wantCode(t, putAdmin("robot", "idle@northwind.example", admin)(t.Context(), w), domain.CodeUserDisabled)
	wantCode(t, putGrant("administrator", initech, "help2@northwind.example", domain.AccountBasicAdministrator)(t.Context(), w), domain.CodeUserDisabled)
	customer := acme()
	customer.ImplementationLead = "help2@northwind.example"
	_, err = w.s.CreateCustomer(t.Context(), w.as("administrator"), customer)
	if e := refusal(t, err); e.Code != domain.CodeUserDisabled || e.Field != "/implementation_lead" {
		t.Errorf("got %+v", e)
	}
	if v := w.ask(globex, "help2@northwind.example", "", ""); v.Allowed || !strings.Contains(strings.Join(v.Reasons, " "), "is disabled in the partner's own account") {
		t.Errorf("who is disabled gets in: %+v", v)
	}
	// What the person has can still be changed, so that nothing is in the way of an orderly end.
	if err := putAdmin("robot", "help2@northwind.example", domain.PortalAdminInput{Name: "Help", Role: domain.RoleHelpdesk})(t.Context(), w); err != nil {
		t.Error(err)
	}
	if err := putGrant("administrator", globex, "help2@northwind.example", "desk")(t.Context(), w); err != nil {
		t.Error(err)
	}

	w.sync("ad", someone("other"), someone("help2"))
	if actor := must(w.s.Authenticate(t.Context(), token.AccessToken))(t); len(actor.Scopes) == 0 {
		t.Error("the rights did not come back")
	}
	if v := w.ask(globex, "help2@northwind.example", "", ""); !v.Allowed {
		t.Errorf("who came back does not get in: %+v", v)
	}
}

// Users of a directory are changed there while it is connected; what it has let go may be cleared away.
func TestUsersOfDirectories(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.connect("ad", ldapInput())
	w.sync("ad", crowd(4)...)
	w.sync("ad", crowd(2)...)
	first, gone, gone2 := crowd(4)[0].Email, crowd(4)[2].Email, crowd(4)[3].Email
	wantCode(t, deleteUser(first)(ctx, w), domain.CodeManagedByDirectory)
	wantCode(t, putUser(gone, domain.PartnerUserInput{Name: "By hand"})(ctx, w), domain.CodeManagedByDirectory)
	// Which role somebody has in the partner's account no directory says. It is given here, and stays when the directory speaks.
	before := w.user(first)
	if err := putUser(first, domain.PartnerUserInput{Name: before.Name, Phone: before.Phone, AccountRole: "user manager"})(ctx, w); err != nil {
		t.Fatal(err)
	}
	w.sync("ad", crowd(2)...)
	if user := w.user(first); user.AccountRole != "user manager" || user.Source != domain.SourceDirectory || user.Directory != "ad" {
		t.Errorf("with a role: %+v", user)
	}
	if err := deleteUser(gone)(ctx, w); err != nil {
		t.Error(err)
	}
	if err := w.s.DeleteDirectory(ctx, w.as("administrator"), "ad", domain.Precondition{}); err != nil {
		t.Fatal(err)
	}
	// Nobody loses anything with the integration; from now on people are changed by hand, or by another integration.
	if user := w.user(first); user.Disabled || user.Source != domain.SourceDirectory {
		t.Errorf("got %+v", user)
	}
	if err := putUser(gone2, domain.PartnerUserInput{Name: "PERSON-0003"})(ctx, w); err != nil {
		t.Fatal(err)
	}
	if user := w.user(gone2); user.Source != domain.SourceManual || user.Disabled || user.Directory != "" {
		t.Errorf("taken over by hand: %+v", user)
	}
	w.connect("next", azureInput())
	wantSync(t, w.sync("next", crowd(4)...), [8]int{0: 1, 1: 2, 5: 1})
	if user := w.user(first); user.Directory != "next" {
		t.Errorf("not taken over: %+v", user)
	}
}
