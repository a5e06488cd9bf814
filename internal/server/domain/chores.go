package domain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Chore is work that waits for its time instead of for a request, such as mail that a relay has not taken yet. A chore
// claims a piece of work in a transaction before it does it, so that any number of processes may be at it on one database.
type Chore struct {
	name  string
	every time.Duration // how often this process looks for it
	do    func(context.Context) error
	now   func() time.Time

	mu   sync.Mutex
	last time.Time // when this process looked; zero for never
}

func (s *Service) makeChores() []*Chore {
	chores := []*Chore{
		{name: "remove what has ended", every: 10 * time.Minute, do: s.Sweep},
		{name: "note which grants have expired", every: time.Minute, do: s.NoteExpiries},
		{name: "look for DNS records of domains", every: 2 * time.Second, do: s.checkDomains},
		{name: "synchronize directories", every: time.Second, do: s.SyncDirectories},
	}
	if s.postman.relay != nil {
		chores = append(chores, &Chore{name: "hand mail to the relay", do: s.deliverMail})
	}
	for _, chore := range chores {
		chore.now = s.now
	}
	return chores
}

// Chores are all of them. Each may take as long as those whom it talks to, so none should have to wait for another.
func (s *Service) Chores() []*Chore { return s.chores }

// Do does the work whose time has come. What fails is tried again when its time comes again. Where it is under way in this
// process already, it answers nil at once.
func (c *Chore) Do(ctx context.Context) error {
	if !c.mu.TryLock() {
		return nil
	}
	defer c.mu.Unlock()
	if now := c.now(); !c.last.IsZero() && now.Sub(c.last) < c.every {
		return nil
	}
	return c.doNow(ctx)
}

// doNow wants the lock.
func (c *Chore) doNow(ctx context.Context) error {
	c.last = c.now()
	if err := c.do(ctx); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

// DoDueChores does those whose time has come, one after the other. What fails keeps nothing else from being done.
func (s *Service) DoDueChores(ctx context.Context) error {
	var failed []error
	for _, chore := range s.chores {
		failed = append(failed, chore.Do(ctx))
	}
	return errors.Join(failed...)
}

// DoChores does all of them now, whenever this process looked last, and after what is under way of each. What fails keeps
// nothing else from being done.
func (s *Service) DoChores(ctx context.Context) error {
	var failed []error
	for _, chore := range s.chores {
		chore.mu.Lock()
		failed = append(failed, chore.doNow(ctx))
		chore.mu.Unlock()
	}
	return errors.Join(failed...)
}
