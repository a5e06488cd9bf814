package domain_test

import (
	"context"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// Synchronizations begin by themselves, and again after a failure sooner than usual.
func TestSyncSchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	reads := 0
	w.directory.reading = func(domain.DirectoryConfig) { reads++ }
	w.directory.people = crowd(2)
	if err := putDirectory("ad", ldapInput())(ctx, w); err != nil {
		t.Fatal(err)
	}
	after := func(d time.Duration, want int, status domain.DirectoryStatus) {
		t.Helper()
		w.now = w.now.Add(d)
		if err := w.s.DoChores(ctx); err != nil {
			t.Fatal(err)
		}
		if got := w.directoryNow("ad").Status(w.now); reads != want || got != status {
			t.Errorf("after %s: %d reads, %s; want %d, %s", d, reads, got, want, status)
		}
	}
	after(time.Second, 1, domain.DirectoryOK)
	after(59*time.Minute, 1, domain.DirectoryOK)
	after(time.Minute, 2, domain.DirectoryOK)
	w.directory.err = &domain.DirectoryError{Kind: domain.DirectoryTLS, Detail: "no"}
	after(time.Hour, 3, domain.DirectoryFailed)
	w.directory.err = nil
	after(10*time.Minute, 4, domain.DirectoryOK)
	w.connect("ad", ldapInput()) // switches it off
	after(2*time.Hour, 4, domain.DirectoryOK)
}

// One of several processes synchronizes; one that died is followed by another when its lease has ended.
func TestSyncLease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	other := domain.New(w.store, domain.Options{Now: func() time.Time { return w.now }, Directories: &w.directory, Sealer: boxes{}})
	w.connect("ad", ldapInput())
	reads := 0
	w.directory.reading = func(domain.DirectoryConfig) {
		reads++
		if got := w.directoryNow("ad").Status(w.now); got != domain.DirectorySyncing {
			t.Errorf("under way it is %s", got)
		}
		if err := other.SyncDirectories(ctx); err != nil {
			t.Error(err)
		}
	}
	wantSync(t, w.sync("ad", crowd(2)...), [8]int{2})
	if reads != 1 {
		t.Errorf("read %d times", reads)
	}

	// The process ends in the middle: whoever is next waits for the end of its lease, then does all that is left.
	w.directory.reading = func(domain.DirectoryConfig) {
		w.directory.reading = nil
		err := w.store.Write(ctx, func(ctx context.Context, tx domain.Tx) error { // as after a crash, nobody gives the lease back
			row := must(tx.Directories().Get(ctx, "northwind", "ad"))(t)
			row.LeaseID = "sync_crashed"
			return tx.Directories().Put(ctx, row)
		})
		if err != nil {
			t.Error(err)
		}
	}
	got := w.sync("ad", crowd(5)...)
	if counts(t, got) != [8]int{2} || got.Status(w.now) != domain.DirectorySyncing {
		t.Errorf("without the lease it went on: %+v", got.LastSync)
	}
	w.now = w.now.Add(34 * time.Minute)
	if err := other.SyncDirectories(ctx); err != nil || counts(t, w.directoryNow("ad")) != [8]int{2} {
		t.Errorf("begun within the lease: %v", err)
	}
	w.now = w.now.Add(2 * time.Minute)
	if err := other.SyncDirectories(ctx); err != nil {
		t.Fatal(err)
	}
	wantSync(t, w.directoryNow("ad"), [8]int{0: 3, 4: 2})
}

