package acctest

import (
	"sync/atomic"
	"time"
)

// Clock is the time of a server, through WithClock: the true one, and on top what a test lets pass.
type Clock struct{ ahead atomic.Int64 }

// Now is what the clock shows.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Pass lets time go by.
func (c *Clock) Pass(d time.Duration) { c.ahead.Add(int64(d)) }
