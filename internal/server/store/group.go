package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// errUndone is what a transaction gets whose neighbor took the engine's whole transaction down: it did nothing wrong
// and is run again.
var errUndone = errors.New("undone together with another transaction")

// group makes transactions that come at the same time share one commit, and so one wait for the disk.
//
// There is one writer, and whoever holds the turn has it. The first to come opens a batch, a transaction of the engine;
// runs its own part in a savepoint; hands the turn, with the batch in it, to the next in the queue; and queues up again
// itself. Those who had been waiting before run their parts one after the other in the same batch. When the
// turn comes back to one whose part is done, it commits for all. So the batch is as large as the queue was, nobody
// waits for others to come, and the parts are serial: each sees what those before it did.
//
// Nobody is answered before the batch has ended, not even with a refusal: it may rest on what a neighbor wrote.
type group struct {
	turn  chan *batch // of capacity 1: the batch that is open, or nil, while nobody holds the turn
	begin func(context.Context) (*sql.Conn, error)
}

type batch struct {
	conn  *sql.Conn
	parts int           // that were kept
	ended chan struct{} // closed at the end
	err   error         // why nothing of the batch was kept; to be read after ended
}

func newGroup(begin func(context.Context) (*sql.Conn, error)) *group {
	g := &group{turn: make(chan *batch, 1), begin: begin}
	g.turn <- nil
	return g
}

// run runs fn as one transaction and answers when it is durable, or undone.
func (g *group) run(ctx context.Context, fn func(querier) error) error {
	b, err := g.take(ctx)
	if err != nil {
		return err
	}
	wrecked, err := g.part(ctx, b, fn)
	g.wait(b)
	if b.err != nil && !wrecked {
		return b.err // a refusal, too, that rests on what was undone is none
	}
	return err
}

// take waits for the turn, and opens a batch if there is none.
func (g *group) take(ctx context.Context) (*batch, error) {
	var b *batch
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case b = <-g.turn:
	}
	if b != nil {
		return b, nil
	}
	conn, err := g.begin(ctx)
	if err != nil {
		g.turn <- nil
		return nil, err
	}
	return &batch{conn: conn, ended: make(chan struct{})}, nil
}

// part runs fn so that it alone can be undone, and hands on the turn even if fn panics. It tells whether this undid the
// whole batch.
func (g *group) part(ctx context.Context, b *batch, fn func(querier) error) (wrecked bool, err error) {
	kept := false
	defer func() {
		if !kept {
			// Without a savepoint to return to, the engine has given up the whole transaction, as on a full disk.
			wrecked = b.exec("ROLLBACK TO part; RELEASE part") != nil
		}
		switch {
		case wrecked:
			g.end(b, "ROLLBACK", errUndone)
		case b.parts == 0:
			g.end(b, "ROLLBACK", nil) // nobody is left to commit it
		default:
			g.turn <- b
		}
	}()
	if err := b.exec("SAVEPOINT part"); err != nil {
		return false, err
	}
	if err := fn(patient{b.conn}); err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil { // the caller has gone
		return false, err
	}
	if err := b.exec("RELEASE part"); err != nil {
		return false, err
	}
	kept = true
	b.parts++
	return false, nil
}

// wait until the batch has ended, and end it if the turn comes first.
func (g *group) wait(b *batch) {
	select {
	case <-b.ended:
	case open := <-g.turn:
		if open == b {
			g.end(b, "COMMIT", nil)
		} else {
			g.turn <- open // b has ended meanwhile
		}
	}
}

// end the batch, by whoever holds the turn, which is free then.
func (g *group) end(b *batch, how string, err error) {
	b.err = err
	if endErr := b.exec(how); endErr != nil && how == "COMMIT" {
		b.err = fmt.Errorf("%w: %w", errCommit, endErr)
		_ = b.exec("ROLLBACK") // the engine may have done it already
	}
	_ = b.conn.Close() // gives it back to the pool
	close(b.ended)
	g.turn <- nil
}

// exec does not mind whether a caller leaves: the others stay.
func (b *batch) exec(statement string) error {
	_, err := b.conn.ExecContext(context.Background(), statement)
	return err
}

// patient runs statements to their end even if their caller leaves: SQLite answers the interruption of a write by undoing
// the whole transaction, the neighbors' parts too.
type patient struct{ conn *sql.Conn }

func (p patient) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.conn.ExecContext(context.WithoutCancel(ctx), query, args...)
}

func (p patient) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.conn.QueryContext(context.WithoutCancel(ctx), query, args...)
}

func (p patient) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.conn.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}
