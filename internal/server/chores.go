package server

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// choresEvery is how often a server looks for work that waits for its time.
const choresEvery = 2 * time.Second

// startChores looks for work that waits for its time, until the function that it answers is called: that one takes what is
// under way to its end, or to the end of its context. A chore that takes long keeps the others from nothing.
func (s *Server) startChores(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, chore := range s.Service.Chores() {
		running.Go(func() { s.repeat(ctx, chore) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

func (s *Server) repeat(ctx context.Context, chore *domain.Chore) {
	// Replicas that start together do not look together.
	timer := time.NewTimer(rand.N(choresEvery)) //nolint:gosec // nothing secret
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			if err := chore.Do(ctx); err != nil && ctx.Err() == nil {
				s.logger.Error("chore", "error", err.Error())
			}
			timer.Reset(choresEvery)
		}
	}
}
