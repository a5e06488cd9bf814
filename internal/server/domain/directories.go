package domain

import (
	"context"
	"errors"
)

func directoryKey(d Directory) []string { return []string{d.PartnerID, d.Name} }

// secretContext ties a sealed secret to its integration.
func secretContext(d Directory) string { return "directory/" + d.PartnerID + "/" + d.Name }

// GetDirectory answers a directory integration.
func (s *Service) GetDirectory(ctx context.Context, a Actor, name string) (Directory, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return Directory{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (Directory, error) { return existingDirectory(ctx, tx, a, name) })
}

func existingDirectory(ctx context.Context, tx Tx, a Actor, name string) (Directory, error) {
	d, ok, err := find(ctx, tx.Directories(), a.PartnerID, name)
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "There is no directory integration %q.", name)
	}
	return d, err
}

// ListDirectories answers the partner's directory integrations, by name.
func (s *Service) ListDirectories(ctx context.Context, a Actor, page Page) (List[Directory], error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return List[Directory]{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[Directory], error) {
		return listPage(ctx, tx.Directories(), []Condition{Eq(FieldPartnerID, a.PartnerID)}, page, 2, directoryKey)
	})
}

// PutDirectory connects a directory, or changes how. A synchronization is due at once afterwards, unless it is switched off;
// one that is under way with other settings changes nobody any more.
func (s *Service) PutDirectory(ctx context.Context, a Actor, name string, in DirectoryInput, pre Precondition) (Directory, bool, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return Directory{}, false, err
	}
	return putting(ctx, s, func(ctx context.Context, tx Tx) (Directory, bool, error) {
		return s.putDirectory(ctx, tx, a, name, in, pre)
	})
}

func (s *Service) putDirectory(ctx context.Context, tx Tx, a Actor, name string, in DirectoryInput, pre Precondition) (Directory, bool, error) {
	old, exists, err := find(ctx, tx.Directories(), a.PartnerID, name)
	if err != nil {
		return Directory{}, false, err
	}
	if err := pre.check(exists, old.Revision, "directory integration", name); err != nil {
		return Directory{}, false, err
	}
	d, secret, found := newDirectory(a.PartnerID, name, in)
	if len(found) == 0 && secret == nil {
		found.add(needsSecret(old, d))
	}
	if err := found.err(); err != nil {
		return Directory{}, false, err
	}
	keepSpelling(old, &d)
	// A secret that is given counts as another one always: whether it is the stored one is nothing to find out here.
	if exists && secret == nil && sameSettings(old, d) {
		return old, false, nil
	}

	d.SealedSecret, d.SecretChangedAt = old.SealedSecret, old.SecretChangedAt
	now := s.now()
	if secret != nil {
		if d.SealedSecret, err = s.seal(d, *secret); err != nil {
			return Directory{}, false, err
		}
		d.SecretChangedAt = &now
	}
	d.Outcome, d.UserCount, d.LastSyncAt, d.LastSync = old.Outcome, old.UserCount, old.LastSyncAt, old.LastSync
	if d.SyncEnabled {
		d.SyncDueAt = &now
	}
	d.Revision = newRevision()
	if err := tx.Directories().Put(ctx, d); err != nil {
		return Directory{}, false, err
	}
	done := change{Kind: KindDirectory, ObjectID: name, After: d}
	if exists {
		done.Before = old
	}
	return d, !exists, s.audit(ctx, tx, a, done)
}

func (s *Service) seal(d Directory, secret Secret) ([]byte, error) {
	sealed, err := s.sealer.Seal([]byte(secret.Reveal()), secretContext(d))
	if errors.Is(err, ErrNoSecretKey) {
		return nil, refuse(CodeNoSecretKey, secretField[blockOf[d.Type]], "The secret can't be kept: %v.", err)
	}
	return sealed, err
}

// DeleteDirectory disconnects a directory. Its users stay as they are: from then on nobody but the partner says who they
// are, so they can be changed and removed by hand, and another integration that names them takes them over. Disabling
// them all would be what the safety stop of synchronizations is there to prevent.
func (s *Service) DeleteDirectory(ctx context.Context, a Actor, name string, pre Precondition) error {
	if err := a.require(ScopePartnerManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		d, err := existingDirectory(ctx, tx, a, name)
		if err != nil {
			return err
		}
		if err := pre.check(true, d.Revision, "directory integration", name); err != nil {
			return err
		}
		if err := tx.Directories().Delete(ctx, directoryKey(d)...); err != nil {
			return err
		}
		return s.audit(ctx, tx, a, change{Kind: KindDirectory, ObjectID: name, Before: d})
	})
}

// RequestSync makes a synchronization due at once, whether or not they are switched on. If one is under way, another
// follows, since that one may have read already what has changed.
func (s *Service) RequestSync(ctx context.Context, a Actor, name string) (Directory, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return Directory{}, err
	}
	d, _, err := putting(ctx, s, func(ctx context.Context, tx Tx) (Directory, bool, error) {
		d, err := existingDirectory(ctx, tx, a, name)
		if err != nil {
			return Directory{}, false, err
		}
		now := s.now()
		if d.Status(now) == DirectoryQueued {
			return d, false, nil
		}
		d.SyncDueAt = &now
		return d, false, tx.Directories().Put(ctx, d)
	})
	return d, err
}

// DirectoryStatus is how an integration is doing now.
func (s *Service) DirectoryStatus(d Directory) DirectoryStatus { return d.Status(s.now()) }

// managingDirectory tells whether a connected directory says who a user is.
func managingDirectory(ctx context.Context, tx Tx, u PartnerUser) (bool, error) {
	if u.Source != SourceDirectory || u.Directory == "" {
		return false, nil
	}
	_, connected, err := find(ctx, tx.Directories(), u.PartnerID, u.Directory)
	return connected, err
}

// checkEnabled refuses a person whom a directory has disabled.
func checkEnabled(ctx context.Context, tx Tx, partnerID, key, field string) (*Error, error) {
	user, _, err := find(ctx, tx.PartnerUsers(), partnerID, key)
	if err != nil || !user.Disabled {
		return nil, err
	}
	return refuse(CodeUserDisabled, field, "%q is disabled: the directory %q does not name the person any more, or has disabled the account.", user.Email, user.Directory), nil
}

// enabledAdministrators counts the partner's MSP administrators who are not disabled.
func enabledAdministrators(ctx context.Context, tx Tx, partnerID string) (int, error) {
	admins, err := tx.PortalAdmins().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, partnerID), Eq(FieldRole, string(RoleAdministrator))}})
	if err != nil {
		return 0, err
	}
	enabled := 0
	for _, admin := range admins {
		user, _, err := find(ctx, tx.PartnerUsers(), partnerID, admin.EmailKey)
		if err != nil {
			return 0, err
		}
		if !user.Disabled {
			enabled++
		}
	}
	return enabled, nil
}
