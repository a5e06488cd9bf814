-- +goose Up
CREATE TABLE emergency_contacts (
    partner_id       TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES partners (id) ON DELETE RESTRICT,
    name             TEXT COLLATE "C" NOT NULL,
    email            TEXT COLLATE "C" NOT NULL,
    mobile           TEXT COLLATE "C" NOT NULL,
    phone            TEXT COLLATE "C" NOT NULL,
    alternate_emails TEXT COLLATE "C",
    revision         TEXT COLLATE "C" NOT NULL
);
