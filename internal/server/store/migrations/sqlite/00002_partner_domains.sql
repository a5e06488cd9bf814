-- Domains that partners show to be theirs. Who has verified a name is looked up across partners, and so are the domains
-- that wait for a look at the DNS.

-- +goose Up
CREATE TABLE partner_domains (
    partner_id          TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    name_key            TEXT NOT NULL,
    name                TEXT NOT NULL,
    verification_method TEXT NOT NULL,
    verification_status TEXT NOT NULL,
    record              TEXT,
    expires_at          TEXT,
    accepted_by         TEXT NOT NULL,
    verified_at         TEXT,
    last_check          TEXT,
    checks              INTEGER NOT NULL,
    next_check_at       TEXT,
    revision            TEXT NOT NULL,
    PRIMARY KEY (partner_id, name_key)
) STRICT;
CREATE INDEX partner_domains_by_name ON partner_domains (name_key, verification_status, partner_id);
CREATE INDEX partner_domains_by_status ON partner_domains (partner_id, verification_status, name_key);
CREATE INDEX partner_domains_by_end ON partner_domains (partner_id, expires_at, name_key);
CREATE INDEX partner_domains_by_next_check ON partner_domains (next_check_at, partner_id, name_key);
