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
		now := s.now()
		err := tx.Outbox().Put(ctx, Mail{
			PartnerID: partnerID, ID: s.ids.next("mail_", now), Event: event, To: address, Subject: subject, Body: body,
			Status: MailPending, CreatedAt: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
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
