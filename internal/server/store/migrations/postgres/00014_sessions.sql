-- People of the partner who are signed in at customers, and tokens that clients make for other programs.

-- +goose Up
CREATE TABLE customer_sessions (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    partner_id  TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    token_hash  TEXT COLLATE "C" NOT NULL,
    client_id   TEXT COLLATE "C" NOT NULL,
    email_key   TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C" NOT NULL,
    mode        TEXT COLLATE "C" NOT NULL,
    ttl_seconds BIGINT NOT NULL,
    opened_at   TEXT COLLATE "C" NOT NULL,
    expires_at  TEXT COLLATE "C" NOT NULL,
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
);
CREATE INDEX customer_sessions_by_partner ON customer_sessions (partner_id, id);
CREATE INDEX customer_sessions_by_customer ON customer_sessions (partner_id, customer_id, id);
CREATE INDEX customer_sessions_by_client ON customer_sessions (partner_id, client_id, id);
CREATE INDEX customer_sessions_by_person ON customer_sessions (partner_id, email_key, id);
CREATE INDEX customer_sessions_by_end ON customer_sessions (expires_at, id);

ALTER TABLE tokens ADD COLUMN id TEXT COLLATE "C";
ALTER TABLE tokens ADD COLUMN narrowed_to TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN ttl_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN created_at TEXT COLLATE "C";
CREATE UNIQUE INDEX tokens_by_id ON tokens (id) WHERE id IS NOT NULL;

ALTER TABLE audit_events ADD COLUMN session_id TEXT COLLATE "C" NOT NULL DEFAULT '';
