package server

import (
	"context"
	"math/rand/v2"
	"time"
)

// choresEvery is how often a server looks for work that waits for its time.
const choresEvery = 2 * time.Second

// startChores looks for work that waits for its time, until the function that it answers is called: that one takes what is
// under way to its end, or to the end of its context.
func (s *Server) startChores(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Replicas that start together do not look together.
		timer := time.NewTimer(rand.N(choresEvery)) //nolint:gosec // nothing secret
		defer timer.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
				if err := s.Service.DoChores(ctx); err != nil && ctx.Err() == nil {
					s.logger.Error("chores", "error", err.Error())
				}
				timer.Reset(choresEvery)
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
