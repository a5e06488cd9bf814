-- Every table is keyed as domain.Tx notes. Each column that lists are filtered by has an index that goes on with the key,
-- so that a page costs the same wherever it is. The tables keep their rowid: with WITHOUT ROWID the planner would
-- rather read all rows of a partner in key order than use those indexes.
--
-- Times are fixed-width UTC text, so that they compare as they read; lists and nested values are JSON text, truth values
-- 0 and 1. NULL stands for a nil list, pointer or document, and for the empty string in clients.customer_id and
-- customers.external_id.

-- +goose Up
CREATE TABLE partners (
    id               TEXT NOT NULL PRIMARY KEY,
    name             TEXT NOT NULL,
    kind             TEXT NOT NULL,
    contact          TEXT,
    billing_contact  TEXT,
    technical_status TEXT NOT NULL,
    sales_status     TEXT NOT NULL,
    address          TEXT,
    products         TEXT
) STRICT;

CREATE TABLE partner_configs (
    partner_id   TEXT NOT NULL PRIMARY KEY REFERENCES partners (id) ON DELETE RESTRICT,
    outbound_ips TEXT,
    inbound_ips  TEXT,
    smarthost    TEXT,
    revision     TEXT NOT NULL
) STRICT;

CREATE TABLE partner_users (
    partner_id   TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key    TEXT NOT NULL,
    email_domain TEXT NOT NULL,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    phone        TEXT NOT NULL,
    account_role TEXT NOT NULL,
    source       TEXT NOT NULL,
    aliases      TEXT,
    revision     TEXT NOT NULL,
    PRIMARY KEY (partner_id, email_key)
) STRICT;
CREATE INDEX partner_users_by_domain ON partner_users (partner_id, email_domain, email_key);
CREATE INDEX partner_users_by_role ON partner_users (partner_id, account_role, email_key);
CREATE INDEX partner_users_by_source ON partner_users (partner_id, source, email_key);

CREATE TABLE portal_admins (
    partner_id   TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key    TEXT NOT NULL,
    email_domain TEXT NOT NULL,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    phone        TEXT NOT NULL,
    role         TEXT NOT NULL,
    status       TEXT NOT NULL,
    revision     TEXT NOT NULL,
    PRIMARY KEY (partner_id, email_key)
) STRICT;
CREATE INDEX portal_admins_by_domain ON portal_admins (partner_id, email_domain, email_key);
CREATE INDEX portal_admins_by_role ON portal_admins (partner_id, role, email_key);

CREATE TABLE customers (
    id                      TEXT NOT NULL PRIMARY KEY,
    partner_id              TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    name                    TEXT NOT NULL,
    name_key                TEXT NOT NULL,
    domain                  TEXT NOT NULL,
    domain_key              TEXT NOT NULL,
    internal_domains        TEXT,
    stage                   TEXT NOT NULL,
    implementation_lead     TEXT NOT NULL,
    implementation_lead_key TEXT NOT NULL,
    seats                   INTEGER NOT NULL,
    product                 TEXT NOT NULL,
    country                 TEXT NOT NULL,
    external_id             TEXT,
    enabled                 INTEGER NOT NULL,
    require_sso             INTEGER NOT NULL,
    allowed_ip_ranges       TEXT,
    rfi                     TEXT,
    deletion_protection     INTEGER NOT NULL,
    relationship            TEXT NOT NULL,
    admin_username          TEXT NOT NULL,
    created_at              TEXT NOT NULL,
    revision                TEXT NOT NULL,
    UNIQUE (partner_id, id),
    UNIQUE (partner_id, domain_key),
    UNIQUE (partner_id, external_id)
) STRICT;
CREATE INDEX customers_by_name ON customers (partner_id, name_key, id);
CREATE INDEX customers_by_lead ON customers (partner_id, implementation_lead_key, id);
CREATE INDEX customers_by_stage ON customers (partner_id, stage, id);
CREATE INDEX customers_by_relationship ON customers (partner_id, relationship, id);
CREATE INDEX customers_by_enabled ON customers (partner_id, enabled, id);

