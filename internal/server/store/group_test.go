package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// grouped is a store whose next writes all go into one batch.
type grouped struct {
	*store
	t      *testing.T
	begun  atomic.Int32 // batches
	writes *group
	wait   sync.WaitGroup
}

func openGrouped(t *testing.T) *grouped {
	t.Helper()
	s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
	putParents(t, s)
	g := &grouped{store: s, t: t}
	g.writes = newGroup(func(ctx context.Context) (*sql.Conn, error) {
		g.begun.Add(1)
		return s.beginSQLite(ctx)
	})
	s.transact = func(ctx context.Context, _ bool, fn func(querier) error) error { return g.writes.run(ctx, fn) }
	return g
}

type part struct {
	ctx  context.Context // of the test if nil
	runs int
	fn   func(ctx context.Context, tx domain.Tx, run int) error
	err  error
	done atomic.Bool
}

// together runs the parts in this order in one batch, in goroutines of their own. It wants a bubble of synctest, which
// tells when somebody is in the queue.
func (g *grouped) together(parts ...*part) {
	g.t.Helper()
	open := <-g.writes.turn
	for _, p := range parts {
		ctx := cmp.Or(p.ctx, g.t.Context())
		g.wait.Go(func() {
			defer p.done.Store(true)
			defer func() {
				if got := recover(); got != nil {
					p.err = fmt.Errorf("panic: %v", got)
				}
			}()
			p.err = g.Write(ctx, func(ctx context.Context, tx domain.Tx) error {
				p.runs++
				return p.fn(ctx, tx, p.runs)
			})
		})
		synctest.Wait() // until it is in the queue
	}
	g.writes.turn <- open
	g.wait.Wait()
}

// putSeed puts a row of the name; hasSeed tells whether it is there.
func putSeed(name string) func(context.Context, domain.Tx, int) error {
	return func(ctx context.Context, tx domain.Tx, _ int) error {
		return tx.AppliedSeeds().Put(ctx, domain.AppliedSeed{Hash: name})
	}
}

func hasSeed(ctx context.Context, tx domain.Tx, name string) bool {
	_, err := tx.AppliedSeeds().Get(ctx, name)
	return err == nil
}

func (g *grouped) wantSeeds(want map[string]bool) {
	g.t.Helper()
	read(g.t, g.store, func(ctx context.Context, tx domain.Tx) error {
		for name, there := range want {
			if got := hasSeed(ctx, tx, name); got != there {
				g.t.Errorf("row %s is there: %t, want %t", name, got, there)
			}
		}
		return nil
	})
}

// One that fails, in whatever way, is undone alone.
func TestGroupNeighbors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testGroupNeighbors)
}

func testGroupNeighbors(t *testing.T) {
	g := openGrouped(t)
	gone, leave := context.WithCancel(t.Context())
	refused := errors.New("refused")
	first, refusing, failing := &part{fn: putSeed("first")}, &part{}, &part{}
	refusing.fn = func(ctx context.Context, tx domain.Tx, run int) error {
		if !hasSeed(ctx, tx, "first") {
			t.Error("a part does not see what those before it wrote")
		}
		if first.done.Load() {
			t.Error("a part was answered before the batch was committed")
		}
		return errors.Join(putSeed("refusing")(ctx, tx, run), refused)
	}
	failing.fn = func(ctx context.Context, tx domain.Tx, run int) error {
		if hasSeed(ctx, tx, "refusing") {
			t.Error("a part sees what was undone")
		}
		_ = putSeed("failing")(ctx, tx, run)
		return tx.PartnerUsers().Put(ctx, domain.PartnerUser{PartnerID: "nobody"})
	}
	panicking := &part{fn: func(ctx context.Context, tx domain.Tx, run int) error {
		_ = putSeed("panicking")(ctx, tx, run)
		panic("boom")
	}}
	exiting := &part{fn: func(ctx context.Context, tx domain.Tx, run int) error {
		_ = putSeed("exiting")(ctx, tx, run)
		runtime.Goexit()
		return nil
	}}
	leaving := &part{ctx: gone, fn: func(ctx context.Context, tx domain.Tx, run int) error {
		defer leave()
		return putSeed("leaving")(ctx, tx, run)
	}}
	last := &part{fn: putSeed("last")}
	g.together(first, refusing, failing, panicking, exiting, leaving, last)

	g.wantSeeds(map[string]bool{
		"first": true, "refusing": false, "failing": false, "panicking": false, "exiting": false, "leaving": false, "last": true,
	})
	if first.err != nil || last.err != nil || !errors.Is(refusing.err, refused) || failing.err == nil ||
		panicking.err == nil || !errors.Is(leaving.err, context.Canceled) {
		t.Errorf("answers: %v, %v, %v, %v, %v, %v", first.err, refusing.err, failing.err, panicking.err, leaving.err, last.err)
	}
	if n := g.begun.Load(); n != 1 {
		t.Errorf("%d batches, want 1", n)
	}
	for _, alone := range []*part{panicking, exiting} { // with nobody left to commit
		g.together(&part{fn: func(context.Context, domain.Tx, int) error { return refused }}, &part{fn: alone.fn})
	}
	write(t, g.store, func(ctx context.Context, tx domain.Tx) error { return putSeed("later")(ctx, tx, 1) })
	g.wantSeeds(map[string]bool{"panicking": false, "exiting": false, "later": true})
}

