-- +goose Up
CREATE TABLE access_group_members (
    partner_id   TEXT NOT NULL,
    customer_id  TEXT NOT NULL,
    role         TEXT NOT NULL,
    email_key    TEXT NOT NULL,
    email_domain TEXT NOT NULL,
    email        TEXT NOT NULL,
    group_name   TEXT NOT NULL,
    added_at     TEXT NOT NULL,
    revision     TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, role, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
CREATE INDEX access_group_members_by_role ON access_group_members (partner_id, role, customer_id, email_key);
CREATE INDEX access_group_members_by_email ON access_group_members (partner_id, email_key, customer_id, role);
CREATE INDEX access_group_members_by_domain ON access_group_members (partner_id, email_domain, customer_id, role, email_key);

CREATE TABLE invoices (
    partner_id  TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    number      TEXT NOT NULL,
    issued_on   TEXT NOT NULL,
    due_on      TEXT NOT NULL,
    paid_on     TEXT NOT NULL,
    amount      TEXT NOT NULL,
    currency    TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, number),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
