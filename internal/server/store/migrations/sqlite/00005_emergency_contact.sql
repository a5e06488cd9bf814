-- +goose Up
CREATE TABLE emergency_contacts (
    partner_id       TEXT NOT NULL PRIMARY KEY REFERENCES partners (id) ON DELETE RESTRICT,
    name             TEXT NOT NULL,
    email            TEXT NOT NULL,
    mobile           TEXT NOT NULL,
    phone            TEXT NOT NULL,
    alternate_emails TEXT,
    revision         TEXT NOT NULL
) STRICT;
