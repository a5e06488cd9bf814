-- Users of managed customers' accounts.

-- +goose Up
CREATE TABLE customer_users (
    partner_id   TEXT COLLATE "C" NOT NULL,
    customer_id  TEXT COLLATE "C" NOT NULL,
    email_key    TEXT COLLATE "C" NOT NULL,
    email_domain TEXT COLLATE "C" NOT NULL,
    email        TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    revision     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
);
CREATE INDEX customer_users_by_email ON customer_users (partner_id, email_key, customer_id);
CREATE INDEX customer_users_by_domain ON customer_users (partner_id, email_domain, customer_id, email_key);
CREATE INDEX customer_users_by_role ON customer_users (partner_id, role, customer_id, email_key);
