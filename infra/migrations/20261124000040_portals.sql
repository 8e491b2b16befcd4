-- migrate:up

-- Applications of portals, until whoever made them has shown that the address is theirs. What is told in
-- them is about a person, so it stands locked under the master key, and goes once it is in the log.
CREATE TABLE portal_applications (
    id           uuid        NOT NULL PRIMARY KEY,
    told         bytea,                       -- NULL: confirmed
    link_hash    bytea       NOT NULL UNIQUE, -- of the link in the letter
    expires_at   timestamptz NOT NULL,
    confirmed_at timestamptz
);

-- Keys of portals as hashes. Which of them are good, and for what, the log says.
CREATE TABLE portal_keys (
    id        uuid  NOT NULL PRIMARY KEY,
    portal_id uuid  NOT NULL,
    hash      bytea NOT NULL UNIQUE
);

-- What was asked with a key on a day (UTC). Counted in the processes, and added up here now and then.
CREATE TABLE portal_usage (
    id           text        NOT NULL PRIMARY KEY,  -- key and day
    key_id       uuid        NOT NULL,
    portal_id    uuid        NOT NULL,
    day          date        NOT NULL,
    requests     bigint      NOT NULL,
    cost         bigint      NOT NULL,
    refused      bigint      NOT NULL,              -- by the quota
    errors       bigint      NOT NULL,
    last_used_at timestamptz NOT NULL
);
CREATE INDEX portal_usage_portal_idx ON portal_usage (portal_id, day);
CREATE INDEX portal_usage_key_idx ON portal_usage (key_id, day);

-- How much of a key's quota the processes have taken in the present window. Not worth a write-ahead log.
CREATE UNLOGGED TABLE portal_quotas (
    key_id   uuid    NOT NULL PRIMARY KEY,
    minute  bigint  NOT NULL,                       -- since 1970
    taken    integer NOT NULL
);

-- Secrets that webhooks are signed with, under the master key: signing needs them in the clear.
CREATE TABLE webhook_secrets (
    id         uuid        NOT NULL PRIMARY KEY,    -- follows from the command that made it
    webhook_id uuid        NOT NULL,
    locked     bytea       NOT NULL,
    made_at    timestamptz NOT NULL,
    ends_at    timestamptz                          -- NULL: the newest
);
CREATE INDEX webhook_secrets_webhook_idx ON webhook_secrets (webhook_id, made_at);

-- How far each webhook has been told of the log, and how that went.
CREATE TABLE webhook_cursors (
    webhook_id   uuid        NOT NULL PRIMARY KEY,
    position     bigint      NOT NULL,
    failures     integer     NOT NULL DEFAULT 0,    -- in a row
    due_at       timestamptz NOT NULL DEFAULT now(),
    error        text,                              -- of the last attempt
    delivered    bigint      NOT NULL DEFAULT 0,
    delivered_at timestamptz
);

-- migrate:down
DROP TABLE webhook_cursors;
DROP TABLE webhook_secrets;
DROP TABLE portal_quotas;
DROP TABLE portal_usage;
DROP TABLE portal_keys;
DROP TABLE portal_applications;
