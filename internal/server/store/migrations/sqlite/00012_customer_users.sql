-- Users of managed customers' accounts.

-- +goose Up
CREATE TABLE customer_users (
    partner_id   TEXT NOT NULL,
    customer_id  TEXT NOT NULL,
    email_key    TEXT NOT NULL,
    email_domain TEXT NOT NULL,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    revision     TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
CREATE INDEX customer_users_by_email ON customer_users (partner_id, email_key, customer_id);
CREATE INDEX customer_users_by_domain ON customer_users (partner_id, email_domain, customer_id, email_key);
CREATE INDEX customer_users_by_role ON customer_users (partner_id, role, customer_id, email_key);
