-- +goose Up
ALTER TABLE partner_users ADD COLUMN directory TEXT NOT NULL DEFAULT '';
ALTER TABLE partner_users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX partner_users_by_directory ON partner_users (partner_id, directory, email_key);

-- sync_due_at is NULL for what nobody synchronizes; it is looked for among all partners.
CREATE TABLE directories (
    partner_id        TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    name              TEXT NOT NULL,
    type              TEXT NOT NULL,
    description       TEXT NOT NULL,
    sync_enabled      INTEGER NOT NULL,
    ldap              TEXT,
    azure             TEXT,
    google            TEXT,
    sealed_secret     BLOB,
    secret_changed_at TEXT,
    revision          TEXT NOT NULL,
    outcome           TEXT NOT NULL,
    user_count        INTEGER NOT NULL,
    last_sync_at      TEXT,
    last_sync         TEXT,
    sync_due_at       TEXT,
    lease_id          TEXT NOT NULL,
    lease_until       TEXT,
    PRIMARY KEY (partner_id, name)
) STRICT;
CREATE INDEX directories_by_due ON directories (sync_due_at, partner_id, name);