// Where the engine undoes the whole transaction, as it does on a full disk, the neighbors are run again, and what they
// answered is forgotten.
func TestGroupWreck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testGroupWreck)
}

func testGroupWreck(t *testing.T) {
	g := openGrouped(t)
	full := errors.New("the disk is full")
	before, after := &part{fn: putSeed("before")}, &part{fn: putSeed("after")}
	refusing := &part{fn: func(_ context.Context, _ domain.Tx, run int) error { return fmt.Errorf("refused in run %d", run) }}
	wrecking := &part{fn: func(ctx context.Context, dtx domain.Tx, _ int) error {
		inner, ok := dtx.(*tx)
		if !ok {
			t.Fatalf("the transaction is a %T", dtx)
		}
		return errors.Join(inner.exec(ctx, "ROLLBACK", nil), full)
	}}
	g.together(before, refusing, wrecking, after)
	g.wantSeeds(map[string]bool{"before": true, "after": true})
	if before.err != nil || after.err != nil || !errors.Is(wrecking.err, full) {
		t.Errorf("answers: %v, %v, %v", before.err, wrecking.err, after.err)
	}
	if before.runs != 2 || refusing.runs != 2 || wrecking.runs != 1 || after.runs != 1 {
		t.Errorf("runs: %d, %d, %d, %d", before.runs, refusing.runs, wrecking.runs, after.runs)
	}
}

// A commit that fails is everybody's failure.
func TestGroupCommitFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testGroupCommitFails)
}

func testGroupCommitFails(t *testing.T) {
	g := openGrouped(t)
	parts := []*part{{fn: putSeed("first")}, {fn: putSeed("second")}}
	parts[1].fn = func(ctx context.Context, dtx domain.Tx, run int) error {
		inner, ok := dtx.(*tx)
		if !ok {
			t.Fatalf("the transaction is a %T", dtx)
		}
		// A reference that is only judged at the commit.
		return errors.Join(inner.exec(ctx, "PRAGMA defer_foreign_keys = 1", nil), putSeed("second")(ctx, dtx, run),
			inner.exec(ctx, "UPDATE customers SET partner_id = 'nobody'", nil))
	}
	g.together(parts...)
	for i, p := range parts {
		if p.err == nil {
			t.Errorf("part %d was acknowledged", i)
		}
	}
	g.wantSeeds(map[string]bool{"first": false, "second": false})
	write(t, g.store, func(ctx context.Context, tx domain.Tx) error { return putSeed("later")(ctx, tx, 1) })
	g.wantSeeds(map[string]bool{"first": false, "later": true})
}

// Writers that come and go, fail and leave at random: what is acknowledged is there, and nothing else.
func TestGroupAtRandom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testGroupAtRandom)
}

func testGroupAtRandom(t *testing.T) {
	g := openGrouped(t)
	const writers, each = 16, 30
	var acknowledged, refused sync.Map
	open := <-g.writes.turn
	for writer := range writers {
		g.wait.Go(func() {
			for i := range each {
				name := fmt.Sprint(writer, "-", i)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				err := g.Write(ctx, func(ctx context.Context, tx domain.Tx) error {
					if err := putSeed(name)(ctx, tx, 1); err != nil {
						return err
					}
					switch (writer + i) % 5 {
					case 0:
						return errors.New("refused")
					case 1:
						cancel()
					}
					return nil
				})
				cancel()
				if err == nil {
					acknowledged.Store(name, true)
				} else {
					refused.Store(name, true)
				}
			}
		})
	}
	synctest.Wait() // all are in the queue, so the first batch is shared
	g.writes.turn <- open
	g.wait.Wait()
	want := map[string]bool{}
	acknowledged.Range(func(name, _ any) bool { want[name.(string)] = true; return true })
	refused.Range(func(name, _ any) bool { want[name.(string)] = false; return true })
	if len(want) != writers*each {
		t.Errorf("%d answers, want %d", len(want), writers*each)
	}
	g.wantSeeds(want)
	if n := g.begun.Load(); n >= writers*each {
		t.Errorf("%d batches for %d writes: none was shared", n, writers*each)
	}
	t.Logf("%d batches for %d writes", g.begun.Load(), writers*each)
}
