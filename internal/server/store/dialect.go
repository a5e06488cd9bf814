package store

import "time"

// dialect is what differs between the engines once a database is open.
type dialect struct {
	// placeholder of the nth argument, from 1.
	placeholder func(n int) string
	// busy reports that another writer was in the way: the same transaction may succeed if it is run again.
	busy func(error) bool
	// lockWait is how long a transaction waits for writers of other processes before it gives up.
	lockWait time.Duration
	// duplicate reports a value that must be unique and is there already.
	duplicate func(error) bool
}
