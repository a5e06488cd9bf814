-- The same tables as those of SQLite; each is keyed as domain.Tx notes. Each column that lists are filtered by has an index
-- that goes on with the key, so that a page costs the same wherever it is.
--
-- Texts compare by their bytes, as cursors and the other engine do: hence COLLATE "C". Times are fixed-width UTC text, so
-- that they compare as they read, to the nanosecond; lists and nested values are JSON text, kept to the letter. NULL stands
-- for a nil list, pointer or document, and for the empty string in clients.customer_id and customers.external_id.

-- +goose Up
CREATE TABLE partners (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name             TEXT COLLATE "C" NOT NULL,
    kind             TEXT COLLATE "C" NOT NULL,
    contact          TEXT COLLATE "C",
    billing_contact  TEXT COLLATE "C",
    technical_status TEXT COLLATE "C" NOT NULL,
    sales_status     TEXT COLLATE "C" NOT NULL,
    address          TEXT COLLATE "C",
    products         TEXT COLLATE "C"
);

CREATE TABLE partner_configs (
    partner_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES partners (id) ON DELETE RESTRICT,
    outbound_ips TEXT COLLATE "C",
    inbound_ips  TEXT COLLATE "C",
    smarthost    TEXT COLLATE "C",
    revision     TEXT COLLATE "C" NOT NULL
);

CREATE TABLE partner_users (
    partner_id   TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key    TEXT COLLATE "C" NOT NULL,
    email_domain TEXT COLLATE "C" NOT NULL,
    email        TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    phone        TEXT COLLATE "C" NOT NULL,
    account_role TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    aliases      TEXT COLLATE "C",
    revision     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, email_key)
);
CREATE INDEX partner_users_by_domain ON partner_users (partner_id, email_domain, email_key);
CREATE INDEX partner_users_by_role ON partner_users (partner_id, account_role, email_key);
CREATE INDEX partner_users_by_source ON partner_users (partner_id, source, email_key);

CREATE TABLE portal_admins (
    partner_id   TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key    TEXT COLLATE "C" NOT NULL,
    email_domain TEXT COLLATE "C" NOT NULL,
    email        TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    phone        TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    status       TEXT COLLATE "C" NOT NULL,
    revision     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, email_key)
);
CREATE INDEX portal_admins_by_domain ON portal_admins (partner_id, email_domain, email_key);
CREATE INDEX portal_admins_by_role ON portal_admins (partner_id, role, email_key);

CREATE TABLE customers (
    id                      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    partner_id              TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    name                    TEXT COLLATE "C" NOT NULL,
    name_key                TEXT COLLATE "C" NOT NULL,
    domain                  TEXT COLLATE "C" NOT NULL,
    domain_key              TEXT COLLATE "C" NOT NULL,
    internal_domains        TEXT COLLATE "C",
    stage                   TEXT COLLATE "C" NOT NULL,
    implementation_lead     TEXT COLLATE "C" NOT NULL,
    implementation_lead_key TEXT COLLATE "C" NOT NULL,
    seats                   BIGINT NOT NULL,
    product                 TEXT COLLATE "C" NOT NULL,
    country                 TEXT COLLATE "C" NOT NULL,
    external_id             TEXT COLLATE "C",
    enabled                 BOOLEAN NOT NULL,
    require_sso             BOOLEAN NOT NULL,
    allowed_ip_ranges       TEXT COLLATE "C",
    rfi                     TEXT COLLATE "C",
    deletion_protection     BOOLEAN NOT NULL,
    relationship            TEXT COLLATE "C" NOT NULL,
    admin_username          TEXT COLLATE "C" NOT NULL,
    created_at              TEXT COLLATE "C" NOT NULL,
    revision                TEXT COLLATE "C" NOT NULL,
    UNIQUE (partner_id, id),
    UNIQUE (partner_id, domain_key),
    UNIQUE (partner_id, external_id)
);
CREATE INDEX customers_by_name ON customers (partner_id, name_key, id);
CREATE INDEX customers_by_lead ON customers (partner_id, implementation_lead_key, id);
CREATE INDEX customers_by_stage ON customers (partner_id, stage, id);
CREATE INDEX customers_by_relationship ON customers (partner_id, relationship, id);
CREATE INDEX customers_by_enabled ON customers (partner_id, enabled, id);

