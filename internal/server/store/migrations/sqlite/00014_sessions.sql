-- People of the partner who are signed in at customers, and tokens that clients make for other programs.

-- +goose Up
CREATE TABLE customer_sessions (
    id          TEXT NOT NULL PRIMARY KEY,
    partner_id  TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    token_hash  TEXT NOT NULL,
    client_id   TEXT NOT NULL,
    email_key   TEXT NOT NULL,
    email       TEXT NOT NULL,
    mode        TEXT NOT NULL,
    ttl_seconds INTEGER NOT NULL,
    opened_at   TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
CREATE INDEX customer_sessions_by_partner ON customer_sessions (partner_id, id);
CREATE INDEX customer_sessions_by_customer ON customer_sessions (partner_id, customer_id, id);
CREATE INDEX customer_sessions_by_client ON customer_sessions (partner_id, client_id, id);
CREATE INDEX customer_sessions_by_person ON customer_sessions (partner_id, email_key, id);
CREATE INDEX customer_sessions_by_end ON customer_sessions (expires_at, id);

ALTER TABLE tokens ADD COLUMN id TEXT;
ALTER TABLE tokens ADD COLUMN narrowed_to TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN ttl_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN created_at TEXT;
CREATE UNIQUE INDEX tokens_by_id ON tokens (id) WHERE id IS NOT NULL;

ALTER TABLE audit_events ADD COLUMN session_id TEXT NOT NULL DEFAULT '';
