package domain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// syncTimeout is how long a synchronization may take, syncLease how long it is taken for alive after its last sign of
	// life: longer, so that it has given up before another begins.
	syncTimeout = 30 * time.Minute
	syncLease   = syncTimeout + 5*time.Minute
	// syncRetry is when a directory that could not be read is tried again, at the latest.
	syncRetry = 10 * time.Minute
	// syncsAtOnce is how many directories one process reads at the same time.
	syncsAtOnce = 4
)

// errLeaseLost ends a synchronization whose integration was changed, deleted or taken over meanwhile.
var errLeaseLost = errors.New("the synchronization is not wanted any more")

// SyncDirectories does all synchronizations that are due. Each is leased first, so that any number of processes may be at
// it on one database; where one dies, its lease ends and another begins anew.
func (s *Service) SyncDirectories(ctx context.Context) error {
	due, err := reading(ctx, s, func(ctx context.Context, tx Tx) ([]Directory, error) {
		// Times are kept to the microsecond, and what is due now is due.
		return tx.Directories().List(ctx, Query{Where: []Condition{{FieldSyncDueAt, OpLess, s.now().Add(time.Microsecond)}}})
	})
	if err != nil {
		return err
	}
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		failed []error
		slots  = make(chan struct{}, syncsAtOnce)
	)
	for _, d := range due {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if err := s.syncOne(ctx, d); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, fmt.Errorf("directory %s of partner %s: %w", d.Name, d.PartnerID, err))
			}
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

// syncOne synchronizes a directory unless somebody else does. What becomes of it is kept with the integration; an error is
// of this server.
func (s *Service) syncOne(ctx context.Context, d Directory) error {
	d, claimed, err := s.claimSync(ctx, d)
	if err != nil || !claimed {
		return err
	}
	started := s.now()
	limited, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	report, outcome, err := s.synchronize(limited, d)
	switch {
	case errors.Is(err, errLeaseLost):
		return nil
	case ctx.Err() != nil: // the server stops: another goes on
		return s.releaseSync(context.WithoutCancel(ctx), d)
	case err != nil:
		report = DirectorySync{Error: "The server failed; its log tells why."}
		outcome = DirectoryFailed
	}
	if ended := s.endSync(context.WithoutCancel(ctx), d, started, report, outcome); !errors.Is(ended, errLeaseLost) {
		err = errors.Join(err, ended)
	}
	return err
}

// claimSync takes the lease on a synchronization that is still due.
func (s *Service) claimSync(ctx context.Context, d Directory) (claimed Directory, ok bool, err error) {
	return putting(ctx, s, func(ctx context.Context, tx Tx) (Directory, bool, error) {
		now := s.now()
		d, exists, err := find(ctx, tx.Directories(), directoryKey(d)...)
		if err != nil || !exists || d.Status(now) != DirectoryQueued {
			return Directory{}, false, err
		}
		until := now.Add(syncLease)
		d.LeaseID, d.LeaseUntil = "sync_"+randomID(16), &until
		return d, true, tx.Directories().Put(ctx, d)
	})
}

// holding answers the integration's row as it is now, if the synchronization still has the lease.
func holding(ctx context.Context, tx Tx, d Directory) (Directory, error) {
	row, exists, err := find(ctx, tx.Directories(), directoryKey(d)...)
	if err == nil && (!exists || row.LeaseID != d.LeaseID) {
		err = errLeaseLost
	}
	return row, err
}

// releaseSync gives the lease back; the synchronization is still due.
func (s *Service) releaseSync(ctx context.Context, d Directory) error {
	err := s.write(ctx, func(ctx context.Context, tx Tx) error {
		row, err := holding(ctx, tx, d)
		if err != nil {
			return err
		}
		row.LeaseID, row.LeaseUntil = "", nil
		return tx.Directories().Put(ctx, row)
	})
	if errors.Is(err, errLeaseLost) {
		return nil
	}
	return err
}

// endSync keeps what came of a synchronization, gives the lease back and says when the next one is due. The audit log hears
// of it if it changed somebody or if the outcome is another than before.
func (s *Service) endSync(ctx context.Context, d Directory, started time.Time, report DirectorySync, outcome DirectoryStatus) error {
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		row, err := holding(ctx, tx, d)
		if err != nil {
			return err
		}
		now, before := s.now(), row.Outcome
		if report.Problems == nil {
			report.Problems = []string{}
		}
		row.LeaseID, row.LeaseUntil = "", nil
		row.Outcome, row.LastSyncAt, row.LastSync = outcome, &now, &report
		if outcome == DirectoryOK {
			if row.UserCount, err = enabledUsersOf(ctx, tx, row); err != nil {
				return err
			}
		}
		if row.SyncDueAt == nil || !row.SyncDueAt.After(started) { // else somebody asked for another
			row.SyncDueAt = s.nextSync(row, now)
		}
		if err := tx.Directories().Put(ctx, row); err != nil {
			return err
		}
		if report.changes() == 0 && before == outcome {
			return nil
		}
		return s.audit(ctx, tx, syncActor(d), change{
			Kind: KindDirectory, ObjectID: d.Name, Before: directoryOutcome{before, nil}, After: directoryOutcome{outcome, &report},
		})
	})
}

