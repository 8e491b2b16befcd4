-- Who may see a row: administrators of its municipality, the coordinator, the auditor.
CREATE TABLE accounts (
    id              uuid        NOT NULL PRIMARY KEY,
    person_id       uuid        NOT NULL,
    municipality_id uuid,                               -- NULL: of the network
    municipality    jsonb,                              -- {id, terc, name, slug}
    owner_terc      text        COLLATE "C",
    email           text,                               -- NULL, as the name, once its person is forgotten
    name            text,
    name_sort       text        COLLATE "C",
    state           text        NOT NULL,               -- INVITED | ACTIVE | SUSPENDED | CLOSED
    roles           text[]      NOT NULL,
    second_factor   boolean     NOT NULL,
    access_tokens   integer     NOT NULL,               -- issued and not revoked
    invited_at      timestamptz NOT NULL,
    activated_at    timestamptz,
    updated_at      timestamptz NOT NULL,
    version         integer     NOT NULL
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE INDEX accounts_owner_idx ON accounts (owner_terc, invited_at DESC, id DESC);
CREATE INDEX accounts_order_idx ON accounts (invited_at DESC, id DESC);
CREATE INDEX accounts_person_idx ON accounts (person_id);
