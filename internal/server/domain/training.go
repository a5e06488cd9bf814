package domain

import "context"

// ListTraining answers the courses of the partner's registered MSP administrators, by e-mail and course. Courses of
// people who are none at the moment are not shown.
func (s *Service) ListTraining(ctx context.Context, a Actor, page Page) (List[Course], error) {
	if err := a.require(ScopeTrainingRead); err != nil {
		return List[Course]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[Course], error) {
		return s.listTraining(ctx, tx, a.PartnerID, page)
	})
}

func (s *Service) listTraining(ctx context.Context, tx Tx, partnerID string, page Page) (List[Course], error) {
	admins, err := tx.PortalAdmins().List(ctx, Query{Where: []Condition{
		Eq(FieldPartnerID, partnerID), Eq(FieldRole, string(RoleAdministrator)),
	}})
	if err != nil {
		return List[Course]{}, err
	}
	registered := map[string]bool{}
	for _, admin := range admins {
		registered[admin.EmailKey] = admin.Status == StatusRegistered
	}
	key := func(c Course) []string { return []string{c.PartnerID, c.EmailKey, c.Course} }
	// Skipped courses must not leave a page short, so pages of the table are read until this one is full.
	out := List[Course]{Items: []Course{}}
	for size := page.size(); ; {
		rows, err := listPage(ctx, tx.Courses(), []Condition{Eq(FieldPartnerID, partnerID)}, page, 3, key)
		if err != nil {
			return List[Course]{}, err
		}
		for _, course := range rows.Items {
			if !registered[course.EmailKey] {
				continue
			}
			if len(out.Items) == size {
				out.NextToken = encodeCursor(key(out.Items[size-1]))
				return out, nil
			}
			out.Items = append(out.Items, course)
		}
		if rows.NextToken == "" {
			return out, nil
		}
		page.Token = rows.NextToken
	}
}
