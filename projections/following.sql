-- What each account follows and has seen: read by that account alone.
CREATE TABLE readers (
    id         uuid        NOT NULL PRIMARY KEY,        -- of the stream
    account_id uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    seen       text        NOT NULL COLLATE "C",        -- padded position up to which everything was read
    digest     boolean     NOT NULL,                    -- whether it wants a letter a day
    language   text,                                    -- pl | en; NULL: not chosen
    gone       boolean     NOT NULL,                    -- the account is closed, or its person forgotten
    updated_at timestamptz NOT NULL,
    version    integer     NOT NULL
);
CREATE TABLE follows (
    account_id      uuid        NOT NULL,
    what            text        NOT NULL,               -- TOPIC:… | MUNICIPALITY:… | THING:…, as activity has it
    sort            text        NOT NULL,
    value           text        NOT NULL,               -- the same without its sort
    municipality_id uuid,
    municipality    jsonb,                              -- {id, terc, name, slug}
    subject_id      uuid,
    since           text        NOT NULL COLLATE "C",   -- padded position: what was before is no news
    followed_at     timestamptz NOT NULL,
    PRIMARY KEY (account_id, what)
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE UNIQUE INDEX readers_account_idx ON readers (account_id);
CREATE INDEX readers_person_idx ON readers (person_id);
CREATE INDEX follows_what_idx ON follows (what);