CREATE TABLE clients (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    partner_id    TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    portal_role   TEXT COLLATE "C" NOT NULL,
    acts_for      TEXT COLLATE "C" NOT NULL,
    customer_id   TEXT COLLATE "C" REFERENCES customers (id) ON DELETE RESTRICT,
    contact_roles TEXT COLLATE "C",
    secret_hash   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX clients_by_partner ON clients (partner_id, id);
CREATE INDEX clients_by_customer ON clients (customer_id, id);

-- Tokens and answers end by themselves, so they may outlive their client.
CREATE TABLE tokens (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    client_id  TEXT COLLATE "C" NOT NULL,
    scopes     TEXT COLLATE "C",
    expires_at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX tokens_by_client ON tokens (client_id, hash);
CREATE INDEX tokens_by_end ON tokens (expires_at, hash);

CREATE TABLE answers (
    client_id   TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    status      BIGINT NOT NULL,
    header      TEXT COLLATE "C",
    body        BYTEA,
    expires_at  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (client_id, key)
);
CREATE INDEX answers_by_end ON answers (expires_at, client_id, key);

-- customer_id is empty for the partner's own account, so it cannot reference customers.
CREATE TABLE roles (
    partner_id        TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    customer_id       TEXT COLLATE "C" NOT NULL,
    name              TEXT COLLATE "C" NOT NULL,
    description       TEXT COLLATE "C" NOT NULL,
    permissions       TEXT COLLATE "C",
    builtin           BOOLEAN NOT NULL,
    editable          BOOLEAN NOT NULL,
    content_protected BOOLEAN NOT NULL,
    assignable        BOOLEAN NOT NULL,
    revision          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, name)
);

-- The reference by partner and id also keeps a grant with the partner of its customer.
CREATE TABLE external_admins (
    partner_id        TEXT COLLATE "C" NOT NULL,
    customer_id       TEXT COLLATE "C" NOT NULL,
    email_key         TEXT COLLATE "C" NOT NULL,
    email_domain      TEXT COLLATE "C" NOT NULL,
    email             TEXT COLLATE "C" NOT NULL,
    role              TEXT COLLATE "C" NOT NULL,
    content_protected BOOLEAN NOT NULL,
    revision          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
);
CREATE INDEX external_admins_by_email ON external_admins (partner_id, email_key, customer_id);
CREATE INDEX external_admins_by_domain ON external_admins (partner_id, email_domain, customer_id, email_key);
CREATE INDEX external_admins_by_role ON external_admins (partner_id, role, customer_id, email_key);

CREATE TABLE access_roles (
    partner_id    TEXT COLLATE "C" NOT NULL,
    customer_id   TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    notify_emails TEXT COLLATE "C",
    group_name    TEXT COLLATE "C" NOT NULL,
    granted_at    TEXT COLLATE "C" NOT NULL,
    revision      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, role),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
);
CREATE INDEX access_roles_by_role ON access_roles (partner_id, role, customer_id);

CREATE TABLE courses (
    partner_id       TEXT COLLATE "C" NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key        TEXT COLLATE "C" NOT NULL,
    email            TEXT COLLATE "C" NOT NULL,
    course           TEXT COLLATE "C" NOT NULL,
    progress_percent BIGINT NOT NULL,
    assigned_at      TEXT COLLATE "C",
    completed_at     TEXT COLLATE "C",
    PRIMARY KEY (partner_id, email_key, course)
);

-- The log outlives what it tells of: no references.
CREATE TABLE audit_events (
    partner_id  TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    time        TEXT COLLATE "C" NOT NULL,
    request_id  TEXT COLLATE "C" NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL,
    acts_for    TEXT COLLATE "C" NOT NULL,
    action      TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    object_id   TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    before      TEXT COLLATE "C",
    after       TEXT COLLATE "C",
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX audit_events_by_time ON audit_events (partner_id, time, id);
CREATE INDEX audit_events_by_kind ON audit_events (partner_id, kind, id);
CREATE INDEX audit_events_by_actor ON audit_events (partner_id, actor, id);
CREATE INDEX audit_events_by_customer ON audit_events (partner_id, customer_id, id);

-- +goose StatementBegin
CREATE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_events is append-only';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_append_only();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only();

CREATE TABLE outbox (
    partner_id TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    event      TEXT COLLATE "C" NOT NULL,
    recipient  TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, id)
);

CREATE TABLE applied_seeds (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    applied_at TEXT COLLATE "C" NOT NULL
);

-- Locked by every writer: see transactPostgres. It has no rows.
CREATE TABLE write_gate (
    nothing BOOLEAN
);