CREATE TABLE clients (
    id            TEXT NOT NULL PRIMARY KEY,
    partner_id    TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    portal_role   TEXT NOT NULL,
    acts_for      TEXT NOT NULL,
    customer_id   TEXT REFERENCES customers (id) ON DELETE RESTRICT,
    contact_roles TEXT,
    secret_hash   TEXT NOT NULL
) STRICT;
CREATE INDEX clients_by_partner ON clients (partner_id, id);
CREATE INDEX clients_by_customer ON clients (customer_id, id);

-- Tokens and answers end by themselves, so they may outlive their client.
CREATE TABLE tokens (
    hash       TEXT NOT NULL PRIMARY KEY,
    client_id  TEXT NOT NULL,
    scopes     TEXT,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX tokens_by_client ON tokens (client_id, hash);
CREATE INDEX tokens_by_end ON tokens (expires_at, hash);

CREATE TABLE answers (
    client_id   TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status      INTEGER NOT NULL,
    header      TEXT,
    body        BLOB,
    expires_at  TEXT NOT NULL,
    PRIMARY KEY (client_id, key)
) STRICT;
CREATE INDEX answers_by_end ON answers (expires_at, client_id, key);

-- customer_id is empty for the partner's own account, so it cannot reference customers.
CREATE TABLE roles (
    partner_id        TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    customer_id       TEXT NOT NULL,
    name              TEXT NOT NULL,
    description       TEXT NOT NULL,
    permissions       TEXT,
    builtin           INTEGER NOT NULL,
    editable          INTEGER NOT NULL,
    content_protected INTEGER NOT NULL,
    assignable        INTEGER NOT NULL,
    revision          TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, name)
) STRICT;

-- The reference by partner and id also keeps a grant with the partner of its customer.
CREATE TABLE external_admins (
    partner_id        TEXT NOT NULL,
    customer_id       TEXT NOT NULL,
    email_key         TEXT NOT NULL,
    email_domain      TEXT NOT NULL,
    email             TEXT NOT NULL,
    role              TEXT NOT NULL,
    content_protected INTEGER NOT NULL,
    revision          TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
CREATE INDEX external_admins_by_email ON external_admins (partner_id, email_key, customer_id);
CREATE INDEX external_admins_by_domain ON external_admins (partner_id, email_domain, customer_id, email_key);
CREATE INDEX external_admins_by_role ON external_admins (partner_id, role, customer_id, email_key);

CREATE TABLE access_roles (
    partner_id    TEXT NOT NULL,
    customer_id   TEXT NOT NULL,
    role          TEXT NOT NULL,
    notify_emails TEXT,
    group_name    TEXT NOT NULL,
    granted_at    TEXT NOT NULL,
    revision      TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, role),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
CREATE INDEX access_roles_by_role ON access_roles (partner_id, role, customer_id);

CREATE TABLE courses (
    partner_id       TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key        TEXT NOT NULL,
    email            TEXT NOT NULL,
    course           TEXT NOT NULL,
    progress_percent INTEGER NOT NULL,
    assigned_at      TEXT,
    completed_at     TEXT,
    PRIMARY KEY (partner_id, email_key, course)
) STRICT;

-- The log outlives what it tells of: no references.
CREATE TABLE audit_events (
    partner_id  TEXT NOT NULL,
    id          TEXT NOT NULL,
    time        TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    actor       TEXT NOT NULL,
    acts_for    TEXT NOT NULL,
    action      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    object_id   TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    before      TEXT,
    after       TEXT,
    PRIMARY KEY (partner_id, id)
) STRICT;
CREATE INDEX audit_events_by_time ON audit_events (partner_id, time, id);
CREATE INDEX audit_events_by_kind ON audit_events (partner_id, kind, id);
CREATE INDEX audit_events_by_actor ON audit_events (partner_id, actor, id);
CREATE INDEX audit_events_by_customer ON audit_events (partner_id, customer_id, id);

-- +goose StatementBegin
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
-- +goose StatementEnd
-- INSERT OR REPLACE deletes without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE partner_id = NEW.partner_id AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
-- +goose StatementEnd

CREATE TABLE outbox (
    partner_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    event      TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    subject    TEXT NOT NULL,
    body       TEXT NOT NULL,
    status     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (partner_id, id)
) STRICT;

CREATE TABLE applied_seeds (
    hash       TEXT NOT NULL PRIMARY KEY,
    applied_at TEXT NOT NULL
) STRICT;
