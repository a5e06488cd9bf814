package domain

import (
	"context"
	"fmt"
	"slices"
)

// usersPerWrite is how many users are written in one transaction: enough for its cost to vanish, few enough for nobody to
// wait behind it.
const usersPerWrite = 200

// applySync carries a plan out, those who come before those who go. Each transaction looks anew at what it writes, and
// whether the synchronization is still wanted. Whatever was done when it ends half-way is right by itself, and the next one
// does the rest.
func (s *Service) applySync(ctx context.Context, d Directory, plan *syncPlan) (DirectorySync, error) {
	report := plan.report
	for users := range slices.Chunk(plan.wanted, usersPerWrite) {
		err := s.syncWrite(ctx, d, &report, func(ctx context.Context, tx Tx, r *DirectorySync) error {
			for _, user := range users {
				if err := s.syncUser(ctx, tx, d, user, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return report, err
		}
	}
	for keys := range slices.Chunk(plan.disabled, usersPerWrite) {
		err := s.syncWrite(ctx, d, &report, func(ctx context.Context, tx Tx, r *DirectorySync) error {
			for _, key := range keys {
				if err := s.disableUser(ctx, tx, d, key, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// syncWrite runs fn in a transaction of a synchronization, which begins with a sign of life. What fn reports counts once,
// however often the transaction is run.
func (s *Service) syncWrite(ctx context.Context, d Directory, report *DirectorySync, fn func(context.Context, Tx, *DirectorySync) error) error {
	var counted DirectorySync
	err := s.write(ctx, func(ctx context.Context, tx Tx) error {
		row, err := holding(ctx, tx, d)
		if err != nil {
			return err
		}
		until := s.now().Add(syncLease)
		row.LeaseUntil = &until
		if err := tx.Directories().Put(ctx, row); err != nil {
			return err
		}
		counted = *report
		counted.Problems = slices.Clone(report.Problems)
		return fn(ctx, tx, &counted)
	})
	if err == nil {
		*report = counted
	}
	return err
}

// syncUser makes a user what the directory says, unless somebody else has become responsible since the plan was made.
func (s *Service) syncUser(ctx context.Context, tx Tx, d Directory, wanted PartnerUser, r *DirectorySync) error {
	old, exists, err := find(ctx, tx.PartnerUsers(), userKey(wanted)...)
	if err != nil {
		return err
	}
	if exists && old.Directory != d.Name {
		managed, err := managingDirectory(ctx, tx, old)
		switch {
		case err != nil:
			return err
		case old.Source == SourceManual:
			r.SkippedManual++
			r.problem(fmt.Sprintf("%q is a user by hand and left alone.", old.Email))
			return nil
		case managed:
			r.SkippedOtherDirectory++
			r.problem(fmt.Sprintf("%q belongs to the directory %q, which was first.", old.Email, old.Directory))
			return nil
		}
	}
	done := change{Kind: KindPartnerUser, ObjectID: wanted.EmailKey}
	switch {
	case !exists:
		r.Created++
	case old.Disabled:
		r.Enabled++
	default:
		r.Updated++
	}
	if exists {
		done.Before = old
		wanted.Email, wanted.AccountRole = old.Email, old.AccountRole
	}
	wanted.Revision = newRevision()
	done.After = wanted
	if err := tx.PartnerUsers().Put(ctx, wanted); err != nil {
		return err
	}
	return s.audit(ctx, tx, syncActor(d), done)
}

// disableUser disables a user of this directory, unless it is the partner's last MSP administrator.
func (s *Service) disableUser(ctx context.Context, tx Tx, d Directory, key string, r *DirectorySync) error {
	old, exists, err := find(ctx, tx.PartnerUsers(), d.PartnerID, key)
	if err != nil || !exists || old.Disabled || old.Source != SourceDirectory || old.Directory != d.Name {
		return err
	}
	admin, isAdmin, err := find(ctx, tx.PortalAdmins(), d.PartnerID, key)
	if err != nil {
		return err
	}
	if isAdmin && admin.Role == RoleAdministrator {
		enabled, err := enabledAdministrators(ctx, tx, d.PartnerID)
		if err != nil {
			return err
		}
		if enabled == 1 {
			r.Unchanged++
			r.problem(fmt.Sprintf("%q is the partner's last %s and stays enabled; make somebody else one.", old.Email, RoleAdministrator))
			return nil
		}
	}
	user := old
	user.Disabled, user.Revision = true, newRevision()
	if err := tx.PartnerUsers().Put(ctx, user); err != nil {
		return err
	}
	r.Disabled++
	err = s.audit(ctx, tx, syncActor(d), change{Kind: KindPartnerUser, ObjectID: key, Before: old, After: user})
	if err != nil {
		return err
	}
	return s.endSessionsOf(ctx, tx, syncActor(d), d.PartnerID, key, ModeDelegated, ModeExternalAdmin)
}