// A synchronization that was asked for while one is under way follows it; settings that changed end one.
func TestSyncWhileUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.connect("ad", ldapInput())
	w.directory.reading = func(domain.DirectoryConfig) {
		w.directory.reading = nil
		w.now = w.now.Add(time.Second)
		must(w.s.RequestSync(ctx, w.as("administrator"), "ad"))(t)
	}
	w.now = w.now.Add(time.Second)
	if got := w.sync("ad", crowd(1)...); counts(t, got) != [8]int{1} || got.Status(w.now) != domain.DirectoryQueued {
		t.Errorf("got %s %+v", got.Status(w.now), got.LastSync)
	}
	w.directory.people = crowd(2)
	if err := w.s.SyncDirectories(ctx); err != nil {
		t.Fatal(err)
	}
	wantSync(t, w.directoryNow("ad"), [8]int{0: 1, 4: 1})

	w.directory.reading = func(domain.DirectoryConfig) {
		w.directory.reading = nil
		in := ldapInput()
		in.LDAP.BaseDN = "OU=Elsewhere,DC=example"
		w.connect("ad", in)
	}
	if got := w.sync("ad", crowd(3)...); counts(t, got) != [8]int{0: 1, 4: 1} || got.Status(w.now) != domain.DirectoryOK {
		t.Errorf("with other settings it went on: %+v", got.LastSync)
	}
	w.directory.reading = func(domain.DirectoryConfig) {
		w.directory.reading = nil
		if err := w.s.DeleteDirectory(ctx, w.as("administrator"), "ad", domain.Precondition{}); err != nil {
			t.Error(err)
		}
	}
	w.directory.people = crowd(3)
	must(w.s.RequestSync(ctx, w.as("administrator"), "ad"))(t)
	if err := w.s.SyncDirectories(ctx); err != nil {
		t.Error(err)
	}
	_, err := w.s.GetPartnerUser(ctx, w.as("robot"), crowd(3)[2].Email)
	wantCode(t, err, domain.CodeNotFound)
}

// A server that stops gives the lease back, so that another one goes on at once.
func TestSyncOfAServerThatStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect("ad", ldapInput())
	ctx, stop := context.WithCancel(t.Context())
	w.directory.err = context.Canceled
	w.directory.reading = func(domain.DirectoryConfig) { stop() }
	must(w.s.RequestSync(ctx, w.as("administrator"), "ad"))(t)
	if err := w.s.SyncDirectories(ctx); err != nil {
		t.Error(err)
	}
	if got := w.directoryNow("ad"); got.Status(w.now) != domain.DirectoryQueued || got.LastSync != nil {
		t.Errorf("got %+v", got)
	}
}

// More people than one transaction takes, and it ends half-way: the next one does the rest.
func TestSyncOfManyEndsHalfWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.connect("ad", ldapInput())
	broken := domain.New(&failing{Store: w.store, writes: 3}, domain.Options{Now: func() time.Time { return w.now }, Directories: &w.directory, Sealer: boxes{}})
	w.directory.people = crowd(500)
	must(w.s.RequestSync(ctx, w.as("administrator"), "ad"))(t)
	if err := broken.SyncDirectories(ctx); err == nil {
		t.Error("nothing was wrong")
	}
	w.now = w.now.Add(time.Hour)
	wantSync(t, w.sync("ad", crowd(500)...), [8]int{0: 100, 4: 400})
}

// failing is a store that is gone after so many writes.
type failing struct {
	domain.Store
	writes int
}

func (f *failing) Write(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	if f.writes--; f.writes < 0 {
		return domain.ErrUnavailable
	}
	return f.Store.Write(ctx, fn)
}

// Whoever is added by hand, or comes with another directory, after the plan was made and before it is carried out is left
// alone as well.
func TestSyncMeetsNewcomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.connect("ad", ldapInput())
	w.connect("second", azureInput())
	writes := 0
	s := domain.New(&before{w.store, func() {
		if writes++; writes != 2 { // the first takes the lease
			return
		}
		given(putUser("person-0000@northwind.example", domain.PartnerUserInput{Name: "By hand"}))(w)
		w.directory.people = crowd(2)[1:]
		must(w.s.RequestSync(ctx, w.as("administrator"), "second"))(t)
		if err := w.s.SyncDirectories(ctx); err != nil {
			t.Error(err)
		}
	}}, domain.Options{Now: func() time.Time { return w.now }, Directories: &w.directory, Sealer: boxes{}})
	w.directory.people = crowd(3)
	must(w.s.RequestSync(ctx, w.as("administrator"), "ad"))(t)
	if err := s.SyncDirectories(ctx); err != nil {
		t.Fatal(err)
	}
	wantSync(t, w.directoryNow("ad"), [8]int{0: 1, 5: 1, 6: 1})
	if user := w.user("person-0000@northwind.example"); user.Name != "By hand" || user.Source != domain.SourceManual {
		t.Errorf("got %+v", user)
	}
	if user := w.user("person-0001@northwind.example"); user.Directory != "second" {
		t.Errorf("got %+v", user)
	}
}

// before is a store that does something before each write.
type before struct {
	domain.Store
	do func()
}

func (b *before) Write(ctx context.Context, fn func(context.Context, domain.Tx) error) error {
	b.do()
	return b.Store.Write(ctx, fn)
}
