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
    version           integer          NOT NULL,                     -- of the stream
    registered_at     timestamptz      NOT NULL,
    updated_at        timestamptz      NOT NULL
);
-- deferred:
CREATE INDEX municipalities_order_idx ON municipalities (name_sort, terc);
CREATE INDEX municipalities_voivodeship_idx ON municipalities (voivodeship, name_sort, terc);
CREATE INDEX municipalities_search_idx ON municipalities USING gin (name_search gin_trgm_ops);
