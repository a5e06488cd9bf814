-- +goose Up
ALTER TABLE partner_users ADD COLUMN directory TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE partner_users ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX partner_users_by_directory ON partner_users (partner_id, directory, email_key);

-- sync_due_at is NULL for what nobody synchronizes; it is looked for among all partners.
CREATE TABLE directories (
    partner_id        TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    name              TEXT COLLATE "C" NOT NULL,
    type              TEXT COLLATE "C" NOT NULL,
    description       TEXT COLLATE "C" NOT NULL,
    sync_enabled      BOOLEAN NOT NULL,
    ldap              TEXT COLLATE "C",
    azure             TEXT COLLATE "C",
    google            TEXT COLLATE "C",
    sealed_secret     BYTEA,
    secret_changed_at TEXT COLLATE "C",
    revision          TEXT COLLATE "C" NOT NULL,
    outcome           TEXT COLLATE "C" NOT NULL,
    user_count        INTEGER NOT NULL,
    last_sync_at      TEXT COLLATE "C",
    last_sync         TEXT COLLATE "C",
    sync_due_at       TEXT COLLATE "C",
    lease_id          TEXT COLLATE "C" NOT NULL,
    lease_until       TEXT COLLATE "C",
    PRIMARY KEY (partner_id, name)
);
CREATE INDEX directories_by_due ON directories (sync_due_at, partner_id, name);
