-- Who may see a row: the portal itself, the coordinator, the auditor. No secret stands here.
CREATE TABLE portals (
    id                  uuid        NOT NULL PRIMARY KEY,
    contact_id          uuid        NOT NULL,
    contact_name        text,                       -- NULL, as the address, once the person is forgotten
    contact_email       text,
    name                text        NOT NULL,
    operator            text        NOT NULL,
    website             text        NOT NULL,
    purpose             text        NOT NULL,
    state               text        NOT NULL,       -- REGISTERED | ACTIVE | SUSPENDED | REJECTED | CLOSED
    reason              text,                       -- of the state
    wanted              text[]      NOT NULL,       -- scopes that it asked for
    scopes              text[]      NOT NULL,       -- granted
    requests_per_minute integer,                    -- of each key; NULL until it is approved
    registered_at       timestamptz NOT NULL,
    approved_at         timestamptz,
    updated_at          timestamptz NOT NULL,
    version             integer     NOT NULL
);
CREATE TABLE keys (
    id         uuid        NOT NULL PRIMARY KEY,
    portal_id  uuid        NOT NULL,
    name       text        NOT NULL,
    scopes     text[]      NOT NULL,
    issued_at  timestamptz NOT NULL,
    ends_at    timestamptz,                         -- NULL: good until it is revoked
    revoked_at timestamptz
);
CREATE TABLE webhooks (
    id        uuid        NOT NULL PRIMARY KEY,
    portal_id uuid        NOT NULL,
    url       text        NOT NULL,
    kinds     text[]      NOT NULL,
    paused    text,                                 -- ASKED | FAILING | GONE; NULL: it is sent to
    added_at  timestamptz NOT NULL,
    since     bigint      NOT NULL                  -- position of the log behind which it hears of changes
);
-- deferred:
CREATE INDEX portals_order_idx ON portals (registered_at DESC, id DESC);
CREATE INDEX portals_contact_idx ON portals (contact_id);
CREATE INDEX keys_portal_idx ON keys (portal_id);
CREATE INDEX webhooks_portal_idx ON webhooks (portal_id);
