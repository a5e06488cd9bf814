package store

import (
	"errors"
	"time"

	"github.com/pressly/goose/v3"
)

// dialect is what differs between the engines once a database is open.
type dialect struct {
	// migrations is the folder of the engine's schema versions, goose the engine's name there.
	migrations string
	goose      goose.Dialect
	// tableQuery counts the tables of the name that is versionTable: 0 or 1.
	tableQuery string
	// beginMigration begins a transaction in which no other process migrates the database.
	beginMigration string

	// placeholder of the nth argument, from 1.
	placeholder func(n int) string
	// busy reports that another writer was in the way: the same transaction may succeed if it is run again.
	busy func(error) bool
	// lockWait is how long a transaction waits for other writers before it gives up.
	lockWait time.Duration
	// duplicate reports a value that must be unique and is there already.
	duplicate func(error) bool
	// raced reports a failure that a writer beside this one may have caused: what fn asked for before was right then.
	raced func(error) bool
	// lost reports that the database did not answer, or not any more.
	lost func(error) bool
	// undecided reports that the transaction whose COMMIT failed so may be durable all the same.
	undecided func(error) bool
}

func never(error) bool { return false }

// failure finds the engine's own error in another.
func failure[E error](err error) (E, bool) {
	var found E
	ok := errors.As(err, &found)
	return found, ok
}
