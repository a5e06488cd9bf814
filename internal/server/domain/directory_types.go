package domain

import "time"

// Directory is a directory integration: how a directory is reached, and what came of the last synchronization. What is
// not tagged for the audit log is bookkeeping, or secret.
type Directory struct {
	PartnerID   string          `json:"-"`
	Name        string          `json:"name"`
	Type        DirectoryType   `json:"type"`
	Description string          `json:"description,omitempty"`
	SyncEnabled bool            `json:"sync_enabled"`
	LDAP        *LDAPSettings   `json:"ldap,omitempty"` // one of the three, by Type
	Azure       *AzureSettings  `json:"azure,omitempty"`
	Google      *GoogleSettings `json:"google,omitempty"`
	// SealedSecret is the secret as the Sealer made it, nil for none.
	SealedSecret    []byte     `json:"-"`
	SecretChangedAt *time.Time `json:"secret_changed_at,omitempty"` // tells of a new secret and nothing about it
	Revision        string     `json:"-"`                           // of the settings; a synchronization leaves it alone

	Outcome    DirectoryStatus `json:"-"` // of the last synchronization, or empty; see Status
	UserCount  int             `json:"-"` // enabled users after the last synchronization that was ok
	LastSyncAt *time.Time      `json:"-"`
	LastSync   *DirectorySync  `json:"-"`
	// SyncDueAt is when the next synchronization begins, nil for never.
	SyncDueAt *time.Time `json:"-"`
	// LeaseID is the synchronization that is under way, until LeaseUntil: whoever began it is taken for dead then.
	LeaseID    string     `json:"-"`
	LeaseUntil *time.Time `json:"-"`
}

// LDAPSettings are those of DirectoryActiveDirectory and DirectoryDomino.
type LDAPSettings struct {
	Host       string         `json:"host"`
	Port       int            `json:"port"`
	Encryption LDAPEncryption `json:"encryption"`
	BindDN     string         `json:"bind_dn"`
	BaseDN     string         `json:"base_dn"`
	UserFilter string         `json:"user_filter,omitempty"`
}

// AzureSettings are those of DirectoryAzureStandard and DirectoryAzureGCCHigh.
type AzureSettings struct {
	TenantID string `json:"tenant_id"`
	ClientID string `json:"client_id"`
}

// GoogleSettings are those of DirectoryGoogle.
type GoogleSettings struct {
	AdminEmail string `json:"admin_email"`
}

// DirectoryStatus tells how a directory integration is doing.
type DirectoryStatus string

// The states of directory integrations. The last three are outcomes of a synchronization.
const (
	DirectoryNeverSynced DirectoryStatus = "never_synced"
	DirectoryQueued      DirectoryStatus = "queued"
	DirectorySyncing     DirectoryStatus = "syncing"
	DirectoryOK          DirectoryStatus = "ok"
	DirectoryFailed      DirectoryStatus = "failed"  // could not be read
	DirectoryStopped     DirectoryStatus = "stopped" // read, but too many would have been disabled
)

// Status is how the integration is doing at a point in time.
func (d Directory) Status(now time.Time) DirectoryStatus {
	switch {
	case d.leased(now):
		return DirectorySyncing
	case d.SyncDueAt != nil && !now.Before(*d.SyncDueAt):
		return DirectoryQueued
	case d.Outcome == "":
		return DirectoryNeverSynced
	}
	return d.Outcome
}

// leased tells whether a synchronization is under way.
func (d Directory) leased(now time.Time) bool {
	return d.LeaseID != "" && d.LeaseUntil != nil && now.Before(*d.LeaseUntil)
}

// DirectorySync is what a synchronization did.
type DirectorySync struct {
	Created               int      `json:"created"`
	Updated               int      `json:"updated"`
	Disabled              int      `json:"disabled"`
	Enabled               int      `json:"enabled"`
	Unchanged             int      `json:"unchanged"`
	SkippedManual         int      `json:"skipped_manual"`
	SkippedOtherDirectory int      `json:"skipped_other_directory"`
	SkippedInvalid        int      `json:"skipped_invalid"`
	Problems              []string `json:"problems"`
	Error                 string   `json:"error,omitempty"` // why it failed or was stopped
}

// maxProblems is how many lines a DirectorySync has room for.
const maxProblems = 20

func (r *DirectorySync) problem(text string) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, text)
	}
}

// changes tells how many users it wrote.
func (r *DirectorySync) changes() int { return r.Created + r.Updated + r.Disabled + r.Enabled }

// DirectoryInput is a directory integration. Exactly one of LDAP, Azure and Google is given, by Type. A secret that is
// left out stays as it is.
type DirectoryInput struct {
	Type        DirectoryType
	Description string
	SyncEnabled *bool // true if nil
	LDAP        *LDAPInput
	Azure       *AzureInput
	Google      *GoogleInput
}

// LDAPInput is LDAPSettings with the password. Port 0 is 636, or 389 for EncryptionNone; an empty Encryption is
// EncryptionStrict.
type LDAPInput struct {
	LDAPSettings
	Password *Secret
}

// AzureInput is AzureSettings with the application's secret.
type AzureInput struct {
	AzureSettings
	ClientSecret *Secret
}

// GoogleInput is GoogleSettings with the service account's key file.
type GoogleInput struct {
	GoogleSettings
	ServiceAccountKey *Secret
}
