CREATE TABLE municipalities (
    id                uuid             NOT NULL PRIMARY KEY,
    terc              text             NOT NULL UNIQUE COLLATE "C",  -- six digits
    name              text             NOT NULL,
    name_sort         text             NOT NULL COLLATE "C",         -- Polish alphabetical order
    name_search       text             NOT NULL,                     -- lower case, without diacritics
    slug              text             NOT NULL,
    kind              text             NOT NULL,                     -- URBAN | RURAL | URBAN_RURAL
    city_with_powiat_rights boolean    NOT NULL,
    voivodeship       text             NOT NULL,
    county            text             NOT NULL,
    nuts3             text,
    latitude          double precision,
    longitude         double precision,
    population        integer,
    population_year   integer,
    population_source text,
    website           text,
    feeds             text[]           NOT NULL,
    membership        text             NOT NULL,                     -- NONE | INVITED | APPLIED | ACTIVE | SUSPENDED | LEFT
    member_since      date,                                          -- since when `membership` is so
    version           integer          NOT NULL,                     -- of the stream
    registered_at     timestamptz      NOT NULL,
    updated_at        timestamptz      NOT NULL
);
-- What was true when: names, kinds, memberships. In force from `since` until the next one of its sort.
CREATE TABLE facts (
    municipality_id uuid        NOT NULL,
    version         integer     NOT NULL,                            -- of the stream: when we learned it
    sort            text        NOT NULL,                            -- NAME | KIND | MEMBERSHIP
    value           text        NOT NULL,
    since           date,                                            -- NULL: ever since we know of it
    reason          text,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (municipality_id, version, sort)
);
-- `until` is the first day without the office; the name goes when the person is forgotten.
CREATE TABLE office_holders (
    id              uuid        NOT NULL PRIMARY KEY,
    municipality_id uuid        NOT NULL,
    terc            text        NOT NULL COLLATE "C",
    municipality    jsonb       NOT NULL,                            -- {id, terc, name, slug}
    office          text        NOT NULL,                            -- HEAD | DEPUTY
    office_order    text        NOT NULL COLLATE "C",                -- heads first
    title           text        NOT NULL,                            -- WOJT | BURMISTRZ | PREZYDENT_MIASTA
    person_id       uuid        NOT NULL,
    name            text,
    since           date        NOT NULL,
    since_known     boolean     NOT NULL,                            -- false: maybe earlier
    until           date
);
-- deferred:
CREATE INDEX facts_sort_idx ON facts (municipality_id, sort, since);
CREATE INDEX office_holders_order_idx ON office_holders (terc, office_order, since, id);
CREATE INDEX office_holders_person_idx ON office_holders (person_id);
CREATE INDEX municipalities_order_idx ON municipalities (name_sort, terc);
CREATE INDEX municipalities_voivodeship_idx ON municipalities (voivodeship, name_sort, terc);
CREATE INDEX municipalities_search_idx ON municipalities USING gin (name_search gin_trgm_ops);
