-- +goose Up
CREATE TABLE access_group_members (
    partner_id   TEXT COLLATE "C" NOT NULL,
    customer_id  TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    email_key    TEXT COLLATE "C" NOT NULL,
    email_domain TEXT COLLATE "C" NOT NULL,
    email        TEXT COLLATE "C" NOT NULL,
    group_name   TEXT COLLATE "C" NOT NULL,
    added_at     TEXT COLLATE "C" NOT NULL,
    revision     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, role, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
);
CREATE INDEX access_group_members_by_role ON access_group_members (partner_id, role, customer_id, email_key);
CREATE INDEX access_group_members_by_email ON access_group_members (partner_id, email_key, customer_id, role);
CREATE INDEX access_group_members_by_domain ON access_group_members (partner_id, email_domain, customer_id, role, email_key);

CREATE TABLE invoices (
    partner_id  TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    number      TEXT COLLATE "C" NOT NULL,
    issued_on   TEXT COLLATE "C" NOT NULL,
    due_on      TEXT COLLATE "C" NOT NULL,
    paid_on     TEXT COLLATE "C" NOT NULL,
    amount      TEXT COLLATE "C" NOT NULL,
    currency    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, customer_id, number),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
);
