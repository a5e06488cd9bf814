-- expiry_due is expires_at until the audit log says that it has come.

-- +goose Up
ALTER TABLE external_admins ADD COLUMN expires_at TEXT COLLATE "C";
ALTER TABLE external_admins ADD COLUMN expiry_due TEXT COLLATE "C";
CREATE INDEX external_admins_by_expiry ON external_admins (expiry_due) WHERE expiry_due IS NOT NULL;
