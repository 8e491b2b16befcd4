-- The same data in the normalised tables that the peers' documentation would use, with the keys, the
-- foreign keys and the indexes that their queries want. Only published news: the peers need no filter.
CREATE SCHEMA peers;
SET search_path TO peers, public;

CREATE TABLE municipalities (
    id          uuid NOT NULL PRIMARY KEY,
    terc        text NOT NULL UNIQUE COLLATE "C",
    name        text NOT NULL,
    name_sort   text NOT NULL COLLATE "C",
    slug        text NOT NULL,
    voivodeship text NOT NULL,
    population  integer
);
INSERT INTO municipalities
SELECT id, terc, name, name_sort, slug, voivodeship, population FROM read_municipalities.municipalities;
CREATE INDEX ON municipalities (name_sort, id);

CREATE TABLE news_items (
    id              uuid        NOT NULL PRIMARY KEY,
    municipality_id uuid        NOT NULL REFERENCES municipalities,
    slug            text        NOT NULL COLLATE "C",
    title           text        NOT NULL,
    lead            text        NOT NULL,
    body_html       text        NOT NULL,
    author_unit     text,
    published_on    date        NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (municipality_id, slug)
);
INSERT INTO news_items
SELECT id, municipality_id, slug, title, lead, body_html, author_unit, published_on, updated_at
FROM read_news.news WHERE state = 'PUBLISHED';
CREATE INDEX ON news_items (published_on DESC, id DESC);
CREATE INDEX ON news_items (municipality_id, published_on DESC, id DESC);

CREATE TABLE tags (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);
INSERT INTO tags (name)
SELECT DISTINCT unnest(tags) FROM read_news.news WHERE state = 'PUBLISHED' ORDER BY 1;

CREATE TABLE news_tags (
    news_id uuid     NOT NULL REFERENCES news_items,
    ordinal smallint NOT NULL,
    tag_id  integer  NOT NULL REFERENCES tags,
    PRIMARY KEY (news_id, ordinal)
);
INSERT INTO news_tags
SELECT news.id, tag.ordinal, tags.id
FROM read_news.news, unnest(news.tags) WITH ORDINALITY AS tag (name, ordinal) JOIN tags USING (name)
WHERE news.state = 'PUBLISHED';
CREATE INDEX ON news_tags (tag_id);

CREATE TABLE initiatives (
    id          uuid   NOT NULL PRIMARY KEY,
    title       text   NOT NULL,
    state       text   NOT NULL,
    eligible    bigint NOT NULL,
    lead_id     uuid   NOT NULL REFERENCES municipalities,
    proposed_on date   NOT NULL
);
INSERT INTO initiatives
SELECT id, title, state, eligible, lead_id, proposed_on FROM read_initiatives.initiatives;
CREATE INDEX ON initiatives (proposed_on DESC, id DESC);
CREATE INDEX ON initiatives (lead_id);

CREATE TABLE initiative_partners (
    initiative_id   uuid     NOT NULL REFERENCES initiatives,
    ordinal         smallint NOT NULL,
    municipality_id uuid     NOT NULL REFERENCES municipalities,
    eligible        bigint   NOT NULL,
    grant_share     bigint   NOT NULL,
    own_public      bigint   NOT NULL,
    PRIMARY KEY (initiative_id, ordinal)
);
INSERT INTO initiative_partners
SELECT initiative_id, place, municipality_id, eligible, grant_share, own_public
FROM read_initiatives.members WHERE NOT lead AND state = 'ACCEPTED';
CREATE INDEX ON initiative_partners (municipality_id);

-- Our denormalised rows, as a peer can use them: what a list shows stands in the row.
CREATE SCHEMA peers_wide;
SET search_path TO peers_wide, public;

CREATE TABLE municipalities (LIKE peers.municipalities INCLUDING ALL);
INSERT INTO municipalities SELECT * FROM peers.municipalities;

CREATE TABLE news_items (
    id                uuid        NOT NULL PRIMARY KEY,
    municipality_id   uuid        NOT NULL REFERENCES municipalities,
    municipality_terc text        NOT NULL COLLATE "C",
    slug              text        NOT NULL COLLATE "C",
    title             text        NOT NULL,
    lead              text        NOT NULL,
    body_html         text        NOT NULL,
    author_unit       text,
    published_on      date        NOT NULL,
    updated_at        timestamptz NOT NULL,
    tags              text[]      NOT NULL,
    municipality      jsonb       NOT NULL,
    UNIQUE (municipality_id, slug),
    UNIQUE (municipality_terc, slug)
);
INSERT INTO news_items
SELECT id, municipality_id, municipality_terc, slug, title, lead, body_html, author_unit, published_on,
    updated_at, tags, municipality
FROM read_news.news WHERE state = 'PUBLISHED';
CREATE INDEX ON news_items (published_on DESC, id DESC);
CREATE INDEX ON news_items (municipality_id, published_on DESC, id DESC) INCLUDE (title, slug);

CREATE TABLE initiatives (LIKE peers.initiatives INCLUDING ALL, lead jsonb);
INSERT INTO initiatives
SELECT id, title, state, eligible, lead_id, proposed_on, lead FROM read_initiatives.initiatives;

CREATE TABLE initiative_partners (
    LIKE peers.initiative_partners INCLUDING ALL,
    municipality jsonb NOT NULL,
    FOREIGN KEY (initiative_id) REFERENCES initiatives
);
INSERT INTO initiative_partners
SELECT initiative_id, place, municipality_id, eligible, grant_share, own_public, municipality
FROM read_initiatives.members WHERE NOT lead AND state = 'ACCEPTED';
