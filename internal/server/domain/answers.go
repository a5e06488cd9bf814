package domain

import (
	"context"
	"time"
)

// answerTTL is how long a request with an idempotency key gets its first answer again.
const answerTTL = 24 * time.Hour

// FindAnswer answers what was said to a client's request with this idempotency key, if it is still kept. To be called
// inside Atomically, together with KeepAnswer.
func (s *Service) FindAnswer(ctx context.Context, clientID, key string) (answer Answer, ok bool, err error) {
	err = s.read(ctx, func(ctx context.Context, tx Tx) (err error) {
		answer, ok, err = find(ctx, tx.Answers(), clientID, key)
		return err
	})
	return answer, ok && s.now().Before(answer.ExpiresAt), err
}

// KeepAnswer keeps an answer for 24 hours, in the same transaction as what it tells of.
func (s *Service) KeepAnswer(ctx context.Context, answer Answer) error {
	answer.ExpiresAt = s.now().Add(answerTTL)
	return s.write(ctx, func(ctx context.Context, tx Tx) error { return tx.Answers().Put(ctx, answer) })
}