// directoryOutcome is how the audit log tells of a synchronization.
type directoryOutcome struct {
	Status   DirectoryStatus `json:"status,omitempty"`
	LastSync *DirectorySync  `json:"last_sync,omitempty"`
}

// nextSync is when the next synchronization is due.
func (s *Service) nextSync(d Directory, now time.Time) *time.Time {
	if !d.SyncEnabled {
		return nil
	}
	wait := s.directorySync.Every
	if d.Outcome == DirectoryFailed {
		wait = min(wait, syncRetry)
	}
	next := now.Add(wait)
	return &next
}

// syncActor is whom the audit log names: the integration, and the synchronization as the request.
func syncActor(d Directory) Actor {
	return Actor{ClientID: "directory:" + d.Name, PartnerID: d.PartnerID, RequestID: d.LeaseID}
}

// synchronize reads a directory and makes the partner's users follow it. An error is of this server; what is wrong with the
// directory is an outcome.
func (s *Service) synchronize(ctx context.Context, d Directory) (DirectorySync, DirectoryStatus, error) {
	people, err := s.readDirectory(ctx, d)
	if err != nil {
		var refused *DirectoryError
		switch {
		case errors.As(err, &refused):
			return DirectorySync{Error: refused.Error()}, DirectoryFailed, nil
		case errors.Is(err, context.DeadlineExceeded):
			return DirectorySync{Error: fmt.Sprintf("The directory was not read within %s.", syncTimeout)}, DirectoryFailed, nil
		}
		return DirectorySync{}, DirectoryFailed, err
	}
	plan, err := reading(ctx, s, func(ctx context.Context, tx Tx) (*syncPlan, error) { return planSync(ctx, tx, d, people) })
	if err != nil {
		return DirectorySync{}, DirectoryFailed, err
	}
	if why := plan.stop(s.directorySync.MaxDisablePercent); why != "" {
		return DirectorySync{Error: why, Problems: plan.report.Problems}, DirectoryStopped, nil
	}
	report, err := s.applySync(ctx, d, plan)
	return report, DirectoryOK, err
}

// readDirectory answers everybody whom a directory names.
func (s *Service) readDirectory(ctx context.Context, d Directory) ([]DirectoryPerson, error) {
	config, err := s.openConfig(d)
	if err != nil {
		return nil, err
	}
	var people []DirectoryPerson
	err = s.directories.Read(ctx, config, func(p DirectoryPerson) error {
		people = append(people, p)
		return nil
	})
	return people, err
}

// openConfig is what the reader needs to know, the secret in plain.
func (s *Service) openConfig(d Directory) (DirectoryConfig, error) {
	if d.SealedSecret == nil {
		return DirectoryConfig{}, &DirectoryError{Kind: DirectoryCredentials, Detail: "No secret is stored; write it once."}
	}
	plain, err := s.sealer.Open(d.SealedSecret, secretContext(d))
	if err != nil {
		return DirectoryConfig{}, &DirectoryError{Kind: DirectoryCredentials, Detail: fmt.Sprintf("The stored secret can't be read: %v. Give the server the key that it was stored with, or write the secret again.", err)}
	}
	secret := NewSecret(string(plain))
	config := DirectoryConfig{Type: d.Type}
	switch {
	case d.LDAP != nil:
		config.LDAP = &LDAPConfig{
			Host: d.LDAP.Host, Port: d.LDAP.Port, Encryption: d.LDAP.Encryption, BindDN: d.LDAP.BindDN, BaseDN: d.LDAP.BaseDN,
			UserFilter: d.LDAP.UserFilter, Password: secret,
		}
	case d.Azure != nil:
		config.Azure = &AzureConfig{TenantID: d.Azure.TenantID, ClientID: d.Azure.ClientID, ClientSecret: secret}
	case d.Google != nil:
		config.Google = &GoogleConfig{AdminEmail: d.Google.AdminEmail, ServiceAccountKey: secret}
	}
	return config, nil
}

// enabledUsersOf counts a directory's users who are not disabled.
func enabledUsersOf(ctx context.Context, tx Tx, d Directory) (int, error) {
	users, err := tx.PartnerUsers().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, d.PartnerID), Eq(FieldDirectory, d.Name)}})
	enabled := 0
	for _, user := range users {
		if !user.Disabled {
			enabled++
		}
	}
	return enabled, err
}
