package domain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// chore is work that waits for its time instead of for a request, such as mail that a relay has not taken yet.
type chore struct {
	name  string
	every time.Duration // how often this process looks for it
	do    func(context.Context) error
}

// chores are all of them. Each claims a piece of work in a transaction before it does it, so that any number of processes
// may be at it on one database.
func (s *Service) chores() []chore {
	return []chore{
		{"remove what has ended", 10 * time.Minute, s.Sweep},
		{"note which grants have expired", time.Minute, s.NoteExpiries},
		{"look for DNS records of domains", 2 * time.Second, s.checkDomains},
	}
}

// diary tells when this process did its chores.
type diary struct {
	mu   sync.Mutex
	last map[string]time.Time // by name
}

// DoChores does all work whose time has come. What fails keeps nothing else from being done, and is tried again when its
// time comes again. Where it is under way already, it answers nil at once.
func (s *Service) DoChores(ctx context.Context) error {
	if !s.diary.mu.TryLock() {
		return nil
	}
	defer s.diary.mu.Unlock()
	if s.diary.last == nil {
		s.diary.last = map[string]time.Time{}
	}
	var failed []error
	for _, chore := range s.chores() {
		now := s.now()
		if last, done := s.diary.last[chore.name]; done && now.Sub(last) < chore.every {
			continue
		}
		s.diary.last[chore.name] = now
		if err := chore.do(ctx); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", chore.name, err))
		}
	}
	return errors.Join(failed...)
}
