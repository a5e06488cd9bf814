-- Authorized contacts of customers, with one column for each contact role.

-- +goose Up
CREATE TABLE authorized_contacts (
    partner_id        TEXT NOT NULL,
    customer_id       TEXT NOT NULL,
    email_key         TEXT NOT NULL,
    email_domain      TEXT NOT NULL,
    email             TEXT NOT NULL,
    name              TEXT NOT NULL,
    phone             TEXT NOT NULL,
    decision_maker    INTEGER NOT NULL,
    phone_manager     INTEGER NOT NULL,
    billing_contact   INTEGER NOT NULL,
    technical_contact INTEGER NOT NULL,
    emergency_contact INTEGER NOT NULL,
    revision          TEXT NOT NULL,
    PRIMARY KEY (partner_id, customer_id, email_key),
    FOREIGN KEY (partner_id, customer_id) REFERENCES customers (partner_id, id) ON DELETE RESTRICT
) STRICT;
CREATE INDEX authorized_contacts_by_email ON authorized_contacts (partner_id, email_key, customer_id);
CREATE INDEX authorized_contacts_by_domain ON authorized_contacts (partner_id, email_domain, customer_id, email_key);
CREATE INDEX authorized_contacts_by_decision_maker ON authorized_contacts (partner_id, decision_maker, customer_id, email_key);
CREATE INDEX authorized_contacts_by_phone_manager ON authorized_contacts (partner_id, phone_manager, customer_id, email_key);
CREATE INDEX authorized_contacts_by_billing_contact ON authorized_contacts (partner_id, billing_contact, customer_id, email_key);
CREATE INDEX authorized_contacts_by_technical_contact ON authorized_contacts (partner_id, technical_contact, customer_id, email_key);
CREATE INDEX authorized_contacts_by_emergency_contact ON authorized_contacts (partner_id, emergency_contact, customer_id, email_key);
