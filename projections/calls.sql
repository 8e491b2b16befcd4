CREATE TABLE programmes (
    id          uuid        NOT NULL PRIMARY KEY,
    code        text        NOT NULL,
    name        text        NOT NULL,
    name_sort   text        NOT NULL COLLATE "C",
    fund        text        NOT NULL,             -- EU | NATIONAL
    since       integer     NOT NULL,             -- years
    until       integer     NOT NULL,
    institution text        NOT NULL,
    link        text,
    version     integer     NOT NULL,
    updated_at  timestamptz NOT NULL
);
-- One row a call, with what lists show of its programme. Amounts in grosze, rates in hundredths of a percent.
CREATE TABLE calls (
    id                   uuid        NOT NULL PRIMARY KEY,
    programme_id         uuid        NOT NULL,
    programme            jsonb       NOT NULL,    -- {id, code, name, fund}
    number               text        NOT NULL,
    title                text        NOT NULL,
    title_search         text        NOT NULL,    -- number and title, lower case, without diacritics
    summary              text        NOT NULL,
    state                text        NOT NULL,    -- ANNOUNCED | OPEN | CLOSED | RESOLVED | CANCELLED
    opens_at             timestamptz NOT NULL,
    closes_at            timestamptz NOT NULL,
    closes_on            date        NOT NULL,    -- the last day, in Polish time, on which it takes applications
    allocation           bigint      NOT NULL,
    max_rate             integer     NOT NULL,
    min_grant            bigint,
    max_grant            bigint,
    territories          text[]      NOT NULL,    -- beginnings of TERC codes; empty: everywhere
    kinds                text[]      NOT NULL,    -- empty: every kind
    partnership_required boolean     NOT NULL,
    rate_per_partner     boolean     NOT NULL,
    flat_rates           jsonb       NOT NULL,    -- [{category, maxRate, bases}]
    category_limits      jsonb       NOT NULL,    -- [{category, maxShare}]
    durability_years     integer,
    link                 text,
    outcome              text,                    -- the document it was resolved by, or why it was cancelled
    version              integer     NOT NULL,
    announced_at         timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL
);
-- The dates that a call had before they were moved.
CREATE TABLE moves (
    call_id     uuid        NOT NULL,
    version     integer     NOT NULL,
    recorded_at timestamptz NOT NULL,             -- when they were moved
    opens_at    timestamptz NOT NULL,
    closes_at   timestamptz NOT NULL,
    reason      text        NOT NULL,
    PRIMARY KEY (call_id, version)
);
-- Municipalities that look for partners for a call: seen by the network.
CREATE TABLE interests (
    id                uuid        NOT NULL PRIMARY KEY,
    call_id           uuid        NOT NULL,
    call              jsonb       NOT NULL,       -- {id, number, title}
    municipality_id   uuid        NOT NULL,
    municipality      jsonb       NOT NULL,       -- {id, terc, name, slug}
    municipality_terc text        NOT NULL COLLATE "C",
    offer             text        NOT NULL,
    offer_search      text        NOT NULL,       -- offer and name, lower case, without diacritics
    declared_on       date        NOT NULL,
    withdrawn         boolean     NOT NULL
);
CREATE TABLE municipalities (
    id   uuid NOT NULL PRIMARY KEY,
    terc text NOT NULL COLLATE "C",
    name text NOT NULL,
    slug text NOT NULL
);
-- deferred:
CREATE INDEX calls_order_idx ON calls (closes_on DESC, id DESC);
CREATE INDEX calls_programme_idx ON calls (programme_id, closes_on DESC, id DESC);
CREATE INDEX calls_state_idx ON calls (state, closes_on DESC, id DESC);
CREATE INDEX calls_search_idx ON calls USING gin (title_search gin_trgm_ops);
CREATE INDEX interests_call_idx ON interests (call_id) WHERE NOT withdrawn;
CREATE INDEX interests_order_idx ON interests (declared_on DESC, id DESC) WHERE NOT withdrawn;
CREATE INDEX programmes_order_idx ON programmes (name_sort, id);
