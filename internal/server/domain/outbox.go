package domain

import "context"

// mail records a mail to each address in the transaction of the change that it tells of. Addresses that differ only in
// case get one.
func (s *Service) mail(ctx context.Context, tx Tx, partnerID, event, subject, body string, to []string) error {
	told := map[string]bool{}
	for _, address := range to {
		if told[fold(address)] {
			continue
		}
		told[fold(address)] = true
		if _, err := s.mailTo(ctx, tx, partnerID, event, subject, body, address); err != nil {
			return err
		}
	}
	return nil
}

// mailTo records one mail and answers its id.
func (s *Service) mailTo(ctx context.Context, tx Tx, partnerID, event, subject, body, to string) (string, error) {
	now := s.now()
	m := Mail{
		PartnerID: partnerID, ID: s.ids.next("mail_", now), Event: event, To: to, Subject: subject, Body: body,
		Status: MailPending, CreatedAt: now, PendingTo: fold(to), NextAttemptAt: &now,
	}
	_, waits, err := firstPendingTo(ctx, tx, partnerID, m.PendingTo)
	if err != nil {
		return "", err
	}
	if waits {
		m.NextAttemptAt = nil // when the others are over: nobody is told of an end before its beginning
	}
	return m.ID, tx.Outbox().Put(ctx, m)
}

// firstPendingTo answers the oldest mail that waits to be sent to a folded address.
func firstPendingTo(ctx context.Context, tx Tx, partnerID, key string) (Mail, bool, error) {
	first, err := tx.Outbox().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, partnerID), Eq(FieldPendingTo, key)}, Limit: 1})
	if err != nil || len(first) == 0 {
		return Mail{}, false, err
	}
	return first[0], true, nil
}

// ListOutbox answers the partner's outgoing mail, oldest first.
func (s *Service) ListOutbox(ctx context.Context, a Actor, page Page) (List[Mail], error) {
	if err := a.require(ScopeAuditRead); err != nil {
		return List[Mail]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[Mail], error) {
		return listPage(ctx, tx.Outbox(), []Condition{Eq(FieldPartnerID, a.PartnerID)}, page, 2,
			func(m Mail) []string { return []string{m.PartnerID, m.ID} })
	})
}
