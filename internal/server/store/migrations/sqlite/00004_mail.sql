-- +goose Up

-- What waits for the relay. pending_to is the folded recipient while the mail is pending; next_attempt_at is set for the
-- first pending mail of each recipient only, so that a recipient is told things in the order in which they happened.
ALTER TABLE outbox ADD COLUMN pending_to TEXT;
ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN next_attempt_at TEXT;
ALTER TABLE outbox ADD COLUMN sent_at TEXT;
ALTER TABLE outbox ADD COLUMN reason TEXT NOT NULL DEFAULT '';
UPDATE outbox SET pending_to = lower(recipient) WHERE status = 'pending';
UPDATE outbox SET next_attempt_at = created_at
WHERE pending_to IS NOT NULL AND id IN (SELECT MIN(id) FROM outbox WHERE pending_to IS NOT NULL GROUP BY partner_id, pending_to);
CREATE INDEX outbox_by_recipient ON outbox (partner_id, pending_to, id);
CREATE INDEX outbox_by_next_attempt ON outbox (next_attempt_at, partner_id, id);

CREATE TABLE portal_credentials (
    partner_id    TEXT NOT NULL REFERENCES partners (id) ON DELETE RESTRICT,
    email_key     TEXT NOT NULL,
    invitation_id TEXT NOT NULL,
    temporary     TEXT,
    password_hash TEXT NOT NULL,
    wrong_tries   INTEGER NOT NULL,
    blocked_until TEXT,
    PRIMARY KEY (partner_id, email_key)
) STRICT;
